/* SPDX-License-Identifier: MIT */
/*
 * What does not match, or was left behind: looked for in the kernel and in our
 * own files, told with what it is, how it came, and what would be done about
 * it. What does not carry our mark is never touched.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sub/place.h"

struct doctor;
struct err;
struct finding;

/* Puts one thing right; it is looked at again first. */
typedef int mend_fn(struct doctor *d, const struct finding *f, struct err *err);

struct finding {
	char *what; /* a sentence; owned, as all of them */
	char *how;  /* how it may have come */
	char *fix;  /* what --fix does; NULL: nothing, and what to do instead
	             * is part of how */
	mend_fn *mend;
	char *name; /* whose it is, or what; for mend */
	bool is_mended;
};

/* A sub host there is, or was: by directory or by mark. */
struct patient {
	char *name; /* owned */
	bool is_up; /* running or hibernated */
};

struct doctor {
	const struct places *places;
	char tag[10]; /* of this instance's marks */
	struct patient *patients;
	size_t n_patients;
	struct finding *v;
	size_t n;
};

void doctor_done(struct doctor *d);

/* Look at everything. */
int doctor_examine(struct doctor *d, const struct places *places,
                   struct err *err);

/* Put one right. */
int doctor_mend(struct doctor *d, struct finding *f, struct err *err);

/* For those who examine: add one; the texts are copied, what is made of fmt
 * and the name. */
struct said {
	const char *how, *fix;
	mend_fn *mend;
};

void doctor_add(struct doctor *d, const char *name, const struct said *said,
                const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Is there an up sub host of that name? */
bool doctor_is_up(const struct doctor *d, const char *name);
bool doctor_knows(const struct doctor *d, const char *name);

/* Whose mark is that? The name in "subhost:NAME" and this instance's tag, the
 * caller's; NULL: none of ours. */
char *doctor_name_of(const struct doctor *d, const char *mark);

/* Before anything is looked at: what goes by itself has gone. */
int doctor_settle(struct doctor *d, struct err *err);

/* The examinations, each of its own noun. */
int doctor_examine_subs(struct doctor *d, struct err *err);
int doctor_examine_records(struct doctor *d, struct err *err);
int doctor_examine_networks(struct doctor *d, struct err *err);
int doctor_examine_links(struct doctor *d, struct err *err);
int doctor_examine_cgroups(struct doctor *d, struct err *err);
int doctor_examine_loops(struct doctor *d, struct err *err);
int doctor_examine_casts(struct doctor *d, struct err *err);
int doctor_examine_syscmd(struct doctor *d, struct err *err);

static inline void doctor_auto(struct doctor *d)
{
	doctor_done(d);
}
