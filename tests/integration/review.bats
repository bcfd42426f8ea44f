#!/usr/bin/env bats
# Attacks and accidents that reviews found; each failed once.

load lib

setup() {
	places_new
	busybox_sub web
}

# set_config NAME LINE…: the same base, and these lines.
set_config() {
	local name=$1
	shift
	printf "%s\n" "BASE=(\"$base\")" "$@" >"$SUBHOST/$name/config"
}

@test "no descriptor of the caller's reaches the guest, whatever its number" {
	mkdir "$PLACES/secret"
	this_is_before
	for n in 3 9 998 999 1000 1001 1002; do
		run bash -c "exec $n<'$PLACES/secret'; exec \"\$SUBHOST_BIN\" \
			start web -- ls /proc/self/fd/$n/.."
		[[ $output != *places* && $output != *subhost* ]]
	done
	run bash -c 'ulimit -n 64; "$SUBHOST_BIN" start web -- echo fine'
	[[ $status == 0 && $output == fine ]]
}

@test "a directory as standard input is refused" {
	run bash -c '"$SUBHOST_BIN" start web -- ls /proc/self/fd/0/.. </run'
	[[ $status == 125 && $output == *directory* ]]
}

@test "a terminal that is only written to cannot be read from inside" {
	run_tty expect=READY send='typed\n' expect=END -- \
		bash -c '"$SUBHOST_BIN" start web -- sh -c "echo READY;
			read -t 10 x <&2 && echo GOT-\$x; echo END" </dev/null'
	echo "$output"
	[[ $output != *GOT-typed* ]]
}

@test "an image whose root is a symlink to the host is refused" {
	mkdir "$PLACES/host" "$PLACES/tree" "$PLACES/tree/work"
	ln -s "$PLACES/host" "$PLACES/tree/root"
	mkdir -m 0700 "$SUBHOST/db"
	: >"$SUBHOST/db/config"
	truncate -s 16M "$SUBHOST/db/db.img"
	mkfs.ext4 -q -d "$PLACES/tree" "$SUBHOST/db/db.img"
	this_is_before
	run --separate-stderr sub start db -- /bin/true
	[[ $status == 125 && $stderr == *root* ]]
	[[ -z $(ls -A "$PLACES/host") ]]
}

@test "/ as base is hidden from, however it is spelt" {
	local own=$TREE/build/review.$$ base
	export HARMLESS=$own
	mkdir -p "$own/sub"
	ln -s / "$own/link"
	for base in // /. /./ "$own/link"; do
		SUBHOST=$own/sub
		rm -rf "$own/sub/host1"
		new_sub host1 "BASE=$base"
		run sub start host1 -- /bin/sh -c 'ls -A /root; test -s /etc/shadow'
		sub stop host1
		SUBHOST=$PLACES/subhost
		[[ $status == 1 && -z $output ]] || break
	done
	rm -rf --one-file-system "$own"
	echo "$base: $status $output"
	[[ $status == 1 && -z $output ]]
}

@test "cgroups that a guest makes do not keep it from being stopped" {
	set_config web "MOUNTS=yes"
	run sub start web -- sh -c 'cd /sys/fs/cgroup && mkdir x &&
		echo threaded >x/cgroup.type; d=.
		for i in $(seq 100); do d=$d/y; mkdir $d || break; done
		for i in $(seq 50); do mkdir z$i; done; true'
	is web hibernated
	sub stop web
}

@test "the caller's session keyring stays outside" {
	[[ $(uname -m) == x86_64 ]] || skip "its system calls go by number"
	debian_sub db SECCOMP=off # which refuses keyctl
	run python3 -c '
import ctypes, os, sys
c = ctypes.CDLL(None)
c.syscall(250, 1, b"check")  # keyctl, KEYCTL_JOIN_SESSION_KEYRING
c.syscall(248, b"user", b"subhost-secret", b"x", 1, -3)  # add_key
os.execv(sys.argv[1], [sys.argv[1], "start", "db", "--", "perl", "-e",
    "my ($t, $d) = (q(user), q(subhost-secret));"
    "print syscall(250, 10, -3, $t, $d, 0)"])
' "$SUBHOST_BIN"
	echo "$output"
	[[ $status == 0 && $output == -1 ]]
}

@test "what MOUNTS says now takes effect after a stop" {
	sub start web -- true
	set_config web "MOUNTS=yes"
	run --separate-stderr sub start web -- echo fine
	[[ $status == 0 && $output == fine && $stderr == *"after a stop"* ]]
	sub stop web
	run sub start web -- unshare -m true
	[[ $status == 0 ]]
}

@test "stop refuses while something foreign covers live, and forgets nothing" {
	sub start web -- true
	mount -t tmpfs foreign "$SUBHOST/web/live"
	fails_with 1 "not ours" sub stop web
	umount "$SUBHOST/web/live"
	is web hibernated
	sub stop web
}

@test "the caller's umask does not matter" {
	rmdir "$SUBHOST/web/root" "$SUBHOST/web/work"
	run bash -c 'umask 077; "$SUBHOST_BIN" start web -- ls -ld /'
	[[ $output == drwxr-xr-x* ]]
}

@test "PRIVATE_USERS=no: /proc/sys is read-only" {
	set_config web "PRIVATE_USERS=no"
	run sub start web -- sh -c ': >/proc/sys/kernel/core_pattern'
	[[ $status != 0 && $output == *ead-only* ]]
	run sub start web -- sh -c 'echo x >/proc/sysrq-trigger'
	[[ $status != 0 ]]
}

@test "a path with a newline is refused" {
	printf "TMPFS=('/run' \$'/a\\\\nb')\n" >"$SUBHOST/web/config"
	fails_with 125 "control" sub start web -- true
}

@test "a SUBHOST_RUN that is a dangling symlink is refused at once" {
	rm -rf "$SUBHOST_RUN"
	ln -s /nowhere/at/all "$SUBHOST_RUN"
	fails_with 125 "$SUBHOST_RUN" sub start web -- true
	rm "$SUBHOST_RUN"
}

@test "wakings that are killed do not pile up tmpfs mounts" {
	sub start web -- true
	for _ in 1 2 3; do
		strace -qq -o /dev/null -e inject=clone3:signal=SIGKILL:when=1 \
			"$SUBHOST_BIN" start web -- true </dev/null || true
	done
	sub start web -- true
	((!$(grep -c "$SUBHOST/web/live/run " /proc/self/mountinfo)))
	sub stop web
}
