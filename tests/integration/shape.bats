#!/usr/bin/env bats
# What a sub host is kept in: namespaces, users, mounts, /proc, /dev, /sys.

load lib

namespaces() {
	for kind in "$@"; do
		readlink "/proc/self/ns/$kind"
	done
}

# refused WORD…: start of web fails as ours, naming WORD
refused() {
	fails_with 125 "$1" sub start web -- true
}

@test "all namespaces differ from the host's" {
	local kind
	debian_sub web
	run inside 'for kind in cgroup ipc mnt net pid user uts; do
		readlink /proc/self/ns/$kind; done'
	[[ $status == 0 && ${#lines[@]} == 7 ]]
	for kind in cgroup ipc mnt net pid user uts; do
		[[ $output != *"$(readlink /proc/self/ns/$kind)"* ]]
	done
}

@test "the command is pid 1 (a shell, no REAPER)" {
	debian_sub web
	run inside 'echo $$'
	[[ $output == 1 ]]
}

@test "only processes of its own are seen" {
	debian_sub web
	run inside 'ls -d /proc/[0-9]* | wc -l'
	((output <= 4))
}

@test "only mounts of its own are seen" {
	debian_sub web
	run inside 'cat /proc/self/mountinfo'
	[[ $status == 0 ]]
	[[ $output != *"$SUBHOST_RUN"* && $output != *"$PLACES/subhost/web/live"* ]]
	[[ $output != *" /run/netns"* && $output != *subhost-check* ]]
	run inside 'cut -d" " -f5 /proc/self/mountinfo | sort -u'
	for at in / /proc /sys /dev /dev/pts /run; do
		grep -qx "$at" <<<"$output"
	done
}

@test "the root is a slave: what it mounts never reaches the host" {
	debian_sub web
	run inside 'grep -E " / / | - overlay " /proc/self/mountinfo | head -n 1'
	[[ $output == *master:* && $output != *shared:* ]]
	grep -E " $SUBHOST/web/live " /proc/self/mountinfo | grep -q shared:
}

@test "no way out of the root" {
	debian_sub web
	run inside 'ls /.. ; cd /proc/1/root/../..; pwd; ls /work /oldroot \
		/.oldroot 2>/dev/null; test -e /proc/1/root/etc/debian_version'
	[[ $status == 0 && $output != *subhost* ]]
}

@test "PRIVATE_USERS=shared: ids 0 to 65535 are 524288 and up" {
	debian_sub web
	run inside 'cat /proc/self/uid_map /proc/self/gid_map'
	[[ $(tr -s ' ' <<<"${lines[0]}") == " 0 524288 65536" ]]
	[[ $(tr -s ' ' <<<"${lines[1]}") == " 0 524288 65536" ]]
	start_quietly web -- sleep 1000
	[[ $(stat -c %u "/proc/$(init_pid web)") == 524288 ]]
}

@test "UID_BASE of vzdaemon.conf moves the range" {
	debian_sub web
	echo "UID_BASE = 1000000" >"$SUBHOST_ETC/vzdaemon.conf"
	this_is_before
	run inside 'cat /proc/self/uid_map; touch /mine'
	[[ $(tr -s ' ' <<<"${lines[0]}") == " 0 1000000 65536" ]]
	[[ $(stat -c %u "$SUBHOST/web/root/mine") == 0 ]]
}

@test "PRIVATE_USERS=isolated: a range of its own, remembered" {
	local first
	debian_sub web PRIVATE_USERS=isolated
	debian_sub db PRIVATE_USERS=isolated
	run inside 'cat /proc/self/uid_map; touch /mine'
	first=$output
	[[ $(awk '{ print $3; exit }' <<<"$first") == 65536 ]]
	[[ $(awk '{ print $2; exit }' <<<"$first") != 524288 ]]
	run sub start db -- cat /proc/self/uid_map
	[[ $output != "$first" ]]
	[[ $(stat -c %u "$SUBHOST/web/root/mine") == 0 ]]
	sub stop web
	run inside 'cat /proc/self/uid_map'
	[[ $output == "$first" ]]
}

@test "PRIVATE_USERS=no: no user namespace, and it says what that means" {
	debian_sub web PRIVATE_USERS=no
	run inside 'readlink /proc/self/ns/user'
	[[ $output == "$(readlink /proc/self/ns/user)" ]]
	run sub status web
	[[ $output == *"not a security boundary"* ]]
	run sub list
	[[ $output == *"not a security boundary"* ]]
	# Without CAP_SYS_ADMIN (21).
	run inside 'grep CapBnd /proc/self/status'
	((!((0x${output##*$'\t'} >> 21) & 1)))
}

@test "MOUNTS=no: no mounts, no user namespaces" {
	debian_sub web
	run inside 'cat /proc/sys/user/max_user_namespaces'
	[[ $output == 0 ]]
	run inside 'unshare -Ur true'
	[[ $status != 0 ]]
	run inside 'unshare -m true'
	[[ $status != 0 ]]
	run inside 'mount -t tmpfs none /mnt'
	[[ $status != 0 ]]
	run inside 'mount --bind /etc /mnt'
	[[ $status != 0 ]]
	run inside 'umount /proc || umount /run || umount -l /dev/pts'
	[[ $status != 0 ]]
	run inside 'mount -o remount,rw /sys || mount -o remount,rw /proc/sys'
	[[ $status != 0 ]]
}

@test "MOUNTS=no: the limit on user namespaces cannot be lifted" {
	debian_sub web
	run inside 'echo 10 >/proc/sys/user/max_user_namespaces'
	[[ $status != 0 ]]
}

@test "MOUNTS=yes: mounts and user namespaces work" {
	debian_sub web MOUNTS=yes
	run inside 'mount -t tmpfs none /mnt && touch /mnt/a && umount /mnt'
	[[ $status == 0 ]]
	run inside 'unshare -Urm sh -c "mount -t tmpfs none /mnt; id -u"'
	[[ $status == 0 && $output == 0 ]]
	run inside 'unshare -Urpf --mount-proc sh -c "echo \$\$"'
	[[ $status == 0 && $output == 1 ]]
	grep -q " $SUBHOST/web/live " /proc/self/mountinfo
	run ! grep -q " $SUBHOST/web/live/mnt " /proc/self/mountinfo
}

@test "MOUNTS=yes: a cgroup2 tree of its own" {
	debian_sub web MOUNTS=yes
	run inside 'stat -fc %T /sys/fs/cgroup; cat /proc/self/cgroup
		mkdir /sys/fs/cgroup/own && rmdir /sys/fs/cgroup/own'
	echo "$output"
	[[ $status == 0 && ${lines[0]} == cgroup2fs ]]
	[[ $output != *subhost* ]]
}

@test "MOUNTS=yes with PRIVATE_USERS=no is refused" {
	debian_sub web MOUNTS=yes PRIVATE_USERS=no
	refused PRIVATE_USERS
	assert_same_host
}

@test "a real init with MOUNTS=no gets a warning" {
	debian_sub web INIT=/sbin/init
	run --separate-stderr sub start web
	[[ $stderr == *MOUNTS=yes* ]]
}

@test "/dev is fresh and small" {
	debian_sub web
	run inside 'for n in null zero full random urandom tty; do
			test -c /dev/$n || echo missing $n; done
		for n in fd stdin stdout stderr ptmx shm; do
			test -e /dev/$n || echo missing $n; done
		test -b /dev/vda && echo disk; test -b /dev/sda && echo disk
		test -e /dev/loop0 && echo loop
		test -e /dev/kmsg && echo kmsg
		echo x >/dev/null && head -c 4 /dev/zero | wc -c'
	echo "$output"
	[[ $status == 0 && $output == 4 ]]
}

@test "/proc and /sys: what is the host's cannot be written" {
	debian_sub web
	run inside '(echo x >/proc/sysrq-trigger) 2>/dev/null && echo sysrq
		(echo 1 >/proc/sys/kernel/panic) 2>/dev/null && echo panic
		(echo x >/proc/sys/kernel/core_pattern) 2>/dev/null && echo core
		(echo 1 >/sys/kernel/mm/ksm/run) 2>/dev/null && echo sys
		mkdir /sys/fs/cgroup/x 2>/dev/null && echo cgroup
		echo end'
	echo "$output"
	[[ $output == end ]]
}

@test "its network: own, only lo until cables come" {
	debian_sub web
	run inside 'ls /sys/class/net'
	[[ $output == lo || $output == *lo* ]]
	[[ $(ip netns exec web ip -o link | wc -l) == 1 ]]
	# Guest root owns it; lo is up.
	run ip netns exec web ip -o link show lo
	[[ $output == *UP* ]]
}

@test "NETWORK=host: the host's network, no netns of its own" {
	debian_sub web NETWORK=host
	run inside 'readlink /proc/self/ns/net'
	[[ $output == "$(readlink /proc/self/ns/net)" ]]
	[[ ! -e /run/netns/web ]]
	sub stop web
	assert_same_host
}

@test "TMPFS is fresh at each wake, /run by default" {
	debian_sub web
	run inside 'stat -fc %T /run; touch /run/a; stat -c %u /run'
	[[ ${lines[0]} == tmpfs && ${lines[1]} == 0 ]]
	run inside 'ls -A /run'
	[[ -z $output ]]
	debian_sub db 'TMPFS="/run /var/cache"'
	run sub start db -- stat -fc %T /run /var/cache
	[[ ${lines[0]} == tmpfs && ${lines[1]} == tmpfs ]]
}

@test "what is on live is marked as ours" {
	debian_sub web
	sub start web -- true
	[[ $(findmnt -no SOURCE "$SUBHOST/web/live") == subhost:web* ]]
}

@test "no descriptor of the host is open inside" {
	debian_sub web
	run inside 'for fd in /proc/1/fd/*; do readlink $fd; done'
	[[ $output != *"$PLACES"* && $output != *pidfd* && $output != *"net:["* ]]
}

@test "limits of the caller do not come in: signals, umask, core" {
	debian_sub web
	run inside 'grep -E "^Sig(Blk|Ign)" /proc/self/status; umask; ulimit -c'
	[[ $(awk '/SigBlk/ { print $2 }' <<<"$output") == 0000000000000000 ]]
	[[ ${lines[2]} == 0022 && ${lines[3]} == 0 ]]
}
