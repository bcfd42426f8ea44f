#!/usr/bin/env bats
# Guest root uses up what the kernel counts for each user or for all: inotify
# instances, ptys, processes, memory. The host's root and other sub hosts still
# get theirs, and stop takes moments.

load lib

setup() {
	places_new
	busybox_sub web
	busybox_sub db
	attacker hoard
	cp "$SUBHOST/web/root/hoard" "$SUBHOST/db/root/"
}

# hoards WHAT: web has them all; has the host one left?
host_has_one() {
	attack_behind /hoard "$1" >&2 || return
	cat "$BATS_TEST_TMPDIR/web.out" >&2
	if as_host hoard "$1" once; then echo kept; else echo broken; fi
}

@test "inotify instances" {
	# Another's guest root is the same uid: PRIVATE_USERS=isolated is for that.
	echo PRIVATE_USERS=isolated >>"$SUBHOST/db/config"
	attack_behind /hoard inotify
	sub start db -- /hoard inotify once
	sub stop web
	sub stop db
	needs_rule charged-to-guest sys/userns.c \
		's/r = confine_be_charged_to(base)/r = 0/' host_has_one inotify
}

@test "ptys: the host's" {
	[[ $(verdict host_has_one pty) == kept ]]
}

@test "ptys: another's" {
	attack_behind /hoard pty
	sub start db -- /hoard pty once
}

count_processes() {
	attack_behind /hoard process >&2 || return
	cat "$BATS_TEST_TMPDIR/web.out" >&2
	if (($(sub status web --json | jq .processes) <= 60)); then
		echo kept
	else
		echo broken
	fi
	within 5 sub stop web >&2
}

@test "processes: no more than PIDS_MAX; stop is quick" {
	set_config web PIDS_MAX=60
	[[ $(verdict count_processes) == kept ]]
	set_config web # 4096
	attack_behind /hoard process
	(($(sed 's/ready //' "$BATS_TEST_TMPDIR/web.out") < 4096))
	sub status web >/dev/null
	within 10 sub stop web
}

@test "memory: no more than MEMORY_MAX; the host's is there" {
	local before after
	set_config web MEMORY_MAX=64M
	before=$(awk '/MemAvailable/ { print $2 }' /proc/meminfo)
	run --separate-stderr sub start web -- /hoard memory
	echo "$status $output $stderr"
	[[ $status == 137 || $stderr == *MEMORY_MAX* ]]
	after=$(awk '/MemAvailable/ { print $2 }' /proc/meminfo)
	((after > before - 1000000))
}
