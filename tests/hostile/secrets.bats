#!/usr/bin/env bats
# Guest root reads what /proc and /sys tell of the machine: its memory, its keys,
# its log, where the kernel lies, timers, interrupts, firmware (moby
# GHSA-6fw5, CVE-2020-8694). Where MOUNTS=yes the guest's own /proc is the
# kernel's, and only what the kernel shows to anyone is there.

load lib

read_all='cd /proc; for f in kcore keys kmsg timer_list sched_debug kpagecount \
	kpageflags kpagecgroup interrupts latency_stats acpi/* scsi/* asound/*
	do [ -n "$(head -c 1 $f 2>/dev/null | tr "\0" x)" ] && echo /proc/$f; done
	awk "\$1 !~ /^0+$/ { print; exit }" kallsyms 2>/dev/null
	for d in firmware kernel/debug kernel/security kernel/tracing \
		devices/virtual/powercap; do
		[ -z "$(ls -A /sys/$d 2>/dev/null)" ] || echo /sys/$d
	done; true'

@test "what is the machine's cannot be read" {
	local mode
	for mode in PRIVATE_USERS=shared PRIVATE_USERS=no; do
		set_config web "$mode"
		says_nothing "$read_all"
		sub stop web
	done
}

@test "without the masks it could be" {
	set_config web PRIVATE_USERS=no
	needs_rule masks run/masks.c \
		's/r = attach(&m, &places\[i\])/r = 0/' gains_nothing "$read_all"
}

@test "nor with MOUNTS=yes what only the host's root may read" {
	set_config web MOUNTS=yes
	says_nothing "$read_all" >"$BATS_TEST_TMPDIR/said" || true
	cat "$BATS_TEST_TMPDIR/said"
	! grep -E 'kcore|kmsg|kpage|kernel/debug' \
		"$BATS_TEST_TMPDIR/said"
}

@test "nor is it by another mount of /proc, /sys, or what lies below" {
	set_config web MOUNTS=yes
	says_nothing 'cd /mnt; mkdir -p p
		for t in debugfs tracefs securityfs pstore efivarfs bpf configfs \
			devtmpfs fusectl binfmt_misc; do
			mount -t $t x p 2>/dev/null || continue
			[ $t = bpf ] || [ $t = binfmt_misc ] || [ $t = fusectl ] ||
				echo $t; umount p
		done
		mount -t proc x p && head -c 1 p/kcore p/kmsg 2>/dev/null; true'
}
