/* SPDX-License-Identifier: MIT */
/*
 * The foreground: our terminal and signals on one side, init and its pty on
 * the other, until init ends.
 */
#pragma once

#include <termios.h>

#include "sys/process.h"

struct err;

/*
 * Stay with init until it has ended, and reap it. master_fd is its pty, -1 if
 * it has none. Our terminal (descriptor 0) is raw meanwhile and what it was
 * afterwards, even when we are killed. SIGTERM, SIGINT, SIGHUP, SIGQUIT,
 * SIGUSR1 and SIGUSR2 are handed to init, or end it if it does not hear them;
 * what runs beside an init, and is given in its place, gets them as they are.
 */
int console_run(struct process *init, int master_fd, struct ending *ret_ending,
                struct err *err);

/* From now on those signals wait for console_run(), */
void console_hold_signals(void);

/* or are read from this: a signalfd, or -errno. */
int console_open_signals(void);

/* Our terminal (descriptor 0) is raw from console_make_raw() on, until this is
 * undone; and what it was when we are killed meanwhile, too. */
struct console_raw {
	struct process guardian;
	struct termios before;
	int fd; /* -1: it is as it was */
};

#define CONSOLE_RAW_NONE                                                       \
	{                                                                      \
		.guardian.pid_fd = -1, .fd = -1                                \
	}

int console_make_raw(struct console_raw *raw, struct err *err);
void console_raw_auto(struct console_raw *raw);

/* Wait a second between two runs, or until one of them comes: it, or 0. */
int console_pause(void);
