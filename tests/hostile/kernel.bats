#!/usr/bin/env bats
# Guest root calls what concerns the machine: modules, kexec, the clock, swap,
# its log, perf, bpf, userfaultfd, io_uring, keyrings, quotas, fanotify; also by
# the numbers of other architectures. None is even reached, and the same
# program reaches them where there is no filter.

load lib

@test "the machine's system calls are refused" {
	attacker calls
	with "CAPS='+SYS_RAWIO +SYSLOG +BPF +PERFMON'"
	in_each_mode says_nothing '/calls kernel | grep -v ^iop'
	with
	in_each_mode says_nothing '/calls kernel'
	with SECCOMP=strict
	in_each_mode says_nothing '/calls kernel'
}

@test "without the filter they are reached" {
	attacker calls
	needs_rule filter-of-calls run/steps.c '/step_filter }/d' \
		gains_nothing '/calls kernel'
}

@test "nor by another architecture's numbers" {
	[[ $(uname -m) == x86_64 ]] || skip "these are x86_64's neighbours"
	attacker calls
	in_each_mode says_nothing '/calls foreign'
}

@test "the clock, the host's name, modules: the host's are as before" {
	local before
	before=$(hostname; cut -d' ' -f1 /proc/modules | sort)
	in_each_mode says_nothing 'hostname evil; date -s 2001-01-01 >/dev/null
		modprobe dummy; insmod /x.ko; true' || true
	[[ $(hostname; cut -d' ' -f1 /proc/modules | sort) == "$before" ]]
	(($(date +%Y) > 2001))
}
