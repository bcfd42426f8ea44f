/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "model/resolv.h"

static struct words list(const char *text)
{
	struct words words = {0};

	assert_int_equal(words_split(&words, text), 0);
	return words;
}

static void writes_resolv_conf(void **state)
{
	static const char first[] =
		"# written by subhost at each start: DNS in its config\n";
	const struct {
		const char *dns, *wanted;
	} texts[] = {
		{"10.0.0.1", "nameserver 10.0.0.1\n"},
		{"10.0.0.1 search=a.example fd00::1 search=b.example",
	         "search a.example b.example\n"
	         "nameserver 10.0.0.1\nnameserver fd00::1\n"},
		{"search=a.example", "search a.example\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		AUTO(words) struct words dns = list(texts[i].dns);
		AUTO(buf) struct buf shown = {0};

		assert_false(resolv_is_host(&dns));
		resolv_print(&dns, &shown);
		assert_memory_equal(shown.data, first, strlen(first));
		assert_string_equal(shown.data + strlen(first),
		                    texts[i].wanted);
	}
}

static void knows_the_host_s(void **state)
{
	AUTO(words) struct words host = list("host");
	AUTO(words) struct words none = {0};

	(void)state;
	assert_true(resolv_is_host(&host));
	assert_null(resolv_domain("host"));
	assert_string_equal(resolv_domain("search=a.example"), "a.example");
	assert_false(resolv_is_host(&none));
}

static void writes_hosts(void **state)
{
	AUTO(words)
	struct words hosts = list("'10.0.0.3 db db.example' 'fd00::3 db'");
	AUTO(words) struct words none = {0};
	AUTO(buf) struct buf shown = {0};

	(void)state;
	resolv_print_hosts(&hosts, "web", &shown);
	assert_string_equal(
		buf_text(&shown),
		"# written by subhost at each start: HOSTS in its config\n"
		"127.0.0.1 localhost\n"
		"::1 localhost ip6-localhost ip6-loopback\n"
		"127.0.1.1 web\n"
		"10.0.0.3 db db.example\n"
		"fd00::3 db\n");
	shown.len = 0;
	resolv_print_hosts(&none, "x", &shown);
	assert_non_null(strstr(buf_text(&shown), "127.0.1.1 x\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_resolv_conf),
		cmocka_unit_test(knows_the_host_s),
		cmocka_unit_test(writes_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
