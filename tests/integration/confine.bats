#!/usr/bin/env bats
# The defaults of the confinement, as the kernel tells them inside, in every
# mode; and what of them is changed by config. What a build without one of them
# would let through is in rules.bats.

load lib

setup() {
	places_new
	debian_sub web
}

# Without the notes, which are of other matters.
inside() { # SHELL-TEXT
	sub start -q web -- /bin/sh -c "$1"
}

modes=("" PRIVATE_USERS=isolated PRIVATE_USERS=no MOUNTS=yes
	"PRIVATE_USERS=isolated MOUNTS=yes")

# in_mode MODE [LINE…]: web is of that mode from its next start on
in_mode() {
	local mode=$1
	shift
	sub stop web
	# shellcheck disable=SC2086 # words are lines of config
	set_config web $mode "$@"
	echo "mode: ${mode:-default}"
}

# --- capabilities -----------------------------------------------------------

caps() { # KIND…, of the line CapKIND
	local kind
	for kind; do
		inside "awk '/^Cap$kind/ { print \$2 }' /proc/self/status"
	done
}

# A set: all but those given, of the 41 there are
all_but() {
	local bits=$(((1 << 41) - 1)) bit
	for bit; do
		bits=$((bits & ~(1 << bit)))
	done
	printf '%016x\n' $bits
}

# SYS_MODULE SYS_RAWIO SYS_TIME AUDIT_CONTROL MAC_OVERRIDE MAC_ADMIN SYSLOG
# WAKE_ALARM BLOCK_SUSPEND PERFMON BPF CHECKPOINT_RESTORE
machine=(16 17 25 30 32 33 34 35 36 38 39 40)
resource=24

@test "capabilities: the set of each mode, nothing inheritable or ambient" {
	local mode wanted
	for mode in "${modes[@]}"; do
		in_mode "$mode"
		case $mode in
		*MOUNTS=yes) wanted=$(all_but "${machine[@]}") ;;
		*=no) wanted=$(docker_like 12) ;;
		*) wanted=$(all_but "${machine[@]}" $resource) ;;
		esac
		[[ $(caps Bnd) == "$wanted" ]]
		[[ $(caps Eff) == "$wanted" && $(caps Prm) == "$wanted" ]]
		[[ $(caps Inh Amb | sort -u) == 0000000000000000 ]]
	done
}

# What Docker gives but MKNOD, and SYS_BOOT; and those bits.
docker_like() {
	local bits=0 bit
	for bit in 0 1 3 4 5 6 7 8 10 13 18 22 29 31 "$@"; do
		bits=$((bits | 1 << bit))
	done
	printf '%016x\n' $bits
}

@test "without a user namespace NET_ADMIN comes with an own network only" {
	in_mode "PRIVATE_USERS=no NETWORK=host"
	[[ $(caps Bnd) == "$(docker_like)" ]]
}

@test "CAPS adds and takes away" {
	in_mode "" 'CAPS="-NET_RAW -cap_chown"'
	[[ $(caps Bnd) == "$(all_but "${machine[@]}" $resource 13 0)" ]]
	run ! inside 'touch /a; chown 5 /a'
	in_mode PRIVATE_USERS=no 'CAPS="+MKNOD -NET_ADMIN"'
	[[ $(caps Bnd) == "$(docker_like 27)" ]]
}

@test "CAPS: what is wrong is said with the line, and what was meant" {
	in_mode "" 'CAPS=NET_RAW'
	fails_with 125 "config:2: CAPS is \"NET_RAW\", +NET_RAW" \
		sub start web -- true
	in_mode "" 'CAPS=-NET_RAV'
	fails_with 125 "did you mean -NET_RAW?" sub start web -- true
}

@test "CAPS=+SYS_RESOURCE with MOUNTS=no is done, and said" {
	in_mode "" CAPS=+SYS_RESOURCE
	run --separate-stderr sub start web -- true
	[[ $status == 0 && $stderr == *SYS_RESOURCE*lift* ]]
	run sub status web
	[[ $output == *"differs        CAPS=+SYS_RESOURCE"* ]]
	in_mode MOUNTS=yes CAPS=+SYS_RESOURCE
	run --separate-stderr sub start web -- true
	[[ $status == 0 && $stderr != *SYS_RESOURCE* ]]
}

@test "status: what differs from the defaults" {
	run sub status web
	[[ $status == 0 && $output != *differs* ]]
	[[ $(sub status web --json | jq -c .differs) == "{}" ]]
	in_mode "NETWORK=host SECCOMP=off PIDS_MAX=7 HOSTNAME=a" \
		'CAPS="+SYS_TIME -NET_RAW"'
	run sub status web
	[[ $output == *'differs        NETWORK=host PIDS_MAX=7 '* ]]
	[[ $output == *' CAPS="-NET_RAW +SYS_TIME" SECCOMP=off'* ]]
	[[ $(sub status web --json | jq -cS .differs) == \
'{"CAPS":"-NET_RAW +SYS_TIME","NETWORK":"host","PIDS_MAX":"7","SECCOMP":"off"}' ]]
}

# --- what is inherited ------------------------------------------------------

@test "no_new_privs is off, a filter is on, in each mode" {
	local mode
	for mode in "${modes[@]}"; do
		in_mode "$mode"
		run inside 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status'
		[[ ${lines[0]} == *0 && ${lines[1]} == *2 ]]
	done
}

@test "all its cgroups are roots to it" {
	local mode
	for mode in "${modes[@]}"; do
		in_mode "$mode"
		run inside 'cat /proc/self/cgroup'
		[[ $status == 0 && -n $output ]]
		run ! grep -v ':/$' <<<"$output"
	done
}

# odd COMMAND…: as nobody would be expected to start it
odd() {
	(
		ulimit -Sn 64
		ulimit -Hn 4000
		ulimit -Ss 1000
		ulimit -Sl 16
		ulimit -Su 300
		ulimit -Si 77
		ulimit -Sq 1000
		ulimit -St 1000
		umask 077
		echo 300 >/proc/self/oom_score_adj
		trap '' USR1 PIPE
		exec nice -n 5 ionice -c 3 setarch -R chrt -b 0 "$@"
	)
}

limit() { # NAME: its soft and hard one
	awk -v name="$1" 'index($0, name) == 1 {
		sub(name " *", ""); print $1, $2 }' <<<"$output"
}

has_resource() {
	((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 24 & 1))
}

@test "limits, priorities and ways of the caller do not come in" {
	local mode
	for mode in "${modes[@]}"; do
		in_mode "$mode"
		run odd timeout 60 "$SUBHOST_BIN" start -q web -- sh -c 'umask
			cat /proc/self/oom_score_adj /proc/self/personality \
				/proc/self/timerslack_ns
			cut -d" " -f19,41 /proc/self/stat
			ionice; awk "/^Sig(Blk|Ign)/ { print \$2 }" \
				/proc/self/status
			cat /proc/self/limits'
		echo "$output"
		[[ $status == 0 ]]
		[[ ${lines[0]} == 0022 && ${lines[1]} == 0 ]]
		[[ ${lines[2]} == 00000000 && ${lines[3]} == 50000 ]]
		[[ ${lines[4]} == "0 0" && ${lines[5]} == none:* ]]
		[[ ${lines[6]} == 0000000000000000 ]]
		[[ ${lines[7]} == 0000000000000000 ]]
		[[ $(limit "Max core file size") == "0 0" ]]
		[[ $(limit "Max stack size") == "8388608 unlimited" ]]
		[[ $(limit "Max cpu time") == "unlimited unlimited" ]]
		[[ $(limit "Max nice priority") == "0 0" ]]
		[[ $(limit "Max realtime priority") == "0 0" ]]
		[[ $(limit "Max msgqueue size") == "819200 819200" ]]
		if has_resource; then
			[[ $(limit "Max open files") == "1024 524288" ]]
		else # which of its hard ones nobody can raise
			[[ $(limit "Max open files") == "1024 4000" ]]
		fi
	done
}

# The user namespace remembers them too.
@test "limits of the caller are not those of the user namespace" {
	(
		ulimit -Sl 64
		exec timeout 60 "$SUBHOST_BIN" start -q web -- true
	)
	run inside 'perl -e "my \$a = \"x\" x (1 << 20); syscall(149, \$a,
		1 << 20) and die \$!; print qq(locked\n)"'
	[[ $(uname -m) == x86_64 ]] || skip "numbers of system calls are x86_64's"
	[[ $output == locked ]]
}

@test "the processors that the caller may use are the guest's" {
	run taskset -c 0 timeout 60 "$SUBHOST_BIN" start -q web -- \
		awk '/Cpus_allowed_list/ { print $2 }' /proc/self/status
	[[ $output == 0 ]]
}

# --- /proc and /sys ---------------------------------------------------------

masked=(/proc/keys /proc/kallsyms /proc/sched_debug /proc/acpi /proc/asound
	/proc/scsi /proc/interrupts /proc/latency_stats /sys/firmware
	/sys/devices/virtual/powercap)
# The kernel itself opens them for the host's root alone.
roots_own=(/proc/kcore /proc/kmsg /proc/timer_list /proc/kpagecount
	/proc/kpageflags /proc/kpagecgroup)

# Which of them the host has.
there() {
	local path
	for path; do
		[[ ! -e $path ]] || echo "$path"
	done
}

# Print what of them is no mask: empty, mode 0, read-only, of our own tmpfs.
look_for_masks='for path; do
	grep -Eq " /(file|dir) $path ro,.* - tmpfs " /proc/self/mountinfo ||
		echo "$path is not mounted on"
	[ "$(stat -c %a $path)" = 0 ] || echo "$path has a mode"
	[ -d $path ] && found=$(ls -A $path 2>/dev/null)
	[ -f $path ] && found=$(cat $path 2>/dev/null)
	[ -z "$found" ] || echo "$path is not empty"
	chmod 0777 $path 2>/dev/null && echo "$path can be changed"
done; echo looked'

@test "MOUNTS=no: what tells of the host is masked" {
	local mode paths
	for mode in "" PRIVATE_USERS=isolated PRIVATE_USERS=no \
		"PRIVATE_USERS=no NETWORK=host" NETWORK=host; do
		in_mode "$mode"
		mapfile -t paths < <(there "${masked[@]}")
		[[ $mode != *=no* ]] ||
			mapfile -t -O "${#paths[@]}" paths < <(
				there "${roots_own[@]}"
			)
		((${#paths[@]} >= 4))
		run sub start -q web -- sh -c "$look_for_masks" sh "${paths[@]}"
		echo "$output"
		[[ $status == 0 && $output == looked ]]
	done
}

@test "what is the host's root's cannot be read in any mode" {
	local mode paths
	mapfile -t paths < <(there "${roots_own[@]}")
	for mode in "${modes[@]}"; do
		in_mode "$mode"
		run sub start -q web -- sh -c 'for path; do
			timeout 1 head -c 1 $path 2>/dev/null | grep -q . &&
				echo "$path can be read"; done
			ls -A /sys/kernel/debug /sys/kernel/security \
				/sys/kernel/tracing 2>/dev/null | grep -v : |
				grep .; echo looked' sh "${paths[@]}"
		[[ $output == looked ]]
	done
}

@test "a mask cannot be taken off, nor seen through" {
	local mode
	for mode in "" PRIVATE_USERS=no; do
		in_mode "$mode"
		run inside 'umount /proc/keys && echo off
			umount -l /sys/firmware && echo off
			mount --move /proc/keys /mnt && echo off
			mount -t proc proc /mnt && echo seen
			unshare -Urpf --mount-proc cat /proc/interrupts && \
				echo seen; echo end'
		[[ ${lines[-1]} == end && $output != *off* &&
			$output != *seen* ]]
	done
}

@test "MOUNTS=yes: no masks, so that containers inside can have a /proc" {
	in_mode MOUNTS=yes
	run inside 'grep -c " /proc/" /proc/self/mountinfo
		unshare -Urpf --mount-proc cat /proc/sys/kernel/ostype'
	[[ ${lines[0]} == 0 && ${lines[1]} == Linux ]]
}

# --- what of the host can be written ----------------------------------------

# The files of /proc and /sys that guest root can open for writing, but those of
# its processes. Nothing is written.
find_writable='
	sub walk {
		my $dir = shift;
		opendir(my $h, $dir) or return;
		for my $name (sort readdir $h) {
			my $path = "$dir/$name";
			next if $name =~ /^\.\.?$/ || $path =~ m{^/proc/\d+$};
			my $mode = (lstat $path)[2] or next;
			next if -l _;
			if (-d _) { walk($path); next }
			# As host root it may open what nobody may write to.
			next unless $mode & 0222;
			print "$path\n" if sysopen(my $f, $path, 1 | 04400);
		}
	}
	walk($_) for "/proc", "/proc/1/net", "/sys"'

writable() {
	sub start -q web -- perl -e "$find_writable"
}

# Of its own: queues and shared memory (ipc), network. pressure takes what wakes
# its reader; ns_last_pid refuses to be written without its pid namespace.
pressure='/proc/pressure/[a-z]+'
ipc='/proc/sys/(fs/mqueue/.*|kernel/(auto_msgmni|(msg|sem|shm)[a-z_]*))'
own="$pressure|$ipc|/proc/sys/kernel/ns_last_pid"
net='/proc/sys/net/.*'
# And of MOUNTS=yes: what its user, pid and cgroup namespaces count.
more='/proc/sys/user/max_.*|/proc/sys/kernel/(pid_max|cad_pid)|/sys/fs/cgroup/.*'

@test "nothing of the host's can be written to" {
	local mode allowed found
	for mode in "" PRIVATE_USERS=isolated NETWORK=host PRIVATE_USERS=no \
		"PRIVATE_USERS=no NETWORK=host" MOUNTS=yes \
		"MOUNTS=yes NETWORK=host"; do
		in_mode "$mode"
		case $mode in
		PRIVATE_USERS=no) allowed="$pressure|$net" ;;
		PRIVATE_USERS=no*) allowed=$pressure ;;
		NETWORK=host) allowed=$own ;;
		MOUNTS=yes*host) allowed="$own|$more" ;;
		MOUNTS=yes) allowed="$own|$more|$net" ;;
		*) allowed="$own|$net" ;;
		esac
		found=$(writable)
		[[ -n $found ]]
		run ! grep -vxE "$allowed" <<<"$found"
		echo "$output"
		[[ $mode == MOUNTS=yes || $found != *lwtunnel* ]]
	done
}

# All numbers below /proc/sys that do not change by themselves.
numbers() {
	find /proc/sys/net /proc/sys/kernel /proc/sys/fs /proc/sys/user \
		-type f ! -name '*random*' ! -name ns_last_pid ! -name '*-nr' \
		! -name '*-state' ! -path '*/random/*' \
		! -name nf_conntrack_count ! -name pty/nr -readable \
		-exec grep -sH '^[0-9[:blank:]]*$' {} + | grep -v pty/nr | sort
}

# It writes to all that it can, a number in it being another by one, and only it
# itself sees it. lwtunnel: see run/masks, where no mask holds.
@test "what it writes to is its own" {
	local mode before changed
	for mode in "" PRIVATE_USERS=no MOUNTS=yes; do
		in_mode "$mode"
		before=$(numbers)
		changed=$(sub start -q web -- perl -e '
			use File::Find;
			sub get { open(my $f, "<", $_[0]) or return ""; <$f> }
			find(sub {
				return if -d || $_ eq "nf_hooks_lwtunnel" &&
					$ARGV[0] =~ /MOUNTS/;
				my $old = get($_) // "";
				my ($others, $last) =
					$old =~ /^([\d\s]*?)(\d+)\n$/ or return;
				for my $new ($last + 1, $last - 1) {
					open(my $f, ">", $_) or return;
					print $f "$others$new\n";
					close $f;
					last if (get($_) // "") ne $old;
				}
				$n++ if (get($_) // "") ne $old;
			}, "/proc/sys/net", "/proc/sys/fs/mqueue",
				"/proc/sys/kernel");
			print "$n\n"' "$mode")
		echo "mode: $mode, changed inside: $changed"
		((changed > 50))
		diff <(echo "$before") <(numbers)
	done
}

@test "its own network can be set up, by root of any kind" {
	local mode
	for mode in "" PRIVATE_USERS=no MOUNTS=yes; do
		in_mode "$mode"
		run inside 'echo 1 >/proc/sys/net/ipv4/ip_forward &&
			cat /proc/sys/net/ipv4/ip_forward'
		[[ $output == 1 ]]
	done
	in_mode "PRIVATE_USERS=no NETWORK=host"
	run ! inside ': >>/proc/sys/net/ipv4/ip_forward'
}

# --- keys -------------------------------------------------------------------

@test "the caller's session keyring is not the guest's" {
	[[ $(uname -m) == x86_64 ]] || skip "numbers of system calls are x86_64's"
	local mode search='
		my @key = ("user", "treasure");
		my $found = syscall(250, 10, -3, @key, 0);
		print $found > 0 ? "found\n" : "none\n"'
	for mode in "" PRIVATE_USERS=no MOUNTS=yes; do
		in_mode "$mode" SECCOMP=off
		run perl -e '
			syscall(250, 1, 0) > 0 or die "no keyring: $!";
			my @key = ("user", "treasure", "gold");
			syscall(248, @key, 4, -3) > 0 or
				die "no key: $!";
			my $search = shift;
			system("perl", "-e", $search);
			exec("timeout", 60, @ARGV, $search)' "$search" \
			 "$SUBHOST_BIN" start -q web -- perl -e
		echo "$output"
		[[ ${lines[0]} == found && ${lines[1]} == none ]]
	done
}

# --- check ------------------------------------------------------------------

@test "check: a table in 80 columns, and what is needed is here" {
	run sub check
	echo "$output"
	[[ $status == 0 && $output == *"openat2 "*yes* ]]
	[[ $output == *"all that is needed is there"* ]]
	run ! grep -E '.{81}' <<<"$output"
	assert_same_host
}

@test "check --json says the same" {
	local rows
	rows=$(sub check --json)
	[[ $(jq 'length > 30' <<<"$rows") == true ]]
	[[ $(jq '[.[] | select(.needed and .present != true)] | length' \
		<<<"$rows") == 0 ]]
	[[ $(jq '[.[] | select(.feature and .for)] | length == length' \
		<<<"$rows") == true ]]
	[[ $(jq '.[] | select(.feature == "veth") | .present' <<<"$rows") == \
		true ]]
}

@test "check: SUBHOST_OLDER_KERNEL=1 shows the other ways" {
	export SUBHOST_OLDER_KERNEL=1
	run sub check
	[[ $status == 0 && $output == *SUBHOST_OLDER_KERNEL* ]]
	grep -Eq '^overlay by descriptors +no +a helper' <<<"$output"
	grep -Eq '^unique mount ids +no ' <<<"$output"
}

@test "check: exit status 1 where something needed is missing" {
	# Such a place: no namespace can be made any more.
	unshare -U --map-root-user true || skip "no user namespaces to try it in"
	run unshare -Ur sh -c '
		echo 0 >/proc/sys/user/max_net_namespaces
		exec "$@"' sh timeout 60 "$SUBHOST_BIN" check
	echo "$output"
	[[ $status == 1 ]]
	grep -Eq '^network namespaces +MISSING +only NETWORK=host' <<<"$output"
	[[ $output == *"is MISSING"* ]]
}
