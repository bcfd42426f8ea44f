/* SPDX-License-Identifier: MIT */

#include "casting/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "cast/casts.h"
#include "sub/mark.h"
#include "sys/mount.h"
#include "sys/netns.h"
#include "sys/process.h"
#include "sys/userns.h"

#define HERE (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

void peer_done(struct peer *p)
{
	sub_done(&p->sub);
	record_done(&p->record);
	fd_auto(&p->root_fd);
	fd_auto(&p->seen_fd);
	*p = (struct peer)PEER_NONE;
}

static int open_host(struct peer *p, const struct places *places,
                     struct err *err)
{
	p->is_host = true;
	p->is_up = true;
	p->sub.places = places;
	snprintf(p->sub.name, sizeof(p->sub.name), "%s", PEER_HOST);
	p->root_fd = open("/", HERE);
	return p->root_fd < 0 ? err_set(err, -errno, "cannot open /") : 0;
}

/* Is fd the root of the mount that the record says is live? Ids that may be
 * another's by now prove nothing: then the mark has to say so, too. */
static bool is_live(const struct peer *p, int fd)
{
	struct mount_identity identity;

	return !mount_identify(fd, &identity) && identity.is_root &&
	       identity.id == p->record.live &&
	       (identity.is_unique || mark_is_on(&p->sub, fd));
}

/* The root of its init, if the init of the record is still there. */
static void open_seen(struct peer *p)
{
	char path[40];
	uint64_t birth;
	AUTO(fd) int fd = -1;

	if (!p->record.init)
		return;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)p->record.init);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && !process_birth((pid_t)p->record.init, &birth) &&
	    birth == p->record.birth)
		p->seen_fd = fd_take(&fd);
}

int peer_open(struct peer *p, const struct places *places, const char *name,
              struct err *err)
{
	AUTO(fd) int fd = -1;
	int r;

	if (!strcmp(name, PEER_HOST))
		return open_host(p, places, err);
	r = sub_open(&p->sub, places, name, err);
	if (!r)
		r = sub_recall(&p->sub, &p->record, err);
	if (r)
		return r < 0 ? r : 0;
	fd = openat(p->sub.dir_fd, "live", HERE);
	if (!p->record.shares || fd < 0 || !is_live(p, fd))
		return 0;
	p->root_fd = fd_take(&fd);
	p->is_up = true;
	open_seen(p);
	return 0;
}

static int userns_of_pinned(const struct peer *p)
{
	AUTO(fd) int fd = netns_open(p->sub.name);
	struct netns_identity identity;
	int r = fd < 0 ? fd : netns_identify(fd, &identity);

	if (r < 0)
		return r;
	return identity.dev == p->record.net_dev &&
	                       identity.inode == p->record.net_inode
	               ? userns_of_net(fd)
	               : -ESTALE;
}

int peer_open_userns(const struct peer *p)
{
	AUTO(userns_maker) struct userns_maker m = USERNS_MAKER_NONE;
	uid_t base = (uid_t)p->record.base;
	int r;

	if (!base)
		return -ENODATA;
	if (p->record.net_inode)
		return userns_of_pinned(p);
	/* The host's network: one with the same map does as well. */
	r = userns_begin(&m, base, false, NULL);
	return r < 0 ? r : userns_get_user(&m, base);
}
