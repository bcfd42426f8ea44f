/* SPDX-License-Identifier: MIT */

#include "model/powers.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "model/name.h"

#define CAP(name) (1ull << CAP_##name)

/* clang-format off */
static const char *const names[] = {
#define NAME(name) [CAP_##name] = #name
	NAME(CHOWN), NAME(DAC_OVERRIDE), NAME(DAC_READ_SEARCH), NAME(FOWNER),
	NAME(FSETID), NAME(KILL), NAME(SETGID), NAME(SETUID), NAME(SETPCAP),
	NAME(LINUX_IMMUTABLE), NAME(NET_BIND_SERVICE), NAME(NET_BROADCAST),
	NAME(NET_ADMIN), NAME(NET_RAW), NAME(IPC_LOCK), NAME(IPC_OWNER),
	NAME(SYS_MODULE), NAME(SYS_RAWIO), NAME(SYS_CHROOT), NAME(SYS_PTRACE),
	NAME(SYS_PACCT), NAME(SYS_ADMIN), NAME(SYS_BOOT), NAME(SYS_NICE),
	NAME(SYS_RESOURCE), NAME(SYS_TIME), NAME(SYS_TTY_CONFIG), NAME(MKNOD),
	NAME(LEASE), NAME(AUDIT_WRITE), NAME(AUDIT_CONTROL), NAME(SETFCAP),
	NAME(MAC_OVERRIDE), NAME(MAC_ADMIN), NAME(SYSLOG), NAME(WAKE_ALARM),
	NAME(BLOCK_SUSPEND), NAME(AUDIT_READ), NAME(PERFMON), NAME(BPF),
	NAME(CHECKPOINT_RESTORE),
#undef NAME
};
/* clang-format on */

#define POWERS ((int)(sizeof(names) / sizeof(*names)))

/* What a later kernel adds is nobody's before it has been thought about. */
static const uint64_t known_capabilities = (1ull << POWERS) - 1;

/* ISOLATION: what concerns the machine and not its own namespaces. */
static const uint64_t machine_capabilities =
	CAP(MAC_ADMIN) | CAP(MAC_OVERRIDE) | CAP(SYS_TIME) | CAP(SYS_MODULE) |
	CAP(SYS_RAWIO) | CAP(SYSLOG) | CAP(AUDIT_CONTROL) | CAP(BPF) |
	CAP(PERFMON) | CAP(CHECKPOINT_RESTORE) | CAP(WAKE_ALARM) |
	CAP(BLOCK_SUSPEND);

/* Without a user namespace: what common services need, no more; and no device
 * nodes, which would be the host's. */
static const uint64_t common_capabilities =
	CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FSETID) | CAP(FOWNER) |
	CAP(NET_RAW) | CAP(SETGID) | CAP(SETUID) | CAP(SETFCAP) | CAP(SETPCAP) |
	CAP(NET_BIND_SERVICE) | CAP(SYS_CHROOT) | CAP(KILL) | CAP(AUDIT_WRITE) |
	CAP(SYS_BOOT);

uint64_t powers_kept(bool own_users, bool own_net, bool mounts,
                     const struct powers *changes)
{
	uint64_t kept = common_capabilities;

	if (own_users)
		kept = known_capabilities & ~machine_capabilities;
	else if (own_net)
		kept |= CAP(NET_ADMIN);
	/* With it a guest could lift its limits of namespaces again. */
	if (!mounts)
		kept &= ~CAP(SYS_RESOURCE);
	return (kept | changes->added) & ~changes->removed;
}

bool powers_lift_limits(const struct powers *changes, bool mounts)
{
	return !mounts && changes->added & CAP(SYS_RESOURCE);
}

static const char *pass_prefix(const char *name)
{
	return strncasecmp(name, "CAP_", 4) ? name : name + 4;
}

int powers_find(const char *name)
{
	name = pass_prefix(name);
	for (int i = 0; i < POWERS; i++)
		if (!strcasecmp(name, names[i]))
			return i;
	return -1;
}

const char *powers_find_meant(const char *name)
{
	const char *meant = NULL;
	size_t best = SIZE_MAX;
	char upper[32];

	snprintf(upper, sizeof(upper), "%s", pass_prefix(name));
	for (char *p = upper; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	for (int i = 0; i < POWERS; i++) {
		size_t distance = name_distance(upper, names[i]);

		if (distance < best && name_is_near(upper, names[i])) {
			best = distance;
			meant = names[i];
		}
	}
	return meant;
}

int powers_change(struct powers *changes, const char *word)
{
	uint64_t bit;
	int found;

	if (*word != '+' && *word != '-')
		return -EINVAL;
	found = powers_find(word + 1);
	if (found < 0)
		return -ENOENT;
	bit = 1ull << found;
	changes->added &= ~bit;
	changes->removed &= ~bit;
	*(*word == '+' ? &changes->added : &changes->removed) |= bit;
	return 0;
}

void powers_print(struct buf *b, const struct powers *changes)
{
	const char *blank = "";

	for (int i = 0; i < POWERS; i++) {
		bool is_added = changes->added >> i & 1;

		if (!is_added && !(changes->removed >> i & 1))
			continue;
		buf_printf(b, "%s%c%s", blank, is_added ? '+' : '-', names[i]);
		blank = " ";
	}
}
