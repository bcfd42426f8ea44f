#!/usr/bin/env bats
# A guest's root may do what it likes to the links in its network namespace.
# What must hold: the host and the others do not notice, status says what is
# the case, cable or waking mends it or says why not, and stop leaves nothing.
#
# Where the busybox inside lacks the command, ip -n does it in its place: in
# that namespace, with no more than the guest's root has.

load lib

setup() {
	places_new
	make_bridge br0
	make_bridge br1
	this_is_before
	busybox_sub web "BRIDGES='br0 br1'" "ETH0_ADDRESS=10.0.0.2/24"
}

teardown() {
	places_and_links_done
}

runs_on() {
	[[ $(init_pid web) == "$init" ]] && is web running
}

running() {
	start_quietly web "$@"
	init=$(init_pid web)
}

macs() {
	link_in web eth0 .address
	link_in web eth1 .address
}

# as_new: both cables are where they belong
as_new() {
	[[ $(host_end web 0) == web0 && $(host_end web 1) == web1 ]]
	[[ $(bridge_of web 0) == br0 && $(bridge_of web 1) == br1 ]]
	[[ $(ip -n web -4 addr show dev eth0) == *10.0.0.2/24* ]]
}

@test "a deleted cable: status says so, cable makes it anew" {
	local macs
	running -- sleep 1000
	macs=$(macs)
	ip -n web link del eth0
	wait_until 3 eval '! ip link show web0 2>/dev/null'
	[[ $(cable web 0 .missing) == true ]]
	[[ $(cable web 1 .missing) == null && $(cable web 1 .link) == web1 ]]
	run sub status web
	[[ $status == 0 && $output == *missing* ]]
	run sub list
	[[ $status == 0 && $output == *web* ]]
	sub cable web
	as_new
	runs_on
	[[ $(macs) == "$macs" && $(cable web 0 .missing) == null ]]
	sub stop web
	assert_same_host
}

@test "a deleted cable: waking makes it anew" {
	local macs
	sub start web -- true
	macs=$(macs)
	ip -n web link del eth0
	ip -n web link del eth1
	[[ $(cable web 1 .missing) == true ]]
	sub start web -- true
	as_new
	[[ $(macs) == "$macs" ]]
}

@test "deleted cables: stop leaves nothing, start works at once" {
	running -- sleep 1000
	ip -n web link del eth0
	ip -n web link del eth1
	sub stop web
	sub start web -- true
	as_new
	sub stop web
	assert_same_host
}

@test "a renamed cable" {
	running -- sleep 1000
	ip -n web link set eth0 down
	ip -n web link set eth0 name evil
	run sub status web
	[[ $status == 0 ]]
	run --separate-stderr sub cable web
	echo "$status $stderr"
	[[ $status == 0 || ($status == 1 && $stderr == *eth0*) ]]
	runs_on
	sub hibernate web
	run --separate-stderr sub start web -- true
	echo "$status $stderr"
	[[ $status == 0 || ($status == 125 && $stderr == *eth0*) ]]
	sub stop web
	assert_same_host
	sub start web -- true
	as_new
}

@test "cables that have changed their names with one another" {
	local name
	running -- sleep 1000
	for name in eth0 eth1; do
		ip -n web link set $name down
	done
	ip -n web link set eth0 name tmp
	ip -n web link set eth1 name eth0
	ip -n web link set tmp name eth1
	run --separate-stderr sub cable web
	echo "$status $stderr"
	[[ $status == 0 || ($status == 1 && $stderr == *eth*) ]]
	# No bridge gets the other's cable, whatever it is called.
	[[ $(link web0 .master) == br0 && $(link web1 .master) == br1 ]]
	sub hibernate web
	run --separate-stderr sub start web -- true
	echo "$status $stderr"
	[[ $(link web0 .master) == br0 && $(link web1 .master) == br1 ]]
	sub stop web
	assert_same_host
}

@test "a name that would write on a terminal, or is no text" {
	local name
	running -- sleep 1000
	for name in $'e\e[31m' $'e\x01\x7f' $'\xff\xfe' '"\'; do
		ip -n web link set eth0 down
		ip -n web link set eth0 name "$name"
		run sub status web
		[[ $status == 0 && $output != *$'\e'* && $output != *$'\x01'* ]]
		sub status web --json | iconv -f UTF-8 -t UTF-16 | wc -c
		[[ ${PIPESTATUS[*]} == "0 0 0" ]]
		run sub list
		[[ $status == 0 && $output != *$'\e'* ]]
		run sub cable web
		[[ $output != *$'\e'* && $output != *$'\x01'* ]]
		ip -n web link show eth0 >/dev/null 2>&1 ||
			ip -n web link set "$name" down name eth0
	done
}

@test "a link of the guest's own in the way of a new cable" {
	ip link show br0 >/dev/null
	running -- sleep 1000
	ip -n web link add eth2 type bridge
	set_config web "BRIDGES='br0 br1 br0'" "ETH0_ADDRESS=10.0.0.2/24"
	fails_with 1 eth2 sub cable web
	[[ $(wc -l <<<"$stderr") == 1 ]]
	runs_on
	[[ $(ip -n web -d link show eth2) == *bridge* ]]
	run ! ip link show web2
	sub hibernate web
	fails_with 125 eth2 sub start web -- true
	run ! ip link show web2
	is web hibernated
	ip -n web link del eth2
	sub start web -- true
	[[ $(bridge_of web 2) == br0 ]]
}

@test "a link of the guest's own in the place of a cable" {
	running -- sleep 1000
	ip -n web link del eth0
	ip -n web link add eth0 type veth peer name other
	run --separate-stderr sub status web
	[[ $status == 0 ]]
	fails_with 1 eth0 sub cable web
	runs_on
	run ! ip link show web0
	sub hibernate web
	fails_with 125 eth0 sub start web -- true
	sub stop web
	assert_same_host
	sub start web -- true
	as_new
}

# It has a veth peer in another namespace, as a cable has, and the number of
# the host's end for its own peer's if the guest tries often enough.
@test "a veth whose peer has the number of the cable's host end" {
	local wanted n
	running -- sleep 1000
	wanted=$(link web0 .ifindex)
	ip -n web link del eth0
	wait_until 3 eval '! ip link show web0 2>/dev/null'
	ip netns add nested
	ip -n web link add eth0 type veth peer name x index "$wanted" \
		netns nested || ip -n web link add eth0 type veth peer name x \
		netns nested
	ip -n nested link set x name web0
	ip -n nested link set web0 alias subhost:web
	run --separate-stderr sub status web
	[[ $status == 0 && $(cable web 0 .link) != x ]]
	run --separate-stderr sub cable web
	echo "$status $stderr"
	[[ $status == 1 && $stderr == *eth0* ]] || as_new
	[[ $(link br1 .ifindex) -gt 0 ]]
	sub stop web
	ip netns del nested
	umount -l /run/netns || true
	this_is_before
}

@test "a cable moved into a namespace of the guest's own" {
	set_config web "BRIDGES='br0 br1'" "ETH0_ADDRESS=10.0.0.2/24" "MOUNTS=yes"
	running -- sh -c 'here=$(readlink /proc/self/ns/net)
		unshare -n sleep 1000 & there=$!
		until [ "$(readlink /proc/$there/ns/net)" != "$here" ]; do :; done
		ip link set eth0 netns $there && touch /moved; wait'
	wait_until 5 test -e "$SUBHOST/web/root/moved"
	run sub status web
	[[ $status == 0 && ($output == *missing* || $output == *elsewhere*) ]]
	sub status web --json | jq -e .
	# It may be where the guest wants it, in a container of its own.
	run --separate-stderr sub cable web
	echo "$status $stderr"
	[[ $status == 0 || ($status == 1 && $stderr == *eth0*) ]]
	runs_on
	# With its processes that namespace goes, some time later.
	sub hibernate web
	sub start web -- true
	settled() { (($(ip -o link show type veth | wc -l) <= 2)); }
	wait_until 3 settled
	as_new
	sub stop web
	assert_same_host
}

@test "of a cable that is elsewhere nothing is told that is not so" {
	set_config web "BRIDGES='br0 br1'" "MOUNTS=yes"
	running -- sh -c 'here=$(readlink /proc/self/ns/net)
		unshare -n sleep 1000 & there=$!
		until [ "$(readlink /proc/$there/ns/net)" != "$here" ]; do :; done
		ip link set eth0 netns $there && touch /moved; wait'
	wait_until 5 test -e "$SUBHOST/web/root/moved"
	[[ $(sub status web) != *00:00:00:00:00:00* ]]
	[[ $(cable web 0 .mac) != 00:00:00:00:00:00 && $(cable web 0 .mtu) != 0 ]]
}

@test "a cable in a namespace of the guest's own: stop and start at once" {
	set_config web "BRIDGES='br0 br1'" "ETH0_ADDRESS=10.0.0.2/24" "MOUNTS=yes"
	running -- sh -c 'here=$(readlink /proc/self/ns/net)
		unshare -n sleep 1000 & there=$!
		until [ "$(readlink /proc/$there/ns/net)" != "$here" ]; do :; done
		ip link set eth0 netns $there && touch /moved; wait'
	wait_until 5 test -e "$SUBHOST/web/root/moved"
	sub stop web
	sub start web -- true
	as_new
	sub stop web
	assert_same_host
}

@test "another MAC, MTU, state, bridge, alias: waking and stop do not mind" {
	local mac
	running -- sleep 1000
	mac=$(link_in web eth0 .address)
	ip -n web link set eth0 down
	ip -n web link set eth0 address 02:00:00:00:00:99
	ip -n web link set eth0 mtu 1300
	ip -n web link set eth0 alias subhost:db
	ip -n web link property add dev eth0 altname web0
	ip -n web link add own type bridge
	ip -n web link set eth0 master own
	ip -n web link set lo alias subhost:db
	ip -n web link set lo down
	[[ $(cable web 0 .mac) == 02:00:00:00:00:99 ]]
	[[ $(cable web 0 .up) == false && $(cable web 0 .mtu) == 1300 ]]
	sub cable web
	runs_on
	[[ $(link web0 .master) == br0 && $(link web0 .ifalias) == subhost:web* ]]
	sub hibernate web
	sub start web -- true
	sub stop web
	assert_same_host
	sub start web -- true
	as_new
	[[ $(link_in web eth0 .address) == "$mac" ]]
}

@test "lo's mark taken off, and our records lost: stop leaves nothing" {
	running -- sleep 1000
	ip -n web link set lo alias ""
	ip -n web link set eth0 alias ""
	sub status web
	sub stop web
	assert_same_host
	sub start web -- true
	ip -n web link set lo alias subhost:db
	find "$SUBHOST_RUN" -xdev -type f -path '*web*' -delete
	run sub stop web
	echo "$status $output"
	[[ $status == 0 || $output == *web* ]]
	if [[ $status != 0 ]]; then
		# It cannot know that it is its own; root can.
		ip netns del web
		sub stop web
	fi
	umount -q -l /run/netns || true
	assert_same_host
}

@test "the host's end cannot be reached from inside" {
	local before
	sub start web -- true
	before=$(ip -o link show dev web0)
	# Not by its number, its name, or the namespace's.
	run ip netns exec web ip link set web0 nomaster
	[[ $status != 0 ]]
	run sub start web -- sh -c 'ip link set eth0 netns 1; ip link set web0 down
		ip link set eth0 name br0 && ip link set br0 up; true'
	[[ $(ip -o link show dev web0 | sed 's/NO-CARRIER,//; s/LOWERLAYERDOWN/UP/') \
		== *"master br0"* ]]
	[[ $(link br0 .linkinfo.info_kind) == bridge ]]
	echo "$before"
}

@test "many links of the guest's own are gone after stop" {
	local n
	running -- sleep 1000
	for n in {1..60}; do
		echo "link add v$n type veth peer name w$n"
	done | ip -n web -batch -
	sub status web >/dev/null
	sub cable web
	sub stop web
	assert_same_host
}

# ra LINK: from inside, as a router that is the default for an hour, with a
# prefix to make addresses of
ra() {
	ip netns exec web python3 -c '
import socket, struct, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[1].encode())
prefix = socket.inet_pton(socket.AF_INET6, "2001:db8:bad::")
s.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) +
         struct.pack("!BBBBIII16s", 3, 4, 64, 0xc0, 3600, 3600, 0, prefix),
         ("ff02::1", 0, 0, socket.if_nametoindex(sys.argv[1])))
' "$1"
}

believed() {
	ip -6 route | grep -q "2001:db8:bad\|^default" ||
		ip -6 addr | grep -q 2001:db8:bad
}

@test "router advertisements into a cable that is attached to nothing" {
	[[ -e /proc/sys/net/ipv6 ]] || skip "this kernel has no IPv6"
	[[ $(</proc/sys/net/ipv6/conf/all/forwarding) == 0 ]]
	set_config web "BRIDGES='= br0'"
	running -- sleep 1000
	ip -n web -6 addr add fe80::bad/64 dev eth0 nodad
	for _ in 1 2 3; do
		ra eth0
	done
	# The control: a link of the host's that does listen.
	ip link add ear type veth peer name mouth netns web
	ip link set ear up
	ip -n web link set mouth up
	ip -n web -6 addr add fe80::bad/64 dev mouth nodad
	heard() {
		ra mouth
		believed
	}
	wait_until 5 heard
	[[ $(ip -6 route | grep -v ^fe80) != *web0* ]]
	[[ $(ip -6 addr show dev web0) != *db8:bad* ]]
	ip link del ear
	ip -6 route flush proto ra
	! believed
}

# talks_to_host: over its eth0, with what a guest's root can do
talks_to_host() {
	local host_mac
	host_mac=$(link web0 .address)
	ip -n web addr replace 192.0.2.77/24 dev eth0
	ip -n web addr replace fe80::bad/64 dev eth0 nodad
	ip -n web addr replace 2001:db8::77/64 dev eth0 nodad
	ip -n web neigh replace 192.0.2.1 lladdr "$host_mac" dev eth0
	ip -n web neigh replace 2001:db8::1 lladdr "$host_mac" dev eth0
	ip netns exec web python3 - <<-'END'
		import socket
		scope = socket.if_nametoindex("eth0")
		for family, to in (
		        (socket.AF_INET, ("192.0.2.1", 5353)),
		        (socket.AF_INET6, ("2001:db8::1", 5353)),
		        (socket.AF_INET6, ("ff02::1", 5353, 0, scope))):
		    try:
		        s = socket.socket(family, socket.SOCK_DGRAM)
		        s.sendto(b"from the guest", to)
		    except OSError as error:
		        print(to, error)
	END
	wait_until 1 test -s "$BATS_TEST_TMPDIR/heard" ||
		ip netns exec web busybox ping -q -6 -c 1 -W 1 2001:db8::1
}

# The host's end of such a cable is up and in the host's namespace.
@test "a cable that is attached to nothing does not lead to the host" {
	outside uplink
	ip addr add 192.0.2.1/24 dev uplink
	ip addr add 2001:db8::1/64 dev uplink nodad
	behind python3 -u -c '
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 5353))
open(sys.argv[1], "w").close()
while True:
    said, by = s.recvfrom(100)
    print(by, said, file=open(sys.argv[1], "a"), flush=True)
' "$BATS_TEST_TMPDIR/heard"
	wait_until 5 test -e "$BATS_TEST_TMPDIR/heard"
	this_is_before
	set_config web "BRIDGES='= br1'"
	running -- sleep 1000
	run talks_to_host
	echo "$output" && cat "$BATS_TEST_TMPDIR/heard"
	[[ $status != 0 && ! -s $BATS_TEST_TMPDIR/heard ]]
	[[ -z $(ip -6 addr show dev web0) ]]
	# Nor does one whose bridge has gone.
	set_config web "BRIDGES='br0 br1'"
	sub cable web
	ip link del br0
	run talks_to_host
	echo "$output" && cat "$BATS_TEST_TMPDIR/heard"
	[[ $status != 0 && ! -s $BATS_TEST_TMPDIR/heard ]]
	sub stop web
	this_is_before
}

@test "a flood of MACs on one cable does not stop the others" {
	local n
	busybox_sub db "BRIDGES=br0" "ETH0_ADDRESS=10.0.0.3/24"
	sub start db -- true
	running -- sleep 1000
	for n in {10..40}; do
		ip -n web link set eth0 down address "02:00:00:00:00:$n"
		ip -n web link set eth0 up
	done
	sub status web >/dev/null
	[[ $(bridge_of db 0) == br0 ]]
	# It has db's MAC now: db's own cable is what it was.
	ip -n web link set eth0 down address "$(link_in db eth0 .address)"
	sub start db -- true
	[[ $(bridge_of db 0) == br0 ]]
	sub stop db
	sub start db -- true
	[[ $(bridge_of db 0) == br0 ]]
}
