/* SPDX-License-Identifier: MIT */

#include "manage/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "casting/syscmd.h"
#include "manage/consents.h"
#include "manage/copy.h"
#include "manage/create.h"
#include "manage/image_file.h"
#include "manage/macs.h"
#include "manage/remove.h"
#include "manage/workshop.h"
#include "sub/sub.h"
#include "sys/beneath.h"
#include "sys/loop.h"

#define CLEAR_MS 2000 /* for a loop device to let go of what was unmounted */
#define LOOK_MS  20

/* What its files are called in the copy. */
struct naming {
	char old_image[NAME_BYTES + 8], new_image[NAME_BYTES + 8];
};

/* What is a place for a mount, or an overlay's own, is made anew. */
static const char *name_in_copy(void *arg, const char *name)
{
	static const char *const fresh[] = {"live", "mnt", "work", ".renaming",
	                                    NULL};
	const struct naming *n = arg;

	for (const char *const *f = fresh; *f; f++)
		if (!strcmp(name, *f))
			return NULL;
	return strcmp(name, n->old_image) ? name : n->new_image;
}

static int stop_at_first(const struct loop *l, void *data)
{
	(void)l;
	(void)data;
	return 1;
}

/* Nobody has it attached: all that was written is in the file. */
static int await_image(const struct cloning *c, const char *image,
                       struct err *err)
{
	AUTO(fd)
	int fd = openat(c->old->dir_fd, image,
	                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r = 1;

	if (fd < 0)
		return errno == ENOENT
		               ? 0
		               : err_set(err, -errno, "cannot open %s", image);
	for (int ms = 0; r > 0 && ms < CLEAR_MS; ms += LOOK_MS) {
		if (ms)
			poll(NULL, 0, LOOK_MS);
		r = loop_each(fd, stop_at_first, NULL);
	}
	if (r < 0)
		return err_set(err, r, "cannot see who has %s attached", image);
	return r ? err_say(err, -EBUSY,
	                   "%s/%s is attached to a loop device: stop what "
	                   "uses it",
	                   c->old->path, image)
	         : 0;
}

static int make_places(const struct workshop *w, bool has_image,
                       struct err *err)
{
	static const char *const names[] = {"live", "work", "mnt"};

	for (size_t i = 0; i < (has_image ? 3 : 2); i++)
		if (mkdirat(w->dir_fd, names[i], 0755) < 0)
			return err_set(err, -errno, "cannot make %s/%s",
			               w->path, names[i]);
	return 0;
}

/* An image that was copied gets a uuid of its own, where that matters. */
static int part_image(const struct workshop *w, const char *image,
                      bool *ret_has_image, struct err *err)
{
	AUTO(fd)
	int fd = openat(w->dir_fd, image,
	                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	AUTO(buf) struct buf path = {0};

	*ret_has_image = fd >= 0;
	buf_printf(&path, "%s/%s", w->path, image);
	return fd < 0 ? 0 : image_file_part(fd, path.data, err);
}

static int copy(const struct cloning *c, const struct workshop *w,
                struct err *err)
{
	AUTO(buf) struct buf to = {0};
	struct naming n;
	struct copying copying = {
		.from_path = c->old->path,
		.from_fd = c->old->dir_fd,
		.to_fd = w->dir_fd,
		.is_faithful = true,
		.rename = name_in_copy,
		.arg = &n,
		.progress = c->progress,
	};
	bool has_image;
	int r;

	buf_printf(&to, "%s/%s", w->places->subhost, c->name);
	copying.to_path = to.data;
	snprintf(n.old_image, sizeof(n.old_image), "%s.img", c->old->name);
	snprintf(n.new_image, sizeof(n.new_image), "%s.img", c->name);
	r = await_image(c, n.old_image, err);
	if (!r)
		r = copy_tree(&copying, err);
	if (!r)
		r = part_image(w, n.new_image, &has_image, err);
	if (!r)
		r = make_places(w, has_image, err);
	if (!r)
		copy_tell(&copying, c->notes);
	return r;
}

/* What it may ask for, it may not get by being cloned. */
static void copy_verbs(const struct cloning *c)
{
	const struct places *places = c->old->places;
	AUTO(words) struct words verbs = {0};
	struct err err = {0};
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/%s", places->syscmd, c->old->name);
	if (!syscmd_is_installed(places) || access(path, F_OK) < 0)
		return;
	r = syscmd_list(places, c->old->name, &verbs, &err);
	if (!r)
		r = syscmd_allow(places, c->name,
		                 verbs.n ? verbs.v : (char *[]){NULL}, &err);
	if (r < 0)
		buf_printf(c->notes, "its verbs are not those of %s: %s\n",
		           c->old->name, err.text);
}

/* What says on a network who somebody is. */
static void tell_identity(const struct cloning *c, const struct workshop *w)
{
#define SSH_KEYS "/root/etc/ssh/ssh_host_"
	static const char *const files[] = {
		"/root/etc/machine-id",
		SSH_KEYS "rsa_key",
		SSH_KEYS "ed25519_key",
	};
	struct stat st;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		AUTO(fd) int fd = beneath_open(w->dir_fd, files[i], true);

		if (fd >= 0 && !fstat(fd, &st) && st.st_size)
			buf_printf(c->notes,
			           "it has the same %s; remove it to have "
			           "another made\n",
			           files[i] + strlen("/root"));
	}
}

int clone_sub(const struct cloning *c, struct err *err)
{
	static const char *const ours[] = {"live", "mnt", NULL};
	AUTO(workshop) struct workshop w = WORKSHOP_NONE;
	int r = create_check_name(c->name, err);

	if (r < 0)
		return r;
	r = remove_refuse_mounts(c->old->path, ours, err);
	if (!r)
		r = workshop_open(&w, c->old->places, c->name, err);
	if (!r)
		r = copy(c, &w, err);
	if (!r)
		r = workshop_finish(&w, err);
	if (r < 0)
		return err_wrap(err, "%s", c->name);
	copy_verbs(c);
	macs_tell_same(c->old, c->notes);
	tell_identity(c, &w);
	consents_tell(c->old->places, c->name, c->notes);
	return 0;
}
