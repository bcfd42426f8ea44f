#!/usr/bin/env bats
# A guest will not end: it ignores and blocks every signal, has zombies, stopped,
# traced, vforked and frozen processes, new sessions. list and status say what
# is, and stop ends it within the time it is given.

load lib

setup() {
	places_new
	busybox_sub web
	attacker stubborn
}

ends() { # HOW
	attack_behind /stubborn "$1" || return
	sub list >/dev/null && sub status web >/dev/null || return
	within 5 sub stop web || return
	assert_same_host
}

@test "whatever it does, stop ends it" {
	local how
	with STOP_TIMEOUT=1
	for how in none zombies stopped traced vforked sessions; do
		echo "$how"
		in_each_mode ends "$how"
	done
}

is_ended() {
	local said=broken
	attack_behind /stubborn none >&2 || return
	if sub stop web >&2; then said=kept; fi
	SUBHOST_BIN=$real sub stop web >&2
	echo $said
}

@test "it is ended, for asking alone does not" {
	set_config web STOP_TIMEOUT=1
	needs_rule killed-in-the-end host/init.c \
		's/KILL_MS 20000/KILL_MS 500/; s/, SIGKILL)/, 0)/' is_ended
}

@test "one that has frozen a part of itself" {
	set_config web MOUNTS=yes STOP_TIMEOUT=1
	ends frozen
}

@test "one that is entered, hibernated and started while it is so" {
	set_config web STOP_TIMEOUT=1
	attack_behind /stubborn zombies
	sub enter web -- /bin/true </dev/null
	within 5 sub hibernate web
	sub start web -- /bin/true
	within 5 sub stop web
}
