/* SPDX-License-Identifier: MIT */

#include "manage/create.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "manage/config_text.h"
#include "manage/consents.h"
#include "manage/fill.h"
#include "manage/image_file.h"
#include "manage/source.h"
#include "manage/workshop.h"
#include "model/cable.h"
#include "root/image.h"
#include "sub/place.h"
#include "sys/link.h"
#include "sys/netlink.h"

/* What was asked for, understood. */
struct plan {
	const struct creation *c;
	char base[PATH_MAX]; /* "": none */
	struct image_wish image;
	struct source source;
	struct buf config;
};

static void plan_auto(struct plan *p)
{
	source_done(&p->source);
	buf_done(&p->config);
}

int create_check_name(const char *name, struct err *err)
{
	AUTO(buf) struct buf shown = {0};

	if (name_is_valid(name))
		return 0;
	buf_escape(&shown, name);
	return err_say(err, -EINVAL, "%.200s is no name of a sub host: %s",
	               buf_text(&shown), name_fault(name));
}

static int refuse_base(const char *base, const char *why, struct err *err)
{
	AUTO(buf) struct buf shown = {0};

	buf_escape(&shown, base);
	return err_say(err, -EINVAL, "--base is \"%.200s\", but %s",
	               buf_text(&shown), why);
}

static int plan_base(struct plan *p, struct err *err)
{
	const char *base = p->c->base;
	struct stat st;

	if (!base)
		return 0;
	if (!realpath(base, p->base))
		return errno == ENOENT
		               ? refuse_base(base,
		                             "there is no such directory or "
		                             "image",
		                             err)
		               : err_set(err, -errno, "cannot look at %.200s",
		                         base);
	if (stat(p->base, &st) < 0)
		return err_set(err, -errno, "cannot look at %s", p->base);
	return S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)
	               ? 0
	               : refuse_base(base,
	                             "that is neither a directory nor a file",
	                             err);
}

/* There need not be such a bridge yet. */
static void note_bridge(const struct plan *p, const char *bridge)
{
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	struct link link;

	if (!*bridge || netlink_open(&nl) < 0)
		return;
	if (link_find(&nl, bridge, &link) < 0 || strcmp(link.kind, "bridge"))
		buf_printf(p->c->notes,
		           "there is no bridge %s yet; subhost bridge add %s\n",
		           bridge, bridge);
}

static int plan_bridges(struct plan *p, struct err *err)
{
	for (size_t i = 0; i < p->c->n_bridges; i++) {
		AUTO(buf) struct buf shown = {0};
		struct cable cable = {0};
		const char *fault = cable_parse(p->c->bridges[i], &cable);

		if (fault) {
			buf_escape(&shown, p->c->bridges[i]);
			return err_say(err, -EINVAL,
			               "--bridge is \"%.100s\", but %s",
			               buf_text(&shown), fault);
		}
		note_bridge(p, cable.bridge);
	}
	return 0;
}

static int plan_config(struct plan *p, struct err *err)
{
	struct config_choice choice = {
		.base = *p->base ? p->base : NULL,
		.bridges = p->c->bridges,
		.n_bridges = p->c->n_bridges,
	};

	return config_text(&choice, &p->config, err);
}

static int plan_all(struct plan *p, struct err *err)
{
	const struct creation *c = p->c;
	int r = create_check_name(c->name, err);

	if (!r)
		r = plan_base(p, err);
	if (!r)
		r = plan_bridges(p, err);
	if (!r)
		r = plan_config(p, err);
	if (!r && c->image)
		r = image_wish_parse(c->image, &p->image, err);
	if (!r && c->image)
		r = image_file_check(c->places->subhost, &p->image, err);
	if (!r && c->from)
		r = source_open(&p->source, c->from, err);
	return r;
}

/* --- carried out --- */

static int make_dir(const struct workshop *w, int dir_fd, const char *name,
                    struct err *err)
{
	return mkdirat(dir_fd, name, 0755) < 0
	               ? err_set(err, -errno, "cannot make %s/%s", w->path,
	                         name)
	               : 0;
}

/* The detached mount of the new image. */
static int make_image(const struct plan *p, const struct workshop *w,
                      int *ret_fd, struct err *err)
{
	AUTO(buf) struct buf path = {0}, mark = {0};
	char file[NAME_BYTES + 8], tag[10];
	struct image_request req = {.dir_fd = w->dir_fd, .path = file};
	int r;

	snprintf(file, sizeof(file), "%s.img", w->name);
	buf_printf(&path, "%s/%s", w->path, file);
	places_tag(w->places, tag);
	buf_printf(&mark, "subhost:%s%s", w->name, tag);
	req.mark = mark.data;
	r = image_file_make(path.data, &p->image, err);
	return r ? r : image_mount(&req, ret_fd, err);
}

/* Nobody but the owner could go through such a root. */
static void note_mode(const struct plan *p, int root_fd)
{
	struct stat st;

	if (!fstat(root_fd, &st) && (st.st_mode & 0011) != 0011)
		buf_printf(p->c->notes,
		           "its root has the mode %04o, as where it comes "
		           "from: other users than root cannot do anything in "
		           "it; chmod 755 it\n",
		           st.st_mode & 07777);
}

static int fill(const struct plan *p, const struct workshop *w, int image_fd,
                struct err *err)
{
	int holder_fd = image_fd < 0 ? w->dir_fd : image_fd;
	AUTO(fd)
	int root_fd = openat(holder_fd, "root",
	                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct filling f = {
		.source = &p->source,
		.places = p->c->places,
		.path = w->path,
		.dir_fd = w->dir_fd,
		.name = w->name,
		.root_fd = root_fd,
		.image_fd = image_fd,
		.progress = p->c->progress,
		.notes = p->c->notes,
	};
	int r;

	if (root_fd < 0)
		return err_set(err, -errno, "cannot open %s/root", w->path);
	r = fill_root(&f, err);
	if (!r)
		note_mode(p, root_fd);
	return r;
}

/* Those that the place of the writable part needs, and what goes in there. */
static int make_root(const struct plan *p, const struct workshop *w,
                     struct err *err)
{
	AUTO(fd) int image_fd = -1;
	int r = 0, holder_fd;

	if (p->c->image) {
		r = make_dir(w, w->dir_fd, "mnt", err);
		if (!r)
			r = make_image(p, w, &image_fd, err);
	}
	if (r < 0)
		return r;
	holder_fd = image_fd < 0 ? w->dir_fd : image_fd;
	r = make_dir(w, holder_fd, "root", err);
	if (!r)
		r = make_dir(w, holder_fd, "work", err);
	return r ? r : fill(p, w, image_fd, err);
}

static int make(const struct plan *p, struct workshop *w, struct err *err)
{
	int r = make_dir(w, w->dir_fd, "live", err);

	if (!r)
		r = make_root(p, w, err);
	if (r < 0)
		return r;
	r = file_replace_as(w->dir_fd, "config", 0600, buf_text(&p->config));
	if (r < 0)
		return err_set(err, r, "cannot write %s/config", w->path);
	return workshop_finish(w, err);
}

int create_sub(const struct creation *c, struct err *err)
{
	__attribute__((cleanup(plan_auto))) struct plan p = {
		.c = c,
		.source = SOURCE_BEGIN,
	};
	AUTO(workshop) struct workshop w = WORKSHOP_NONE;
	int r = plan_all(&p, err);

	if (!r)
		r = workshop_open(&w, c->places, c->name, err);
	if (!r)
		r = make(&p, &w, err);
	if (r < 0)
		return name_is_valid(c->name) ? err_wrap(err, "%s", c->name)
		                              : r;
	if (!c->from && !c->base)
		buf_printf(c->notes,
		           "its root is empty: fill it, or set BASE in its "
		           "config\n");
	consents_tell(c->places, c->name, c->notes);
	return 0;
}
