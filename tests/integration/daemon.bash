# Loaded after lib by what tests subhostd: it, and sub hosts whose init is a
# shell that does what it is told.
# shellcheck shell=bash disable=SC2120,SC2034

: "${SUBHOSTD:=${SUBHOST_BIN%/*}/subhostd}"
VERBS=(caston castoff castblock showcast cast ucast restart hibernate ready)
LOG=

# masters [VERB…]: as if the guests' tools were installed.
masters() {
	local verb
	mkdir -p "$SUBHOST_SYSCMD/scripts"
	for verb in "${VERBS[@]}" "$@"; do
		printf '#!/bin/sh\n' >"$SUBHOST_SYSCMD/scripts/$verb"
		chmod 0755 "$SUBHOST_SYSCMD/scripts/$verb"
	done
}

# daemon_start [ASSIGNMENT…]: its pid in $daemon, what it says in $LOG; once it
# hears.
daemon_start() {
	LOG=$BATS_TEST_TMPDIR/daemon.log
	: >"$LOG"
	env "$@" "$SUBHOSTD" </dev/null >"$LOG" 2>&1 3>&- &
	daemon=$!
	wait_until 10 grep -q "begins pid=$daemon" "$LOG" || {
		cat "$LOG"
		return 1
	}
}

# daemon_stop [SIGNAL]
daemon_stop() {
	local was=${daemon-}
	[[ -n $was ]] || return 0
	daemon=
	kill "-${1-TERM}" "$was" || return
	if [[ ${1-} == KILL ]]; then
		wait "$was" || true
	else
		wait "$was"
	fi
}

logged() { # TEXT
	grep -qF -- "$1" "$LOG"
}

declare -gA ears=()

# shell NAME: start it with a shell as init, which tell reaches.
shell() {
	local name=$1 fd
	[[ -p $BATS_TEST_TMPDIR/$name.in ]] || mkfifo "$BATS_TEST_TMPDIR/$name.in"
	exec {fd}<>"$BATS_TEST_TMPDIR/$name.in"
	ears[$name]=$fd
	sub start "$name" -- /bin/sh <"$BATS_TEST_TMPDIR/$name.in" \
		>"$BATS_TEST_TMPDIR/$name.out" \
		2>"$BATS_TEST_TMPDIR/$name.err" 3>&- &
	wait_until 10 is "$name" running || {
		cat "$BATS_TEST_TMPDIR/$name.err"
		return 1
	}
}

# tell NAME SHELL-TEXT: have that shell do it, and wait until it is done.
tell() {
	told=$((${told-0} + 1))
	# Its shell may be anyone's, and its root read-only: by what it prints.
	printf '%s\necho told-%s\n' "$2" "$told" >&"${ears[$1]}"
	wait_until "${3-20}" grep -qx "told-$told" "$BATS_TEST_TMPDIR/$1.out"
}

# said NAME: what the last tell made it print
said() {
	awk -v end="told-$told" '$0 == end { printf "%s", text; exit }
		/^told-/ { text = ""; next }
		{ text = text $0 "\n" }' "$BATS_TEST_TMPDIR/$1.out"
}

# ask NAME FILE [LINE]: drop a request; its answer goes to $answer.
ask() {
	local name=$1 file=$2
	rm -f "$BATS_TEST_TMPDIR/answer"
	tell "$name" "echo '${3-}' >>/.syscmd/$file"
	answered "$name" "$file"
}

# answered NAME FILE: wait for the answer to it, in $answer.
answered() {
	wait_until 5 test -e "$SUBHOST/$1/live/syscmd/replies/$2" || {
		echo "no answer to $2 of $1; the log:"
		cat "$LOG"
		return 1
	}
	answer=$(<"$SUBHOST/$1/live/syscmd/replies/$2")
	echo "$2: $answer"
}

# sees NAME PATH: from inside, by its init's root
sees() {
	[[ -e /proc/$(init_pid "$1")/root$2 ]]
}

daemon_done() {
	local name fd failed=0
	daemon_stop || failed=1
	for name in "${!ears[@]}"; do
		fd=${ears[$name]}
		exec {fd}>&-
	done
	ears=()
	places_done || failed=1
	return $failed
}
