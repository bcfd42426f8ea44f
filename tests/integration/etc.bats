#!/usr/bin/env bats
# DNS and HOSTS: /etc/resolv.conf and /etc/hosts, written into a tree that a
# guest has prepared.

load lib

setup() {
	places_new
	base_busybox
	victims
}

teardown() {
	umount -q /etc/resolv.conf || true
	places_done
}

ROOT() { # PATH: of the guest's, on disk
	echo "$SUBHOST/web/root/${1#/}"
}

# Things of the host that a guest would like written, with all that can be
# known of them.
victims() {
	mkdir "$PLACES/host" "$PLACES/host/etc"
	echo precious | tee "$PLACES/host/file" "$PLACES/host/resolv.conf" \
		"$PLACES/host/hosts" "$PLACES/host/etc/resolv.conf" >/dev/null
	export HARMLESS=$PLACES/host
	victims_now >"$BATS_TEST_TMPDIR/victims"
	this_is_before
}

victims_now() {
	{ find "$PLACES/host" && echo /etc/resolv.conf && echo /etc/hosts; } |
		sort | xargs stat -Lc '%n %i %a %u:%g %s %h %Y %Z' 2>/dev/null
	cat "$PLACES/host"/* "$PLACES/host/etc"/* 2>/dev/null || true
}

no_victims() {
	diff "$BATS_TEST_TMPDIR/victims" <(victims_now)
}

shown() { # FILE: as the guest sees it
	sub start web -- cat "$1"
}

# --- what is written --------------------------------------------------------

@test "DNS: servers and search domains, at most three and six" {
	busybox_sub web "DNS='10.0.0.1 search=example.org fd00::1 search=b.example
		192.0.2.1 search=c search=d search=e search=f.'"
	[[ $(shown /etc/resolv.conf | grep ^nameserver) == \
		$'nameserver 10.0.0.1\nnameserver fd00::1\nnameserver 192.0.2.1' ]]
	[[ $(shown /etc/resolv.conf | grep ^search) == \
		"search example.org b.example c d e f"* ]]
	sub stop web
	set_config web "DNS=(10.0.0.9)"
	[[ $(shown /etc/resolv.conf | grep -c ^nameserver) == 1 ]]
	run ! grep -q ^search "$(ROOT /etc/resolv.conf)"
}

@test "DNS=host: as the host's is at the start" {
	[[ -f /etc/resolv.conf ]] || skip "this host has no /etc/resolv.conf"
	busybox_sub web "DNS=host"
	cmp <(shown /etc/resolv.conf) /etc/resolv.conf
	printf 'nameserver 10.9.9.9\noptions ndots:2\n' >"$SUBHOST_STATE/resolv"
	mount --bind "$SUBHOST_STATE/resolv" /etc/resolv.conf
	this_is_before
	cmp <(shown /etc/resolv.conf) "$SUBHOST_STATE/resolv"
	sub stop web
	umount /etc/resolv.conf
	this_is_before
}

@test "HOSTS: lines, as an array or a text, after those of its own name" {
	local text
	busybox_sub web "HOSTNAME=inner" \
		"HOSTS=('10.0.0.3 db db.example' 'fd00::3 db')"
	text=$(shown /etc/hosts)
	echo "$text"
	grep -qE '^127\.0\.0\.1[[:blank:]]+localhost' <<<"$text"
	grep -qE '^::1[[:blank:]].*localhost' <<<"$text"
	grep -qE '^127\.0\.1\.1[[:blank:]]+inner$' <<<"$text"
	grep -qE '^10\.0\.0\.3[[:blank:]]+db[[:blank:]]+db\.example$' <<<"$text"
	grep -qE '^fd00::3[[:blank:]]+db$' <<<"$text"
	sub stop web
	set_config web $'HOSTS="10.0.0.3 db\n\n  10.0.0.4\tlone  \n"'
	text=$(shown /etc/hosts)
	echo "$text"
	grep -qE '^127\.0\.1\.1[[:blank:]]+web$' <<<"$text"
	grep -qE '^10\.0\.0\.3[[:blank:]]+db$' <<<"$text"
	grep -qE '^10\.0\.0\.4[[:blank:]]+lone$' <<<"$text"
	[[ $(sub start web -- ping -c 1 -W 1 web | head -n 1) == *127.0.1.1* ]]
}

@test "written anew at each start and wake; without DNS and HOSTS left alone" {
	busybox_sub web "DNS=10.0.0.1" "HOSTS='10.0.0.3 db'"
	sub start web -- sh -c 'echo mine >/etc/resolv.conf; rm /etc/hosts'
	[[ $(shown /etc/resolv.conf) == *"nameserver 10.0.0.1"* ]]
	[[ $(shown /etc/hosts) == *db* ]]
	set_config web "DNS=10.0.0.2" "HOSTS='10.0.0.3 other'"
	[[ $(shown /etc/resolv.conf) == *10.0.0.2* ]]
	[[ $(shown /etc/hosts) == *other* ]]
	sub stop web
	set_config web
	sub start web -- sh -c 'echo mine >/etc/resolv.conf; rm /etc/hosts'
	[[ $(shown /etc/resolv.conf) == mine ]]
	run ! sub start web -- cat /etc/hosts
}

@test "what is right already is not written again" {
	local before
	busybox_sub web "DNS=10.0.0.1" "HOSTS='10.0.0.3 db'"
	sub start web -- true
	before=$(cd "$(ROOT /etc)" && stat -c '%i %y %z' resolv.conf hosts .)
	sub start web -- true
	sub stop web
	sub start web -- true
	[[ $(cd "$(ROOT /etc)" && stat -c '%i %y %z' resolv.conf hosts .) == \
		"$before" ]]
}

@test "they belong to the guest's root, readable by all, with nothing beside" {
	local users
	for users in shared isolated no; do
		busybox_sub web "PRIVATE_USERS=$users" "DNS=10.0.0.1" \
			"HOSTS='10.0.0.3 db'"
		run bash -c 'umask 077; "$SUBHOST_BIN" start web -- \
			stat -c "%F %a %u:%g" /etc/resolv.conf /etc/hosts'
		echo "$users: $output"
		[[ ${lines[0]} == "regular file 644 0:0" ]]
		[[ ${lines[1]} == "regular file 644 0:0" ]]
		[[ $(ls -A "$(ROOT /etc)") == $'hosts\nresolv.conf' ]]
		[[ $(stat -c %u:%g "$(ROOT /etc/hosts)") == 0:0 ]]
		sub stop web
		rm -r "$SUBHOST/web"
	done
}

# --- what a guest has prepared ----------------------------------------------

# survives: whatever is there, the victims are as they were; start works and
# what the guest sees then is ours, or it fails soon with one clear sentence.
survives() {
	local begun=$SECONDS name
	run --separate-stderr sub start web -- cat /etc/resolv.conf /etc/hosts
	echo "$1: status $status: $stderr"
	((SECONDS - begun < 5))
	no_victims
	if [[ $status == 0 ]]; then
		[[ $output == *"nameserver 10.6.6.6"* && $output == *10.6.6.7* ]]
		for name in resolv.conf hosts; do
			run sub start web -- stat -c %F "/etc/$name"
			[[ $output == "regular file" ]]
		done
		no_victims
	else
		[[ $status == 125 && $(wc -l <<<"$stderr") == 1 ]]
		[[ $stderr == *etc* ]]
	fi
	sub stop web
	no_victims
	assert_same_host
}

# prepared: a fresh root, with or without its own /etc
prepared() {
	rm -rf "$SUBHOST/web"
	busybox_sub web "DNS=10.6.6.6" "HOSTS='10.6.6.7 evil'"
	[[ ${1-} == bare ]] || mkdir -m 0755 "$(ROOT /etc)"
}

@test "symlinks in the place of the files" {
	local to up
	up=$(printf '../%.0s' {1..12})
	for to in "$PLACES/host/file" "/..$PLACES/host/file" \
		"$up${PLACES#/}/host/file" "$PLACES/host/made" "$PLACES/host" \
		/dev/null /dev/console /proc/self/fd/0 /proc/1/root/etc/hosts \
		/proc/sys/kernel/hostname resolv.conf hosts . .. / nowhere \
		/etc/passwd; do
		prepared
		ln -s "$to" "$(ROOT /etc/resolv.conf)"
		ln -s "$to" "$(ROOT /etc/hosts)"
		survives "a symlink to $to"
		[[ $(head -n 1 "$(ROOT /etc/passwd)" 2>/dev/null) != nameserver* ]]
		[[ ! -e $PLACES/host/made ]]
	done
}

@test "the replaced symlink's aim in the guest stays what it was, too" {
	prepared
	echo kept >"$(ROOT /etc/target)"
	ln -s target "$(ROOT /etc/resolv.conf)"
	sub start web -- true
	[[ $(cat "$(ROOT /etc/target)") == kept && \
		! -L $(ROOT /etc/resolv.conf) ]]
}

@test "an /etc that is a symlink, a file, a FIFO, or not there" {
	local to
	for to in "$PLACES/host" "/..$PLACES/host" . / .. etc /proc/1/root/etc \
		/proc/self/cwd nowhere usr "$PLACES/host/file"; do
		prepared bare
		ln -s "$to" "$(ROOT /etc)"
		survives "/etc -> $to"
	done
	prepared bare
	echo plain >"$(ROOT /etc)"
	survives "a file /etc"
	prepared bare
	mkfifo "$(ROOT /etc)"
	survives "a FIFO /etc"
	rm -rf "$SUBHOST/web"
	new_sub web "DNS=10.6.6.6"
	cp "$base/bin/busybox" "$(ROOT /cat)"
	run --separate-stderr sub start web -- /cat /etc/resolv.conf
	echo "no /etc: $status $stderr"
	[[ ($status == 0 && $output == *10.6.6.6*) ||
		($status == 125 && $stderr == *etc*) ]]
}

@test "files that are none: directories, FIFOs, devices, sockets" {
	local name
	for name in resolv.conf hosts; do
		prepared
		mkdir -p "$(ROOT "/etc/$name")"
		survives "an empty directory $name"
		prepared
		mkdir -p "$(ROOT "/etc/$name/full")"
		survives "a full directory $name"
		prepared
		mkfifo "$(ROOT "/etc/$name")"
		survives "a FIFO $name"
		prepared
		mknod "$(ROOT "/etc/$name")" c 1 3
		survives "a device $name"
		prepared
		mknod "$(ROOT "/etc/$name")" c 5 1
		survives "a terminal $name"
		prepared
		python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$(ROOT "/etc/$name")"
		survives "a socket $name"
		prepared
		truncate -s 1T "$(ROOT "/etc/$name")"
		survives "an endless $name"
	done
}

@test "a hard link, and a file that nobody may write or read" {
	prepared
	echo kept >"$(ROOT /etc/other)"
	ln "$(ROOT /etc/other)" "$(ROOT /etc/resolv.conf)"
	survives "a hard link"
	[[ $(cat "$(ROOT /etc/other)") == kept ]]
	prepared
	install -m 0000 /dev/null "$(ROOT /etc/resolv.conf)"
	chmod 0500 "$(ROOT /etc)"
	survives "a closed one"
	prepared
	echo x >"$(ROOT /etc/resolv.conf)"
	chown 4000000 "$(ROOT /etc/resolv.conf)"
	survives "one of an id that the guest has not"
	prepared
	chown 4000000 "$(ROOT /etc)"
	chmod 0700 "$(ROOT /etc)"
	survives "an /etc of an id that the guest has not"
}

# Where the new file is put first, before it is renamed: each name that start
# has used there is made into a trap.
@test "a trap where the new file is made" {
	local name names
	need_program strace
	prepared
	names=$(strace -qq -f -e trace=openat,openat2,rename,renameat,renameat2 \
		"$SUBHOST_BIN" start web -- true </dev/null 2>&1 >/dev/null |
		grep -oE '"[^"]*(resolv|hosts)[^"]*"' | tr -d '"' | sed 's,.*/,,' |
		sort -u | grep -vxE 'resolv\.conf|hosts' || true)
	sub stop web
	echo "names: $names"
	for name in $names; do
		for trap in link dangling directory fifo; do
			prepared
			case $trap in
			link) ln -s "$PLACES/host/file" "$(ROOT "/etc/$name")" ;;
			dangling) ln -s "$PLACES/host/made" "$(ROOT "/etc/$name")" ;;
			directory) mkdir -p "$(ROOT "/etc/$name/full")" ;;
			fifo) mkfifo "$(ROOT "/etc/$name")" ;;
			esac
			survives "$name: $trap"
		done
	done
}

@test "a full disk: one clear sentence, and the old file is kept" {
	subhost_on ext4 4M
	prepared
	echo old >"$(ROOT /etc/resolv.conf)"
	mkdir -p "$(ROOT /run)" "$(ROOT /dev)" "$(ROOT /proc)" "$(ROOT /sys)"
	dd if=/dev/zero of="$(ROOT /fill)" bs=4096 status=none || true
	dd if=/dev/zero of="$(ROOT /fill2)" bs=1 status=none || true
	while mkdir "$(ROOT /)$RANDOM$RANDOM"; do :; done 2>/dev/null
	run --separate-stderr sub start web -- cat /etc/resolv.conf
	echo "$status $output $stderr"
	[[ ($status == 0 && $output == *10.6.6.6*) ||
		($status == 125 && $stderr == *"No space"*) ]]
	[[ $status == 0 || $(cat "$(ROOT /etc/resolv.conf)") == old ]]
	sub stop web
	assert_same_host
}

@test "a read-only base without an overlay's help: files in root itself" {
	new_sub web "DNS=10.6.6.6" "HOSTS='10.6.6.7 evil'"
	cp -a "$base/." "$(ROOT /)"
	ln -s "$PLACES/host/file" "$(ROOT /etc/resolv.conf)"
	survives "a root of its own"
}
