/* SPDX-License-Identifier: MIT */
/*
 * The supervisor of a detached one: its console on one side, log and clients on
 * the other, from before its first init to after its last. It never waits for
 * anything but all of them at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "run/clients.h"
#include "run/log.h"

struct err;
struct process;
struct sub;

struct supervisor {
	const char *name;
	struct clients clients;
	struct log log;
	int signal_fd; /* owned */
	/* Of the present run. */
	struct process *init; /* NULL: there is none */
	int master_fd;        /* owned; -1: no console */
	int slave_fd;         /* owned; kept open: a hang-up is not the end */
	int notify_fd;        /* owned; -1: NOTIFY=no */
	bool is_over;         /* init is dead */
	bool wants_ready;     /* NOTIFY=yes */
	bool is_lenient;      /* nobody else reaches that socket */
	bool is_stopping;     /* it has said so */
	char status[128];     /* STATUS= */
	int stop_signal;      /* what asks init to end */
	unsigned stop_timeout;
	uint64_t kill_at; /* ms; 0: never */
	/* Of all. */
	bool was_told;     /* to end: there will be no other run; */
	bool is_dismissed; /* and nothing is left to be done */
	uint64_t
		again_at; /* s since 1970; 0: it does not wait to start again */
	unsigned count;   /* of starts in a row after short runs */
};

#define SUPERVISOR_NONE                                                        \
	{                                                                      \
		.clients.listen_fd = -1, .log = LOG_NONE, .signal_fd = -1,     \
		.master_fd = -1, .slave_fd = -1, .notify_fd = -1               \
	}

void supervisor_done(struct supervisor *s);

/* Open log, whose max is set, and socket, for one whose SUBHOST_RUN is held;
 * page_fd is that of a
 * dead supervisor's log, or -1. */
int supervisor_open(struct supervisor *s, const struct sub *sub, int page_fd,
                    struct err *err);

/* A run begins; master_fd and notify_fd are taken over. */
void supervisor_begin(struct supervisor *s, struct process *init, int master_fd,
                      int notify_fd);

enum supervised {
	SUPERVISED_ENDED, /* init has, and all that it wrote is in the log */
	SUPERVISED_READY, /* it is ready: told once */
	SUPERVISED_TOLD,  /* we are dismissed: there is no init any more */
	SUPERVISED_TIME,  /* it is over */
};

/* Attend to all of it until one of those; ms < 0: for ever. */
enum supervised supervisor_wait(struct supervisor *s, int ms);

/* The run has ended: console and socket are closed. */
void supervisor_end(struct supervisor *s);

/* A line for the log, and for those that are attached. */
void supervisor_say(struct supervisor *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static inline void supervisor_auto(struct supervisor *s)
{
	supervisor_done(s);
}
