#!/usr/bin/env bats
# Guest root owns its network namespace, where our sockets are for a moment
# when status, list or cable ask the kernel about its links: it answers them in
# the kernel's place (CVE-2021-43784's way in), and fills their buffers. Only the
# kernel is believed, and heard.

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
	local truth said i bad=0
	start_quietly web -- sh -c '/forge 6; exec sleep 1000' >&2 || return
	truth="web0 $(link_in web eth0 .address)"
	# As the guest could: the longer the answers, the more time to forge them.
	for i in {1..20}/{1..200}; do
		echo "addr add 10.1.${i/\//.}/32 dev eth0"
	done | ip -n web -batch -
	until ((bad)) || grep -q sent "$BATS_TEST_TMPDIR/web.out"; do
		said=$(timeout 5 "$SUBHOST_BIN" status web --json |
			jq -r '.cables[0] | "\(.link) \(.mac)"')
		[[ $said == "$truth" ]] || bad=1
		timeout 5 "$SUBHOST_BIN" cable web >&2 || bad=1
	done
	if ((bad)); then echo broken; else echo kept; fi
}

@test "a guest that answers for the kernel is not heard" {
	needs_rule only-the-kernel-answers sys/netlink.c \
		's/from\.nl_pid != 0/0/; s/connect(fd, .*) < 0/0/' answers
}
