#!/usr/bin/env bats
# A guest abuses its /.syscmd, which the host's root reads: FIFOs, links, leases,
# floods, names that write on terminals. Nothing outside is read or changed,
# nothing blocks the daemon, and another guest's requests are answered meanwhile.

load lib
load ../integration/daemon

setup() {
	places_new
	masters
	busybox_sub web
	busybox_sub db
	mkdir -p "$SUBHOST"/{web,db}/root/{.syscmd,srv/a}
	attacker message
	shadow=$(stat -c '%a %h %Y %Z' /etc/shadow)
	this_is_before
}

teardown() {
	[[ -n $BATS_TEST_COMPLETED ]] || {
		head -n 10 "$LOG"
		tail -n 20 "$LOG"
	} | cut -c1-300 || true
	daemon_done
}

# besides: the daemon and db, which is to be answered whatever web does
besides() {
	daemon_start
	shell db
	tell db 'echo secret >/srv/a/greeting'
	ask db showcast.0
}

# still: db is, within two seconds; the host is what it was
still() {
	asked=$((${asked-0} + 1))
	within 2 ask db "showcast.still$asked" || return
	[[ $answer == ok && $(stat -c '%a %h %Y %Z' /etc/shadow) == "$shadow" ]] ||
		return
	kill -0 "$daemon"
}

replied() { # FILE
	[[ -e $SUBHOST/web/live/syscmd/replies/$1 ]]
}

reply() { # FILE
	wait_until 5 replied "$1" || return
	cat "$SUBHOST/web/live/syscmd/replies/$1"
}

# files: what is left in its folder
files() {
	ls -A "$SUBHOST/web/live/.syscmd"
}

# The daemon reads nothing of it, and removes it.
declare -gA why=(
	[fifo]="only a plain file is a request"
	[socket]="only a plain file is a request"
	[zero]="only a plain file is a request"
	[tty]="only a plain file is a request"
	[loop]="only a plain file is a request"
	[absolute]="a symlink is no request"
	[relative]="a symlink is no request"
	[magic]="a symlink is no request"
	[self]="a symlink is no request"
	[dangling]="a symlink is no request"
	[hard]="a file with other hard links is no request"
	[directory]="a directory is no request"
)

all_refused() {
	local kind
	for kind in "${!why[@]}"; do
		# Devices only where the attacker could make them.
		case $kind in zero | tty | loop) replied "caston.$kind" || continue ;; esac
		[[ $(reply "caston.$kind") == "error: ${why[$kind]}" ]] || return
	done
	[[ $(files) == caston.directory ]] || return
	[[ -e $SUBHOST/web/live/.syscmd/caston.directory/below/caston.1 ]] ||
		return
	[[ $(<"$SUBHOST/web/live/other") == x ]] || return
	still || return
	# None of them is open, or is its terminal.
	[[ $(find "/proc/$daemon/fd" -lname '*syscmd*' | wc -l) == 0 &&
		$(cut -d' ' -f7 "/proc/$daemon/stat") == 0 ]]
}

all_kinds() {
	attack_behind /message kinds || return
	all_refused || return
	sub stop web || return
	rm -r "$SUBHOST"/web/root/{.syscmd,other}
	mkdir "$SUBHOST/web/root/.syscmd"
}

@test "FIFO, socket, devices, symlinks, a hard link, a directory" {
	besides
	in_each_mode all_kinds
}

@test "the same, found by listing: when the daemon starts" {
	shell db
	attack_behind /message kinds
	daemon_start
	all_refused
}

@test "a sparse file of 8 EiB" {
	besides
	attack_behind /message sparse
	[[ $(reply caston.sparse) == "error: a request has at most 4096 bytes" ]]
	[[ -z $(files) ]]
	still
	awk '/^Pss:/ { print; exit $2 > 3072 }' "/proc/$daemon/smaps_rollup"
}

@test "one that grows while others write it, too" {
	besides
	attack_behind /message grow 1500
	wait_until 30 grep -q "done" "$BATS_TEST_TMPDIR/web.out"
	[[ $(reply caston.grow) == "error: a request has at most 4096 bytes" ]]
	[[ -z $(files) ]]
	still
	# It was not read before.
	[[ $(grep -c 'guest caston.grow' "$LOG") == 1 ]]
}

@test "one that is cut, and written anew, under our eyes" {
	besides
	attack_behind /message change 2000
	still
	# What was read was all of one of them, or a part of one: never both.
	run ! grep -E 'a+b|b+a' <(sed -n 's/.*guest castoff.change" castoff \([^:]*\):.*/\1/p' \
		"$LOG")
}

@test "held by leases, whose holder does not care; locked in every way" {
	besides
	attack_behind /message lease 50
	[[ $(reply caston.lease49) == "error: a file under a lease is no request" ]]
	still
	[[ -z $(files) ]]
	sub stop web
	attack_behind /message locks
	[[ $(reply showcast.locks) == ok ]]
}

@test "20,000 files at once, half of them messages" {
	attack_behind /message flood 20000
	daemon_start
	shell db
	for i in 1 2 3 4 5; do
		still
	done
}

# cpu: what the daemon has used, in clock ticks
cpu() {
	awk '{ print $14 + $15 }' "/proc/$daemon/stat"
}

# calm SECONDS: less than a quarter of a processor in so long
calm() {
	local before ticks
	before=$(cpu)
	sleep "$1"
	ticks=$(($(cpu) - before))
	echo "cpu: $ticks ticks in $1 s"
	((ticks < $1 * $(getconf CLK_TCK) / 4))
}

@test "messages and files as fast as it can, for ever: others are answered" {
	besides
	attack_behind /message flood
	for i in 1 2 3; do
		still
	done
	calm 5
	sub stop web
	attack_behind sh -c '/message busy & echo ready; wait'
	still
	calm 5
	still
}

@test "every byte in names and in what they say; the log shows none raw" {
	printf 'RATE = 10000\nBURST = 10000\n' >"$SUBHOST_ETC/vzdaemon.conf"
	besides
	attack_behind /message names
	still
	# All but /, which no name has; the answers to the first are gone by now.
	taken() {
		! find "$SUBHOST/web/live/.syscmd" -type f -printf '%f\0' |
			grep -zqE '^(castoff\..*|showcast(\.[a-zA-Z0-9_.-]+)?)$'
	}
	wait_until 10 taken
	for i in 0 1 8 11 13 27 31 127; do
		logged "guest castoff.b$i\" castoff: error: byte 3 is a control character"
	done
	for i in 37 128 255; do
		logged "guest castoff.b$i\" castoff /a"
	done
	run ! grep -aqP '[^\x20-\x7e]' "$LOG"
	run ! grep -raqP '[^\x20-\x7e\n]' "$SUBHOST/web/live/syscmd/replies"
	# Names that are none were left alone.
	files | grep -aq '^showcast'
	rm "$SUBHOST_ETC/vzdaemon.conf"
}

@test "the folder is replaced all the time, by symlinks to /proc/1/root, too" {
	besides
	attack_behind /message replace 20000
	still
	sub enter web -- sh -c 'rm -f /c; [ -d /.syscmd ] || { rm /.syscmd
		mkdir /.syscmd; }; echo >/.syscmd/showcast.end' </dev/null
	[[ $(reply showcast.end) == ok ]]
}

@test "a message that is not finished is not the verb alone: nothing is accepted" {
	besides
	tell db 'echo "/srv/a web" >/.syscmd/cast.1'
	answered db cast.1
	mkfifo "$BATS_TEST_TMPDIR/go"
	exec 7<>"$BATS_TEST_TMPDIR/go"
	sub start web -- /message unfinished <"$BATS_TEST_TMPDIR/go" \
		>"$BATS_TEST_TMPDIR/web.out" 2>"$BATS_TEST_TMPDIR/web.err" 3>&- 7>&- &
	wait_until 10 grep -q ready "$BATS_TEST_TMPDIR/web.out"
	# By event, by listing, and again.
	sub enter web -- sh -c 'echo >/.syscmd/showcast.1; : >>/.syscmd/caston.unfinished' \
		</dev/null
	reply showcast.1 >/dev/null
	daemon_stop
	daemon_start
	still
	sub enter web -- sh -c 'echo >/.syscmd/showcast.2' </dev/null
	reply showcast.2 >/dev/null
	run ! replied caston.unfinished
	[[ ! -e /proc/$(init_pid web)/root/srv/a/greeting ]]
	echo >&7
	exec 7>&-
	[[ $(reply caston.unfinished) == usage:* ]]
	[[ ! -e /proc/$(init_pid web)/root/srv/a/greeting ]]
}

@test "another's name in the tag; forged answers are the forger's alone" {
	set_config web MOUNTS=yes
	besides
	start_quietly web -- sleep 1000
	on_web() { sub enter web -- sh -c "$1" </dev/null; }
	on_web 'echo "db:/srv/a" >/.syscmd/caston.db'
	[[ $(reply caston.db) == error:* ]]
	[[ ! -e $SUBHOST/db/live/syscmd/replies/caston.db ]]
	on_web 'echo ok >/syscmd/replies/caston.db' && false
	on_web 'rm -f /syscmd/replies/caston.db; rm -f /syscmd/caston' && false
	# In its own view it may lie to itself.
	on_web 'mount -t tmpfs none /syscmd; mkdir /syscmd/replies
		ln -s /etc/passwd /syscmd/replies/showcast.1
		echo >/.syscmd/showcast.1; sleep 0.5; ls -l /syscmd/replies' |
		grep -q -- '-> /etc/passwd'
	[[ $(reply showcast.1) == ok ]]
	still
}

@test "it takes all the inotify instances that it can get" {
	besides
	attack_behind sh -c 'i=0; while [ $i -lt 200 ]; do
		inotifyd - /:c >/dev/null 2>&1 & i=$((i+1)); done
		sleep 0.5; echo ready; wait'
	still
	daemon_stop
	daemon_start
	still
}
