#!/usr/bin/env bats
# start, hibernate, wake, stop: states, exit statuses, the terminal.

load lib

live_is_mounted() {
	mountpoint -q "$SUBHOST/$1/live"
}

runs() { # COMMAND-PATTERN: does a process of that command line exist?
	grep -lzq -- "$1" /proc/[0-9]*/cmdline 2>/dev/null
}

@test "a command's output, input and status pass through" {
	busybox_sub web
	run sub start web -- echo hello
	[[ $status == 0 && $output == hello ]]
	run sub start web -- cat <<<"typed"
	[[ $status == 0 && $output == typed ]]
	run sub start web -- sh -c 'exit 7'
	[[ $status == 7 ]]
}

@test "stdout and stderr stay apart without a terminal" {
	busybox_sub web
	run --separate-stderr sub start web -- sh -c 'echo out; echo err >&2'
	[[ $output == out && $stderr == err ]]
}

@test "a command's death by signal is 128 + n" {
	busybox_sub web "REAPER=yes"
	run sub start web -- sh -c 'kill -TERM $$'
	[[ $status == 143 ]]
	run sub start web -- sh -c 'kill -KILL $$'
	[[ $status == 137 ]]
}

@test "a command that does not exist is 127" {
	busybox_sub web
	fails_with 127 "/no/such" sub start web -- /no/such
	fails_with 127 "nosuch" sub start web -- nosuch
}

@test "a command that cannot be executed is 126" {
	busybox_sub web
	touch "$SUBHOST/web/root/plain"
	fails_with 126 "/plain" sub start web -- /plain
	fails_with 126 "/etc" sub start web -- /etc
}

@test "a command is found by PATH, in the guest" {
	busybox_sub web
	run sub start web -- readlink -f /proc/self/exe
	[[ $output == /bin/busybox ]]
}

@test "when it ends, it is hibernated: live and netns stay" {
	busybox_sub web
	sub start web -- true
	is web hibernated
	live_is_mounted web
	ip netns exec web true
}

@test "after stop nothing is left, and it is stopped" {
	busybox_sub web
	is web stopped
	sub start web -- true
	sub stop web
	is web stopped
	run ! live_is_mounted web
	[[ ! -e /run/netns/web ]]
	assert_same_host
}

@test "waking keeps the network namespace, the mounts and the files" {
	local before
	busybox_sub web
	sub start web -- sh -c 'echo kept >/file; echo gone >/run/file || true'
	before=$(stat -Lc %i /run/netns/web; grep -c " $SUBHOST/web/live " \
		/proc/self/mountinfo)
	run sub start web -- cat /file
	[[ $output == kept ]]
	[[ $before == "$(stat -Lc %i /run/netns/web; grep -c \
		" $SUBHOST/web/live " /proc/self/mountinfo)" ]]
}

@test "files survive a stop" {
	busybox_sub web
	sub start web -- sh -c 'echo kept >/file'
	sub stop web
	run sub start web -- cat /file
	[[ $output == kept ]]
}

@test "start of a running one is refused" {
	busybox_sub web
	start_quietly web -- sleep 1000
	fails_with 125 running sub start web -- true
	is web running
}

@test "hibernate ends a running one; its foreground start returns 137" {
	busybox_sub web
	start_quietly web -- sleep 1000
	sub hibernate web
	is web hibernated
	wait "$starter" || [[ $? == 137 ]]
	run ! runs "sleep.1000"
}

@test "hibernate of a hibernated one changes nothing" {
	busybox_sub web
	sub start web -- true
	sub hibernate web
	is web hibernated
}

@test "stop ends a running one" {
	busybox_sub web
	start_quietly web -- sleep 1000
	sub stop web
	wait "$starter" || [[ $? == 137 ]]
	assert_same_host
}

@test "stop twice, and of one never started" {
	busybox_sub web
	sub stop web
	sub start web -- true
	sub stop web
	sub stop web
	assert_same_host
}

@test "eight stops at once" {
	local pids=() pid
	busybox_sub web
	start_quietly web -- sleep 1000
	for _ in 1 2 3 4 5 6 7 8; do
		sub stop web 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	wait "$starter" || true
	assert_same_host
}

@test "four starts at once: one runs, three are refused" {
	local pids=() pid refused=0
	busybox_sub web
	for _ in 1 2 3 4; do
		sub start web -- sleep 1000 </dev/null \
			2>>"$BATS_TEST_TMPDIR/refusals" 3>&- &
		pids+=($!)
	done
	wait_until 10 is web running
	refused() { [[ $(grep -c running "$BATS_TEST_TMPDIR/refusals") == 3 ]]; }
	wait_until 30 refused
	sub stop web
	for pid in "${pids[@]}"; do
		wait "$pid" || [[ $? != 125 ]] || refused=$((refused + 1))
	done
	[[ $refused == 3 ]]
}

@test "a command that waits too long for another one names it" {
	local holder
	busybox_sub web
	flock "$SUBHOST/web" sleep 100 3>&- &
	holder=$!
	wait_until 5 eval '! flock -n "$SUBHOST/web" true'
	fails_with 1 "held by pid" sub stop --timeout 1 web
	[[ $stderr == *"sleep 100"* || $stderr == *flock* ]]
	pkill -P "$holder" sleep
	wait "$holder" || true
	sub stop web
}

@test "several at once, each its own" {
	local n pids=()
	for n in 1 2 3 4 5 6; do
		busybox_sub "web$n"
		sub start "web$n" -- sh -c "hostname >/me" </dev/null 3>&- &
		pids+=($!)
	done
	for n in 1 2 3 4 5 6; do
		wait "${pids[n - 1]}"
		[[ $(cat "$SUBHOST/web$n/root/me") == "web$n" ]]
	done
	sub stop web1 web2 web3 web4 web5 web6
	assert_same_host
}

@test "with several names all are tried, 1 if any failed" {
	busybox_sub web
	sub start web -- true
	fails_with 1 nosuch sub stop nosuch web
	is web stopped
}

@test "when init dies every process is gone before start returns" {
	busybox_sub web
	sub start web -- sh -c 'for i in 1 2 3 4 5 6 7 8; do
		setsid sleep 4242 & done; sleep 0.1; exit 0' </dev/null
	run ! runs "sleep.4242"
}

@test "with REAPER=yes orphans are reaped and signals passed on" {
	local init
	busybox_sub web "REAPER=yes"
	run sub start web -- sh -c 'cat /proc/1/stat; (sleep 0.01 &) ; sleep 0.2
		grep -l "^State:.Z" /proc/[0-9]*/status'
	[[ $status == 1 && $output != *"(sh)"* ]]
	start_quietly web -- sh -c 'trap "echo got >/got; exit 5" TERM
		touch /ready; while :; do sleep 0.1; done'
	wait_until 5 test -e "$SUBHOST/web/root/ready"
	init=$(init_pid web)
	kill -TERM "$init"
	wait "$starter" || [[ $? == 5 ]]
	[[ $(cat "$SUBHOST/web/root/got") == got ]]
}

@test "stop asks init first" {
	busybox_sub web "STOPSIGNAL=TERM"
	start_quietly web -- sh -c 'trap "echo asked >/asked; exit 0" TERM
		touch /ready; while :; do sleep 0.1; done'
	wait_until 5 test -e "$SUBHOST/web/root/ready"
	sub stop web
	[[ $(cat "$SUBHOST/web/root/asked") == asked ]]
	wait "$starter"
}

@test "an init that will not end is killed after STOP_TIMEOUT" {
	local begun
	busybox_sub web "STOPSIGNAL=TERM" "STOP_TIMEOUT=1"
	start_quietly web -- sh -c 'trap "touch /asked" TERM
		touch /ready; while :; do sleep 0.1; done'
	wait_until 5 test -e "$SUBHOST/web/root/ready"
	begun=$SECONDS
	sub stop web
	((SECONDS - begun >= 1 && SECONDS - begun <= 4))
	[[ -e $SUBHOST/web/root/asked ]]
	wait "$starter" || [[ $? == 137 ]]
}

@test "INIT is what runs without a command" {
	busybox_sub web "INIT='/bin/sh -c \"echo from init; exit 9\"'"
	run sub start web
	[[ $status == 9 && $output == "from init" ]]
}

@test "HOSTNAME, ENVIRONMENT, WORKDIR and USER are seen inside" {
	busybox_sub web "HOSTNAME=inner" 'ENVIRONMENT=("A=1" "B=two words")' \
		"WORKDIR=/etc" "USER=daemon"
	run sub start web -- sh -c 'hostname; echo "$A,$B"; pwd; id -u'
	[[ $status == 0 ]]
	[[ ${lines[0]} == inner && ${lines[1]} == "1,two words" ]]
	[[ ${lines[2]} == /etc && ${lines[3]} == 1 ]]
}

@test "nothing of the caller's environment or directory leaks inside" {
	busybox_sub web
	SECRET=hidden run sub start web -- sh -c 'env; pwd; ls /proc/self/fd'
	[[ $status == 0 && $output != *hidden* && $output != *SUBHOST* ]]
	# 0, 1, 2 and those of ls itself and of the pipe.
	run sub start web -- sh -c 'ls /proc/self/fd 2>/dev/null | wc -l'
	((output <= 4))
}

@test "PRE_START and POST_STOP run on the host with their names" {
	printf '#!/bin/sh\necho "$1$SUBHOST_NAME $SUBHOST_LIVE" >>%s\n' \
		"$SUBHOST/seen" >"$SUBHOST/hook"
	chmod 0755 "$SUBHOST/hook"
	busybox_sub web "PRE_START='$SUBHOST/hook'" "POST_STOP='$SUBHOST/hook'"
	sub start web -- true
	sub stop web
	[[ $(sort -u "$SUBHOST/seen") == "web $SUBHOST/web/live" ]]
	[[ $(wc -l <"$SUBHOST/seen") == 2 ]]
}

@test "a failing PRE_START ends the start and undoes it" {
	printf '#!/bin/sh\nexit 3\n' >"$SUBHOST/hook"
	chmod 0755 "$SUBHOST/hook"
	busybox_sub web "PRE_START='$SUBHOST/hook'"
	fails_with 125 PRE_START sub start web -- true
	is web stopped
	assert_same_host
}

@test "list and status, for people" {
	busybox_sub web
	busybox_sub db
	sub start web -- true
	run sub list
	[[ $status == 0 ]]
	grep -qE '^web .*hibernated' <<<"$output"
	grep -qE '^db .*stopped' <<<"$output"
	run sub status web
	[[ $status == 0 && $output == *hibernated* ]]
}

@test "list fits a terminal, and is whole in a pipe" {
	local name=a-name-of-two-score-bytes-or-even-more-of-them line
	busybox_sub "$name"
	busybox_sub db
	run_tty -- "$SUBHOST_BIN" list
	echo "$output"
	[[ $status == 0 && $output == *"${name:0:16}"*"~"*"stopped"* ]]
	[[ $output != *"$base"* ]] # it is long, and worth least
	while IFS= read -r line; do
		[[ ${#line} -le 81 ]] # and a carriage return
	done <<<"$output"
	run sub list
	[[ $output == *"$name "*"$base"* && $output != *"~"* ]]
}

@test "list and status, for programs" {
	busybox_sub web
	busybox_sub db
	start_quietly web -- sleep 1000
	[[ $(sub list --json | jq -r '[.[] | .name + "=" + .state] | sort |
		join(" ")') == "db=stopped web=running" ]]
	[[ $(sub status web --json | jq -r .name) == web ]]
	[[ $(tr '\0' ' ' <"/proc/$(init_pid web)/cmdline") == "sleep 1000 " ]]
	sub stop web
	wait "$starter" || true
}

@test "status of one that does not exist fails" {
	fails_with 1 nosuch sub status nosuch
}

@test "./control start future, ./control stop future" {
	busybox_sub future
	ln -s "$SUBHOST_BIN" "$SUBHOST/control"
	pushd "$SUBHOST"
	run_tty expect='[#$] ' send='echo x$((6*7))x\n' expect=x42x \
		send='exit 0\n' -- ./control start future
	popd
	echo "$output"
	[[ $status == 0 ]]
	is future hibernated
	(cd "$SUBHOST" && ./control stop future)
	is future stopped
}

@test "--root names another \$SUBHOST" {
	busybox_sub web
	mv "$SUBHOST" "$PLACES/elsewhere"
	mkdir "$SUBHOST"
	export HARMLESS=$PLACES/elsewhere
	run sub start --root "$PLACES/elsewhere" web -- echo there
	[[ $status == 0 && $output == *there* ]]
	sub stop --root "$PLACES/elsewhere" web
}

@test "two instances never touch each other's things" {
	local other=$PLACES/other
	mkdir -p "$other"/{subhost,state,etc}
	export HARMLESS=$other
	this_is_before
	busybox_sub web
	sub start web -- true
	cp -a "$SUBHOST/web/config" "$other/"
	SUBHOST=$other/subhost SUBHOST_RUN=$other/run SUBHOST_STATE=$other/state \
		SUBHOST_ETC=$other/etc run sub list
	[[ $status == 0 && $output != *web* ]]
	SUBHOST=$other/subhost SUBHOST_RUN=$other/run SUBHOST_STATE=$other/state \
		SUBHOST_ETC=$other/etc run sub stop web
	is web hibernated
}

@test "a shell on a terminal: exit status, size, job control" {
	busybox_sub web
	run_tty expect='[#$] ' send='stty size\n' expect='24 80' \
		size=40x100 send='stty size\n' expect='40 100' \
		send='tty\n' expect='/dev/' \
		send='sh -c "echo x$((6*7))x; exec sleep 1000"\n' expect=x42x \
		send='\x03' \
		expect='[#$] ' send='exit 3\n' -- "$SUBHOST_BIN" start web
	echo "$output"
	[[ $status == 3 ]]
}

@test "a shell on a terminal sees none of the host's terminal" {
	busybox_sub web
	run_tty expect='[#$] ' send='ls /dev/pts; readlink /proc/self/fd/0\n' \
		expect='/dev/' send='exit\n' -- "$SUBHOST_BIN" start web
	[[ $status == 0 && $output != *unreachable* ]]
}

@test "the terminal's modes come back whatever happens" {
	busybox_sub web
	# The guest leaves raw, or is killed from elsewhere.
	run_tty expect='[#$] ' send='stty raw -echo; exit 0\n' \
		-- "$SUBHOST_BIN" start web
	[[ $status == 0 ]]
	run_tty expect='[#$] ' signal=TERM -- "$SUBHOST_BIN" start web
	echo "$status: $output"
	[[ $status != 97 && $status != 98 && $status != 99 ]]
	(
		wait_until 10 is web running
		sub stop web
	) 3>&- &
	run_tty -- "$SUBHOST_BIN" start web
	[[ $status == 137 || $status == 129 ]]
	wait $!
}

@test "a live unmounted by hand: damaged or stopped, and start mends it" {
	busybox_sub web
	sub start web -- true
	umount -l "$SUBHOST/web/live"
	[[ $(state web) =~ ^(damaged|stopped)$ ]]
	sub start web -- true
	is web hibernated
	sub stop web
	assert_same_host
}

@test "a lost netns: damaged, and stop mends it" {
	busybox_sub web
	sub start web -- true
	umount -l /run/netns/web
	rm -f /run/netns/web
	is web damaged
	sub stop web
	assert_same_host
}

@test "lost records: stop leaves nothing" {
	busybox_sub web
	sub start web -- true
	find "$SUBHOST_RUN" -xdev -type f -path '*web*' -delete
	sub stop web
	assert_same_host
}

@test "a foreign netns of that name is never touched" {
	busybox_sub web
	ip netns add web
	this_is_before
	fails_with 125 "web" sub start web -- true
	assert_same_host
	sub stop web
	assert_same_host
	ip netns del web
	umount -l /run/netns || true
	this_is_before
}

@test "a foreign mount on live is never touched" {
	busybox_sub web
	mount -t tmpfs foreign "$SUBHOST/web/live"
	fails_with 125 "live" sub start web -- true
	[[ $(findmnt -no SOURCE "$SUBHOST/web/live") == foreign ]]
	sub stop web || true
	[[ $(findmnt -no SOURCE "$SUBHOST/web/live") == foreign ]]
	umount "$SUBHOST/web/live"
}

@test "a start from a host without shared mounts" {
	busybox_sub web
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -ec '
		"$SUBHOST_BIN" start web -- true
		"$SUBHOST_BIN" stop web
		! mountpoint -q "$SUBHOST/web/live"'
}

@test "usage errors are 2" {
	run sub
	[[ $status == 2 ]]
	run sub nosuchverb
	[[ $status == 2 ]]
	run sub start
	[[ $status == 2 ]]
	run sub stop --nosuchoption web
	[[ $status == 2 ]]
}
