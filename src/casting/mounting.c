/* SPDX-License-Identifier: MIT */

#include "casting/mounting.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "cast/casts.h"
#include "casting/ends.h"
#include "casting/hanging.h"
#include "casting/peer.h"
#include "sys/beneath.h"
#include "sys/kernel.h"
#include "sys/mount.h"

#define PLAIN (K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV)

/*
 * Who has other ids than the giver sees each file as its owner's number there:
 * a copy of the mount as it is on disk, mapped for the receiver. Of a sub host
 * with a base there is none: the kernel cannot map an overlay.
 */
static int open_raw(const struct peer *giver, const struct end_found *source,
                    struct err *err)
{
	AUTO(fd) int fd = -1;
	AUTO(fd)
	int root_fd = openat(giver->sub.dir_fd,
	                     giver->record.image ? "mnt/root" : "root",
	                     O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	fd = root_fd < 0 ? -errno
	                 : beneath_open(root_fd, source->place.data, false);
	if (fd >= 0 && !fstat(fd, &st) && st.st_dev == source->dev &&
	    st.st_ino == source->ino)
		return fd_take(&fd);
	return err_say(err, -EXDEV,
	               "%s has other user ids than the receiver, and what it "
	               "shares is not on a filesystem that can be mapped: give "
	               "both PRIVATE_USERS=shared, or let it have no BASE",
	               giver->sub.name);
}

static int map_for(int fd, const struct peer *receiver, const char *of,
                   struct err *err)
{
	AUTO(fd) int userns_fd = peer_open_userns(receiver);
	int r = userns_fd;

	if (r == -ENODATA)
		return 0;
	if (r >= 0)
		r = mount_idmap(fd, userns_fd, false);
	if (r == -EINVAL || r == -EPERM)
		return err_say(err, -EOPNOTSUPP,
		               "the filesystem of what %s shares cannot be "
		               "mapped to the ids of %s on this kernel",
		               of, receiver->sub.name);
	return r < 0 ? err_set(err, r, "cannot map what %s shares", of) : 0;
}

/* A detached copy that shows the giver's uid N as the receiver's uid N. */
static int copy(const struct peer *receiver, const struct end_found *source,
                struct err *err)
{
	const struct peer *giver = source->of;
	bool same =
		!giver->is_host && giver->record.base == receiver->record.base;
	AUTO(fd) int raw_fd = -1;
	AUTO(fd) int fd = -1;
	int r = 0;

	if (!same && giver->record.base) {
		raw_fd = open_raw(giver, source, err);
		if (raw_fd < 0)
			return raw_fd;
	}
	fd = mount_clone(raw_fd >= 0 ? raw_fd : source->fd, "", false);
	if (fd < 0)
		return err_set(err, fd, "cannot copy the mount of %s of %s",
		               source->place.data, giver->sub.name);
	if (!same)
		r = map_for(fd, receiver, giver->sub.name, err);
	return r < 0 ? r : fd_take(&fd);
}

/* Write it down, attach it. */
static int attach(struct hanging *in, int fd, const struct end_found *target,
                  struct held *held, struct err *err)
{
	struct mount_identity identity;
	struct stat st;
	int r = mount_identify(fd, &identity);

	if (!r && fstat(fd, &st) < 0)
		r = -errno;
	if (r < 0)
		return err_set(err, r, "cannot look at a new mount");
	held->id = identity.id;
	held->dev = st.st_dev;
	held->ino = st.st_ino;
	held->place = target->place.data;
	r = hanging_note(in, held, err);
	if (r < 0)
		return r;
	r = mount_attach(fd, target->fd);
	return r < 0 ? err_set(err, r, "cannot mount on %s of %s", held->target,
	                       in->in->sub.name)
	             : 0;
}

static bool has_flags(int fd, unsigned mode)
{
	unsigned long wanted = ST_NOSUID | ST_NODEV;
	struct statvfs fs;

	if (mode & CAST_RO)
		wanted |= ST_RDONLY;
	if (mode & CAST_NOEXEC)
		wanted |= ST_NOEXEC;
	return !fstatvfs(fd, &fs) && (fs.f_flag & wanted) == wanted;
}

/* Does the receiver's init see it on its target, and as it is meant? */
static int look(const struct hanging *in, const struct held *held,
                struct err *err)
{
	bool runs = in->in->seen_fd >= 0;
	AUTO(fd)
	int fd = beneath_open(runs ? in->in->seen_fd : in->in->root_fd,
	                      held->target, true);
	struct mount_identity identity;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_dev == held->dev &&
	    st.st_ino == held->ino && !mount_identify(fd, &identity) &&
	    identity.is_root && has_flags(fd, held->mode))
		return 0;
	return err_say(err, -EBUSY,
	               "%s does not see %s on its %s: something that it "
	               "mounted itself lies over it, or its init has another "
	               "root",
	               in->in->sub.name, held->path, held->target);
}

/* After a failure: nothing shall be left of it. */
static int put(struct hanging *in, int fd, const struct end_found *target,
               struct held *held, struct err *err)
{
	int r = attach(in, fd, target, held, err);
	struct err ignored;

	if (!r)
		r = look(in, held, err);
	if (r < 0)
		hanging_take_off(in, held, &ignored);
	return r;
}

/* Real root with CAP_SYS_ADMIN would take the read-only off. */
static int check_receiver(const struct peer *receiver, unsigned mode,
                          struct err *err)
{
	if (receiver->record.base || !mode ||
	    !(receiver->record.capabilities >> CAP_SYS_ADMIN & 1))
		return 0;
	return err_say(err, -EPERM,
	               "%s has PRIVATE_USERS=no and CAPS=+SYS_ADMIN, and could "
	               "make a read-only cast writable",
	               receiver->sub.name);
}

int mounting_put_cast(struct hanging *in, const struct end_found *source,
                      const struct end_found *target, struct held *held,
                      struct err *err)
{
	AUTO(fd) int fd = -1;
	uint64_t attrs = PLAIN;
	int r = check_receiver(in->in, held->mode, err);

	if (r < 0)
		return r;
	fd = copy(in->in, source, err);
	if (fd < 0)
		return fd;
	if (held->mode & CAST_RO)
		attrs |= K_MOUNT_ATTR_RDONLY;
	if (held->mode & CAST_NOEXEC)
		attrs |= K_MOUNT_ATTR_NOEXEC;
	r = mount_shape(fd, attrs, MS_PRIVATE, false);
	if (r < 0)
		return err_set(err, r, "cannot shape the mount of %s",
		               held->path);
	held->kind = HELD_CAST;
	held->is_dir = source->kind == END_DIRECTORY;
	return put(in, fd, target, held, err);
}

/* Empty, and read-only where it hangs: beside the ledgers. */
static int make_tombstone(int folder_fd, bool is_dir)
{
	const char *name = is_dir ? ".void" : ".nothing";
	int r = is_dir ? mkdirat(folder_fd, name, 0555)
	               : mknodat(folder_fd, name, S_IFREG | 0444, 0);
	AUTO(fd) int fd = -1;

	if (r < 0 && errno != EEXIST)
		return -errno;
	fd = mount_clone(folder_fd, name, false);
	if (fd < 0)
		return fd;
	r = mount_shape(fd, PLAIN | K_MOUNT_ATTR_NOEXEC | K_MOUNT_ATTR_RDONLY,
	                MS_PRIVATE, false);
	return r < 0 ? r : fd_take(&fd);
}

int mounting_put_tombstone(struct hanging *in, const struct end_found *target,
                           struct held *held, struct err *err)
{
	bool is_dir = target->kind == END_DIRECTORY;
	AUTO(fd) int fd = make_tombstone(in->folder_fd, is_dir);

	if (fd < 0)
		return err_set(err, fd, "cannot make an empty mount");
	held->kind = HELD_TOMBSTONE;
	held->is_dir = is_dir;
	held->mode = CAST_RO;
	return put(in, fd, target, held, err);
}
