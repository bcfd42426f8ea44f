/* SPDX-License-Identifier: MIT */
/*
 * What a config declares, typed and checked: one row a variable, its default
 * and its reader in one table. Pure.
 */
#pragma once

#include <stdbool.h>

#include "base/words.h"
#include "model/cable.h"
#include "model/limits.h"
#include "model/powers.h"
#include "model/restart.h"

struct buf;
struct config;
struct err;

enum users { USERS_SHARED, USERS_ISOLATED, USERS_NO };
enum answer { ANSWER_AUTO, ANSWER_NO, ANSWER_YES };

/* As it is written in a config. */
const char *users_name(enum users users);

struct declaration {
	struct words base;        /* BASE: layers, top first; none = no base */
	struct words base_hide;   /* BASE_HIDE: absolute paths */
	unsigned image_partition; /* IMAGE_PARTITION: 0 = the whole image */
	enum users users;         /* PRIVATE_USERS */
	bool mounts;              /* MOUNTS */
	bool host_network;        /* NETWORK=host */
	struct cables cables;     /* BRIDGES, ETHn_ADDRESS, _GATEWAY, _MTU */
	struct words dns;         /* DNS: IP, search=DOMAIN; or just host */
	struct words hosts;       /* HOSTS: "ADDRESS NAME [NAME…]" each */
	struct words init;        /* INIT; none = the first shell there is */
	enum answer reaper;       /* REAPER */
	struct words devices;     /* DEVICES: /dev/NAME[:rw] each */
	struct limits limits;     /* MEMORY_MAX … PIDS_MAX */
	struct powers caps;       /* CAPS */
	char *seccomp;            /* SECCOMP: default, strict, off, a path */
	bool no_new_privs;        /* NO_NEW_PRIVS */
	char *hostname;           /* HOSTNAME; NULL = the sub host's name */
	struct words environment; /* ENVIRONMENT: NAME=VALUE each */
	char *workdir;            /* WORKDIR: absolute; NULL = HOME or / */
	char *user;               /* USER: a name or uid; NULL = root */
	struct words tmpfs;       /* TMPFS: absolute paths (/run) */
	int stop_signal;          /* STOPSIGNAL; 0 = by INIT */
	unsigned stop_timeout;    /* STOP_TIMEOUT, seconds (10) */
	char *pre_start;          /* PRE_START: absolute path or NULL */
	char *post_stop;          /* POST_STOP */
	bool autostart;           /* AUTOSTART */
	struct words after;       /* AFTER: names, or cast:PEER:/path */
	enum restart restart;     /* RESTART */
	unsigned restart_delay;   /* RESTART_DELAY, seconds (1) */
	bool notify;              /* NOTIFY */
	unsigned start_timeout;   /* START_TIMEOUT, seconds (90); 0: no end */
	uint64_t log_max;         /* LOG_MAX, bytes (16M) */
};

void declaration_done(struct declaration *d);

/*
 * Read c into d (all zero before). A value that is not allowed fails with
 * "WHERE:LINE: …". Slips of known names are added to warnings, one line each.
 * d is emptied after a failure.
 */
int declaration_read(struct declaration *d, const struct config *c,
                     const char *where, struct buf *warnings, struct err *err);

/*
 * For `config NAME`: call each with every variable, in the
 * table's order: its name, the effective value as text, the line that set it
 * (0: the default, -1: bash).
 */
void declaration_each(const struct declaration *d, const struct config *c,
                      void (*each)(void *arg, const char *name,
                                   const char *value, int line),
                      void *arg);

typedef void differs_each(void *arg, const char *name, const char *value);

/* Call each with what of the confinement is not as it is by default: the
 * variable's name and its value as text. */
void declaration_differs(const struct declaration *d, differs_each *each,
                         void *arg);

static inline void declaration_auto(struct declaration *d)
{
	declaration_done(d);
}
