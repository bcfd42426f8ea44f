/* SPDX-License-Identifier: MIT */

#include "host/phases.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "host/cables.h"
#include "host/groups.h"
#include "host/init.h"
#include "host/life.h"
#include "host/sharing.h"
#include "host/survey.h"
#include "root/guest.h"
#include "root/names.h"
#include "root/root.h"
#include "run/clients.h"
#include "sub/declare.h"
#include "sub/hook.h"
#include "sub/ids.h"
#include "sub/sub.h"
#include "sys/beneath.h"
#include "sys/mount.h"
#include "sys/netns.h"
#include "sys/userns.h"

int phases_remember(struct life *l, struct err *err)
{
	int r = sub_remember(l->sub, &l->survey->record, err);

	if (!r)
		l->survey->facts.has_record = true;
	return r;
}

static int run_pre_start(struct life *l, struct err *err)
{
	const char *program = l->wish->declaration->pre_start;

	return program ? hook_run(l->sub, program, "PRE_START", err) : 0;
}

static int run_post_stop(struct life *l, struct err *err)
{
	const char *program = l->survey->record.post_stop;

	return program ? hook_run(l->sub, program, "POST_STOP", err) : 0;
}

/* Note all that stop will need to know, config may be another by then. */
static int note(struct life *l, struct err *err)
{
	struct record *r = &l->survey->record;
	const struct declaration *d = l->wish->declaration;
	AUTO(buf) struct buf kept = {0};
	uid_t base;
	int fault = ids_choose(l->sub, d->users, &base, err);

	if (fault < 0)
		return fault;
	declare_kept(d, &kept);
	r->kept = buf_take(&kept);
	r->post_stop = d->post_stop ? mem_copy(d->post_stop) : NULL;
	r->base = base;
	r->mounts = d->mounts;
	/* A hook may do anything: that it ran must not be forgotten. */
	return d->pre_start ? phases_remember(l, err) : 0;
}

static int forget(struct life *l, struct err *err)
{
	(void)err;
	sub_forget(l->sub);
	sharing_forget(l);
	clients_forget(l->sub->run_fd, l->sub->name);
	l->survey->facts.has_record = false;
	return 0;
}

/* Attach a detached mount on a directory of the sub host's, its id written
 * down before. *ret_fd is its root. */
static int attach(struct life *l, const char *name, int mount_fd, int *ret_fd,
                  struct err *err)
{
	AUTO(fd) int on_fd = -1;
	int r = root_open_point(l->sub, name, &on_fd, err);

	if (r < 0)
		return r;
	r = mount_attach(mount_fd, on_fd);
	if (r < 0)
		return err_set(err, r, "cannot mount %s/%s", l->sub->path,
		               name);
	*ret_fd = mount_fd;
	return 0;
}

static int detach(int *fd, enum whose *fact, const char *what, struct err *err)
{
	int r = 0;

	if (*fact != OURS)
		return 0;
	r = mount_detach(*fd);
	if (r < 0 && r != -EINVAL) /* it is gone already */
		return err_set(err, r, "cannot unmount its %s", what);
	close(*fd);
	*fd = -1;
	*fact = NOBODYS;
	return 0;
}

static int mount_image(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	struct mount_identity identity;
	AUTO(fd) int fd = -1;
	int r = root_has_image(l->sub, err);

	if (r <= 0)
		return r;
	r = root_open_image(l->sub, l->wish->declaration->image_partition, &fd,
	                    err);
	if (r < 0)
		return r;
	r = mount_identify(fd, &identity);
	if (r < 0)
		return err_set(err, r, "cannot look at its image's mount");
	v->record.image = identity.id;
	r = phases_remember(l, err);
	if (!r)
		r = attach(l, "mnt", fd, &v->image_fd, err);
	if (r < 0)
		return r;
	fd_take(&fd);
	v->facts.image = OURS;
	return 0;
}

static int unmount_image(struct life *l, struct err *err)
{
	return detach(&l->survey->image_fd, &l->survey->facts.image, "image",
	              err);
}

static int make_root(struct life *l, struct err *err)
{
	struct record *record = &l->survey->record;
	struct root_request req = {
		.declaration = l->wish->declaration,
		.image_fd = l->survey->image_fd,
		.userns_fd = l->user_fd,
		.base = (uid_t)record->base,
		.source = l->sub->mark,
		.notes = l->wish->notes,
	};
	struct mount_identity identity;
	int r = root_make(l->sub, &req, &l->live_mount_fd, err);

	if (r < 0)
		return r;
	r = mount_identify(l->live_mount_fd, &identity);
	if (r < 0)
		return err_set(err, r, "cannot look at its root's mount");
	record->live = identity.id;
	return 0;
}

static int take_net(struct life *l, struct userns_maker *m, struct err *err)
{
	struct record *record = &l->survey->record;
	struct netns_identity identity;
	int r;

	l->made_net_fd = userns_get_net(m);
	r = l->made_net_fd < 0 ? l->made_net_fd
	                       : netns_identify(l->made_net_fd, &identity);
	if (r < 0)
		return err_set(err, r, "cannot make its network namespace");
	record->net_dev = identity.dev;
	record->net_inode = identity.inode;
	return 0;
}

static int take_user(struct life *l, struct userns_maker *m, struct err *err)
{
	uid_t base = (uid_t)l->survey->record.base;

	l->user_fd = userns_get_user(m, base);
	if (l->user_fd == -ENOSPC)
		return err_say(err, -ENOSPC,
		               "cannot make its user namespace: the limit "
		               "user.max_user_namespaces is reached");
	return l->user_fd < 0 ? err_set(err, l->user_fd,
	                                "cannot make its user namespace")
	                      : 0;
}

static int make_cables(struct life *l, struct err *err)
{
	struct cabling c = {
		.sub = l->sub,
		.wanted = &l->wish->declaration->cables,
		.record = &l->survey->record,
		.net_fd = l->made_net_fd,
		.notes = l->wish->notes,
	};

	return cables_make(&c, err);
}

/* The namespaces and live, all of it still in our hands alone. The network
 * namespace takes longest; the root is made meanwhile. */
static int make(struct life *l, struct err *err)
{
	AUTO(userns_maker) struct userns_maker m = USERNS_MAKER_NONE;
	uid_t base = (uid_t)l->survey->record.base;
	bool with_net = !l->wish->declaration->host_network;
	int r = 0;

	if (base || with_net)
		r = userns_begin(&m, base, with_net, l->sub->mark);
	if (r < 0)
		return err_set(err, r, "cannot make its namespaces");
	if (base)
		r = take_user(l, &m, err);
	if (!r)
		r = make_root(l, err);
	if (!r && with_net)
		r = take_net(l, &m, err);
	if (!r && with_net)
		r = make_cables(l, err);
	return r ? r : phases_remember(l, err);
}

static int mount_live(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	int r = attach(l, "live", l->live_mount_fd, &v->live_fd, err);

	if (r < 0)
		return r;
	l->live_mount_fd = -1;
	v->facts.live = OURS;
	return 0;
}

static int unmount_live(struct life *l, struct err *err)
{
	return detach(&l->survey->live_fd, &l->survey->facts.live, "live", err);
}

static int pin_net(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	int r;

	if (l->made_net_fd < 0)
		return 0;
	r = netns_pin(l->made_net_fd, l->sub->name);
	if (r == -EEXIST && netns_open(l->sub->name) == -ENOENT) {
		/* A file that holds nothing: a pin that was cut short. */
		netns_unpin(l->sub->name);
		r = netns_pin(l->made_net_fd, l->sub->name);
	}
	if (r < 0)
		return err_set(err, r,
		               "cannot pin its network namespace as " NETNS_DIR
		               "/%s",
		               l->sub->name);
	v->net_fd = l->made_net_fd;
	l->made_net_fd = -1;
	v->facts.net = OURS;
	return 0;
}

static int unpin_net(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	int r;

	if (v->facts.net == SOMEONE_ELSES ||
	    (v->facts.net == NOBODYS && !v->record.net_inode))
		return 0;
	/* Where it is nobody's there may be a file left of a pin cut short. */
	if (v->facts.net == NOBODYS)
		return netns_unpin_leftover(l->sub->name);
	r = netns_unpin(l->sub->name);
	if (r < 0)
		return err_set(err, r, "cannot delete its network namespace");
	close(v->net_fd);
	v->net_fd = -1;
	v->facts.net = NOBODYS;
	return 0;
}

/* When waking: the user namespace that owns the network kept; or, with the
 * host's network, a new one with the same ids. */
static int find_user(struct life *l, struct err *err)
{
	AUTO(userns_maker) struct userns_maker m = USERNS_MAKER_NONE;
	struct survey *v = l->survey;
	uid_t base = (uid_t)v->record.base;
	int r;

	if (l->user_fd >= 0 || !base)
		return 0;
	if (v->net_fd >= 0) {
		r = userns_of_net(v->net_fd);
		if (r < 0)
			return err_set(err, r,
			               "cannot find its user namespace");
		l->user_fd = r;
		return 0;
	}
	r = userns_begin(&m, base, false, NULL);
	return r < 0 ? err_set(err, r, "cannot make its user namespace")
	             : take_user(l, &m, err);
}

/* Where one is to be mounted may lie on the one before. */
static int make_tmpfs_point(struct life *l, const char *path, struct err *err)
{
	AUTO(fd) int fd = beneath_open(l->survey->live_fd, path, true);
	AUTO(words) struct words missing = {0};

	if (fd != -ENOENT)
		return 0;
	words_add(&missing, path);
	return guest_make_dirs(l->survey->live_fd, l->user_fd, &missing, err);
}

static int mount_tmpfs(struct life *l, struct err *err)
{
	const struct words *paths = &l->wish->declaration->tmpfs;
	struct survey *v = l->survey;
	int r = 0;

	for (size_t i = 0; !r && i < paths->n; i++) {
		struct root_tmpfs t = {
			.live_fd = v->live_fd,
			.path = paths->v[i],
			.source = l->sub->mark,
			.base = (uid_t)v->record.base,
		};
		uint64_t id;

		r = make_tmpfs_point(l, t.path, err);
		if (!r)
			r = root_mount_tmpfs(&t, &id, err);
		if (!r && record_add_tmpfs(&v->record, id, t.path) < 0)
			r = err_say(err, -E2BIG, "TMPFS names more than %d",
			            RECORD_TMPFS_MAX);
	}
	return r;
}

static int unmount_tmpfs(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	int r = 0;

	if (v->facts.live != OURS)
		return 0; /* they went with it */
	for (size_t i = RECORD_TMPFS_MAX; i-- > 0;) {
		struct root_tmpfs t = {
			.live_fd = v->live_fd,
			.path = v->record.tmpfs[i].path,
			.source = l->sub->mark,
			.known = v->record.tmpfs[i].id,
		};

		if (t.known && !r)
			r = root_unmount_tmpfs(&t, err);
	}
	if (!r)
		record_clear_tmpfs(&v->record);
	return r;
}

/* Cables that were made in an earlier run, or should have been. Whose network
 * is the host's, or was, has none. */
static int tend_cables(struct life *l, struct err *err)
{
	struct cabling c = {
		.sub = l->sub,
		.wanted = &l->wish->declaration->cables,
		.record = &l->survey->record,
		.net_fd = l->survey->net_fd,
		.notes = l->wish->notes,
	};

	if (!l->is_waking || c.net_fd < 0 || l->wish->declaration->host_network)
		return 0;
	return cables_tend(&c, err);
}

static int write_names(struct life *l, struct err *err)
{
	const struct declaration *d = l->wish->declaration;

	return names_write(d, d->hostname ? d->hostname : l->sub->name,
	                   l->survey->live_fd, l->user_fd, err);
}

/* What remains of a running one in the record when it no longer runs. */
static int note_end(struct life *l, struct err *err)
{
	struct record *r = &l->survey->record;

	if (!r->init || !l->survey->facts.has_record)
		return 0;
	r->init = 0;
	r->birth = 0;
	if ((pid_t)r->keeper != getpid())
		r->keeper = 0; /* its supervisor is not to start it again */
	r->since = (uint64_t)time(NULL);
	return l->survey->facts.live == OURS ? phases_remember(l, err) : 0;
}

/* clang-format off */
const struct phase phases[] = {
	{ note,		forget,		.is_kept = true },
	{ run_pre_start, run_post_stop,	.is_kept = true },
	{ mount_image,	unmount_image,	.is_kept = true },
	{ make,		NULL,		.is_kept = true },
	{ mount_live,	unmount_live,	.is_kept = true },
	{ pin_net,	unpin_net,	.is_kept = true },
	{ NULL,		sharing_end,	.is_kept = true, .is_vital = true },
	{ NULL,		note_end },
	{ find_user,	NULL },
	{ tend_cables,	NULL },
	{ write_names,	NULL },
	{ sharing_clear, sharing_settle },
	{ mount_tmpfs,	unmount_tmpfs },
	{ sharing_begin, NULL },
	{ groups_make,	groups_remove,	.is_vital = true },
	{ init_start,	init_end,	.is_vital = true },
};
/* clang-format on */

const size_t n_phases = sizeof(phases) / sizeof(*phases);
