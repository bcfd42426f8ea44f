#!/usr/bin/env bats
# Cables: what config says of them, their ends inside and outside, what keeps
# them over hibernation, and `subhost cable`. Traffic is talk.bats'.

load lib

setup() {
	places_new
	base_busybox
	make_bridge br0
	make_bridge br1
	this_is_before
}

teardown() {
	umount -q /etc/machine-id || umount -q /etc || true
	places_and_links_done
}

# times N WORD: that word so often
times() {
	local n
	for ((n = 0; n < $1; n++)); do
		printf '%s ' "$2"
	done
}

mac() { # NAME NUMBER: of its end inside
	link_in "$1" "eth$2" .address
}

# plugged NAME: the bridge of each of its cables, in order
plugged() {
	local n all=()
	for n in $(sub status "$1" --json | jq '.cables[].number'); do
		all+=("$(bridge_of "$1" "$n")")
	done
	echo "${all[*]}"
}

# Addresses of a link of web's, in order, of global scope; its routes.
addresses() {
	ip -n web -j addr show dev "${1-eth0}" scope global |
		jq -r '[.[].addr_info[] | select(.local) | "\(.local)/\(.prefixlen)"] | join(" ")'
}

routes() { # -4|-6
	ip -n web "$1" route show default | sed 's/ *$//'
}

# is_same COMMAND…: it prints now what it printed for keep COMMAND…
keep() {
	"$@" >"$BATS_TEST_TMPDIR/kept"
}

is_same() {
	diff "$BATS_TEST_TMPDIR/kept" <("$@")
}

# With that for a machine-id, until machine_as_it_was.
machine_is() {
	[[ -f /etc/machine-id ]] || skip "this host has no /etc/machine-id"
	printf '%s' "$1" >"$SUBHOST_STATE/id"
	mount --bind "$SUBHOST_STATE/id" /etc/machine-id
	this_is_before
}

machine_as_it_was() {
	umount /etc/machine-id
	this_is_before
}

# --- the network namespace --------------------------------------------------

@test "the network namespace is there for ip netns, with lo up" {
	busybox_sub web "BRIDGES=br0"
	start_quietly web -- sleep 1000
	[[ $(ip netns list) == web* ]]
	[[ $(ip netns exec web cat /proc/sys/net/ipv4/ip_forward) == 0 ]]
	[[ $(link_in web lo '.flags | index("UP") != null') == true ]]
	# It is where the processes are, too.
	[[ $(readlink "/proc/$(init_pid web)/ns/net") == \
		net:\[$(stat -Lc %i /run/netns/web)\] ]]
	sub stop web
	[[ ! -e /run/netns/web ]]
}

@test "hibernation keeps the namespace and its cables; waking uses them" {
	busybox_sub web "BRIDGES='br0 br1'" "ETH0_ADDRESS=10.0.0.2/24"
	sub start web -- ip route add 10.9.0.0/16 via 10.0.0.9
	state_of() {
		stat -Lc %i /run/netns/web
		ip -o link
		ip -n web -o link
		ip -n web -4 -o addr
		ip -n web route
	}
	keep state_of
	start_quietly web -- sleep 1000
	is_same state_of
	sub hibernate web
	is_same state_of
	sub start web -- true
	is_same state_of
}

@test "a foreign namespace of that name is refused, and kept with its links" {
	busybox_sub web "BRIDGES=br0"
	ip netns add web
	ip -n web link add eth0 type bridge
	this_is_before
	keep ip -n web -o link
	fails_with 125 web sub start web -- true
	assert_same_host
	run sub cable web
	[[ $status != 0 ]]
	sub stop web
	assert_same_host
	is_same ip -n web -o link
	ip netns del web
	umount -l /run/netns || true
	this_is_before
}

# --- what BRIDGES makes -----------------------------------------------------

@test "a bridge is a cable: eth0 inside, web0 outside, marked, both up" {
	busybox_sub web "BRIDGES=br0"
	run sub start web -- ip link show dev eth0
	[[ $status == 0 && $output == *UP,LOWER_UP* ]]
	[[ $(host_end web 0) == web0 ]]
	[[ $(link web0 '.master + " " + .linkinfo.info_kind') == "br0 veth" ]]
	[[ $(link web0 '.ifalias') =~ ^subhost:web(@[0-9a-f]+)?$ ]]
	[[ $(link web0 '.flags | index("LOWER_UP") != null') == true ]]
	[[ $(link web0 .address) == fe:* ]]
	[[ $(</proc/sys/net/ipv6/conf/web0/disable_ipv6) == 1 ]]
	sub stop web
	assert_same_host
}

@test "cables with each kind of PRIVATE_USERS, and with MOUNTS=yes" {
	local users
	for users in PRIVATE_USERS=isolated PRIVATE_USERS=no MOUNTS=yes; do
		rm -rf "$SUBHOST/web"
		busybox_sub web "$users" "BRIDGES=br0" "ETH0_ADDRESS=10.0.0.2/24"
		run sub start web -- sh -c 'ip addr add 10.0.0.3/24 dev eth0
			ip addr show dev eth0'
		echo "$users: $output"
		[[ $status == 0 && $output == *10.0.0.2/24*10.0.0.3/24* ]]
		[[ $(bridge_of web 0) == br0 ]]
		sub start web -- true
		[[ $(addresses) == "10.0.0.2/24 10.0.0.3/24" ]]
		sub stop web
		assert_same_host
	done
}

@test "cables are numbered in the order of BRIDGES" {
	busybox_sub web "BRIDGES='br1 br0 br1 br1'"
	sub start web -- true
	[[ $(plugged web) == "br1 br0 br1 br1" ]]
	[[ $(host_end web 3) == web3 ]]
	[[ $(ip -n web -o link | wc -l) == 5 ]]
}

@test "BRIDGES: an array, MACs, cables that are attached to nothing" {
	busybox_sub web "BRIDGES=(br0 br1=02:00:00:00:00:11" \
		"  br1:02:00:00:00:00:22 =02:00:00:00:00:33" \
		"  :02:00:00:00:00:44 '' = : br0)"
	sub start web -- true
	[[ $(plugged web) == "br0 br1 br1 - - - - - br0" ]]
	[[ $(mac web 1) == 02:00:00:00:00:11 ]]
	[[ $(mac web 2) == 02:00:00:00:00:22 ]]
	[[ $(mac web 3) == 02:00:00:00:00:33 ]]
	[[ $(mac web 4) == 02:00:00:00:00:44 ]]
	# The other end of those is there, and up.
	[[ $(link web5 '.flags | index("LOWER_UP") != null') == true ]]
}

@test "BRIDGES: a text of words, parted by any blanks; or nothing" {
	busybox_sub web $'BRIDGES="\tbr0  = \n br1=02:aB:00:00:00:11 "'
	sub start web -- true
	[[ $(plugged web) == "br0 - br1" ]]
	[[ $(mac web 2) == 02:ab:00:00:00:11 ]]
	sub stop web
	for none in "" "BRIDGES=" "BRIDGES=()" "BRIDGES='  '"; do
		set_config web "$none"
		sub start web -- true
		[[ $(ip -n web -o link | wc -l) == 1 ]]
		[[ $(sub status web --json | jq '.cables | length') == 0 ]]
		sub stop web
	done
}

@test "a bridge whose name is 15 bytes, or looks like a number or an option" {
	local name
	for name in abcdefghijklmno 104 -d br0.5 br0@x ümlaut; do
		make_bridge "$name"
		this_is_before
		new_sub web "BASE=(\"$base\")" "BRIDGES='$name'"
		sub start web -- true
		[[ $(bridge_of web 0) == "$name" ]]
		sub stop web
		assert_same_host
		rm -r "$SUBHOST/web"
		ip link del dev "$name"
		this_is_before
	done
}

@test "256 cables" {
	busybox_sub web "BRIDGES='$(times 256 br0)'"
	sub start web -- true
	[[ $(ip -o link show master br0 | wc -l) == 256 ]]
	[[ $(host_end web 255) == web255 ]]
	[[ $(sub status web --json | jq -r '[.cables[].mac] | unique | length') \
		== 256 ]]
	sub stop web
	wait_until 20 same_host
}

# --- names ------------------------------------------------------------------

# short_or_hashed NAME NUMBER LINK: is that as the names are told to be?
short_or_hashed() {
	echo "$1 $2: $3"
	if ((${#1} + ${#2} <= 15)); then
		[[ $3 == "$1$2" ]]
		return
	fi
	[[ ${#3} == 15 && $3 == "${1:0:9-${#2}}"* && $3 =~ [0-9a-f]{6}$2$ ]] &&
		[[ $(link "$3" '.altnames[0]') == "$1$2" ]] &&
		[[ $(link "$1$2" .ifname) == "$3" ]]
}

@test "names of 1 to 63 bytes: links of 15 at most, found by NAME and number" {
	local length name
	for length in 1 11 12 13 14 15 16 32 63; do
		name=$(printf 'Nn_%.0s' {1..21})
		name=${name:0:length}
		busybox_sub "$name" "BRIDGES=br0"
		sub start "$name" -- true
		[[ $(bridge_of "$name" 0) == br0 ]]
		short_or_hashed "$name" 0 "$(host_end "$name" 0)"
		[[ $(cable "$name" 0 .link) == "$(host_end "$name" 0)" ]]
		sub stop "$name"
	done
	assert_same_host
}

@test "a number of two digits can be what makes a name too long" {
	local n
	busybox_sub abcdefghijklmn "BRIDGES='$(times 11 br0)'"
	sub start abcdefghijklmn -- true
	for n in 0 9 10; do
		short_or_hashed abcdefghijklmn $n "$(host_end abcdefghijklmn $n)"
	done
}

@test "long names that only differ at their end" {
	local name a b
	name=$(printf 'x%.0s' {1..62})
	busybox_sub "${name}a" "BRIDGES=br0"
	busybox_sub "${name}b" "BRIDGES=br0"
	sub start "${name}a" -- true
	sub start "${name}b" -- true
	a=$(host_end "${name}a" 0) b=$(host_end "${name}b" 0)
	[[ $a != "$b" ]]
	short_or_hashed "${name}a" 0 "$a"
	short_or_hashed "${name}b" 0 "$b"
	[[ $(mac "${name}a" 0) != "$(mac "${name}b" 0)" ]]
}

# collide NAME NUMBER OTHER NUMBER: both would be called the same; the second
# one to be started gets another name, and none of the first one's.
collide() {
	local link
	[[ $1$2 == "$3$4" ]]
	sub start "$1" -- true
	sub start "$3" -- true
	link=$(host_end "$3" "$4")
	echo "$1 $2: $(host_end "$1" "$2"), $3 $4: $link"
	[[ $(host_end "$1" "$2") == "$1$2" && $link =~ ^"$3"[0-9a-f]{6}"$4"$ ]]
	[[ $(link "$link" '.altnames // [] | length') == 0 ]]
	[[ $(cable "$1" "$2" .link) == "$1$2" ]]
	[[ $(cable "$3" "$4" .link) == "$link" ]]
	[[ $(bridge_of "$1" "$2") == br0 && $(bridge_of "$3" "$4") == br0 ]]
	# The one that goes takes nothing of the other's with it.
	sub stop "$1"
	[[ $(bridge_of "$3" "$4") == br0 ]]
	[[ $(link "$link" .ifalias) == "subhost:$3"* ]]
	sub stop "$3"
}

@test "a1's cable 0 and a's cable 10 do not collide" {
	busybox_sub a1 "BRIDGES=br0"
	busybox_sub a "BRIDGES='$(times 11 br0)'"
	collide a1 0 a 10
	collide a 10 a1 0
	assert_same_host
}

@test "names that are all digits do not collide" {
	local name n many links=()
	busybox_sub 1 "BRIDGES='$(times 12 br0)'"
	busybox_sub 10 "BRIDGES='$(times 5 br0)'"
	busybox_sub 11 "BRIDGES='$(times 2 br0)'"
	busybox_sub 104 "BRIDGES=br0"
	collide 1 10 11 0
	collide 11 1 1 11
	for name in 104 11 10 1; do
		sub start $name -- true
	done
	for name in 104 11 10 1; do
		many=$(sub status $name --json | jq '.cables | length')
		for ((n = 0; n < many; n++)); do
			links+=("$(host_end $name $n)")
			[[ $(link "${links[-1]}" .ifalias) =~ ^subhost:$name(@|$) ]]
		done
		[[ $(ip netns exec $name cat /proc/sys/net/ipv4/ip_forward) == 0 ]]
	done
	[[ ${#links[@]} == 20 ]]
	[[ $(printf '%s\n' "${links[@]}" | sort -u | wc -l) == 20 ]]
	sub stop 1 10 11 104
	assert_same_host
}

@test "a sub host that is called what another's hashed link is called" {
	local name=a-rather-long-name link
	busybox_sub "$name" "BRIDGES=br0"
	sub start "$name" -- true
	link=$(host_end "$name" 0)
	busybox_sub "${link%0}" "BRIDGES=br0"
	sub start "${link%0}" -- true
	[[ $(host_end "$name" 0) == "$link" ]]
	[[ $(bridge_of "${link%0}" 0) == br0 ]]
	sub stop "${link%0}"
	# And now the one with the claim to it comes second.
	sub stop "$name"
	wait_until 3 eval '! ip link show "$link" >/dev/null 2>&1'
	sub start "${link%0}" -- true
	sub start "$name" -- true
	[[ $(host_end "${link%0}" 0) == "$link" ]]
	[[ $(bridge_of "$name" 0) == br0 ]]
}

@test "a foreign link of that name is refused, named and left alone" {
	local alias
	busybox_sub web "BRIDGES='br1 br0'"
	ip link add web1 type veth peer name other
	for alias in "" subhost "my subhost:web" bridge; do
		ip link set web1 alias "$alias"
		this_is_before
		fails_with 125 web1 sub start web -- true
		assert_same_host
		is web stopped
		sub stop web
		assert_same_host
	done
	ip link del web1
	make_bridge web1
	this_is_before
	fails_with 125 web1 sub start web -- true
	assert_same_host
}

# With the mark of another one it may be gone round, or refused.
@test "a link that is marked as another's is left alone" {
	local alias ours
	busybox_sub web "BRIDGES=br0"
	sub start web -- true
	ours=$(link web0 .ifalias)
	sub stop web
	assert_same_host
	ip link add web0 type veth peer name other
	for alias in subhost: "${ours/web/db}" "${ours/web/webs}" "${ours/@*/@0}" \
		"$ours ${ours/web/db}" "x$ours"; do
		[[ $alias != "$ours" ]] || continue
		ip link set web0 alias "$alias"
		this_is_before
		run --separate-stderr sub start web -- true
		echo "$alias: $status $stderr"
		[[ $status == 0 || ($status == 125 && $stderr == *web0* ) ]]
		[[ $status != 0 || $(host_end web 0) == web?*0 ]]
		sub stop web
		assert_same_host
	done
}

@test "a foreign link with that alternative name" {
	local name=a-rather-long-name
	busybox_sub web "BRIDGES=br0"
	busybox_sub "$name" "BRIDGES=br0"
	ip link property add dev br1 altname web0
	ip link property add dev br1 altname "${name}0"
	this_is_before
	fails_with 125 web0 sub start web -- true
	assert_same_host
	# Here the name proper is free: started without it, or refused.
	run --separate-stderr sub start "$name" -- true
	echo "$status $stderr"
	[[ $status == 0 || ($status == 125 && $stderr == *"${name}0"*) ]]
	[[ $(link "${name}0" .ifname) == br1 ]]
	sub stop "$name"
	assert_same_host
	ip link property del dev br1 altname web0
	ip link property del dev br1 altname "${name}0"
	this_is_before
}

@test "another instance's cables are not ours" {
	local other=$PLACES/other
	mkdir -p "$other"/{subhost,state,etc}
	export HARMLESS=$other
	this_is_before
	there() { # COMMAND…: of the other instance
		SUBHOST=$other/subhost SUBHOST_RUN=$other/run \
			SUBHOST_STATE=$other/state SUBHOST_ETC=$other/etc "$@"
	}
	busybox_sub a1 "BRIDGES=br0"
	there busybox_sub a "BRIDGES='$(times 11 br0)'"
	sub start a1 -- true
	keep ip -o link show dev a10
	there run sub start a -- true
	echo "$status $output"
	[[ $status == 0 || $output == *a10* ]]
	is_same ip -o link show dev a10
	there sub stop a
	is_same ip -o link show dev a10
	[[ $(bridge_of a1 0) == br0 ]]
}

# --- MACs -------------------------------------------------------------------

@test "MACs are of our own, all different, the same at every start" {
	local macs again
	busybox_sub web "BRIDGES='br0 br0 ='"
	busybox_sub db "BRIDGES=br0"
	macs_now() {
		sub start web -- true
		sub start db -- true
		mac web 0 && mac web 1 && mac web 2 && mac db 0
	}
	macs=$(macs_now)
	echo "$macs"
	[[ $(sort -u <<<"$macs" | wc -l) == 4 ]]
	# Locally administered, and of one station: the low bits of the first byte.
	[[ $(grep -cE '^[0-9a-f][26ae]:' <<<"$macs") == 4 ]]
	sub stop web db
	# The name and the number tell, not the bridge or where it lies.
	set_config web "BRIDGES='= br1 br0'"
	again=$(macs_now)
	[[ $macs == "$again" ]]
	# Nor does the host's end change: bridges and neighbours know it.
	[[ $(link web0 .address) == fe:* ]]
}

@test "another machine derives other MACs" {
	local here there
	busybox_sub web "BRIDGES=br0"
	sub start web -- true
	here=$(mac web 0)
	sub stop web
	machine_is "0123456789abcdef0123456789abcdef"$'\n'
	sub start web -- true
	there=$(mac web 0)
	sub stop web
	assert_same_host
	machine_as_it_was
	[[ $here != "$there" ]]
	sub start web -- true
	[[ $(mac web 0) == "$here" ]]
}

@test "where there is no machine-id one of our own is kept" {
	local text first=
	busybox_sub web "BRIDGES=br0"
	for text in "" "uninitialized"$'\n'; do
		machine_is "$text"
		sub start web -- true
		: "${first:=$(mac web 0)}"
		[[ -s $SUBHOST_STATE/machine-id ]]
		[[ $(mac web 0) == "$first" ]]
		sub stop web
		machine_as_it_was
	done
	# Another one, another machine.
	machine_is ""
	rm "$SUBHOST_STATE/machine-id"
	sub start web -- true
	[[ $(mac web 0) != "$first" ]]
	sub stop web
	machine_as_it_was
}

@test "where there is no file machine-id, either" {
	local first
	busybox_sub web "BRIDGES=br0"
	cp -a /etc "$SUBHOST_STATE/without"
	rm -f "$SUBHOST_STATE/without/machine-id"
	mount --bind "$SUBHOST_STATE/without" /etc
	this_is_before
	sub start web -- true
	first=$(mac web 0)
	sub stop web
	sub start web -- true
	[[ $(mac web 0) == "$first" && ! -e /etc/machine-id ]]
	[[ -s $SUBHOST_STATE/machine-id ]]
	sub stop web
	assert_same_host
	umount /etc
	this_is_before
}

@test "the bridge does not take a cable's MAC for its own" {
	outside nic
	ip link add br5 type bridge # with the MAC of its lowest port
	ip link set br5 up
	ip link set nic master br5
	this_is_before
	keep link br5 .address
	busybox_sub web "BRIDGES=br5"
	sub start web -- true
	[[ $(bridge_of web 0) == br5 ]]
	is_same link br5 .address
	sub stop web
	is_same link br5 .address
}

@test "a MAC that another sub host has on that bridge is refused" {
	busybox_sub web "BRIDGES=br0=02:00:00:00:00:11"
	busybox_sub db "BRIDGES='= br0=02:00:00:00:00:11'"
	sub start web -- true
	fails_with 125 web0 sub start db -- true
	[[ $stderr == *02:00:00:00:00:11* ]]
	is db stopped
	[[ ! -e /run/netns/db ]]
	# On another bridge, or on none, nobody minds.
	set_config db "BRIDGES='= br1=02:00:00:00:00:11'"
	sub start db -- true
	# Nor can it be moved there later.
	set_config db "BRIDGES='= br0=02:00:00:00:00:11'"
	fails_with 1 web0 sub cable db
	[[ $(bridge_of db 1) == br1 ]]
	fails_with 125 web0 sub start db -- true
	[[ $(bridge_of db 1) == br1 && $(bridge_of web 0) == br0 ]]
	sub stop web
	sub cable db
	[[ $(bridge_of db 1) == br0 ]]
}

@test "a given MAC that the bridge has learned elsewhere is noted" {
	outside other br0
	in_outside other ip addr add 10.0.0.9/24 dev eth0
	in_outside other busybox arping -q -c 1 -I eth0 10.0.0.1 || true
	this_is_before
	learned() { bridge -j fdb show br br0 | grep -q "$(mac_for "inside other")"; }
	wait_until 5 learned
	busybox_sub web "BRIDGES=br0=$(mac_for "inside other")"
	run --separate-stderr sub start web -- true
	echo "$status $stderr"
	[[ $status == 0 && $stderr == *"$(mac_for "inside other")"* ]]
	sub stop web
	set_config web "BRIDGES=br0"
	run --separate-stderr sub start web -- true
	[[ $status == 0 && -z $stderr ]]
}

# --- bridges that come and go -----------------------------------------------

@test "a bridge that does not exist: named, with those there are, and a way" {
	busybox_sub web "BRIDGES='br0 nosuch'"
	fails_with 125 nosuch sub start web -- true
	[[ $stderr == *br0* && $stderr == *br1* ]]
	[[ $stderr == *"subhost bridge add nosuch"* ]]
	[[ $(wc -l <<<"$stderr") == 1 ]]
	assert_same_host
	ip link del br0
	ip link del br1
	this_is_before
	fails_with 125 "subhost bridge add" sub start web -- true
	assert_same_host
}

@test "a bridge made again: cable attaches, and disturbs nobody" {
	local init
	busybox_sub web "BRIDGES='br1 br0'" "ETH1_ADDRESS=10.0.0.2/24"
	start_quietly web -- sh -c 'ip addr add 10.0.0.7/24 dev eth1
		while :; do echo >>/ticks; sleep 0.01; done'
	init=$(init_pid web)
	ip link del br0
	[[ $(bridge_of web 1) == - && $(cable web 1 '.bridge // "-"') == - ]]
	run sub status web
	[[ $status == 0 && $output =~ (not attached|attached to nothing) ]]
	# While it is away that is an error, and nothing else is touched.
	keep ip -o link
	fails_with 1 br0 sub cable web
	[[ $stderr == *"subhost bridge add br0"* ]]
	is_same ip -o link
	is web running
	make_bridge br0
	keep ip -n web -o link
	sub cable web
	[[ $(plugged web) == "br1 br0" ]]
	[[ $(addresses eth1) == "10.0.0.2/24 10.0.0.7/24" ]]
	is_same ip -n web -o link
	[[ $(init_pid web) == "$init" ]]
	: >"$SUBHOST/web/live/ticks"
	wait_until 5 test -s "$SUBHOST/web/live/ticks"
	sub stop web
	this_is_before # br0 is another one
}

@test "a bridge made again: waking attaches" {
	busybox_sub web "BRIDGES=br0"
	sub start web -- ip addr add 10.0.0.7/24 dev eth0
	ip link del br0
	make_bridge br0
	sub start web -- true
	[[ $(bridge_of web 0) == br0 && $(addresses) == 10.0.0.7/24 ]]
	# And so it does in hibernation, without a start.
	ip link del br0
	make_bridge br0
	sub cable web
	[[ $(bridge_of web 0) == br0 ]]
	is web hibernated
	sub stop web
	this_is_before
}

@test "a bridge that is away when it wakes: said, and nothing is lost" {
	busybox_sub web "BRIDGES='br1 br0'"
	sub start web -- true
	ip link del br0
	run --separate-stderr sub start web -- echo fine
	echo "$status $stderr"
	[[ $status == 0 || $status == 125 ]]
	[[ $stderr == *br0* ]]
	is web hibernated
	[[ $(bridge_of web 0) == br1 && $(bridge_of web 1) == - ]]
	sub stop web
	this_is_before
}

@test "cables added, moved and taken off while it runs" {
	local init eth0
	busybox_sub web "BRIDGES=br0"
	start_quietly web -- sleep 1000
	init=$(init_pid web) eth0=$(link_in web eth0 .ifindex)
	set_config web "BRIDGES='br1 br0 ='" "ETH1_ADDRESS=10.1.0.2/24"
	sub cable web
	[[ $(plugged web) == "br1 br0 -" && $(addresses eth1) == 10.1.0.2/24 ]]
	set_config web "BRIDGES='br0 br0'"
	sub cable web
	[[ $(plugged web) == "br0 br0" ]]
	run ! ip link show web2
	set_config web
	sub cable web
	wait_until 3 eval '! ip -o link | grep -q "web[0-9]"'
	[[ $(ip -n web -o link | wc -l) == 1 ]]
	set_config web "BRIDGES=br0"
	sub cable web
	[[ $(plugged web) == br0 && $(init_pid web) == "$init" ]]
	[[ $(link_in web eth0 .ifindex) != "$eth0" ]]
}

@test "what config says of cables now holds after waking, too" {
	local eth0
	busybox_sub web "BRIDGES='br0 br0'" "ETH0_ADDRESS=10.0.0.2/24"
	sub start web -- true
	eth0=$(link_in web eth0 .ifindex)
	set_config web "BRIDGES=br1" "ETH0_ADDRESS='10.0.0.2/24 10.0.0.3/24'"
	sub start web -- true
	[[ $(plugged web) == br1 && $(addresses) == "10.0.0.2/24 10.0.0.3/24" ]]
	[[ $(link_in web eth0 .ifindex) == "$eth0" ]]
	[[ $(ip -n web -o link | wc -l) == 2 ]]
}

@test "cable changes nothing where nothing is to be done" {
	busybox_sub web "BRIDGES='br0 = br1'" "ETH0_ADDRESS=10.0.0.2/24" \
		"ETH0_GATEWAY=10.0.0.1"
	all_of_it() {
		ip -o link
		ip -n web -o link
		ip -n web -o -4 addr
		ip -n web route
	}
	start_quietly web -- sleep 1000
	keep all_of_it
	sub cable web
	sub cable web web
	is_same all_of_it
	# One that was unplugged is plugged in again.
	ip link set web2 nomaster
	sub cable web
	wait_until 3 is_same all_of_it
}

@test "a host's end that was set down is set up again" {
	busybox_sub web "BRIDGES=br0"
	sub start web -- true
	ip link set web0 down
	sub cable web
	[[ $(link web0 '.flags | index("UP") != null') == true ]]
	ip link set web0 down
	sub start web -- true
	[[ $(link web0 '.flags | index("UP") != null') == true ]]
}

@test "a cable that is declared to be attached to nothing: root's to plug in" {
	busybox_sub web "BRIDGES=="
	sub start web -- true
	ip link set web0 master br1
	sub cable web
	[[ $(bridge_of web 0) == br1 && $(cable web 0 .bridge) == br1 ]]
	sub start web -- true
	[[ $(bridge_of web 0) == br1 ]]
	sub stop web
	assert_same_host
}

@test "cable of one that is stopped, unknown, or without cables" {
	busybox_sub web "BRIDGES=br0"
	busybox_sub db "NETWORK=host"
	fails_with 1 stopped sub cable web
	assert_same_host
	fails_with 1 nosuch sub cable nosuch
	run sub cable
	[[ $status == 2 ]]
	sub start db -- true
	keep ip -o link
	run --separate-stderr sub cable db
	[[ $status == 0 || -n $stderr ]]
	is_same ip -o link
	# All are tried.
	sub start web -- true
	ip link set web0 nomaster
	fails_with 1 nosuch sub cable nosuch web
	[[ $(bridge_of web 0) == br0 ]]
}

@test "a config that is wrong by now changes no cable" {
	busybox_sub web "BRIDGES=br0"
	start_quietly web -- sleep 1000
	keep ip -o link
	set_config web "BRIDGES='br1 br1=zz'"
	fails_with 1 "config:2" sub cable web
	is_same ip -o link
	set_config web "BRIDGES='br1 nosuch'"
	fails_with 1 nosuch sub cable web
	is_same ip -o link
	is web running
}

# --- addresses --------------------------------------------------------------

@test "addresses and gateways, of both families, several" {
	busybox_sub web "BRIDGES='br0 br1'" \
		"ETH0_ADDRESS='10.0.0.2/24 10.0.1.2/16 fd00::2/64'" \
		"ETH0_GATEWAY='10.0.0.1 fd00::1'" \
		"ETH1_ADDRESS=(192.0.2.9/32 2001:db8::9/128 10.9.0.4/31)"
	# Usable at once: no duplicate address detection to wait for.
	run sub start web -- ip -6 addr show dev eth0 scope global
	[[ $output == *fd00::2/64* && $output != *tentative* ]]
	[[ $(addresses) == "10.0.0.2/24 10.0.1.2/16 fd00::2/64" ]]
	[[ $(ip -n web -j addr show dev eth0 | jq -r \
		'.[0].addr_info[] | select(.local == "10.0.0.2") | .broadcast') \
		== 10.0.0.255 ]]
	[[ $(routes -4) == "default via 10.0.0.1 dev eth0"* ]]
	[[ $(routes -6) == "default via fd00::1 dev eth0"* ]]
	[[ $(addresses eth1) == *192.0.2.9/32* ]]
	[[ $(addresses eth1) == *2001:db8::9/128* ]]
	[[ $(addresses eth1) == *10.9.0.4/31* ]]
	[[ $(sub status web --json | jq -r '.cables[0].addresses |
		map(select(startswith("fe80") | not)) | join(" ")') == \
		"10.0.0.2/24 10.0.1.2/16 fd00::2/64" ]]
}

@test "a gateway outside of its networks, and one by its link-local address" {
	busybox_sub web "BRIDGES=br0" "ETH0_ADDRESS='10.0.0.2/32 fd00::2/128'" \
		"ETH0_GATEWAY='192.0.2.1 fe80::1'"
	sub start web -- true
	[[ $(routes -4) == "default via 192.0.2.1 dev eth0"*onlink* ]]
	[[ $(routes -6) == "default via fe80::1 dev eth0"* ]]
}

@test "two gateways of a family, on two cables" {
	busybox_sub web "BRIDGES='br0 br1'" "ETH0_ADDRESS=10.0.0.2/24" \
		"ETH0_GATEWAY=10.0.0.1" "ETH1_ADDRESS=10.1.0.2/24" \
		"ETH1_GATEWAY=10.1.0.1"
	run --separate-stderr sub start web -- true
	echo "$status $stderr"
	[[ $status == 0 ]]
	[[ $(routes -4) == *"via 10.0.0.1 dev eth0"* ]]
	[[ $(routes -4) == *"via 10.1.0.1 dev eth1"* ]]
}

@test "without addresses there are none but link-local ones" {
	busybox_sub web "BRIDGES=br0"
	sub start web -- true
	[[ -z $(addresses) && -z $(routes -4) ]]
}

# It is the guest's to take away; a stop at the latest brings it back.
@test "an address that the guest has taken away" {
	busybox_sub web "BRIDGES=br0" "ETH0_ADDRESS=10.0.0.2/24" \
		"ETH0_GATEWAY=10.0.0.1"
	sub start web -- ip addr del 10.0.0.2/24 dev eth0
	[[ -z $(addresses) ]]
	sub start web -- true
	[[ $(addresses) == "" || $(addresses) == 10.0.0.2/24 ]]
	sub stop web
	sub start web -- true
	[[ $(addresses) == 10.0.0.2/24 ]]
	[[ $(routes -4) == "default via 10.0.0.1 dev eth0"* ]]
}

@test "the MTU: as given, else the bridge's" {
	ip link set br1 mtu 9000
	this_is_before
	busybox_sub web "BRIDGES='br0 br1 br1 ='" "ETH2_MTU=1400" "ETH3_MTU=68"
	sub start web -- true
	[[ $(link_in web eth0 .mtu) == 1500 && $(link web0 .mtu) == 1500 ]]
	[[ $(link_in web eth1 .mtu) == 9000 && $(link web1 .mtu) == 9000 ]]
	[[ $(link_in web eth2 .mtu) == 1400 && $(link_in web eth3 .mtu) == 68 ]]
	[[ $(link br1 .mtu) == 9000 && $(cable web 1 .mtu) == 9000 ]]
	sub stop web
	assert_same_host
}

@test "a cable with a small MTU does not make the bridge's small" {
	outside nic br0
	this_is_before
	busybox_sub web "BRIDGES=br0" "ETH0_MTU=1280"
	sub start web -- true
	[[ $(link_in web eth0 .mtu) == 1280 ]]
	[[ $(link br0 .mtu) == 1500 ]]
	sub stop web
}

@test "NETWORK=host: no namespace, no links, and no BRIDGES" {
	busybox_sub web "NETWORK=host"
	start_quietly web -- sleep 1000
	[[ ! -e /run/netns/web ]]
	[[ $(readlink "/proc/$(init_pid web)/ns/net") == \
		"$(readlink /proc/self/ns/net)" ]]
	[[ $(ip -o link | wc -l) == 3 ]]
	sub stop web
	set_config web "NETWORK=host" "BRIDGES=br0"
	fails_with 125 BRIDGES sub start web -- true
	[[ $stderr == *NETWORK* ]]
	assert_same_host
}

# --- status and list --------------------------------------------------------

@test "status and list show cables, for people" {
	busybox_sub web "BRIDGES='br0 ='" "ETH0_ADDRESS='10.0.0.2/24 fd00::2/64'"
	sub start web -- true
	run sub status web
	[[ $status == 0 ]]
	grep -E 'eth0.*' <<<"$output" | grep -q web0
	for word in eth0 web0 br0 "$(mac web 0)" 1500 10.0.0.2/24 fd00::2/64 \
		eth1 web1 attached; do
		[[ $output == *"$word"* ]] || {
			echo "no $word in: $output"
			return 1
		}
	done
	run sub list
	[[ ${lines[0]} == *ADDRESSES* ]]
	grep -qE '^web .*10\.0\.0\.2/24,fd00::2/64' <<<"$output"
	sub stop web
	run sub status web
	[[ $status == 0 ]]
	run sub list
	[[ $status == 0 && $output != *10.0.0.2* ]]
}

@test "status and list show cables, for programs" {
	busybox_sub web "BRIDGES='br0 ='" "ETH0_ADDRESS=10.0.0.2/24"
	start_quietly web -- sleep 1000
	[[ $(sub status web --json | jq -c '.cables | map([.number, .link,
		.inside, .bridge, .mtu, .up])') == \
		'[[0,"web0","eth0","br0",1500,true],[1,"web1","eth1",null,1500,true]]' ]]
	[[ $(cable web 0 .mac) == "$(mac web 0)" ]]
	[[ $(cable web 0 '.addresses | index("10.0.0.2/24") != null') == true ]]
	[[ $(cable web 0 '[.rx_bytes, .rx_packets, .tx_bytes, .tx_packets] |
		all(type == "number")') == true ]]
	[[ $(cable web 0 .missing) == null ]]
	[[ $(sub list --json | jq -c '.[0].cables | map(.link)') == \
		'["web0","web1"]' ]]
	sub stop web
	sub status web --json | jq -e .
	[[ $(sub status web --json | jq '.cables // [] | length') == 0 ]] ||
		[[ $(cable web 0 .up) == false || $(cable web 0 .missing) == true ]]
}

@test "config shows what was declared of cables" {
	busybox_sub web "BRIDGES='br0=02:00:00:00:00:11 ='" \
		"ETH0_ADDRESS=10.0.0.2/24" "ETH1_MTU=1400"
	run sub config web
	[[ $status == 0 ]]
	grep -E '^BRIDGES\b' <<<"$output" | grep -q "br0.*02:00:00:00:00:11"
	grep -E '^ETH0_ADDRESS\b.*10.0.0.2/24' <<<"$output" | grep -q config:3
	grep -qE '^ETH1_MTU\b.*1400' <<<"$output"
	sub config web --json | jq -e .
}

# --- bad input --------------------------------------------------------------

# refuses LINES TEXT…: with those lines in config start fails as ours, and its
# one sentence holds each TEXT.
refuses() {
	local text
	set_config web "$1"
	fails_with 125 "$2" sub start web -- true || {
		echo "with $1, and not '$2'"
		return 1
	}
	[[ $(wc -l <<<"$stderr") == 1 ]]
	for text in "${@:3}"; do
		[[ $stderr == *"$text"* ]] || {
			echo "not '$text' with $1"
			return 1
		}
	done
	[[ ! -e /run/netns/web ]]
}

@test "bad input: bridges" {
	busybox_sub web
	ip link add plain type veth peer name other
	this_is_before
	refuses "BRIDGES=plain" plain bridge
	refuses "BRIDGES=lo" lo bridge
	refuses "BRIDGES=web0" web0
	refuses "BRIDGES=abcdefghijklmnop" abcdefghijklmnop config:2
	refuses "BRIDGES=br/0" "br/0" config:2
	refuses "BRIDGES=.." config:2
	refuses "BRIDGES=." config:2
	refuses "BRIDGES=(\$'br\\e0')" config '"br\x1b0"'
	refuses "BRIDGES=('br0 br1')" config:2
	refuses "BRIDGES='$(times 1000 br0)'" 256
	refuses "BRIDGES='$(times 257 =)'" 256
	refuses $'BRIDGES=br0\nNETWORK=host' BRIDGES NETWORK
	assert_same_host
}

@test "bad input: MACs" {
	local mac
	busybox_sub web
	for mac in zz:00:00:00:00:01 02:00:00:00:00 02:00:00:00:00:01:02 \
		02:00:00:00:00:001 2:0:0:0:0:1 02-00-00-00-00-01 020000000001 \
		02:00:00:00:00:0 02:00:00:00:00:+1 02:00:00:00:00:01: x; do
		refuses "BRIDGES='br0 br0=$mac'" config:2 "$mac"
		refuses "BRIDGES='br0 br0:$mac'" config:2 "$mac"
	done
	for mac in 01:00:5e:00:00:01 ff:ff:ff:ff:ff:ff 33:33:00:00:00:01 \
		00:00:00:00:00:00; do
		refuses "BRIDGES='=$mac'" config:2 "$mac"
	done
	refuses "BRIDGES='br0=02:00:00:00:00:0a br1=02:00:00:00:00:0A'" config:2 \
		02:00:00:00:00:0
	assert_same_host
}

@test "bad input: addresses" {
	local word
	busybox_sub web
	for word in 10.0.0.2 10.0.0/24 10.0.0.2/33 10.0.0.2/-1 10.0.0.2/ \
		10.0.0.2/024x 10.0.0.256/24 010.0.0.2/24x 0.0.0.0/24 127.0.0.1/8 \
		127.9.9.9/24 224.0.0.1/24 239.1.1.1/8 255.255.255.255/32 \
		10.0.0.0/24 10.0.0.255/24 10.0.0.2/0 10.0.0.2/24/24 fd00::2 \
		fd00::2/129 fd00::2/0 ::/64 ::1/128 ff02::1/64 fd00:::2/64 \
		::ffff:10.0.0.2/120 fe80::1%eth0/64 fd00::g/64 br0 /24 \
		"10.0.0.2/24,10.0.0.3/24" "10.0.0.2/24 10.0.0.2/16"; do
		refuses $'BRIDGES=br0\n'"ETH0_ADDRESS='$word'" config:3 \
			ETH0_ADDRESS
	done
	refuses $'BRIDGES=br0\nETH0_ADDRESS=10.0.0.2' /24
	refuses $'BRIDGES="br0 br1"\nETH0_ADDRESS=10.0.0.2/24
		ETH1_ADDRESS=10.0.0.2/16' config:4 10.0.0.2
	refuses $'BRIDGES="br0 br1"\nETH0_ADDRESS=fd00:0::2/64
		ETH1_ADDRESS=fd00::0:2/48' config:4 fd00::2
	assert_same_host
}

@test "bad input: gateways" {
	local word
	busybox_sub web
	for word in 10.0.0.1/24 10.0.0 0.0.0.0 127.0.0.1 224.0.0.1 \
		255.255.255.255 10.0.0.2 x fd00::1 fe80::1 "10.0.0.1 fe80::1"; do
		refuses $'BRIDGES=br0\nETH0_ADDRESS=10.0.0.2/24\n'"ETH0_GATEWAY='$word'" \
			config:4 ETH0_GATEWAY
	done
	for word in 10.0.0.1 :: ::1 ff02::1 fd00:0::2 fe80::1%eth0; do
		refuses $'BRIDGES=br0\nETH0_ADDRESS=fd00::2/64\n'"ETH0_GATEWAY='$word'" \
			config:4 ETH0_GATEWAY
	done
	refuses $'BRIDGES=br0\nETH0_GATEWAY=10.0.0.1' config:3
	# On the wrong cable.
	refuses $'BRIDGES="br0 br1"\nETH0_ADDRESS=10.0.0.2/24
		ETH1_GATEWAY=10.0.0.1' config:4
	assert_same_host
}

@test "bad input: MTUs" {
	local word
	busybox_sub web
	for word in 67 0 65536 -1 1e3 1500x 0x5dc 4294968796 "1500 1500"; do
		refuses $'BRIDGES=br0\n'"ETH0_MTU='$word'" config:3 ETH0_MTU
	done
	refuses $'BRIDGES=br0\nETH0_ADDRESS=fd00::2/64\nETH0_MTU=1279' 1280 ETH0
	assert_same_host
}

@test "bad input: an address for a cable that is not there" {
	local name
	busybox_sub web
	refuses $'BRIDGES="br0 br1"\nETH5_ADDRESS=10.0.0.2/24' config:3 \
		ETH5_ADDRESS "2 cables"
	refuses $'BRIDGES="br0 br1"\nETH2_MTU=1500' config:3 ETH2_MTU
	refuses $'BRIDGES="br0 br1"\nETH2_GATEWAY=10.0.0.1' config:3 ETH2_GATEWAY
	refuses "ETH0_ADDRESS=10.0.0.2/24" config:2 ETH0_ADDRESS BRIDGES
	refuses $'BRIDGES=br0\nETH4294967296_ADDRESS=10.0.0.2/24' config:3
	refuses $'BRIDGES=br0\nETH18446744073709551616_ADDRESS=10.0.0.2/24' config:3
	# What is no name of ours is either refused or warned about.
	for name in ETH00_ADDRESS ETH0_ADRESS ETH0_ADDRESSES ETH_ADDRESS \
		ETH0_GATWAY eth0_address BRIDGE; do
		set_config web "BRIDGES=br0" "$name=10.0.0.2/24"
		run --separate-stderr sub start web -- true
		echo "$name: $status $stderr"
		[[ $status == 125 || $stderr == *"$name"* || $name == eth0* ]]
		[[ $status == 125 || -z $(addresses) ]]
		sub stop web
	done
	assert_same_host
}

@test "bad input: DNS and HOSTS" {
	local word
	busybox_sub web
	for word in 10.0.0.256 "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4" 10.0.0.1/24 \
		nameserver "host 10.0.0.1" "search=" "search=a..b/c" \
		"search=a search=b search=c search=d search=e search=f search=g" \
		0.0.0.0/0 fd00::g; do
		refuses "DNS='$word'" config:2 DNS
	done
	refuses "DNS=(\$'10.0.0.1\\nnameserver 10.6.6.6')" config DNS
	refuses "DNS=(\$'search=a\\nnameserver 10.6.6.6')" config DNS
	for word in "10.0.0.1" "name" "name 10.0.0.1" "10.0.0.1/24 name" \
		"10.0.0.256 name"; do
		refuses "HOSTS=('$word')" config:2 HOSTS
	done
	refuses "HOSTS=(\$'10.0.0.1 a\\e[0m')" config HOSTS
	assert_same_host
}

# --- a namespace that outlives it -------------------------------------------

@test "an ip netns exec that goes on over a stop does not keep the cable" {
	local mac pid
	busybox_sub web "BRIDGES=br0" "ETH0_ADDRESS=10.0.0.2/24"
	sub start web -- true
	mac=$(mac web 0)
	ip netns exec web sleep 1000 3>&- &
	pid=$!
	in_it() {
		[[ $(readlink /proc/$pid/ns/net) == \
			net:\[$(stat -Lc %i /run/netns/web)\] ]]
	}
	wait_until 5 in_it
	sub stop web
	is web stopped
	[[ ! -e /run/netns/web ]]
	sub start web -- true
	[[ $(host_end web 0) == web0 && $(mac web 0) == "$mac" ]]
	[[ $(bridge_of web 0) == br0 && $(addresses) == 10.0.0.2/24 ]]
	[[ $(ip -o link show master br0 | wc -l) == 1 ]]
	# And once more, while two old ones are about.
	sub stop web
	sub start web -- true
	[[ $(host_end web 0) == web0 && $(mac web 0) == "$mac" ]]
	kill $pid
	wait $pid || true
	sub stop web
	assert_same_host
}

# A cable of a sub host called gone is called so, too.
@test "a link to be put aside, where another one has the name for that" {
	local index pid
	busybox_sub web "BRIDGES=br0"
	sub start web -- true
	index=$(link web0 .ifindex)
	ip netns exec web sleep 1000 3>&- &
	pid=$!
	wait_until 5 eval '[[ $(</proc/$pid/comm) == sleep ]]'
	ip link add "gone$index" type veth peer name other
	sub stop web
	sub start web -- true
	[[ $(host_end web 0) == web0 && $(bridge_of web 0) == br0 ]]
	[[ $(link "gone$index" '.ifalias // "-"') == - ]]
	kill $pid
	wait $pid || true
	ip link del other
}

@test "lost records: start makes it whole again" {
	local mac
	busybox_sub web "BRIDGES='br0 ='" "ETH0_ADDRESS=10.0.0.2/24"
	sub start web -- true
	mac=$(mac web 0)
	find "$SUBHOST_RUN" -xdev -type f -path '*web*' -delete
	run sub start web -- echo fine
	echo "$output"
	[[ $status == 0 || ($status == 125 && $output == *web*) ]]
	[[ $status != 0 ]] || [[ $(plugged web) == "br0 -" &&
		$(mac web 0) == "$mac" && $(addresses) == 10.0.0.2/24 ]]
	sub stop web
	assert_same_host
}

@test "lost records: stop leaves no link, and no start is in the way" {
	busybox_sub web "BRIDGES='br0 ='"
	sub start web -- true
	find "$SUBHOST_RUN" -xdev -type f -path '*web*' -delete
	sub stop web
	assert_same_host
	# The same of a namespace whose name was lost.
	sub start web -- true
	umount -l /run/netns/web
	rm -f /run/netns/web
	is web damaged
	run sub start web -- echo fine
	echo "$status $output"
	[[ $status == 0 || ($status == 125 && $output == *web*) ]]
	sub stop web
	assert_same_host
}
