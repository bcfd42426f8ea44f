/* SPDX-License-Identifier: MIT */
/*
 * Everything is drawn from one look at a time; keys only change how it is
 * drawn. Signals come in while we wait, and at no other time.
 */
#include "cli/top_screen.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/top_look.h"
#include "cli/top_table.h"

#define ESCAPE_MS 25 /* within which a key's bytes come */

struct screen {
	const struct places *places;
	struct top_look look;
	enum top_key key;
	size_t first; /* row that is on the screen */
	size_t rows;  /* that there is room for */
	bool is_help, is_over;
	SCREEN *terminal;
	struct err trouble; /* of the last look; code 0: none */
};

static volatile sig_atomic_t told; /* the signal that ends us */

static void on_signal(int signal)
{
	told = signal;
}

static void screen_auto(struct screen *s)
{
	top_look_done(&s->look);
	if (!s->terminal)
		return;
	endwin();
	delscreen(s->terminal);
}

static void look(struct screen *s)
{
	struct top_look now = {0};

	s->trouble.code = 0;
	/* The order of what is on the screen is not that of a look. */
	top_look_sort(&s->look, TOP_NAME);
	if (top_look_take(&now, s->places, s->look.at ? &s->look : NULL,
	                  &s->trouble) < 0)
		return;
	top_look_done(&s->look);
	s->look = now;
}

static void put_line(int at, attr_t attributes, const char *text)
{
	if (at >= LINES)
		return;
	move(at, 0);
	clrtoeol();
	attrset(attributes);
	addnstr(text, COLS);
	for (int i = (int)strlen(text); attributes & A_REVERSE && i < COLS; i++)
		addch(' ');
	attrset(A_NORMAL);
}

/* The lines of it; returns the one after the last. */
static int put_lines(int at, char *text)
{
	char *rest = text, *line;

	while (rest && *rest && (line = strsep(&rest, "\n")))
		put_line(at++, A_NORMAL, line);
	return at;
}

static void draw_help(int at)
{
	static const char *const lines[] = {
		"c  by CPU        m  by memory     p  by processes",
		"r  by network    n  by name       q  quit",
		"Up, Down, Page Up, Page Down, Home, End: other rows",
		"",
		"CPU% is of one processor, since the look before.",
		"- is what the host does not count.",
		"RX/s and TX/s: bytes that its cables bring and take.",
		"CASTS that it receives: 2+1: two active, one waits.",
		"",
		"any key: back",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		put_line(at++, A_NORMAL, lines[i]);
}

static void draw_rows(struct screen *s, int at)
{
	struct top_layout layout;
	AUTO(buf) struct buf titles = {0};
	size_t most;

	top_layout(&layout, &s->look, COLS);
	top_titles(&layout, &titles);
	put_line(at++, A_REVERSE, buf_text(&titles));
	s->rows = at < LINES ? (size_t)(LINES - at) : 0;
	most = s->look.n > s->rows ? s->look.n - s->rows : 0;
	s->first = s->first < most ? s->first : most;
	for (size_t i = 0; i < s->rows && s->first + i < s->look.n; i++) {
		AUTO(buf) struct buf row = {0};

		top_print(&s->look.v[s->first + i], &layout, &row);
		put_line(at++, A_NORMAL, buf_text(&row));
	}
	if (!s->look.n)
		put_line(at, A_NORMAL, "nothing is up");
}

static void draw(struct screen *s)
{
	AUTO(buf) struct buf summary = {0};
	int at;

	erase();
	top_look_sort(&s->look, s->key);
	top_summary(&s->look, s->key, COLS, &summary);
	at = put_lines(0, summary.data);
	if (s->trouble.code)
		put_line(at++, A_BOLD, s->trouble.text);
	if (s->is_help)
		draw_help(at + 1);
	else
		draw_rows(s, at + (LINES > 12));
	move(LINES - 1, COLS - 1);
	refresh();
}

static void scroll_by(struct screen *s, long rows)
{
	if (rows < 0 && s->first < (size_t)-rows)
		s->first = 0;
	else
		s->first += (size_t)rows; /* too far: draw_rows() sees to it */
}

static void take_key(struct screen *s, int key)
{
	static const char keys[] = "cmpnr"; /* as in enum top_key */
	const char *order = key > 0 && key < 128 ? strchr(keys, key) : NULL;
	long page = (long)s->rows;

	if (order)
		s->key = (enum top_key)(order - keys);
	if (order || key == KEY_HOME)
		s->first = 0;
	s->is_help = (key == 'h' || key == '?') && !s->is_help;
	s->is_over = key == 'q' || key == 'Q';
	if (key == KEY_UP || key == KEY_DOWN)
		scroll_by(s, key == KEY_UP ? -1 : 1);
	else if (key == KEY_PPAGE || key == KEY_NPAGE || key == ' ')
		scroll_by(s, key == KEY_PPAGE ? -page : page);
	else if (key == KEY_END)
		scroll_by(s, (long)s->look.n);
}

/* Until a key or a signal comes, or the time. */
static void wait_until(struct screen *s, const struct timespec *end,
                       const sigset_t *open)
{
	struct pollfd p = {.fd = 0, .events = POLLIN};
	struct timespec left;
	int key;

	clock_gettime(CLOCK_MONOTONIC, &left);
	left.tv_sec = end->tv_sec - left.tv_sec;
	left.tv_nsec = end->tv_nsec - left.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_sec--;
		left.tv_nsec += 1000000000;
	}
	if (left.tv_sec < 0)
		left = (struct timespec){0};
	ppoll(&p, 1, &left, open);
	/* Its terminal is gone, as is whoever could type. */
	if (p.revents & (POLLHUP | POLLERR | POLLNVAL))
		s->is_over = true;
	while (!s->is_over && (key = getch()) != ERR)
		if (key != KEY_RESIZE)
			take_key(s, key);
}

static void attend(struct screen *s, int seconds, const sigset_t *open)
{
	struct timespec end, now;

	clock_gettime(CLOCK_MONOTONIC, &end);
	while (!s->is_over && !told) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec ||
		    (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec)) {
			look(s);
			end = now;
			end.tv_sec += seconds;
		}
		draw(s);
		wait_until(s, &end, open);
	}
}

/* Those that end us wait until we do; *ret_open are those of before. */
static void hold_signals(sigset_t *ret_open)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGWINCH);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		sigaction(signals[i], &action, NULL);
		sigaddset(&held, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &held, ret_open);
}

static int open_terminal(struct screen *s, struct err *err)
{
	const char *term = getenv("TERM");
	AUTO(buf) struct buf shown = {0};

	s->terminal = newterm(NULL, stdout, stdin);
	if (!s->terminal) {
		buf_escape(&shown, term ? term : "");
		return err_say(err, -ENOTTY,
		               "the terminal \"%.100s\" is not known here; set "
		               "TERM, or use subhost top | cat",
		               buf_text(&shown));
	}
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	return 0;
}

int top_screen(const struct places *places, int seconds, struct err *err)
{
	__attribute__((cleanup(screen_auto))) struct screen s = {
		.places = places,
	};
	sigset_t open;
	int r = open_terminal(&s, err);

	if (r < 0)
		return r;
	hold_signals(&open);
	attend(&s, seconds, &open);
	sigprocmask(SIG_SETMASK, &open, NULL);
	return told;
}
