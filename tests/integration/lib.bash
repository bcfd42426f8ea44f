# Loaded by every .bats file. Each test gets places of its own on a fresh
# tmpfs ($SUBHOST and its kin), and ends by showing that the host is what it
# was before: setup and teardown below do both. A file that needs more calls
# places_new and places_done in its own.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

TREE=$(realpath "$BATS_TEST_DIRNAME/../..")
# Of this mount namespace, so that two runs know their loop devices apart.
PLACES=/run/places-$(readlink /proc/self/ns/mnt | tr -dc 0-9)
: "${SUBHOST_BIN:=$TREE/build/src/subhost}"
: "${ROOTS:=$TREE/build/roots}"
export SUBHOST_BIN

setup_file() {
	contained
}

setup() {
	places_new
}

teardown() {
	places_done
}

# --- the ground under a test ------------------------------------------------

# Refuse to run on the bare host: tests mount, kill and count.
contained() {
	[[ $(findmnt -no SOURCE /run | tail -n 1) == subhost-check ]] || {
		echo "these tests need mounts and links of their own; run:"
		echo "  ./check ${BATS_TEST_FILENAME#"$TREE/"}"
		return 1
	}
}

# The filesystem for a test's places must carry idmapped mounts: tmpfs does
# from Linux 6.3 on; before that, ext4 in a file.
places_mount() {
	local major minor

	IFS=.- read -r major minor _ < <(uname -r)
	mkdir -p "$PLACES"
	if ((major > 6 || (major == 6 && minor >= 3))); then
		mount -t tmpfs -o mode=0755,size=4g places "$PLACES"
		return
	fi
	rm -f "$PLACES.img"
	truncate -s 4G "$PLACES.img"
	mkfs.ext4 -q "$PLACES.img"
	mount -o loop "$PLACES.img" "$PLACES"
}

places_new() {
	contained || return
	places_mount
	export SUBHOST=$PLACES/subhost SUBHOST_RUN=$PLACES/run \
		SUBHOST_STATE=$PLACES/state SUBHOST_ETC=$PLACES/etc \
		SUBHOST_SYSCMD=$PLACES/syscmd
	# SUBHOST_RUN is made by the first start, and removed by the last stop.
	mkdir "$SUBHOST" "$SUBHOST_STATE" "$SUBHOST_ETC" "$SUBHOST_SYSCMD"
	this_is_before
}

# Stop what is up, look at the host, and make it what it was if it is not.
places_done() {
	local failed=0

	mountpoint -q "$PLACES" || return 0
	stop_all || failed=1
	assert_same_host || failed=1
	if ((failed)); then
		force_clean
		umount -l "$PLACES"
		return 1
	fi
	umount -q "$SUBHOST" || true # subhost_on's
	# Not lazily: nothing may hold it, in no other mount namespace either.
	wait_until 3 umount -q "$PLACES" || {
		echo "something still holds $PLACES"
		umount -l "$PLACES"
		return 1
	}
}

stop_all() {
	local config failed=0

	for config in "$SUBHOST"/*/config; do
		[[ -e $config ]] || continue
		config=${config%/config}
		mountpoint -q "$config/live" || continue
		sub stop "${config##*/}" || {
			echo "teardown: cannot stop ${config##*/}"
			failed=1
		}
	done
	return $failed
}

# After a failure: what the next test must not trip over.
force_clean() {
	local pid name dir at file

	while read -r _ pid; do
		kill -KILL "$pid" 2>/dev/null || true
	done < <(LC_ALL=C comm -13 <(processes_in "$BATS_TEST_TMPDIR/before") \
		<(processes_in "$BATS_TEST_TMPDIR/after"))
	for name in /sys/block/loop*; do
		file=$(cat "$name/loop/backing_file" 2>/dev/null) || continue
		[[ $file != "$PLACES"/* ]] || losetup -d "/dev/${name##*/}" || true
	done
	for name in /run/netns/*; do
		umount -l "$name" 2>/dev/null || true
		rm -f "$name"
	done
	awk '{ print $5 }' /proc/self/mountinfo | tac | while read -r at; do
		at=$(printf %b "$at")
		[[ $at != "$PLACES"/* ]] || umount -l "$at" || true
	done
	comm -13 "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after" |
		sed -n 's/^cgroup //p' | sort -r | while read -r dir; do
		rmdir "$dir" 2>/dev/null || true
	done
}

# --- what a host is ---------------------------------------------------------

# Where the unified hierarchy is.
unified() {
	findmnt -n -t cgroup2 -o TARGET | tail -n 1
}

# The cgroup above all sub hosts of this test, by the FNV-1a of SUBHOST_RUN.
cgroup_parent() {
	local hash=2166136261 byte i
	for ((i = 0; i < ${#SUBHOST_RUN}; i++)); do
		printf -v byte %d "'${SUBHOST_RUN:i:1}"
		hash=$((((hash ^ byte) * 16777619) & 0xffffffff))
	done
	printf 'subhost@%08x\n' $hash
}

# Our own: contain made a cgroup namespace. The hierarchies of version 1 are the
# whole machine's: there, only those of this test's.
find_cgroups() {
	local at dir parent
	at=$(unified)
	[[ -z $at ]] || find "$at" -mindepth 1 -type d 2>/dev/null
	parent=$(cgroup_parent)
	for dir in /sys/fs/cgroup/*/"$parent"; do
		[[ ! -d $dir || $dir == "$at"/* ]] || find "$dir" -type d
	done
}

# Mounts without their ids (a remount gets others), but whether shared.
snapshot_mounts() {
	awk '{
		tags = ""
		for (i = 7; $i != "-"; i++) {
			sub(/:.*/, "", $i)
			tags = tags " " $i
		}
		print "mount", $4, $5, $6 tags, $(i + 1), $(i + 2), $(i + 3)
	}' /proc/self/mountinfo
}

# Loop devices are the whole machine's: only those on files of this test's.
snapshot_loops() {
	local file
	for file in /sys/block/loop*/loop/backing_file; do
		file=$(cat "$file" 2>/dev/null) || continue
		[[ $file != "$PLACES"/* ]] || echo "loop $file"
	done
}

# Whether a bridge has a carrier follows from its ports; a link's number is its
# age. What the kernel gives every link by itself (fe80::/64) is left out.
snapshot_network() {
	ip -o link | sed -E 's/^[0-9]+:/link/
		s/NO-CARRIER,|,LOWER_UP| state [A-Z]+//g'
	ip -o addr show scope global | awk '{ print "address", $2, $3, $4 }'
	{ ip route && ip -6 route; } | sed '/^fe80::/d; s/ linkdown//
		s/ expires [^ ]*//; s/^/route /'
	echo forwarding "$(</proc/sys/net/ipv4/ip_forward)" \
		"$(</proc/sys/net/ipv6/conf/all/forwarding)"
} 2>/dev/null

# All of this pid namespace; no child of this shell lives while it looks.
snapshot_processes() {
	local file stat pid comm
	for file in /proc/[0-9]*/stat; do
		read -r stat 2>/dev/null <"$file" || continue
		pid=${stat%% *} comm=${stat#*(} comm=${comm%)*}
		# The timer of bats, which may only come now.
		[[ $comm != sleep || $(tr '\0' ' ' <"/proc/$pid/cmdline") != \
			"sleep ${BATS_TEST_TIMEOUT-} " ]] || continue
		[[ $pid == "$BASHPID" ]] || echo "process $pid $comm"
	done 2>/dev/null
}

# The machine's own /tmp (where the tree lies in it) is everybody's.
snapshot_files() {
	local places=(/run "$PLACES")
	[[ $(findmnt -no SOURCE /tmp | tail -n 1) != subhost-check ]] || places+=(/tmp)
	find "${places[@]}" -xdev \
		\( -path "$SUBHOST" -o -path "$SUBHOST_STATE" \
		-o -path "$SUBHOST_ETC" -o -path "$SUBHOST_SYSCMD" \
		-o -path "${BATS_RUN_TMPDIR:-/none}" \
		-o -path "${HARMLESS:-/none}" \) -prune -o \
		-printf 'file %M %U:%G %p -> %l\n'
}

# Everything that a sub host could leave behind, a line each, sorted.
snapshot() {
	snapshot_processes >"$BATS_TEST_TMPDIR/processes"
	{
		cat "$BATS_TEST_TMPDIR/processes"
		snapshot_mounts
		find /run/netns -mindepth 1 -printf 'netns %f\n'
		snapshot_network
		snapshot_loops
		find_cgroups | sed 's/^/cgroup /'
		snapshot_files
	} | LC_ALL=C sort
}

# By number: one of bats' own may only now execute what it is for.
processes_in() {
	sed -n 's/^\(process [0-9]*\) .*/\1/p' "$1" | LC_ALL=C sort
}

# A process that was there before may end (the timer of bats, for one).
same_host() {
	local before=$BATS_TEST_TMPDIR/before after=$BATS_TEST_TMPDIR/after

	snapshot >"$after"
	cmp -s <(grep -v '^process ' "$before") <(grep -v '^process ' "$after") &&
		[[ -z $(LC_ALL=C comm -13 <(processes_in "$before") \
			<(processes_in "$after")) ]]
}

# The kernel lets go of some things (loop devices) a moment after the last
# reference, hence not at once. May be called within a test, too.
assert_same_host() {
	wait_until 10 same_host && return
	echo "the host is not what it was before the test:"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after" |
		grep '^[<>]' | head -n 40
	return 1
}

# --- tools of the tests -----------------------------------------------------

# The program under test; a test that hangs is a test that failed.
sub() {
	timeout --foreground "${SUB_TIMEOUT:-60}" "$SUBHOST_BIN" "$@"
}

# wait_until SECONDS COMMAND…: try until it succeeds.
wait_until() {
	local end
	end=$(($(date +%s%N) + $1 * 1000000000))
	shift
	until "$@"; do
		(($(date +%s%N) < end)) || return 1
		sleep 0.02
	done
}

# new_sub NAME [CONFIG-LINE…]: the directory of a sub host.
new_sub() {
	local dir=$SUBHOST/$1
	shift
	mkdir -m 0700 "$dir" "$dir/work" "$dir/live"
	mkdir -m 0755 "$dir/root"
	(umask 077 && printf '%s\n' "$@" >"$dir/config")
}

# base_KIND: a read-only base, its directory in $base. It is made once; where
# it cannot be made now (without network) the test is skipped.
base_kind() {
	base=$ROOTS/$1
	[[ -d $base ]] || "$TREE/tools/make-root" "$1" "$base" >&2 ||
		skip "no $1 root here: run tools/make-root $1 build/roots/$1"
}

base_debian() {
	base_kind debian
}

base_busybox() {
	base_kind busybox
}

base_init() {
	base_kind init
}

base_services() {
	base_kind services
}

# busybox_sub NAME [CONFIG-LINE…]: the usual one, on the smallest base.
busybox_sub() {
	base_busybox
	new_sub "$1" "BASE=(\"$base\")" "${@:2}"
}

# set_config NAME LINE…: on the same base, another config.
set_config() {
	local name=$1
	shift
	printf '%s\n' "BASE=(\"$base\")" "$@" >"$SUBHOST/$name/config"
}

debian_sub() {
	base_debian
	new_sub "$1" "BASE=(\"$base\")" "${@:2}"
}

inside() { # SHELL-TEXT: in the sub host web
	sub start web -- /bin/sh -c "$1"
}

# make_image FILE SIZE FILESYSTEM [DIRECTORY…]: with those top directories.
make_image() {
	local file=$1 at=$PLACES/.filling
	truncate -s "$2" "$file"
	"mkfs.$3" -q "$file"
	mkdir "$at"
	mount -t "$3" -o loop "$file" "$at"
	(cd "$at" && shift 3 && mkdir "$@" 2>/dev/null) || true
	umount "$at"
	rmdir "$at"
}

# subhost_on FILESYSTEM [SIZE]: put $SUBHOST on one, before anything is in it.
subhost_on() {
	need_fs "$1"
	truncate -s "${2-600M}" "$PLACES/disk.img"
	"mkfs.$1" -q "$PLACES/disk.img"
	mount -o loop "$PLACES/disk.img" "$SUBHOST"
	this_is_before
}

# What the test did to the host by itself is no leak.
this_is_before() {
	snapshot >"$BATS_TEST_TMPDIR/before"
}

# start_quietly NAME [ARGUMENT…]: start in the background, its streams in
# files of the test, its pid in $starter; returns once it is running.
start_quietly() {
	local name=$1
	sub start "$@" </dev/null >"$BATS_TEST_TMPDIR/$name.out" \
		2>"$BATS_TEST_TMPDIR/$name.err" 3>&- &
	# shellcheck disable=SC2034 # for the tests
	starter=$!
	wait_until 10 is "$name" running || {
		cat "$BATS_TEST_TMPDIR/$name.err"
		return 1
	}
}

# The pid of a running one's init, as the host sees it; never one that would
# have kill(1) hit more than it.
init_pid() {
	sub status "$1" --json |
		jq -e '.pid // .init_pid // .init | select(. > 1)'
}

# is NAME STATE, and state NAME
state() {
	sub status "$1" --json | jq -r .state
}

is() {
	[[ $(state "$1" 2>/dev/null) == "$2" ]]
}

# run_tty COMMAND…: on a terminal of its own; see tty.py for its actions.
run_tty() {
	run timeout 60 "$TREE/tests/integration/tty.py" "$@"
}

# --- links ------------------------------------------------------------------

# make_bridge NAME [TYPE-OPTION…]: one of the host's own, up. With a MAC that
# is its own, lest its ports choose it.
make_bridge() {
	local name=$1
	shift
	ip link add name "$name" address "$(mac_for "$name")" \
		type bridge "$@" && ip link set dev "$name" up
}

# A MAC that goes with a text.
mac_for() {
	md5sum <<<"$1" | sed -E 's/^(..)(..)(..)(..)(..).*/0e:\1:\2:\3:\4:\5/'
}

# outside NAME [BRIDGE]: a network namespace of the test's, as if it were
# another machine: its eth0 is the host's link NAME, put on BRIDGE. What it
# runs, in_outside NAME COMMAND… runs. The host has changed by this.
declare -gA outsiders
outside() {
	behind unshare -n sleep 1000
	outsiders[$1]=${behind[-1]}
	wait_until 5 is_outside "$1"
	ip link add "$1" address "$(mac_for "$1")" type veth \
		peer name eth0 address "$(mac_for "inside $1")" \
		netns "${outsiders[$1]}"
	in_outside "$1" sh -c 'ip link set lo up; ip link set eth0 up'
	ip link set "$1" up ${2:+master "$2"}
}

# behind COMMAND…: in the background, until links_gone.
declare -ga behind
behind() {
	"$@" </dev/null >/dev/null 2>&1 3>&- &
	behind+=($!)
}

is_outside() {
	local at=/proc/${outsiders[$1]}
	[[ $(<"$at/comm") == sleep &&
		$(readlink "$at/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

in_outside() {
	local name=$1
	shift
	nsenter -t "${outsiders[$name]}" -n "$@"
}

# link LINK FILTER, link_in NAME LINK FILTER: what the kernel says of a link
# of the host's, or of one in the network namespace NAME; a filter of jq's.
link() {
	ip -d -j link show dev "$1" | jq -r ".[0] | $2"
}

link_in() {
	ip -n "$1" -d -j link show dev "$2" | jq -r ".[0] | $3"
}

# cable NAME NUMBER FILTER: what status says of a cable.
cable() {
	sub status "$1" --json |
		jq -r ".cables[] | select(.number == $2) | $3"
}

# The host's end of a cable by the kernel's word, not by ours.
host_end() { # NAME NUMBER
	local index
	index=$(link_in "$1" "eth$2" .link_index)
	ip -j link | jq -r ".[] | select(.ifindex == $index) | .ifname"
}

# bridge_of NAME NUMBER: where that is plugged in, "-" for nowhere
bridge_of() {
	link "$(host_end "$1" "$2")" '.master // "-"'
}

# After a test that made links: all but lo. Never those of the machine.
links_gone() {
	local name pid

	! grep -q '^# contain: --host-network' "$BATS_TEST_FILENAME" || return 0
	for pid in "${behind[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	behind=()
	ip -o link | sed -E 's/^[0-9]+: ([^:@]*).*/\1/' | grep -vx lo |
		while read -r name; do
			ip link del dev "$name" 2>/dev/null || true
		done
}

# places_done where there are links of the test's own.
places_and_links_done() {
	local failed=0
	places_done || failed=1
	links_gone
	return $failed
}

# fails_with STATUS TEXT COMMAND…: it must fail so, its one sentence on
# stderr containing TEXT (whatever the case). Leaves $status, $output, $stderr.
fails_with() {
	local status_wanted=$1 text=$2
	shift 2
	status=0
	# shellcheck disable=SC2034 # for the tests
	output=$("$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
	stderr=$(cat "$BATS_TEST_TMPDIR/stderr")
	echo "status $status, stderr: $stderr"
	[[ $status == "$status_wanted" ]] || return 1
	grep -qiF -- "$text" <<<"$stderr"
}

# --- with a rule, and without --------------------------------------------

# try SHELL-TEXT: what a guest must not be able to do
try() {
	inside "if { $1; } >/dev/null 2>&1; then echo broken; else echo kept; fi"
}

# verdict CHECK…: what it says, "kept" or "broken"; nothing of it stays up.
verdict() {
	"$@"
	sub stop web >&2
	wait
}

# needs_rule RULE FILE SED CHECK…: CHECK says "kept" with the program under
# test, and "broken" with one that lacks what SED takes out of src/FILE.
needs_rule() {
	local rule=$1 real=$SUBHOST_BIN broken='' said
	# The machine of tests/vm has none; there only the first half counts.
	if command -v meson >/dev/null; then
		broken=$("$TREE/tests/integration/without" \
			"$1" "$2" "$3") || return
	fi
	shift 3
	said=$(verdict "$@")
	[[ $said == kept ]] || {
		echo "$rule does not hold: $* says '$said'"
		return 1
	}
	[[ -n $broken ]] || return 0
	SUBHOST_BIN=$broken
	said=$(verdict "$@")
	SUBHOST_BIN=$real
	[[ $said == broken ]] || {
		echo "without $rule, $* says '$said', and not that it is broken"
		return 1
	}
}

# refused TEXT: start refuses, saying TEXT
refused() {
	if fails_with 125 "$1" sub start web -- true >&2; then
		echo kept
	elif [[ $status == 0 ]]; then
		echo broken
	fi
}

# --- what a test needs ------------------------------------------------------

need_root() {
	[[ $EUID == 0 ]] || skip "needs root"
}

need_program() {
	command -v "$1" >/dev/null || skip "needs the program $1"
}

# The kernel must know the filesystem, and mkfs must be there.
need_fs() {
	command -v "mkfs.$1" >/dev/null || skip "needs mkfs.$1"
	grep -qw "$1" /proc/filesystems || modprobe -q "$1" 2>/dev/null ||
		skip "this kernel has no $1"
}
