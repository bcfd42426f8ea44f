/* SPDX-License-Identifier: MIT */

#include "sub/settings.h"

#include <errno.h>
#include <fcntl.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "model/passwd.h"
#include "sub/place.h"

#define PASSWD_MAX (4 << 20)

int settings_read(const struct places *places, struct vzdaemon *ret,
                  struct err *err)
{
	AUTO(buf) struct buf path = {0}, text = {0};
	int r;

	buf_printf(&path, "%s/vzdaemon.conf", places->etc);
	r = file_read(AT_FDCWD, path.data, VZDAEMON_MAX, &text);
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return err_set(err, r, "cannot read %s", path.data);
	return vzdaemon_parse(buf_text(&text), path.data, ret, err);
}

int settings_find_user(const char *user, uid_t *ret_uid, gid_t *ret_gid,
                       struct err *err)
{
	AUTO(buf) struct buf users = {0};
	struct passwd found;
	int r = file_read(AT_FDCWD, "/etc/passwd", PASSWD_MAX, &users);

	if (!r || r == -ENOENT)
		r = passwd_find(buf_text(&users), "", user, &found);
	if (r < 0)
		return err_set(err, r, "HANDLER_USER=%s", user);
	*ret_uid = found.uid;
	*ret_gid = found.gid;
	return 0;
}
