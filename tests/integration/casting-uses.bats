#!/usr/bin/env bats
# What casts are for, with real programs: a package cache, a database's socket,
# logs; accepted and withdrawn while both run, by the guests' own tools.

load lib
load daemon

setup() {
	places_new
	"$SUBHOST_BIN" allow --refresh
	daemon_start
}

teardown() {
	daemon_stop
	places_done
}

# service NAME [CONFIG-LINE…]: on the root that has packages downloaded.
service() {
	[[ -d $ROOTS/services ]] ||
		skip "no services root here: run tools/make-root services build/roots/services"
	base_services
	new_sub "$1" "BASE=(\"$base\")" "${@:2}"
}

# on NAME COMMAND…: inside.
on() {
	local name=$1
	shift
	sub enter "$name" -- "$@" </dev/null
}

# install NAME PACKAGE…: before it runs.
install() {
	local name=$1
	shift
	SUB_TIMEOUT=120 sub start "$name" -- sh -c "
		export DEBIAN_FRONTEND=noninteractive
		apt-get -qq -y --no-install-recommends --no-download install $*" \
		</dev/null >"$BATS_TEST_TMPDIR/install" 2>&1 || {
		tail -n 40 "$BATS_TEST_TMPDIR/install"
		return 1
	}
}

@test "a package cache feeds apt-get in another sub host, read-only" {
	service cache
	base_debian
	new_sub app "BASE=(\"$base\")"
	start_quietly cache -- sleep 1000
	start_quietly app -- sleep 1000
	on cache /syscmd/cast /var/cache/apt/archives app --ro
	on cache /syscmd/cast /var/lib/apt/lists app --ro
	run on app /syscmd/caston
	echo "$output"
	[[ $status == 0 && ${#lines[@]} == 2 ]]
	[[ $output == *"cache:/var/cache/apt/archives is on /var/cache/apt/archives, ro"* ]]
	run on app touch /var/cache/apt/archives/x
	[[ $status != 0 && $output == *"Read-only file system"* ]]
	run on app sh -c 'export DEBIAN_FRONTEND=noninteractive
		apt-get -q -y --no-install-recommends --no-download \
			-o Debug::NoLocking=1 install cron && which cron'
	echo "$output"
	[[ $status == 0 && $output == */cron ]]
	run on cache /syscmd/ucast /var/cache/apt/archives app
	[[ $status == 0 ]]
	[[ -z $(on app ls /var/cache/apt/archives) ]]
	on app /syscmd/castoff
	on app touch /var/cache/apt/archives/mine # what lay beneath
}

@test "a database's socket, cast into an application's sub host" {
	local version
	service db
	install db postgresql
	version=$(ls "$SUBHOST/db/root/etc/postgresql")
	printf '%s\n' "INIT=\"pg_ctlcluster --foreground $version main start\"" \
		STOPSIGNAL=INT >>"$SUBHOST/db/config"
	service app
	install app "postgresql-client-$version"
	start_quietly db
	start_quietly app -- sleep 1000
	wait_until 20 test -S "$SUBHOST/db/live/run/postgresql/.s.PGSQL.5432"
	on db /syscmd/cast /run/postgresql app
	run on app /syscmd/caston db:/run/postgresql
	echo "$output"
	[[ $output == "db:/run/postgresql is on /run/postgresql, rw" ]]
	wait_until 20 query
	[[ $(query) == 42 ]]
	sub hibernate db
	run query
	[[ $status != 0 ]]
	start_quietly db
	wait_until 20 test -S "$SUBHOST/db/live/run/postgresql/.s.PGSQL.5432"
	wait_until 20 query # it has come back by itself
	on app /syscmd/castoff /run/postgresql
	run query
	[[ $status != 0 ]]
	sub stop db
}

query() {
	local uid
	uid=$(on db id -u postgres) || return
	on app setpriv --reuid "$uid" --clear-groups sh -c \
		'cd / && psql -qAt -U postgres -c "SELECT 6 * 7"'
}

@test "logs go to a collector, which sees them as they are written" {
	busybox_sub app
	busybox_sub collector
	start_quietly app -- sh -c 'mkdir -p /var/log/app
		while sleep 0.1; do echo line >>/var/log/app/log; done'
	start_quietly collector -- sleep 1000
	wait_until 5 test -s "$SUBHOST/app/live/var/log/app/log"
	on app /syscmd/cast /var/log/app collector:/logs/app --ro
	on collector /syscmd/caston app:/logs/app
	wait_until 5 grown
	on collector /syscmd/castoff /logs/app
	[[ -z $(on collector ls /logs/app) ]]
}

grown() { # between two looks
	local before
	before=$(on collector wc -l </dev/null /logs/app/log) || return
	sleep 0.3
	[[ $(on collector wc -l /logs/app/log) != "$before" ]]
}
