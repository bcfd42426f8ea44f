#!/usr/bin/env bats
# Guest root owns its network namespace, where our sockets are for a moment
# when status, list or cable ask the kernel about its links: it answers them in
# the kernel's place (CVE-2021-43784's way in). Only the kernel is believed.

load lib

setup() {
	places_new
	make_bridge br0
	this_is_before
	busybox_sub web BRIDGES=br0 ETH0_ADDRESS=10.0.0.2/24
	attacker forge
}

teardown() {
	places_and_links_done
}

answers() {
	local truth said bad=0
	start_quietly web -- sh -c '/forge 2; exec sleep 1000' >&2 || return
	truth="web0 $(link_in web eth0 .address)"
	for _ in {1..40}; do
		said=$(timeout 5 "$SUBHOST_BIN" status web --json |
			jq -r '.cables[0] | "\(.link) \(.mac)"')
		[[ $said == "$truth" ]] || bad=1
		timeout 5 "$SUBHOST_BIN" cable web >&2 || bad=1
	done
	wait_until 10 grep sent "$BATS_TEST_TMPDIR/web.out" >&2
	if ((bad)); then echo broken; else echo kept; fi
}

@test "a guest that answers for the kernel is not heard" {
	needs_rule only-the-kernel-answers sys/netlink.c \
		's/from\.nl_pid != 0/0/' answers
}
