/* SPDX-License-Identifier: MIT */
/* One message of a guest's: taken, answered line by line, its answers posted.
 * Each line is a turn of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cast/message.h"

struct daemon;
struct err;
struct guest;

struct job {
	struct guest *guest; /* NULL: it has gone, nobody wants the answers */
	char file[MESSAGE_NAME_MAX], verb[MESSAGE_NAME_MAX];
	struct message message;
	size_t line; /* that is next */
	struct buf answers;
	uint64_t tried_at; /* since when the line waits for a lock; 0 */
	/* A handler runs for it, or it waits until one can. */
	bool has_handler, waits_for_handler;
	const char *after; /* once it is answered: "restart", "hibernate" */
	struct job *following;
};

/* A message of g's, which has no lines yet; g owns it. */
struct job *job_new(struct guest *g, const char *file, const char *verb);

/* Its guest has gone. It is freed, now or by its handler's end. */
void job_abandon(struct job *j);

/* Answer its line, as log and guest see it: result is "ok", "ok TEXT" or
 * "error: …", with nothing in it that needs escaping. */
void job_answer(struct job *j, const char *result);

/* The same for what went wrong; it is escaped. */
void job_refuse(struct job *j, const struct err *err);

/* What went wrong is none of the guest's business: the log has it. */
void job_fail(struct job *j, const struct err *err);

/* Append text as one line: its line breaks as " | ", the rest escaped. */
void job_one_line(struct buf *b, const char *text);

/* One that can go on, or NULL. */
struct job *job_ready(const struct guest *g);

/* Answer a line of it, if its guest may ask by now; post the answers after the
 * last one, and free it. Returns when it wants to go on. */
uint64_t job_step(struct daemon *d, struct job *j);
