#!/usr/bin/env bats
# doctor: what was left behind is found, told, and mended with --fix; what is
# not ours is never touched.

load lib

clean() {
	run sub doctor
	echo "$output"
	[[ $status == 0 && $output == "nothing found"* ]]
}

found() { # TEXT: doctor finds it, --fix mends it, then there is nothing
	run sub doctor
	echo "$output"
	[[ $status == 1 && $output == *"$1"* && $output == *"--fix:"* ]]
	run sub doctor --fix
	echo "$output"
	[[ $status == 0 && $output == *"mended"* ]]
	clean
}

@test "a healthy host: nothing, whatever is up" {
	busybox_sub web
	busybox_sub app
	clean
	sub start web -- true
	start_quietly app -- sleep 1000
	clean
}

@test "one that was stopped just now: its cable is on its way out, not left" {
	make_bridge br0
	this_is_before
	busybox_sub web BRIDGES=br0
	for _ in {1..5}; do
		sub start web -- true
		sub stop web
		clean
	done
	ip link del br0
	this_is_before
}

@test "a cable that was left stays found" {
	local alias
	busybox_sub web BRIDGES==
	sub start web -- true
	alias=$(ip -j -d link show web0 | jq -r '.[].ifalias')
	sub stop web
	ip link add left0 type veth peer name left1
	ip link set left0 alias "$alias"
	found "the link left0 carries the mark of web"
}

@test "a sub host whose live was unmounted" {
	busybox_sub web
	start_quietly web -- sleep 1000
	umount -l "$SUBHOST/web/live"
	found "web is damaged: "
	is web stopped
}

@test "a supervisor that was killed: the sub host is adopted" {
	busybox_sub web
	sub start -d web -- sh -c 'while sleep 0.1; do echo line; done'
	kill -KILL "$(sub status web --json | jq .supervisor)"
	wait_until 5 eval '[[ $(sub status web) == *dead* ]]'
	found "web runs, and its supervisor is dead"
	is web running
	[[ $(sub logs web) == *adopted* ]]
}

@test "a record whose directory is gone, and what it had" {
	busybox_sub web
	sub start web -- true
	umount -l "$SUBHOST/web/live"
	rm -r "$SUBHOST/web"
	run sub doctor
	echo "$output"
	[[ $output == *"there is a record of web, and no sub host"* ]]
	[[ $output == *"the network namespace web carries the mark of web"* ]]
	sub doctor --fix
	clean
	[[ ! -e /run/netns/web ]]
	rmdir "$SUBHOST_RUN" 2>/dev/null || true
}

@test "a cgroup that somebody lives in, of one that is stopped" {
	local group
	busybox_sub web
	start_quietly web -- sleep 1000
	group=$(unified)/$(cgroup_parent)/web
	umount -l "$SUBHOST/web/live"
	ip netns del web
	rm "$SUBHOST_RUN/web"
	rm -r "$SUBHOST/web"
	[[ -d $group ]]
	found "there is a cgroup "
	[[ ! -d $group ]]
	wait "$starter" || true
	rm -rf "$SUBHOST_RUN"
}

@test "what is not ours is told or left alone, and never touched" {
	busybox_sub web
	mount -t tmpfs foreign "$SUBHOST/web/live"
	ip netns add web
	run sub doctor --fix
	echo "$output"
	[[ $status == 1 && $output == *"not ours"* ]]
	mountpoint -q "$SUBHOST/web/live"
	[[ -e /run/netns/web ]]
	umount "$SUBHOST/web/live"
	ip netns del web
	this_is_before
}

@test "a casts.ini that cannot be read, a folder of nobody's" {
	busybox_sub web
	echo "[web" >"$SUBHOST_ETC/casts.ini"
	mkdir "$SUBHOST_SYSCMD/gone"
	run sub doctor
	echo "$output"
	[[ $status == 1 && $output == *"casts.ini:1"* && $output == *"no sub host gone"* ]]
	rm "$SUBHOST_ETC/casts.ini"
	found "no sub host gone"
	[[ ! -e $SUBHOST_SYSCMD/gone ]]
}

@test "a cast that somebody unmounted is put back" {
	busybox_sub db
	busybox_sub app
	mkdir -p "$SUBHOST"/{db,app}/root/srv
	echo hello >"$SUBHOST/db/root/srv/f"
	start_quietly db -- sleep 1000
	start_quietly app -- sleep 1000
	sub cast --as db /srv app
	sub caston --as app
	umount -l "$SUBHOST/app/live/srv"
	found "/srv of app is not mounted where it was put"
	[[ $(cat "$SUBHOST/app/live/srv/f") == hello ]]
}

@test "for programs" {
	busybox_sub web
	mkdir "$SUBHOST_SYSCMD/gone"
	run sub doctor --json
	[[ $status == 1 && $(jq -r '.[0].fix' <<<"$output") == "removes it" ]]
	rmdir "$SUBHOST_SYSCMD/gone"
	[[ $(sub doctor --json | jq length) == 0 ]]
}
