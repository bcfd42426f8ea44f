/* SPDX-License-Identifier: MIT */

#include "host/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "sub/mark.h"
#include "sub/sub.h"
#include "sys/cgroup.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/netns.h"

void survey_done(struct survey *v)
{
	record_done(&v->record);
	process_done(&v->init);
	fd_auto(&v->live_fd);
	fd_auto(&v->image_fd);
	fd_auto(&v->net_fd);
	fd_auto(&v->cgroup_root_fd);
	fd_auto(&v->cgroup_fd);
	*v = (struct survey)SURVEY_NONE;
}

/* Whose is the mount on dir/name, if there is one? *ret_fd is its root. */
static int look_at_mount(const struct sub *s, const char *name, uint64_t known,
                         int *ret_fd)
{
	AUTO(fd)
	int fd = openat(s->dir_fd, name,
	                O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct mount_identity identity;
	int r;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
		               ? NOBODYS
		               : -errno;
	r = mount_identify(fd, &identity);
	if (r < 0)
		return r;
	if (!identity.is_root)
		return NOBODYS;
	/* An id that may be another's by now proves nothing. */
	if ((identity.id != known || !identity.is_unique) && !mark_is_on(s, fd))
		return SOMEONE_ELSES;
	*ret_fd = fd_take(&fd);
	return OURS;
}

static int look_at_net(struct survey *v, const struct sub *s)
{
	AUTO(fd) int fd = netns_open(s->name);
	AUTO(buf) struct buf alias = {0};
	struct netns_identity identity;
	int r;

	if (fd < 0)
		return fd == -ENOENT ? NOBODYS : fd;
	r = netns_identify(fd, &identity);
	if (r < 0)
		return r;
	if (!v->record.net_inode || identity.dev != v->record.net_dev ||
	    identity.inode != v->record.net_inode) {
		r = netns_read_alias(fd, &alias);
		if (r < 0)
			return r;
		if (strcmp(buf_text(&alias), s->mark))
			return SOMEONE_ELSES;
	}
	v->net_fd = fd_take(&fd);
	return OURS;
}

static int look_at_cgroup(struct survey *v, const struct sub *s)
{
	AUTO(fd) int fd = -1;
	char tag[10];

	places_tag(s->places, tag);
	snprintf(v->cgroup_parent, sizeof(v->cgroup_parent), CGROUP_PARENT "%s",
	         tag);
	v->cgroup_root_fd = cgroup_open_root();
	if (v->cgroup_root_fd < 0)
		return v->cgroup_root_fd == -ENOENT ? NOBODYS
		                                    : v->cgroup_root_fd;
	fd = cgroup_open(v->cgroup_root_fd, v->cgroup_parent, s->name);
	if (fd < 0)
		return fd == -ENOENT ? NOBODYS : fd;
	if (!cgroup_is_marked(fd, s->mark))
		return SOMEONE_ELSES;
	v->cgroup_fd = fd_take(&fd);
	return OURS;
}

/* Find the init of the record, if it is still that process and alive. */
static void look_at_init(struct survey *v)
{
	AUTO(process) struct process p = {.pid_fd = -1};
	uint64_t birth;

	if (!v->record.init)
		return;
	p.pid = (pid_t)v->record.init;
	p.pid_fd = k_pidfd_open(p.pid);
	if (p.pid_fd < 0 || process_birth(p.pid, &birth) < 0 ||
	    birth != v->record.birth || !process_await(p.pid_fd, 0))
		return;
	v->facts.init_alive = true;
	v->init = p;
	p.pid_fd = -1;
}

/* Whatever the guest made of its cgroups, this can be read. */
static int look_for_processes(struct survey *v)
{
	int r = v->cgroup_fd < 0 ? 0 : cgroup_is_populated(v->cgroup_fd);

	v->facts.populated = r > 0;
	return r < 0 ? r : 0;
}

static int look(int whose, enum whose *fact, const char *what, struct err *err)
{
	if (whose < 0)
		return err_set(err, whose, "cannot look at %s", what);
	*fact = (enum whose)whose;
	return 0;
}

int survey_take(struct survey *v, struct sub *s, struct err *err)
{
	struct facts *f = &v->facts;
	int r = sub_recall(s, &v->record, err);

	if (r < 0)
		return r;
	f->has_record = !r;
	f->wants_net = v->record.net_inode;
	f->wants_image = v->record.image;
	r = look(look_at_mount(s, "live", v->record.live, &v->live_fd),
	         &f->live, "its live", err);
	if (!r)
		r = look(look_at_mount(s, "mnt", v->record.image, &v->image_fd),
		         &f->image, "its mnt", err);
	if (!r)
		r = look(look_at_net(v, s), &f->net, "its network namespace",
		         err);
	if (!r)
		r = look(look_at_cgroup(v, s), &f->cgroup, "its cgroup", err);
	if (r < 0)
		return r;
	look_at_init(v);
	r = look_for_processes(v);
	return r < 0 ? err_set(err, r, "cannot look for its processes") : 0;
}

int survey_refuse_foreign(const struct survey *v, const struct sub *s,
                          struct err *err)
{
	const struct facts *f = &v->facts;

	if (f->live == SOMEONE_ELSES)
		return err_say(
			err, -EBUSY,
			"something that is not ours is mounted on %s/live; "
			"unmount it first",
			s->path);
	if (f->image == SOMEONE_ELSES)
		return err_say(
			err, -EBUSY,
			"something that is not ours is mounted on %s/mnt; "
			"unmount it first",
			s->path);
	if (f->net == SOMEONE_ELSES)
		return err_say(err, -EBUSY,
		               "there is a network namespace %s/%s that is not "
		               "ours; see ip netns",
		               NETNS_DIR, s->name);
	if (f->cgroup == SOMEONE_ELSES)
		return err_say(err, -EBUSY,
		               "there is a cgroup %s/%s that is not ours",
		               v->cgroup_parent, s->name);
	return 0;
}
