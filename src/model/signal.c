/* SPDX-License-Identifier: MIT */
#include "model/signal.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define RTMIN 34
#define RTMAX 64

/* clang-format off */
#define S(name) {#name, SIG##name}
static const struct {
	const char *name;
	int number;
} signals[] = {
	S(HUP), S(INT), S(QUIT), S(ILL), S(TRAP), S(ABRT), S(BUS), S(FPE),
	S(KILL), S(USR1), S(SEGV), S(USR2), S(PIPE), S(ALRM), S(TERM),
	S(STKFLT), S(CHLD), S(CONT), S(STOP), S(TSTP), S(TTIN), S(TTOU),
	S(URG), S(XCPU), S(XFSZ), S(VTALRM), S(PROF), S(WINCH), S(IO),
	S(PWR), S(SYS), S(POLL), {"RTMIN", RTMIN}, {"RTMAX", RTMAX},
};
#undef S
/* clang-format on */

#define SIGNALS (sizeof(signals) / sizeof(*signals))

/* A plain decimal of at most two digits, or -1. */
static int read_number(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > 2 || strspn(text, "0123456789") != len)
		return -1;
	return (int)strtol(text, NULL, 10);
}

/* RTMIN+n and RTMAX-n. */
static int read_real_time(const char *text)
{
	bool from_min = !strncasecmp(text, "RTMIN+", 6);
	int n;

	if (!from_min && strncasecmp(text, "RTMAX-", 6) != 0)
		return 0;
	n = read_number(text + 6);
	if (n < 0 || n > RTMAX - RTMIN)
		return 0;
	return from_min ? RTMIN + n : RTMAX - n;
}

int signal_number(const char *text)
{
	int number = read_number(text);

	if (number >= 0)
		return number <= RTMAX ? number : 0;
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (size_t i = 0; i < SIGNALS; i++)
		if (!strcasecmp(text, signals[i].name))
			return signals[i].number;
	return read_real_time(text);
}

void signal_print(struct buf *b, int number)
{
	for (size_t i = 0; i < SIGNALS; i++) {
		if (signals[i].number == number) {
			buf_printf(b, "SIG%s", signals[i].name);
			return;
		}
	}
	if (number > RTMIN && number < RTMAX)
		buf_printf(b, "SIGRTMIN+%d", number - RTMIN);
	else
		buf_printf(b, "%d", number);
}
