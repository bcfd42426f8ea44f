/* SPDX-License-Identifier: MIT */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "run/log.h"
#include "sub/place.h"

#define READING 1 /* the page's first word */

/* A console, in whose place a pipe does, and its log in a directory. */
struct place {
	char state[64];
	struct places places;
	int ends[2];
};

static int set_up(void **state)
{
	static struct place p;

	snprintf(p.state, sizeof(p.state), "/tmp/test_log.XXXXXX");
	assert_non_null(mkdtemp(p.state));
	p.places = (struct places){.state = p.state};
	assert_int_equal(pipe2(p.ends, O_CLOEXEC | O_NONBLOCK), 0);
	*state = &p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	close(p->ends[0]);
	close(p->ends[1]);
	assert_int_equal(file_remove_tree(AT_FDCWD, p->state), 0);
	return 0;
}

static void open_log(struct place *p, struct log *l, int page_fd)
{
	struct err err;

	l->max = 65536;
	assert_int_equal(log_open(l, &p->places, "web", page_fd, &err), 0);
}

/* The console says something, and it is read. */
static void say(struct place *p, struct log *l, const char *text)
{
	const char *bytes;
	size_t n = strlen(text);

	assert_int_equal(write(p->ends[1], text, n), n);
	assert_int_equal(log_read(l, p->ends[0], &bytes), n);
	assert_memory_equal(bytes, text, n);
}

/* What is in the log, without the times. */
static void assert_has(struct place *p, const char *wanted)
{
	AUTO(buf) struct buf b = {0}, got = {0};
	char path[128];

	snprintf(path, sizeof(path), "%s/log/web", p->state);
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &b), 0);
	for (const char *c = buf_text(&b); *c; c += strcspn(c, "\n") + 1) {
		assert_true(strlen(c) > LOG_STAMP_BYTES);
		buf_add(&got, c + LOG_STAMP_BYTES,
		        strcspn(c, "\n") - LOG_STAMP_BYTES);
		buf_puts(&got, "|");
		if (!c[strcspn(c, "\n")])
			break;
	}
	assert_string_equal(buf_text(&got), wanted);
}

/* Whoever had it is killed; its page lives. */
static int kill_it(struct log *l)
{
	int page_fd = fcntl(l->page_fd, F_DUPFD_CLOEXEC, 3);

	assert_true(page_fd >= 0);
	log_done(l);
	return page_fd;
}

static void set_state(int page_fd, uint32_t state)
{
	uint32_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
	                      page_fd, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	*page = state;
	munmap(page, 4096);
}

static void writes_what_it_reads(void **state)
{
	struct place *p = *state;
	AUTO(log) struct log l = LOG_NONE;

	open_log(p, &l, -1);
	say(p, &l, "one\r\ntwo");
	log_write(&l);
	log_say(&l, "ours %d", 7);
	say(p, &l, " three\r\n");
	log_write(&l);
	log_end_line(&l);
	assert_has(p, " one| two|# ours 7|+ three|");
}

static void takes_over_what_was_read(void **state)
{
	struct place *p = *state;

	for (int reading = 0; reading < 2; reading++) {
		AUTO(log) struct log l = LOG_NONE, next = LOG_NONE;
		AUTO(fd) int page_fd = -1;

		open_log(p, &l, -1);
		/* A longer piece before it. */
		say(p, &l, "a long line of text\r\n");
		log_write(&l);
		say(p, &l, "short\r\n");
		page_fd = kill_it(&l);
		if (reading)
			set_state(page_fd, READING);
		open_log(p, &next, page_fd);
		say(p, &next, "next\r\n");
		log_write(&next);
		assert_has(p, reading ? " a long line of text| short| next|"
		                        " a long line of text| short| next|"
		                      : " a long line of text| short| next|");
	}
}

static void takes_over_a_part(void **state)
{
	struct place *p = *state;

	/* All that may have come into the log of it before the kill. */
	for (off_t cut = 0; cut <= 3 * LOG_HEAD_BYTES + 12; cut++) {
		AUTO(log) struct log l = LOG_NONE, next = LOG_NONE;
		AUTO(fd) int page_fd = -1;
		char path[128];

		snprintf(path, sizeof(path), "%s/log/web", p->state);
		unlink(path);
		open_log(p, &l, -1);
		say(p, &l, "one\r\ntwo\r\nthree");
		page_fd = fcntl(l.page_fd, F_DUPFD_CLOEXEC, 3);
		/* The page as it is now, and the log as it is then. */
		{
			char page[4096];

			assert_int_equal(pread(page_fd, page, 4096, 0), 4096);
			log_write(&l);
			assert_int_equal(pwrite(page_fd, page, 4096, 0), 4096);
		}
		log_done(&l);
		assert_int_equal(truncate(path, cut), 0);
		open_log(p, &next, page_fd);
		say(p, &next, " four\n");
		log_write(&next);
		assert_has(p, " one| two| three four|");
	}
}

/* A guest may have written anything into it. */
static void believes_no_number(void **state)
{
	struct place *p = *state;

	for (int i = 0; i < 300; i++) {
		AUTO(log) struct log l = LOG_NONE, next = LOG_NONE;
		AUTO(fd) int page_fd = -1;
		unsigned char page[4096];

		open_log(p, &l, -1);
		say(p, &l, "x\n");
		page_fd = kill_it(&l);
		for (size_t k = 0; k < sizeof(page); k++)
			page[k] = (unsigned char)(rand() % (i % 3 ? 256 : 3));
		page[0] = (unsigned char)(i % 4);
		if (i % 2)
			memset(page + 1, 0, 8);
		assert_int_equal(pwrite(page_fd, page, 4096, 0), 4096);
		open_log(p, &next, page_fd);
		log_say(&next, "still here");
	}
}

static void refuses_a_page_that_could_shrink(void **state)
{
	struct place *p = *state;
	AUTO(log) struct log l = LOG_NONE;
	AUTO(fd) int fd = memfd_create("page", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, 4096), 0);
	open_log(p, &l, fd);
	assert_int_equal(ftruncate(fd, 0), 0);
	say(p, &l, "alive\n");
	log_write(&l);
	assert_has(p, " alive|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_what_it_reads, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(takes_over_what_was_read,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_over_a_part, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(believes_no_number, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(
			refuses_a_page_that_could_shrink, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
