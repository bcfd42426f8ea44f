#!/usr/bin/env bats
# SIGKILL of subhost at many points of caston, castoff, cast and ucast, of start
# and stop of both ends, and of the daemon, by strace: casts.ini is whole, old or new; what
# was said is so; and whoever comes next makes it what casts.ini says.

load lib
load casts
load daemon

: "${KILL_POINTS:=560}" # of all together, of which 500 shall be met

setup() {
	need_program strace
	places_new
	busybox_sub db STOPSIGNAL=KILL
	busybox_sub web STOPSIGNAL=KILL
	give db /srv
	give web /srv own
	this_is_before
	export SUB_TIMEOUT=20
	said=$BATS_TEST_TMPDIR/killed
}

# calls ARGUMENT…: how many system calls the main process of subhost makes;
# their names go to a file, a line each.
calls() {
	strace -qq -o "$BATS_TEST_TMPDIR/trace" "$SUBHOST_BIN" "$@" </dev/null \
		>/dev/null
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$BATS_TEST_TMPDIR/trace" \
		>"$BATS_TEST_TMPDIR/calls"
	wc -l <"$BATS_TEST_TMPDIR/calls"
}

# killed_at N ARGUMENT…: run until its Nth system call; what it said goes to
# $said.
killed_at() {
	local name nth
	name=$(sed -n "$1p" "$BATS_TEST_TMPDIR/calls")
	nth=$(head -n "$1" "$BATS_TEST_TMPDIR/calls" | grep -cx "$name")
	shift
	timeout 20 strace -qq -o /dev/null -e "trace=$name" \
		-e "inject=$name:signal=SIGKILL:when=$nth" "$SUBHOST_BIN" "$@" \
		</dev/null >"$said" 2>/dev/null
}

# at_points PERCENT TOTAL PREPARE RECOVERS ARGUMENT…: RECOVERS N is what must
# hold then. $killer N ARGUMENT… returns 137 where it died.
killer=killed_at
at_points() {
	local points=$((KILL_POINTS * $1 / 100)) total=$2 prepare=$3 recovers=$4
	local i point died=0
	shift 4
	echo "$total system calls, $points points"
	for ((i = 0; i < points; i++)); do
		point=$((1 + i * total / points))
		$prepare || {
			echo "point $point: the state to kill in"
			return 1
		}
		{ $killer "$point" "$@" || [[ $? != 137 ]] ||
			died=$((died + 1)); } 2>/dev/null
		$recovers "$point" || {
			echo "killed at system call $point of $total:"
			sed -n "${point}p" "$BATS_TEST_TMPDIR/calls"
			cat "$SUBHOST_ETC/casts.ini" "$SUBHOST_RUN/.casts/web"
			return 1
		}
	done
	# How many calls the search for holders makes is others' doing.
	echo "$died of $points died"
	((died >= points * 7 / 10))
}

# --- what there is ----------------------------------------------------------

# What casts.ini says; the order, and what it says by saying nothing, come from
# what was before.
read_ini() {
	ini=$(sed '/ = None$/d' "$SUBHOST_ETC/casts.ini" 2>/dev/null |
		sort | uniq)
}

# is_ini TEXT…: it says one of them.
is_ini() {
	local text
	read_ini
	for text; do
		[[ $ini == "$text" ]] && return
	done
	echo "casts.ini says: $ini"
	return 1
}

nothing_beside() {
	[[ $(ls -A "$SUBHOST_ETC") == casts.ini ]] || {
		ls -lA "$SUBHOST_ETC"
		return 1
	}
}

# web_sees TEXT: in /srv/file; with "", the tombstone.
web_sees() {
	local is
	is=$(cat "$SUBHOST/web/live/srv/file" 2>/dev/null)
	[[ $is == "$1" ]] || {
		echo "web sees '$is' and not '$1'"
		return 1
	}
}

# as_ini_says: does what web sees follow from it?
as_ini_says() {
	if [[ $ini == "$accepted" ]]; then
		hangs web /srv && web_sees hello
	elif [[ $ini == "$granted_no_more" ]]; then
		hangs web /srv && web_sees ""
	else
		hangs web && web_sees own
	fi
}

# The texts that casts.ini goes through.
learn_texts() {
	sub cast --as db /srv web
	read_ini && offered=$ini
	sub caston --as web db:/srv
	read_ini && accepted=$ini
	sub ucast --as db /srv web
	read_ini && granted_no_more=$ini
	sub castoff --as web
}

an_offer() {
	say_nothing sub castoff --as web
	say_nothing sub cast --as db /srv web
	is_ini "$offered" && hangs web
}

a_cast() {
	say_nothing sub cast --as db /srv web
	say_nothing sub caston --as web db:/srv
	is_ini "$accepted" && as_ini_says
}

# Others do not know what was begun: whoever takes the lock next mends it.
next_mends() {
	case $(($1 % 3)) in
	0) sub cast --as web /srv db >/dev/null &&
		sub ucast --as web /srv db >/dev/null ;;
	1) sub castoff --as db >/dev/null ;;
	2) sub hibernate web >/dev/null && start_quietly web -- sleep 1000 ;;
	esac && as_ini_says && nothing_beside
}

# --- the verbs --------------------------------------------------------------

recovers_on() {
	is_ini "$offered" "$accepted" || return
	# Mounted first, written then, said last.
	[[ $ini != "$accepted" ]] || as_ini_says || return
	! grep -q "is on" "$said" || is_ini "$accepted" || return
	if (($1 % 2)); then
		next_mends "$(($1 / 2))"
	else
		sub caston --as web db:/srv >/dev/null && is_ini "$accepted" &&
			as_ini_says && nothing_beside
	fi
}

@test "caston, killed at every point" {
	up db web
	learn_texts
	an_offer
	at_points 30 "$(calls caston --as web db:/srv)" an_offer recovers_on \
		caston --as web db:/srv
}

recovers_off() {
	is_ini "$offered" "$accepted" || return
	[[ $ini != "$offered" ]] || as_ini_says || return
	! grep -q "is off" "$said" || is_ini "$offered" || return
	if (($1 % 2)); then
		next_mends "$(($1 / 2))"
	else
		say_nothing sub castoff --as web /srv
		is_ini "$offered" && as_ini_says && nothing_beside
	fi
}

@test "castoff, killed at every point" {
	up db web
	learn_texts
	a_cast
	at_points 20 "$(calls castoff --as web)" a_cast recovers_off \
		castoff --as web
}

recovers_ucast() {
	is_ini "$accepted" "$granted_no_more" || return
	[[ $ini != "$granted_no_more" ]] || as_ini_says || return
	if (($1 % 2)); then
		next_mends "$(($1 / 2))"
	else
		say_nothing sub ucast --as db /srv web
		is_ini "$granted_no_more" && as_ini_says && nothing_beside
	fi
}

@test "ucast, killed at every point" {
	up db web
	learn_texts
	a_cast
	at_points 20 "$(calls ucast --as db /srv web)" a_cast recovers_ucast \
		ucast --as db /srv web
}

# --- start and stop, of a receiver and of a giver ---------------------------

both_stopped() {
	sub stop web && sub stop db
}

# web gets one cast of db's, and gives one.
both_ways() {
	mkdir -p "$SUBHOST/db/root/in"
	up db web
	sub cast --as db /srv web
	sub caston --as web
	sub cast --as web /etc db:/in
	sub caston --as db
	read_ini && accepted=$ini
	granted_no_more=none
}

db_up() {
	is web stopped || sub stop web || return
	is db running || up db
	hangs db /in
}

recovers_start() {
	is_ini "$accepted" || return
	if (($1 % 2)); then
		sub stop web && hangs db /in && [[ ! -e $SUBHOST/db/live/in/file ]]
		return
	fi
	up web && as_ini_says && hangs db /in && sub stop web
}

@test "start with casts in and out, killed at every point" {
	room web /etc
	both_ways
	sub stop web
	echo '#' >>"$SUBHOST/web/config"
	at_points 15 "$(calls start web -- true)" db_up recovers_start \
		start web -- true
}

both_up() {
	is db running || up db || return
	is web running || up web || return
	is_ini "$accepted" && as_ini_says && hangs db /in
}

recovers_stop() {
	is_ini "$accepted" || return
	if (($1 % 2)); then
		sub stop web && hangs db /in && both_up
		return
	fi
	# It is mended first.
	if ! is web running; then
		up web || return
	fi
	sub caston --as web db:/srv >/dev/null && both_up
}

@test "stop of a receiver that gives, killed at every point" {
	room web /etc
	both_ways
	local total
	total=$(calls stop web)
	at_points 15 "$total" both_up recovers_stop stop web
	both_stopped
	assert_same_host
}

# --- the daemon -------------------------------------------------------------

asked() { # TAG: web asks for the cast
	sub enter web -- sh -c "echo db:/srv >/.syscmd/caston.$1" </dev/null
}

reply() { # TAG
	cat "$SUBHOST/web/live/syscmd/replies/caston.$1" 2>/dev/null
}

# traced OPTION…: strace of the daemon, its pid in $tracer, once it looks on.
traced() {
	strace -qq -p "$daemon" "$@" 2>/dev/null 3>&- &
	tracer=$!
	wait_until 5 eval '! grep -q "^TracerPid:.0$" "/proc/$daemon/status"'
}

# What it does for one request: a file of calls, and how many.
calls_of_daemon() {
	traced -o "$BATS_TEST_TMPDIR/trace"
	asked first
	wait_until 5 reply first >/dev/null
	kill "$tracer"
	wait "$tracer" || true
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$BATS_TEST_TMPDIR/trace" \
		>"$BATS_TEST_TMPDIR/calls"
	total=$(wc -l <"$BATS_TEST_TMPDIR/calls")
}

# daemon_killed_at N: while it serves the request $tag.
daemon_killed_at() {
	local name nth
	name=$(sed -n "$1p" "$BATS_TEST_TMPDIR/calls")
	nth=$(head -n "$1" "$BATS_TEST_TMPDIR/calls" | grep -cx "$name")
	traced -o /dev/null -e "trace=$name" \
		-e "inject=$name:signal=SIGKILL:when=$nth" || return
	asked "$tag"
	wait_until 10 daemon_is_through
	kill "$tracer" 2>/dev/null || true
	wait "$tracer" 2>/dev/null || true
	kill -0 "$daemon" 2>/dev/null || wait "$daemon"
}

daemon_is_through() {
	[[ $(cut -d' ' -f3 "/proc/$daemon/stat" 2>/dev/null) == [XZ] ||
		! -e /proc/$daemon ]] || reply "$tag" >/dev/null
}

a_new_request() {
	tag=$((tag + 1))
	an_offer
}

recovers_daemon() {
	is_ini "$offered" "$accepted" || return
	[[ $(reply "$tag") != ok* ]] || { is_ini "$accepted" && as_ini_says; } ||
		return
	kill -0 "$daemon" 2>/dev/null || daemon_start || return
	# Once it runs again: what it had not taken, and what is asked anew.
	wait_until 10 eval '! test -e "$SUBHOST/web/live/.syscmd/caston.$tag"' ||
		return
	asked "again$tag"
	wait_until 10 reply "again$tag" >/dev/null || return
	[[ $(reply "again$tag") == "ok db:/srv is on /srv, rw" ]] &&
		is_ini "$accepted" && as_ini_says && nothing_beside
}

@test "the daemon, killed at every point of a request" {
	local total tag=0 killer=daemon_killed_at
	mkdir "$SUBHOST/web/root/.syscmd"
	daemon_start
	sub start -d db web -- sleep 1000
	learn_texts
	an_offer
	calls_of_daemon
	at_points 25 "$total" a_new_request recovers_daemon
	daemon_stop
}
