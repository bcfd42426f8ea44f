#!/usr/bin/env bats
# subhost bridge: a bridge of the host's for those who have none, with
# masquerading by nftables if asked; and not a trace of it afterwards.

load lib

setup() {
	places_new
	base_busybox
	network_now >"$BATS_TEST_TMPDIR/network"
}

teardown() {
	local failed=0
	places_done || failed=1
	links_gone
	nft flush ruleset 2>/dev/null || true
	printf 0 | tee /proc/sys/net/ipv4/ip_forward \
		/proc/sys/net/ipv6/conf/all/forwarding >/dev/null
	return $failed
}

# All that bridges could leave in a network namespace, and what the kernel
# changes of itself when forwarding is switched on and off.
network_now() {
	snapshot_network
	nft list ruleset
	sysctl -a 2>/dev/null | grep -E '^net\.(ipv4|ipv6|bridge)\.' |
		grep -vE 'inet_peer|flush|\.(stable_secret|random|gc_|base_reach)' |
		grep -E 'forward|accept_|redirects|rp_filter|proxy|arp_|bridge-nf'
}

network_is_before() {
	network_now >"$BATS_TEST_TMPDIR/network"
	this_is_before
}

same_network() {
	network_now | cmp -s - "$BATS_TEST_TMPDIR/network"
}

assert_same_network() {
	wait_until 3 same_network && return
	diff "$BATS_TEST_TMPDIR/network" <(network_now)
	return 1
}

need_nft() {
	need_program nft
	nft add table inet try 2>/dev/null && nft delete table inet try ||
		skip "this kernel has no nf_tables"
}

forwards() { # of IPv4 and IPv6: "0 1"
	echo "$(</proc/sys/net/ipv4/ip_forward)" \
		"$(</proc/sys/net/ipv6/conf/all/forwarding)"
}

is_gone() { # LINK
	! ip link show dev "$1" >/dev/null 2>&1
}

# The addresses of a bridge, of global scope.
addresses() {
	ip -j addr show dev "$1" scope global | jq -r '[.[].addr_info[] |
		select(.local) | "\(.local)/\(.prefixlen)"] | join(" ")'
}

# refuses TEXT ARGUMENT…: subhost bridge ARGUMENT… fails with one sentence
# that has TEXT, and changes nothing.
refuses() {
	local text=$1
	shift
	run --separate-stderr sub bridge "$@"
	echo "bridge $*: $status $stderr"
	[[ $status == 1 && $(wc -l <<<"$stderr") == 1 ]] &&
		grep -qiF -- "$text" <<<"$stderr" && same_network
}

# --- add and remove ---------------------------------------------------------

@test "a bridge, up, with addresses, and gone again" {
	run --separate-stderr sub bridge add br5 10.5.0.1/24 fd05::1/64
	echo "$stderr"
	[[ $status == 0 ]]
	[[ $(link br5 .linkinfo.info_kind) == bridge ]]
	[[ $(link br5 '.flags | index("UP") != null') == true ]]
	[[ $(link br5 .ifalias) =~ ^subhost-bridge(@[0-9a-f]+)?$ ]]
	[[ $(addresses br5) == "10.5.0.1/24 fd05::1/64" ]]
	[[ $(forwards) == "0 0" && -z $(nft list ruleset) ]]
	sub bridge remove br5
	assert_same_network
}

@test "a sub host is plugged in and reaches the host" {
	busybox_sub web "BRIDGES=br5" "ETH0_ADDRESS=10.5.0.2/24" \
		"ETH0_GATEWAY=10.5.0.1"
	# What the error says is what helps.
	fails_with 125 "subhost bridge add br5" sub start web -- true
	sub bridge add br5 10.5.0.1/24
	sub start web -- ping -q -c 1 -W 2 10.5.0.1
	sub stop web
	wait_until 3 is_gone web0
	sub bridge remove br5
	assert_same_network
}

@test "its MAC stays, whoever comes and goes" {
	local mac
	outside nic
	network_is_before
	sub bridge add br5
	mac=$(link br5 .address)
	busybox_sub web "BRIDGES='br5=02:00:00:00:00:01 br5'"
	sub start web -- true
	[[ $(link br5 .address) == "$mac" ]]
	ip link set nic master br5
	[[ $(link br5 .address) == "$mac" ]]
	ip link set nic nomaster
	sub stop web
	[[ $(link br5 .address) == "$mac" && $mac =~ ^.[26ae]: ]]
	wait_until 3 is_gone web0
	sub bridge remove br5
	assert_same_network
}

@test "what is there is kept, what is missing is added" {
	local index
	sub bridge add br5 10.5.0.1/24
	index=$(link br5 .ifindex)
	sub bridge add br5 10.5.0.1/24
	sub bridge add br5
	[[ $(addresses br5) == 10.5.0.1/24 ]]
	sub bridge add br5 10.6.0.1/24 fd05::1/64
	[[ $(addresses br5) == "10.5.0.1/24 10.6.0.1/24 fd05::1/64" ]]
	ip link set br5 down
	sub bridge add br5
	[[ $(link br5 '.flags | index("UP") != null') == true ]]
	[[ $(link br5 .ifindex) == "$index" ]]
	sub bridge remove br5
	assert_same_network
}

@test "a foreign bridge, or another link, is refused and left alone" {
	make_bridge br0
	ip addr add 10.0.0.1/24 dev br0
	ip link add plain type veth peer name other
	ip link set plain alias "not subhost-bridge"
	network_is_before
	refuses br0 add br0
	refuses br0 add br0 10.5.0.1/24 --nat
	refuses br0 remove br0
	refuses plain add plain
	refuses plain remove plain
	refuses lo add lo
	refuses lo remove lo
	refuses nosuch remove nosuch
	# Marks that are none of ours.
	for alias in subhost-bridges subhost-bridge@0 "x subhost-bridge" \
		subhost:br0; do
		ip link set br0 alias "$alias"
		network_is_before
		refuses br0 remove br0
		refuses br0 add br0 10.5.0.1/24
	done
}

@test "another instance's bridge is not ours" {
	local other=$PLACES/other
	mkdir -p "$other"/{subhost,state,etc}
	export HARMLESS=$other
	there() {
		SUBHOST=$other/subhost SUBHOST_RUN=$other/run \
			SUBHOST_STATE=$other/state SUBHOST_ETC=$other/etc "$@"
	}
	there sub bridge add br5 10.5.0.1/24
	network_is_before
	refuses br5 remove br5
	refuses br5 add br5 10.6.0.1/24
	# It can be used by all.
	busybox_sub web "BRIDGES=br5"
	sub start web -- true
	[[ $(bridge_of web 0) == br5 ]]
	fails_with 1 web0 there sub bridge remove br5
	sub stop web
	wait_until 3 is_gone web0
	there sub bridge remove br5
	this_is_before
}

@test "one in use is not removed, and says by whom" {
	sub bridge add br5 10.5.0.1/24
	busybox_sub web "BRIDGES='br5 br5'"
	busybox_sub db "BRIDGES=br5"
	sub start web -- true
	sub start db -- true
	network_is_before
	refuses web0 remove br5
	[[ $stderr == *web1* && $stderr == *db0* ]]
	sub stop web db
	wait_until 3 is_gone web1
	wait_until 3 is_gone db0
	this_is_before
}

# Cables that are on their way out do not count.
@test "right after a stop a bridge is free" {
	busybox_sub web "BRIDGES='br5 br5 br5'"
	for _ in {1..10}; do
		sub bridge add br5 10.5.0.1/24
		sub start web -- true
		sub stop web
		sub bridge remove br5
	done
	assert_same_network
}

@test "an address that another link has" {
	ip link add plain type veth peer name other
	ip addr add 10.5.0.1/24 dev plain
	network_is_before
	run --separate-stderr sub bridge add br5 10.5.0.1/24
	echo "$status $stderr"
	[[ $status == 0 || $stderr == *10.5.0.1* ]]
	[[ $status != 0 ]] || sub bridge remove br5
	assert_same_network
}

@test "what a removed bridge had, its addresses and routes, goes with it" {
	sub bridge add br5 10.5.0.1/24
	ip route add 10.9.0.0/16 via 10.5.0.9
	ip addr add 10.7.0.1/24 dev br5
	sub bridge remove br5
	assert_same_network
}

# --- bad input --------------------------------------------------------------

@test "bad input: names" {
	local name
	for name in abcdefghijklmnop br/0 . .. "br 0" $'br\n0' $'br\e0' br:0 \
		"" 'br"0' 'br;0' 'br{' '$(id)'; do
		run --separate-stderr sub bridge add "$name" 10.5.0.1/24 --nat
		echo "$status $stderr"
		[[ $status == 1 || $status == 2 ]]
		[[ -n $stderr && $stderr != *$'\e'* ]]
		same_network
	done
	[[ $(ip -o link | wc -l) == 1 ]]
	[[ -z $(nft list ruleset) ]]
}

@test "bad input: addresses" {
	local word
	for word in 10.5.0.1 10.5.0.1/33 10.5.0.0/24 10.5.0.255/24 127.0.0.1/8 \
		224.0.0.1/24 0.0.0.0/0 fd05::1 fd05::1/129 ::/64 ff02::1/64 \
		::ffff:10.0.0.2/120 x; do
		refuses "$word" add br5 "$word"
		refuses "$word" add br5 10.6.0.1/24 "$word" --nat
	done
	run ! ip link show br5
}

@test "bad input: words" {
	local words
	for words in "" frob add remove "list br5" "remove br5 br6" \
		"add br5 --nosuch" "remove br5 --nat" "list --nat"; do
		# shellcheck disable=SC2086
		run --separate-stderr sub bridge $words
		echo "bridge $words: $status $stderr"
		[[ $status == 2 && -n $stderr ]]
	done
	refuses address add br5 --nat
	assert_same_network
}

@test "not root" {
	need_program setpriv
	cp "$SUBHOST_BIN" "$(dirname "$SUBHOST_BIN")"/subhost-* /tmp/ 2>/dev/null ||
		true
	for words in "bridge add br5" "bridge remove br5" "cable web"; do
		# shellcheck disable=SC2086
		run --separate-stderr setpriv --reuid 65534 --regid 65534 \
			--clear-groups --inh-caps=-all /tmp/subhost $words
		echo "$words: $status $stderr"
		[[ $status == 1 && $stderr == *root* ]]
	done
	rm -f /tmp/subhost /tmp/subhost-*
}

# --- list -------------------------------------------------------------------

@test "list shows every bridge: whose, addresses, ports, NAT" {
	need_nft
	make_bridge br0
	ip addr add 10.0.0.1/24 dev br0
	ip link add plain type veth peer name other
	network_is_before
	sub bridge add br5 10.5.0.1/24 fd05::1/64 --nat
	sub bridge add br6
	busybox_sub web "BRIDGES='br5 br0'"
	sub start web -- true
	run --separate-stderr sub bridge list
	echo "$output"
	[[ $status == 0 ]]
	[[ ${lines[0]} == NAME*ADDRESSES*PORTS* && ${#lines[@]} == 4 ]]
	grep -qE '^br0 .*10\.0\.0\.1/24 .*web1' <<<"$output"
	grep -qE '^br5 .*10\.5\.0\.1/24.*fd05::1/64.*web0' <<<"$output"
	grep -qE '^br6 ' <<<"$output"
	run ! grep -q plain <<<"$output"
	sub bridge list --json | jq -e .
	[[ $(sub bridge list --json | jq -r 'map(.name) | sort | join(" ")') == \
		"br0 br5 br6" ]]
	[[ $(sub bridge list --json | jq -c '.[] | select(.name == "br5") |
		[.addresses, .ports, .nat]') == \
		'[["10.5.0.1/24","fd05::1/64"],["web0"],true]' ]]
	sub stop web
	wait_until 3 is_gone web0
	sub bridge remove br5
	sub bridge remove br6
	assert_same_network
}

@test "list where there is nothing" {
	run --separate-stderr sub bridge list
	[[ $status == 0 && -z $stderr ]]
	[[ $(sub bridge list --json | jq -c .) == '[]' ]]
}

@test "list shows names that would write on a terminal as they are not" {
	ip link add name $'e\e[31m' address 0e:00:00:00:00:01 type bridge
	ip link set dev $'e\e[31m' alias $'a\e[31m'
	this_is_before
	run sub bridge list
	[[ $status == 0 && $output != *$'\e'* ]]
	busybox_sub web "BRIDGES=nosuch"
	run --separate-stderr sub start web -- true
	[[ $status == 125 && $stderr != *$'\e'* ]]
	ip link del dev $'e\e[31m'
	this_is_before
}

# --- NAT --------------------------------------------------------------------

# A server in the world outside, by a link of the host's that has an address
# there. It knows no way back to what lies behind the host.
world() {
	outside up0
	ip addr add 192.0.2.1/24 dev up0
	ip addr add 2001:db8::1/64 dev up0 nodad
	in_outside up0 ip addr add 192.0.2.9/24 dev eth0
	in_outside up0 ip addr add 2001:db8::9/64 dev eth0 nodad
	mkdir "$BATS_TEST_TMPDIR/www"
	echo hello >"$BATS_TEST_TMPDIR/www/index.html"
	serve
	network_is_before
}

# Says to its log who asks it for what.
serve() {
	behind sh -c 'log=$1 && shift && exec "$@" >"$log" 2>&1' - \
		"$BATS_TEST_TMPDIR/log" nsenter -t "${outsiders[up0]}" -n \
		"$base/bin/busybox" httpd -f -vv -h "$BATS_TEST_TMPDIR/www"
	serves() { in_outside up0 busybox netstat -tln | grep -q :80; }
	wait_until 5 serves
}

hears() { # ADDRESS
	[[ $(sub start web -- wget -q -O - "http://$1/") == hello ]]
}

pings() {
	sub start web -- ping -q -c 1 -W 1 "$1" >/dev/null
}

nat_sub() {
	busybox_sub web "BRIDGES=br5" "ETH0_ADDRESS='10.5.0.2/24 fd05::2/64'" \
		"ETH0_GATEWAY='10.5.0.1 fd05::1'"
}

@test "with --nat it reaches a server that knows no way back" {
	need_nft
	world
	nat_sub
	# Not without.
	sub bridge add br5 10.5.0.1/24 fd05::1/64
	run ! pings 192.0.2.9
	[[ $(forwards) == "0 0" ]]
	run --separate-stderr sub bridge add br5 --nat
	echo "$stderr"
	[[ $status == 0 ]]
	# What is changed of the host is said.
	[[ $stderr == *ip_forward* && $stderr == *ipv6*forwarding* ]]
	[[ $(forwards) == "1 1" ]]
	nft list tables | grep -q "inet subhost-br5"
	[[ $(link br5 .ifalias) == subhost-bridge*nat* ]]
	pings 192.0.2.9
	pings 2001:db8::9
	hears 192.0.2.9
	hears "[2001:db8::9]"
	grep -q 192.0.2.1 "$BATS_TEST_TMPDIR/log"
	grep -q 2001:db8::1 "$BATS_TEST_TMPDIR/log"
	# And the host itself it reaches as before.
	pings 10.5.0.1
	pings 192.0.2.1
	sub stop web
	wait_until 3 is_gone web0
	run --separate-stderr sub bridge remove br5
	echo "$stderr"
	[[ $status == 0 && $stderr == *ip_forward* ]]
	assert_same_network
}

@test "only what its addresses need is switched on" {
	need_nft
	sub bridge add br5 10.5.0.1/24 --nat
	[[ $(forwards) == "1 0" ]]
	sub bridge remove br5
	assert_same_network
	sub bridge add br5 fd05::1/64 --nat
	[[ $(forwards) == "0 1" ]]
	# An address more is masqueraded, too.
	sub bridge add br5 10.5.0.1/24
	[[ $(forwards) == "1 1" ]]
	nft list ruleset | grep -q 10.5.0.0/24
	sub bridge remove br5
	assert_same_network
}

@test "traffic between sub hosts, and of others, is not masqueraded" {
	need_nft
	world
	make_bridge br0
	ip addr add 10.0.0.1/24 dev br0
	network_is_before
	nat_sub
	busybox_sub db "BRIDGES=br5" "ETH0_ADDRESS=10.5.0.3/24"
	cp -r "$BATS_TEST_TMPDIR/www" "$SUBHOST/db/root/"
	busybox_sub lone "BRIDGES=br0" "ETH0_ADDRESS=10.0.0.2/24" \
		"ETH0_GATEWAY=10.0.0.1"
	sub bridge add br5 10.5.0.1/24 --nat
	sub start web -- true
	sub start db -- true
	sub start lone -- true
	# db sees web's own address.
	start_quietly db -- httpd -f -vv -h /www
	wait_until 5 hears 10.5.0.3
	grep -q "10\.5\.0\.2" "$BATS_TEST_TMPDIR/db.err"
	# One of a foreign bridge goes out as itself, so does not come back.
	run ! ip netns exec lone busybox ping -q -c 1 -W 1 192.0.2.9
	in_outside up0 ip route add 10.0.0.0/24 via 192.0.2.1
	ip netns exec lone busybox ping -q -c 1 -W 1 192.0.2.9
	sub stop web db lone
	wait_until 3 is_gone web0
	wait_until 3 is_gone db0
	sub bridge remove br5
	assert_same_network
}

@test "forwarding that was on stays on" {
	need_nft
	printf 1 >/proc/sys/net/ipv4/ip_forward
	network_is_before
	run --separate-stderr sub bridge add br5 10.5.0.1/24 --nat
	[[ $status == 0 && $stderr != *ip_forward* ]]
	sub bridge remove br5
	[[ $(forwards) == "1 0" ]]
	assert_same_network
}

@test "forwarding goes with the last of them, whichever that is" {
	local first last
	need_nft
	for first in br5 br6; do
		last=$([[ $first == br5 ]] && echo br6 || echo br5)
		sub bridge add br5 10.5.0.1/24 fd05::1/64 --nat
		sub bridge add br6 10.6.0.1/24 --nat
		[[ $(forwards) == "1 1" ]]
		sub bridge remove $first
		[[ $(forwards) == "1 "* ]]
		[[ $first == br5 || $(forwards) == "1 1" ]]
		nft list tables | grep -q "inet subhost-$last"
		run ! grep -q "subhost-$first" <(nft list tables)
		sub bridge remove $last
		assert_same_network
	done
}

# Switching forwarding on and off makes the kernel set these for every link.
@test "settings that hang together with forwarding are as they were" {
	need_nft
	ip link add plain type veth peer name other
	local settings=(net.ipv4.conf.all.accept_redirects=0
		net.ipv4.conf.default.accept_redirects=0
		net.ipv4.conf.plain.forwarding=1
		net.ipv6.conf.plain.forwarding=1
		net.ipv6.conf.plain.accept_ra=2
		net.ipv4.conf.all.send_redirects=0)
	sysctl -q "${settings[@]}"
	network_is_before
	sub bridge add br5 10.5.0.1/24 fd05::1/64 --nat
	sub bridge remove br5
	sysctl "${settings[@]%=*}"
	assert_same_network
}

@test "a forward policy of drop is named, with what to do about it" {
	need_nft
	nft add table inet wall
	nft add chain inet wall fence \
		'{ type filter hook forward priority 0; policy drop; }'
	network_is_before
	run --separate-stderr sub bridge add br5 10.5.0.1/24 --nat
	echo "$stderr"
	[[ $status == 0 && $stderr == *wall* && $stderr == *fence* ]]
	[[ $stderr == *drop* && $stderr == *nft* ]]
	# Ours does not touch it.
	nft list table inet wall | grep -q "policy drop"
	[[ $(nft list table inet wall | grep -c br5) == 0 ]]
	sub bridge remove br5
	assert_same_network
	nft delete table inet wall
	# One that drops what comes in is none of that.
	nft add table inet wall
	nft add chain inet wall fence \
		'{ type filter hook input priority 0; policy drop; }'
	network_is_before
	run --separate-stderr sub bridge add br5 10.5.0.1/24 --nat
	[[ $status == 0 && $stderr != *fence* ]]
	sub bridge remove br5
	assert_same_network
}

@test "what is said about a forward policy helps" {
	local commands
	need_nft
	world
	nft add table inet wall
	nft add chain inet wall fence \
		'{ type filter hook forward priority 0; policy drop; }'
	network_is_before
	nat_sub
	run --separate-stderr sub bridge add br5 10.5.0.1/24 --nat
	run ! pings 192.0.2.9
	# Its commands, typed by the admin.
	commands=$(grep -oE "nft '[^']*'" <<<"$stderr")
	echo "$commands"
	eval "$commands"
	pings 192.0.2.9
	sub stop web
	wait_until 3 is_gone web0
	sub bridge remove br5
}

@test "a foreign table in the way of ours, and rules of others, are left" {
	need_nft
	nft add table inet other
	nft add chain inet other post \
		'{ type nat hook postrouting priority 100; }'
	nft add rule inet other post ip saddr 10.77.0.0/16 masquerade
	nft add table ip subhost-br5
	network_is_before
	sub bridge add br5 10.5.0.1/24 --nat
	sub bridge remove br5
	assert_same_network
}

@test "our table that somebody deleted is made again, or gone all the same" {
	need_nft
	sub bridge add br5 10.5.0.1/24 --nat
	nft flush ruleset
	sub bridge add br5 10.5.0.1/24 --nat
	nft list tables | grep -q "inet subhost-br5"
	nft flush ruleset
	sub bridge remove br5
	assert_same_network
}

@test "a NAT bridge that somebody deleted: it can be made again and removed" {
	need_nft
	sub bridge add br5 10.5.0.1/24 --nat
	ip link del br5
	run --separate-stderr sub bridge remove br5
	echo "$status $stderr"
	sub bridge add br5 10.5.0.1/24 --nat
	sub bridge remove br5
	# Who switched forwarding on was written down with the bridge: it may be on.
	[[ -z $(nft list ruleset) ]]
	run ! ip link show br5
	printf 0 >/proc/sys/net/ipv4/ip_forward
}

# --- what a guest can do to it ----------------------------------------------

@test "a guest's router advertisements do not become the host's routes" {
	sub bridge add br5 10.5.0.1/24
	busybox_sub web "BRIDGES=br5"
	start_quietly web -- sleep 1000
	ip -n web -6 addr add fe80::bad/64 dev eth0 nodad
	for _ in 1 2 3; do
		ip netns exec web python3 -c '
import socket, struct
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
prefix = socket.inet_pton(socket.AF_INET6, "2001:db8:bad::")
s.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) +
         struct.pack("!BBBBIII16s", 3, 4, 64, 0xc0, 3600, 3600, 0, prefix),
         ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))'
		sleep 0.2
	done
	[[ $(ip -6 route) != *default* && $(ip -6 addr) != *db8:bad* ]]
	sub stop web
	wait_until 3 is_gone web0
	sub bridge remove br5
	assert_same_network
}

@test "many at the same time" {
	local n pids=()
	need_nft
	for n in 5 6 7 8 9; do
		sub bridge add "br$n" "10.$n.0.1/24" --nat 2>/dev/null 3>&- &
		pids+=($!)
		sub bridge add br5 10.5.0.1/24 --nat 2>/dev/null 3>&- &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n"
	done
	[[ $(sub bridge list --json | jq 'map(select(.nat)) | length') == 5 ]]
	pids=()
	for n in 5 6 7 8 9; do
		sub bridge remove "br$n" 2>/dev/null 3>&- &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n"
	done
	assert_same_network
}
