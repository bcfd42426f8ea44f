/* SPDX-License-Identifier: MIT */

#include "sub/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "sub/place.h"

#define ETC_MACHINE_ID "/etc/machine-id"
#define MACHINE_ID     "machine-id"
#define TEXT_MAX       4096

/* 32 hex digits and a newline: 0, or -EINVAL for anything else, such as the
 * "uninitialized" of a first boot. */
static int parse(const char *text, uint8_t ret_id[static MACHINE_BYTES])
{
	size_t digits = strspn(text, "0123456789abcdefABCDEF");

	if (digits != 2 * MACHINE_BYTES ||
	    text[digits + (text[digits] == '\n')])
		return -EINVAL;
	for (size_t i = 0; i < MACHINE_BYTES; i++)
		sscanf(text + 2 * i, "%2hhx", &ret_id[i]);
	return 0;
}

static int read_id(int dir_fd, const char *path,
                   uint8_t ret_id[static MACHINE_BYTES])
{
	AUTO(buf) struct buf text = {0};
	int r = file_read(dir_fd, path, TEXT_MAX, &text);

	return r < 0 ? r : parse(buf_text(&text), ret_id);
}

static int make_id(int dir_fd, uint8_t ret_id[static MACHINE_BYTES])
{
	AUTO(buf) struct buf text = {0};

	if (getrandom(ret_id, MACHINE_BYTES, 0) != MACHINE_BYTES)
		return -errno;
	for (size_t i = 0; i < MACHINE_BYTES; i++)
		buf_printf(&text, "%02x", ret_id[i]);
	buf_putc(&text, '\n');
	return file_replace(dir_fd, MACHINE_ID, text.data);
}

int machine_identify(const struct places *places,
                     uint8_t ret_id[static MACHINE_BYTES], struct err *err)
{
	AUTO(fd) int state_fd = -1;
	int r = read_id(AT_FDCWD, ETC_MACHINE_ID, ret_id);

	if (!r)
		return 0;
	r = places_hold_state(places, &state_fd);
	if (!r)
		r = read_id(state_fd, MACHINE_ID, ret_id);
	if (r == -ENOENT && state_fd >= 0)
		r = make_id(state_fd, ret_id);
	return r < 0 ? err_set(err, r,
	                       "there is no " ETC_MACHINE_ID
	                       ", and cannot read or make %s/" MACHINE_ID,
	                       places->state)
	             : 0;
}
