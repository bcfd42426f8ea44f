#!/usr/bin/env bats
# start -d: supervisors, exits, RESTART, NOTIFY, adoption; what ends them.

load lib

supervisor() {
	sub status "$1" --json | jq '.supervisor // empty'
}

last_exit() { # NAME FILTER
	sub status "$1" --json | jq -c ".last_exit | $2"
}

# Lines of the log, without their times; what is ours begins with #.
logged() {
	cat "$SUBHOST_STATE/log/$1" | sed 's/^[^Z]*Z//'
}

has_logged() { # NAME REGEX
	logged "$1" 2>/dev/null | grep -Eq -- "$2"
}

no_supervisor() {
	[[ -z $(supervisor "$1") ]]
}

# --- start, stop, hibernate -------------------------------------------------

@test "start -d returns at once; status, stop and hibernate find it" {
	local pid begun=$SECONDS
	busybox_sub web
	sub start -d web -- sleep 1000
	((SECONDS - begun < 5))
	is web running
	pid=$(supervisor web)
	[[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == *"start -d web"* ]]
	[[ $(sub status web) == *"supervisor     pid $pid"* ]]
	[[ $(sub status web --json | jq .detached) == true ]]
	sub hibernate web
	is web hibernated
	[[ ! -e /proc/$pid ]]
	no_supervisor web
	sub start -d web -- sleep 1000
	sub stop web
	is web stopped
	assert_same_host
}

@test "the supervisor is of no session, terminal or directory of the caller's" {
	local pid
	busybox_sub web
	cd "$BATS_TEST_TMPDIR"
	exec 9>"$BATS_TEST_TMPDIR/held"
	sub start -d web -- sleep 1000
	exec 9>&-
	pid=$(supervisor web)
	[[ $(readlink "/proc/$pid/cwd") == / ]]
	[[ $(awk '{ print $6 }' "/proc/$pid/stat") == "$pid" ]]
	[[ $(readlink "/proc/$pid/fd/"{0,1,2} | sort -u) == /dev/null ]]
	readlink /proc/"$pid"/fd/* >"$BATS_TEST_TMPDIR/open"
	run ! grep -F "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/open"
}

@test "start -d without a command runs INIT" {
	busybox_sub web "INIT='sh -c \"echo from INIT; sleep 1000\"'"
	sub start -d web
	wait_until 5 has_logged web '^ from INIT$'
	is web running
}

@test "start -d of several: all are tried, 1 if any failed" {
	busybox_sub web
	busybox_sub db
	fails_with 1 "no sub host nosuch" sub start -d web nosuch db -- sleep 1000
	is web running
	is db running
}

@test "forty at once" {
	local names=() n
	for n in {1..40}; do
		busybox_sub "web$n"
		names+=("web$n")
	done
	sub start -d "${names[@]}" -- sleep 1000
	[[ $(sub list --json | jq '[.[] | select(.state == "running" and
		.detached)] | length') == 40 ]]
	sub stop "${names[@]}"
	assert_same_host
}

@test "what start -d refuses, and with which status" {
	busybox_sub web
	run sub start -d
	[[ $status == 2 ]]
	run sub start -d web --
	[[ $status == 2 ]]
	run sub start -d -- true
	[[ $status == 2 ]]
	fails_with 1 "no name of a sub host" sub start -d ../web
	fails_with 127 "cannot run nosuch" sub start -d web -- nosuch
	touch "$SUBHOST/web/root/plain"
	fails_with 126 "cannot run /plain" sub start -d web -- /plain
	set_config web "RESTART=sometimes"
	fails_with 1 "config:2: RESTART is" sub start -d web -- true
	[[ ! -e $SUBHOST_RUN ]]
	set_config web
	sub start -d web -- sleep 1000
	fails_with 1 "running already" sub start -d web
	fails_with 125 "running already" sub start web -- true
	is web running
}

@test "one that runs in a foreground is not started again" {
	busybox_sub web
	start_quietly web -- sleep 1000
	fails_with 1 "running already" sub start -d web -- true
	sub stop web
	wait "$starter" || true
}

@test "without REAPER=no a command has our reaper, a shell has not" {
	busybox_sub web
	sub start -d web -- sleep 1000
	[[ $(tr '\0' ' ' <"/proc/$(init_pid web)/cmdline") == \
		"subhost-init sleep 1000 " ]]
	sub stop web
	sub start -d web
	[[ $(tr '\0' ' ' <"/proc/$(init_pid web)/cmdline") == /bin/sh* ]]
	sub stop web
	set_config web "REAPER=no"
	sub start -d web -- sleep 1000
	[[ $(tr '\0' ' ' <"/proc/$(init_pid web)/cmdline") == "sleep 1000 " ]]
}

@test "orphans are reaped, and stop is heard behind the reaper" {
	local begun
	busybox_sub web
	sub start -d web -- sh -c 'trap "echo asked; exit 5" TERM
		(sleep 0.01 &); sleep 0.3; echo ready
		while :; do sleep 0.1; done'
	wait_until 5 has_logged web '^ ready$'
	[[ -z $(pgrep -P "$(init_pid web)" | sed 's,.*,/proc/&/status,' |
		xargs grep -l '^State:.Z') ]]
	begun=$SECONDS
	sub stop web
	((SECONDS - begun < 5))
	has_logged web '^ asked$'
	has_logged web '^# ended with status 5$'
	[[ $(last_exit web .status) == 5 ]]
}

@test "its exit is noted, whoever kept it" {
	busybox_sub web
	sub start -d web -- sh -c 'exit 7'
	wait_until 5 no_supervisor web
	is web hibernated
	[[ $(last_exit web .status) == 7 ]]
	[[ $(sub status web) == *"last end"*"with status 7, after 0 s"* ]]
	set_config web "REAPER=no"
	sub start -d web -- sh -c 'trap exit TERM; sleep 1000'
	kill -KILL "$(init_pid web)"
	wait_until 5 no_supervisor web
	[[ $(last_exit web .signal) == 9 ]]
	run sub start web -- sh -c 'exit 3'
	[[ $(last_exit web .status) == 3 ]]
	sub stop web
	[[ $(last_exit web .status) == 3 ]]
}

@test "a supervisor that is told to end asks init, and starts none again" {
	local pid
	busybox_sub web "RESTART=always"
	sub start -d web -- sh -c 'trap "echo asked; exit 5" TERM; echo up
		while :; do sleep 0.1; done'
	wait_until 5 has_logged web '^ up$'
	pid=$(supervisor web)
	kill -TERM "$pid"
	wait_until 5 is web hibernated
	wait_until 5 eval "[[ ! -e /proc/$pid ]]"
	has_logged web '^ asked$'
	[[ $(last_exit web .status) == 5 ]]
	sub stop web
	assert_same_host
}

@test "a supervisor kills an init that does not hear it" {
	busybox_sub web "STOP_TIMEOUT=1"
	sub start -d web -- sh -c 'trap "" TERM; echo up
		while :; do sleep 0.1; done'
	wait_until 5 has_logged web '^ up$'
	kill -TERM "$(supervisor web)"
	wait_until 5 is web hibernated
	[[ $(last_exit web .signal) == 9 ]]
}

@test "stop of a fork bomb within seconds" {
	local begun
	busybox_sub web "PIDS_MAX=500"
	sub start -d web -- sh -c 'bomb() { bomb | bomb & }; bomb; sleep 1000'
	wait_until 10 eval '(($(sub status web --json | jq .processes) > 50))'
	begun=$SECONDS
	sub stop --timeout 1 web
	((SECONDS - begun < 10))
	assert_same_host
}

@test "a stop that is killed leaves nothing that the next one does not take" {
	busybox_sub web
	sub start -d web -- sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	sub stop web 3>&- &
	wait_until 5 pgrep -P $! >/dev/null
	pkill -KILL -P $!
	wait $! || true
	sub stop --force web
	assert_same_host
}

# --- restart ----------------------------------------------------------------

@test "restart of a detached one: detached again, with its command" {
	local before pid
	busybox_sub web
	sub start -d web -- sh -c 'echo "$1"; sleep 1000' sh 'two  words'
	before=$(init_pid web)
	pid=$(supervisor web)
	stat -Lc %i /run/netns/web >"$BATS_TEST_TMPDIR/net"
	sub restart web
	is web running
	[[ $(init_pid web) != "$before" && $(supervisor web) != "$pid" ]]
	[[ ! -e /proc/$pid ]]
	[[ $(stat -Lc %i /run/netns/web) == "$(cat "$BATS_TEST_TMPDIR/net")" ]]
	wait_until 5 eval '[[ $(logged web | grep -c "^ two  words$") == 2 ]]'
	sub restart web -- sh -c 'echo another; sleep 1000'
	wait_until 5 has_logged web '^ another$'
	# It has ended by itself: still.
	sub hibernate web
	sub restart web
	wait_until 5 eval '[[ $(logged web | grep -c "^ another$") == 2 ]]'
	sub stop web
	assert_same_host
}

@test "restart of one in a foreground is refused; -d of a sleeping one is not" {
	busybox_sub web
	start_quietly web -- sleep 1000
	fails_with 125 "foreground of pid" sub restart web
	sub hibernate web
	wait "$starter" || true
	sub restart -d web -- sleep 1000
	is web running
	[[ -n $(supervisor web) ]]
}

# --- RESTART ----------------------------------------------------------------

starts() { # NAME: how often it was started
	logged "$1" | grep -c '^# started, init is'
}

@test "RESTART=no: never; on-failure: not after status 0; always: always" {
	local policy
	for policy in no on-failure; do
		busybox_sub "$policy" "RESTART=$policy" "RESTART_DELAY=0"
		sub start -d "$policy" -- true
		wait_until 5 no_supervisor "$policy"
		is "$policy" hibernated
		[[ $(starts "$policy") == 1 ]]
	done
	set_config no
	sub start -d no -- false
	wait_until 5 no_supervisor no
	set_config on-failure "RESTART=on-failure" "RESTART_DELAY=0"
	sub start -d on-failure -- sh -c 'echo run; [ -e /twice ] && sleep 1000
		[ ! -e /once ] || touch /twice; touch /once; exit 3'
	wait_until 10 is_up_after on-failure 3
	busybox_sub always "RESTART=always" "RESTART_DELAY=0"
	sub start -d always -- sh -c '[ -e /once ] && sleep 1000; touch /once'
	wait_until 10 is_up_after always 2
	sub stop no on-failure always
	assert_same_host
}

is_up_after() { # NAME RUNS
	[[ $(logged "$1" | tail -n +2 | grep -c '^# started, init is') -ge \
		$(($2 - 1)) ]] && is "$1" running
}

waits() { # NAME
	sub status "$1" --json | jq -e .restarts_at >/dev/null
}

@test "while it waits to start again it is hibernated, and status says so" {
	local pid
	busybox_sub web "RESTART=always" "RESTART_DELAY=60"
	sub start -d web -- false
	wait_until 5 waits web
	is web hibernated
	[[ $(sub status web) =~ restarts\ +in\ (60|5[0-9])\ s\ \(start\ 1\ in\ a\ row\) ]]
	has_logged web '^# is started again in 60 s \(1st time\)$'
	ip netns exec web true
	pid=$(supervisor web)
	run_tty expect='is started again in' send='\x1d\x1d\x1d' \
		-- "$SUBHOST_BIN" attach web
	[[ $status == 0 ]]
	sub hibernate web
	[[ ! -e /proc/$pid ]]
	is web hibernated
	run ! waits web
	sub start -d web -- false
	wait_until 5 waits web
	pid=$(supervisor web)
	sub stop web
	[[ ! -e /proc/$pid ]]
	assert_same_host
}

@test "start -d, start, restart and a signal end the wait" {
	local pid
	busybox_sub web "RESTART=on-failure" "RESTART_DELAY=60"
	sub start -d web -- false
	wait_until 5 waits web
	pid=$(supervisor web)
	sub start -d web -- sleep 1000
	is web running
	[[ ! -e /proc/$pid ]]
	kill -KILL "$(init_pid web)"
	wait_until 5 waits web
	run sub start web -- echo foreground
	[[ $output == foreground ]]
	no_supervisor web
	sub start -d web -- sh -c 'echo $$; exit 3'
	wait_until 5 waits web
	sub restart web
	wait_until 5 waits web
	kill -TERM "$(supervisor web)"
	wait_until 5 no_supervisor web
	is web hibernated
}

@test "the pause doubles; each time is told" {
	busybox_sub web "RESTART=always" "RESTART_DELAY=0"
	sub start -d web -- false
	wait_until 10 has_logged web 'again in 2 s \(3rd time\)$'
	has_logged web 'again in 0 s \(1st time\)$'
	has_logged web 'again in 1 s \(2nd time\)$'
}

@test "stop and hibernate of one that starts again and again end it" {
	local i
	busybox_sub web "RESTART=always" "RESTART_DELAY=0"
	for i in 1 2 3 4 5 6; do
		sub start -d web -- sh -c 'exit 1'
		if ((i % 2)); then sub stop web; else sub hibernate web; fi
		run ! is web running
		no_supervisor web
	done
	sub stop web
	assert_same_host
}

@test "config is read anew; a start that fails is tried again" {
	busybox_sub web "RESTART=on-failure" "RESTART_DELAY=1"
	sub start -d web -- sh -c 'echo $A; exit 3'
	wait_until 5 waits web
	set_config web "RESTART=sometimes"
	wait_until 5 has_logged web '^# .*config:2: RESTART is "sometimes"'
	set_config web "RESTART=on-failure" "ENVIRONMENT=A=new"
	wait_until 10 has_logged web '^ new$'
}

@test "reboot from inside starts it anew, poweroff does not, whatever RESTART" {
	busybox_sub web "MOUNTS=yes" "RESTART=always"
	sub start -d web -- sh -c '[ -e /once ] && sleep 1000
		touch /once; echo first; reboot -f; sleep 1000'
	wait_until 10 is_up_after web 2
	has_logged web '^# is started again in 0 s'
	sub hibernate web
	sub start -d web -- sh -c 'poweroff -f; sleep 1000'
	wait_until 10 no_supervisor web
	is web hibernated
}

# --- NOTIFY -----------------------------------------------------------------

# A program that says so, in each root that needs it.
notifier() {
	musl-gcc -static -O1 -o "$BATS_TEST_TMPDIR/notify" \
		"$TREE/tests/integration/notify.c"
	mkdir -p "$SUBHOST/web/root/bin"
	chmod 0755 "$SUBHOST/web/root/bin"
	cp "$BATS_TEST_TMPDIR/notify" "$SUBHOST/web/root/notify"
}

# start_waiting: start -d in the background, its pid in $starter
start_waiting() {
	sub start -d "$@" </dev/null >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	starter=$!
}

@test "NOTIFY=yes: start -d returns when it is ready" {
	busybox_sub web "NOTIFY=yes"
	notifier
	start_waiting web -- sh -c 'while ! [ -e /run/go ]; do sleep 0.05; done
		/notify "STATUS=half
	way"; /notify -o "X=1
READY=1
STATUS=serving 7"; sleep 1000'
	wait_until 5 is web running
	[[ $(sub status web) == *"ready          not yet"* ]]
	kill -0 $starter
	touch "$SUBHOST/web/live/run/go"
	wait $starter
	[[ ! -s $BATS_TEST_TMPDIR/said ]]
	wait_until 5 eval '[[ $(sub status web) == *"says           serving 7"* ]]'
	[[ $(sub status web) == *"ready          yes"* ]]
	[[ $(sub status web --json | jq -c '[.ready, .says]') == '[true,"serving 7"]' ]]
	has_logged web '^# ready$'
}

@test "NOTIFY=yes: START_TIMEOUT ends the wait, and nothing else" {
	busybox_sub web "NOTIFY=yes" "START_TIMEOUT=1"
	notifier
	fails_with 1 "web runs, and has not said in 1 seconds that it is ready" \
		sub start -d web -- sh -c 'while ! [ -e /run/go ]; do sleep 0.05
			done; /notify READY=1; sleep 1000'
	[[ $stderr == *"(NOTIFY, START_TIMEOUT); see subhost logs web" ]]
	is web running
	[[ $(sub status web) == *"ready          not yet"* ]]
	touch "$SUBHOST/web/live/run/go"
	wait_until 5 has_logged web '^# ready$'
	[[ $(sub status web) == *"ready          yes"* ]]
	sub stop web
	set_config web NOTIFY=yes
	fails_with 1 "has not said in 1 seconds" \
		sub start -d --timeout 1 web -- sleep 1000
	fails_with 2 "usage: subhost start" sub start --timeout 1 web
}

@test "NOTIFY=yes: one that ends before is a failure, with its status" {
	busybox_sub web "NOTIFY=yes"
	fails_with 3 "web ended with status 3 before it was ready; see subhost logs" \
		sub start -d web -- sh -c 'exit 3'
	is web hibernated
	fails_with 1 "ended with status 0 before it was ready" \
		sub start -d web -- true
	fails_with 1 "" sub start -d web nosuch -- true
}

@test "NOTIFY=yes: what it says is shown escaped, and no more of it than fits" {
	busybox_sub web "NOTIFY=yes"
	notifier
	sub start -d web -- sh -c '/notify "STATUS=$(printf "\033[2J\377")"
		/notify READY=1 STOPPING=1; sleep 1000'
	[[ $(sub status web) == *'says           \x1b[2J\xff'* ]]
	wait_until 5 eval '[[ $(sub status web) == *"it is stopping"* ]]'
	sub enter web -- sh -c "NOTIFY_SOCKET=$(tr '\0' '\n' \
		<"/proc/$(pgrep -P "$(init_pid web)")/environ" |
		sed -n 's/^NOTIFY_SOCKET=//p') exec /notify \
		\"STATUS=\$(head -c 3000 /dev/zero | tr '\\0' x)\""
	wait_until 5 eval '[[ $(sub status web) == *xxxxxxx* ]]'
	[[ $(sub status web --json | jq '.says | length') == 127 ]]
}

@test "NOTIFY=yes with the host's network: nobody else's word counts" {
	local name
	busybox_sub web "NOTIFY=yes" "NETWORK=host"
	notifier
	start_waiting web -- sh -c 'while ! [ -e /run/go ]; do sleep 0.05; done
		/notify READY=1 & sleep 1000'
	wait_until 5 is web running
	name=$(grep -o '@subhost-[0-9a-f]*' /proc/net/unix)
	"$BATS_TEST_TMPDIR/notify" -p "$name" "STATUS=forged" READY=1
	sub status web
	[[ $(sub status web --json | jq .ready) == false ]]
	[[ $(sub status web) != *forged* ]]
	kill -0 $starter
	sub stop web
	wait $starter && return 1 || [[ $? != 0 ]]
}

# --- a supervisor that is killed --------------------------------------------

kill_supervisor() {
	local pid
	pid=$(supervisor web)
	kill -KILL "$pid"
	wait_until 5 eval "[[ ! -e /proc/$pid || \$(< /proc/$pid/stat) == *' Z '* ]]"
}

@test "start -d of one that runs is refused, and its console stays its own" {
	busybox_sub web
	sub start -d web -- sleep 1000
	fails_with 1 "web is running already, init is pid" sub start -d web
	run_tty expect='three times leaves' send='\x1d\x1d\x1d' \
		expect='left, it goes on' -- "$SUBHOST_BIN" attach web
	echo "$output"
	[[ $status == 0 && $output == *"it goes on"* ]]
	[[ $(sub status web) != *dead* ]]
	[[ $(grep -c ^ "$SUBHOST_STATE/log/web") == 1 ]]
}

@test "killed: the sub host goes on; status and attach say so; start -d adopts it" {
	local init
	busybox_sub web
	sub start -d web -- sh -c 'i=0; while :; do i=$((i + 1)); echo $i
		sleep 0.05; done'
	wait_until 5 has_logged web '^ 3$'
	init=$(init_pid web)
	kill_supervisor
	is web running
	[[ $(init_pid web) == "$init" ]]
	[[ $(sub status web) =~ supervisor\ +pid\ [0-9]+,\ dead:\ subhost\ start\ -d\ web ]]
	[[ $(sub status web --json | jq .supervisor_alive) == false ]]
	fails_with 1 "is dead: subhost start -d web adopts it" sub attach web
	fails_with 1 "subhost start -d web adopts it" sub start -d web -- true
	fails_with 125 "subhost start -d web adopts it" sub start web
	sub start -d web
	[[ $(init_pid web) == "$init" ]]
	[[ $(sub status web --json | jq .supervisor_alive) == true ]]
	has_logged web '^# adopted by pid'
	wait_until 5 eval '(($(logged web | tail -n 1) > 20))'
	logged web | grep '^ ' | awk '{ if ($1 != ++n) exit 1 }'
	fails_with 1 "running already" sub start -d web
	sub stop web
	assert_same_host
}

@test "adopted: its console can be typed on, its exit is known, it is restarted" {
	busybox_sub web "RESTART=on-failure" "RESTART_DELAY=0"
	sub start -d web -- sh -c 'echo "up $1"; read line; exit $line' sh 'x  y'
	wait_until 5 has_logged web '^ up x  y$'
	kill_supervisor
	sub start -d web
	run_tty expect=leaves send='5\n' expect='ended with status 5' \
		expect='up x  y' send='\x1d\x1d\x1d' -- "$SUBHOST_BIN" attach web
	echo "$output"
	[[ $status == 0 ]]
	is web running
	[[ $(last_exit web .status) == 5 ]]
	[[ $(logged web | grep -c '^ up x  y$') == 2 ]]
	sub stop web
	assert_same_host
}

@test "killed: stop, hibernate and restart work all the same" {
	busybox_sub web
	sub start -d web -- sleep 1000
	kill_supervisor
	sub restart web
	is web running
	[[ $(sub status web --json | jq .supervisor_alive) == true ]]
	kill_supervisor
	sub hibernate web
	is web hibernated
	sub start -d web -- sleep 1000
	kill_supervisor
	sub stop web
	assert_same_host
}

@test "killed under load: no line is lost or torn" {
	local n
	busybox_sub web "LOG_MAX=256M"
	sub start -d web -- sh -c 'i=0; while [ $i -lt 40 ]; do i=$((i + 1))
		seq ${i}000000 ${i}009999; done; echo done; sleep 1000'
	for n in 1 2 3 4 5 6 7 8; do
		sleep 0.0$n
		kill_supervisor
		sub start -d web
	done
	wait_until 30 has_logged web '^ done$'
	# Words of the supervisor's may have come within a line.
	logged web | awk '/^ /{ if (n++) print line; line = substr($0, 2) }
		/^[+]/{ line = line substr($0, 2) } END { print line }' \
		>"$BATS_TEST_TMPDIR/got"
	{
		for n in {1..40}; do seq "${n}000000" "${n}009999"; done
		echo 'done'
	} | diff "$BATS_TEST_TMPDIR/got" - | head
	[[ ${PIPESTATUS[1]} == 0 ]]
	[[ $(logged web | grep -c '^# adopted') == 8 ]]
}

@test "killed without a reaper: the console is lost, and it is said" {
	busybox_sub web "REAPER=no"
	sub start -d web -- sh -c 'trap "" HUP; exec sleep 1000'
	kill_supervisor
	is web running
	sub start -d web
	has_logged web '^# adopted .* and its console with it$'
	sub status web
	sub stop web
	assert_same_host
}

@test "adopted with NOTIFY=yes: what it said counts, and what it says" {
	busybox_sub web "NOTIFY=yes"
	notifier
	sub start -d web -- sh -c '/notify READY=1
		while ! [ -e /run/go ]; do sleep 0.05; done
		/notify STATUS=later; sleep 1000'
	kill_supervisor
	sub start -d web
	[[ $(sub status web --json | jq .ready) == true ]]
	touch "$SUBHOST/web/live/run/go"
	wait_until 5 eval '[[ $(sub status web) == *later* ]]'
}

@test "killed while it waits to start again: nobody does; start -d does" {
	busybox_sub web "RESTART=always" "RESTART_DELAY=60"
	sub start -d web -- false
	wait_until 5 waits web
	kill_supervisor
	is web hibernated
	no_supervisor web
	sub start -d web -- sleep 1000
	is web running
	sub stop web
	assert_same_host
}

@test "whoever waits for start -d may go: it is started all the same" {
	busybox_sub web "NOTIFY=yes"
	notifier
	start_waiting web -- sh -c 'while ! [ -e /run/go ]; do sleep 0.05; done
		/notify READY=1; sleep 1000'
	wait_until 5 is web running
	pkill -KILL -P $starter || true
	wait $starter || true
	touch "$SUBHOST/web/live/run/go"
	wait_until 5 has_logged web '^# ready$'
	is web running
}

# What a guest that is root may do with the descriptors that its reaper keeps.
@test "a guest that tampers with its console does not hold up the host" {
	local begun
	busybox_sub web
	sub start -d web -- sh -c 'exec 2>&1; ls -l /proc/1/fd; for fd in 5 6; do
		head -c 8192 /dev/urandom >/proc/1/fd/$fd; done; echo written
		sleep 1000'
	wait_until 5 has_logged web 'written$'
	kill_supervisor
	sub start -d web
	is web running
	begun=$SECONDS
	sub stop web
	((SECONDS - begun < 8))
	assert_same_host
}
