/* SPDX-License-Identifier: MIT */
/* What list and status show of one sub host, gathered once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/kept.h"
#include "host/cabled.h"
#include "host/survey.h"
#include "host/usage.h"

struct context;
struct err;
struct json_object;

struct report {
	char name[64];
	enum state state;
	bool is_frozen;      /* it is running, but its clock stands still */
	char *why;           /* it is damaged, or cannot start; owned */
	char *base;          /* BASE, blanks between; owned; NULL: unknown */
	const char *users;   /* PRIVATE_USERS */
	bool is_open;        /* no user namespace: not a security boundary */
	const char *mounts;  /* MOUNTS */
	const char *network; /* NETWORK */
	struct buf differs;  /* what of the confinement is not the default */
	struct json_object *differs_json; /* the same; owned; NULL: unknown */
	char *config_fault; /* why config cannot be read; owned; NULL: none */
	uint64_t since;     /* seconds since 1970; 0: unknown */
	struct usage usage; /* 0: the host does not count it */
	struct cabled_list cables; /* of one that is up */
	int pid;                   /* of init; 0: none */
	struct kept kept;
	uint64_t uid; /* the host's id of guest root */
};

void report_done(struct report *r);

/* Look at NAME, without its lock: it may change while we look. */
int report_take(struct report *r, const struct context *c, const char *name,
                struct err *err);

/* The same for programs; the caller's reference. */
struct json_object *report_json(const struct report *r);

/* A time as people write it, local: "2026-01-31 12:00"; "-" for 0. */
void report_time(uint64_t seconds, char *ret_text, size_t size);

static inline void report_auto(struct report *r)
{
	report_done(r);
}
