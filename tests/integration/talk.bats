#!/usr/bin/env bats
# What goes over cables: sub hosts on one bridge reach each other, those on
# another do not; over hibernation, MTUs, VLANs; and DHCP.

load lib

setup() {
	places_new
	base_busybox
	make_bridge br0
	make_bridge br1
	this_is_before
}

teardown() {
	places_and_links_done
}

# three: web, db on br0, lone on br1, all in the same networks
three() {
	busybox_sub web "BRIDGES=br0" "ETH0_ADDRESS='10.0.0.2/24 fd00::2/64'"
	busybox_sub db "BRIDGES=br0" "ETH0_ADDRESS='10.0.0.3/24 fd00::3/64'"
	busybox_sub lone "BRIDGES=br1" "ETH0_ADDRESS='10.0.0.4/24 fd00::4/64'"
}

# reaches NAME ADDRESS [OPTION…]: by ping in that sub host, which is up
reaches() {
	local name=$1 to=$2
	shift 2
	ip netns exec "$name" "$base/bin/busybox" ping -q -c 1 -W 1 "$@" "$to" \
		>/dev/null 2>&1
}

link_local() { # NAME
	ip -n "$1" -6 -j addr show dev eth0 scope link |
		jq -r '.[].addr_info[] | select(.local).local'
}

@test "two on a bridge talk, a third on another one does not" {
	three
	sub start db -- true
	sub start lone -- true
	# By the guest's own ping, with what capabilities it has.
	run sub start web -- sh -c 'ping -q -c 1 -W 2 10.0.0.3 &&
		ping -6 -q -c 1 -W 2 fd00::3; echo $?
		ping -q -c 1 -W 1 10.0.0.4; ping -6 -q -c 1 -W 1 fd00::4; echo $?'
	echo "$output"
	[[ $(grep -c ' 0% packet loss' <<<"$output") == 2 ]]
	[[ $(grep -c '100% packet loss' <<<"$output") == 2 ]]
	[[ ${lines[-1]} == 1 ]]
	run ! reaches lone 10.0.0.3
}

@test "IPv6 by link-local addresses" {
	three
	set_config web "BRIDGES=br0"
	set_config db "BRIDGES=br0"
	sub start db -- true
	start_quietly web -- sleep 1000
	# Duplicate address detection takes its second or two.
	linked() {
		reaches web "$(link_local db)%eth0" -6
	}
	wait_until 8 linked
	sub start lone -- true
	run ! reaches web "$(link_local lone)%eth0" -6
}

# answers SERVER CLIENT ADDRESS: over TCP, both ways. (busybox nc ends when
# the other one has said all, whatever itself has left to say.)
answers() {
	local got
	start_quietly "$1" -- sh -c '{ echo from-the-server; sleep 0.3; } |
		{ nc -l -p 80 :: >/got; touch /done; }'
	said() {
		got=$(echo from-the-client |
			sub start "$2" -- nc -w 2 "$3" 80 2>/dev/null) &&
			[[ $got == from-the-server ]]
	}
	wait_until 5 said "$@"
	wait_until 5 test -e "$SUBHOST/$1/live/done"
	[[ $(cat "$SUBHOST/$1/live/got") == from-the-client ]]
	rm "$SUBHOST/$1/live/done"
	wait "$starter"
}

@test "TCP, from each to the other, by IPv4 and IPv6" {
	three
	answers db web 10.0.0.3
	answers web db 10.0.0.2
	answers db web fd00::3
	answers web db fd00::2
}

@test "much data arrives whole" {
	local sum
	three
	start_quietly db -- sh -c 'sleep 1000 | nc -l -p 80 |
		{ md5sum >/sum; touch /done; }'
	head -c 50000000 /dev/urandom >"$SUBHOST/web/root/data"
	sum=$(md5sum <"$SUBHOST/web/root/data")
	sent() {
		sub start web -- sh -c 'nc -w 2 10.0.0.3 80 </data' &&
			test -e "$SUBHOST/db/root/done"
	}
	wait_until 10 sent
	[[ $(cat "$SUBHOST/db/root/sum") == "$sum" ]]
}

@test "the host itself on the bridge: each reaches the other" {
	three
	ip addr add 10.0.0.1/24 dev br0
	this_is_before
	sub start web -- ping -q -c 1 -W 2 10.0.0.1
	busybox ping -q -c 1 -W 2 10.0.0.2
}

# packets LINK: received, on the host's end
packets() {
	ip -s -j link show dev "$1" | jq '.[0].stats64.rx.packets'
}

@test "MTU 9000: a large packet goes in one piece" {
	local before
	ip link set br0 mtu 9000
	this_is_before
	three
	sub start web -- true
	sub start db -- true
	[[ $(link_in web eth0 .mtu) == 9000 && $(link db0 .mtu) == 9000 ]]
	reaches web 10.0.0.3
	before=$(packets web0)
	ip netns exec web "$base/bin/busybox" ping -q -c 5 -i 0.01 -s 8900 \
		10.0.0.3
	# Five, and what ARP or IPv6 had to say; in pieces they were 35.
	(($(packets web0) - before < 15))
}

@test "one with a small MTU still talks with the others" {
	three
	echo "ETH0_MTU=1280" >>"$SUBHOST/db/config"
	answers db web 10.0.0.3
	answers web db fd00::2
}

@test "one that is hibernated answers: its namespace lives" {
	three
	sub start db -- true
	sub start web -- ping -q -c 1 -W 2 10.0.0.3
	is db hibernated
	reaches db 10.0.0.2
}

# neighbour NAME ADDRESS: what its kernel knows of it
neighbour() {
	ip -n "$1" -j neigh show to "$2" dev eth0 |
		jq -r '.[0] | .lladdr + " " + .state[0]'
}

@test "neighbours' ARP entries stay good over hibernation, waking and restart" {
	local mac step
	three
	start_quietly db -- sleep 1000
	sub start web -- ping -q -c 1 -W 2 10.0.0.3
	mac=$(link_in db eth0 .address)
	[[ $(neighbour web 10.0.0.3) == "$mac REACHABLE" ]]
	for step in hibernate start stop; do
		case $step in
		start) sub start db -- true ;;
		*) sub $step db ;;
		esac
		[[ $step != stop ]] || sub start db -- true
		[[ $(neighbour web 10.0.0.3) == "$mac "* ]]
		reaches web 10.0.0.3
		[[ $(neighbour web 10.0.0.3) =~ ^"$mac "(REACHABLE|STALE|DELAY|PROBE)$ ]]
	done
}

@test "a connection stays open while the other end is hibernated and woken" {
	three
	start_quietly web -- sh -c 'sleep 1000 | { nc -l -p 80 >/got; touch /done; }'
	# The connection is the namespace's, held by a program of the host's.
	sub start db -- true
	mkfifo "$SUBHOST/pipe"
	behind sh -c 'exec nsenter --net=/run/netns/db "$@" <"$0"' \
		"$SUBHOST/pipe" "$base/bin/busybox" nc 10.0.0.2 80
	exec 9>"$SUBHOST/pipe"
	echo one >&9
	wait_until 5 test -s "$SUBHOST/web/root/got"
	sub hibernate db
	sub start db -- true
	echo two >&9
	exec 9>&-
	wait_until 5 test -e "$SUBHOST/web/root/done"
	[[ $(cat "$SUBHOST/web/root/got") == $'one\ntwo' ]]
}

@test "what the guest has set itself survives waking" {
	busybox_sub web "BRIDGES=br0"
	sub start web -- sh -c 'ip addr add 10.0.0.9/24 dev eth0
		ip addr add fd00::9/64 dev eth0; ip link set eth0 mtu 1400
		ip route add default via 10.0.0.1; ip route add 10.7.0.0/16 via 10.0.0.8'
	run sub start web -- sh -c 'ip addr show dev eth0; ip route'
	echo "$output"
	[[ $output == *10.0.0.9/24* && $output == *fd00::9/64* ]]
	[[ $output == *"default via 10.0.0.1"* && $output == *10.7.0.0/16* ]]
	[[ $output == *"mtu 1400"* ]]
	sub cable web
	[[ $(ip -n web addr show dev eth0) == *10.0.0.9/24* ]]
	sub stop web
	run sub start web -- ip addr show dev eth0
	[[ $output != *10.0.0.9* ]]
}

@test "counters show what went through, as seen inside" {
	local before
	three
	sub start db -- true
	start_quietly web -- sleep 1000
	before=$(cable web 0 .tx_bytes)
	ip netns exec web "$base/bin/busybox" ping -q -c 5 -i 0.01 -s 1000 10.0.0.3
	(($(cable web 0 .tx_bytes) - before >= 5 * 1000))
	(($(cable web 0 .tx_bytes) - before <= 20 * 1000))
	(($(cable web 0 .rx_packets) >= 5))
	kernels() { ip -n web -s -j link show dev eth0 | jq .[0].stats64.tx.bytes; }
	agree() { [[ $(cable web 0 .tx_bytes) == "$(kernels)" ]]; }
	wait_until 3 agree
}

# dhcp_server: on br0, in a namespace of its own, as another machine
dhcp_server() {
	outside server br0
	in_outside server ip addr add 10.0.0.1/24 dev eth0
	cat >"$BATS_TEST_TMPDIR/udhcpd" <<-END
		start 10.0.0.100
		end 10.0.0.120
		interface eth0
		lease_file $BATS_TEST_TMPDIR/leases
		pidfile $BATS_TEST_TMPDIR/pid
		option subnet 255.255.255.0
		option router 10.0.0.1
		option lease 600
		max_leases 20
	END
	touch "$BATS_TEST_TMPDIR/leases"
	behind nsenter -t "${outsiders[server]}" -n "$base/bin/busybox" \
		udhcpd -f -a 20 "$BATS_TEST_TMPDIR/udhcpd"
	wait_until 5 test -s "$BATS_TEST_TMPDIR/pid"
	this_is_before
}

dhcp_sub() {
	busybox_sub web "BRIDGES=br0"
	cat >"$SUBHOST/web/root/dhcp" <<-'END'
		#!/bin/sh
		case $1 in
		bound)
			ip addr add "$ip/$mask" dev "$interface"
			ip route add default via "$router"
			echo "$ip" >/leased
			;;
		esac
	END
	chmod 0755 "$SUBHOST/web/root/dhcp"
}

@test "without addresses it can ask: a DHCP client inside" {
	local leased
	dhcp_server
	dhcp_sub
	run sub start web -- udhcpc -i eth0 -f -q -n -t 5 -T 1 -s /dhcp
	echo "$output"
	[[ $status == 0 ]]
	leased=$(cat "$SUBHOST/web/root/leased")
	[[ $leased == 10.0.0.1?? ]]
	run sub start web -- sh -c 'ip addr show dev eth0; ip route
		ping -q -c 1 -W 2 10.0.0.1'
	echo "$output"
	[[ $status == 0 && $output == *"$leased/24"* ]]
	[[ $output == *"default via 10.0.0.1"* ]]
	# The same MAC after a stop: the same lease.
	sub stop web
	run sub start web -- udhcpc -i eth0 -f -q -n -t 5 -T 1 -s /dhcp
	[[ $status == 0 && $(cat "$SUBHOST/web/root/leased") == "$leased" ]]
}

# --- a bridge that knows VLANs ----------------------------------------------

# All that is the admin's about such a bridge.
vlans() {
	bridge -j vlan show | jq -c '[.[] | select(.ifname | test("^(web|db)") |
		not)] | sort_by(.ifname)'
	ip -d -j link show dev br5 | jq -c '.[0] | .mtu, .address,
		(.linkinfo.info_data | with_entries(select(.key | test(
		"^(vlan_|stp|priority|ageing|mcast_snoop|nf_call|group_fwd)"))))'
	bridge -d link show dev trunk | sed 's/^[0-9]*: //'
}

@test "a VLAN-aware bridge is left as it is" {
	local before
	make_bridge br5 vlan_filtering 1 vlan_default_pvid 7 2>/dev/null ||
		skip "this kernel has no VLAN-aware bridges"
	outside trunk br5
	bridge vlan add vid 20 dev trunk
	bridge vlan add vid 30 dev br5 self
	bridge vlan del vid 7 dev trunk
	this_is_before
	before=$(vlans)
	busybox_sub web "BRIDGES=br5" "ETH0_ADDRESS=10.0.0.2/24"
	busybox_sub db "BRIDGES=br5" "ETH0_ADDRESS=10.0.0.3/24"
	sub start db -- true
	sub start web -- ping -q -c 1 -W 2 10.0.0.3
	[[ $(vlans) == "$before" ]]
	# A port as any other: with the bridge's default pvid, untagged.
	[[ $(bridge -j vlan show dev web0 | jq -c '.[0].vlans') == \
		'[{"vlan":7,"flags":["PVID","Egress Untagged"]}]' ]]
	# The admin's own settings for it are his, as long as it is up.
	bridge vlan add vid 20 pvid untagged dev web0
	bridge vlan del vid 7 dev web0
	sub cable web
	sub start web -- true
	[[ $(bridge -j vlan show dev web0 | jq -c '[.[0].vlans[].vlan]') == '[20]' ]]
	sub stop web db
	[[ $(vlans) == "$before" ]]
}

@test "other settings of a bridge, and of its ports, are left alone" {
	outside nic br0
	ip link set br0 type bridge stp_state 1 forward_delay 400 priority 100 \
		ageing_time 1000 mcast_snooping 0
	bridge link set dev nic isolated on
	this_is_before
	settings() {
		ip -d -j link show dev br0 | jq -c '.[0].linkinfo.info_data |
			del(.hello_timer, .tcn_timer, .topology_change_timer, .gc_timer,
			.root_port, .root_path_cost, .topology_change,
			.topology_change_detected)'
		ip -d -j link show dev nic | jq -c '.[0].linkinfo.info_slave_data |
			.isolated, .learning, .flood, .guard, .hairpin'
	}
	settings >"$BATS_TEST_TMPDIR/kept"
	busybox_sub web "BRIDGES=br0"
	sub start web -- true
	sub cable web
	diff "$BATS_TEST_TMPDIR/kept" <(settings)
	sub stop web
	diff "$BATS_TEST_TMPDIR/kept" <(settings)
}

@test "a port's settings by the host's admin survive hibernation and cable" {
	busybox_sub web "BRIDGES=br0"
	sub start web -- true
	bridge link set dev web0 isolated on
	bridge link set dev web0 cost 77
	sub start web -- true
	sub cable web
	[[ $(link web0 '.linkinfo.info_slave_data | "\(.isolated) \(.cost)"') == \
		"true 77" ]]
}
