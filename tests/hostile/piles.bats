#!/usr/bin/env bats
# A guest piles up mounts, cgroups, directories below each other (CVE-2021-33910,
# CVE-2021-3997), with names that write on terminals. The host sees none of the
# mounts, list and status stay what they are, stop takes moments.

load lib

setup() {
	places_new
	busybox_sub web MOUNTS=yes
	attacker pile
}

piled() { # WHAT N LEAST
	local mounts
	attack_behind /pile "$1" "$2" || return
	echo "$1: $(<"$BATS_TEST_TMPDIR/web.out")"
	(($(sed 's/ready //' "$BATS_TEST_TMPDIR/web.out") >= $3)) || return
	mounts=$(grep -c heap /proc/self/mountinfo) || true
	((mounts == 0)) || return
	within 5 sub status web >"$BATS_TEST_TMPDIR/status" || return
	within 5 sub list >>"$BATS_TEST_TMPDIR/status" || return
	within 5 sub status web --json | head -n -1 | jq -e .state >&2
	! grep -q $'\e' "$BATS_TEST_TMPDIR/status" || return
	sub enter web -- /bin/true </dev/null || return
	within 8 sub stop web || return
	assert_same_host
}

@test "10,000 mounts" {
	piled mounts 10000 9000
	piled binds 3000 2900
}

@test "10,000 cgroups, some deep" {
	piled cgroups 10000 100
}

# We walk through them, with one descriptor each.
are_not_too_deep() {
	local said=broken at
	attack_behind sh -c 'cd /sys/fs/cgroup; i=0
		while [ $i -lt 1500 ] && mkdir d && cd d; do i=$((i + 1)); done
		echo ready; exec sleep 1000' >&2 || return
	at=$(unified)/$(cgroup_parent)
	if (ulimit -n 1024 && sub stop web) >&2; then
		said=kept
	else # nor can we, in one step
		(cd "$at/web" && while cd d; do :; done 2>/dev/null
			while rmdir "../${PWD##*/}" && cd ..; do :; done) || true
		SUBHOST_BIN=$real sub stop web >&2
	fi
	echo $said
}

@test "cgroups 1,500 deep" {
	needs_rule cgroups-have-a-depth sys/cgroup.c \
		's/int r = file_write(cgroup_fd, "cgroup.max.depth", DEPTH);/int r = 0;/' \
		are_not_too_deep
}

@test "directories 5,000 deep" {
	set_config web
	piled deep 5000 4000
	# and it starts again, and goes
	sub start web -- /bin/true
	sub stop web
}
