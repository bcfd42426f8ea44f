/* SPDX-License-Identifier: MIT */
/*
 * subhost-tools: what a guest calls the host with. One program of many names,
 * static, that needs nothing of the guest but its root: no /proc, no /etc.
 */
#pragma once

#include <stdbool.h>

#include "base/words.h"

/* What the host tells the guest, and what the guest tells the host. */
#define HOST_SAYS  "/syscmd"
#define GUEST_SAYS "/.syscmd"

/* How a tool ends. */
enum {
	TOOL_DONE,
	TOOL_REFUSED,
	TOOL_USAGE,
	TOOL_NO_HOST,
};

/* One call, its options taken out of the words. */
struct call {
	const char *name;     /* of the tool: its verb */
	struct words words;   /* to be sent */
	struct words plain;   /* those of them that are no options */
	unsigned seconds;     /* to wait for the answer */
	bool makes_file;      /* --file: of a missing target */
	bool is_all, is_json; /* -a, --json */
};

/* Print "NAME: <fmt>" as a line to stderr, and return status. */
int tool_fail(const struct call *c, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Each ends the call and returns how. */
int ask_host(const struct call *c);
int show_casts(const struct call *c);
