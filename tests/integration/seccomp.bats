#!/usr/bin/env bats
# SECCOMP and NO_NEW_PRIVS: what a guest may ask the kernel. The programs
# themselves are tried in tests/unit/test_filter.c, call by call.

load lib

setup_file() {
	contained
	gcc -D_GNU_SOURCE -static -O1 -o "$BATS_FILE_TMPDIR/call" \
		"$BATS_TEST_DIRNAME/call.c"
}

setup() {
	places_new
	busybox_sub web
	have_call
}

have_call() {
	install -m 0755 "$BATS_FILE_TMPDIR/call" "$SUBHOST/web/root/call"
}

# calls CALL…: what the kernel says inside, a line a call (see call.c)
calls() {
	sub start web -- /call "$@"
}

# says CALL ANSWER: of one
says() {
	local answer
	answer=$(calls "$1") || true
	echo "$1: $answer, wanted $2"
	[[ $answer == *": $2" ]]
}

# profile [JSON]: config's, in $profile; with what goes into "syscalls"
profile() {
	profile=$PLACES/profile.json
	echo "{\"defaultAction\": \"${2-SCMP_ACT_ALLOW}\", \"syscalls\": [$1]}" \
		>"$profile"
	set_config web "SECCOMP=$profile"
}

teardown() {
	rm -f "$PLACES"/profile.json
	places_done
}

only_x86() {
	[[ $(uname -m) == x86_64 ]] || skip "of x86-64"
}

# --- the filter is there ----------------------------------------------------

status_of() { # FIELD
	inside "grep ^$1: /proc/self/status" | tr -d '\t'
}

@test "there is one filter; with SECCOMP=off there is none" {
	local lines
	[[ $(status_of Seccomp) == Seccomp:2 ]]
	[[ $(status_of Seccomp_filters) == Seccomp_filters:1 ]]
	set_config web SECCOMP=strict
	[[ $(status_of Seccomp) == Seccomp:2 ]]
	set_config web SECCOMP=off
	[[ $(status_of Seccomp) == Seccomp:0 ]]
	for lines in MOUNTS=yes PRIVATE_USERS=no REAPER=yes USER=1000; do
		sub stop web
		set_config web "$lines"
		[[ $(status_of Seccomp) == Seccomp:2 ]]
		[[ $(status_of NoNewPrivs) == NoNewPrivs:0 ]]
	done
}

@test "NO_NEW_PRIVS=yes" {
	local lines
	for lines in MOUNTS=yes REAPER=yes USER=1000 SECCOMP=strict; do
		sub stop web
		set_config web NO_NEW_PRIVS=yes "$lines"
		[[ $(status_of NoNewPrivs) == NoNewPrivs:1 ]]
	done
}

# --- default ----------------------------------------------------------------

# With arguments that do no harm where they pass; the answer is the filter's.
refused="
EPERM kexec_load
EPERM kexec_file_load -1 -1
EPERM init_module
EPERM finit_module -1
EPERM delete_module
EPERM syslog 10
EPERM acct
EPERM swapon
EPERM swapoff
EPERM quotactl -1
EPERM quotactl_fd -1
EPERM open_by_handle_at -1
EPERM fanotify_init -1
EPERM fanotify_mark -1
EPERM bpf -1
EPERM perf_event_open 0 0 0 0 -1
EPERM userfaultfd -1
ENOSYS keyctl 0 -3
ENOSYS add_key
ENOSYS request_key
ENOSYS io_uring_setup 1
ENOSYS io_uring_enter -1
ENOSYS io_uring_register -1
ENOSYS nfsservctl
ENOSYS lookup_dcookie
EAFNOSUPPORT socket 38 5
EAFNOSUPPORT socket 40 1
EPERM ioctl -1 0x5412
EPERM ioctl -1 0x541c
EPERM ioctl -1 0x100005412
EPERM ioctl -1 0xffffffff0000541c
"
[[ $(uname -m) != x86_64 ]] || refused+="
EPERM iopl 9
EPERM ioperm 9
ENOSYS uselib
ENOSYS _sysctl
"

# Each of $refused has its answer.
all_refused() {
	local answers=() list=() answer call
	while read -r answer call; do
		[[ -n $call ]] || continue
		list+=("$call")
		answers+=("${call%% *}: $answer")
	done <<<"$refused"
	diff <(printf '%s\n' "${answers[@]}") <(calls "${list[@]}")
}

@test "default and strict refuse what concerns the machine" {
	all_refused
	set_config web SECCOMP=strict
	all_refused
}

@test "with MOUNTS=yes, or without a user namespace, no less" {
	set_config web MOUNTS=yes
	all_refused
	sub stop web
	set_config web PRIVATE_USERS=no
	all_refused
}

# Else the answers above would prove nothing.
@test "SECCOMP=off: the kernel itself answers otherwise" {
	local call
	set_config web SECCOMP=off
	for call in "keyctl 0 -3" "io_uring_setup 1" "quotactl -1" \
		"open_by_handle_at -1" "ioctl -1 0x5412" "ioctl -1 0x541c" \
		"ioctl -1 0x100005412" "fanotify_init -1"; do
		! says "$call" EPERM
		! says "$call" ENOSYS
	done
}

@test "a foreign architecture's call ends the process" {
	only_x86
	local said
	run calls i386 getpid
	[[ $status == 159 && $output != *fine* ]]
	run calls x32 getpid
	[[ $status == 159 && $output != *fine* ]]
	run inside '/call i386; echo $?'
	[[ $output == *159 ]]
	set_config web SECCOMP=off
	said=$(calls i386) || true
	[[ $said == *fine ]] || skip "this kernel has no 32-bit programs"
}

@test "default: mounts, namespaces, ptrace, chroot pass with MOUNTS=yes" {
	sub stop web
	rm -r "$SUBHOST/web"
	debian_sub web MOUNTS=yes
	have_call
	says "clone3" EINVAL
	says "personality 0x40000" fine
	says "ptrace" fine
	says "unshare 0x40000000" fine
	says "number 600" ENOSYS
	says "socket 17 3" fine
	says "socket 16 3" fine
	run inside 'set -e
		mount -t tmpfs none /mnt
		unshare -Urm sh -c "mount -t tmpfs none /mnt; umount /mnt"
		unshare -Urmpf --mount-proc true
		mkdir /mnt/root; mount --rbind / /mnt/root; chroot /mnt/root true
		setarch -R true; hostname other; echo fine'
	echo "$output"
	[[ $output == fine ]]
}

# --- strict -----------------------------------------------------------------

@test "strict: what no service needs is refused, what is unknown is not there" {
	local call
	set_config web SECCOMP=strict MOUNTS=yes
	for call in mount "unshare 0x40000000" "setns -1" ptrace kcmp \
		"process_vm_readv 1" "clone 0x40000011" "socket 31 3" \
		"personality 0x40000"; do
		says "$call" EPERM
	done
	says clone3 ENOSYS
	says "number 600" ENOSYS
	says "clone 17" fine
	says "socket 17 3" fine
	says "personality 0xffffffff" fine
	says "ioctl -1 0x540e" EBADF
}

@test "strict: a web server" {
	set_config web SECCOMP=strict NO_NEW_PRIVS=yes
	mkdir "$SUBHOST/web/root/www"
	echo hello >"$SUBHOST/web/root/www/page"
	run inside 'busybox httpd -p 8080 -h /www &&
		busybox wget -q -O - http://127.0.0.1:8080/page'
	echo "$output"
	[[ $status == 0 && $output == hello ]]
}

@test "strict: Debian's programs, threads, a user of one's own" {
	rm -r "$SUBHOST/web"
	debian_sub web SECCOMP=strict REAPER=yes
	run inside 'set -e
		dpkg -l >/dev/null; apt-get --version >/dev/null
		perl -e "use threads; threads->create(sub { 1 })->join"
		echo text | sort | gzip | gunzip
		touch /file; chown 1:1 /file; ls -l / >/dev/null
		(sleep 0.1 & wait)'
	echo "$output"
	[[ $status == 0 && $output == text ]]
	set_config web SECCOMP=strict USER=www-data
	run inside 'id -un'
	[[ $output == www-data ]]
}

# --- a profile of one's own -------------------------------------------------

@test "a profile: what it refuses, for which arguments, else all passes" {
	profile '{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 30},
		{"names": ["mount", "nonesuch"], "action": "SCMP_ACT_ALLOW"},
		{"names": ["socket"], "action": "SCMP_ACT_ERRNO",
		 "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"},
			{"index": 1, "value": 15, "valueTwo": 2,
			 "op": "SCMP_CMP_MASKED_EQ"}]}'
	[[ $(status_of Seccomp_filters) == Seccomp_filters:1 ]]
	says "mkdir 0" EROFS
	says "socket 2 2" EPERM
	says "socket 2 1" fine
	says "socket 10 2" fine
	says "keyctl 0 -3" fine
	run calls x32
	[[ $status == 159 || $(uname -m) != x86_64 ]]
}

# What busybox and call need.
few='"arch_prctl","set_tid_address","set_robust_list","rseq","prlimit64",
	"readlinkat","getrandom","mprotect","newfstatat","fstat","exit",
	"exit_group","brk","mmap","munmap","write","execve","prctl","capget",
	"capset","chdir","fcntl","dup3","close_range","close","poll","ppoll",
	"setsid","rt_sigprocmask","rt_sigaction","getuid","setuid","setgid",
	"ioctl","open","openat","read","getpid","uname","readlink","access"'

@test "a profile that allows: all else is refused, what is newer is not there" {
	profile "{\"names\": [$few], \"action\": \"SCMP_ACT_ALLOW\"}" \
		SCMP_ACT_ERRNO
	says getpid fine
	says sync EPERM
	says mount EPERM
	says "number 600" ENOSYS
}

@test "a profile that cannot be read is named, with the reason" {
	local at name
	while IFS='|' read -r at name; do
		profile "$at"
		fails_with 125 "$profile: $name" sub start web -- true
	done <<-'END'
		3|syscalls[0]: it is no object
		{"names": ["sync"]}|syscalls[0]: "action" is ""
		{"names": ["sync"], "action": "SCMP_ACT_NOTIFY"}|syscalls[0]: "action" is
		{"action": "SCMP_ACT_KILL"}|syscalls[0]: "names" is missing
		{"names": "sync", "action": "SCMP_ACT_KILL"}|syscalls[0]: "names" is no list
		{"names": [1], "action": "SCMP_ACT_KILL"}|syscalls[0]: "names" has what
		{"names": ["sync"], "action": "SCMP_ACT_KILL", "arg": 1}|syscalls[0]: "arg" is no key
		{"names": ["sync"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096}|syscalls[0]: "errnoRet"
		{"names": ["nonesuch"], "action": "SCMP_ACT_KILL"}|syscalls[0]: no system call "nonesuch"
		{"names": ["sync"], "action": "SCMP_ACT_KILL", "includes": {"caps": []}}|syscalls[0]: "includes"
		{"names": ["sync"], "action": "SCMP_ACT_KILL", "args": [{}]}|syscalls[0]: "op" is ""
		{"names": ["sync"], "action": "SCMP_ACT_KILL", "args": [{"op": "SCMP_CMP_EQ"}]}|syscalls[0]: "index" is missing
		{"names": ["sync"], "action": "SCMP_ACT_KILL"}, {"names": ["sync"], "action": "SCMP_ACT_ALLOW"}|syscalls[1]: another element
		{"names": ["execve"], "action": "SCMP_ACT_ERRNO"}|it refuses execve, which a start itself needs
		{"names": ["write"], "action": "SCMP_ACT_KILL"}|it refuses write, which
		{"names": ["sync"]|it is no JSON
	END
	echo '[]' >"$profile"
	fails_with 125 "$profile: it is no JSON object" sub start web -- true
	profile "" SCMP_ACT_ERRNO
	fails_with 125 "$profile: it refuses brk" sub start web -- true
	printf '{"defaultAction":"SCMP_ACT_ALLOW"}\0' >"$profile"
	fails_with 125 "$profile: it has a NUL" sub start web -- true
	head -c 2000000 /dev/zero >"$profile"
	fails_with 125 "$profile: cannot read it" sub start web -- true
	is web stopped
}

@test "a profile that is missing, no file, or that others can write" {
	profile ""
	rm "$profile"
	fails_with 125 "cannot open SECCOMP's profile $profile" sub start web -- true
	mkdir "$profile"
	fails_with 125 "not a plain file" sub start web -- true
	rmdir "$profile"
	mkfifo "$profile"
	fails_with 125 "not a plain file" sub start web -- true
	rm "$profile"
	profile ""
	chmod 0664 "$profile"
	fails_with 125 "can be written by others" sub start web -- true
	chmod 0644 "$profile"
	chown 65534 "$profile"
	fails_with 125 "can be written by others" sub start web -- true
	chown 0 "$profile"
	sub start web -- true
}

@test "a profile that keeps the start from a step: the step is named" {
	profile '{"names": ["setresuid", "setgroups"], "action": "SCMP_ACT_ERRNO"}'
	echo USER=1000 >>"$SUBHOST/web/config"
	fails_with 125 "SECCOMP's profile may refuse that" sub start web -- true
	is web stopped
}

@test "values that are not allowed" {
	set_config web SECCOMP=relaxed
	fails_with 125 'SECCOMP is "relaxed", default, strict, off or the' \
		sub start web -- true
	set_config web NO_NEW_PRIVS=1
	fails_with 125 'NO_NEW_PRIVS is "1", no or yes' sub start web -- true
}

# --- without a rule (see rules.bats) ----------------------------------------

# kept where CALL has ANSWER
answers() {
	if says "$1" "$2" >&2; then
		echo kept
	else
		echo broken
	fi
}

@test "without the filter, keyrings are there" {
	needs_rule seccomp-filter run/steps.c '/filter its system calls/d' \
		answers "keyctl 0 -3" ENOSYS
}

@test "a row of the list makes the refusal" {
	needs_rule seccomp-keyring filter/builtin.c 's/{ENOSYS, "keyctl"},//' \
		answers "keyctl 0 -3" ENOSYS
	needs_rule seccomp-uring filter/builtin.c \
		's/{ENOSYS, "io_uring_setup"},//' answers "io_uring_setup 1" ENOSYS
	needs_rule seccomp-handle filter/builtin.c \
		's/{EPERM, "open_by_handle_at"},//' \
		answers "open_by_handle_at -1" EPERM
	needs_rule seccomp-alg filter/builtin.c 's/{AF_ALG, AF_VSOCK}/{AF_VSOCK}/' \
		answers "socket 38 77" EAFNOSUPPORT
}

@test "without its head, keys can be put into a terminal" {
	needs_rule seccomp-tty filter/builtin.c \
		's/guards_tty = true/guards_tty = false/' \
		answers "ioctl -1 0x5412" EPERM
}

# The same, but compared as 64 bits.
@test "TIOCSTI is compared as 32 bits" {
	needs_rule seccomp-32-bits filter/program.c \
		's/JUMP(JEQ, arch, 0, 6)/JUMP(JEQ, arch, 0, 8)/
		s/JUMP(JEQ, SYS_ioctl, 0, 4)/JUMP(JEQ, SYS_ioctl, 0, 6), LOAD(FIELD(args[1]) + 4 - LOW_WORD), JUMP(JEQ, 0, 0, 4)/' \
		answers "ioctl -1 0x100005412" EPERM
}

dies_of() { # CALL
	run calls "$1" getpid
	case $status in
	159) echo kept ;;
	0) echo broken ;;
	esac
}

@test "a foreign architecture is refused by the rule for it" {
	only_x86
	needs_rule seccomp-foreign filter/program.c \
		's/SCMP_ACT_KILL_PROCESS/SCMP_ACT_ALLOW/' dies_of i386
}

@test "strict: no namespaces, and ENOSYS for what is newer" {
	set_config web SECCOMP=strict MOUNTS=yes
	needs_rule seccomp-clone filter/builtin.c \
		's/SCMP_CMP_MASKED_EQ, CLONE_NEW, 0/SCMP_CMP_MASKED_EQ, 0, 0/' \
		answers "clone 0x40000011" EPERM
	needs_rule seccomp-newest filter/builtin.c '/newest = NEWEST/d' \
		answers "number 600" ENOSYS
}

no_new_privs() {
	case $(status_of NoNewPrivs) in
	*:1) echo kept ;;
	*:0) echo broken ;;
	esac
}

@test "NO_NEW_PRIVS is set by its step" {
	set_config web NO_NEW_PRIVS=yes
	needs_rule no-new-privs run/steps.c '/set NO_NEW_PRIVS/d' no_new_privs
}

# On a kernel that has no seccomp(2).
start_without_seccomp() {
	local real=$SUBHOST_BIN
	status=0
	"$BATS_TEST_DIRNAME/without.py" 317 -- timeout 60 "$real" start web -- \
		true 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
	case $status in
	125) grep -q "cannot filter its system calls" \
		"$BATS_TEST_TMPDIR/stderr" && echo kept ;;
	0) echo broken ;;
	esac
}

@test "where no filter can be loaded, nothing starts" {
	only_x86
	needs_rule seccomp-or-nothing sys/confine.c \
		's/SECCOMP_SET_MODE_FILTER, 0, &p) < 0/&  \&\& 0/' \
		start_without_seccomp
	is web stopped
}

refused_profile() {
	if fails_with 125 "can be written by others" sub start web -- true >&2; then
		echo kept
	elif [[ $status == 0 ]]; then
		echo broken
	fi
}

@test "a profile that others can write is refused by the rule for it" {
	profile ""
	chmod 0666 "$profile"
	needs_rule profile-is-roots run/filter.c \
		's/st.st_uid != geteuid() || st.st_mode & 022/0/' refused_profile
}
