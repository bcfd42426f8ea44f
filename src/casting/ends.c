/* SPDX-License-Identifier: MIT */

#include "casting/ends.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "cast/path.h"
#include "casting/hanging.h"
#include "casting/peer.h"
#include "root/guest.h"
#include "sys/beneath.h"
#include "sys/mount.h"

/* Not in every <linux/magic.h>. */
#define CONFIGFS_MAGIC 0x62656570
#define MQUEUE_MAGIC   0x19800202
#define AUTOFS_MAGIC   0x0187
#define FUSECTL_MAGIC  0x65735543

void end_done(struct end_found *e)
{
	fd_auto(&e->fd);
	buf_done(&e->place);
	buf_done(&e->why);
	*e = (struct end_found)END_NONE;
}

static int unfit(struct end_found *e, const char *why)
{
	e->kind = END_UNFIT;
	e->why.len = 0;
	buf_puts(&e->why, why);
	return 0;
}

static ssize_t name_of(int fd, char name[static PATH_MAX])
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, name, PATH_MAX - 1);
	if (n >= 0)
		name[n] = '\0';
	return n;
}

/* Where in the tree of root_fd is fd? False when it is in none. */
static bool find_place(int root_fd, int fd, struct buf *place)
{
	char root[PATH_MAX], name[PATH_MAX];
	ssize_t n = name_of(root_fd, root);

	if (n < 0 || name_of(fd, name) < 0)
		return false;
	if (n == 1)
		n = 0; /* the host's own "/" */
	if (strncmp(root, name, (size_t)n) || (name[n] && name[n] != '/'))
		return false;
	buf_puts(place, name[n] ? name + n : "/");
	return true;
}

/* What kind of thing is it? Fills in all of e but what makes it unfit. */
static int find(struct end_found *e, int root_fd, const char *path, bool follow)
{
	struct stat st;

	e->fd = beneath_open(root_fd, path, follow);
	if (e->fd == -ENOENT || e->fd == -ENOTDIR ||
	    (follow && e->fd == -ELOOP)) {
		e->kind = END_MISSING;
		e->fd = -1;
		return 0;
	}
	if (e->fd < 0)
		return e->fd;
	if (fstat(e->fd, &st) < 0)
		return -errno;
	if (!find_place(root_fd, e->fd, &e->place))
		return unfit(e, "it is no longer where it was");
	if (!st.st_nlink) {
		e->kind = END_MISSING;
		return 0;
	}
	e->dev = st.st_dev;
	e->ino = st.st_ino;
	if (S_ISDIR(st.st_mode))
		e->kind = END_DIRECTORY;
	else if (S_ISREG(st.st_mode))
		e->kind = END_FILE;
	else
		return unfit(e, "it is neither a directory nor a plain file");
	return 0;
}

static bool is_fit(const struct end_found *e)
{
	return e->kind == END_DIRECTORY || e->kind == END_FILE;
}

/* Filesystems that are a face of the kernel, not somebody's files. */
static bool is_kernels(int fd, dev_t dev)
{
	static const unsigned long magics[] = {
		PROC_SUPER_MAGIC,    SYSFS_MAGIC,        CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC, DEBUGFS_MAGIC,
		TRACEFS_MAGIC,       SECURITYFS_MAGIC,   BPF_FS_MAGIC,
		EFIVARFS_MAGIC,      PSTOREFS_MAGIC,     CONFIGFS_MAGIC,
		MQUEUE_MAGIC,        BINFMTFS_MAGIC,     NSFS_MAGIC,
		AUTOFS_MAGIC,        FUSECTL_MAGIC,      SELINUX_MAGIC,
	};
	struct statfs fs;
	struct stat st;

	if (fstatfs(fd, &fs) < 0)
		return true;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if ((unsigned long)fs.f_type == magics[i])
			return true;
	/* devtmpfs cannot be told from a tmpfs by its magic */
	return !stat("/dev", &st) && st.st_dev == dev;
}

/* A place of ours that path is, lies below or above; NULL: none. */
static const char *find_ours(const struct places *p, const char *path)
{
	const char *ours[] = {p->subhost, p->etc, p->syscmd, p->run, p->state};
	char real[PATH_MAX];

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (path_overlaps(path,
		                  realpath(ours[i], real) ? real : ours[i]))
			return ours[i];
	return NULL;
}

static int judge_host(struct end_found *e, const struct peer *giver)
{
	const char *place = buf_text(&e->place), *ours;

	ours = find_ours(giver->sub.places, place);
	if (!strcmp(place, "/"))
		return unfit(e, "the host's whole root is not to be shared");
	if (ours) {
		unfit(e, "it is, holds, or lies in ");
		buf_printf(&e->why, "%s, which is subhost's own", ours);
	} else if (is_kernels(e->fd, e->dev)) {
		unfit(e, "it lies on a filesystem of the kernel's");
	}
	return 0;
}

/* Under whatever name: one that has mounts of its own can move it. */
static bool is_syscmd(const struct ledger *l,
                      const struct mount_identity *identity)
{
	return identity->id == l->syscmd || identity->id == l->replies;
}

static int judge_guest(struct end_found *e, const struct hanging *received)
{
	struct mount_identity identity;
	int r = mount_identify(e->fd, &identity);

	if (r < 0)
		return r;
	if (path_is_reserved(buf_text(&e->place)) ||
	    is_syscmd(&received->ledger, &identity))
		return unfit(e, "that place is not to be shared");
	if (ledger_by_id(&received->ledger, identity.id))
		return unfit(e, "it was received from another, and is not to "
		                "be passed on");
	return 0;
}

int end_find_source(struct end_found *e, const struct peer *giver,
                    const struct hanging *received, const char *path)
{
	int r = find(e, giver->root_fd, path, !giver->is_host);

	e->of = giver;
	if (r == -ELOOP)
		return unfit(e, "a symlink is on its way; name its real path");
	if (r < 0 || !is_fit(e))
		return r;
	return giver->is_host ? judge_host(e, giver) : judge_guest(e, received);
}

/* The target or the place of another one that it would lie on, or over. */
static bool is_in_cast(const struct end_found *e, const struct hanging *in,
                       const char *target, uint64_t mount)
{
	const struct held *below = ledger_by_id(&in->ledger, mount);

	if (below && strcmp(below->target, target))
		return true;
	for (size_t i = 0; i < in->ledger.n; i++) {
		const struct held *held = &in->ledger.v[i];

		if (held->id && strcmp(held->target, target) &&
		    path_overlaps(held->place, buf_text(&e->place)))
			return true;
	}
	return false;
}

/* The tmpfs of ours whose root that is, or NULL. */
static const struct record_tmpfs *find_tmpfs(
	const struct peer *p, const struct mount_identity *identity)
{
	for (size_t i = 0; i < RECORD_TMPFS_MAX; i++)
		if (identity->is_root && p->record.tmpfs[i].id == identity->id)
			return &p->record.tmpfs[i];
	return NULL;
}

int end_find_target(struct end_found *e, const struct hanging *in,
                    const char *target)
{
	struct mount_identity identity;
	int r = find(e, in->in->root_fd, target, true);

	if (r < 0 || !is_fit(e))
		return r;
	r = mount_identify(e->fd, &identity);
	if (r < 0)
		return r;
	if (path_is_reserved(buf_text(&e->place)) ||
	    is_syscmd(&in->ledger, &identity))
		return unfit(e, "no cast may lie there");
	if (find_tmpfs(in->in, &identity))
		return unfit(e, "it is a tmpfs of the sub host's own (TMPFS); "
		                "a directory in it would do");
	e->in_cast = is_in_cast(e, in, target, identity.id);
	return 0;
}

/* Is it there? While a sub host goes to sleep the record still has it. */
static bool is_mounted(const struct peer *p, const struct record_tmpfs *tmpfs)
{
	AUTO(fd) int fd = beneath_open(p->root_fd, tmpfs->path, true);
	struct mount_identity identity;

	return fd >= 0 && !mount_identify(fd, &identity) &&
	       find_tmpfs(p, &identity) == tmpfs;
}

bool end_is_on_tmpfs(const struct peer *receiver, const char *target)
{
	const struct record_tmpfs *tmpfs = receiver->record.tmpfs;

	for (size_t i = 0; i < RECORD_TMPFS_MAX && tmpfs[i].id; i++)
		if (path_covers(tmpfs[i].path, target) &&
		    is_mounted(receiver, &tmpfs[i]))
			return true;
	return false;
}

static int make_file(const struct peer *receiver, int userns_fd,
                     const char *target, struct err *err)
{
	AUTO(mem) char *directory = mem_copy(target);
	char *name = strrchr(directory, '/');
	struct guest_file file = {.name = name + 1, .text = ""};

	*name = '\0';
	file.directory = *directory ? directory : "/";
	return guest_write_files(receiver->root_fd, userns_fd, &file, 1, err);
}

int end_make_target(const struct peer *receiver, const char *target,
                    bool is_dir, struct err *err)
{
	AUTO(fd) int userns_fd = peer_open_userns(receiver);
	AUTO(words) struct words paths = {0};

	if (userns_fd < 0 && userns_fd != -ENODATA)
		return err_set(err, userns_fd, "cannot find the users of %s",
		               receiver->sub.name);
	if (!is_dir)
		return make_file(receiver, userns_fd, target, err);
	words_add(&paths, target);
	return guest_make_dirs(receiver->root_fd, userns_fd, &paths, err);
}
