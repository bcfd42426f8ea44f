#!/usr/bin/env bats
# docs/fleet.md, as typed: each of its lines that begins with "# " is run, and
# what the page shows below it has to come, where numbers and times may differ
# and "…" stands for anything.

load lib
load daemon

setup() {
	[[ -d $ROOTS/services ]] ||
		skip "no services root here: run tools/make-root services build/roots/services"
	places_new
	base_services
	"$SUBHOST_BIN" allow --refresh
	daemon_start
}

teardown() {
	daemon_stop
	places_done
}

subhost() {
	"$SUBHOST_BIN" "$@" 3>&-
}

# The page's places are the test's; its base is there already, with what apt-get
# would fetch.
page() {
	sed -e "s,/opt/subhost,$SUBHOST,g" -e "s,/srv/debian,$base,g" \
		-e '/^# mmdebstrap /d' -e 's/apt-get -qq update && //' \
		"$TREE/docs/fleet.md"
}

# A heredoc, a quotation, a loop may go on in the next line.
is_whole() {
	[[ -z $(bash -n <<<"$1" 2>&1) ]]
}

alike() { # numbers, be they known or not, and columns do not count
	sed -E 's/[0-9]+([.][0-9]+)?[KMG]?/0/g; s/ +/ /g; s/ -($| )/ 0\1/g
		s/ -($| )/ 0\1/g; s/ $//'
}

# check_output WANTED: each line of it has come.
check_output() {
	local line said
	said=$(alike <"$BATS_TEST_TMPDIR/said")
	while IFS= read -r line; do
		[[ -z $line || $line == *…* ]] || grep -qxF -- "$line" <<<"$said" || {
			echo "the page shows: $line"
			return 1
		}
	done < <(alike <<<"$1")
}

# type_in COMMAND WANTED
type_in() {
	local status=0
	echo "# $1"
	eval "$1" </dev/null >"$BATS_TEST_TMPDIR/said" 2>&1 || status=$?
	cat "$BATS_TEST_TMPDIR/said"
	[[ $status == 0 ]] || {
		echo "status $status"
		return 1
	}
	check_output "$2"
}

@test "a fleet, from nothing to a reboot" {
	local line in_block='' command='' wanted=''
	while IFS= read -r line; do
		if [[ $line == '```' ]]; then
			in_block=$([[ $in_block ]] || echo yes)
			[[ -z $command ]] || type_in "$command" "$wanted"
			command='' wanted=''
		elif [[ -z $in_block ]]; then
			continue
		elif [[ -n $command ]] && ! is_whole "$command"; then
			command+=$'\n'$line
		elif [[ $line == '# '* ]]; then
			[[ -z $command ]] || type_in "$command" "$wanted"
			command=${line#'# '} wanted=''
		else
			wanted+=$line$'\n'
		fi
	done < <(page)
	daemon_stop
	assert_same_host
}
