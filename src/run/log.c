/* SPDX-License-Identifier: MIT */

#include "run/log.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "sub/place.h"

#define PAGE_BYTES  4096
#define CHUNK_BYTES 3968
#define OUT_BYTES   8192
#define SAID_MAX    65536 /* bytes of words of ours that wait for the disk */
#define SEALS       (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)

enum { NOTHING, READING, WRITING };

/* How far the page's bytes are in the log: all before start, which is where the
 * log was offset bytes long, with the line that it then had. */
struct mark {
	uint64_t offset;
	uint32_t start;
	uint32_t len, flags; /* of a struct log_line */
};

enum { IN_LINE = 1, HOLDS_CR = 2, IS_TORN = 4 };

/*
 * What is on its way, and whoever takes it over after SIGKILL can tell how far
 * it came. READING: the bytes were a pattern before. WRITING: the log's length
 * tells, since the same bytes and stamp make the same lines.
 */
struct log_page {
	uint32_t state, n, current, is_ready;
	uint64_t pattern, stamp;
	struct mark marks[2]; /* current says which is valid */
	char bytes[CHUNK_BYTES];
};

_Static_assert(sizeof(struct log_page) <= PAGE_BYTES, "one page");

static uint64_t now_of(clockid_t clock, uint64_t units)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * units +
	       (uint64_t)t.tv_nsec / (1000000000 / units);
}

static void set(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

void log_done(struct log *l)
{
	if (l->page)
		munmap(l->page, PAGE_BYTES);
	fd_auto(&l->dir_fd);
	fd_auto(&l->fd);
	fd_auto(&l->page_fd);
	buf_done(&l->rest);
	buf_done(&l->said);
	*l = (struct log)LOG_NONE;
}

static int make_page(void)
{
	AUTO(fd)
	int fd = memfd_create("subhost-log", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, PAGE_BYTES) < 0 ||
	    fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return -errno;
	return fd_take(&fd);
}

/* One that a guest may have had its hands on must not shrink under us. */
static bool is_page(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_size == PAGE_BYTES &&
	       fcntl(fd, F_GET_SEALS) == SEALS;
}

static int map_page(struct log *l)
{
	void *at = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
	                l->page_fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	l->page = at;
	return 0;
}

static int open_folder(const struct places *places)
{
	AUTO(fd) int state_fd = -1;
	int fd;

	if (mkdir(places->state, 0700) < 0 && errno != EEXIST)
		return -errno;
	state_fd = open(places->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state_fd < 0 ||
	    (mkdirat(state_fd, LOG_FOLDER, 0700) < 0 && errno != EEXIST))
		return -errno;
	fd = openat(state_fd, LOG_FOLDER,
	            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_file(struct log *l)
{
	l->fd = openat(l->dir_fd, l->name,
	               O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
	                       O_CLOEXEC,
	               0600);
	return l->fd < 0 ? -errno : 0;
}

/* Its size; 0 of one that is not there (any more), which is opened anew. */
static uint64_t look(struct log *l)
{
	struct stat st;

	if (l->fd >= 0 && !fstat(l->fd, &st) && st.st_nlink)
		return (uint64_t)st.st_size;
	fd_auto(&l->fd);
	if (open_file(l) < 0 || fstat(l->fd, &st) < 0)
		return 0;
	return (uint64_t)st.st_size;
}

static bool refused(struct log *l, int fault)
{
	if (!l->since)
		l->since = now_of(CLOCK_MONOTONIC, 1000);
	l->fault = fault;
	return false;
}

/* Write; false when the disk does not take it, and it is kept as the rest. */
static bool put_out(struct log *l, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(l->fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			buf_add(&l->rest, bytes, n);
			return refused(l, done < 0 ? errno : EIO);
		}
		bytes += done;
		n -= (size_t)done;
	}
	return true;
}

/* The rest, once more. */
static bool put_rest(struct log *l)
{
	AUTO(buf) struct buf rest = l->rest;

	look(l);
	l->rest = (struct buf){0};
	return put_out(l, rest.data, rest.len);
}

static void mark(struct log *l, uint64_t offset)
{
	uint32_t other = !l->page->current;

	l->page->marks[other] = (struct mark){
		.offset = offset,
		.start = (uint32_t)l->at,
		.len = l->line.len,
		.flags = (l->line.in_line ? IN_LINE : 0) |
	                 (l->line.holds_cr ? HOLDS_CR : 0) |
	                 (l->line.is_torn ? IS_TORN : 0),
	};
	set(&l->page->current, other);
}

/* Only between lines, where all is written. */
static bool rotate(struct log *l)
{
	char older[NAME_BYTES + sizeof(LOG_OLDER)];

	snprintf(older, sizeof(older), "%s" LOG_OLDER, l->name);
	if (renameat(l->dir_fd, l->name, l->dir_fd, older) < 0)
		return refused(l, errno);
	fd_auto(&l->fd);
	if (open_file(l) < 0)
		return refused(l, errno);
	mark(l, 0);
	return true;
}

/* How many bytes may come before the last line has to begin. */
static size_t budget(const struct log *l, uint64_t size)
{
	uint64_t most = l->max / 2 - LOG_LINE_ROOM;

	return size < most ? (size_t)(most - size) : 0;
}

/* The next of the page's bytes; false when the disk refuses. */
static bool write_some(struct log *l)
{
	char out[OUT_BYTES];
	uint64_t size = look(l);
	struct log_piece p = {.in = l->page->bytes + l->at,
	                      .n = l->n - l->at,
	                      .out = out,
	                      .room = sizeof(out),
	                      .budget = budget(l, size)};

	if (l->fd < 0)
		return refused(l, errno);
	if (!l->line.in_line && !p.budget) {
		mark(l, size);
		return rotate(l);
	}
	log_line_put(&l->line, l->stamp, &p);
	l->at = l->n - p.n;
	return put_out(l, out, (size_t)(p.out - out));
}

__attribute__((format(printf, 2, 3))) static void add_said(struct log *l,
                                                           const char *fmt, ...)
{
	char stamp[LOG_STAMP_BYTES + 1], text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_stamp(now_of(CLOCK_REALTIME, 1000000), stamp);
	if (l->said.len < SAID_MAX)
		buf_printf(&l->said, "%s# %s\n", stamp, text);
}

static bool put_said(struct log *l)
{
	AUTO(buf) struct buf lines = {0};
	char end[2];

	if (!l->said.len)
		return true;
	if (!l->line.in_line && !budget(l, look(l)) && !rotate(l))
		return false;
	if (look(l), l->fd < 0)
		return refused(l, errno);
	buf_add(&lines, end, log_line_tear(&l->line, end));
	buf_puts(&lines, l->said.data);
	buf_done(&l->said);
	return put_out(l, lines.data, lines.len);
}

void log_say(struct log *l, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_said(l, "%s", text);
	if (!l->since)
		put_said(l);
	if (l->at == l->n)
		mark(l, 0);
}

/* The disk takes it again; said when the line that waited has come to its
 * end. */
static void recover(struct log *l)
{
	uint64_t ms = now_of(CLOCK_MONOTONIC, 1000) - l->since;

	l->since = 0;
	add_said(l,
	         "could not be written for %u s (%s); the console waited, and "
	         "nothing is left out",
	         (unsigned)(ms / 1000), strerror(l->fault));
}

void log_write(struct log *l)
{
	if (l->rest.len && !put_rest(l))
		return;
	while (l->at < l->n)
		if (!write_some(l))
			return;
	if (l->since)
		recover(l);
	if (l->said.len && !l->line.in_line)
		put_said(l);
	mark(l, 0);
	set(&l->page->state, NOTHING);
}

/* The first of them tell whether they were read. */
static bool is_filled(const struct log_page *page, size_t n)
{
	if (n > sizeof(page->pattern))
		n = sizeof(page->pattern);
	return !memcmp(page->bytes, &page->pattern, n);
}

static void begin_writing(struct log *l, uint64_t stamp, size_t n)
{
	log_stamp(stamp, l->stamp);
	l->page->stamp = stamp;
	l->at = 0;
	l->n = n;
	mark(l, look(l));
	l->page->n = (uint32_t)n;
	set(&l->page->state, WRITING);
}

ssize_t log_read(struct log *l, int fd, const char **ret_bytes)
{
	int n = 0;
	ssize_t done;

	/* What is said to be there is read whole. */
	if (ioctl(fd, FIONREAD, &n) < 0 || n < 1)
		n = 1;
	if (n > CHUNK_BYTES)
		n = CHUNK_BYTES;
	memcpy(l->page->bytes, &l->page->pattern, sizeof(l->page->pattern));
	l->page->n = (uint32_t)n;
	set(&l->page->state, READING);
	done = read(fd, l->page->bytes, (size_t)n);
	if (done <= 0) {
		int fault = errno;

		set(&l->page->state, NOTHING);
		return done < 0 ? -fault : 0;
	}
	begin_writing(l, now_of(CLOCK_REALTIME, 1000000), (size_t)done);
	*ret_bytes = l->page->bytes;
	return done;
}

void log_end_line(struct log *l)
{
	char end[2];

	if (!l->since)
		put_out(l, end, log_line_end(&l->line, end));
	mark(l, 0);
}

void log_set_ready(struct log *l, bool ready)
{
	l->page->is_ready = ready;
}

bool log_is_ready(const struct log *l)
{
	return l->page->is_ready == true;
}

/* A file that ends within a line is gone on with in another one. */
static void look_at_end(struct log *l)
{
	uint64_t size = look(l);
	char last;

	l->line.in_line = size &&
	                  pread(l->fd, &last, 1, (off_t)size - 1) == 1 &&
	                  last != '\n';
}

/* What of the page's bytes is in the log already: pass it. */
static void pass(struct log *l, uint64_t done)
{
	while (done && l->at < l->n) {
		char out[OUT_BYTES];
		struct log_piece p = {.in = l->page->bytes + l->at,
		                      .n = l->n - l->at,
		                      .out = out,
		                      .room = sizeof(out),
		                      .budget = SIZE_MAX};
		size_t len;

		log_line_put(&l->line, l->stamp, &p);
		len = (size_t)(p.out - out);
		l->at = l->n - p.n;
		if (len > done) {
			put_out(l, out + done, len - done);
			return;
		}
		done -= len;
	}
}

/* The line that a mark tells of; it is no use where it contradicts the file's
 * end, but that may be later. */
static void take_line(struct log *l, const struct mark *last, bool is_later)
{
	struct log_line line = {
		.len = last->len,
		.in_line = last->flags & IN_LINE,
		.holds_cr = last->flags & HOLDS_CR,
		.is_torn = last->flags & IS_TORN,
	};

	if (line.len <= LOG_LINE_MAX + 1 &&
	    (is_later || l->line.in_line == line.in_line))
		l->line = line;
}

/* What a supervisor that was killed had read, and not written yet. */
static void take_over(struct log *l)
{
	const struct log_page *page = l->page;
	struct mark last = page->marks[page->current & 1];
	uint32_t state = page->state, n = page->n;
	uint64_t size = look(l);

	if (n > CHUNK_BYTES || l->fd < 0)
		return;
	take_line(l, &last, state == WRITING);
	if (state == READING && !is_filled(page, n)) {
		begin_writing(l, now_of(CLOCK_REALTIME, 1000000), n);
		log_write(l);
	} else if (state == WRITING && last.start <= n) {
		log_stamp(page->stamp, l->stamp);
		l->at = last.start;
		l->n = n;
		/* One that is shorter was rotated just then. */
		pass(l, size < last.offset ? size : size - last.offset);
		log_write(l);
	}
}

static int open_page(struct log *l, int page_fd)
{
	bool is_old = page_fd >= 0 && is_page(page_fd);

	l->page_fd = is_old ? fcntl(page_fd, F_DUPFD_CLOEXEC, 3) : make_page();
	return l->page_fd < 0 ? is_old ? -errno : l->page_fd : map_page(l);
}

int log_open(struct log *l, const struct places *places, const char *name,
             int page_fd, struct err *err)
{
	bool is_old = page_fd >= 0 && is_page(page_fd);
	int r;

	snprintf(l->name, sizeof(l->name), "%s", name);
	l->dir_fd = open_folder(places);
	r = l->dir_fd < 0 ? l->dir_fd : open_file(l);
	if (r < 0)
		return err_set(err, r,
		               "cannot open its log %s/" LOG_FOLDER "/%s",
		               places->state, name);
	r = open_page(l, page_fd);
	if (r < 0)
		return err_set(err, r, "cannot make a page for its log");
	look_at_end(l);
	if (is_old)
		take_over(l);
	else
		log_end_line(l);
	set(&l->page->state, NOTHING);
	if (getrandom(&l->page->pattern, sizeof(l->page->pattern), 0) < 0)
		l->page->pattern = now_of(CLOCK_REALTIME, 1000000000);
	return 0;
}
