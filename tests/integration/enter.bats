#!/usr/bin/env bats
# enter: another command in a running one, as confined as its init and with no
# hold for the guest on whoever joins it; and restart.

load lib

bats_require_minimum_version 1.5.0

setup() {
	places_new
	busybox_sub web
}

asleep() {
	start_quietly web -- sleep 1000
}

within() { # SHELL-TEXT
	sub enter web -- /bin/sh -c "$1"
}

# What a process has of its confinement, without what is only its own.
confinement='grep -E "^(Cap|Seccomp|NoNew|Groups)" /proc/%s/status; for n in \
	mnt pid net uts ipc cgroup user; do readlink /proc/%s/ns/$n; done
	cat /proc/%s/cgroup; readlink /proc/%s/root'

# --- the command ------------------------------------------------------------

@test "output, input and status of a command pass through" {
	asleep
	run sub enter web -- echo hello
	[[ $status == 0 && $output == hello ]]
	run sub enter web -- cat <<<"typed"
	[[ $status == 0 && $output == typed ]]
	run sub enter web -- sh -c 'exit 7'
	[[ $status == 7 ]]
	run --separate-stderr within 'echo out; echo err >&2'
	[[ $output == out && $stderr == err ]]
	is web running
}

@test "exit statuses: 125, 126, 127, 128 + n" {
	asleep
	touch "$SUBHOST/web/root/plain"
	fails_with 127 "/no/such" sub enter web -- /no/such
	fails_with 127 "nosuch" sub enter web -- nosuch
	fails_with 126 "/plain" sub enter web -- /plain
	fails_with 126 "/etc" sub enter web -- /etc
	run within 'kill -TERM $$'
	[[ $status == 143 ]]
	run within 'kill -KILL $$'
	[[ $status == 137 ]]
	fails_with 125 "directory" sub enter web -- true <"$SUBHOST"
	fails_with 2 "usage" sub enter
	fails_with 2 "usage" sub enter web --
	fails_with 2 "usage" sub enter web true
	fails_with 2 "no option" sub enter --force web
	fails_with 2 "value" sub enter -u "" web
	is web running
}

@test "its namespaces, cgroups and powers are those of init" {
	local line init
	for line in MOUNTS=no MOUNTS=yes PRIVATE_USERS=no PRIVATE_USERS=isolated \
		NETWORK=host NO_NEW_PRIVS=yes SECCOMP=strict SECCOMP=off \
		"CAPS='-NET_ADMIN -SYS_PTRACE'"; do
		set_config web "$line"
		asleep
		run within "$(printf "$confinement" 1 1 1 1) 2>&1"
		[[ $status == 0 ]]
		echo "$line: init: $output"
		init=$output
		run within "$(printf "$confinement" self self self self) 2>&1"
		echo "entered: $output"
		[[ $output == "$init" ]]
		sub stop web
		wait "$starter" || true
	done
}

# What config says by now counts for nothing.
@test "it is confined as at the start, whatever config says since" {
	local before
	set_config web "SECCOMP=strict" "NO_NEW_PRIVS=yes" CAPS=-CHOWN
	asleep
	before=$(within 'grep -E "^(Cap|Secc|NoNew)" /proc/self/status')
	set_config web "SECCOMP=off" "NO_NEW_PRIVS=no" "PRIVATE_USERS=no" \
		"NETWORK=host"
	[[ $(within 'grep -E "^(Cap|Secc|NoNew)" /proc/self/status') == "$before" ]]
	[[ $before == *"NoNewPrivs:	1"* ]]
}

@test "a profile of seccomp that has changed since the start is refused" {
	local profile=$PLACES/profile.json
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}' >"$profile"
	set_config web "SECCOMP=$profile"
	asleep
	sub enter web -- true
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["sync"],
		"action":"SCMP_ACT_ERRNO"}]}' >"$profile"
	fails_with 125 "not what it was" sub enter web -- true
	sub stop web
	rm "$profile"
}

@test "ENVIRONMENT, WORKDIR and USER are those of config; nothing of ours" {
	mkdir -p "$SUBHOST/web/root/data" "$SUBHOST/web/root/etc"
	printf '%s\n' 'root:x:0:0::/root:/bin/sh' 'app:x:77:78::/data:/bin/sh' \
		>"$SUBHOST/web/root/etc/passwd"
	set_config web 'ENVIRONMENT=("A=b c")' WORKDIR=/data USER=app
	asleep
	export HOST_SECRET=treasure
	run within 'id -u; id -g; pwd; echo $A; echo $HOME; env; ls /proc/self/fd'
	echo "$output"
	[[ ${lines[0]} == 77 && ${lines[1]} == 78 && ${lines[2]} == /data ]]
	[[ ${lines[3]} == "b c" && ${lines[4]} == /data ]]
	[[ $output != *treasure* && $output != *SUBHOST* ]]
	run sub enter -u root web -- id -u
	[[ $output == 0 ]]
}

@test "-u: a name, a number, one that is not there" {
	mkdir -p "$SUBHOST/web/root/etc"
	echo 'app:x:77:78::/:/bin/sh' >"$SUBHOST/web/root/etc/passwd"
	echo 'more:x:99:app' >"$SUBHOST/web/root/etc/group"
	asleep
	run sub enter -u app web -- id
	echo "$output"
	[[ $output == uid=77*gid=78*99* ]]
	run sub enter web -u 1234 -- id -u
	[[ $output == 1234 ]]
	run sub enter -u 0 web -- grep CapEff /proc/self/status
	[[ $output != *0000000000000000 ]]
	run sub enter -u app web -- grep CapEff /proc/self/status
	[[ $output == *0000000000000000 ]]
	fails_with 125 "cannot become the user nosuch" \
		sub enter -u nosuch web -- true
	fails_with 125 "cannot become the user 4294967295" \
		sub enter -u 4294967295 web -- true
}

@test "without a command: the first shell there is" {
	asleep
	run sub enter web <<<'echo $0; exit 9'
	echo "$output"
	[[ $status == 9 && $output == *sh* ]]
}

# --- streams ----------------------------------------------------------------

@test "a MiB of input, and more of output" {
	asleep
	head -c 1M /dev/urandom >"$PLACES/in"
	sub enter web -- sh -c 'md5sum; seq 300000' <"$PLACES/in" >"$PLACES/out"
	[[ $(head -n 1 "$PLACES/out") == "$(md5sum <"$PLACES/in" | cut -d' ' -f1)"* ]]
	[[ $(tail -n 1 "$PLACES/out") == 300000 ]]
	head -c 1M "$PLACES/in" | sub enter web -- cat | cmp - "$PLACES/in"
	rm "$PLACES"/in "$PLACES"/out
}

@test "a terminal: status, size, job control, no other terminal" {
	asleep
	run_tty expect='[#$] ' send='stty size\n' expect='24 80' \
		size=40x100 send='stty size\n' expect='40 100' \
		send='tty; ls /dev/pts\n' expect='/dev/pts/' \
		send='sh -c "echo x$((6*7))x; exec sleep 1000"\n' \
		expect=x42x send='\x03' expect='[#$] ' \
		send='exit 5\n' -- "$SUBHOST_BIN" enter web
	echo "$output"
	[[ $status == 5 ]]
	[[ $(within 'ls /dev/pts') == ptmx ]]
}

@test "much output on a terminal" {
	asleep
	run_tty -- "$SUBHOST_BIN" enter web -- seq 20000
	[[ $status == 0 && $output == *20000* ]]
}

@test "with MOUNTS=yes and PRIVATE_USERS=no there is a terminal, too" {
	local line
	for line in MOUNTS=yes PRIVATE_USERS=no; do
		set_config web "$line"
		asleep
		run_tty -- "$SUBHOST_BIN" enter web -- tty
		[[ $status == 0 && $output == */dev/pts/* ]]
		sub stop web
		wait "$starter" || true
	done
}

@test "a terminal's modes come back, and signals reach the command" {
	asleep
	run_tty expect='[#$] ' send='stty raw -echo; exit 0\n' \
		-- "$SUBHOST_BIN" enter web
	[[ $status == 0 ]]
	run_tty expect=READY signal=TERM -- "$SUBHOST_BIN" enter web -- \
		sh -c 'echo READY; exec sleep 100'
	echo "$output"
	[[ $status == 143 ]]
	run_tty expect=READY signal=USR1 expect=heard -- "$SUBHOST_BIN" \
		enter web -- sh -c 'trap "echo heard; exit 4" USR1; echo READY
		while :; do sleep 0.05; done'
	[[ $status == 4 ]]
	is web running
}

# --- many, and the end ------------------------------------------------------

@test "fifty at once" {
	local pids=() pid i
	asleep
	for i in {1..50}; do
		sub enter web -- sh -c "sleep 0.2; exit $i" 3>&- &
		pids+=($!)
	done
	for i in {1..50}; do
		pid=${pids[i - 1]} status=0
		wait "$pid" || status=$?
		[[ $status == "$i" ]]
	done
	is web running
}

@test "one that does not run is refused, with what to do" {
	fails_with 125 "subhost start web" sub enter web -- true
	is web stopped
	assert_same_host
	sub start web -- true
	fails_with 125 "hibernated" sub enter web -- true
	fails_with 125 "did you mean web" sub enter wep -- true
	assert_same_host || true
}

@test "one that is frozen is refused" {
	asleep
	sub freeze web
	fails_with 125 "subhost thaw web" sub enter web -- true
	sub thaw web
	sub enter web -- true
}

entered_in_background() {
	local sign=entered.$RANDOM
	sub enter web -- sh -c "touch /$sign; exec sleep 1000" </dev/null \
		>/dev/null 2>"$BATS_TEST_TMPDIR/entered.err" 3>&- &
	entered=$!
	wait_until 5 test -e "$SUBHOST/web/root/$sign" || {
		cat "$BATS_TEST_TMPDIR/entered.err"
		return 1
	}
}

entered_ends_with() {
	local ended=0
	wait "$entered" || ended=$?
	cat "$BATS_TEST_TMPDIR/entered.err"
	echo "ended with $ended"
	[[ $ended == "$1" ]]
}

@test "stop, hibernate, init's death end what was entered: 137" {
	local line
	for line in MOUNTS=no MOUNTS=yes; do
		set_config web "$line" STOPSIGNAL=KILL
		asleep
		entered_in_background
		sub stop web
		entered_ends_with 137
		wait "$starter" || true
		asleep
		entered_in_background
		sub hibernate web
		entered_ends_with 137
		wait "$starter" || true
		asleep
		entered_in_background
		kill -KILL "$(init_pid web)"
		entered_ends_with 137
		wait "$starter" || true
		sub stop web
	done
}

inside_runs() { # NUMBER of them
	[[ $(within 'ps -o args | grep -c "^sleep 1000"') == "$1" ]]
}

@test "what was entered dies with its foreground" {
	asleep
	entered_in_background
	inside_runs 2
	pkill -KILL -f "^$SUBHOST_BIN enter web"
	wait "$entered" || true
	wait_until 5 inside_runs 1
	is web running
}

@test "what it left in the background stays" {
	asleep
	within 'sleep 1000 </dev/null >/dev/null 2>&1 &'
	inside_runs 2
}

# --- the guest does what it can ---------------------------------------------

@test "no shell, another shell" {
	base_debian
	set_config web
	asleep
	rm -f "$SUBHOST"/web/root/bin/{bash,sh}
	within true || true
	sub enter web -- rm /bin/bash /bin/sh
	fails_with 127 "no shell" sub enter web
	sub enter web -- cp /bin/echo /bin/sh
	run sub enter web </dev/null
	[[ $status == 0 ]]
}

@test "/dev/ptmx replaced: the devpts is what counts" {
	asleep
	within 'rm /dev/ptmx; mkfifo /dev/ptmx'
	run_tty -- "$SUBHOST_BIN" enter web -- tty
	[[ $status == 0 && $output == */dev/pts/* ]]
}

@test "a false devpts is refused, and nothing comes of it" {
	local what
	for what in 'mkfifo /dev/pts/ptmx' 'echo >/dev/pts/ptmx' \
		'ln -s /dev/null /dev/pts/ptmx' 'ln -s /dev/tty /dev/pts/ptmx' \
		'touch /dev/pts/ptmx; mount --bind /dev/zero /dev/pts/ptmx' true; do
		set_config web MOUNTS=yes
		asleep
		within "mount -t tmpfs none /dev/pts; $what"
		run_tty -- "$SUBHOST_BIN" enter web -- touch /reached
		echo "$what: $status, $output"
		[[ $status == 125 && $output == *"/dev/pts"* ]]
		[[ ! -e $SUBHOST/web/root/reached ]]
		# Without a terminal that is nobody's business.
		sub enter web -- true
		sub stop web
		wait "$starter" || true
	done
}

@test "/etc/passwd huge, a FIFO, a directory, a symlink to a device" {
	local etc=$SUBHOST/web/root/etc what
	mkdir -p "$etc"
	asleep
	for what in 'head -c 300000000 /dev/zero >/etc/passwd' 'mkfifo /etc/passwd' \
		'mkdir /etc/passwd' 'ln -s /dev/zero /etc/passwd' \
		'ln -s /dev/tty /etc/passwd'; do
		within "rm -rf /etc/passwd; $what"
		SUB_TIMEOUT=5 fails_with 125 "cannot become the user app" \
			sub enter -u app web -- true
		sub enter web -- true
	done
}

# Its own cgroup then takes no process (EBUSY): as systemd has it.
@test "a guest that keeps its processes in cgroups below" {
	local at name=
	at=$(findmnt -n -t cgroup2 -o TARGET | tail -n 1)
	set_config web MOUNTS=yes
	asleep
	within 'mkdir /sys/fs/cgroup/init.scope
		for p in $(cat /sys/fs/cgroup/cgroup.procs); do
			echo $p >/sys/fs/cgroup/init.scope/cgroup.procs
		done 2>/dev/null; true'
	[[ $(within 'cat /proc/1/cgroup') == *0::/init.scope* ]]
	for name in $(<"$at/cgroup.controllers"); do
		echo "+$name" >"$at/cgroup.subtree_control" &&
			echo "+$name" >"$(echo "$at"/subhost@*)/cgroup.subtree_control" &&
			within "cd /sys/fs/cgroup; echo \$\$ >init.scope/cgroup.procs
				echo +$name >cgroup.subtree_control" &&
			break
	done 2>/dev/null
	run within 'cat /sys/fs/cgroup/cgroup.subtree_control /proc/self/cgroup'
	echo "$output"
	[[ $status == 0 ]]
	sub stop web
	[[ ! $name ]] || echo "-$name" >"$at/cgroup.subtree_control"
	[[ $output == *0::/init.scope* ]] ||
		skip "no controller can be given to a guest here"
}

# It takes long, but nobody else has to wait: the guest stops whoever joins.
@test "a guest that stops its joiner holds up nothing but the joining" {
	local pids=() pid
	asleep
	pids+=("$starter")
	sub enter web -- sh -c 'touch /entered; trap "" TERM
		while :; do for p in /proc/[0-9]*; do
			[ "$(readlink $p/exe)" ] || kill -STOP ${p#/proc/}
		done; done' </dev/null >/dev/null 2>&1 3>&- &
	pids+=($!)
	wait_until 5 test -e "$SUBHOST/web/root/entered"
	for _ in {1..20}; do
		sub enter web -- sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
		pids+=($!)
	done
	sleep 0.5
	SUB_TIMEOUT=10 sub status web >/dev/null
	SUB_TIMEOUT=10 sub stop --timeout 1 web
	for pid in "${pids[@]}"; do
		wait "$pid" || true
	done
	assert_same_host
}

# It stops every joiner and looks at it from all sides, again and again until it
# is no longer ours, which its command line tells everybody. Notes what it saw,
# and "refused" for what it did not.
spy='
	use strict;
	my ($log, $stop) = @ARGV;
	my %met;
	open(my $out, ">", $log) or die;
	$out->autoflush(1);
	print $out "ready\n";
	while (!-e $stop) {
		opendir(my $d, "/proc") or die;
		for my $p (grep { /^\d+$/ && $_ > 1 && $_ != $$ } readdir $d) {
			next if !ours($p);
			kill "STOP", $p if !$met{$p};
			look($p) for 1 .. 3;
			$met{$p}++;
		}
		for my $p (keys %met) {
			next if ours($p) && $met{$p} < 2;
			kill "CONT", $p;
			delete $met{$p} if !ours($p);
		}
	}
	sub ours {
		open(my $f, "<", "/proc/$_[0]/cmdline") or return 0;
		return (<$f> // "") =~ /subhost[-\0]enter\0/;
	}
	sub note {
		my ($p, $what, $seen) = @_;
		print $out defined $seen ? "$what: $seen\n" : "refused\n"
			if ours($p);
	}
	sub look {
		my ($p) = @_;
		note($p, $_, scalar readlink "/proc/$p/$_")
			for qw(exe cwd root fd/0 fd/3 ns/mnt ns/pid);
		for my $what (qw(exe mem environ maps auxv)) {
			my $opened = open(my $f, "<", "/proc/$p/$what");
			my $got = $opened ? sysread($f, my $bytes, 64) : undef;
			note($p, $what, $what eq "exe" ? $opened || undef : $got);
		}
		my ($to) = grep { defined } # of what it has open
			map { readlink "/proc/$p/fd/$_" } 0 .. 9;
		note($p, "fd", $to);
		my $traced = syscall(101, 16, $p, 0, 0) == 0; # PTRACE_ATTACH
		waitpid $p, 0x40000000 if $traced;
		note($p, "traced", $traced || undef);
		syscall(101, 17, $p, 0, 0) if $traced;
	}'

@test "a guest that spies on every joiner sees nothing" {
	local line i n log=$SUBHOST/web/root/log refused
	n=$((${SUB_TIMEOUT:-60} > 60 ? 40 : 200)) # of a machine that is emulated
	base_debian
	for line in MOUNTS=no MOUNTS=yes PRIVATE_USERS=no; do
		set_config web "$line"
		echo "$spy" >"$SUBHOST/web/root/spy"
		rm -f "$log" "$SUBHOST/web/root/stop" # while it is stopped
		SUB_TIMEOUT=200 start_quietly web -- perl -MIO::Handle /spy /log /stop
		wait_until 5 grep -q ready "$log"
		for ((i = 0; i < n; i++)); do
			HOST_SECRET=treasure sub enter web -- true </dev/null
		done
		sub enter web -- touch /stop </dev/null
		wait "$starter"
		refused=$(grep -c refused "$log")
		echo "$line: $refused times refused"
		sort "$log" | uniq -c
		[[ $(sort -u "$log") == $'ready\nrefused' ]]
		sub stop web
	done
}

# --- restart ----------------------------------------------------------------

@test "restart wakes one that sleeps, and starts one that is stopped" {
	run sub restart web -- echo hello
	[[ $status == 0 && $output == hello ]]
	is web hibernated
	run sub restart web -- sh -c 'exit 6'
	[[ $status == 6 ]]
	fails_with 2 "usage" sub restart
	fails_with 2 "usage" sub restart web true
	fails_with 125 "no sub host" sub restart nosuch
}

@test "restart of one in a foreground names that, escaped" {
	start_quietly web -- sh -c $'sleep 1000; : \e[31m\n'
	fails_with 125 "runs in the foreground of pid" sub restart web -- true
	[[ $stderr == *"start web -- sh -c sleep 1000; : \\x1b[31m\\x0a"* ]]
	[[ $stderr != *$'\e'* ]]
	kill -0 "$(sed 's/.* of pid \([0-9]*\) .*/\1/' <<<"$stderr")"
	is web running
}

# An init that has asked the kernel not to die with its parent.
@test "restart ends an init that nobody attends, and keeps the network" {
	local foreground inode
	base_debian
	set_config web STOPSIGNAL=TERM
	start_quietly web -- perl -e 'syscall(157, 1, 0); $SIG{TERM} = sub {
		open(my $f, ">", "/asked"); exit }; sleep 1 while 1'
	wait_until 5 sub enter web -- true
	sleep 0.2
	inode=$(stat -Lc %i /run/netns/web)
	foreground=$(ps -o ppid= "$(init_pid web)")
	kill -KILL "$foreground"
	wait "$starter" || true
	is web running
	run sub restart web -- echo again
	[[ $status == 0 && $output == again ]]
	[[ -e $SUBHOST/web/root/asked ]]
	[[ $(stat -Lc %i /run/netns/web) == "$inode" ]]
}
