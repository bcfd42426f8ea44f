# Loaded by each attack. An attacker is root in the sub host web, which has
# what the config says; its programs are the .c files here, put into its root.
# shellcheck shell=bash

load ../integration/lib

# What a guest may be: as by default, owner of its mounts, or the host's root
# with few powers.
MODES=(PRIVATE_USERS=shared MOUNTS=yes PRIVATE_USERS=no)

setup() {
	places_new
	busybox_sub web
}

# attacker NAME…: those programs, at the top of web's root.
attacker() {
	local name
	"$TREE/tests/hostile/compile" "$TREE/build/hostile" "$@" || return
	for name; do
		install -m 0755 "$TREE/build/hostile/$name" "$SUBHOST/web/root/$name"
	done
}

# The same on the host: an attack that would not work there proves nothing.
as_host() {
	local name=$1
	shift
	"$TREE/build/hostile/$name" "$@"
}

# with [LINE…]: what else config says in each mode from now on
declare -ga more=()
with() {
	more=("$@")
}

# in_each_mode COMMAND…: with each of MODES.
in_each_mode() {
	local mode
	for mode in "${MODES[@]}"; do
		set_config web "$mode" "${more[@]}"
		echo "with $mode:"
		"$@" || return
		sub stop web
	done
}

# says_nothing SHELL-TEXT: an attack inside, which says what it gains.
says_nothing() {
	local said status=0
	said=$(inside "$1" 2>"$BATS_TEST_TMPDIR/said") || status=$?
	# What subhost says does not count, unless it did not start.
	said+=$(grep -v '^subhost: ' "$BATS_TEST_TMPDIR/said") || true
	cat "$BATS_TEST_TMPDIR/said"
	echo "$said"
	[[ -z $said && $status != 125 ]]
}

# The same as a check for needs_rule.
gains_nothing() {
	if says_nothing "$1" >&2; then echo kept; else echo broken; fi
}

# within SECONDS COMMAND…: it must succeed, and be that quick; but a machine
# that is emulated has its time.
within() {
	local most=$1 begun=$EPOCHREALTIME took
	shift
	"$@" || return
	took=$((${EPOCHREALTIME/[.,]/} - ${begun/[.,]/}))
	echo "$*: $((took / 1000)) ms"
	((took < most * 1000000 * (SUB_TIMEOUT > 60 ? 20 : 1)))
}

# attack_behind PROGRAM [ARGUMENT…]: init of web, which says "ready" when it
# has done its worst, and stays.
attack_behind() {
	start_quietly web -- "$@" || return
	wait_until 30 grep -q ready "$BATS_TEST_TMPDIR/web.out" || {
		cat "$BATS_TEST_TMPDIR"/web.{out,err}
		return 1
	}
}
