#!/usr/bin/env bats
# Guest root opens files of the host by their handles, which any mount of the
# same filesystem will do for ("shocker", CVE-2014-3519). It knows the handle;
# the real attack guesses it.

load lib

setup() {
	places_new
	base_busybox
	new_sub web
	cp -a "$base/." "$SUBHOST/web/root/"
	attacker shocker
	echo treasure >"$PLACES/treasure"
	this_is_before
	handle=$(as_host shocker "$PLACES/treasure") ||
		skip "$PLACES has no handles"
}

@test "a handle of the host's opens nothing" {
	local mode
	for mode in "${MODES[@]}"; do
		printf '%s\n' "$mode" "CAPS=+DAC_READ_SEARCH" >"$SUBHOST/web/config"
		says_nothing "/shocker $handle"
		sub stop web
	done
}

# Two locks: the filter and the power, given away here.
@test "without the filter it would, where the power was given" {
	printf '%s\n' PRIVATE_USERS=no "CAPS=+DAC_READ_SEARCH" \
		>"$SUBHOST/web/config"
	needs_rule filter-of-calls run/steps.c '/step_filter }/d' \
		gains_nothing "/shocker $handle"
}
