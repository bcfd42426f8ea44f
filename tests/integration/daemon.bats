#!/usr/bin/env bats
# subhostd: what a sub host asks for in its /.syscmd is done and answered,
# whatever becomes of that directory, of casts.ini, of the daemon.

load lib
load daemon

setup() {
	places_new
	masters
	busybox_sub 103
	busybox_sub 104
	for name in 103 104; do
		mkdir -p "$SUBHOST/$name/root"/{.syscmd,var/tmp,srv/{a,b,c}}
	done
	this_is_before
}

teardown() {
	[[ -n $BATS_TEST_COMPLETED ]] || tail -n 50 "$LOG" || true
	daemon_done
}

# both: the daemon and two sub hosts, 104 offering its /srv/a to 103
both() {
	daemon_start
	shell 104
	shell 103
	tell 104 'echo hello >/srv/a/greeting'
	ask 104 cast.0 '/srv/a 103'
	[[ $answer == "ok 104:/srv/a is offered to 103 on /srv/a" ]]
}

# gone NAME FILE: it has been taken out of the folder
gone() {
	[[ ! -e $SUBHOST/$1/live/.syscmd/$2 ]]
}

ini() {
	cat "$SUBHOST_ETC/casts.ini"
}

# --- requests -----------------------------------------------------------

@test "the seed's line: echo \"host:DIR\" >> /.syscmd/caston.110, from any shell" {
	export HARMLESS=/tmp/portage
	mkdir -p /tmp/portage "$SUBHOST/103/root/tmp/portage"
	echo tree >/tmp/portage/file
	printf '[published]\nhost = /tmp/portage(ro)\n' >"$SUBHOST_ETC/casts.ini"
	this_is_before
	daemon_start
	shell 103
	tell 103 'echo "host:/tmp/portage" >> /.syscmd/caston.110'
	answered 103 caston.110
	[[ $answer == "ok host:/tmp/portage is on /tmp/portage, ro" ]]
	gone 103 caston.110
	sees 103 /tmp/portage/file
	tell 103 'echo x >/tmp/portage/file'
	[[ $(</tmp/portage/file) == tree ]]
	logged 'subhost=103 by="guest caston.110" caston host:/tmp/portage: ok'
	sub stop 103
	rm -r /tmp/portage
}

@test "all cast verbs, one after the other" {
	both
	ask 103 caston.1 104:/srv/a
	[[ $answer == "ok 104:/srv/a is on /srv/a, rw" ]]
	sees 103 /srv/a/greeting
	ask 103 showcast.1
	[[ $answer == ok ]]
	ask 103 castoff.1 /srv/a
	[[ $answer == "ok "* ]]
	run ! sees 103 /srv/a/greeting
	ask 103 castblock.1 104:/srv/a
	[[ $answer == ok* ]]
	ask 103 caston.2 104:/srv/a
	[[ $answer == "error: "*block* ]]
	ask 103 castblock.2 --lift
	[[ $answer == ok* ]]
	# An empty file is the verb alone: all that is offered now.
	tell 103 ': >/.syscmd/caston.3'
	answered 103 caston.3
	[[ $answer == "ok "*"/srv/a"* ]]
	sees 103 /srv/a/greeting
	ask 104 ucast.1 /srv/a
	[[ $answer == "ok "* ]]
	run ! sees 103 /srv/a/greeting
	run ! grep -q greeting "$LOG"
}

@test "a file without a tag, one that is moved there, several lines, no newline" {
	both
	ask 103 showcast
	[[ $answer == ok ]]
	tell 103 'printf "104:/srv/a" >/var/tmp/x; mv /var/tmp/x /.syscmd/caston.9'
	answered 103 caston.9
	[[ $answer == "ok "* ]]
	tell 103 'printf "/srv/a\n\n  \n\t/srv/a\n a b c d\n/nowhere %%zz" \
		>/.syscmd/castoff.many'
	answered 103 castoff.many
	mapfile -t lines <<<"$answer"
	[[ ${#lines[@]} == 4 ]]
	[[ ${lines[0]} == ok* && ${lines[1]} == error:* ]]
	[[ ${lines[2]} == usage:* && ${lines[3]} == usage:* ]]
}

@test "none of 300 is lost, one after the other and by several at once" {
	printf 'RATE = 10000\nBURST = 10000\n' >"$SUBHOST_ETC/vzdaemon.conf"
	daemon_start
	shell 103
	tell 103 'one() { echo >/.syscmd/showcast.$1; n=0
		until [ -e /syscmd/replies/showcast.$1 ]; do n=$((n+1))
			[ $n -lt 500 ] || { echo lost $1; return; }
			sleep 0.01; done; }
		for i in 0 1 2 3 4 5 6 7 8 9; do for k in 0 1 2 3 4 5 6 7 8 9; do
			one $i$k; one a$i$k & one b$i$k; wait $!; done; done' 60
	[[ -z $(said 103) ]]
	rm "$SUBHOST_ETC/vzdaemon.conf"
}

@test "what is no message is left alone" {
	both
	tell 103 'cd /.syscmd; for f in notes notes.1 publish.1 unpublish casts.1 \
		Caston.1 caston. .caston.1 caston.a:b "caston.1 " -caston.1 \
		caston.1.new~ x.caston; do echo host:/ >"$f"; done'
	ask 103 showcast.1
	[[ $(find "$SUBHOST/103/live/.syscmd" -type f | wc -l) == 13 ]]
	[[ $(find "$SUBHOST/103/live/syscmd/replies" -type f ! -name '.*' \
		-printf '%f ') == "showcast.1 " ]]
}

@test "a verb that is not enabled is refused, and says what helps" {
	both
	rm "$SUBHOST_SYSCMD/103/caston"
	ask 103 caston.1 104:/srv/a
	[[ $answer == "error: caston is not enabled for 103; the host's administrator can: subhost allow 103 caston" ]]
	run ! sees 103 /srv/a/greeting
	# A file of that name is not enough: it has to be that very file.
	printf '#!/bin/sh\n' >"$SUBHOST_SYSCMD/103/caston"
	ask 103 caston.2 104:/srv/a
	[[ $answer == "error: caston is not enabled"* ]]
	sub allow 103 caston
	ask 103 caston.3 104:/srv/a
	[[ $answer == ok* ]]
}

@test "who asks is whose directory it is, whatever it says" {
	both
	tell 104 "echo '104:/srv/a' >/.syscmd/caston.103"
	answered 104 caston.103
	[[ $answer == error:* ]]
	ask 104 caston.1 '103:/srv/a --as 103'
	[[ $answer != ok* ]]
	run ! sees 103 /srv/a/greeting
	[[ ! -e $SUBHOST/103/live/syscmd/replies/caston.103 ]]
}

@test "missing ends and waiting are told" {
	both
	ask 104 cast.1 '/srv/none 103'
	ask 103 caston.1 104:/srv/none
	echo "$answer"
	[[ $answer == ok*wait* || $answer == error:* ]]
	ask 103 caston.2 105:/srv/a
	[[ $answer == error:* ]]
	ask 103 caston.3 104:/etc/../srv/a
	[[ $answer == error:* || $answer == usage:* ]]
}

@test "without tools installed, it installs them at its start" {
	rm -r "$SUBHOST_SYSCMD/scripts"
	this_is_before
	daemon_start
	shell 103
	tell 103 'echo 104:/srv/a >/.syscmd/caston.1; /syscmd/showcast && echo seen'
	[[ $(said 103) == *seen* ]]
	rm "$SUBHOST_SYSCMD/scripts/caston"
	daemon_stop
	daemon_start # what an administrator has taken away stays away
	[[ ! -e $SUBHOST_SYSCMD/scripts/caston ]]
}

@test "where none are wanted, it is heard but nothing is enabled" {
	rm "$SUBHOST_SYSCMD"/scripts/*
	this_is_before
	daemon_start
	shell 103
	tell 103 'echo 104:/srv/a >/.syscmd/caston.1'
	wait_until 5 gone 103 caston.1
	logged "caston is not enabled for 103"
}

# --- the folder -----------------------------------------------------------

@test "a guest without /.syscmd opts in by making it" {
	rmdir "$SUBHOST"/10?/root/.syscmd
	daemon_start
	shell 103
	shell 104
	tell 103 'mkdir /.syscmd'
	ask 103 showcast.1
	# With messages in it already.
	tell 104 'mkdir /new; echo >/new/showcast.1; mv /new /.syscmd'
	answered 104 showcast.1
}

@test "it follows a folder that is replaced, and one that comes back" {
	both
	tell 103 'mv /.syscmd /old; mkdir /.syscmd'
	ask 103 showcast.1
	tell 103 'rmdir /.syscmd; echo >/old/showcast.2; mkdir /.syscmd'
	ask 103 showcast.3
	tell 103 'rmdir /.syscmd'
	tell 103 'mkdir /.syscmd'
	ask 103 showcast.4
	tell 103 'i=0; while [ $i -lt 300 ]; do rmdir /.syscmd; mkdir /.syscmd
		i=$((i+1)); done'
	ask 103 showcast.5
	[[ -e $SUBHOST/103/live/old/showcast.2 ]]
	run ! test -e "$SUBHOST/103/live/syscmd/replies/showcast.2"
}

@test "it reads no other place: a symlink, a file, a mount of the guest's own" {
	set_config 103 MOUNTS=yes
	both
	tell 103 'mv /.syscmd /old; ln -s /old /.syscmd; echo >/old/showcast.1'
	ask 104 showcast.9
	tell 103 'rm /.syscmd; echo >/.syscmd; rm /.syscmd; mv /old /.syscmd'
	answered 103 showcast.1
	tell 103 'mount -t tmpfs none /.syscmd; echo >/.syscmd/showcast.2'
	ask 104 showcast.8
	[[ ! -e $SUBHOST/103/live/syscmd/replies/showcast.2 ]]
	tell 103 'umount /.syscmd'
	ask 103 showcast.3
}

# --- the daemon comes and goes ------------------------------------------

@test "what was asked while no daemon ran is done when it comes, mounts stay" {
	both
	ask 103 caston.1 104:/srv/a
	daemon_stop
	[[ -d $SUBHOST_RUN && ! -e $SUBHOST_RUN/.subhostd ]]
	sees 103 /srv/a/greeting
	logged "subhostd: ends"
	tell 103 'echo /srv/a >/.syscmd/castoff.1; echo >/.syscmd/showcast.1'
	daemon_start
	answered 103 castoff.1
	answered 103 showcast.1
	run ! sees 103 /srv/a/greeting
}

@test "kill -9, again and again: nothing is lost, nothing is done twice" {
	both
	for i in {1..12}; do
		tell 103 "echo 104:/srv/a >/.syscmd/caston.$i"
		daemon_stop KILL
		tell 103 "echo /srv/a >/.syscmd/castoff.$i"
		daemon_start
		answered 103 "castoff.$i"
		[[ $answer == ok* || $answer == *error* ]]
	done
	ask 103 caston.last 104:/srv/a
	[[ $answer == ok* ]]
	sees 103 /srv/a/greeting
	[[ $(grep -c " $SUBHOST/103/live/srv/a " /proc/self/mountinfo) == 1 ]]
}

@test "a second one for the same places names the first; other places are other's" {
	daemon_start
	fails_with 1 "another subhostd serves $SUBHOST_RUN: pid $daemon" \
		timeout 5 "$SUBHOSTD"
	SUBHOST_RUN=$PLACES/run2 "$SUBHOSTD" >"$BATS_TEST_TMPDIR/other" 2>&1 3>&- &
	other=$!
	wait_until 5 grep -q begins "$BATS_TEST_TMPDIR/other"
	kill "$other"
	wait "$other"
	[[ ! -e $PLACES/run2 ]]
}

@test "SUBHOST_RUN stays while it runs, and goes with it when nobody is up" {
	daemon_start
	shell 103
	ask 103 showcast.1
	sub stop 103
	[[ -e $SUBHOST_RUN/.subhostd ]]
	shell 103
	ask 103 showcast.2
	sub stop 103
	daemon_stop
	[[ ! -e $SUBHOST_RUN ]]
}

@test "--help, options, bad settings" {
	run "$SUBHOSTD" --help
	[[ $status == 0 && $output == "usage: subhostd"* ]]
	fails_with 2 "usage: subhostd" "$SUBHOSTD" --loud
	fails_with 2 "usage: subhostd" "$SUBHOSTD" --root
	echo "RATES = 5" >"$SUBHOST_ETC/vzdaemon.conf"
	fails_with 1 "vzdaemon.conf:1: there is no key RATES; did you mean RATE?" \
		timeout 5 "$SUBHOSTD"
	rm "$SUBHOST_ETC/vzdaemon.conf"
	[[ ! -e $SUBHOST_RUN ]]
}

@test "Type=notify: READY=1 when it hears, STOPPING=1 at its end; abstract too" {
	local socket
	for socket in "$BATS_TEST_TMPDIR/notify" "@subhost-test-$$"; do
		behind python3 -c '
import socket, sys
at = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\0" + at[1:] if at[0] == "@" else at)
open(sys.argv[2], "w").write("bound\n")
for i in range(2):
    open(sys.argv[2], "a").write(s.recv(100).decode() + "\n")
' "$socket" "$BATS_TEST_TMPDIR/told"
		wait_until 5 grep -q bound "$BATS_TEST_TMPDIR/told"
		daemon_start "NOTIFY_SOCKET=$socket"
		wait_until 5 grep -qx READY=1 "$BATS_TEST_TMPDIR/told"
		daemon_stop
		wait_until 5 grep -qx STOPPING=1 "$BATS_TEST_TMPDIR/told"
		rm "$BATS_TEST_TMPDIR/told"
		wait "${behind[-1]}"
	done
}

@test "LOG: the journal's protocol, levels; stderr where there is no journal" {
	mkdir -p /run/systemd/journal
	behind python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/systemd/journal/socket")
open(sys.argv[1], "w").write("bound\n")
while True:
    open(sys.argv[1], "ab").write(s.recv(9000))
' "$BATS_TEST_TMPDIR/journal"
	wait_until 5 grep -q bound "$BATS_TEST_TMPDIR/journal"
	echo "LOG = journal" >"$SUBHOST_ETC/vzdaemon.conf"
	"$SUBHOSTD" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	daemon=$!
	wait_until 5 grep -qx "MESSAGE=subhostd .*: begins pid=$daemon" \
		"$BATS_TEST_TMPDIR/journal"
	grep -qx PRIORITY=6 "$BATS_TEST_TMPDIR/journal"
	grep -qx SYSLOG_IDENTIFIER=subhostd "$BATS_TEST_TMPDIR/journal"
	kill "${behind[-1]}"
	rm -r /run/systemd/journal
	rmdir /run/systemd
	LOG=$BATS_TEST_TMPDIR/err
	daemon_stop
	logged "subhostd: ends"
	echo "LOG = stderr error" >"$SUBHOST_ETC/vzdaemon.conf"
	"$SUBHOSTD" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	daemon=$!
	wait_until 5 test -e "$SUBHOST_RUN/.subhostd"
	daemon_stop
	[[ ! -s $BATS_TEST_TMPDIR/err ]]
	rm "$SUBHOST_ETC/vzdaemon.conf"
}

# --- edits ----------------------------------------------------------------

edited() { # TEXT: as an editor saves
	printf '%b' "$1" >"$SUBHOST_ETC/.new"
	mv "$SUBHOST_ETC/.new" "$SUBHOST_ETC/casts.ini"
}

@test "casts.ini edited by hand: what it newly says is done at once" {
	daemon_start
	shell 104
	shell 103
	tell 104 'echo hello >/srv/a/greeting'
	edited '[104]\n/srv/a = 103:/srv/b\n[103]\n_accepted = 104:/srv/b from /srv/a\n'
	wait_until 5 sees 103 /srv/b/greeting
	edited '[104]\n/srv/a = 103:/srv/b\n'
	away() { ! sees 103 /srv/b/greeting; }
	wait_until 5 away
	# Written in place, too.
	printf '[103]\n_accepted = 104:/srv/c from /srv/a\n[104]\n/srv/a = 103:/srv/c\n' \
		>"$SUBHOST_ETC/casts.ini"
	wait_until 5 sees 103 /srv/c/greeting
	rm "$SUBHOST_ETC/casts.ini"
	away() { ! sees 103 /srv/c/greeting; }
	wait_until 5 away
}

@test "a casts.ini that cannot be read: it says so, the last good one goes on" {
	both
	ask 103 caston.1 104:/srv/a
	edited '[104]\n/srv/a = 103:/srv/a\n\n[104]\n'
	wait_until 5 logged "casts.ini:4: "
	logged "the last good one goes on"
	sees 103 /srv/a/greeting
	ask 104 cast.5 '/srv/b 103'
	[[ $answer == "error: "*casts.ini* ]]
	ask 103 castoff.1 /srv/a
	[[ $answer == "error: taken off now, not recorded: "*casts.ini* ]]
	run ! sees 103 /srv/a/greeting
	edited '[104]\n/srv/a = 103:/srv/a\n'
	wait_until 5 logged "casts.ini is good again"
	ask 103 caston.2 104:/srv/a
	[[ $answer == ok* ]]
}

@test "vzdaemon.conf edited, and SIGHUP: good ones count, bad ones do not" {
	both
	echo "RATE = lots" >"$SUBHOST_ETC/vzdaemon.conf"
	wait_until 5 logged "vzdaemon.conf:1: RATE must be a number"
	ask 103 showcast.1
	printf 'LOG = stderr debug\n' >"$SUBHOST_ETC/vzdaemon.conf"
	wait_until 5 logged "vzdaemon.conf was read"
	: >"$LOG"
	kill -HUP "$daemon"
	wait_until 5 logged "vzdaemon.conf was read"
	ask 103 showcast.2
	rm "$SUBHOST_ETC/vzdaemon.conf"
}

@test "SUBHOST_ETC is made, and followed when it is replaced" {
	rmdir "$SUBHOST_ETC"
	daemon_start
	[[ $(stat -c %a "$SUBHOST_ETC") == 755 ]]
	shell 104
	shell 103
	mv "$SUBHOST_ETC" "$SUBHOST_ETC.old"
	wait_until 5 test -d "$SUBHOST_ETC"
	rmdir "$SUBHOST_ETC.old"
	tell 104 'echo hello >/srv/a/greeting'
	edited '[104]\n/srv/a = 103:/srv/a\n[103]\n_accepted = 104:/srv/a\n'
	wait_until 5 sees 103 /srv/a/greeting
}

# --- who is up ------------------------------------------------------------

@test "it follows sub hosts that come, sleep, wake and go" {
	daemon_start
	for i in 1 2 3; do
		shell 103
		ask 103 "showcast.$i"
		sub hibernate 103
		shell 103
		ask 103 "showcast.again$i"
		sub stop 103
		[[ $(ls "$SUBHOST_RUN") == "" || $(ls "$SUBHOST_RUN") == launch.mnt ]]
	done
	# It holds nothing of who has gone.
	[[ $(find "/proc/$daemon/fd" -lname "$PLACES/subhost*" | wc -l) == 0 ]]
}

@test "mounts that a guest makes vanish or move are put right" {
	set_config 103 MOUNTS=yes
	both
	ask 103 caston.1 104:/srv/a
	sees 103 /srv/a/greeting
	tell 103 'umount /srv/a && rmdir /srv/a && mkdir /srv/a'
	wait_until 5 sees 103 /srv/a/greeting
	tell 103 'mv /srv /old && mkdir -p /srv/a'
	wait_until 5 sees 103 /srv/a/greeting
	away() { ! sees 103 /old/a/greeting; }
	wait_until 5 away
}

# holds NAME FILE TEXT: from inside
holds() {
	[[ $(cat "/proc/$(init_pid "$1")/root$2" 2>/dev/null) == "$3" ]]
}

@test "a source that is made anew, or comes later; a target that comes later" {
	both
	# As a service does with its directory in /run.
	tell 104 'mkdir /run/db; echo one >/run/db/f'
	ask 104 cast.1 '/run/db 103:/srv/b'
	ask 103 caston.1 '104:/srv/b'
	[[ $answer == ok* ]]
	holds 103 /srv/b/f one
	sleep 1.5 # whatever mounts bring about is done
	tell 104 'rm -r /run/db; mkdir /run/db; echo two >/run/db/f'
	wait_until 5 holds 103 /srv/b/f two
	tell 104 'rm -r /run/db'
	away() { ! sees 103 /srv/b/f; }
	wait_until 5 away
	sleep 1.5
	tell 104 'mkdir -p /run/new/db; echo three >/run/new/db/f
		mv /run/new/db /run/db'
	wait_until 5 holds 103 /srv/b/f three
	# Its init ends, and with it /run.
	sub hibernate 104
	wait_until 5 away
	shell 104
	sleep 1.5
	run ! sees 103 /srv/b/f
	tell 104 'mkdir /run/db; echo four >/run/db/f'
	wait_until 5 holds 103 /srv/b/f four
	# Deeper, and not there yet.
	printf '%s\n' '[104]' '/srv/a/x/y = 103:/srv/n/m' '[103]' \
		'_accepted = 104:/srv/n/m from /srv/a/x/y' >"$SUBHOST_ETC/casts.ini"
	wait_until 5 away
	tell 104 'mkdir /srv/a/x'
	sleep 1.5
	tell 104 'mkdir /srv/a/x/y; echo five >/srv/a/x/y/f'
	sleep 1.5
	tell 103 'mkdir -p /srv/n/m'
	wait_until 5 holds 103 /srv/n/m/f five
}

@test "ready, hibernate; restart of one in somebody's foreground is told" {
	sub allow 103 ready hibernate restart
	daemon_start
	shell 103
	ask 103 ready.1
	[[ $answer == ok ]]
	ask 103 hibernate.1 now
	[[ $answer == "usage: hibernate" ]]
	ask 103 restart.1
	[[ $answer == ok ]]
	wait_until 10 logged 'subhost=103 restart: error status='
	logged "runs in the foreground of"
	tell 103 'echo >/.syscmd/hibernate.2'
	wait_until 10 is 103 hibernated
	wait_until 10 logged "subhost=103 hibernate: ok"
}

# --- the administrator's own ----------------------------------------------

# handler VERB TEXT: and 103 may use it
handler() {
	mkdir -p "$SUBHOST_ETC/handlers"
	printf '#!/bin/bash\n%s\n' "$2" >"$SUBHOST_ETC/handlers/$1"
	chmod 0755 "$SUBHOST_ETC/handlers/$1"
	masters "$1"
	sub allow 103 "$1"
}

@test "a handler: words, environment, user, answer" {
	handler greet 'echo "name=$SUBHOST_NAME n=$# uid=$(id -u) groups=$(id -G)"
		printf "<%s>" "$@"; echo; pwd; env | sort | tr "\n" " "
		[[ -t 0 ]] || read -r x || echo "no stdin"; echo complaint >&2'
	this_is_before
	daemon_start
	shell 103
	ask 103 greet.1 'a%2 b'
	[[ $answer == "error: a%2 has a % without two digits" ]]
	ask 103 greet.2 'a%00'
	[[ $answer == "error: "* ]]
	uid=$(id -u nobody) gid=$(id -g nobody)
	ask 103 greet.3 'a%20b $(id) ; --x=%25 %C3%A4 `id`'
	[[ $answer == "ok name=103 n=6 uid=$uid groups=$gid | <a b><\$(id)><;><--x=%><\\xc3\\xa4><\`id\`> | / | "* ]]
	[[ $answer == *"no stdin" && $answer == *" SUBHOST_NAME=103 "* ]]
	[[ $answer != *SUBHOST_RUN* && $answer != *HOME=/root* ]]
	logged 'subhost=103 handler=greet said="complaint"'
	handler quiet 'true'
	ask 103 quiet.1
	[[ $answer == ok ]]
	# Not for the other.
	shell 104
	ask 104 quiet.1
	[[ $answer == "error: quiet is not enabled for 104; "* ]]
}

@test "a handler that fails, is slow, says too much, or is not root's alone" {
	echo "HANDLER_TIMEOUT = 1" >"$SUBHOST_ETC/vzdaemon.conf"
	handler bad 'echo "no such thing"; exit 3'
	handler mute 'exit 3'
	handler slow 'sleep 1000 & sleep 1001'
	handler long 'yes'
	handler open 'echo never'
	handler edge 'head -c 65000 /dev/zero | tr "\0" x'
	chmod g+w "$SUBHOST_ETC/handlers/open"
	this_is_before
	daemon_start
	shell 103
	ask 103 bad.1
	[[ $answer == "error: no such thing" ]]
	ask 103 mute.1
	[[ $answer == "error: it failed with status 3" ]]
	ask 103 slow.1
	[[ $answer == "error: it took longer than 1 seconds and was ended" ]]
	run ! pgrep -f "sleep 100[01]"
	ask 103 long.1
	[[ $answer == "error: it said more than 65536 bytes and was ended" ]]
	ask 103 edge.1
	[[ ${#answer} == 65003 ]]
	ask 103 open.1
	[[ $answer == "error: the host cannot do it now; its log says why" ]]
	logged "open has to be a plain file of root's"
	rm "$SUBHOST_ETC/handlers/bad"
	tell 103 'echo >/.syscmd/bad.2' # no longer a verb
	ask 103 mute.2
	[[ -e $SUBHOST/103/live/.syscmd/bad.2 ]]
}

@test "handlers run beside the rest: one a guest, its casts meanwhile, answers in time" {
	handler wait 'while [[ ! -e /run/go ]]; do sleep 0.05; done; echo "$1"'
	sub allow 104 cast wait
	sub allow 103 caston
	this_is_before
	both
	tell 103 'printf "1\n2\n" >/.syscmd/wait.a; echo 3 >/.syscmd/wait.b'
	tell 104 'echo 4 >/.syscmd/wait.c'
	started() { [[ $(pgrep -fc "$SUBHOST_ETC/handlers/wait") == 2 ]]; }
	wait_until 5 started
	ask 103 caston.1 104:/srv/a
	[[ $answer == ok* ]]
	started
	touch /run/go
	answered 103 wait.a
	[[ $answer == "ok 1"$'\n'"ok 2" ]]
	answered 103 wait.b
	answered 104 wait.c
	[[ $answer == "ok 4" ]]
	rm /run/go
}

@test "a handler whose guest goes, and one whose daemon goes" {
	handler wait 'sleep 500'
	this_is_before
	daemon_start
	shell 103
	tell 103 'echo >/.syscmd/wait.1'
	wait_until 5 pgrep -f '^sleep 500'
	sub stop 103
	daemon_stop
	over() { ! pgrep -f '^sleep 500'; }
	wait_until 5 over
}

# --- limits ----------------------------------------------------------------

# ms NAME FILE: how long an answer to showcast takes, in milliseconds
ms() {
	local begun=${EPOCHREALTIME/[.,]/}
	tell "$1" "echo >/.syscmd/$2"
	answered "$1" "$2" >&2
	echo $(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
}

@test "one that asks too much waits its turn, and no other one does" {
	printf 'RATE = 10\nBURST = 20\n' >"$SUBHOST_ETC/vzdaemon.conf"
	daemon_start
	shell 103
	shell 104
	tell 103 'i=0; while [ $i -lt 100 ]; do echo >/.syscmd/showcast.$i
		i=$((i+1)); done'
	for i in 1 2 3 4 5; do
		(($(ms 104 "showcast.$i") < 500))
	done
	logged "subhost=103 is listened to once a second: too many messages wait"
	# Ten a second, after the first twenty.
	left() { (($(ls "$SUBHOST/103/live/.syscmd" | wc -l) < $1)); }
	run ! left 40
	wait_until 15 left 1
	count() { grep -c 'by="guest showcast.*" showcast: ok' "$LOG"; }
	wait_until 5 eval '(($(grep -c "subhost=103 .* showcast: ok" "$LOG") == 100))'
	# And is listened to as before.
	for i in a b c; do
		sleep 0.4
		ms 103 "showcast.$i"
	done
	rm "$SUBHOST_ETC/vzdaemon.conf"
}

@test "the queue of events overflows: everybody is listed, nothing is lost" {
	both
	ask 103 caston.1 104:/srv/a
	kill -STOP "$daemon"
	tell 103 'i=0; while [ $i -lt 12000 ]; do : >/.syscmd/x; : >/.syscmd/y
		i=$((i+1)); done' 100
	tell 104 'echo >/.syscmd/showcast.lost; mv /.syscmd /old; mkdir /.syscmd
		echo >/.syscmd/showcast.new'
	kill -CONT "$daemon"
	answered 104 showcast.new
	[[ -e $SUBHOST/104/live/old/showcast.lost ]]
	tell 103 'rm /.syscmd/x /.syscmd/y'
	ask 103 castoff.1 /srv/a
}

@test "answers do not pile up: the newest 128 stay" {
	printf 'RATE = 10000\nBURST = 10000\n' >"$SUBHOST_ETC/vzdaemon.conf"
	daemon_start
	shell 103
	tell 103 'i=0; while [ $i -lt 700 ]; do echo >/.syscmd/showcast.$i
		i=$((i+1)); done'
	answered 103 showcast.699
	kept() {
		(($(ls "$SUBHOST/103/live/syscmd/replies" | wc -l) <= 128 + 64))
	}
	wait_until 5 kept
	rm "$SUBHOST_ETC/vzdaemon.conf"
}

@test "an idle one does nothing, and takes little memory" {
	local before after
	both
	sleep 2 # what is left to do is done
	before=$(cut -d' ' -f14,15 "/proc/$daemon/stat")
	sleep 2
	after=$(cut -d' ' -f14,15 "/proc/$daemon/stat")
	[[ $before == "$after" ]]
	awk '/^Pss:/ { print; exit $2 > 3072 }' "/proc/$daemon/smaps_rollup"
}
