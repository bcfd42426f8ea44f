/* SPDX-License-Identifier: MIT */

#include "cli/probes.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/auto.h"
#include "sys/older.h"
#include "sys/process.h"

/* clang-format off */
/* The texts have the last 42 columns of 80. */
const struct probe probes[] = {
	{ "openat2",		"paths of a guest's, without escape",
	  NULL,			probe_openat2,		NULL,	NEEDED },
	{ "mounts by descriptor", "all that a guest sees",
	  NULL,			probe_mounts,		NULL,	NEEDED },
	{ "mount_setattr",	"read-only, masks, slaves",
	  NULL,			probe_setattr,		NULL,	NEEDED },
	{ "unique mount ids",	"a mount known again after any crash",
	  "ids, and the marks of our own mounts",
	  probe_mount_ids,	NULL,			NEWER },
	{ "clone3",		"processes",
	  NULL,			probe_clone3,		NULL,	NEEDED },
	{ "clone3 into a cgroup", "a guest in its cgroup from birth",
	  "no cgroup v2: guests are in the caller's",
	  probe_into_cgroup,	NULL,			0 },
	{ "pidfd",		"signals that hit no other process",
	  NULL,			probe_pidfd,		NULL,	NEEDED },
	{ "close_range",	"no descriptor of the host's inside",
	  NULL,			probe_close_range,	NULL,	NEEDED },
	{ "user namespaces",	"PRIVATE_USERS=shared, isolated",
	  "only PRIVATE_USERS=no, no boundary",
	  probe_users,		NULL,			NEEDED | IN_CHILD },
	{ "mount namespaces",	"a root of its own",
	  NULL,			probe_namespace, "mnt",	NEEDED | IN_CHILD },
	{ "pid namespaces",	"processes of its own",
	  NULL,			probe_namespace, "pid",	NEEDED | IN_CHILD },
	{ "network namespaces",	"NETWORK=private",
	  "only NETWORK=host",
	  probe_namespace,	"net",			NEEDED | IN_CHILD },
	{ "uts namespaces",	"HOSTNAME",
	  NULL,			probe_namespace, "uts",	NEEDED | IN_CHILD },
	{ "ipc namespaces",	"shared memory, queues of its own",
	  NULL,			probe_namespace, "ipc",	NEEDED | IN_CHILD },
	{ "cgroup namespaces",	"cgroups of its own",
	  NULL,			probe_namespace, "cgroup", NEEDED | IN_CHILD },
	{ "session keyrings",	"the caller's keys stay out",
	  "this kernel keeps no keys",
	  probe_keyring,	NULL,			IN_CHILD },
	{ "seccomp",		"SECCOMP=default, strict, a profile",
	  "only SECCOMP=off",
	  probe_seccomp,	NULL,			NEEDED | IN_CHILD },
	{ "overlay",		"BASE",
	  "no BASE: root must be whole",
	  probe_filesystem,	"overlay",		0 },
	{ "overlay by descriptors", "layers without a detour",
	  "a helper mounts it by names",
	  probe_descriptors,	NULL,			NEWER },
	{ "idmap on $SUBHOST",	"PRIVATE_USERS=shared, isolated there",
	  "only PRIVATE_USERS=no there",
	  probe_idmap,		NULL,			0 },
	{ "idmap on ext4",	"images, bases",
	  "such ones only with PRIVATE_USERS=no",
	  probe_idmap,		"ext4",			0 },
	{ "idmap on xfs",	"images, bases",
	  "such ones only with PRIVATE_USERS=no",
	  probe_idmap,		"xfs",			0 },
	{ "idmap on btrfs",	"images, bases",
	  "such ones only with PRIVATE_USERS=no",
	  probe_idmap,		"btrfs",		0 },
	{ "idmap on squashfs",	"bases",
	  "such ones only with PRIVATE_USERS=no",
	  probe_idmap,		"squashfs",		0 },
	{ "idmap on erofs",	"bases",
	  "such ones only with PRIVATE_USERS=no",
	  probe_idmap,		"erofs",		0 },
	{ "idmap on tmpfs",	"sub hosts in memory",
	  "such ones only with PRIVATE_USERS=no",
	  probe_idmap,		"tmpfs",		0 },
	{ "loop devices",	"NAME.img, images as BASE",
	  "no images",
	  probe_loop,		NULL,			0 },
	{ "cgroup v2",		"processes held together and counted",
	  "no limits but of v1, no freeze",
	  probe_unified,	NULL,			0 },
	{ "cgroup.kill",	"all processes end at once",
	  "they are killed one by one",
	  probe_cgroup_file,	"cgroup.kill",		0 },
	{ "cgroup.freeze",	"freeze, thaw",
	  "the freezer of v1, if there is one",
	  probe_cgroup_file,	"cgroup.freeze",	0 },
	{ "controller pids",	"PIDS_MAX",
	  "no PIDS_MAX",
	  probe_controller,	"pids/pids",		0 },
	{ "controller memory",	"MEMORY_MAX, MEMORY_HIGH",
	  "no MEMORY_MAX, MEMORY_HIGH",
	  probe_controller,	"memory/memory",	0 },
	{ "controller cpu",	"CPU_MAX, CPU_WEIGHT",
	  "no CPU_MAX, CPU_WEIGHT",
	  probe_controller,	"cpu/cpu",		0 },
	{ "controller io",	"IO_WEIGHT",
	  "no IO_WEIGHT",
	  probe_controller,	"io/blkio",		0 },
	{ "bpf for devices",	"which devices may be opened",
	  "the controller devices of v1, or none",
	  probe_device_bpf,	NULL,			0 },
	{ "raised limits",	"limits.conf of the caller is no matter",
	  "hard limits of the caller's come in",
	  probe_limits,		NULL,			0 },
	{ "veth",		"BRIDGES",
	  "no cables: BRIDGES cannot be used",
	  probe_veth,		NULL,			IN_CHILD },
	{ "bridge",		"subhost bridge",
	  "no bridges of the kernel's",
	  probe_bridge,		NULL,			IN_CHILD },
	{ "nf_tables nat",	"subhost bridge add --nat",
	  "no --nat",
	  probe_nat,		NULL,			IN_CHILD },
	{ "bash",		"configs with more than assignments",
	  "such configs are refused",
	  probe_program,	"/bin/bash",		0 },
	{ "subhost-probe",	"what is in an image",
	  "no images",
	  probe_program,	"subhost-probe",	0 },
	{ "subhost-filter",	"SECCOMP=a profile",
	  "only SECCOMP=default, strict, off",
	  probe_program,	"subhost-filter",	0 },
	{ "subhost-net",	"subhost bridge",
	  "no subhost bridge",
	  probe_program,	"subhost-net",		0 },
	{ "subhost-top",	"subhost top",
	  "no subhost top",
	  probe_program,	"subhost-top",		0 },
	{ NULL },
};
/* clang-format on */

static int try_in_child(const struct probe *p, const struct places *places)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int ends[2], answer = -ECHILD, status, r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = process_clone(0, -1, &child);
	if (!r) {
		answer = p->try(p, places);
		_exit(write(ends[1], &answer, sizeof(answer)) !=
		      sizeof(answer));
	}
	close(ends[1]);
	if (r > 0)
		r = process_reap(&child, &status);
	if (!r && read(ends[0], &answer, sizeof(answer)) != sizeof(answer))
		answer = -ECHILD;
	close(ends[0]);
	return r < 0 ? r : answer;
}

int probe_try(const struct probe *p, const struct places *places)
{
	if (p->traits & NEWER && older_kernel())
		return -EOPNOTSUPP;
	if (p->traits & IN_CHILD)
		return try_in_child(p, places);
	return p->try(p, places);
}
