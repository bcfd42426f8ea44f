#!/usr/bin/env bats
# SIGKILL of subhost at many points of start, wake, hibernate and stop, by
# strace: afterwards start works or says why, and stop leaves nothing.

load lib

: "${KILL_POINTS:=75}" # of each of the four

setup() {
	need_program strace
	places_new
	busybox_sub web "STOPSIGNAL=KILL"
	export SUB_TIMEOUT=20
}

# How many system calls the main process of subhost ARGUMENT… makes; which
# they are goes to a file, a name a line.
calls() {
	strace -qq -o "$BATS_TEST_TMPDIR/trace" "$SUBHOST_BIN" "$@" </dev/null \
		>/dev/null
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$BATS_TEST_TMPDIR/trace" \
		>"$BATS_TEST_TMPDIR/calls"
	wc -l <"$BATS_TEST_TMPDIR/calls"
}

# killed_at N ARGUMENT…: run subhost until its Nth system call. strace counts
# each kind of call by itself.
killed_at() {
	local name nth
	name=$(sed -n "$1p" "$BATS_TEST_TMPDIR/calls")
	nth=$(head -n "$1" "$BATS_TEST_TMPDIR/calls" | grep -cx "$name")
	shift
	timeout 20 strace -qq -o /dev/null -e "trace=$name" \
		-e "inject=$name:signal=SIGKILL:when=$nth" "$SUBHOST_BIN" "$@" \
		</dev/null >/dev/null 2>&1
}

# What must hold after any death.
recovers() {
	local text status=0

	# Every other time stop has to do without a start that mends.
	if (($1 % 2)); then
		sub stop web || return
		assert_same_host
		return
	fi
	text=$(sub start web -- echo alive 2>&1 </dev/null) || status=$?
	if [[ $status != 0 || $text != *alive* ]]; then
		# It says why: one sentence with the name in it.
		[[ $status == 125 && $text == *web* ]] || {
			echo "start: $status: $text"
			return 1
		}
		echo "# point $1: start said: $text" >>"$BATS_TEST_TMPDIR/said"
	fi
	sub stop web || return
	assert_same_host
}

# at_points TOTAL PREPARE ARGUMENT…: the heart of it.
at_points() {
	local total=$1 prepare=$2 i point died=0
	shift 2

	echo "$total system calls, $KILL_POINTS points"
	for ((i = 0; i < KILL_POINTS; i++)); do
		point=$((1 + i * total / KILL_POINTS))
		$prepare || {
			echo "point $point: the state to kill in"
			return 1
		}
		{ killed_at "$point" "$@" || [[ $? != 137 ]] ||
			died=$((died + 1)); } 2>/dev/null
		recovers "$point" || {
			echo "killed at system call $point of $total:"
			sed -n "${point}p" "$BATS_TEST_TMPDIR/calls"
			return 1
		}
		wait_starter
	done
	# A run may make a few calls less than the one that was counted.
	echo "$died of $KILL_POINTS died"
	((died >= KILL_POINTS * 9 / 10))
	sed "s,^[^:]*: ,,; s,[0-9]*$,," "$BATS_TEST_TMPDIR/said" 2>/dev/null |
		sort | uniq -c || true
}

hibernated() {
	sub start web -- true </dev/null
}

running() {
	sub start web -- sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	starter=$!
	wait_until 10 is web running
}

# The bats timer is a child of this shell, too.
wait_starter() {
	[[ -z ${starter-} ]] || wait "$starter" 2>/dev/null || true
	starter=
}

@test "start, killed at every point" {
	local total
	total=$(calls start web -- true)
	sub stop web
	at_points "$total" true start web -- true
}

@test "wake, killed at every point" {
	local total
	hibernated
	total=$(calls start web -- true)
	sub stop web
	at_points "$total" hibernated start web -- true
}

@test "hibernate, killed at every point" {
	local total
	running
	total=$(calls hibernate web)
	wait_starter
	sub stop web
	at_points "$total" running hibernate web
}

@test "stop, killed at every point" {
	local total
	running
	total=$(calls stop web)
	wait_starter
	at_points "$total" running stop web
}

@test "stop of an image, killed at every point" {
	local total
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	hibernated
	total=$(calls stop web)
	KILL_POINTS=25 at_points "$total" hibernated stop web
}

@test "the foreground start killed while its guest runs" {
	running
	# Only it: its parent is timeout, and its child is the guest.
	pkill -KILL -P "$(pgrep -o -f '^timeout.* start web ')"
	wait_starter
	recovers running
}

@test "init killed from the host while it runs" {
	local init
	running
	init=$(init_pid web)
	kill -KILL "$init"
	wait_until 5 is web hibernated
	wait_starter
	recovers init
}
