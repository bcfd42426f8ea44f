/* SPDX-License-Identifier: MIT */

#include "sub/settings.h"

#include <errno.h>
#include <fcntl.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "sub/place.h"

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
