#!/usr/bin/env bats
# Guest root looks for the host's keys (disk encryption, Kerberos, NFS): in its
# session, in the user's keyrings, by name, by number. Keyrings know namespaces
# in part only; without a user namespace its user is the host's root.

load lib

setup() {
	places_new
	busybox_sub web
	attacker keys
	as_host keys add host-treasure || skip "this kernel has no keys"
	number=$(awk '/host-treasure/ { print $1; exit }' /proc/keys)
}

@test "no key of the host's is found or read" {
	in_each_mode says_nothing "/keys $number"
}

@test "without the filter they would be" {
	set_config web PRIVATE_USERS=no
	needs_rule filter-of-calls run/steps.c '/step_filter }/d' \
		gains_nothing "/keys $number | grep -E 'found|treasure'"
}

@test "nor in /proc/keys" {
	local mode
	for mode in PRIVATE_USERS=shared PRIVATE_USERS=no; do
		set_config web "$mode"
		says_nothing 'cat /proc/keys 2>/dev/null; true'
		sub stop web
	done
}
