#!/usr/bin/env bats
# SIGKILL of subhost at many points of start, wake, hibernate and stop, without
# and with cables, of cable and of bridge, by strace: afterwards start works or
# says why, and stop leaves nothing.

load lib

: "${KILL_POINTS:=75}" # of each of the four

setup() {
	need_program strace
	places_new
	busybox_sub web "STOPSIGNAL=KILL"
	export SUB_TIMEOUT=20
}

teardown() {
	places_and_links_done
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

# at_points TOTAL PREPARE ARGUMENT…: the heart of it; $recovers N is what must
# hold then.
at_points() {
	local total=$1 prepare=$2 i point died=0 recovers=${recovers-recovers}
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
		$recovers "$point" || {
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

# The one that runs is left as it was: one process, no pty, and it can be
# entered again.
nobody_entered() {
	[[ $(sub enter web -- sh -c 'ls /dev/pts; ps -o args | grep -c "^sleep"' \
		</dev/null) == $'ptmx\n1' ]] &&
		[[ $(sub status web --json | jq .processes) == 1 ]]
}

recovers_entered() {
	is web running && wait_until 5 nobody_entered
}

# On a terminal, so that there is a pty to leave.
enter_killed_at() {
	local name nth
	name=$(sed -n "$1p" "$BATS_TEST_TMPDIR/calls")
	nth=$(head -n "$1" "$BATS_TEST_TMPDIR/calls" | grep -cx "$name")
	timeout 20 "$BATS_TEST_DIRNAME/tty.py" -- strace -qq -o /dev/null \
		-e "trace=$name" -e "inject=$name:signal=SIGKILL:when=$nth" \
		"$SUBHOST_BIN" enter web -- true >/dev/null 2>&1
}

@test "enter, killed at every point" {
	local total point i status died=0
	SUB_TIMEOUT=200 running
	"$BATS_TEST_DIRNAME/tty.py" -- strace -qq \
		-o "$BATS_TEST_TMPDIR/trace" "$SUBHOST_BIN" enter web -- true
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$BATS_TEST_TMPDIR/trace" \
		>"$BATS_TEST_TMPDIR/calls"
	total=$(wc -l <"$BATS_TEST_TMPDIR/calls")
	for ((i = 0; i < 40; i++)); do
		point=$((1 + i * total / 40)) status=0
		enter_killed_at "$point" || status=$?
		[[ $status == 0 ]] || died=$((died + 1))
		recovers_entered || {
			echo "killed at system call $point of $total:"
			sed -n "${point}p" "$BATS_TEST_TMPDIR/calls"
			return 1
		}
	done
	echo "$died of 40 died"
	((died >= 36))
	sub stop web
	wait_starter
	assert_same_host
}

# --- with cables ------------------------------------------------------------

with_cables() {
	make_bridge br0
	this_is_before
	set_config web "STOPSIGNAL=KILL" 'BRIDGES="br0 br0"' \
		"ETH0_ADDRESS=10.0.0.2/24" "ETH0_GATEWAY=10.0.0.1"
}

# Both cables are what they should be.
plugged() {
	[[ $(host_end web 0) == web0 && $(host_end web 1) == web1 ]] &&
		[[ $(bridge_of web 0) == br0 && $(bridge_of web 1) == br0 ]] &&
		[[ $(ip -n web -4 addr show dev eth0) == *10.0.0.2/24* ]] &&
		[[ $(ip -n web route) == *"default via 10.0.0.1"* ]]
}

# As recovers; and a start that works has made whole what was begun.
recovers_plugged() {
	local status=0 text
	if (($1 % 2)); then
		sub stop web && assert_same_host
		return
	fi
	text=$(sub start web -- echo alive 2>&1 </dev/null) || status=$?
	if [[ $status == 0 && $text == *alive* ]]; then
		plugged || {
			echo "not plugged: $text"
			ip -d link
			ip -n web addr
			return 1
		}
	elif [[ $status != 125 || $text != *web* ]]; then
		echo "start: $status: $text"
		return 1
	fi
	sub stop web && assert_same_host
}

@test "start with cables, killed at every point" {
	local total recovers=recovers_plugged
	with_cables
	total=$(calls start web -- true)
	sub stop web
	KILL_POINTS=50 at_points "$total" true start web -- true
}

@test "wake with cables, killed at every point" {
	local total recovers=recovers_plugged
	with_cables
	hibernated
	total=$(calls start web -- true)
	sub stop web
	KILL_POINTS=50 at_points "$total" hibernated start web -- true
}

@test "hibernate with cables, killed at every point" {
	local total
	with_cables
	running
	total=$(calls hibernate web)
	wait_starter
	sub stop web
	KILL_POINTS=50 at_points "$total" running hibernate web
}

@test "stop with cables, killed at every point" {
	local total recovers=recovers_plugged
	with_cables
	running
	total=$(calls stop web)
	wait_starter
	KILL_POINTS=50 at_points "$total" running stop web
}

# One cable to be made, one to be attached again.
torn() {
	running || return
	ip link set web0 nomaster
	ip -n web link del eth1
	wait_until 3 eval '! ip link show web1 >/dev/null 2>&1'
}

# It runs on all the while, and the same once more mends it.
recovers_torn() {
	is web running || return
	if (($1 % 3)); then
		sub cable web && plugged && is web running || return
	fi
	sub stop web && assert_same_host
}

@test "cable, killed at every point" {
	local total recovers=recovers_torn
	with_cables
	torn
	total=$(calls cable web)
	sub stop web
	wait_starter
	KILL_POINTS=50 at_points "$total" torn cable web
}

# --- bridges ----------------------------------------------------------------

need_nft() {
	need_program nft
	nft add table inet try 2>/dev/null && nft delete table inet try ||
		skip "this kernel has no nf_tables"
}

# Either of the two goes on with what was begun; then nothing is left of it.
recovers_bridge() {
	local status=0
	if (($1 % 2)); then
		sub bridge add br5 10.5.0.1/24 fd05::1/64 --nat 2>/dev/null || return
		[[ $(ip -o addr show dev br5) == *10.5.0.1/24* ]] || return
	fi
	sub bridge remove br5 2>/dev/null || status=$?
	if ip link show br5 2>/dev/null; then
		echo "remove: $status, and it is there"
		return 1
	fi
	[[ -z $(nft list ruleset) ]] || {
		nft list ruleset
		return 1
	}
	assert_same_host # which looks at forwarding, too
}

no_bridge() {
	! ip link show br5 >/dev/null 2>&1
}

a_bridge() {
	sub bridge add br5 10.5.0.1/24 fd05::1/64 --nat 2>/dev/null
}

@test "bridge add --nat, killed at every point" {
	local total recovers=recovers_bridge
	need_nft
	total=$(calls bridge add br5 10.5.0.1/24 fd05::1/64 --nat 2>/dev/null)
	sub bridge remove br5 2>/dev/null
	KILL_POINTS=50 at_points "$total" no_bridge \
		bridge add br5 10.5.0.1/24 fd05::1/64 --nat
}

@test "bridge remove, killed at every point" {
	local total recovers=recovers_bridge
	need_nft
	a_bridge
	total=$(calls bridge remove br5 2>/dev/null)
	KILL_POINTS=50 at_points "$total" a_bridge bridge remove br5
}
