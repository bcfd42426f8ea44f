#!/usr/bin/env bats
# startall, stopall: those that AUTOSTART, in the order of AFTER, at once where
# that allows it; and the other way round.

load lib

# one NAME [CONFIG-LINE…]: says in $LOG when it begins, and when it is gone.
one() {
	local name=$1 hook=$PLACES/hook
	[[ -x $hook ]] || {
		printf '#!/bin/sh\necho "$1$SUBHOST_NAME" >>%s/log\n' "$PLACES" >"$hook.sh"
		printf '#!/bin/sh\nexec %s.sh +\n' "$hook" >"$hook-up"
		printf '#!/bin/sh\nexec %s.sh -\n' "$hook" >"$hook-down"
		chmod +x "$hook.sh" "$hook-up" "$hook-down"
	}
	shift
	busybox_sub "$name" AUTOSTART=yes "INIT='sleep 1000'" \
		"PRE_START=$hook-up" "POST_STOP=$hook-down" "$@"
}

teardown() {
	SUB_TIMEOUT=30 sub stopall >/dev/null 2>&1 || true
	rm -f "$PLACES"/log "$PLACES"/hook*
	places_done
}

log() {
	xargs <"$PLACES/log"
}

@test "in order, each when those before it are up" {
	one web AFTER=app
	one app 'AFTER="db cache"'
	one db
	one cache AFTER=db
	busybox_sub other # which does not
	run sub startall
	echo "$output"
	[[ $status == 0 && $(log) == "+db +cache +app +web" ]]
	is web running
	is other stopped
	run sub startall
	[[ $status == 0 ]]
	run sub stopall
	echo "$output"
	[[ $status == 0 ]]
	[[ $(log) == "+db +cache +app +web -web -app -cache -db" ]]
}

@test "a circle is named, and nothing is started" {
	one a AFTER=b
	one b AFTER=c
	one c AFTER=a
	one d
	run sub startall
	[[ $status == 1 && $output == *"AFTER goes in a circle: "*" is after "* ]]
	is d stopped
}

@test "who is after one that fails is left out, the others come up" {
	one db "INIT=/no/such"
	one app AFTER=db
	one web AFTER=app
	one alone
	run sub startall
	echo "$output"
	[[ $status == 1 && $output == *"app is not started: db, which it is after"* ]]
	[[ $output == *"web is not started: app"* ]]
	is alone running
	is app stopped
}


@test "after a cast: when there is what is given" {
	one db "TMPFS=/run" 'INIT="/bin/sh -c \"sleep 0.7; mkdir /run/s; echo hello >/run/s/f; exec sleep 1000\""'
	one app 'AFTER="cast:db:/run/s"' 'INIT="/bin/sh -c \"cat /srv/f >/seen; exec sleep 1000\""'
	mkdir -p "$SUBHOST/app/root/srv"
	sub cast --as db /run/s app:/srv
	sub caston --as app >/dev/null
	run sub startall
	echo "$output"
	[[ $status == 0 ]]
	wait_until 5 test -s "$SUBHOST/app/live/seen"
	[[ $(<"$SUBHOST/app/live/seen") == hello ]]
}

@test "stopall: a receiver before who gives to it" {
	one db
	one app
	mkdir -p "$SUBHOST"/{db,app}/root/srv
	sub startall
	sub cast --as db /srv app
	sub caston --as app
	: >"$PLACES/log"
	sub stopall
	[[ $(log) == "-app -db" ]]
}

@test "what config gets wrong is told, the others start" {
	one db
	one app AFTER=nosuch
	one bad "COLOUR" 
	run sub startall
	echo "$output"
	[[ $status == 1 && $output == *"app is after nosuch, and there is no such sub host"* ]]
	[[ $output == *"bad/config:"* ]]
	is app running
	is db running
}
