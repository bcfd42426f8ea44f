/* SPDX-License-Identifier: MIT */
/* What carries the mark of a sub host that is not up. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "doctor/doctor.h"
#include "host/survey.h"
#include "model/name.h"
#include "sys/cgroup.h"
#include "sys/cgroup_old.h"
#include "sys/link.h"
#include "sys/loop.h"
#include "sys/netns.h"

#define LEAVING 2 /* seconds that a link may take to go */

#define LEFT "one of our commands was killed, or its record was lost"

/* One that was started since we looked has a record, and nothing of it is left
 * behind. */
static bool is_recorded(const struct doctor *d, const char *name)
{
	AUTO(buf) struct buf path = {0};

	buf_printf(&path, "%s/%s", d->places->run, name);
	return !access(path.data, F_OK);
}

/* The name that the mark of a namespace has, "" for none of ours. */
static int name_of_netns(const struct doctor *d, const char *pin, char **ret)
{
	AUTO(fd) int fd = netns_open(pin);
	AUTO(buf) struct buf alias = {0};
	int r = fd < 0 ? fd : netns_read_alias(fd, &alias);

	*ret = r < 0 ? NULL : doctor_name_of(d, buf_text(&alias));
	return r;
}

static int unpin(struct doctor *d, const struct finding *f, struct err *err)
{
	AUTO(mem) char *name = NULL;
	int r = name_of_netns(d, f->name, &name);

	if (!r && name && !is_recorded(d, name))
		r = netns_unpin(f->name);
	return r < 0 && r != -ENOENT
	               ? err_set(err, r, "cannot delete " NETNS_DIR "/%s",
	                         f->name)
	               : 0;
}

int doctor_examine_networks(struct doctor *d, struct err *err)
{
	static const struct said leak = {
		.how = LEFT,
		.fix = "deletes it, and its cables with it",
		.mend = unpin,
	};
	DIR *dir = opendir(NETNS_DIR);
	struct dirent *e;

	if (!dir)
		return errno == ENOENT
		               ? 0
		               : err_set(err, -errno, "cannot open " NETNS_DIR);
	while ((e = readdir(dir))) {
		AUTO(mem) char *name = NULL;

		if (e->d_name[0] != '.' &&
		    !name_of_netns(d, e->d_name, &name) && name &&
		    !doctor_is_up(d, name))
			doctor_add(d, e->d_name, &leak,
			           "the network namespace %s carries the mark "
			           "of %s, which is not up",
			           e->d_name, name);
	}
	closedir(dir);
	return 0;
}

static int delete_link(struct doctor *d, const struct finding *f,
                       struct err *err)
{
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	AUTO(mem) char *name = NULL;
	struct link link;
	int r = netlink_open(&nl);

	if (!r)
		r = link_find(&nl, f->name, &link);
	if (r == -ENODEV)
		return 0;
	if (!r)
		name = doctor_name_of(d, link.alias);
	if (!r && name && !is_recorded(d, name)) {
		link_delete(&nl, link.index);
		r = netlink_do(&nl, NULL, NULL, NULL);
	}
	return r < 0 && r != -ENODEV
	               ? err_set(err, r, "cannot delete the link %s", f->name)
	               : 0;
}

static void look_at_link(void *arg, const struct link *link)
{
	static const struct said leak = {
		.how = LEFT,
		.fix = "deletes it",
		.mend = delete_link,
	};
	struct doctor *d = arg;
	AUTO(mem) char *name = doctor_name_of(d, link->alias);

	if (name && !doctor_is_up(d, name))
		doctor_add(d, link->name, &leak,
		           "the link %s carries the mark of %s, which is not "
		           "up",
		           link->name, name);
}

struct leaving {
	const struct doctor *d;
	bool found;
};

static void find_leaving(void *arg, const struct link *link)
{
	struct leaving *l = arg;
	AUTO(mem) char *name = doctor_name_of(l->d, link->alias);

	l->found |= name && !is_recorded(l->d, name);
}

/* Those of one that was just stopped go by themselves, a moment later. */
static int await_links(const struct doctor *d, struct netlink *nl)
{
	AUTO(fd) int fd = link_watch();
	struct pollfd p = {fd, POLLIN, 0};
	time_t end = time(NULL) + LEAVING + 1;
	char events[8192];

	if (fd < 0)
		return fd;
	for (;;) {
		struct leaving l = {.d = d};
		int r = link_each(nl, "veth", 0, find_leaving, &l);

		if (r < 0 || !l.found || time(NULL) >= end)
			return r;
		if (poll(&p, 1, LEAVING * 1000) <= 0)
			return 0;
		while (recv(fd, events, sizeof(events), 0) > 0)
			;
	}
}

int doctor_examine_links(struct doctor *d, struct err *err)
{
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	int r = netlink_open(&nl);

	if (!r)
		r = link_each(&nl, "veth", 0, look_at_link, d);
	return r < 0 ? err_set(err, r, "cannot list links") : 0;
}

int doctor_settle(struct doctor *d, struct err *err)
{
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	int r = netlink_open(&nl);

	if (!r)
		r = await_links(d, &nl);
	return r < 0 ? err_set(err, r, "cannot list links") : 0;
}

static void name_parent(const struct doctor *d, char parent[static 32])
{
	snprintf(parent, 32, CGROUP_PARENT "%s", d->tag);
}

static void name_mark(const struct doctor *d, const char *name, struct buf *b)
{
	buf_printf(b, "subhost:%s%s", name, d->tag);
}

/* Of the unified hierarchy; what lives in it is nobody's, and is ended. */
static int end_group(const char *parent, const char *name, const char *mark)
{
	AUTO(fd) int root_fd = cgroup_open_root();
	AUTO(fd) int fd = -1;
	int r;

	if (root_fd < 0)
		return root_fd == -ENOENT ? 0 : root_fd;
	fd = cgroup_open(root_fd, parent, name);
	if (fd < 0 || !cgroup_is_marked(fd, mark))
		return fd < 0 && fd != -ENOENT ? fd : 0;
	r = cgroup_kill(fd);
	if (!r)
		r = cgroup_remove(root_fd, parent, name);
	if (!r)
		cgroup_remove_parent(root_fd, parent);
	return r;
}

static int remove_group(struct doctor *d, const struct finding *f,
                        struct err *err)
{
	AUTO(buf) struct buf mark = {0};
	char parent[32];
	struct cgroup_place place = {.parent = parent, .name = f->name};
	int r;

	if (is_recorded(d, f->name))
		return 0;
	name_parent(d, parent);
	name_mark(d, f->name, &mark);
	place.mark = mark.data;
	r = end_group(parent, f->name, mark.data);
	if (!r)
		r = cgroup_old_remove(&place);
	return r < 0 ? err_set(err, r, "cannot remove the cgroup %s/%s", parent,
	                       f->name)
	             : 0;
}

static void look_at_groups(struct doctor *d, int parent_fd, const char *parent)
{
	static const struct said leak = {
		.how = LEFT,
		.fix = "ends what lives in it, and removes it",
		.mend = remove_group,
	};
	DIR *dir = fdopendir(parent_fd);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		AUTO(fd) int fd = -1;
		AUTO(buf) struct buf mark = {0};

		if (e->d_type != DT_DIR || !name_is_valid(e->d_name) ||
		    doctor_is_up(d, e->d_name))
			continue;
		name_mark(d, e->d_name, &mark);
		fd = openat(parent_fd, e->d_name,
		            O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && cgroup_is_marked(fd, mark.data))
			doctor_add(d, e->d_name, &leak,
			           "there is a cgroup %s/%s, and %s is not up",
			           parent, e->d_name, e->d_name);
	}
	if (dir)
		closedir(dir);
	else
		close(parent_fd);
}

int doctor_examine_cgroups(struct doctor *d, struct err *err)
{
	AUTO(fd) int root_fd = cgroup_open_root();
	char parent[32];
	int fd;

	if (root_fd < 0)
		return root_fd == -ENOENT ? 0
		                          : err_set(err, root_fd,
		                                    "cannot look at cgroups");
	name_parent(d, parent);
	fd = openat(root_fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		look_at_groups(d, fd, parent);
	return 0;
}

/* Loop devices show the mark as their file's name. */
int doctor_examine_loops(struct doctor *d, struct err *err)
{
	static const struct said leak = {
		.how = "something still uses it; it goes with its last user "
		       "(see fuser -vm, losetup -l)"};
	DIR *dir = opendir("/sys/block");
	struct dirent *e;

	(void)err;
	while (dir && (e = readdir(dir))) {
		char path[300];

		if (strncmp(e->d_name, "loop", 4))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		for (size_t i = 0; i < d->n_patients; i++) {
			AUTO(buf) struct buf mark = {0};
			const char *name = d->patients[i].name;

			name_mark(d, name, &mark);
			if (!d->patients[i].is_up &&
			    loop_has_mark(path, mark.data))
				doctor_add(d, name, &leak,
				           "%s is attached for %s, which is "
				           "not up",
				           path, name);
		}
	}
	if (dir)
		closedir(dir);
	return 0;
}
