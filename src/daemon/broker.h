/* SPDX-License-Identifier: MIT */
/* What a guest may ask for: each verb and what is done for it. */
#pragma once

#include <stdbool.h>

struct daemon;
struct job;
struct words;

enum answer {
	ANSWER_GIVEN, /* the job is at its next line */
	ANSWER_LATER, /* a lock is another's: try again */
	ANSWER_WAITS, /* for a handler, which will wake the guest */
};

/* Is a file of that verb a message? */
bool broker_knows(struct daemon *d, const char *verb);

/* Do what the line of the job asks for. */
enum answer broker_answer(struct daemon *d, struct job *j,
                          const struct words *line);

/* Run `subhost VERB NAME`; that it failed is told to the log. */
void broker_run(struct daemon *d, const char *name, const char *verb);
