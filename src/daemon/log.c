/* SPDX-License-Identifier: MIT */
/*
 * The journal is spoken to by its native protocol: a datagram of lines
 * FIELD=value (systemd.io/JOURNAL_NATIVE_PROTOCOL). Where it does not take one,
 * stderr gets the line: none is lost in silence, and none is waited for.
 */
#include "daemon/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "base/auto.h"
#include "base/buf.h"

#define JOURNAL    "/run/systemd/journal/socket"
#define LINE_BYTES 8192 /* bytes of a line; the rest is cut */

static enum log_where log_where;
static enum log_level log_level = LEVEL_INFO;

static const int priorities[] = {
	[LEVEL_ERROR] = LOG_ERR,
	[LEVEL_INFO] = LOG_INFO,
	[LEVEL_DEBUG] = LOG_DEBUG,
};

void log_to(enum log_where where, enum log_level level)
{
	if (log_where == LOG_TO_SYSLOG)
		closelog();
	log_where = where;
	log_level = level;
	if (where == LOG_TO_SYSLOG)
		openlog("subhostd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

static bool send_to_journal(enum log_level level, const char *line)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX,
	                              .sun_path = JOURNAL};
	AUTO(fd) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	AUTO(buf) struct buf b = {0};

	buf_printf(&b, "PRIORITY=%d\nSYSLOG_IDENTIFIER=subhostd\nMESSAGE=%s\n",
	           priorities[level], line);
	return fd >= 0 &&
	       sendto(fd, b.data, b.len, MSG_DONTWAIT | MSG_NOSIGNAL,
	              (const struct sockaddr *)&address, sizeof(address)) > 0;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list args;

	if (level > log_level)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (log_where == LOG_TO_SYSLOG)
		syslog(priorities[level], "%s", line);
	else if (log_where != LOG_TO_JOURNAL || !send_to_journal(level, line))
		fprintf(stderr, "%s\n", line);
}
