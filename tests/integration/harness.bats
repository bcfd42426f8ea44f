#!/usr/bin/env bats
# The harness itself: does it see what a sub host could leave behind?

load lib

# differs COMMAND…: it changes the host, and snapshot sees it.
differs() {
	local unseen=0
	"$@"
	! same_host || unseen=1
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after" || true
	return $unseen
}

@test "a host left alone is the same" {
	assert_same_host
}

@test "a mount is seen" {
	mkdir "$SUBHOST/at"
	differs mount -t tmpfs leak "$SUBHOST/at"
	umount "$SUBHOST/at"
}

@test "a mount's propagation is seen" {
	mkdir "$SUBHOST/at"
	mount -t tmpfs leak "$SUBHOST/at"
	this_is_before
	differs mount --make-private "$SUBHOST/at"
	mount --make-shared "$SUBHOST/at"
	assert_same_host
	umount "$SUBHOST/at"
	this_is_before
}

@test "a link is seen" {
	differs ip link add leak0 type veth peer name leak1
	ip link del leak0
}

@test "a network namespace is seen" {
	differs touch /run/netns/leak
	rm /run/netns/leak
}

@test "a loop device is seen" {
	truncate -s 1M "$SUBHOST/leak.img"
	differs losetup -f "$SUBHOST/leak.img"
	losetup -d "$(losetup -nO NAME -j "$SUBHOST/leak.img")"
}

@test "a cgroup is seen" {
	local at
	at=$(findmnt -n -t cgroup2 -o TARGET | tail -n 1)
	differs mkdir "$at/subhost-leak"
	rmdir "$at/subhost-leak"
}

@test "a process is seen, and an orphan too" {
	local pid
	differs setsid sh -c 'sleep 99 3>&- & echo $! >$0' "$SUBHOST/pid"
	pid=$(cat "$SUBHOST/pid")
	kill "$pid"
	assert_same_host
}

@test "a file outside of SUBHOST is seen" {
	differs touch "$PLACES/leak"
	rm "$PLACES/leak"
	differs touch /run/leak
	rm /run/leak
}

@test "a changed mode is seen" {
	differs chmod 0700 /run/netns
	chmod 0755 /run/netns
}

@test "wait_until waits, and no longer than told" {
	(
		sleep 0.2
		touch "$SUBHOST/there"
	) 3>&- &
	wait_until 5 test -e "$SUBHOST/there"
	wait $!
	run ! wait_until 1 false
}

@test "a terminal: output, typing, size, exit status" {
	# shellcheck disable=SC2016
	run_tty expect='ready' size=40x100 send='go\n' \
		-- sh -c 'echo ready; read x; stty size; echo "got $x"; exit 7'
	echo "$output"
	[[ $status == 7 && $output == *"40 100"*"got go"* ]]
}

@test "a terminal left raw is seen" {
	run_tty -- stty raw
	[[ $status == 99 ]]
}

@test "a sub host's directory has the modes it should" {
	new_sub web "A=1" "B=2"
	[[ $(stat -c %a "$SUBHOST/web") == 700 ]]
	[[ $(stat -c %a "$SUBHOST/web/root") == 755 ]]
	[[ $(wc -l <"$SUBHOST/web/config") == 2 ]]
}

@test "an image gets its top directories" {
	make_image "$SUBHOST/x.img" 32M ext4 root work
	mkdir "$SUBHOST/at"
	mount -o loop "$SUBHOST/x.img" "$SUBHOST/at"
	[[ -d $SUBHOST/at/root && -d $SUBHOST/at/work ]]
	umount "$SUBHOST/at"
}

@test "roots have plain ids and the usual setuid programs" {
	base_busybox
	[[ -z $(find "$base" ! -uid 0 -print -quit) ]]
	base_debian
	[[ -u $base/usr/bin/passwd ]]
	[[ -z $(find "$base" -xdev -uid +65535 -print -quit) ]]
	base_init
	[[ -L $base/sbin/init || -x $base/sbin/init ]]
}
