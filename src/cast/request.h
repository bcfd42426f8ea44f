/* SPDX-License-Identifier: MIT */
/*
 * What somebody asks for, out of words, and what it makes of the casts. The
 * same for a guest's message and for a verb on the host. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cast/casts.h"

struct err;

/*
 * Of offers, acceptances and blocks a sub host has at most so many each, and
 * they take at most so many bytes in casts.ini; what the host gives, and what
 * one receiver is offered, has a limit of bytes alone. No guest makes the file
 * too large to be read, nor judging it slow.
 */
#define REQUEST_MAX       256
#define REQUEST_BYTES     (64 << 10)
#define REQUEST_ALL_BYTES (512 << 10)

enum cast_verb {
	CAST_VERB_CAST,      /* DIR PEER[:TARGET] [--ro] */
	CAST_VERB_UCAST,     /* DIR [PEER] */
	CAST_VERB_CASTON,    /* | PEER:PATH [TARGET] [--ro] */
	CAST_VERB_CASTOFF,   /* | PATH | PEER:PATH */
	CAST_VERB_CASTBLOCK, /* | PATH | PEER | PEER:PATH | --lift [WHAT...] */
	CAST_VERB_PUBLISH,   /* DIR [--ro | --rw] */
	CAST_VERB_UNPUBLISH, /* DIR */
	CAST_VERBS
};

/* Its name, and the words it takes. */
const char *request_verb_name(enum cast_verb verb);
const char *request_verb_usage(enum cast_verb verb);

/* The verb of that name, or CAST_VERBS. */
enum cast_verb request_verb_named(const char *name);

struct request {
	enum cast_verb verb;
	char *actor;   /* whose consent it is: a sub host, or host */
	char *peer;    /* NULL: none was named */
	char *path;    /* DIR, or the PATH that was named; NULL: none */
	char *target;  /* NULL: the same as path */
	unsigned mode; /* CAST_RO, CAST_NOEXEC: narrowed to */
	bool is_lift;  /* castblock --lift */
	char **lifted; /* what of; owned, NULL-terminated; NULL: everything */
};

void request_done(struct request *q);

/* What was asked: the n words after the verb. */
struct asked {
	const char *actor;
	enum cast_verb verb;
	char *const *words;
	size_t n;
	bool is_encoded; /* the words are: a guest's; else as an
	                  * administrator's shell gave them, and only the first
	                  * ':' parts a peer's name from a path */
};

/*
 * Read that. A '/' at a path's end is left off. The host's offers and
 * publications are ro unless --rw was said. 0; -EINVAL and a sentence; or
 * -ENOEXEC and "usage: …".
 */
int request_parse(const struct asked *asked, struct request *ret,
                  struct err *err);

/* One thing that a request changed, or did not. */
enum effect_kind {
	EFFECT_OFFERED,   /* offered now (no receiver, no target: published) */
	EFFECT_WITHDRAWN, /* an offer is gone */
	EFFECT_ACCEPTED,
	EFFECT_DROPPED, /* an acceptance is gone */
	EFFECT_BLOCKED, /* giver and target, where it has them */
	EFFECT_LIFTED,
	EFFECT_SKIPPED, /* caston alone: not accepted, for that reason */
};

struct effect {
	enum effect_kind kind;
	char *receiver, *giver, *path, *target; /* NULL where it has none */
	char *reason;                           /* why it was skipped */
};

struct effects {
	struct effect *v;
	size_t n;
};

void effects_done(struct effects *e);

/* Tells whether an acceptance is mounted now. */
struct activity {
	bool (*is_active)(void *arg, const struct acceptance *a);
	void *arg;
};

/*
 * Change c as q asks, and say what that changed, in order. Acceptances that
 * lose their grant (ucast, unpublish) are kept in c: they wait, and are listed
 * as EFFECT_WITHDRAWN with their receiver and target. castblock alone keeps
 * what is active. 0, with no effect where all was so already; or negative, c
 * unchanged, and the reason: -ENOENT nothing of that is offered, active,
 * blocked…; -EPERM it is blocked; -EEXIST another cast's target is in the way;
 * -EINVAL a path that no cast may have, a giver that is the receiver, a cast
 * to the host; -ENOSPC more than REQUEST_MAX.
 */
int request_apply(struct casts *c, const struct request *q,
                  const struct activity *now, struct effects *ret,
                  struct err *err);

static inline void request_auto(struct request *q)
{
	request_done(q);
}

static inline void effects_auto(struct effects *e)
{
	effects_done(e);
}
