/* SPDX-License-Identifier: MIT */

#include "model/powers.h"

#include <linux/capability.h>

#define CAP(name) (1ull << CAP_##name)

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

uint64_t powers_kept(bool own_users, bool own_net, bool mounts)
{
	uint64_t kept = common_capabilities;

	if (own_users)
		kept = ~machine_capabilities;
	else if (own_net)
		kept |= CAP(NET_ADMIN);
	/* With it a guest could lift its limits of namespaces again. */
	if (!mounts)
		kept &= ~CAP(SYS_RESOURCE);
	return kept;
}
