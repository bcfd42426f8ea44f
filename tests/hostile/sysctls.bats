#!/usr/bin/env bats
# Guest root writes to what /proc and /sys have of the machine: core_pattern,
# sysrq-trigger, modprobe, uevent_helper and thousands more (CVE-2022-0811).
# What it can write to is its own namespaces' alone.

load lib

@test "nothing of the machine's in /proc and /sys can be written to" {
	attacker walk
	# The leaf that a real init manages is its own (see cgroup.bats).
	in_each_mode says_nothing '/walk /proc /sys | grep -vE \
		"^/sys/fs/cgroup/cgroup.(procs|threads|subtree_control)$"'
}

@test "without a user namespace what keeps it is that they are read-only" {
	attacker walk
	set_config web PRIVATE_USERS=no
	needs_rule masks run/masks.c \
		's/r = attach(&m, &places\[i\])/r = 0/' \
		gains_nothing '/walk /proc/sys/kernel /proc/sys/vm'
}

@test "core_pattern, panic, sysrq, the helpers: as before after many tries" {
	local before
	before=$(cd /proc/sys && cat kernel/{core_pattern,modprobe,hotplug,panic} \
		kernel/{sysrq,poweroff_cmd} vm/{overcommit_memory,drop_caches} \
		fs/file-max 2>/dev/null; cat /sys/kernel/uevent_helper 2>/dev/null) || true
	in_each_mode says_nothing 'cd /proc/sys; for f in kernel/core_pattern \
		kernel/modprobe kernel/panic kernel/hotplug kernel/poweroff_cmd \
		vm/overcommit_memory fs/file-max /sys/kernel/uevent_helper \
		fs/binfmt_misc/register; do chmod 666 $f; echo "|/evil" >$f; done \
		2>/dev/null; true'
	[[ $(cd /proc/sys && cat kernel/{core_pattern,modprobe,hotplug,panic} \
		kernel/{sysrq,poweroff_cmd} vm/{overcommit_memory,drop_caches} \
		fs/file-max 2>/dev/null; cat /sys/kernel/uevent_helper 2>/dev/null) \
		== "$before" ]]
}
