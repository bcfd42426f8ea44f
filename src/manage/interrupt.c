/* SPDX-License-Identifier: MIT */

#include "manage/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "base/err.h"

static volatile sig_atomic_t is_asked;

static void note(int signal)
{
	(void)signal;
	is_asked = 1;
}

void interrupt_watch(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction before;

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		/* No SA_RESTART: what waits is to return. */
		struct sigaction action = {.sa_handler = note};

		if (!sigaction(signals[i], NULL, &before) &&
		    before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

int interrupt_check(struct err *err)
{
	return is_asked ? err_say(err, -EINTR,
	                          "interrupted; what was made is removed")
	                : 0;
}
