#!/usr/bin/env bats
# What a sub host may use up, and the devices it may open: that each limit is
# kept, changed by `set`, and gone with it; and a clock that stands still. On
# whatever has the controllers here: cgroup v2, v1, or some of each.

load lib

setup() {
	places_new
	base_busybox
}

teardown() {
	places_and_links_done
}

# --- where it is ------------------------------------------------------------

has_old() { # CONTROLLER: is it one of version 1?
	[[ $(stat -fc %T "/sys/fs/cgroup/$1" 2>/dev/null) == cgroupfs ]]
}

# cgroup_of CONTROLLER: where web has it, a directory; by version 1's name
cgroup_of() {
	if has_old "$1"; then
		echo "/sys/fs/cgroup/$1/$(cgroup_parent)/web"
	else
		echo "$(unified)/$(cgroup_parent)/web"
	fi
}

# says CONTROLLER FILE-OF-1 FILE-OF-2: what the kernel keeps web to
says() {
	local dir
	dir=$(cgroup_of "$1")
	if has_old "$1"; then
		cat "$dir/$2"
	else
		cat "$dir/$3"
	fi
}

pids_max() {
	says pids pids.max pids.max
}

memory_max() {
	says memory memory.limit_in_bytes memory.max
}

cpu_max() {
	says cpu cpu.cfs_quota_us cpu.max
}

need() { # CONTROLLER
	has_old "$1" || grep -qw "${1/blkio/io}" "$(unified)/cgroup.controllers" ||
		skip "this host has no controller $1"
}

# rule RULE FILE SED CHECK…: as needs_rule, where a program can be built.
rule() {
	if command -v meson >/dev/null; then
		needs_rule "$@"
		return
	fi
	shift 3
	[[ $(verdict "$@") == kept ]]
}

# The usual web, with these lines in its config instead of those it had.
web() {
	if [[ -d $SUBHOST/web ]]; then
		set_config web "$@"
	else
		busybox_sub web "$@"
	fi
}

in_root() { # FILE: one that web has written
	cat "$SUBHOST/web/root/$1" 2>/dev/null
}

# No cgroup of this test's is anywhere.
no_cgroups() {
	[[ -z $(find_cgroups | grep -F "$(cgroup_parent)") ]] || {
		find_cgroups
		return 1
	}
}

# --- limits -----------------------------------------------------------------

# How many processes it comes to.
forks() {
	rm -f "$SUBHOST/web/root/n"
	start_quietly web -- sh -c '(i=0; while [ $i -lt 200 ]; do
		sleep 1000 & i=$((i + 1)); echo $i >/n; done) 2>/err
		: >/done; sleep 1000' >&2 || true
	wait_until 20 eval '[[ -e $SUBHOST/web/root/done ]]' || true
	rm -f "$SUBHOST/web/root/done"
	if (($(in_root n) >= 200)); then
		echo broken
	elif (($(in_root n) >= 10 && $(in_root n) < 20)); then
		echo kept
	fi
}

@test "PIDS_MAX: no more than that" {
	need pids
	web PIDS_MAX=20 STOPSIGNAL=KILL
	rule pids-max host/limits.c \
		's/if (limit_is_set(l->limits, i))/if (0)/' forks
}

@test "PIDS_MAX: 4096 when nothing is said, and none for max" {
	need pids
	web
	start_quietly web -- sleep 1000
	[[ $(pids_max) == 4096 ]]
	sub stop web --force
	web PIDS_MAX=max
	start_quietly web -- sleep 1000
	[[ ! -e $(cgroup_of pids)/pids.max || $(pids_max) == max ]]
}

# Does one that wants 96M of 32M get it?
eats() {
	local said status=0
	said=$(inside 'dd if=/dev/zero of=/dev/null bs=96M count=1 2>/dev/null &&
		echo eaten; echo over' 2>/dev/null) || status=$?
	case $status,${said//$'\n'/ } in
	0,over | 137,*) echo kept ;;
	"0,eaten over") echo broken ;;
	*) echo "$status $said" ;;
	esac
}

@test "MEMORY_MAX: one that eats more is killed, and nobody else" {
	need memory
	[[ $(wc -l </proc/swaps) == 1 ]] || skip "this host swaps"
	busybox_sub other
	start_quietly other -- sleep 1000
	sleep 1000 3>&- &
	bystander=$!
	web MEMORY_MAX=32M
	rule memory-max host/limits.c \
		's/if (limit_is_set(l->limits, i))/if (0)/' eats
	is other running
	kill "$bystander"
	wait "$bystander" || [[ $? == 143 ]]
	sub stop other --force
}

@test "MEMORY_MAX: with version 2, none of a service outlives one that is killed" {
	need memory
	! has_old memory || skip "version 1 cannot"
	web MEMORY_MAX=32M
	[[ $(eats) == kept ]]
	run inside 'dd if=/dev/zero of=/dev/null bs=96M count=1; echo over'
	[[ $status == 137 && $output != *over* ]]
	# A real init can tell by itself what to do.
	web MEMORY_MAX=32M MOUNTS=yes
	sub stop web
	run inside 'dd if=/dev/zero of=/dev/null bs=96M count=1; echo over'
	[[ $status == 0 && $output == *over* ]]
}

# usage: µs of CPU that web has had
usage() {
	if [[ -n $(unified) ]]; then
		sed -n 's/^usage_usec //p' "$(unified)/$(cgroup_parent)/web/cpu.stat"
	else
		echo $(($(cat "$(cgroup_of cpuacct)/cpuacct.usage") / 1000))
	fi
}

# throttled: how many times it was held back
throttled() {
	says cpu cpu.stat cpu.stat 2>/dev/null | sed -n 's/^nr_throttled //p'
}

# Two busy ones: a tenth of two seconds is 200 ms. The kernel looks at every tick
# of each CPU, so that it is some more.
loops() {
	local used
	start_quietly web -- sh -c 'while :; do :; done & while :; do :; done' >&2
	used=-$(usage)
	sleep 2
	used=$((used + $(usage)))
	echo "in 2 s: $used us, held back $(throttled) times" >&2
	if [[ $(throttled) == @(|0) ]]; then
		echo broken
	elif ((used < 600000)); then
		echo kept
	fi
	sub stop web --force >&2
}

@test "CPU_MAX: no more than that share" {
	need cpu
	[[ -n $(unified) ]] || skip "what is used is counted by version 2 alone"
	web CPU_MAX=0.1
	rule cpu-max host/limits.c \
		's/if (limit_is_set(l->limits, i))/if (0)/' loops
}

@test "all limits are written to where the kernel has them" {
	need memory
	need cpu
	web MEMORY_MAX=64M MEMORY_HIGH=48M CPU_MAX=1.5 CPU_WEIGHT=50 PIDS_MAX=77
	start_quietly web -- sleep 1000
	[[ $(memory_max) == $((64 << 20)) && $(pids_max) == 77 ]]
	[[ $(says memory memory.soft_limit_in_bytes memory.high) == $((48 << 20)) ]]
	[[ $(cpu_max) == 150000* ]]
	[[ $(says cpu cpu.shares cpu.weight) == @(512|50) ]]
	# and init is in all of them
	for controller in memory cpu pids; do
		grep -qx "$(init_pid web)" "$(cgroup_of $controller)/cgroup.procs"
	done
	[[ $(sub status web --json | jq -c .limits) == \
		'{"memory_max":67108864,"memory_high":50331648,"cpu_max":1.5,"cpu_weight":50,"pids_max":77}' ]]
	sub status web --json | jq -e '.usage.pids == 1'
	[[ $(sub status web) == *"memory max 64M"*"pids max 77"* ]]
	sub hibernate web --force
	no_cgroups
	start_quietly web -- sleep 1000
	[[ $(memory_max) == $((64 << 20)) && $(pids_max) == 77 ]]
	sub stop web --force
	no_cgroups
}

@test "IO_WEIGHT: kept where the host can, else refused" {
	web IO_WEIGHT=200
	if sub start web -- true 2>"$BATS_TEST_TMPDIR/err"; then
		start_quietly web -- sleep 1000
		[[ $(cat "$(cgroup_of blkio)"/{io,io.bfq,blkio,blkio.bfq}.weight \
			2>/dev/null) == *200* ]]
	else
		grep -qF "web: IO_WEIGHT cannot be kept: this host has no controller io," \
			"$BATS_TEST_TMPDIR/err"
		no_cgroups
		is web stopped
	fi
}

@test "MOUNTS=yes: the guest cannot raise its limits" {
	need memory
	local unified
	unified=$(unified)
	base_debian
	new_sub web "BASE=(\"$base\")" MOUNTS=yes PIDS_MAX=77 MEMORY_MAX=64M
	start_quietly web -- sh -c 'cd /sys/fs/cgroup
		for f in pids.max memory.max memory.high cpu.max cgroup.freeze \
			cgroup.max.depth cgroup.kill memory.oom.group; do
			if echo max >$f || echo 1 >$f; then echo /$f; fi
		done 2>/dev/null
		mkdir /tmp/v1
		for c in pids memory; do
			mount -t cgroup -o $c none /tmp/v1 || continue
			cd /tmp/v1
			for f in pids.max memory.limit_in_bytes; do
				echo -1 >$f && echo /v1/$f
			done
			mkdir /tmp/v1/mine && echo /mine
			cd /
			umount /tmp/v1
		done 2>/dev/null
		mkdir /sys/fs/cgroup/below && echo delegated
		echo $$ >/sys/fs/cgroup/below/cgroup.procs && echo moved
		: >/done; exec sleep 1000'
	wait_until 10 test -e "$SUBHOST/web/root/done"
	[[ $(cat "$BATS_TEST_TMPDIR/web.out") == \
		"${unified:+delegated$'\n'moved}" ]]
	[[ $(pids_max) == 77 && $(memory_max) == $((64 << 20)) ]]
	sub stop web --force
	no_cgroups
}

# --- devices ----------------------------------------------------------------

# A node in its /dev that the host made, which the guest may open.
opens_a_node() {
	start_quietly web -- sh -c 'while [ ! -e /dev/there ]; do sleep 0.1; done
		( : </dev/there ) 2>/err && echo opened || echo refused
		sleep 1000' >&2
	nsenter -t "$(init_pid web)" -m /bin/mknod /dev/there c 10 237
	wait_until 5 test -s "$BATS_TEST_TMPDIR/web.out"
	case $(<"$BATS_TEST_TMPDIR/web.out") in
	refused) grep -q 'not permitted' "$SUBHOST/web/root/err" && echo kept ;;
	opened) echo broken ;;
	esac
}

# busybox has no head of its own everywhere
with_head() {
	base_debian
	set_config web "$@"
}

@test "no device but the usual ones, even with a node" {
	web
	with_head
	[[ -c /dev/loop-control ]] || skip "no /dev/loop-control here"
	rule device-filter host/limits.c \
		's/int r = filter_devices(l, false, err);/int r = 0;/' opens_a_node
}

@test "the usual devices work" {
	web
	with_head
	run inside 'head -c 1 /dev/zero && head -c 1 /dev/urandom >/dev/null &&
		head -c 1 /dev/random >/dev/null && echo x >/dev/null &&
		! echo x >/dev/full && [ -c /dev/ptmx ] && : <>/dev/ptmx && echo well'
	[[ $status == 0 && $output == *well* ]]
	run_tty -- "$SUBHOST_BIN" start web -- sh -c ': <>/dev/tty && : <>/dev/console && echo we''ll'
	[[ $output == *well* ]]
}

# Which of these it can have made: one that is never allowed.
makes_a_node() {
	local said
	said=$(inside 'rm -f /tmp/kmsg /tmp/null
		mknod /tmp/kmsg c 1 11 2>/dev/null && echo made
		mknod /tmp/null c 1 3 && echo null' 2>/dev/null) || true
	case ${said//$'\n'/ } in
	null) echo kept ;;
	"made null") echo broken ;;
	*) echo "$said" ;;
	esac
}

@test "no node but of the usual ones can be made" {
	web
	with_head PRIVATE_USERS=no CAPS=+mknod
	run sub start web -- true
	[[ $status == 0 ]] || skip "$output"
	rule device-filter-mknod host/limits.c \
		's/int r = filter_devices(l, false, err);/int r = 0;/' makes_a_node
	rm -f "$SUBHOST"/web/root/tmp/*
}

@test "DEVICES: tun and fuse" {
	[[ -c /dev/net/tun && -c /dev/fuse ]] || skip "no tun, or no fuse, here"
	web
	with_head 'DEVICES="/dev/net/tun /dev/fuse:r"'
	run inside ': <>/dev/net/tun && echo tun; : </dev/fuse && echo read
		: >/dev/fuse && echo written'
	[[ ${lines[0]} == tun && ${lines[1]} == read && $output != *written* ]]
	[[ $(inside 'stat -c "%t:%T %U" /dev/net/tun') == "a:c8 root" ]]
	# Without, they are not there.
	with_head
	[[ $(inside '[ -e /dev/net ] || [ -e /dev/fuse ] || echo none') == none ]]
}

writes_a_block_device() {
	local said
	said=$(inside "head -c 5 $loop; echo hosts >$loop && echo written" \
		2>/dev/null)
	case ${said//$'\n'/ } in
	hosts) echo kept ;;
	hostswritten*) echo broken ;;
	*) echo "$said" ;;
	esac
}

@test "DEVICES: a block device that can only be read" {
	local loop
	web
	echo hosts >"$PLACES/file"
	truncate -s 1M "$PLACES/file"
	loop=$(losetup -f --show "$PLACES/file")
	with_head "DEVICES=\"$loop:r\""
	rule device-access host/limits.c 's/\.write = d->write,/.write = true,/' \
		writes_a_block_device
	losetup -d "$loop"
	rm "$PLACES/file"
}

@test "DEVICES: what is no device is refused" {
	web 'DEVICES="/dev/none"'
	fails_with 125 "cannot give it the device /dev/none: No such file" \
		sub start web -- true
	set_config web 'DEVICES="/dev/shm"'
	fails_with 125 "/dev/shm, of DEVICES, is no device" sub start web -- true
	set_config web 'DEVICES="/etc/passwd"'
	fails_with 125 "the path of a device below /dev is needed" \
		sub start web -- true
	is web stopped
	no_cgroups
}

# --- set --------------------------------------------------------------------

@test "set: at once, and not in config" {
	need memory
	need cpu
	web PIDS_MAX=50
	cp "$SUBHOST/web/config" "$PLACES/config"
	start_quietly web -- sleep 1000
	sub set web PIDS_MAX=60 MEMORY_MAX=64M CPU_MAX=0.5 CPU_WEIGHT=200
	[[ $(pids_max) == 60 && $(memory_max) == $((64 << 20)) ]]
	[[ $(cpu_max) == 50000* && $(says cpu cpu.shares cpu.weight) == @(2048|200) ]]
	for controller in memory cpu; do
		grep -qx "$(init_pid web)" "$(cgroup_of $controller)/cgroup.procs"
	done
	# Empty is the default again, not what config says.
	sub set web PIDS_MAX= MEMORY_MAX= CPU_MAX= CPU_WEIGHT=
	[[ $(pids_max) == 4096 && $(memory_max) == @(max|9223372036854771712) ]]
	[[ $(cpu_max) == @(max*|-1) && $(says cpu cpu.shares cpu.weight) == @(1024|100) ]]
	cmp "$SUBHOST/web/config" "$PLACES/config"
	sub stop web --force
	no_cgroups
	rm "$PLACES/config"
}

@test "set: a limit that is new to a running one holds for all in it" {
	need memory
	[[ $(wc -l </proc/swaps) == 1 ]] || skip "this host swaps"
	web
	start_quietly web -- sh -c 'while [ ! -e /go ]; do sleep 0.1; done
		dd if=/dev/zero of=/dev/null bs=96M count=1; echo $? >/status; sleep 1000'
	sub set web MEMORY_MAX=32M
	sub enter web -- touch /go
	over() { [[ $(in_root status) == 137 ]] || is web hibernated; }
	wait_until 20 over
	sub stop web --force
}

@test "set: a process that a killed set did not move is moved by the next" {
	need_program strace
	has_old memory || skip "there is nothing to move with version 2"
	web
	start_quietly web -- sleep 1000
	timeout 20 strace -qq -o /dev/null -e trace=fsetxattr \
		-e inject=fsetxattr:signal=SIGKILL "$SUBHOST_BIN" set web \
		MEMORY_MAX=32M || true
	[[ -d $(cgroup_of memory) ]]
	sub set web MEMORY_MAX=32M
	grep -qx "$(init_pid web)" "$(cgroup_of memory)/cgroup.procs"
	[[ $(sub list --json | jq -r '.[].frozen') == false ]]
	sub stop web --force
	no_cgroups
}

@test "set --save: config too, all else of it byte by byte" {
	web
	cat >"$SUBHOST/web/config" <<-END
		# mine
		BASE="$base" # where it is
		 export   PIDS_MAX='50' # few
		X=1; Y=2
	END
	chmod 0640 "$SUBHOST/web/config"
	sub set web PIDS_MAX=60 MEMORY_MAX=64M --save # it is stopped
	cat >"$PLACES/wanted" <<-END
		# mine
		BASE="$base" # where it is
		 export   PIDS_MAX="60" # few
		X=1; Y=2
		MEMORY_MAX="64M"
	END
	diff "$SUBHOST/web/config" "$PLACES/wanted"
	[[ $(stat -c %a "$SUBHOST/web/config") == 640 ]]
	start_quietly web -- sleep 1000
	[[ $(pids_max) == 60 ]]
	sub set --save web PIDS_MAX=70
	[[ $(pids_max) == 70 ]]
	grep -q 'PIDS_MAX="70" # few' "$SUBHOST/web/config"
	sub hibernate web --force
	sub set --save web PIDS_MAX=
	start_quietly web -- sleep 1000
	[[ $(pids_max) == 4096 ]]
	rm "$PLACES/wanted"
}

@test "set: what is wrong, and nothing is changed" {
	web PIDS_MAX=50
	fails_with 1 "web is stopped and not running; --save sets it in config" \
		sub set web PIDS_MAX=60
	sub start web -- true
	fails_with 1 "web is hibernated and not running" sub set web PIDS_MAX=60
	start_quietly web -- sleep 1000
	fails_with 1 "BASE cannot be set; VARIABLE=VALUE is wanted" \
		sub set web PIDS_MAX=60 BASE=/
	fails_with 1 "PIDS_MAX has no value" sub set web PIDS_MAX
	fails_with 1 "set: PIDS_MAX is \"0\", a number from 1" \
		sub set web PIDS_MAX=0
	fails_with 1 "CPU_MAX is \"all\", a number of CPUs" \
		sub set web PIDS_MAX=60 CPU_MAX=all
	fails_with 1 "cannot give it the device /dev/none" \
		sub set web PIDS_MAX=60 DEVICES=/dev/none
	fails_with 2 usage sub set web
	fails_with 1 "there is no" sub set nobody PIDS_MAX=60
	[[ $(pids_max) == 50 ]]
	[[ $(cat "$SUBHOST/web/config") == *$'\n'PIDS_MAX=50 ]]
}

@test "set --save: refused where config cannot be edited, and nothing is set" {
	web PIDS_MAX=50 PIDS_MAX=51
	start_quietly web -- sleep 1000
	fails_with 1 "config:3: sets PIDS_MAX, and so does line 2" \
		sub set --save web PIDS_MAX=60
	set_config web PIDS_MAX=5 PIDS_MAX+=1
	fails_with 1 "config:3: adds to PIDS_MAX with +=" \
		sub set --save web PIDS_MAX=60
	set_config web 'PIDS_MAX=$(echo 50)'
	fails_with 1 "so change it by hand" sub set --save web PIDS_MAX=60
	[[ $(pids_max) == 51 ]]
	# Where nobody is to save it, bash may read it.
	sub set web PIDS_MAX=60
	[[ $(pids_max) == 60 ]]
}

@test "set: what was set before one that fails is put back" {
	need memory
	local dir
	web PIDS_MAX=50
	start_quietly web -- sleep 1000
	if has_old blkio; then # somebody is there already
		dir=$(cgroup_of blkio)
		mkdir -p "$dir"
	elif sub set web IO_WEIGHT=200 2>/dev/null; then
		skip "this host can keep all limits"
	fi
	# PIDS_MAX comes last: it is another that is put back.
	fails_with 1 IO_WEIGHT \
		sub set web MEMORY_MAX=64M CPU_MAX=0.5 IO_WEIGHT=200 PIDS_MAX=60
	[[ $(memory_max) == @(max|9223372036854771712) ]]
	[[ $(cpu_max) == @(max*|-1) && $(pids_max) == 50 ]]
	sub set web MEMORY_MAX=128M
	fails_with 1 IO_WEIGHT sub set --save web MEMORY_MAX=64M IO_WEIGHT=200
	[[ $(memory_max) == $((128 << 20)) ]]
	run grep MEMORY "$SUBHOST/web/config"
	[[ $status == 1 ]]
	sub stop web --force
	[[ -z $dir ]] || rmdir "$dir" "${dir%/web}"
}

@test "set DEVICES: given to a running one, and taken" {
	[[ -c /dev/net/tun && -c /dev/fuse ]] || skip "no tun, or no fuse, here"
	web
	with_head
	start_quietly web -- sleep 1000
	opens() { # FILE
		sub enter web -- sh -c ": <>$1"
	}
	sub set web DEVICES="/dev/net/tun /dev/fuse"
	opens /dev/net/tun
	opens /dev/fuse
	sub set web DEVICES=/dev/fuse
	opens /dev/fuse
	run opens /dev/net/tun
	[[ $status != 0 && $output == *"not permitted"* ]]
	sub set web DEVICES=
	run opens /dev/fuse
	[[ $status != 0 && $output == *"not permitted"* ]]
	opens /dev/null
	# One that fails for a limit gives no device.
	if ! sub set web IO_WEIGHT=200 DEVICES=/dev/fuse 2>/dev/null; then
		run opens /dev/fuse
		[[ $status != 0 ]]
	fi
}

@test "set DEVICES: a guest cannot have the node made elsewhere" {
	[[ -c /dev/net/tun ]] || skip "no tun here"
	web
	with_head
	start_quietly web -- sh -c 'ln -s /tmp /dev/net && echo set; exec sleep 1000'
	wait_until 5 test -s "$BATS_TEST_TMPDIR/web.out"
	fails_with 1 "cannot make its new devices" sub set web DEVICES=/dev/net/tun
	[[ ! -e $SUBHOST/web/root/tmp/tun ]]
}

@test "set DEVICES: with MOUNTS=yes only in config" {
	web MOUNTS=yes PIDS_MAX=50
	start_quietly web -- sleep 1000
	fails_with 1 "DEVICES of one with MOUNTS=yes cannot be set while it runs" \
		sub set web PIDS_MAX=60 DEVICES=/dev/null
	[[ $(pids_max) == 50 ]]
	sub set web PIDS_MAX=60
	[[ $(pids_max) == 60 ]]
}

# --- freeze -----------------------------------------------------------------

counts() {
	start_quietly web -- sh -c \
		'i=0; while :; do i=$((i + 1)); echo $i >/count; done'
	wait_until 5 test -s "$SUBHOST/web/root/count"
}

stands_still() {
	local before
	before=$(in_root count)
	sleep 0.3
	[[ $(in_root count) == "$before" ]]
}

goes_on() {
	local before
	before=$(in_root count)
	moved() { [[ $(in_root count) != "$before" ]]; }
	wait_until 5 moved
}

@test "freeze, thaw: the clock stands still, and goes on" {
	web
	counts
	goes_on
	sub freeze web
	stands_still
	is web running
	sub list | grep -E '^web +frozen '
	sub list --json | jq -e '.[0].frozen == true and .[0].state == "running"'
	[[ $(sub status web) == *"running, frozen"* ]]
	sub status web --json | jq -e '.frozen == true'
	sub freeze web
	stands_still
	sub set web PIDS_MAX=60
	[[ $(pids_max) == 60 ]]
	stands_still
	sub thaw web
	goes_on
	sub status web --json | jq -e '.frozen == false'
	sub thaw web
	sub freeze web
	sub stop web --force
	no_cgroups
	fails_with 1 "web is stopped and not running" sub freeze web
	fails_with 1 "web is stopped and not running" sub thaw web
	sub start web -- true
	fails_with 1 "web is hibernated and not running" sub freeze web
	fails_with 1 "there is no" sub freeze nobody
}

# polite N: one that writes a file when it is asked to end
polite() {
	start_quietly web -- sh -c "trap 'echo yes >/asked.$1; exit 0' TERM
		: >/ready.$1; while :; do sleep 0.1; done"
	wait_until 5 test -e "$SUBHOST/web/root/ready.$1"
}

@test "a frozen one that is to end is thawed and asked" {
	local verb
	web STOPSIGNAL=TERM
	for verb in hibernate stop; do
		polite $verb
		sub freeze web
		sub $verb web
		[[ $(in_root asked.$verb) == yes ]]
		no_cgroups
	done
	polite force
	sub freeze web
	sub stop --force web
	[[ ! -e $SUBHOST/web/root/asked.force ]]
	no_cgroups
}

@test "a frozen one whose init is killed is hibernated" {
	web
	counts
	sub freeze web
	[[ -n $(unified) ]] || skip "version 1 kills nobody who is frozen"
	kill -KILL "$(init_pid web)"
	wait_until 5 is web hibernated
	sub stop web
}

@test "set of a frozen one moves its processes and leaves it frozen" {
	need memory
	web
	counts
	sub freeze web
	sub set web MEMORY_MAX=64M
	grep -qx "$(init_pid web)" "$(cgroup_of memory)/cgroup.procs"
	stands_still
	sub list | grep -E '^web +frozen '
	sub thaw web
	goes_on
	sub stop web --force
}

# --- what is left -----------------------------------------------------------

@test "a cgroup of that name that is not ours is never touched" {
	local dir
	has_old pids || skip "this host has no controllers of version 1"
	web
	dir=$(cgroup_of pids)
	mkdir -p "$dir"
	fails_with 125 "not ours among those of the controller pids" \
		sub start web -- true
	[[ -d $dir ]]
	is web stopped
	sub stop web
	[[ -d $dir ]]
	rmdir "$dir" "${dir%/web}"
	sub start web -- true
}

# kill_at CALL… -- ARGUMENT…: killed at $every of those system calls, one after
# the other, until it is through; nothing of it is left then.
kill_at() {
	local calls=() call n status starter
	while [[ $1 != -- ]]; do
		calls+=("$1")
		shift
	done
	shift
	for call in "${calls[@]}"; do
		for ((n = 1; n < 60; n += every)); do
			$prepare
			status=0
			timeout 20 strace -qq -o /dev/null -e "trace=$call" \
				-e "inject=$call:signal=SIGKILL:when=$n" \
				"$SUBHOST_BIN" "$@" </dev/null >/dev/null 2>&1 || status=$?
			sub stop web --force
			[[ -z $starter ]] || wait "$starter" || true
			no_cgroups || {
				echo "killed at $call $n"
				return 1
			}
			((status == 137)) || break
		done
		echo "$call: $((n - 1)) times"
		((n > 1))
	done
}

@test "start with limits, killed wherever it makes something of them" {
	local prepare=true every=1
	need_program strace
	need memory
	web MEMORY_MAX=64M CPU_MAX=0.5 DEVICES=/dev/null STOPSIGNAL=KILL
	kill_at mkdirat bpf fsetxattr -- start web -- true
	every=5 kill_at write -- start web -- true
}

@test "set, killed wherever it makes something" {
	local prepare="start_quietly web -- sleep 1000" every=1
	need_program strace
	need memory
	web STOPSIGNAL=KILL
	kill_at write -- set web MEMORY_MAX=64M CPU_MAX=0.5 DEVICES=/dev/null
}
