#!/usr/bin/env bats
# A guest without a user namespace of its own that was given CAP_SYS_PTRACE has
# that power over whatever it sees, also over what `enter` sends in. It finds
# nothing there that it does not have itself: no capability, no call its filter
# refuses, no program of the host's to write over (CVE-2019-5736), nothing of the
# memory of who entered; and nobody believes what it has that process tell.

load lib

setup() {
	places_new
	busybox_sub web PRIVATE_USERS=no CAPS=+SYS_PTRACE NO_NEW_PRIVS=yes
	attacker tracer
	export HOST_TREASURE=gold
}

# What they say while somebody enters again and again.
traced() { # [PID]
	local seconds=$((${SUB_TIMEOUT:-60} > 60 ? 30 : 2))
	start_quietly web -- sh -c "/tracer $seconds $1 &
		/tracer $seconds $1; wait" || return
	wait_until 5 grep -q ready "$BATS_TEST_TMPDIR/web.out" || return
	while kill -0 "$starter" 2>/dev/null; do
		sub enter web -- /bin/true </dev/null || true
	done
	wait "$starter" || true
	grep -v ready "$BATS_TEST_TMPDIR/web.out" | sort | uniq -c
} >&2

is_worthless() {
	traced || return
	if [[ $(<"$BATS_TEST_TMPDIR/web.out") == ready$'\n'ready ]]; then
		echo kept
	else
		echo broken
	fi
}

@test "a joiner that is traced is worth nothing" {
	needs_rule reaper-joins host/enter.c \
		's/\.reaper = !record->base/.reaper = false/' is_worthless
}

# The host ends who fails after it was born.
kills_nobody() {
	local victim said=kept
	sleep 1000 3>&- &
	victim=$!
	traced $victim || return
	grep -q forged "$BATS_TEST_TMPDIR/web.out" || said=unheard
	kill -0 $victim || said=broken
	kill $victim || true
	echo $said
}

@test "what it is made to tell kills nobody" {
	needs_rule only-children-are-born run/birth.c \
		's/if (!b->bears || .*/if (0 \&\&/' kills_nobody
}
