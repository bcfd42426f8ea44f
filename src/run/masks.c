/* SPDX-License-Identifier: MIT */
/*
 * One table. What this kernel lacks is passed over, anything else that goes
 * wrong ends the start. A mount costs a start some 5 us. So there is none where
 * it would hold nothing: in a user namespace not on what the kernel opens for
 * the host's root alone, which the guest's is not, and never on debug, security
 * and tracing below /sys/kernel, which are empty in any /sys but the host's.
 *
 * The masks are our own inodes, never the guest's /dev/null, and the places are
 * opened in a /proc and a /sys that nobody else has seen yet: there is nothing
 * to exchange (CVE-2025-31133, CVE-2025-52881).
 */
#include "run/masks.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "sys/beneath.h"
#include "sys/kernel.h"
#include "sys/mount.h"

#define PLAIN (K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC)

enum kind { MASK, READ_ONLY, WRITABLE };

/* OPEN: without a user namespace, where guest root is the host's; OWN_NET: with
 * a network namespace of its own; OPEN_NET: both. */
enum when { ALWAYS, OPEN, OWN_NET, OPEN_NET };

/* clang-format off */
static const struct place {
	const char *path;
	enum kind kind;
	enum when when;
} places[] = {
	{ "proc/kcore",			MASK,		OPEN },
	{ "proc/keys",			MASK },
	{ "proc/kallsyms",		MASK },
	{ "proc/kmsg",			MASK,		OPEN },
	{ "proc/timer_list",		MASK,		OPEN },
	{ "proc/sched_debug",		MASK },
	{ "proc/acpi",			MASK },
	{ "proc/asound",		MASK },
	{ "proc/scsi",			MASK },
	{ "proc/interrupts",		MASK },
	{ "proc/latency_stats",		MASK },
	{ "proc/kpagecount",		MASK,		OPEN },
	{ "proc/kpageflags",		MASK,		OPEN },
	{ "proc/kpagecgroup",		MASK,		OPEN },
	{ "proc/sys",			READ_ONLY,	OPEN },
	{ "proc/sys/net",		WRITABLE,	OPEN_NET },
	/* For all network namespaces at once, and never to be undone. */
	{ "proc/sys/net/netfilter/nf_hooks_lwtunnel", READ_ONLY, OWN_NET },
	{ "proc/irq",			READ_ONLY,	OPEN },
	{ "proc/bus",			READ_ONLY,	OPEN },
	{ "proc/fs",			READ_ONLY,	OPEN },
	{ "proc/driver",		READ_ONLY,	OPEN },
	{ "proc/dynamic_debug",		READ_ONLY,	OPEN },
	{ "proc/mtrr",			READ_ONLY,	OPEN },
	{ "proc/sysrq-trigger",		READ_ONLY,	OPEN },
	{ "sys/firmware",		MASK },
	{ "sys/devices/virtual/powercap", MASK },
};
/* clang-format on */

struct masks {
	int mask_fd, live_fd;
	bool own_users, own_net;
};

/* Whoever may pass by their mode 0 finds nothing there, and may not write. */
int masks_make(const char *point)
{
	static const struct mount_option options[] = {
		{"mode", "0"}, {"nr_inodes", "3"}, {NULL, NULL}};
	AUTO(fd) int fd = mount_new("tmpfs", options, PLAIN);
	AUTO(fd) int on_fd = open(point, O_PATH | O_CLOEXEC);
	int r;

	if (fd < 0)
		return fd;
	if (on_fd < 0 || mknodat(fd, "file", S_IFREG, 0) < 0 ||
	    mkdirat(fd, "dir", 0) < 0)
		return -errno;
	r = mount_shape(fd, PLAIN | K_MOUNT_ATTR_RDONLY, 0, false);
	if (!r)
		r = mount_attach(fd, on_fd);
	return r ? r : fd_take(&fd);
}

static int copy(const struct masks *m, const struct place *p, int on_fd,
                const struct stat *st)
{
	AUTO(fd) int fd = -1;
	int r;

	if (p->kind == MASK)
		return mount_clone(m->mask_fd,
		                   S_ISDIR(st->st_mode) ? "dir" : "file",
		                   false);
	fd = mount_clone(on_fd, "", false);
	if (fd < 0)
		return fd;
	if (p->kind == READ_ONLY)
		r = mount_shape(fd, PLAIN | K_MOUNT_ATTR_RDONLY, 0, false);
	else
		r = mount_make_writable(fd);
	return r ? r : fd_take(&fd);
}

static int attach(const struct masks *m, const struct place *p)
{
	AUTO(fd) int on_fd = beneath_open(m->live_fd, p->path, false);
	AUTO(fd) int fd = -1;
	struct stat st;

	if (on_fd < 0)
		return on_fd == -ENOENT ? 0 : on_fd;
	if (fstat(on_fd, &st) < 0)
		return -errno;
	fd = copy(m, p, on_fd, &st);
	return fd < 0 ? fd : mount_attach(fd, on_fd);
}

static bool is_wanted(const struct masks *m, const struct place *p)
{
	switch (p->when) {
	case ALWAYS:
		return true;
	case OPEN:
		return !m->own_users;
	case OWN_NET:
		return m->own_net;
	case OPEN_NET:
		return !m->own_users && m->own_net;
	}
	return true;
}

int masks_attach(int mask_fd, int live_fd, bool own_users, bool own_net)
{
	const struct masks m = {.mask_fd = mask_fd,
	                        .live_fd = live_fd,
	                        .own_users = own_users,
	                        .own_net = own_net};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(places) / sizeof(*places); i++)
		if (is_wanted(&m, &places[i]))
			r = attach(&m, &places[i]);
	return r;
}
