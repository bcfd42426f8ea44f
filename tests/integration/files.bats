#!/usr/bin/env bats
# Work on files inside a real Debian root; what it comes to on disk.

load lib

setup() {
	places_new
	base_debian
}

inside() { # SHELL-TEXT: in the sub host web, to the first failure
	sub start web -- /bin/sh -ec "$1"
}

on_disk() { # FORMAT PATH
	stat -c "$1" "$SUBHOST/web/root/$2"
}

redirected() { # DIRECTORY: what in it an overlay has redirected
	python3 - "$1" <<-'END'
		import os, sys
		for at, directories, files in os.walk(sys.argv[1]):
		    for path in (os.path.join(at, n) for n in directories + files):
		        if "trusted.overlay.redirect" in os.listxattr(
		                path, follow_symlinks=False):
		            print(path)
	END
}

@test "files and directories are created, with plain ids on disk" {
	debian_sub web
	inside 'mkdir /new; echo text >/new/file; ln -s file /new/link
		mkfifo /new/pipe'
	[[ $(on_disk %u:%g new/file) == 0:0 ]]
	[[ $(on_disk %u:%g new) == 0:0 ]]
	[[ $(cat "$SUBHOST/web/root/new/file") == text ]]
}

@test "a file of the base is copied up, the base stays" {
	local before
	before=$(stat -c '%Y %s %u %a' "$base/etc/passwd")
	debian_sub web
	inside 'echo "x:x:7:7::/:/bin/sh" >>/etc/passwd; tail -n 1 /etc/passwd'
	[[ $(on_disk %u:%g:%a etc/passwd) == 0:0:644 ]]
	[[ $before == "$(stat -c '%Y %s %u %a' "$base/etc/passwd")" ]]
}

@test "chown and chmod, with plain ids on disk" {
	debian_sub web
	inside 'touch /mine; chown 1000:1001 /mine; chmod 0640 /mine
		chown 33:33 /etc/issue; stat -c %u:%g:%a /mine /etc/issue'
	[[ $(on_disk %u:%g:%a mine) == 1000:1001:640 ]]
	[[ $(on_disk %u:%g etc/issue) == 33:33 ]]
}

@test "files of the base have their plain ids inside" {
	debian_sub web
	run inside 'stat -c "%u:%g" / /etc/passwd /etc/shadow /var/mail'
	echo "$output"
	[[ ${lines[0]} == 0:0 && ${lines[1]} == 0:0 && ${lines[2]} == 0:42 ]]
	[[ ${lines[3]} == 0:8 ]]
}

@test "ids up to 65535 work, none above" {
	debian_sub web
	inside 'touch /a; chown 65534:65535 /a; ! chown 65536 /a 2>/dev/null'
	[[ $(on_disk %u:%g a) == 65534:65535 ]]
}

@test "a hard link to a file of the base" {
	debian_sub web
	run inside 'ln /etc/issue /issue; echo more >>/issue
		cmp /etc/issue /issue; stat -c %h /issue'
	[[ $status == 0 && ${lines[0]} == 2 ]]
}

@test "mv of a directory of the base" {
	debian_sub web
	run inside 'mv /etc/apt /etc/moved; ls -d /etc/moved/sources.list
		! test -e /etc/apt; mv /etc/moved /etc/apt; ls /etc/apt'
	echo "$output"
	[[ $status == 0 ]]
	# Copied, not redirected: an upper that is moved elsewhere stays whole.
	run redirected "$SUBHOST/web/root"
	[[ $status == 0 && -z $output ]]
}

@test "rm of a directory of the base, and a new one of that name" {
	debian_sub web
	run inside 'rm -r /usr/share/doc; mkdir /usr/share/doc
		ls -A /usr/share/doc'
	[[ $status == 0 && -z $output ]]
	[[ -d $base/usr/share/doc/apt ]]
}

@test "the setuid bit works inside" {
	debian_sub web
	run inside 'test -u /usr/bin/passwd; cp /usr/bin/id /sid; chmod 4755 /sid
		setpriv --reuid 1000 --clear-groups /sid -u'
	echo "$output"
	[[ $status == 0 && ${lines[0]} == 0 ]]
	[[ $(on_disk %a sid) == 4755 ]]
}

@test "device nodes are refused" {
	debian_sub web
	run inside '! mknod /dev0 c 1 3; ! mknod /dev1 b 7 0; ! test -e /dev0'
	[[ $status == 0 ]]
	debian_sub real PRIVATE_USERS=no
	# Where there is no user namespace one may be made, but not opened.
	run sub start real -- sh -c 'mknod /dev1 b 7 0; head -c 1 /dev1'
	[[ $status != 0 ]]
}

@test "live on the host shows the same tree" {
	debian_sub web
	inside 'mkdir /new; echo text >/new/file'
	[[ $(cat "$SUBHOST/web/live/new/file") == text ]]
	[[ $(cat "$SUBHOST/web/live/etc/os-release") == "$(
		cat "$base/etc/os-release")" ]]
	diff <(cd "$SUBHOST/web/live" && find etc usr -xdev | sort) \
		<(cd "$base" && find etc usr -xdev | sort)
}

@test "live shows what a running one writes, at once" {
	debian_sub web
	start_quietly web -- /bin/sh -c 'echo now >/file; sleep 1000'
	wait_until 5 test -s "$SUBHOST/web/live/file"
	[[ $(cat "$SUBHOST/web/live/file") == now ]]
}

@test "what the host mounts on live arrives inside, and nothing comes back" {
	debian_sub web
	start_quietly web -- /bin/sh -c \
		'until test -e /mnt/there; do sleep 0.02; done; touch /seen
		sleep 1000'
	mkdir "$SUBHOST/web/data"
	touch "$SUBHOST/web/data/there"
	mount --bind "$SUBHOST/web/data" "$SUBHOST/web/live/mnt"
	wait_until 5 test -e "$SUBHOST/web/root/seen"
	umount "$SUBHOST/web/live/mnt"
	sub stop web
	wait "$starter" || true
}

@test "a base that changed between two starts" {
	local copy=$PLACES/copy
	mkdir "$copy"
	base_busybox
	cp -a "$base/." "$copy"
	mkdir "$copy/data"
	echo one >"$copy/data/file"
	export HARMLESS=$copy
	new_sub web "BASE=(\"$copy\")"
	sub start web -- sh -c 'echo mine >>/data/file; mkdir /data/dir'
	sub stop web
	# The same paths, other inodes: what an upgraded base is.
	cp -a "$copy" "$copy.new"
	rm -r "$copy"
	mv "$copy.new" "$copy"
	echo other >"$copy/data/other"
	run --separate-stderr sub start web -- \
		sh -ec 'cat /data/file /data/other; echo again >>/data/other'
	echo "$status $output $stderr"
	[[ $status == 0 ]]
	[[ ${lines[0]} == one && ${lines[1]} == mine && ${lines[2]} == other ]]
}

@test "a layer added between two starts" {
	base_busybox
	new_sub web "BASE=(\"$base\")"
	sub start web -- sh -c 'echo "x:x:9:9::/:" >>/etc/passwd; mkdir /etc/d'
	sub stop web
	mkdir -m 0755 "$SUBHOST/layer" "$SUBHOST/layer/etc"
	echo top >"$SUBHOST/layer/etc/top"
	echo "BASE=(\"$SUBHOST/layer\" \"$base\")" >"$SUBHOST/web/config"
	run --separate-stderr sub start web -- \
		sh -c 'cat /etc/top; grep ^x: /etc/passwd'
	echo "$status $output $stderr"
	[[ $status == 0 && ${lines[0]} == top && ${lines[1]} == x:* ]]
}

@test "the upper of another sub host, copied: a clone" {
	base_busybox
	new_sub web "BASE=(\"$base\")"
	sub start web -- sh -c 'mkdir /etc/d; echo mine >>/etc/passwd'
	sub stop web
	new_sub db "BASE=(\"$base\")"
	rmdir "$SUBHOST/db/root"
	cp -a "$SUBHOST/web/root" "$SUBHOST/db/root"
	run sub start db -- sh -c 'ls -d /etc/d; grep mine /etc/passwd'
	[[ $status == 0 ]]
}

@test "a changed BASE waits for a stop, and start says so" {
	base_busybox
	new_sub web "BASE=(\"$base\")"
	sub start web -- true
	mkdir -m 0755 "$SUBHOST/layer"
	touch "$SUBHOST/layer/top"
	echo "BASE=(\"$SUBHOST/layer\" \"$base\")" >"$SUBHOST/web/config"
	run --separate-stderr sub start web -- test -e /top
	echo "$status $stderr"
	[[ $status == 1 && $stderr == *BASE* && $stderr == *stop* ]]
	sub stop web
	run sub start web -- test -e /top
	[[ $status == 0 ]]
}

@test "dpkg works on its database" {
	debian_sub web
	run inside 'dpkg --configure -a; dpkg-query -W apt; adduser --version \
		>/dev/null 2>&1 || true; useradd -m tester; ls -ld /home/tester
		su tester -c id'
	echo "$output"
	[[ $status == 0 && $output == *tester* ]]
	[[ $(on_disk %u home/tester) == 1000 ]]
}
