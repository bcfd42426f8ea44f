#!/usr/bin/env bats
# Many in a row: nothing piles up.

load lib

: "${CYCLES:=200}"

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
