/* SPDX-License-Identifier: MIT */

#include "casting/hanging.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cast/path.h"
#include "casting/peer.h"
#include "sys/beneath.h"
#include "sys/mount.h"
#include "sys/mounts.h"

#define IDLE_LINES   64
#define PIECE        2048  /* of a path; longer than any name */
#define TRIES        10000 /* to catch what is moved all the time */
#define TRIES_A_LOOK 500   /* at what may lie over it */

void hanging_done(struct hanging *h)
{
	ledger_done(&h->ledger);
	*h = (struct hanging){.folder_fd = -1};
}

int hanging_read(struct hanging *h, int folder_fd, const struct peer *in,
                 struct err *err)
{
	AUTO(buf) struct buf text = {0};
	int r = folder_fd < 0
	                ? -ENOENT
	                : file_read(folder_fd, in->sub.name, LEDGER_MAX, &text);

	if (r < 0 && r != -ENOENT)
		return err_set(err, r, "cannot read the casts of %s",
		               in->sub.name);
	*h = (struct hanging){.in = in, .folder_fd = folder_fd};
	ledger_parse(&h->ledger, buf_text(&text));
	return 0;
}

static int append(struct hanging *h, const struct buf *line, struct err *err)
{
	AUTO(fd)
	int fd = openat(h->folder_fd, h->in->sub.name,
	                O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	                0600);
	ssize_t n = fd < 0 ? -1 : write(fd, line->data, line->len);

	if (n < 0 || (size_t)n < line->len)
		return err_set(err, n < 0 ? -errno : -ENOSPC,
		               "cannot write down the casts of %s",
		               h->in->sub.name);
	h->ledger.lines++;
	return 0;
}

int hanging_note(struct hanging *h, const struct held *held, struct err *err)
{
	AUTO(buf) struct buf line = {0};
	const struct held *past = ledger_by_id(&h->ledger, held->id);
	struct held gone = {.kind = HELD_GONE};
	int r;

	/* Where ids come back: that one is no more. */
	if (past && strcmp(past->target, held->target)) {
		gone.target = past->target;
		ledger_print_held(&gone, &line);
	}
	ledger_print_held(held, &line);
	r = append(h, &line, err);
	if (r < 0)
		return r;
	if (gone.target)
		ledger_hold(&h->ledger, &gone);
	ledger_hold(&h->ledger, held);
	h->has_changed = true;
	return 0;
}

int hanging_note_receiver(struct hanging *h, const char *receiver,
                          struct err *err)
{
	AUTO(buf) struct buf line = {0};
	int r;

	for (size_t i = 0; i < h->ledger.n_receivers; i++)
		if (!strcmp(h->ledger.receivers[i], receiver))
			return 0;
	ledger_print_receiver(receiver, &line);
	r = append(h, &line, err);
	if (!r)
		ledger_add_receiver(&h->ledger, receiver);
	return r;
}

int hanging_note_syscmd(struct hanging *h, uint64_t syscmd, uint64_t replies,
                        struct err *err)
{
	AUTO(buf) struct buf line = {0};
	int r;

	ledger_print_syscmd(syscmd, replies, &line);
	r = append(h, &line, err);
	if (r < 0)
		return r;
	h->ledger.syscmd = syscmd;
	h->ledger.replies = replies;
	return 0;
}

void hanging_tidy(struct hanging *h)
{
	const struct ledger *l = &h->ledger;
	AUTO(buf) struct buf text = {0};

	if (l->lines < 2 * (l->n + l->n_receivers) + IDLE_LINES)
		return;
	ledger_print(l, &text);
	if (!file_replace(h->folder_fd, h->in->sub.name, buf_text(&text)))
		h->ledger.lines = l->n + l->n_receivers + 1;
}

void hanging_forget(int folder_fd, const char *name)
{
	file_abandon(folder_fd, name);
	unlinkat(folder_fd, name, 0);
}

static bool is_root_of(int fd, uint64_t id, bool *ret_is_unique)
{
	struct mount_identity identity;

	if (mount_identify(fd, &identity) < 0 || !identity.is_root ||
	    identity.id != id)
		return false;
	*ret_is_unique = identity.is_unique;
	return true;
}

/* Where ids come back, what the mount shows has to be the same, too: 0, -ENOENT
 * when it is another one that has the id by now, -EAGAIN for any other. */
static int check(int fd, const struct held *held)
{
	struct stat st;
	bool is_unique;

	if (!is_root_of(fd, held->id, &is_unique))
		return -EAGAIN;
	return is_unique || (!fstat(fd, &st) && st.st_dev == held->dev &&
	                     st.st_ino == held->ino)
	               ? 0
	               : -ENOENT;
}

bool hanging_is_in_place(const struct hanging *h, const struct held *held)
{
	AUTO(fd) int fd = -1;

	if (!held->id)
		return false;
	fd = beneath_open(h->in->root_fd, held->target, true);
	return fd >= 0 && !check(fd, held);
}

/* Where a mount is below live, as the kernel has it. -ENOENT also when it is
 * elsewhere: no guest can take it out, so that the id is another's by now. */
static int find_place(const struct hanging *h, uint64_t id, struct buf *place)
{
	AUTO(buf) struct buf path = {0};
	char link[40], live[PATH_MAX];
	ssize_t n;
	int r = mounts_find(id, &path);

	snprintf(link, sizeof(link), "/proc/self/fd/%d", h->in->root_fd);
	n = readlink(link, live, sizeof(live) - 1);
	if (r < 0 || n < 0)
		return r < 0 ? r : -errno;
	live[n] = '\0';
	if (!path_covers(live, path.data) || !path.data[n])
		return -ENOENT;
	buf_puts(place, path.data + n);
	return 0;
}

/* Follow a path of any length: a guest makes one deeper than a call takes. */
static int walk(int root_fd, const char *path)
{
	AUTO(fd) int fd = beneath_open(root_fd, ".", false);

	while (fd >= 0 && *path) {
		char piece[PIECE];
		size_t n = strlen(path);
		int next;

		if (n >= sizeof(piece))
			for (n = sizeof(piece) - 1; path[n] != '/';)
				n--;
		snprintf(piece, sizeof(piece), "%.*s", (int)n, path);
		next = beneath_open(fd, piece, false);
		close(fd);
		fd = next;
		path += n;
	}
	return fd_take(&fd);
}

/* Take the mount of that id off if it lies on the way to place. */
static bool uncover(const struct hanging *h, uint64_t id, const char *place)
{
	AUTO(buf) struct buf above = {0};
	AUTO(fd) int fd = -1;
	bool is_unique;

	if (!id || find_place(h, id, &above) < 0 ||
	    !path_covers(above.data, place))
		return false;
	fd = walk(h->in->root_fd, above.data);
	return fd >= 0 && is_root_of(fd, id, &is_unique) && !mount_detach(fd);
}

/* A guest can move what a mount lies on to where another one hangs. That one
 * comes back when it is next tended. */
static bool uncover_all(const struct hanging *h, const struct held *held,
                        const char *place)
{
	const struct ledger *l = &h->ledger;
	bool has_uncovered = uncover(h, l->replies, place);

	has_uncovered |= uncover(h, l->syscmd, place);

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id != held->id)
			has_uncovered |= uncover(h, l->v[i].id, place);
	return has_uncovered;
}

/* The guest has moved what it lies on, and may do so again meanwhile.
 * has_uncovered: NULL where nothing may be taken off. */
static int open_moved(const struct hanging *h, const struct held *held,
                      bool *has_uncovered)
{
	for (int i = 0; i < TRIES; i++) {
		AUTO(buf) struct buf place = {0};
		AUTO(fd) int fd = -1;
		int r = find_place(h, held->id, &place);

		if (r < 0)
			return r;
		fd = walk(h->in->root_fd, place.data);
		r = fd < 0 ? -EAGAIN : check(fd, held);
		if (!r)
			return fd_take(&fd);
		if (r != -EAGAIN)
			return r;
		if (has_uncovered && i % TRIES_A_LOOK == 1)
			*has_uncovered |= uncover_all(h, held, place.data);
	}
	return -EBUSY;
}

static int open_anywhere(const struct hanging *h, const struct held *held,
                         bool *has_uncovered)
{
	AUTO(fd) int fd = -1;

	if (!held->id)
		return -ENOENT;
	fd = beneath_open(h->in->root_fd, held->place, false);
	return fd >= 0 && !check(fd, held) ? fd_take(&fd)
	                                   : open_moved(h, held, has_uncovered);
}

int hanging_open(const struct hanging *h, const struct held *held)
{
	return open_anywhere(h, held, NULL);
}

int hanging_reach(struct hanging *h, const struct held *held)
{
	return open_anywhere(h, held, &h->has_uncovered);
}

int hanging_take_off(struct hanging *h, const struct held *held,
                     struct err *err)
{
	AUTO(fd) int fd = hanging_reach(h, held);
	struct held gone = *held;
	int r = fd;

	if (fd >= 0)
		r = mount_detach(fd);
	if (r < 0 && r != -ENOENT && r != -EINVAL)
		return err_set(err, r, "cannot take %s off %s of %s",
		               held->path, held->target, h->in->sub.name);
	gone.kind = HELD_GONE;
	gone.id = 0;
	return hanging_note(h, &gone, err);
}
