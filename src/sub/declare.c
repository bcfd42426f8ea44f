/* SPDX-License-Identifier: MIT */

#include "sub/declare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/config_edit.h"
#include "sub/evaluate.h"
#include "sub/sub.h"

void declared_done(struct declared *d)
{
	config_done(&d->config);
	declaration_done(&d->declaration);
}

static int check(int fd, const char *where, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, -errno, "cannot look at %s", where);
	if (!S_ISREG(st.st_mode))
		return err_say(err, -EINVAL, "%s is not a plain file", where);
	if (st.st_uid != geteuid())
		return err_say(err, -EPERM,
		               "%s belongs to uid %u; it is refused unless it "
		               "belongs to root",
		               where, st.st_uid);
	if (st.st_mode & 022)
		return err_say(err, -EPERM,
		               "%s can be written by others (mode %04o); "
		               "chmod go-w it",
		               where, st.st_mode & 07777);
	return 0;
}

static int read_config(const struct sub *s, const char *where, struct buf *text,
                       struct err *err)
{
	AUTO(fd)
	int fd = openat(s->dir_fd, "config",
	                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd < 0 && errno == ENOENT)
		return err_say(err, -ENOENT,
		               "there is no %s; an empty one declares what is "
		               "usual",
		               where);
	if (fd < 0 && errno == ELOOP)
		return err_say(err, -ELOOP, "%s is a symlink", where);
	if (fd < 0)
		return err_set(err, -errno, "cannot open %s", where);
	r = check(fd, where, err);
	if (r < 0)
		return r;
	r = file_read_fd(fd, CONFIG_MAX, text);
	return r < 0 ? err_set(err, r, "cannot read %s", where) : 0;
}

int declare(struct declared *d, const struct sub *s, struct buf *warnings,
            struct err *err)
{
	AUTO(buf) struct buf where = {0}, text = {0};
	int r;

	buf_printf(&where, "%s/config", s->path);
	r = read_config(s, where.data, &text, err);
	if (r < 0)
		return r;
	r = config_parse(&d->config, buf_text(&text), text.len, where.data,
	                 err);
	if (r == -EOPNOTSUPP)
		r = evaluate_by_bash(&d->config, buf_text(&text), text.len,
		                     where.data, err);
	if (r < 0)
		return r;
	return declaration_read(&d->declaration, &d->config, where.data,
	                        warnings, err);
}

static int change(struct buf *text, const char *setting, const char *where,
                  struct err *err)
{
	AUTO(mem) char *name = mem_copy(setting);
	AUTO(buf) struct buf changed = {0};
	char *value = strchr(name, '=');
	struct config_change c = {
		.text = buf_text(text), .name = name, .where = where};
	int r;

	*value++ = '\0';
	c.value = value;
	r = config_edit(&c, &changed, err);
	if (r < 0)
		return r;
	buf_done(text);
	*text = changed;
	changed = (struct buf){0};
	return 0;
}

/* It is edited only where all of it can be read here. */
static int check_native(const struct buf *text, const char *where,
                        struct err *err)
{
	AUTO(config) struct config c = {0};
	int r = config_parse(&c, buf_text(text), text->len, where, err);

	if (r == -EOPNOTSUPP)
		err_hint(err, "so change it by hand");
	return r;
}

int declare_edit(const struct sub *s, const struct words *settings,
                 struct buf *text, struct err *err)
{
	AUTO(buf) struct buf where = {0};
	int r;

	buf_printf(&where, "%s/config", s->path);
	r = read_config(s, where.data, text, err);
	if (!r)
		r = check_native(text, where.data, err);
	for (size_t i = 0; !r && i < settings->n; i++)
		r = change(text, settings->v[i], where.data, err);
	return r;
}

int declare_store(const struct sub *s, const struct buf *text, struct err *err)
{
	struct stat st;
	int r;

	if (fstatat(s->dir_fd, "config", &st, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	else
		r = file_replace_as(s->dir_fd, "config", st.st_mode & 07777,
		                    buf_text(text));
	return r < 0 ? err_set(err, r, "cannot write %s/config", s->path) : 0;
}

void declare_kept(const struct declaration *d, struct buf *b)
{
	buf_puts(b, "BASE=");
	for (size_t i = 0; i < d->base.n; i++) {
		buf_puts(b, i ? " " : "");
		buf_escape(b, d->base.v[i]);
	}
	buf_printf(b,
	           "; IMAGE_PARTITION=%u; PRIVATE_USERS=%s; MOUNTS=%s; "
	           "NETWORK=%s",
	           d->image_partition, users_name(d->users),
	           d->mounts ? "yes" : "no",
	           d->host_network ? "host" : "private");
}
