#!/usr/bin/env bats
# Many in a row: nothing piles up.

load lib

: "${CYCLES:=200}"

teardown() {
	places_and_links_done
}

@test "start and stop, over and over" {
	local n
	base_debian
	new_sub web "BASE=(\"$base\")"
	for ((n = 0; n < CYCLES; n++)); do
		sub start web -- true </dev/null
		sub stop web
	done
	assert_same_host
}

@test "start, hibernate and wake, over and over" {
	local n
	base_debian
	new_sub web "BASE=(\"$base\")"
	for ((n = 0; n < CYCLES; n++)); do
		start_quietly web -- sleep 1000
		sub hibernate web
		wait "$starter" || [[ $? == 137 ]]
	done
	sub stop web
	assert_same_host
}

@test "an image, over and over" {
	local n
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	for ((n = 0; n < CYCLES / 4; n++)); do
		sub start web -- true </dev/null
		sub stop web
	done
	assert_same_host
}

@test "50 at the same time" {
	local n names=()
	base_busybox
	for ((n = 0; n < 50; n++)); do
		new_sub "web$n" "BASE=(\"$base\")"
		names+=("web$n")
		sub start "web$n" -- sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	done
	for n in "${names[@]}"; do
		wait_until 20 is "$n" running
	done
	sub stop "${names[@]}"
	assert_same_host
}

# --- with cables ------------------------------------------------------------

# what a cable is known by outside: its links' names and MACs
identity() { # NAME
	local n
	for n in 0 1; do
		host_end "$1" $n
		link "$(host_end "$1" $n)" '.address + " " + (.master // "-")'
		link_in "$1" eth$n .address
	done
}

cabled() {
	make_bridge br0
	this_is_before
	busybox_sub web "BRIDGES='br0 br0'" "ETH0_ADDRESS=10.0.0.2/24"
}

@test "stop and start again at once, with cables: the same names and MACs" {
	local n first=
	cabled
	for ((n = 0; n < CYCLES / 4; n++)); do
		sub start web -- true </dev/null
		: "${first:=$(identity web)}"
		[[ $(identity web) == "$first" ]] || {
			echo "start $n: $first"
			identity web
			return 1
		}
		sub stop web
	done
	assert_same_host
}

@test "a running one with cables: stop and start again at once" {
	local n first=
	cabled
	for ((n = 0; n < CYCLES / 8; n++)); do
		start_quietly web -- sleep 1000
		: "${first:=$(identity web)}"
		[[ $(identity web) == "$first" ]]
		sub stop web
		wait "$starter" || true
	done
	assert_same_host
}

@test "hibernate and wake, with cables: the same links" {
	local n first
	cabled
	sub start web -- true
	first=$(identity web; ip -o link show dev web0)
	for ((n = 0; n < CYCLES / 4; n++)); do
		sub start web -- true </dev/null
	done
	[[ $(identity web; ip -o link show dev web0) == "$first" ]]
	sub stop web
	assert_same_host
}

@test "cable, over and over, while bridges come and go" {
	local n
	cabled
	sub start web -- true
	for ((n = 0; n < CYCLES / 4; n++)); do
		ip link del br0
		make_bridge br0
		ip -n web link del eth1
		sub cable web 2>/dev/null
		[[ $(bridge_of web 0) == br0 && $(bridge_of web 1) == br0 ]]
	done
	sub stop web
	this_is_before
}

@test "30 with cables, started and stopped at the same time" {
	local n round names=() pids
	make_bridge br0
	this_is_before
	base_busybox
	for ((n = 0; n < 30; n++)); do
		new_sub "web$n" "BASE=(\"$base\")" "BRIDGES='br0 br0'" \
			"ETH0_ADDRESS=10.0.0.$((n + 1))/24"
		names+=("web$n")
	done
	for round in 1 2 3; do
		pids=()
		for n in "${names[@]}"; do
			{ sub start "$n" -- true && [[ $round == 2 ]] ||
				sub stop "$n"; } </dev/null 3>&- &
			pids+=($!)
		done
		for n in "${pids[@]}"; do
			wait "$n"
		done
		((round != 2)) || for n in "${names[@]}"; do
			[[ $(bridge_of "$n" 0) == br0 && $(bridge_of "$n" 1) == br0 ]]
		done
	done
	wait_until 20 same_host
	assert_same_host
}
