#!/usr/bin/env bats
# A guest lies in wait for the process that `enter` sends in, and tries to take
# its descriptors, its root, its program, its memory, or to trace it, before it
# is one of its own (CVE-2016-9962, CVE-2022-1227). It gets nothing.

load lib

setup() {
	places_new
	busybox_sub web
	attacker spy
}

# Two of them, while somebody enters again and again.
spied_on() {
	start_quietly web -- sh -c '/spy 2 & /spy 2; wait' >&2 || return
	wait_until 5 grep -q ready "$BATS_TEST_TMPDIR/web.out" || return
	for _ in {1..40}; do
		sub enter web -- /bin/true </dev/null >&2 || break
	done
	wait "$starter" || true
	grep -v ready "$BATS_TEST_TMPDIR/web.out" | sort | uniq -c >&2
	[[ $(<"$BATS_TEST_TMPDIR/web.out") == ready$'\n'ready ]]
}

all_kept() {
	if spied_on >&2; then echo kept; else echo broken; fi
}

@test "a process that joins cannot be had" {
	in_each_mode spied_on
}

# Without a user namespace of its own this power would be over the host.
@test "with CAP_SYS_PTRACE it cannot either" {
	with "CAPS=+SYS_PTRACE"
	unset 'MODES[2]'
	in_each_mode spied_on
}

@test "one that could be looked at would be" {
	needs_rule not-dumpable-when-root-there run/become.c \
		's/if (!r \&\& prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)/prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); if (0)/' \
		all_kept
}
