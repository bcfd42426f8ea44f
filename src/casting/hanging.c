/* SPDX-License-Identifier: MIT */

#include "casting/hanging.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "casting/peer.h"
#include "sys/beneath.h"
#include "sys/mount.h"
#include "sys/mounts.h"

#define IDLE_LINES 64

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
	int r;

	ledger_print_held(held, &line);
	r = append(h, &line, err);
	if (r < 0)
		return r;
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

/* Where ids come back, what the mount shows has to be the same, too. */
static bool is_mount(int fd, const struct held *held)
{
	struct mount_identity identity;
	struct stat st;

	if (mount_identify(fd, &identity) < 0 || !identity.is_root ||
	    identity.id != held->id)
		return false;
	return identity.is_unique ||
	       (!fstat(fd, &st) && st.st_dev == held->dev &&
	        st.st_ino == held->ino);
}

bool hanging_is_in_place(const struct hanging *h, const struct held *held)
{
	AUTO(fd) int fd = -1;

	if (!held->id)
		return false;
	fd = beneath_open(h->in->root_fd, held->target, true);
	return fd >= 0 && is_mount(fd, held);
}

/* The guest has moved what it lies on: the kernel knows where to. */
static int open_moved(const struct held *held)
{
	AUTO(fd) int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO(buf) struct buf path = {0};
	AUTO(fd) int fd = -1;
	int r = root_fd < 0 ? -errno : mounts_find(held->id, &path);

	if (r < 0)
		return r;
	fd = beneath_open(root_fd, path.data, false);
	if (fd < 0)
		return fd;
	return is_mount(fd, held) ? fd_take(&fd) : -ENOENT;
}

int hanging_open(const struct hanging *h, const struct held *held)
{
	AUTO(fd) int fd = -1;

	if (!held->id)
		return -ENOENT;
	fd = beneath_open(h->in->root_fd, held->place, false);
	return fd >= 0 && is_mount(fd, held) ? fd_take(&fd) : open_moved(held);
}

int hanging_take_off(struct hanging *h, const struct held *held,
                     struct err *err)
{
	AUTO(fd) int fd = hanging_open(h, held);
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
