/* SPDX-License-Identifier: MIT */

#include "cli/since.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"

static bool parse_ago(const char *text, time_t now, time_t *ret)
{
	static const char units[] = "smhd";
	static const unsigned seconds[] = {1, 60, 3600, 86400};
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] ? strchr(units, text[digits]) : NULL;
	unsigned long long ago;

	if (!digits || digits > 9 || !unit || text[digits + 1])
		return false;
	ago = strtoull(text, NULL, 10) * seconds[unit - units];
	*ret = ago > (unsigned long long)now ? 0 : now - (time_t)ago;
	return true;
}

static bool parse_as(const char *text, const char *format, struct tm *tm)
{
	const char *end = strptime(text, format, tm);

	return end && !*end;
}

static bool parse_local(const char *text, time_t now, time_t *ret)
{
	static const char *const formats[] = {
		"%Y-%m-%d %H:%M:%S",
		"%Y-%m-%d %H:%M",
		"%Y-%m-%d",
		"%Y-%m-%dT%H:%M:%S",
		"%Y-%m-%dT%H:%M",
		"%H:%M:%S",
		"%H:%M",
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct tm tm = {0}, today;

		if (formats[i][1] == 'H' && localtime_r(&now, &today))
			tm = (struct tm){.tm_year = today.tm_year,
			                 .tm_mon = today.tm_mon,
			                 .tm_mday = today.tm_mday};
		tm.tm_isdst = -1;
		if (!parse_as(text, formats[i], &tm))
			continue;
		*ret = mktime(&tm);
		return *ret >= 0;
	}
	return false;
}

static bool parse_utc(const char *text, time_t *ret)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!end || (*end != 'Z' && *end != '.'))
		return false;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (strcmp(end, "Z"))
		return false;
	*ret = timegm(&tm);
	return *ret >= 0;
}

int since_parse(const char *text, time_t now,
                char ret_stamp[static LOG_STAMP_BYTES + 1], struct err *err)
{
	AUTO(buf) struct buf shown = {0};
	time_t t;

	if (parse_ago(text, now, &t) || parse_utc(text, &t) ||
	    parse_local(text, now, &t)) {
		log_stamp((uint64_t)t * 1000000, ret_stamp);
		return 0;
	}
	buf_escape(&shown, text);
	return err_say(err, -EINVAL,
	               "%.100s is no time: 90s, 10m, 2h or 1d (ago), 10:00 or "
	               "\"2026-11-21 10:00\" is needed",
	               buf_text(&shown));
}
