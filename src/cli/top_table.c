/* SPDX-License-Identifier: MIT */

#include "cli/top_table.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/buf.h"

#define CELL      32 /* bytes of one */
#define DATE_WIDE 16 /* 2026-11-21 12:00 */
#define NAME_MIN  12

enum column { NAME, STATE, CPU, MEMORY, PROCESSES, RX, TX, CASTS, SINCE };

/* What is worth least is left out first. */
static const struct {
	const char *title;
	int width;
	bool is_left;
	int worth;
} columns[TOP_COLUMNS] = {
	[NAME] = {"NAME", NAME_MIN, true, 9},
	[STATE] = {"STATE", 10, true, 8},
	[CPU] = {"CPU%", 6, false, 7},
	[MEMORY] = {"MEMORY", 6, false, 6},
	[PROCESSES] = {"PROCS", 5, false, 5},
	[RX] = {"RX/s", 6, false, 4},
	[TX] = {"TX/s", 6, false, 3},
	[CASTS] = {"CASTS", 5, false, 2},
	[SINCE] = {"SINCE", 5, true, 1},
};

static int total(const struct top_layout *layout)
{
	int sum = -1;

	for (int i = 0; i < TOP_COLUMNS; i++)
		if (layout->width[i])
			sum += layout->width[i] + 1;
	return sum;
}

static void drop_least(struct top_layout *layout)
{
	int least = 0;

	for (int i = 1; i < TOP_COLUMNS; i++)
		if (layout->width[i] && columns[i].worth < columns[least].worth)
			least = i;
	layout->width[least] = 0;
}

static int longest_name(const struct top_look *look)
{
	size_t longest = NAME_MIN;

	for (size_t i = 0; i < look->n; i++)
		if (strlen(look->v[i].name) > longest)
			longest = strlen(look->v[i].name);
	return (int)longest;
}

void top_layout(struct top_layout *layout, const struct top_look *look,
                int width)
{
	int longest = longest_name(look), spare;

	*layout = (struct top_layout){0};
	for (int i = 0; i < TOP_COLUMNS; i++)
		layout->width[i] = columns[i].width;
	while (total(layout) > width && layout->width[STATE])
		drop_least(layout);
	spare = width - total(layout);
	if (spare < longest - NAME_MIN) {
		layout->width[NAME] += spare < 0 ? 0 : spare;
		return;
	}
	layout->width[NAME] = longest;
	spare = width - total(layout);
	layout->has_dates = layout->width[SINCE] &&
	                    spare >= DATE_WIDE - layout->width[SINCE];
	if (layout->has_dates)
		layout->width[SINCE] = DATE_WIDE;
}

/* In at most five bytes: "999", "9.9K", "1023M". */
static void print_bytes(double bytes, char text[static CELL])
{
	static const char units[] = " KMGTPE";
	size_t unit = 0;

	while (bytes >= 1000 && unit + 2 < sizeof(units)) {
		bytes /= 1024;
		unit++;
	}
	if (!unit)
		snprintf(text, CELL, "%.0f", bytes);
	else
		snprintf(text, CELL, bytes < 9.95 ? "%.1f%c" : "%.0f%c", bytes,
		         units[unit]);
}

static void print_rate(double rate, char text[static CELL])
{
	if (rate < 0)
		snprintf(text, CELL, "-");
	else
		print_bytes(rate, text);
}

static void print_percent(double percent, char text[static CELL])
{
	if (percent < 0)
		snprintf(text, CELL, "-");
	else
		snprintf(text, CELL, "%.1f", percent);
}

static void print_casts(const struct top_row *row, char text[static CELL])
{
	if (!row->active && !row->waiting)
		snprintf(text, CELL, "-");
	else if (!row->waiting)
		snprintf(text, CELL, "%u", row->active);
	else
		snprintf(text, CELL, "%u+%u", row->active, row->waiting);
}

/* With the day; or the hour of today, and the day of what was before. */
static void print_since(uint64_t seconds, bool has_dates,
                        char text[static CELL])
{
	time_t t = (time_t)seconds, now = time(NULL);
	bool is_today, is_this_year;
	struct tm tm, today;

	if (!seconds || !localtime_r(&t, &tm) || !localtime_r(&now, &today)) {
		snprintf(text, CELL, "-");
		return;
	}
	is_this_year = tm.tm_year == today.tm_year;
	is_today = is_this_year && tm.tm_yday == today.tm_yday;
	strftime(text, CELL,
	         has_dates      ? "%Y-%m-%d %H:%M"
	         : is_today     ? "%H:%M"
	         : is_this_year ? "%m-%d"
	                        : "%Y",
	         &tm);
}

static const char *state_of_row(const struct top_row *row)
{
	return row->is_frozen && row->state == STATE_RUNNING
	               ? "frozen"
	               : state_name(row->state);
}

static void print_cell(const struct top_row *row, enum column column,
                       bool has_dates, char text[static CELL])
{
	switch (column) {
	case STATE:
		snprintf(text, CELL, "%s", state_of_row(row));
		break;
	case CPU:
		print_percent(row->cpu_percent, text);
		break;
	case MEMORY:
		print_rate(row->memory ? (double)row->memory : -1, text);
		break;
	case PROCESSES:
		snprintf(text, CELL, "%zu", row->processes);
		break;
	case RX:
		print_rate(row->rx_rate, text);
		break;
	case TX:
		print_rate(row->tx_rate, text);
		break;
	case CASTS:
		print_casts(row, text);
		break;
	case SINCE:
		print_since(row->since, has_dates, text);
		break;
	case NAME:
	default:
		break;
	}
}

static void put(struct buf *b, enum column column, int width, const char *text)
{
	buf_puts(b, column ? " " : "");
	if ((int)strlen(text) > width && columns[column].is_left)
		buf_printf(b, "%.*s~", width - 1, text);
	else if (columns[column].is_left)
		buf_printf(b, "%-*s", width, text);
	else
		buf_printf(b, "%*s", width, text);
}

static void trim(struct buf *b)
{
	while (b->len && b->data[b->len - 1] == ' ')
		b->data[--b->len] = '\0';
}

void top_titles(const struct top_layout *layout, struct buf *b)
{
	for (int i = 0; i < TOP_COLUMNS; i++)
		if (layout->width[i])
			put(b, (enum column)i, layout->width[i],
			    columns[i].title);
	trim(b);
}

void top_print(const struct top_row *row, const struct top_layout *layout,
               struct buf *b)
{
	char text[CELL] = "";

	put(b, NAME, layout->width[NAME], row->name);
	for (int i = NAME + 1; i < TOP_COLUMNS; i++) {
		if (!layout->width[i])
			continue;
		print_cell(row, (enum column)i, layout->has_dates, text);
		put(b, (enum column)i, layout->width[i], text);
	}
	trim(b);
}

/* One thing more, on this line or the next. */
static void add_item(struct buf *b, int width, const char *item)
{
	const char *line = strrchr(buf_text(b), '\n');
	size_t len = strlen(line ? line + 1 : buf_text(b));

	if (len)
		buf_puts(b,
		         len + 2 + strlen(item) > (size_t)width ? "\n" : "  ");
	buf_printf(b, "%.*s", width, item);
}

/* "4 up: 3 running, 1 hibernated" */
static void put_states(const struct top_look *look, struct buf *b)
{
	static const char *const names[] = {"running", "frozen", "hibernated",
	                                    "damaged"};
	const char *before = ": ";

	buf_printf(b, "%zu up", look->n);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t n = 0;

		for (size_t k = 0; k < look->n; k++)
			n += !strcmp(state_of_row(&look->v[k]), names[i]);
		if (!n)
			continue;
		buf_printf(b, "%s%zu %s", before, n, names[i]);
		before = ", ";
	}
}

static void put_memory(const struct top_look *look, struct buf *b)
{
	char used[CELL], all[CELL];
	double sum = 0;

	for (size_t i = 0; i < look->n; i++)
		sum += (double)look->v[i].memory;
	print_rate(sum > 0 ? sum : -1, used);
	print_bytes((double)look->memory, all);
	buf_printf(b, "memory %s of %s", used, all);
}

static void put_network(const struct top_look *look, struct buf *b)
{
	char received[CELL], sent[CELL];
	double rx = 0, tx = 0;

	for (size_t i = 0; i < look->n; i++) {
		const struct top_row *row = &look->v[i];

		rx += row->rx_rate > 0 ? row->rx_rate : 0;
		tx += row->tx_rate > 0 ? row->tx_rate : 0;
	}
	print_bytes(rx, received);
	print_bytes(tx, sent);
	buf_printf(b, "net %s/s in %s/s out", received, sent);
}

static void put_cpu(const struct top_look *look, struct buf *b)
{
	double sum = 0;

	for (size_t i = 0; i < look->n; i++)
		sum += look->v[i].cpu_percent > 0 ? look->v[i].cpu_percent : 0;
	buf_printf(b, "cpu %.1f%% of %u%%", sum, look->cpus * 100);
}

static void put_processes(const struct top_look *look, struct buf *b)
{
	size_t sum = 0;

	for (size_t i = 0; i < look->n; i++)
		sum += look->v[i].processes;
	buf_printf(b, "processes %zu", sum);
}

static void put_load(const struct top_look *look, struct buf *b)
{
	buf_printf(b, "load %.2f %.2f %.2f", look->load[0], look->load[1],
	           look->load[2]);
}

static void put_time(const struct top_look *look, struct buf *b)
{
	time_t t = (time_t)look->seconds;
	char text[CELL] = "-";
	struct tm tm;

	if (localtime_r(&t, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	buf_puts(b, text);
}

void top_summary(const struct top_look *look, enum top_key key, int width,
                 struct buf *b)
{
	static void (*const items[])(const struct top_look *, struct buf *) = {
		put_time,   put_states,    put_load,   put_cpu,
		put_memory, put_processes, put_network};
	static const char *const keys[] = {"cpu", "memory", "processes", "name",
	                                   "network"};
	AUTO(buf) struct buf order = {0};

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		AUTO(buf) struct buf item = {0};

		items[i](look, &item);
		add_item(b, width, buf_text(&item));
	}
	buf_printf(&order, "by %s", keys[key]);
	add_item(b, width, order.data);
	buf_putc(b, '\n');
}
