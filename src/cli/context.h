/* SPDX-License-Identifier: MIT */
/* What every verb is given, and what it tells the user with. */
#pragma once

#include <stdbool.h>

#include "sub/place.h"

struct buf;
struct err;
struct verb;

enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_OURS = 125, /* of a foreground start: the failure is ours */
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127,
};

#define CONTEXT_BRIDGES_MAX 64

struct context {
	struct places places;
	const struct verb *verb; /* NULL: not known yet */
	const char *program;     /* as it was called: subhost, control */
	bool is_detached;        /* -d */
	bool is_help;            /* --help */
	bool is_quiet;           /* -q: no notes */
	bool is_json;            /* --json */
	bool is_forced;          /* --force */
	bool is_check;           /* --check */
	bool is_saved;           /* --save */
	bool is_nat;             /* --nat */
	bool is_kill;            /* --kill */
	bool is_all;             /* -a */
	bool is_fix;             /* --fix */
	bool is_graph;           /* --graph */
	bool is_svg;             /* --svg */
	bool is_yes;             /* --yes */
	const char *base;        /* --base; NULL: none */
	const char *image;       /* --image; NULL: none */
	const char *from;        /* --from; NULL: nothing */
	const char *bridges[CONTEXT_BRIDGES_MAX]; /* --bridge, each */
	unsigned n_bridges;
	const char *actor; /* --as; NULL: the host itself */
	const char *user;  /* -u; NULL: as declared */
	bool follows;      /* -f */
	long lines;        /* -n; -1: all */
	const char *since; /* --since; NULL: from the beginning */
	int seconds;       /* --timeout; -1: as declared */
	int start_seconds; /* --timeout of start -d; -1: as declared */
};

/* One sentence on stderr; the failure's owner calls it, once. */
void context_fail(const struct context *c, const struct err *err);

/* Lines that the user should know, each told with name before it. */
void context_note(const struct context *c, const char *name,
                  const struct buf *lines);

/* Everything we do needs root; says so when it is not. */
bool context_is_root(const struct context *c);

/* Say how the verb is used; returns EXIT_USAGE. */
int context_usage(const struct context *c);

/* Say, as asked, how the verb is used and what it does. */
void context_help(const struct context *c);

/* Take the options before the verb, which all verbs have (c->verb is NULL):
 * how many words they were, or -1 when one is not, which has been told. */
int context_options_before(struct context *c, int argc, char **argv);

/*
 * Take the options that a verb's row in the table of options lists out of
 * argv (before "--"): the number of words left, which are moved to the front,
 * or -1 when one is unknown or lacks its value, which has been told.
 */
int context_options(struct context *c, int argc, char **argv);
