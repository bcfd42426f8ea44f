/* SPDX-License-Identifier: MIT */

#include "model/state.h"

#include <stddef.h>

#include "base/buf.h"

static bool is_up(const struct facts *f)
{
	return f->live == OURS;
}

static bool lost_live(const struct facts *f)
{
	return !is_up(f) && f->has_record;
}

static bool stray_live(const struct facts *f)
{
	return is_up(f) && !f->has_record;
}

static bool lost_net(const struct facts *f)
{
	return is_up(f) && f->wants_net && f->net != OURS;
}

static bool stray_net(const struct facts *f)
{
	return !is_up(f) && f->net == OURS;
}

static bool lost_image(const struct facts *f)
{
	return is_up(f) && f->wants_image && f->image != OURS;
}

static bool stray_image(const struct facts *f)
{
	return !is_up(f) && f->image == OURS;
}

static bool stray_processes(const struct facts *f)
{
	return f->populated && !f->init_alive;
}

static bool homeless_init(const struct facts *f)
{
	return f->init_alive && !is_up(f);
}

/* clang-format off */
static const struct damage {
	bool (*is_there)(const struct facts *);
	const char *what;
} damages[] = {
	{ lost_live,	"its record says it is up, but live is not mounted" },
	{ stray_live,	"live is mounted, but there is no record of it" },
	{ lost_net,	"its network namespace is gone" },
	{ stray_net,	"its network namespace is left over" },
	{ lost_image,	"its image is not mounted" },
	{ stray_image,	"its image is left mounted" },
	{ stray_processes, "processes of it are left without their init" },
	{ homeless_init, "its init is alive without its root" },
};

static const char *const names[] = {
	[STATE_STOPPED]		= "stopped",
	[STATE_RUNNING]		= "running",
	[STATE_HIBERNATED]	= "hibernated",
	[STATE_DAMAGED]		= "damaged",
};
/* clang-format on */

enum state state_of(const struct facts *f, struct buf *why)
{
	bool damaged = false;

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		if (!damages[i].is_there(f))
			continue;
		if (damaged)
			buf_puts(why, "; ");
		buf_puts(why, damages[i].what);
		damaged = true;
	}
	if (damaged)
		return STATE_DAMAGED;
	if (!is_up(f))
		return STATE_STOPPED;
	return f->init_alive ? STATE_RUNNING : STATE_HIBERNATED;
}

const char *state_name(enum state state)
{
	return names[state];
}
