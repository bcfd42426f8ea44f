#!/usr/bin/env bats
# The console of a detached one: its log, and those who attach.

load lib

LOG() {
	echo "$SUBHOST_STATE/log/web"
}

# What the console said, without times, and without words of our own.
said() {
	sub logs "$@" web | sed -n 's/^[0-9TZ:.-]* //p'
}

has_said() { # REGEX
	said | grep -Eq -- "$1"
}

supervisor() {
	sub status web --json | jq '.supervisor // empty'
}

# --- the log ----------------------------------------------------------------

@test "each line has its time, in UTC, and is what was written" {
	busybox_sub web
	sub start -d web -- sh -c 'printf "a\tb\n\n\\x \"c\"\nlast"; sleep 1000'
	wait_until 5 has_said '^last'
	run sub logs web
	echo "$output"
	[[ $status == 0 && ${#lines[@]} == 5 ]]
	[[ ${lines[0]} =~ ^20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z ]]
	[[ ${lines[0]} == *"Z# started, init is "* ]]
	[[ ${lines[1]} == *"Z a$(printf '\t')b" && ${lines[2]} == *"Z " ]]
	[[ ${lines[3]} == *'Z \x "c"' && ${lines[4]} == *'Z last' ]]
	run ! grep -q $'\r' "$(LOG)"
	(($(date -d "$(sub logs web | sed -n '1s/#.*//p')" +%s) - EPOCHSECONDS < 5))
	[[ $(stat -c %a "$(LOG)" "$SUBHOST_STATE/log") == $'600\n700' ]]
}

@test "a guest cannot write as if it were the supervisor" {
	busybox_sub web
	sub start -d web -- sh -c \
		'echo "2026-11-21T10:00:00.000000Z# ended with status 0"; sleep 1000'
	wait_until 5 has_said 'ended with status 0'
	[[ $(sub logs web | grep -c '^[^ ]*Z# ended') == 0 ]]
}

@test "logs on a terminal shows control bytes, and not in a pipe" {
	busybox_sub web
	sub start -d web -- sh -c \
		'printf "\033[2J\a\303\244\302\233\377\ttab\n"; sleep 1000'
	wait_until 5 has_said tab
	run_tty -- "$SUBHOST_BIN" logs web
	echo "$output"
	[[ $output == *'Z \x1b[2J\x07ä\xc2\x9b\xff'*tab* ]]
	sub logs web | grep -q $'Z \033\\[2J\a'
}

@test "logs -n, --since, and what it refuses" {
	busybox_sub web
	sub start -d web -- sh -c 'for i in 1 2 3 4 5; do echo line $i; done
		sleep 1000'
	wait_until 5 has_said 'line 5'
	[[ $(said -n 2) == $'line 4\nline 5' ]]
	[[ -z $(sub logs -n 0 web) ]]
	[[ $(sub logs -n 1000 web | wc -l) == 6 ]]
	[[ $(said --since 1m | wc -l) == 5 ]]
	[[ $(said --since 1d -n 1) == "line 5" ]]
	[[ $(said --since "$(date +%F)" | wc -l) == 5 ]]
	[[ -z $(said --since "$(date -d '+1 hour' '+%F %H:%M')") ]]
	[[ -z $(said --since "$(date -d '+1 hour' '+%F %H:%M:%S')") ]]
	[[ $(said --since "$(sub logs web | sed -n '4s/ .*//p')" |
		head -n 1) == "line "? ]]
	fails_with 1 "no time" sub logs --since yesterday web
	fails_with 1 "no time" sub logs --since 5 web
	fails_with 1 "no time" sub logs --since 99999999999d web
	fails_with 2 "not a good value" sub logs -n -1 web
	fails_with 2 "not a good value" sub logs -n x web
	fails_with 2 "usage" sub logs
	fails_with 2 "usage" sub logs web db
	fails_with 1 "no sub host nosuch" sub logs nosuch
	busybox_sub db
	fails_with 1 "db has no log" sub logs db
}

@test "logs -f shows what comes, also a prompt, and over a rotation" {
	local follower
	busybox_sub web "LOG_MAX=300K"
	sub start -d web -- sh -c 'echo first; while ! [ -e /run/go ]; do sleep 0.05
		done; i=0; while [ $i -lt 3000 ]; do i=$((i + 1))
		echo "number $i with some more text behind it"; done
		printf "prompt: "; sleep 1000'
	wait_until 5 has_said first
	sub logs -f -n 1 web >"$BATS_TEST_TMPDIR/out" 3>&- &
	follower=$!
	wait_until 5 grep -q first "$BATS_TEST_TMPDIR/out"
	touch "$SUBHOST/web/live/run/go"
	wait_until 10 grep -q 'prompt: $' "$BATS_TEST_TMPDIR/out"
	[[ -e $(LOG)~1 ]]
	tail -n 2000 "$BATS_TEST_TMPDIR/out" | sed -n 's/.* number \([0-9]*\) .*/\1/p' \
		>"$BATS_TEST_TMPDIR/numbers"
	diff "$BATS_TEST_TMPDIR/numbers" \
		<(seq "$(head -n 1 "$BATS_TEST_TMPDIR/numbers")" 3000)
	pkill -P $follower || true
	wait $follower || true
}

@test "both files together stay within LOG_MAX, whole lines in each" {
	busybox_sub web "LOG_MAX=64K"
	sub start -d web -- sh -c 'i=0; while [ $i -lt 5000 ]; do i=$((i + 1))
		echo "number $i"; done; head -c 100000 /dev/zero | tr "\0" x
		echo; echo end; sleep 1000'
	wait_until 10 has_said '^end$'
	(($(stat -c %s "$(LOG)" | paste -sd+) <= 32768))
	(($(stat -c %s "$(LOG)~1") <= 32768))
	run ! grep -avE '^20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z[ +#]' "$(LOG)" "$(LOG)~1"
	[[ $(tail -c 1 "$(LOG)~1" | od -An -tx1) == " 0a" ]]
	# A line that is too long goes on in the next ones, behind a +.
	[[ $(sub logs web | sed -n 's/^[^+ #]*Z+//p' | head -n 1 | wc -c) == 8193 ]]
}

# one that writes N numbered lines, at once
count_to() {
	sub start -d web -- sh -c 'seq 1 '"$1"'; echo done; sleep 1000'
	wait_until 30 has_said '^done$'
	said | grep -v 'done' | diff - <(seq 1 "$1") >"$BATS_TEST_TMPDIR/diff" || {
		head "$BATS_TEST_TMPDIR/diff"
		return 1
	}
}

@test "much at once arrives whole" {
	busybox_sub web "LOG_MAX=256M"
	count_to 1000000
}

@test "a log that was taken away, or cut, is made anew" {
	busybox_sub web
	sub start -d web -- sh -c 'while :; do echo tick; sleep 0.05; done'
	wait_until 5 has_said tick
	rm "$(LOG)"
	wait_until 5 has_said tick
	: >"$(LOG)"
	wait_until 5 has_said tick
	sub hibernate web
	rm -r "$SUBHOST_STATE/log"
	sub start -d web -- sh -c 'echo again; sleep 1000'
	wait_until 5 has_said again
}

@test "a line that was begun is ended by the end" {
	busybox_sub web
	sub start -d web -- printf 'no newline'
	wait_until 5 eval '[[ -z $(supervisor) ]]'
	sub start -d web -- echo next
	wait_until 5 has_said '^next$'
	[[ $(said) == $'no newline\nnext' ]]
}

@test "a full disk: the guest waits, nothing is lost, and it is told" {
	mount -t tmpfs -o size=256k,mode=0700 small "$SUBHOST_STATE"
	this_is_before
	busybox_sub web "LOG_MAX=64M"
	mkdir "$SUBHOST_STATE/log"
	head -c 200000 /dev/zero >"$SUBHOST_STATE/filler"
	sub start -d web -- sh -c 'seq 1 20000; echo done; sleep 1000'
	refused() { [[ $(sub status web) == *"No space left"* ]]; }
	wait_until 10 refused
	run ! grep -q 'done' "$(LOG)"
	mount -o remount,size=64m "$SUBHOST_STATE"
	rm "$SUBHOST_STATE/filler"
	wait_until 10 has_said '^done$'
	said | grep -v 'done' | diff - <(seq 1 20000)
	wait_until 5 eval 'sub logs web | grep -q "# could not be written for"'
	run ! refused
	sub stop web
	umount "$SUBHOST_STATE"
	this_is_before
}

@test "a full disk does not keep stop from ending it" {
	local begun
	mount -t tmpfs -o size=64k,mode=0700 small "$SUBHOST_STATE"
	this_is_before
	busybox_sub web "LOG_MAX=64M"
	sub start -d web -- sh -c 'seq 1 200000; sleep 1000'
	wait_until 10 eval '[[ $(sub status web) == *"No space left"* ]]'
	begun=$SECONDS
	sub stop web
	((SECONDS - begun < 5))
	umount "$SUBHOST_STATE"
	this_is_before
}

@test "a log that cannot be opened ends the start" {
	busybox_sub web
	mkdir -p "$SUBHOST_STATE/log/web"
	fails_with 1 "cannot open its log" sub start -d web -- true
	rmdir "$SUBHOST_STATE/log/web"
	ln -s /etc/passwd "$SUBHOST_STATE/log/web"
	fails_with 1 "cannot open its log" sub start -d web -- true
	is web stopped
	[[ ! -e $SUBHOST_RUN ]]
	assert_same_host
}

# --- attach -----------------------------------------------------------------

@test "attach: type, see, leave by Ctrl-] three times; it goes on" {
	busybox_sub web
	sub start -d web
	run_tty expect='three times leaves' send='echo x$((6*7))x\n' \
		expect='x42x' send='\x1d' send='\x1d' send='\x1d' \
		expect='left, it goes on' -- "$SUBHOST_BIN" attach web
	echo "$output"
	[[ $status == 0 ]]
	is web running
	has_said x42x
}

@test "attach: Ctrl-] at leisure is the guest's" {
	busybox_sub web
	sub start -d web -- sh -c 'stty raw -echo; echo up
		dd bs=1 count=3 2>/dev/null | od -An -tx1; sleep 1000'
	wait_until 5 has_said up
	run_tty expect='leaves' send='\x1da\x1d' expect='1d 61 1d' \
		send='\x1d\x1d\x1d' expect=left -- "$SUBHOST_BIN" attach web
	echo "$output"
	[[ $status == 0 ]]
}

@test "attach: the size of the window is the console's, and follows" {
	busybox_sub web
	sub start -d web
	run_tty size=33x99 expect=leaves send='stty size\n' expect='33 99' \
		size=40x100 send='\n' send='stty size\n' expect='40 100' \
		send='\x1d\x1d\x1d' -- "$SUBHOST_BIN" attach web
	echo "$output"
	[[ $status == 0 ]]
}

@test "attach: several see the same" {
	local first
	busybox_sub web
	sub start -d web
	sub attach web >"$BATS_TEST_TMPDIR/seen" 2>&1 </dev/null 3>&- &
	first=$!
	run_tty expect=leaves send='echo x$((6*7))x\n' expect='x42x' \
		send='\x1d\x1d\x1d' -- "$SUBHOST_BIN" attach web
	[[ $status == 0 ]]
	wait_until 5 grep -q x42x "$BATS_TEST_TMPDIR/seen"
	sub stop web
	wait $first
	grep -q '^\[web: ended by signal' "$BATS_TEST_TMPDIR/seen"
}

@test "attach: more than it has room for are told so" {
	local pids=() i at
	busybox_sub web
	sub start -d web -- sleep 1000
	for i in {1..16}; do
		sub attach web </dev/null >/dev/null 2>&1 3>&- &
		pids+=($!)
	done
	at=/proc/$(supervisor)/fd
	# Theirs, and that on which it listens.
	wait_until 10 eval '(($(readlink '"$at"'/* | grep -c ^socket) == 17))'
	[[ $(sub attach web </dev/null 2>&1) == *"too many"* ]]
	# It answers all the same.
	[[ $(sub status web) != *"does not answer"* ]]
	sub stop web
	for i in "${pids[@]}"; do
		wait "$i"
	done
}

@test "attach: one that does not read is told what it has missed" {
	local client reader
	busybox_sub web "LOG_MAX=256M"
	sub start -d web -- sh -c 'while ! [ -e /run/go ]; do sleep 0.05; done
		seq 1 300000; echo done; while ! [ -e /run/more ]; do sleep 0.05; done
		echo more; sleep 1000'
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	sub attach web >"$BATS_TEST_TMPDIR/fifo" 2>"$BATS_TEST_TMPDIR/told" \
		</dev/null 3>&- &
	client=$!
	exec 8<"$BATS_TEST_TMPDIR/fifo"
	touch "$SUBHOST/web/live/run/go"
	wait_until 20 has_said '^done$'
	said | head -n 300000 | diff -q - <(seq 1 300000)
	cat <&8 >"$BATS_TEST_TMPDIR/seen" 3>&- &
	reader=$!
	touch "$SUBHOST/web/live/run/more"
	wait_until 5 grep -q more "$BATS_TEST_TMPDIR/seen"
	grep -E '^\[web: \[[0-9]+ bytes left out\]\]' "$BATS_TEST_TMPDIR/told"
	sub stop web
	exec 8<&-
	wait $client $reader
}

@test "a console that is not read takes no more than it has room for" {
	busybox_sub web
	sub start -d web -- sh -c 'stty raw -echo; echo up; sleep 1000'
	wait_until 5 has_said up
	head -c 1000000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/flood"
	run_tty expect=leaves "send=$(head -c 60000 "$BATS_TEST_TMPDIR/flood")" \
		signal=TERM -- "$SUBHOST_BIN" attach web
	[[ $status == 143 || $status == 15 ]]
	# Nobody else waits for it.
	is web running
	[[ $(sub status web --json | jq .supervisor_alive) == true ]]
	sub stop web
}

@test "the terminal's modes come back when attach is killed" {
	busybox_sub web
	sub start -d web
	run_tty expect=leaves signal=KILL -- "$SUBHOST_BIN" attach web
	[[ $status == 137 ]]
	run_tty expect=leaves signal=TERM -- "$SUBHOST_BIN" attach web
	[[ $status == 143 ]]
}

@test "attach says why it cannot" {
	busybox_sub web
	fails_with 1 "does not run" sub attach web
	fails_with 1 "no sub host nosuch" sub attach nosuch
	fails_with 2 usage sub attach
	start_quietly web -- sleep 1000
	fails_with 1 "not detached, it runs in the foreground of pid" sub attach web
	sub stop web
	wait "$starter" || true
}

@test "a hang-up inside is not the end of the console" {
	busybox_sub web "MOUNTS=yes"
	sub start -d web -- sh -c 'trap "" HUP; echo before; cat /proc/1/stat >/dev/null
		(setsid sh -c "exec </dev/console >/dev/console 2>&1; echo in between"); echo after
		sleep 1000'
	wait_until 5 has_said after
	[[ $(said) == $'before\nin between\nafter' ]]
}
