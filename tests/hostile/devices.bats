#!/usr/bin/env bats
# Guest root makes itself the host's devices: disks, /dev/mem, /dev/kmsg, in its
# root, on tmpfs, in /dev; or finds one that was planted in its root (an
# imported one, rsync). None can be opened, whatever was added to its powers.

load lib

# The numbers of a disk of the host's, of /dev/mem, kmsg, loop-control, console.
make_all='for d in / /run /dev /dev/shm /tmp; do for n in "b 7 0" "c 1 1" \
	"c 1 11" "c 10 237" "c 5 1" "b 253 0" "b 8 0" "c 4 0" "c 10 200"; do
		rm -f $d/evil; mknod $d/evil $n 2>/dev/null || continue
		{ true <$d/evil; } 2>/dev/null && echo "$d $n read"
		{ true >>$d/evil; } 2>/dev/null && echo "$d $n written"
		rm $d/evil
	done; done; true'

open_planted='for f in /planted*; do { true <$f; } 2>/dev/null && echo $f; done; true'

@test "made by the guest" {
	in_each_mode says_nothing "$make_all"
}

@test "made by a guest that was given CAP_MKNOD" {
	with "CAPS=+MKNOD"
	in_each_mode says_nothing "$make_all"
}

@test "one in /dev is kept from it by its cgroup" {
	set_config web PRIVATE_USERS=no "CAPS=+MKNOD"
	needs_rule device-filter host/limits.c \
		's/int r = l->survey->cgroup_fd >= 0 ? filter_unified(l, changed)/int r = l->survey->cgroup_fd >= 0 ? 0/' \
		gains_nothing "$make_all"
}

@test "planted in its root" {
	local n=0 numbers
	for numbers in "b 7 0" "c 1 1" "c 1 5" "c 10 237"; do
		# shellcheck disable=SC2086 # three words
		mknod -m 0666 "$SUBHOST/web/root/planted$((n++))" $numbers
	done
	in_each_mode says_nothing "$open_planted"
	needs_rule live-is-nodev root/root.c \
		's/mount_shape(fd, K_MOUNT_ATTR_NODEV, /mount_shape(fd, 0, /' \
		gains_nothing "$open_planted"
}

@test "what DEVICES gives is given as far as it says" {
	[[ -c /dev/net/tun || -c /dev/fuse ]] || skip "neither tun nor fuse here"
	local device=/dev/fuse
	[[ -c $device ]] || device=/dev/net/tun
	with "DEVICES=$device:r"
	in_each_mode says_nothing "[ -c $device ] || echo none
		{ true >>$device; } 2>/dev/null && echo written; true"
}
