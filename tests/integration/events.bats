#!/usr/bin/env bats
# What happened, and who follows it.

load lib

# FILTER: of every event, one a line.
events() {
	sub events -q --json -n 10000 | jq -r "$1"
}

has() { # NAME EVENT REGEX
	events "select(.name == \"$1\" and .event == \"$2\") | .text" |
		grep -Eq -- "$3"
}

follow() {
	timeout 60 "$SUBHOST_BIN" events -f >"$BATS_TEST_TMPDIR/followed" 2>&1 3>&- &
	follower=$!
}

followed() { # REGEX
	grep -Eq -- "$1" "$BATS_TEST_TMPDIR/followed"
}

done_following() {
	kill "$follower"
	wait "$follower" || true
}

@test "where nothing is up there are none, and that is no failure" {
	run --separate-stderr sub events
	[[ $status == 0 && -z $output ]]
	[[ $stderr == *"no events: nothing is up"* ]]
	run sub events --json -q
	[[ $status == 0 && -z $output ]]
	run sub events web
	[[ $status == 2 ]]
}

@test "the states of a sub host, in order, and how it ended" {
	busybox_sub db
	busybox_sub web
	sub start -d db -- sleep 1000
	run sub start web -- sh -c 'exit 7'
	[[ $status == 7 ]]
	sub start -d web -- sleep 1000
	sub freeze web
	sub thaw web
	sub hibernate --force web
	sub stop web
	events 'select(.name == "web") | .event' |
		grep -vx exited | tr '\n' ' ' >"$BATS_TEST_TMPDIR/order"
	cat "$BATS_TEST_TMPDIR/order"
	[[ $(<"$BATS_TEST_TMPDIR/order") == "started hibernated woken frozen thawed hibernated stopped " ]]
	has web exited '^with status 7 after [0-9]+ s$'
	has web woken '^init is pid [0-9]+, detached$'
	wait_until 5 has web exited '^by signal 9 after'
	sub stop web # was stopped: nothing happens
	[[ $(events 'select(.event == "stopped") | .name') == web ]]
}

@test "a start that fails, a restart, and ready" {
	busybox_sub db
	sub start -d db -- sleep 1000
	busybox_sub web "RESTART=on-failure" "RESTART_DELAY=60"
	fails_with 127 "cannot run nosuch" sub start -d web -- nosuch
	has web failed 'cannot run nosuch'
	sub start -d web -- sh -c 'exit 3'
	wait_until 5 has web restarts '^in [0-9]+ s'
	has web exited '^with status 3'
}

@test "the table has local time, -n the last ones, and objects are UTC" {
	busybox_sub web
	sub start -d web -- sleep 1000
	sub freeze web
	sub thaw web
	export TZ=XST-05:30
	run sub events
	echo "$output"
	[[ ${#lines[@]} == 3 ]]
	[[ ${lines[0]} =~ ^20..-..-..\ ..:..:..\ web\ +started\ +init\ is\ pid ]]
	[[ ${lines[2]} =~ web\ +thawed$ ]]
	run sub events -n 1
	[[ ${#lines[@]} == 1 && $output == *thawed ]]
	run sub events -n 0
	[[ -z $output ]]
	run sub events --json -n 1
	[[ $output =~ \"time\":\"20..-..-..T..:..:..\.[0-9]{6}Z\" ]]
	[[ $(TZ=XST-05:30 date -d "$(jq -r .time <<<"$output")" +%H:%M) == \
		"$(sub events -n 1 | cut -c12-16)" ]]
}

@test "casts are told, with who asked, and refusals with the reason" {
	busybox_sub db
	busybox_sub web
	sub start -d db -- sleep 1000
	sub start -d web -- sleep 1000
	sub cast --as db /etc web:/mnt
	sub caston --as web
	has db offered '^db:/etc to web:/mnt, by host$'
	has web accepted '^db:/etc to web:/mnt, by host$'
	fails_with 1 "" sub caston --as web db:/nosuch
	has web refused '^caston db:/nosuch: '
	sub castoff --as web
	has web dropped '^db:/etc to web:/mnt'
}

@test "who follows sees what comes, through a stop of all and a new start" {
	busybox_sub web
	follow
	wait_until 5 followed "nothing is up"
	sub start -d web -- sleep 1000
	wait_until 5 followed "web +started"
	sub stop web
	wait_until 5 followed "web +stopped"
	[[ ! -e $SUBHOST_RUN ]]
	sub start -d web -- sleep 1000
	wait_until 5 two_starts
	done_following
}

two_starts() {
	[[ $(grep -c "web  *started" "$BATS_TEST_TMPDIR/followed") == 2 ]]
}

@test "a full file is put aside; who follows misses nothing" {
	local first=$SUBHOST_RUN/.events
	busybox_sub web
	sub start -d web -- sleep 1000
	follow
	wait_until 5 followed "web +started"
	awk 'BEGIN { for (n = 0; n < 9000; n++)
		printf "1700000000000000\tweb\tfiller\t%060d\n", n }' >>"$first"
	sub freeze web
	wait_until 5 followed "web +frozen"
	sub thaw web
	wait_until 5 followed "web +thawed"
	[[ -e $first.1 ]]
	(($(stat -c %s "$first") < 1000))
	[[ $(grep -c filler "$BATS_TEST_TMPDIR/followed") == 9000 ]]
	done_following
	# Both halves are shown; a third one takes the place of the first.
	[[ $(events 'select(.event == "filler") | .name' | wc -l) == 9000 ]]
	[[ $(sub events -n 2 | awk '{ print $4 }' | tr '\n' ' ') == "frozen thawed " ]]
	for _ in 1 2 3; do
		head -c 600000 /dev/zero | tr '\0' x >>"$first"
		sub freeze web
		sub thaw web
	done
	(($(cat "$first" "$first.1" | wc -c) < 1300000))
	sub events -n 1 | grep -q thawed
}

@test "what a guest chose is escaped, and lines that are none left out" {
	busybox_sub web
	sub start -d web -- sleep 1000
	sub cast --as web $'/tmp/\e[31m\tx' host-none || true
	fails_with 1 "" sub caston --as web $'db:/\e[31m\nx\ty'
	[[ $(sub events) != *[$'\e\t']* ]]
	printf 'half a line\n\t\t\t\nabc\tweb\tx\ty\n' >>"$SUBHOST_RUN/.events"
	sub freeze web
	[[ $(sub events) != *half* && $(sub events) != *abc* ]]
	sub events | grep -q frozen
}

@test "a place that cannot be written to fails nothing" {
	busybox_sub web
	sub start -d web -- sleep 1000
	rm -f "$SUBHOST_RUN/.events"
	mkdir "$SUBHOST_RUN/.events"
	sub freeze web
	sub thaw web
	rmdir "$SUBHOST_RUN/.events"
	sub stop web
}
