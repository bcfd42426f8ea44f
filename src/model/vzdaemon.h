/* SPDX-License-Identifier: MIT */
/* vzdaemon.conf: what the administrator settles for all sub hosts, as text of
 * lines KEY = value, with # comments. Pure. */
#pragma once

#include <stdint.h>

struct err;

#define VZDAEMON_MAX (1 << 20) /* bytes of its text */

enum log_where { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_JOURNAL };

enum log_level { LEVEL_ERROR, LEVEL_INFO, LEVEL_DEBUG };

struct vzdaemon {
	uint32_t uid_base;        /* of the range that is shared */
	char *handler_user;       /* a name or a number; owned */
	unsigned handler_timeout; /* seconds */
	unsigned rate, burst; /* requests of a guest, a second and at once */
	enum log_where log;
	enum log_level level;
	char *subhost; /* where sub hosts live; owned; NULL: not said */
};

/* Read it into ret, which is {0}: what text does not say is as usual. 0, or
 * -EINVAL with "WHERE:LINE: …" and ret left alone. */
int vzdaemon_parse(const char *text, const char *where, struct vzdaemon *ret,
                   struct err *err);

void vzdaemon_done(struct vzdaemon *v);

static inline void vzdaemon_auto(struct vzdaemon *v)
{
	vzdaemon_done(v);
}
