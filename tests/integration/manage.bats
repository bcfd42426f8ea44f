#!/usr/bin/env bats
# create, destroy, clone, rename: all of it or nothing, whatever is given to
# them and wherever they are killed.

load lib
load daemon

setup() {
	places_new
	# What a test makes here is no leak.
	HARMLESS=$PLACES/scratch
	mkdir "$HARMLESS"
	this_is_before
}

teardown() {
	places_and_links_done
}

# With !, bats would not see it.
not() {
	! "$@"
}

# made NAME ARGUMENT…: create it, its output in $output.
made() {
	run sub create "$@"
	echo "$output"
	[[ $status == 0 && $output == *"$1 is made: $SUBHOST/$1"* ]]
}

# Nothing in $SUBHOST but NAME…, whatever was tried.
only() {
	local there
	there=$(cd "$SUBHOST" && find . -mindepth 1 -maxdepth 1 -printf '%f\n' | sort)
	echo "there: $there"
	[[ $there == "$(printf '%s\n' "$@" | sort)" ]]
}

# What a tree holds, a line each, in order.
tree() { # DIR
	(cd "$1" && find . -mindepth 1 \( -type d -printf '%M %U:%G %p\n' \) -o \
		\( -type c -printf '%M %U:%G %p\n' \) -o \
		-printf '%M %n %U:%G %s %TY-%Tm-%Td %p %l\n' | LC_ALL=C sort)
}

# A tree with one of each.
plant() { # DIR
	mkdir -p "$1/sub/deep"
	echo hello >"$1/a"
	ln "$1/a" "$1/sub/b"
	ln -s /etc/passwd "$1/link"
	mkfifo "$1/pipe"
	mknod "$1/null" c 1 3
	cp /bin/true "$1/setuid"
	truncate -s 10M "$1/hole"
	echo end >>"$1/hole"
	chown 1000:1001 "$1/a"
	chown -h 5:6 "$1/link"
	chmod 4755 "$1/setuid"
	chmod 1777 "$1/sub"
	attribute set "$1/a" user.colour blue
	attribute set "$1/setuid" security.capability \
		"$(printf '\\x01\\x00\\x00\\x02\\x00\\x20%s' \
			"$(printf '\\x00%.0s' {1..14})")"
	attribute set "$1/sub" trusted.overlay.opaque y
	touch -d 2001-02-03 "$1/a" "$1/sub"
	touch -h -d 2001-02-03 "$1/link"
}

# attribute set|get PATH NAME [VALUE]
attribute() {
	python3 -c '
import os, sys
what, path, name = sys.argv[1:4]
if what == "set":
    value = sys.argv[4].encode().decode("unicode_escape").encode("latin1")
    os.setxattr(path, name, value)
else:
    print(os.getxattr(path, name).hex())' "$@"
}

same_but_device() { # DIR DIR
	diff <(tree "$1" | grep -v ' ./null$') <(tree "$2")
}

# masters of verbs, and NAME has these of them
verbs() { # NAME VERB…
	masters
	sub allow "$@"
}

# killed N PREPARE CHECK ARGUMENT…: N times, kill subhost ARGUMENT… at another
# system call; PREPARE makes what it works on, CHECK says what must hold.
killed() {
	local n=$1 prepare=$2 check=$3 total i at name nth
	shift 3
	$prepare
	strace -qq -o "$BATS_TEST_TMPDIR/trace" "$SUBHOST_BIN" "$@" </dev/null \
		>/dev/null
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$BATS_TEST_TMPDIR/trace" \
		>"$BATS_TEST_TMPDIR/calls"
	total=$(wc -l <"$BATS_TEST_TMPDIR/calls")
	echo "$total system calls"
	# Those before it has read its options are of no interest.
	for ((i = 0; i < n; i++)); do
		$prepare || return
		at=$((total / 5 + i * (total - total / 5) / n + 1))
		name=$(sed -n "${at}p" "$BATS_TEST_TMPDIR/calls")
		nth=$(head -n $at "$BATS_TEST_TMPDIR/calls" | grep -cx "$name")
		timeout 20 strace -qq -o /dev/null -e "trace=$name" \
			-e "inject=$name:signal=SIGKILL:when=$nth" \
			"$SUBHOST_BIN" "$@" </dev/null >/dev/null 2>&1 || true
		$check || {
			echo "killed at call $at of $total, $name number $nth"
			return 1
		}
	done
}

# --- create -----------------------------------------------------------------

@test "create makes a directory that starts, with a config that says all" {
	base_busybox
	made web --base "$base" --bridge br7
	[[ $output == *"there is no bridge br7 yet"* ]]
	[[ $(stat -c %a "$SUBHOST/web") == 700 ]]
	[[ $(stat -c %a "$SUBHOST/web/root") == 755 ]]
	grep -qx "BASE=\"$base\"" "$SUBHOST/web/config"
	grep -qx 'BRIDGES="br7"' "$SUBHOST/web/config"
	grep -qx '#TMPFS="/run"' "$SUBHOST/web/config"
	sub config --check web
	# Each variable there is is named once.
	diff <(sub config web | awk '/^[A-Z]/ { print $1 }' | sort) \
		<(sed -nE 's/^#?([A-Z_0-9]+)=.*/\1/p' "$SUBHOST/web/config" | sort)
	sed -i 's/^BRIDGES/#&/' "$SUBHOST/web/config"
	run sub start web -- echo hello
	[[ $status == 0 && $output == hello ]]
}

@test "create without a source says that its root is empty; / can be a base" {
	made web
	[[ $output == *"its root is empty"* ]]
	made same --base /
	grep -qx 'BASE="/"' "$SUBHOST/same/config"
	[[ $output != *empty* ]]
}

@test "a base may have blanks and quotes in its name" {
	local odd=$HARMLESS/"a b\$c\`d\"e"
	mkdir "$odd"
	made web --base "$odd"
	sub config --check web
	[[ $(sub config web --json | jq -r '.. | strings' | grep -cF 'a b$c`d') -ge 1 ]]
}

@test "create makes the directory where sub hosts live, and takes it back" {
	rmdir "$SUBHOST"
	fails_with 1 "no such directory or tar" sub create web --from /nowhere
	[[ ! -e $SUBHOST ]]
	truncate -s 1M "$HARMLESS/zeros.tar"
	fails_with 1 "holds nothing" sub create web --from "$HARMLESS/zeros.tar"
	[[ ! -e $SUBHOST ]]
	made web
}

@test "from a directory: owners, modes, times, links, holes, attributes" {
	plant "$HARMLESS/src"
	made web --from "$HARMLESS/src"
	[[ $output == *"left out: 1 device"* ]]
	same_but_device "$HARMLESS/src" "$SUBHOST/web/root"
	[[ $(stat -c %i "$SUBHOST/web/root/a") == $(stat -c %i "$SUBHOST/web/root/sub/b") ]]
	(($(stat -c %b "$SUBHOST/web/root/hole") < 100))
	cmp "$HARMLESS/src/hole" "$SUBHOST/web/root/hole"
	[[ $(attribute get "$SUBHOST/web/root/a" user.colour) == 626c7565 ]]
	attribute get "$SUBHOST/web/root/setuid" security.capability
	# It would make this an overlay's, which it is not.
	run attribute get "$SUBHOST/web/root/sub" trusted.overlay.opaque
	[[ $status != 0 ]]
}

@test "from a directory: what is mounted in it is left out, and so are sub hosts" {
	mkdir -p "$HARMLESS/src/data" "$HARMLESS/src/subs"
	mount -t tmpfs inner "$HARMLESS/src/data"
	echo secret >"$HARMLESS/src/data/file"
	SUBHOST=$HARMLESS/src/subs made web --from "$HARMLESS/src"
	[[ $output == *"left out: 1 mounted filesystem"* ]]
	umount "$HARMLESS/src/data"
	[[ $(ls "$HARMLESS/src/subs/web/root") == data ]]
	[[ -z $(ls "$HARMLESS/src/subs/web/root/data") ]]
	fails_with 1 "is where sub hosts live" \
		env SUBHOST="$HARMLESS/src/subs" "$SUBHOST_BIN" create db \
		--from "$HARMLESS/src/subs"
	rm -r "$HARMLESS/src"
}

@test "from a tar of any compression" {
	local kind
	plant "$HARMLESS/src"
	tar --xattrs --xattrs-include='*' -C "$HARMLESS/src" -cf "$HARMLESS/t.tar" .
	gzip -k "$HARMLESS/t.tar"
	xz -k "$HARMLESS/t.tar"
	bzip2 -k "$HARMLESS/t.tar"
	not command -v zstd || zstd -q "$HARMLESS/t.tar"
	for kind in "$HARMLESS"/t.tar*; do
		made web --from "$kind"
		[[ $output == *"left out: 1 device"* ]]
		[[ $output == *"left out: 1 extended attribute"* ]]
		same_but_device "$HARMLESS/src" "$SUBHOST/web/root"
		attribute get "$SUBHOST/web/root/setuid" security.capability
		[[ $(attribute get "$SUBHOST/web/root/a" user.colour) == 626c7565 ]]
		sub destroy web --yes
	done
	only
}

# hostile NAME ENTRY…: a tar with these, TYPE:PATH[:TARGET] each.
hostile() {
	python3 - "$@" <<-'END'
		import io, sys, tarfile
		kinds = {"file": tarfile.REGTYPE, "dir": tarfile.DIRTYPE,
		         "sym": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}
		with tarfile.open(sys.argv[1], "w") as tar:
		    for word in sys.argv[2:]:
		        kind, path, *target = word.split(":")
		        entry = tarfile.TarInfo(path)
		        entry.type, entry.linkname = kinds[kind], "".join(target)
		        entry.mode = 0o755
		        data = b"evil" if kind == "file" else b""
		        entry.size = len(data)
		        tar.addfile(entry, io.BytesIO(data))
	END
}

# leads_out ENTRY…: refused, nothing is written anywhere, nothing is left.
leads_out() {
	hostile "$HARMLESS/h.tar" "$@"
	fails_with 1 "cannot unpack" sub create web --from "$HARMLESS/h.tar" || return
	[[ $(<"$HARMLESS/victim") == original ]] || return
	[[ ! -e $HARMLESS/evil && ! -e $SUBHOST/evil && ! -e /evil ]] ||
		return
	only
}

@test "a tar that leads out of the root is refused, and nothing is left" {
	local dir=$HARMLESS
	echo original >"$dir/victim"
	leads_out "file:$dir/evil"
	leads_out "file:../evil"
	leads_out "dir:a" "file:a/../../evil"
	leads_out "sym:s:$dir" "file:s/evil"
	leads_out "sym:s:.." "file:s/evil"
	leads_out "dir:d" "sym:d/s:../../.." "file:d/s/evil"
	leads_out "dir:d" "sym:d:$dir" "file:d/evil"
	leads_out "hard:h:$dir/victim" "file:h"
	leads_out "hard:h:../../../scratch/victim"
	leads_out "sym:s:$dir" "hard:h:s/victim"
	# One that is written over is the tar's own affair.
	hostile "$HARMLESS/h.tar" "sym:f:$dir/victim" "file:f"
	made web --from "$HARMLESS/h.tar"
	[[ $(<"$dir/victim") == original && $(<"$SUBHOST/web/root/f") == evil ]]
}

@test "what is no tar, or is cut short, leaves nothing" {
	local size
	fails_with 1 "no tar archive" sub create web --from /etc/passwd
	mkfifo "$HARMLESS/pipe"
	fails_with 1 "neither a directory nor a file" sub create web --from "$HARMLESS/pipe"
	plant "$HARMLESS/src"
	head -c 300000 /dev/urandom >"$HARMLESS/src/noise"
	tar -C "$HARMLESS/src" -czf "$HARMLESS/t.tgz" .
	size=$(stat -c %s "$HARMLESS/t.tgz")
	truncate -s $((size / 2)) "$HARMLESS/t.tgz"
	fails_with 1 "truncated" sub create web --from "$HARMLESS/t.tgz"
	only
}

# image_of FILESYSTEM SIZE
image_of() {
	need_fs "$1"
	base_busybox
	made web --image "$2:$1" --from "$base"
	[[ $(stat -c %s "$SUBHOST/web/web.img") == $(numfmt --from=iec "$2") ]]
	# All of it is set aside.
	(($(stat -c %b "$SUBHOST/web/web.img") * 512 >= $(numfmt --from=iec "$2") * 9 / 10))
	run sub start web -- sh -c 'echo here >/file; cat /file'
	[[ $status == 0 && $output == here ]]
	[[ ! -e $SUBHOST/web/root ]]
	sub stop web
	assert_same_host
	sub clone web two
	run sub start two -- cat /file
	echo "$output"
	[[ $status == 0 && $output == here ]]
	sub start web -- true # both at once
	sub stop web two
	assert_same_host
}

@test "an image of ext4, cloned" {
	image_of ext4 64M
}

@test "an image of xfs, cloned" {
	image_of xfs 300M
}

@test "an image of btrfs, cloned" {
	image_of btrfs 128M
}

@test "wrong words are told before anything is made" {
	fails_with 2 "usage: subhost create" sub create
	fails_with 2 "usage: subhost create" sub create a b
	fails_with 2 "no option --form" sub create a --form b
	fails_with 2 "--from needs a value" sub create a --from
	fails_with 1 "is no name of a sub host" sub create 'a b'
	fails_with 1 "reserved" sub create host
	fails_with 1 "starts with a letter" sub create .web
	fails_with 1 "starts with a letter" sub create ../web
	fails_with 1 '--base is "/nowhere"' sub create a --base /nowhere
	fails_with 1 "neither a directory nor a file" sub create a --base /dev/null
	fails_with 1 "at most 15 bytes" sub create a --bridge much-too-long-a-bridge
	fails_with 1 "MAC" sub create a --bridge br0=02
	fails_with 1 "has that MAC already" sub create a \
		--bridge br0=02:00:00:00:00:01 --bridge br1=02:00:00:00:00:01
	fails_with 1 "a size is needed" sub create a --image 4
	fails_with 1 "a size is needed" sub create a --image 4X
	fails_with 1 "a size is needed" sub create a --image :ext4
	fails_with 1 "one of ext4, xfs, btrfs" sub create a --image 4G:ntfs
	fails_with 1 "too small; xfs needs 300 MiB" sub create a --image 10M:xfs
	fails_with 1 "free, and the image wants 900.0 TiB" sub create a --image 900T
	fails_with 1 "a suite is needed" sub create a --from debootstrap:
	fails_with 1 "a suite begins with" sub create a --from debootstrap:--help
	fails_with 1 "a mirror begins with" sub create a --from debootstrap:sid:x
	only
	made web
	fails_with 1 "there is a sub host web already" sub create web
	mkdir "$SUBHOST/other"
	fails_with 1 "no config" sub create other
	# One may begin as the other does.
	made we
	made web2
	only other we web web2
}

@test "a full disk leaves nothing" {
	mkdir "$HARMLESS/src"
	head -c 8M /dev/urandom >"$HARMLESS/src/large"
	tar -C "$HARMLESS/src" -cf "$HARMLESS/t.tar" .
	mount -t tmpfs -o size=4m small "$SUBHOST"
	this_is_before
	fails_with 1 "$SUBHOST/web/root/large: No space left" \
		sub create web --from "$HARMLESS/src"
	only
	fails_with 1 "No space left" sub create web --from "$HARMLESS/t.tar"
	only
	fails_with 1 "free, and the image wants 8.0 MiB" sub create web --image 8M
	made web
	fails_with 1 "there is a sub host web" sub create web --image 1G:nonsense ||
		grep -q "one of ext4" <<<"$stderr"
}

@test "an image too small for what it shall hold leaves nothing" {
	mkdir "$HARMLESS/src"
	head -c 20M /dev/urandom >"$HARMLESS/src/large"
	fails_with 1 "No space left" sub create web --image 16M --from "$HARMLESS/src"
	only
	assert_same_host
}

# A tree that takes a while.
much() {
	local i
	mkdir "$HARMLESS/much"
	for i in {1..3000}; do
		echo "$i" >"$HARMLESS/much/$i"
	done
	tar -C "$HARMLESS/much" -cf "$HARMLESS/much.tar" .
}

making() {
	[[ -n $(ls "$SUBHOST/.web.creating/root" 2>/dev/null) ]]
}

@test "SIGTERM in the middle: nothing is left, and it says so" {
	local from
	need_program strace
	much
	for from in "$HARMLESS/much" "$HARMLESS/much.tar"; do
		slowly create web --from "$from"
		wait_until 20 making
		kill -TERM "$(maker)"
		not wait "$slow"
		grep -q "web: interrupted; what was made is removed" \
			"$BATS_TEST_TMPDIR/stderr"
		only
	done
}

@test "Ctrl-C in the middle: the same, and the line of progress is gone" {
	need_program strace
	much
	run_tty expect='[2-9] files' send='\x03' -- strace -f -qq -o /dev/null \
		-e trace=openat,openat2 -e inject=openat,openat2:delay_enter=1000 \
		"$SUBHOST_BIN" create web --from "$HARMLESS/much"
	echo "$output"
	[[ $output == *$'\e[K'"subhost: web: interrupted; what was made is removed"* ]]
	only
}

# slowly ARGUMENT…: with time to look at it at work; the tracer's pid in $slow.
slowly() {
	strace -f -qq -o /dev/null -e trace=openat,openat2 \
		-e inject=openat,openat2:delay_enter=1000 \
		"$SUBHOST_BIN" "$@" </dev/null >/dev/null \
		2>"$BATS_TEST_TMPDIR/stderr" 3>&- &
	slow=$!
}

maker() {
	pgrep -P "$slow" | head -n 1
}

@test "SIGKILL in the middle leaves what the next create or destroy removes" {
	need_program strace
	much
	slowly create web --from "$HARMLESS/much.tar"
	wait_until 20 making
	kill -KILL "$(maker)"
	not wait "$slow"
	only .web.creating
	[[ $(sub list | wc -l) == 1 ]]
	made db
	[[ $output == *"removed $SUBHOST/.web.creating, which a killed command left"* ]]
	only db
	slowly create web --from "$HARMLESS/much"
	wait_until 20 making
	kill -KILL "$(maker)"
	not wait "$slow"
	run sub destroy web --yes
	echo "$output"
	[[ $status == 0 && $output == *"removed $SUBHOST/.web.creating"* ]]
	only db
}

@test "two at once: one makes it, the other says by whom it is made" {
	need_program strace
	much
	slowly create web --from "$HARMLESS/much"
	wait_until 20 making
	fails_with 1 "is held by pid" sub create web
	made db
	wait "$slow"
	only db web
}

# fake NAME: a program of that name, which tells what it was called with.
fake() {
	mountpoint -q /usr/local/sbin ||
		mount -t tmpfs fakes /usr/local/sbin
	cat >"/usr/local/sbin/$1"
	chmod 0755 "/usr/local/sbin/$1"
}

@test "a suite by mmdebstrap, else by debootstrap, else it says what to install" {
	fake mmdebstrap <<-'END'
		#!/bin/bash
		echo "$@" >/tmp/called
		[[ ${*: -1} != - ]] || cat >>/tmp/called
		for dir; do [[ ! -d $dir ]] || break; done
		mkdir "$dir/etc"
		echo host >"$dir/etc/hostname"
		mountpoint -q "${dir%/root}" && echo mounted >>/tmp/called
		mount -t tmpfs leaked "$dir/etc" # nothing of it comes to the host
		umount "$dir/etc"
		mount -t tmpfs leaked "$dir/etc"
	END
	fake apt-get <<-'END'
		#!/bin/bash
		echo "Other|bookworm|http://other/|main"
		echo "Debian|bookworm|http://mirror/debian/|main"
		echo "Debian|bookworm|http://mirror/debian/|contrib"
		echo "Debian|bookworm-security|http://mirror/security/|main"
	END
	made web --from debootstrap:bookworm
	[[ -d $SUBHOST/web/root/etc && ! -e $SUBHOST/web/root/etc/hostname ]]
	cat /tmp/called
	grep -q -- "--variant=minbase .*bookworm $SUBHOST/.web.creating/root -$" /tmp/called
	[[ $(tail -n 3 /tmp/called) == "deb http://mirror/debian/ bookworm main
deb http://mirror/debian/ bookworm contrib
deb http://mirror/security/ bookworm-security main" ]]
	made two --from debootstrap:sid
	[[ $(tail -n 1 /tmp/called) == "deb http://mirror/debian/ sid main" ]]
	made three --image 16M --from debootstrap:sid:https://example.org/debian
	grep -q "sid $SUBHOST/.three.creating/mnt/root https://example.org/debian$" /tmp/called
	grep -qx mounted /tmp/called
	fake mmdebstrap <<-'END'
		#!/bin/bash
		echo "I: working" >&2
		echo "E: the mirror is on fire" >&2
		echo "I: cleaning up" >&2
		exit 25
	END
	fails_with 1 "mmdebstrap failed with status 25: the mirror is on fire" \
		sub create four --from debootstrap:sid
	only web two three
	rm /usr/local/sbin/mmdebstrap
	if ! command -v mmdebstrap; then
		fake debootstrap <<-'END'
			#!/bin/bash
			echo "$@" >/tmp/called
		END
		made five --from debootstrap:sid
		grep -qx -- "--variant=minbase sid $SUBHOST/.five.creating/root http://mirror/debian/" /tmp/called
	fi
	umount /usr/local/sbin
	rm /tmp/called
}

@test "where there is no such program, it says what to install" {
	local program hidden=()
	for program in /usr/{,local/}{s,}bin/{mmdebstrap,debootstrap}; do
		[[ -e $program ]] || continue
		mount --bind /etc/passwd "$program"
		hidden+=("$program")
	done
	fails_with 1 "apt-get install mmdebstrap" sub create web --from debootstrap:sid
	[[ -z ${hidden[*]} ]] || umount "${hidden[@]}"
}

@test "progress is one line on a terminal, and nothing elsewhere" {
	much
	run_tty -- "$SUBHOST_BIN" create web --from "$HARMLESS/much"
	[[ $status == 0 && $output == *"create web: 1 file, 0 B"*"web is made"* ]]
	run_tty -- "$SUBHOST_BIN" -q create db --from "$HARMLESS/much"
	[[ $status == 0 && -z $output ]]
	run sub create app --from "$HARMLESS/much"
	[[ $output == "app is made: $SUBHOST/app" ]]
}

# --- destroy ----------------------------------------------------------------

@test "destroy asks on a terminal, and wants --yes elsewhere" {
	busybox_sub web
	fails_with 1 "--yes says that it is meant" sub destroy web
	run_tty expect='Go on' send='n\n' -- "$SUBHOST_BIN" destroy web
	echo "$output"
	[[ $status == 1 && $output == *"web is stopped"*"stays as it is"* ]]
	run_tty expect='Go on' send='\n' -- "$SUBHOST_BIN" destroy web
	[[ $status == 1 ]]
	only web
	run_tty expect='Go on' send='y\n' -- "$SUBHOST_BIN" destroy web
	[[ $status == 0 ]]
	only
}

@test "destroy takes all that goes by its name, and nothing of others" {
	masters
	busybox_sub web
	busybox_sub we
	busybox_sub app
	printf '%s\n' "web 700000" "we 800000" >"$SUBHOST_STATE/ranges"
	mkdir -p "$SUBHOST"/{web,we,app}/root/srv "$SUBHOST/app/root/one" \
		"$SUBHOST/app/root/two"
	start_quietly web -- sleep 1000
	start_quietly we -- sleep 1000
	start_quietly app -- sleep 1000
	sub cast --as web /srv app:/one
	sub cast --as we /srv app:/two
	sub cast --as app /srv web
	sub publish --as web /srv
	sub caston --as app web:/srv
	sub caston --as app we:/two
	sub castblock --as app web:/x
	mkdir "$SUBHOST_STATE"/{log,exits}
	touch "$SUBHOST_STATE"/{log,exits}/{web,we}
	run sub destroy web --yes
	echo "$output"
	[[ $status == 0 && -z $output ]]
	only we app
	cat "$SUBHOST_ETC/casts.ini"
	not grep -qw web "$SUBHOST_ETC/casts.ini"
	grep -qw we "$SUBHOST_ETC/casts.ini"
	not grep -q '^web ' "$SUBHOST_STATE/ranges"
	grep -q '^we ' "$SUBHOST_STATE/ranges"
	[[ ! -e $SUBHOST_SYSCMD/web && -e $SUBHOST_SYSCMD/we ]]
	[[ -e $SUBHOST_STATE/log/we && -e $SUBHOST_STATE/exits/we ]]
	[[ ! -e $SUBHOST_STATE/log/web && ! -e $SUBHOST_STATE/exits/web ]]
	# What app had of it has gone, its tombstone too.
	run sub enter app -- sh -c 'grep -c " /one " /proc/self/mountinfo; touch /one/x' </dev/null
	echo "$output"
	[[ $status == 0 && $output == 0 ]]
	run sub enter app -- grep -c " /two " /proc/self/mountinfo </dev/null
	[[ $output == 1 ]]
}

@test "destroy refuses while something is mounted below, and follows no symlink" {
	busybox_sub web
	mkdir -p "$SUBHOST/web/root/srv/data" "$HARMLESS/other"
	echo kept >"$HARMLESS/other/file"
	ln -s "$HARMLESS/other" "$SUBHOST/web/root/way-out"
	mount --bind "$HARMLESS/other" "$SUBHOST/web/root/srv/data"
	fails_with 1 "mounted on $SUBHOST/web/root/srv/data; unmount it" \
		sub destroy web --yes
	[[ -e $SUBHOST/web/config ]]
	umount "$SUBHOST/web/root/srv/data"
	mount -t tmpfs own "$SUBHOST/web"
	fails_with 1 "has no config" sub destroy web --yes
	umount "$SUBHOST/web"
	sub destroy web --yes
	[[ $(<"$HARMLESS/other/file") == kept ]]
	only
}

@test "destroy of what is deeper than any path, and of names of any kind" {
	busybox_sub web
	(
		cd "$SUBHOST/web/root"
		python3 -c '
import os
for i in range(5000):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
open("leaf", "w")'
		mkdir .deep-0 .deep-1
		touch .deep-1/x .deep-2 $'new\nline' -- -rf
	)
	sub destroy web --yes
	only
}

@test "destroy of a name that is not there, or of no sub host" {
	mkdir "$SUBHOST/other"
	touch "$SUBHOST/file"
	busybox_sub web
	fails_with 1 "did you mean web?" sub destroy wbe --yes
	fails_with 1 "is no name of a sub host" sub destroy ../web --yes
	fails_with 1 "has no config" sub destroy other --yes
	fails_with 1 "is not a directory" sub destroy file --yes
	fails_with 2 "usage: subhost destroy" sub destroy --yes
	[[ -d $SUBHOST/other && -e $SUBHOST/web/config ]]
	rmdir "$SUBHOST/other"
	rm "$SUBHOST/file"
}

@test "destroy that is killed can be run again, or is finished by the next" {
	need_program strace
	masters
	victim() {
		[[ -e $SUBHOST/web/config ]] || busybox_sub web PRIVATE_USERS=isolated
		sub start web -- true
		mkdir -p "$SUBHOST/web/root/a/b"
		touch "$SUBHOST"/web/root/a/{1,2,3}
		sub cast --as web /srv db
	}
	recovered() {
		[[ ! -e $SUBHOST/web ]] || sub destroy web --yes || return
		sub destroy web --yes 2>/dev/null || true # sweeps
		sub stop db
		only db || return
		not grep -qw web "$SUBHOST_ETC/casts.ini" || return
		not grep -q '^web ' "$SUBHOST_STATE/ranges" || return
		[[ ! -e $SUBHOST_SYSCMD/web ]]
	}
	busybox_sub db
	killed 25 victim recovered destroy web --yes
}

# --- clone ------------------------------------------------------------------

@test "clone copies all but what is its own, and not while it runs" {
	base_busybox
	busybox_sub web PRIVATE_USERS=isolated 'BRIDGES="=02:00:00:00:00:07"' \
		'ETH0_ADDRESS=10.9.8.7/24'
	masters
	plant "$SUBHOST/web/root/tree"
	chown -R 0:0 "$SUBHOST/web/root/tree/sub"
	mkdir -p "$SUBHOST/web/root/etc"
	echo 0123456789abcdef >"$SUBHOST/web/root/etc/machine-id"
	start_quietly web -- sleep 1000
	sub enter web -- rm /bin/vi </dev/null
	sub deny web cast
	sub publish --as web /tree
	fails_with 1 "web is running" sub clone web two
	only web
	sub hibernate web
	run sub clone web two
	echo "$output"
	[[ $status == 0 && $output == *"two is made: $SUBHOST/two, like web"* ]]
	[[ $output == *"gives eth0 the MAC 02:00:00:00:00:07 in both"* ]]
	[[ $output == *"ETH0_ADDRESS is the same in both"* ]]
	[[ $output == *"same /etc/machine-id"* ]]
	only web two
	cmp "$SUBHOST"/{web,two}/config
	diff <(tree "$SUBHOST/web/root") <(tree "$SUBHOST/two/root")
	[[ -c $SUBHOST/two/root/bin/vi ]] # a whiteout
	[[ $(stat -c %a "$SUBHOST/two") == 700 ]]
	[[ ! -e $SUBHOST_SYSCMD/two/cast && -e $SUBHOST_SYSCMD/two/caston ]]
	not grep -qw two "$SUBHOST_ETC/casts.ini"
	sub stop web
	run sub start two -- sh -c 'test -e /bin/vi || cat /tree/a'
	[[ $status == 0 && $output == hello ]]
	[[ $(awk '$1 == "web" { print $2 }' "$SUBHOST_STATE/ranges") != \
		"$(awk '$1 == "two" { print $2 }' "$SUBHOST_STATE/ranges")" ]]
}

@test "clone of wrong names, of one with a mount, onto one that is there" {
	busybox_sub web
	busybox_sub two
	fails_with 1 "did you mean web?" sub clone wbe three
	fails_with 1 "there is a sub host two already" sub clone web two
	fails_with 1 "there is a sub host web already" sub clone web web
	fails_with 1 "is no name" sub clone web 'a/b'
	fails_with 2 "usage" sub clone web
	mount -t tmpfs data "$SUBHOST/web/root"
	fails_with 1 "mounted on $SUBHOST/web/root" sub clone web three
	umount "$SUBHOST/web/root"
	make_image "$SUBHOST/web/web.img" 16M ext4 root work
	sub start web -- true
	fails_with 1 "its image is mounted; stop it" sub clone web three
	only web two
}

@test "clone onto a full disk leaves nothing of it" {
	mount -t tmpfs -o size=12m small "$SUBHOST"
	this_is_before
	new_sub web
	head -c 8M /dev/urandom >"$SUBHOST/web/root/large"
	fails_with 1 "$SUBHOST/two/root/large: No space left" sub clone web two
	only web
}

# --- rename -----------------------------------------------------------------

mac_of() { # NAME
	cable "$1" 0 .mac
}

@test "rename: casts, MACs, ids, verbs, image and log follow" {
	local mac
	masters
	busybox_sub web 'BRIDGES="= =02:00:00:00:00:09" # two'
	printf '%s\n' "web 700000" "web2 800000" >"$SUBHOST_STATE/ranges"
	make_image "$SUBHOST/web/web.img" 16M ext4 root root/srv work
	busybox_sub app
	busybox_sub web2
	mkdir -p "$SUBHOST"/{app,web2}/root/srv
	start_quietly web -- sleep 1000
	start_quietly app -- sleep 1000
	sub cast --as web /srv app
	sub caston --as app web:/srv
	sub publish --as web /srv
	sub cast --as app /srv web
	sub castblock --as web app:/x
	sub cast --as web2 /srv app:/two
	sub deny web cast
	mac=$(mac_of web)
	mkdir "$SUBHOST_STATE"/{log,exits}
	echo lines >"$SUBHOST_STATE/log/web"
	echo lines >"$SUBHOST_STATE/log/web~1"
	sed -i 's/^\[web\]/# about web\n&\n# inside/' "$SUBHOST_ETC/casts.ini"
	fails_with 1 "web is running, and its mounts" sub rename web www
	sub stop web
	run sub rename web www
	echo "$output"
	[[ $status == 0 && $output == *"web is www now" ]]
	[[ $output == *"its cables keep their MACs: BRIDGES==$mac =02:00:00:00:00:09"* ]]
	only www app web2
	[[ $(ls "$SUBHOST/www") == "$(printf '%s\n' config live mnt root work www.img | sort)" ]]
	[[ -z $(find "$SUBHOST/www" -maxdepth 1 -name '.ren*') ]]
	grep -q '# two$' "$SUBHOST/www/config"
	cat "$SUBHOST_ETC/casts.ini"
	not grep -qE '^[^#]*\<web\>' "$SUBHOST_ETC/casts.ini"
	grep -qx '# inside' "$SUBHOST_ETC/casts.ini"
	grep -qw web2 "$SUBHOST_ETC/casts.ini"
	sub casts check
	[[ $(<"$SUBHOST_STATE/ranges") == "www 700000
web2 800000" ]]
	[[ ! -e $SUBHOST_SYSCMD/web && ! -e $SUBHOST_SYSCMD/www/cast ]]
	[[ -e $SUBHOST_SYSCMD/www/caston ]]
	[[ -e $SUBHOST_STATE/log/www && -e $SUBHOST_STATE/log/www~1 ]]
	start_quietly www -- sleep 1000
	[[ $(mac_of www) == "$mac" ]]
	[[ $(sub showcast --as app) == *"www:/srv"* ]]
	run sub enter app -- grep -c " /srv " /proc/self/mountinfo </dev/null
	[[ $output == 1 ]]
}

@test "rename where config cannot be edited says what becomes of the MACs" {
	busybox_sub web 'BRIDGES=(= =)'
	run sub rename web www
	echo "$output"
	[[ $status == 0 && $output == *"change with its name"*"to keep them: BRIDGES==0"* ||
		$output == *"to keep them: BRIDGES="* ]]
	only www
	busybox_sub app
	run sub rename app db
	[[ $status == 0 && $output == "app is db now" ]]
}

@test "whose AFTER names one that is renamed, or gone, is told" {
	busybox_sub web
	busybox_sub app "AFTER='other web'"
	busybox_sub db 'AFTER="cast:web:/srv"'
	busybox_sub web2 'AFTER="other" # web'
	run sub rename web www
	echo "$output"
	[[ $output == *"AFTER of app names web: change it to www"* ]]
	[[ $output == *"AFTER of db names web: change it to www"* ]]
	[[ $output != *"AFTER of web2"* ]]
	sed -i 's/web/www/' "$SUBHOST/app/config"
	run sub destroy www --yes
	[[ $output == *"AFTER of app names www, which is gone"* ]]
	[[ $output != *"AFTER of db"* ]]
}

@test "rename to a name that is taken, wrong, or granted something already" {
	busybox_sub web
	busybox_sub web2
	fails_with 1 "there is a sub host web2 already" sub rename web web2
	fails_with 1 "there is a sub host web already" sub rename web web
	fails_with 1 "reserved" sub rename web All
	fails_with 1 "did you mean web?" sub rename wbe www
	fails_with 2 "usage" sub rename web
	printf '[web2]\n/srv = www:/srv\n' >"$SUBHOST_ETC/casts.ini"
	fails_with 1 "names www already" sub rename web www
	printf '[web\n' >"$SUBHOST_ETC/casts.ini"
	fails_with 1 "casts.ini:1: a section's line ends" sub rename web www
	printf '[other\n' >"$SUBHOST_ETC/casts.ini"
	sub rename web www # it says nothing of web
	mount -t tmpfs data "$SUBHOST/www/root"
	fails_with 1 "mounted on" sub rename www web
	umount "$SUBHOST/www/root"
	only www web2
	run sub create app
	[[ $output != *"names app"* ]]
}

@test "rename that casts.ini cannot follow is taken back" {
	masters
	busybox_sub web 'BRIDGES="="'
	make_image "$SUBHOST/web/web.img" 16M ext4 root work
	busybox_sub db
	sub cast --as web /srv db
	# A full disk below SUBHOST_ETC.
	cp -a "$SUBHOST_ETC" "$HARMLESS/saved"
	mount -t tmpfs -o size=4k,nr_inodes=4 small "$SUBHOST_ETC"
	cp -a "$HARMLESS/saved/casts.ini" "$SUBHOST_ETC/"
	fails_with 1 "cannot write $SUBHOST_ETC/casts.ini" sub rename web www
	umount "$SUBHOST_ETC"
	only web db
	[[ $(ls -A "$SUBHOST/web") != *ren* && ! -e $SUBHOST/web/www.img ]]
	sub rename web www
	only www db
}

@test "rename that is killed anywhere is finished or undone by the next" {
	need_program strace
	masters
	busybox_sub db
	named_web() {
		[[ ! -e $SUBHOST/www ]] || sub rename www web >/dev/null || return
		[[ -e $SUBHOST/web ]] || {
			busybox_sub web PRIVATE_USERS=isolated 'BRIDGES="="'
			: >"$SUBHOST/web/web.img"
			sub allow web cast
			sub cast --as web /srv db
			echo "web 700000" >"$SUBHOST_STATE/ranges"
		}
	}
	recovered() {
		# There is one of both, whole, and the next one makes it www.
		[[ -e $SUBHOST/web/web.img || -e $SUBHOST/www/www.img ]] || return
		if [[ -e $SUBHOST/web || -e $SUBHOST/www/.renaming ]]; then
			sub rename web www >/dev/null || return
		fi
		sub destroy nothing --yes 2>/dev/null || true # sweeps
		sub stop db
		only www db || return
		[[ $(ls -A "$SUBHOST/www") == "$(printf '%s\n' config live root \
			work www.img | sort)" ]] || return
		not grep -qw web "$SUBHOST_ETC/casts.ini" || return
		grep -q '^\[www\]' "$SUBHOST_ETC/casts.ini" || return
		[[ $(<"$SUBHOST_STATE/ranges") == "www 700000" ]] || return
		[[ ! -e $SUBHOST_SYSCMD/web && -e $SUBHOST_SYSCMD/www/cast ]]
	}
	killed 40 named_web recovered rename web www
}

@test "whoever waits for the lock of one that goes is told, not served" {
	local holder waiter
	busybox_sub web
	flock -F "$SUBHOST/web" sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	holder=$!
	wait_until 5 is_locked "FLOCK" "$SUBHOST/web"
	sub start web -- true </dev/null >/dev/null \
		2>"$BATS_TEST_TMPDIR/stderr" 3>&- &
	waiter=$!
	wait_until 5 is_locked "-> FLOCK" "$SUBHOST/web"
	mv "$SUBHOST/web" "$SUBHOST/www"
	kill "$holder"
	not wait "$waiter"
	cat "$BATS_TEST_TMPDIR/stderr"
	grep -q "web was removed or renamed meanwhile" "$BATS_TEST_TMPDIR/stderr"
}

is_locked() { # HOW DIR
	grep -q -- "$1 .*:$(stat -c %i "$2") " /proc/locks
}
