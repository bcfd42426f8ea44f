#!/usr/bin/env bats
# What a guest left at /proc, /sys and /dev for the next start: symlinks (runc
# CVE-2025-31133, -52565, -52881), FIFOs, files, directories full of decoys. No
# file of the host's is mounted, opened or changed; nobody waits for a FIFO.

load lib
setup() {
	places_new
	busybox_sub web
	mkdir "$PLACES/host"
	echo host >"$PLACES/host/file"
	chmod 0600 "$PLACES/host/file"
	this_is_before
	before=$(stat -c '%a %U %s %Y %i' "$PLACES/host" "$PLACES/host/file")
}

host_untouched() {
	[[ $(stat -c '%a %U %s %Y %i' "$PLACES/host" "$PLACES/host/file") \
		== "$before" && $(<"$PLACES/host/file") == host ]]
	! grep "$PLACES/host" /proc/self/mountinfo
}

# at PATH FORM: what a guest can make of one of its own names
at() {
	local path=$SUBHOST/web/root/$1
	rm -rf "$path" && mkdir -p "${path%/*}"
	case $2 in
	link) ln -s "$PLACES/host" "$path" ;;
	up) ln -s "../../../../../../../../../..$PLACES/host" "$path" ;;
	file) echo decoy >"$path" ;;
	fifo) mkfifo "$path" ;;
	esac
}

@test "/proc, /sys, /dev are symlinks, FIFOs or files" {
	local mode name what
	for mode in "${MODES[@]}"; do
		set_config web "$mode"
		for what in {proc,sys,dev}" "{link,up,fifo,file}; do
			name=${what% *}
			at $what # two words
			run timeout 10 "$SUBHOST_BIN" start web -- true
			echo "$mode $what: $status $output"
			[[ $status == 125 && $output == *"$name"* ]]
			host_untouched
			rm -r "${SUBHOST:?}/web/root/$name"
		done
	done
}

@test "/proc, /sys, /dev are full of decoys" {
	local mode name
	for name in proc/sys/kernel/core_pattern proc/1/ns/user dev/null dev/fd \
		proc/self/fd dev/console dev/ptmx dev/pts/ptmx dev/pts/0 \
		dev/tty proc/kcore dev/shm sys/fs/cgroup proc/keys; do
		at $name link
	done
	for mode in "${MODES[@]}"; do
		set_config web "$mode"
		run timeout 20 "$SUBHOST_BIN" start web -- sh -c 'cd /dev
			for f in null tty; do [ -c $f ] || echo $f; done
			[ ! -e console ] && [ ! -L console ] || echo console
			for f in shm pts; do [ -L $f ] && echo $f; done
			[ -d /proc/1/ns ] && [ ! -L /sys/fs/cgroup ] || echo none
			grep -s host /dev/null /proc/kcore </dev/null'
		echo "$mode: $status $output"
		[[ $status != 0 && -z $output ]]
		host_untouched
		sub stop web
	done
}

@test "without the look at symlinks /dev would be theirs" {
	goes_astray() {
		local said=kept
		! sub start web -- grep -q ' /mnt ' /proc/self/mountinfo || said=broken
		echo $said
	}
	ln -s mnt "$SUBHOST/web/root/dev"
	needs_rule no-symlinks sys/beneath.c 's/if (!follow)/if (0)/' goes_astray
}
