/* SPDX-License-Identifier: MIT */
/* Casts that are not where consent wants them, and /syscmd. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cast/policy.h"
#include "casting/casting.h"
#include "casting/hanging.h"
#include "casting/peer.h"
#include "casting/syscmd.h"
#include "doctor/doctor.h"
#include "model/name.h"

static int tend(struct doctor *d, const struct finding *f, struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	int r = casting_begin(&c, d->places, CASTING_SECONDS, err);

	return r ? r : casting_tend(&c, f->name, err);
}

static int forget_ledger(struct doctor *d, const struct finding *f,
                         struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	int r = casting_begin(&c, d->places, CASTING_SECONDS, err);

	if (!r)
		casting_forget(&c, f->name);
	return r;
}

/* Each acceptance that could be mounted has to be, and nothing else. */
static void look_at_receiver(struct doctor *d, const struct casting *c,
                             const struct hanging *h)
{
	static const struct said moved = {
		.how = "the guest moved or removed a directory above it, or "
		       "somebody unmounted it",
		.fix = "puts its casts right",
		.mend = tend,
	};
	const char *name = h->in->sub.name;

	for (size_t i = 0; i < h->ledger.n; i++) {
		const struct held *held = &h->ledger.v[i];
		const struct acceptance *a =
			casts_on(&c->casts, name, held->target);
		unsigned mode;

		if (held->id && !hanging_is_in_place(h, held))
			doctor_add(d, name, &moved,
			           "%s of %s is not mounted where it was put",
			           held->target, name);
		else if (held->kind == HELD_CAST &&
		         (!a || !policy_allows(&c->casts, a, &mode)))
			doctor_add(d, name, &moved,
			           "%s of %s is mounted without consent",
			           held->target, name);
	}
}

static int examine_patient(struct doctor *d, const struct casting *c,
                           const char *name, struct err *err)
{
	AUTO(hanging) struct hanging h = {.folder_fd = -1};
	AUTO(peer) struct peer p = PEER_NONE;
	int r = peer_open(&p, d->places, name, err);

	if (!r && p.is_up)
		r = hanging_read(&h, c->lock_fd, &p, err);
	if (!r && p.is_up)
		look_at_receiver(d, c, &h);
	return r;
}

static void look_at_ledgers(struct doctor *d, const struct casting *c)
{
	static const struct said orphan = {
		.how = "it was stopped by other means than subhost",
		.fix = "removes it",
		.mend = forget_ledger,
	};
	int fd = c->lock_fd < 0 ? -1
	                        : openat(c->lock_fd, ".",
	                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (name_is_valid(e->d_name) && !doctor_is_up(d, e->d_name))
			doctor_add(d, e->d_name, &orphan,
			           "there is a list of the casts of %s, which "
			           "is not up",
			           e->d_name);
	if (dir)
		closedir(dir);
}

int doctor_examine_casts(struct doctor *d, struct err *err)
{
	static const struct said unreadable = {
		.how = "somebody edited it; what it last said goes on, nothing "
		       "new is accepted; subhost casts edit"};
	AUTO(casting) struct casting c = CASTING_NONE;
	int r = casting_look(&c, d->places, err);

	if (r < 0)
		return r;
	if (c.fault)
		doctor_add(d, "casts.ini", &unreadable, "%s", c.fault);
	for (size_t i = 0; !r && i < d->n_patients; i++)
		if (d->patients[i].is_up)
			r = examine_patient(d, &c, d->patients[i].name, err);
	look_at_ledgers(d, &c);
	return r;
}

static int remove_folder(struct doctor *d, const struct finding *f,
                         struct err *err)
{
	AUTO(fd)
	int fd = open(d->places->syscmd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -errno : file_remove_tree(fd, f->name);

	return r < 0 ? err_set(err, r, "cannot remove %s/%s", d->places->syscmd,
	                       f->name)
	             : 0;
}

static int refresh(struct doctor *d, const struct finding *f, struct err *err)
{
	return syscmd_refresh(d->places, f->name, err);
}

static void look_at_folder(struct doctor *d, const char *name)
{
	static const struct said orphan = {
		.how = "the sub host was removed by other means than subhost "
		       "destroy",
		.fix = "removes it",
		.mend = remove_folder,
	};
	static const struct said stale = {
		.how = "the masters were replaced, and subhost allow --refresh "
		       "has not run since",
		.fix = "links them again",
		.mend = refresh,
	};

	if (!doctor_knows(d, name))
		doctor_add(d, name, &orphan,
		           "there is %s/%s, and no sub host %s",
		           d->places->syscmd, name, name);
	else if (syscmd_is_stale(d->places, name))
		doctor_add(d, name, &stale,
		           "verbs in %s/%s are not those of %s/scripts, and so "
		           "disabled",
		           d->places->syscmd, name, d->places->syscmd);
}

int doctor_examine_syscmd(struct doctor *d, struct err *err)
{
	DIR *dir = opendir(d->places->syscmd);
	struct dirent *e;

	if (!dir)
		return errno == ENOENT ? 0
		                       : err_set(err, -errno, "cannot open %s",
		                                 d->places->syscmd);
	while ((e = readdir(dir)))
		if (e->d_type == DT_DIR && name_is_valid(e->d_name))
			look_at_folder(d, e->d_name);
	closedir(dir);
	return 0;
}
