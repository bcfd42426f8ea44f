/* SPDX-License-Identifier: MIT */

#include "doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/name.h"

/* In this order: who is up is known to those who come later. */
static int (*const examinations[])(struct doctor *d, struct err *err) = {
	doctor_settle,           doctor_examine_subs,  doctor_examine_records,
	doctor_examine_networks, doctor_examine_links, doctor_examine_cgroups,
	doctor_examine_loops,    doctor_examine_casts, doctor_examine_syscmd,
};

void doctor_done(struct doctor *d)
{
	for (size_t i = 0; i < d->n_patients; i++)
		free(d->patients[i].name);
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].what);
		free(d->v[i].how);
		free(d->v[i].fix);
		free(d->v[i].name);
	}
	free(d->patients);
	free(d->v);
	*d = (struct doctor){0};
}

int doctor_examine(struct doctor *d, const struct places *places,
                   struct err *err)
{
	int r = 0;

	d->places = places;
	places_tag(places, d->tag);
	for (size_t i = 0;
	     !r && i < sizeof(examinations) / sizeof(*examinations); i++)
		r = examinations[i](d, err);
	return r;
}

int doctor_mend(struct doctor *d, struct finding *f, struct err *err)
{
	int r = f->mend(d, f, err);

	f->is_mended = !r;
	return r;
}

void doctor_add(struct doctor *d, const char *name, const struct said *said,
                const char *fmt, ...)
{
	char text[1024];
	AUTO(buf) struct buf what = {0};
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_escape(&what, text);
	d->v = mem_resize(d->v, d->n + 1, sizeof(*d->v));
	d->v[d->n++] = (struct finding){
		.what = buf_take(&what),
		.how = mem_copy(said->how),
		.fix = said->fix ? mem_copy(said->fix) : NULL,
		.mend = said->mend,
		.name = mem_copy(name),
	};
}

static const struct patient *find(const struct doctor *d, const char *name)
{
	for (size_t i = 0; i < d->n_patients; i++)
		if (!strcmp(d->patients[i].name, name))
			return &d->patients[i];
	return NULL;
}

bool doctor_is_up(const struct doctor *d, const char *name)
{
	const struct patient *p = find(d, name);

	return p && p->is_up;
}

bool doctor_knows(const struct doctor *d, const char *name)
{
	return find(d, name);
}

char *doctor_name_of(const struct doctor *d, const char *mark)
{
	static const char prefix[] = "subhost:";
	AUTO(mem) char *name = NULL;
	size_t len, tag = strlen(d->tag);

	if (strncmp(mark, prefix, strlen(prefix)))
		return NULL;
	name = mem_copy(mark + strlen(prefix));
	len = strlen(name);
	if (len < tag || strcmp(name + len - tag, d->tag))
		return NULL;
	name[len - tag] = '\0';
	return name_is_valid(name) ? PTR_TAKE(name) : NULL;
}
