#!/usr/bin/env bats
# A guest fills the disk its root is on, in bytes and in names. Everything else
# goes on: status, enter, hibernate, start, stop, and those beside it.

load lib

setup() {
	places_new
	subhost_on ext4 24M
	busybox_sub web DNS=10.6.6.6
	busybox_sub db
}

full_of() { # SHELL-TEXT
	start_quietly web -- sh -c "$1; echo ready; exec sleep 1000" || return
	wait_until 60 grep -q ready "$BATS_TEST_TMPDIR/web.out" || return
	sub status web >/dev/null || return
	sub list || return
	sub enter web -- /bin/true </dev/null || return
	within 5 sub hibernate web || return
	run sub start web -- /bin/true # may want to write to its root
	echo "$status $output"
	[[ $status == 0 || ($status == 125 && $output == *"No space"*) ]] || return
	within 5 sub stop web || return
	run sub start db -- /bin/true
	echo "$status $output"
	[[ $status == 0 || ($status == 125 && $output == *"No space"*) ]] || return
	sub stop db
}

@test "bytes" {
	full_of 'dd if=/dev/zero of=/fill bs=64k 2>/dev/null'
	rm -f "$SUBHOST/web/root/fill"
	sub start web -- /bin/true
}

@test "names" {
	full_of 'mkdir /fill; cd /fill; i=0
		while mkdir $i 2>/dev/null; do i=$((i + 1)); done'
	rm -rf "$SUBHOST/web/root/fill"
	sub start web -- /bin/true
}

# The most a guest can put into what is the host's memory.
has_little_room() {
	local room all
	room=$(inside 'df -k /dev | tail -n 1' | awk '{ print $2 }')
	all=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)
	echo "$room of $all KiB" >&2
	[[ $room ]] || return
	if ((room <= all / 9)); then echo kept; else echo broken; fi
}

@test "a tenth of the memory is the most that fits into /dev" {
	needs_rule dev-has-a-size run/devices.c 's/{"size", "10%"},//' \
		has_little_room
}

@test "its tmpfs and /dev: what is full is its own" {
	set_config web PRIVATE_USERS=shared MEMORY_MAX=300M
	says_nothing 'for d in /run /dev /dev/shm; do
		dd if=/dev/zero of=$d/fill bs=1M count=100 2>/dev/null; rm -f $d/fill
		mkdir $d/x; i=0; while [ $i -lt 3000 ] && true >$d/x/$i; do
			i=$((i + 1)); done; done 2>/dev/null; true'
	sub start db -- sh -c 'echo x >/run/x && echo x >/dev/shm/x'
	sub stop db
}
