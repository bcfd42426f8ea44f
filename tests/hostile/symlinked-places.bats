#!/usr/bin/env bats
# What config names inside, TMPFS, WORKDIR, INIT, and the files written for it,
# a guest makes symlinks to the host, or swaps while start looks (runc CVE-2021-
# 30465); and a config that names places outside gets them only inside.

load lib

setup() {
	places_new
	busybox_sub web
	mkdir -m 0755 "$PLACES/host"
	echo treasure >"$PLACES/host/file"
	this_is_before
	attacker race
	up=../../../../../../../../../../../..
}

untouched() {
	[[ $(ls -A "$PLACES/host") == file && $(<"$PLACES/host/file") == treasure ]] &&
		! grep " $PLACES/host" /proc/self/mountinfo
}

@test "symlinks to the host at the places of config" {
	local to line mode
	for to in "$PLACES/host" "/proc/1/root$PLACES/host" "$up$PLACES/host"; do
		mode=${MODES[n++ % 3]}
		for line in TMPFS=/data TMPFS=/data/sub WORKDIR=/data \
			DNS=10.6.6.6 HOSTNAME=evil INIT=/data/file; do
			ln -sfn "$to" "$SUBHOST/web/root/data"
			rm -rf "$SUBHOST/web/root/etc"
			ln -sfn "$to" "$SUBHOST/web/root/etc"
			set_config web "$mode" "$line"
			run timeout 10 "$SUBHOST_BIN" start web -- sh -c \
				'cat /data/file ./file /etc/file'
			echo "$to $mode $line: $status $output"
			[[ $status != 124 && $output != *treasure* ]]
			untouched
			sub stop web
		done
	done
}

goes_astray() { # LINK
	ln -sfn "$PLACES/host" "$SUBHOST/web/root/$1"
	start_quietly web -- sleep 1000 >&2 || return
	if untouched >&2; then echo kept; else echo broken; fi
}

@test "without our resolver they would be followed" {
	mkdir -p "$SUBHOST/web/root$PLACES/host"
	set_config web TMPFS=/data
	needs_rule in-root sys/beneath.c \
		"s/K_RESOLVE_IN_ROOT |/(path += *path == '\/', 0) |/" \
		goes_astray data
}

@test "paths that lead up and out" {
	local line
	for line in "TMPFS=/$up$PLACES/host" TMPFS=../x "WORKDIR=/$up$PLACES/host" \
		DEVICES=/dev/../etc/passwd DEVICES=/etc/passwd TMPFS=/proc \
		DEVICES=/dev/shm/../../etc "INIT=/$up$PLACES/host/file" \
		HOSTNAME=../evil BASE_HIDE=../../etc TMPFS=/; do
		set_config web "$line"
		run timeout 10 "$SUBHOST_BIN" start web </dev/null
		echo "$line: $status $output"
		[[ $status != 124 && $output != *treasure* ]]
		untouched
		sub stop web
	done
}

# What is mounted at the host's directory, while /data is now a symlink to it,
# now a directory?
@test "a place that is swapped while start looks" {
	local racer
	mkdir "$SUBHOST/web/root/data"
	ln -s "$PLACES/host" "$SUBHOST/web/root/other"
	set_config web TMPFS=/data
	sub start web -- true
	"$TREE/build/hostile/race" "$SUBHOST/web/live/data" \
		"$SUBHOST/web/live/other" 5 3>&- &
	racer=$!
	for _ in {1..40}; do
		sub start web -- true || true
		untouched || break
	done
	kill $racer || true
	wait $racer || true
	untouched
}
