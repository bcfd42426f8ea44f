# SPDX-License-Identifier: MIT
# What a seccomp filter adds to system calls, and to a start.
# Sourced by bench/run, whose sub hosts and places it uses.
# shellcheck disable=SC2034

FILTERS="off default strict least"

calls_plan() { # COMMAND...
	local filter
	for filter in $FILTERS; do
		subhost_contender "$filter" "$W/filters"
		echo "time start $SUBHOST_BINARY start calls-$filter -- $*"
	done
}

calls() {
	local filter
	have_subhost || return 0
	say "8. system calls inside, by SECCOMP, $ROUNDS rounds"
	echo "least: a filter of one instruction, that allows all"
	echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >"$W/least.json"
	for filter in $FILTERS; do
		sub_hosts "$W/filters" "calls-$filter"
		echo "SECCOMP=${filter/least/$W/least.json}" \
			>>"$W/filters/sub/calls-$filter/config"
		cp "$BUILD/bench/calls" "$W/filters/sub/calls-$filter/root/"
	done
	echo "two million that are judged by their number"
	calls_plan /calls | pair_up calls
	echo
	echo "two million ioctls"
	calls_plan /calls ioctl | pair_up calls-ioctl
	echo
	echo "waking for a command that costs nothing"
	calls_plan /nothing | pair_up calls-wake
	for filter in $FILTERS; do
		subhost "$W/filters" stop "calls-$filter" || BAD=1
	done
}

calls_verdicts() {
	verdict "system calls by default, times SECCOMP=off" \
		"$(figure calls default 5)" 1.1 "f <= l"
	verdict "system calls by default, times the least filter" \
		"$(quotient "$(figure calls default 5)" \
			"$(figure calls least 5)")" 1.03 "f <= l"
}
