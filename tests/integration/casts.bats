#!/usr/bin/env bats
# Casts by the verbs of the host, without a daemon: who sees what of whom.

load lib

# up NAME…: busybox sub hosts that sleep, started.
up() {
	local name
	for name; do
		[[ -d $SUBHOST/$name ]] || busybox_sub "$name"
		start_quietly "$name" -- sleep 1000
	done
}

# on NAME COMMAND…: inside.
on() {
	local name=$1
	shift
	sub enter "$name" -- "$@" </dev/null
}

# give NAME DIR FILE TEXT: a directory with a file, before it is up.
give() {
	mkdir -p "$SUBHOST/$1/root$2"
	echo "$4" >"$SUBHOST/$1/root$2/$3"
}

# room NAME DIR: a place for a cast.
room() {
	mkdir -p "$SUBHOST/$1/root$2"
}

@test "a cast needs both: offered, then accepted, it is there, live" {
	busybox_sub db
	busybox_sub app
	give db /srv/data greeting hello
	room app /srv/data
	up db app
	run sub cast --as db /srv/data app
	[[ $status == 0 && $output == "db:/srv/data is offered to app on /srv/data" ]]
	run on app ls /srv/data
	[[ -z $output ]]
	run sub caston --as app db:/srv/data
	[[ $status == 0 && $output == "db:/srv/data is on /srv/data, rw" ]]
	[[ $(on app cat /srv/data/greeting) == hello ]]
	on app sh -c 'echo there >/srv/data/answer'
	[[ $(on db cat /srv/data/answer) == there ]]
	run sub castoff --as app /srv/data
	[[ $status == 0 && $output == "db:/srv/data is off /srv/data" ]]
	run on app ls /srv/data
	[[ -z $output ]]
}

@test "ucast takes it off at once; what was there before is back after castoff" {
	busybox_sub db
	busybox_sub app
	give db /srv greeting hello
	give app /srv own mine
	up db app
	sub cast --as db /srv app
	sub caston --as app
	[[ $(on app ls /srv) == greeting ]]
	run sub ucast --as db /srv app
	[[ $status == 0 ]]
	echo "$output"
	run on app ls /srv
	[[ -z $output ]] # the tombstone
	run on app touch /srv/x
	[[ $status != 0 && $output == *"Read-only"* ]]
	sub castoff --as app /srv
	[[ $(on app ls /srv) == own ]]
}

@test "a stopped source leaves a tombstone, its start brings it back" {
	busybox_sub db
	busybox_sub app
	give db /srv greeting hello
	room app /srv
	up db app
	sub cast --as db /srv app --ro
	run sub caston --as app db:/srv
	[[ $output == "db:/srv is on /srv, ro" ]]
	run on app touch /srv/x
	[[ $status != 0 && $output == *"Read-only"* ]]
	sub stop db
	run on app ls /srv
	[[ $status == 0 && -z $output ]]
	up db
	[[ $(on app cat /srv/greeting) == hello ]]
	sub hibernate db
	[[ $(on app cat /srv/greeting) == hello ]]
	sub stop app
	up app
	[[ $(on app cat /srv/greeting) == hello ]]
}

@test "the host gives read-only, with the same numbers of users" {
	local dir=$BATS_TEST_TMPDIR/portage
	mkdir "$dir"
	echo tree >"$dir/file"
	busybox_sub app
	room app /usr/portage
	up app
	sub publish "$dir"
	run sub caston --as app "host:$dir" /usr/portage
	[[ $status == 0 && $output == "host:$dir is on /usr/portage, ro" ]]
	[[ $(on app stat -c %u:%g /usr/portage/file) == 0:0 ]]
	run on app touch /usr/portage/x
	[[ $status != 0 ]]
}

@test "a missing target is made by the guest's own ids, for the host's verbs" {
	busybox_sub db
	busybox_sub app
	give db /srv greeting hello
	up db app
	sub cast --as db /srv app:/a/b
	sub cast --as db /srv/greeting app:/a/c
	run sub caston --as app
	echo "$output"
	[[ $status == 0 ]]
	[[ $(on app cat /a/b/greeting) == hello && $(on app cat /a/c) == hello ]]
	[[ $(on app stat -c %u:%a /a) == 0:755 ]]
}

@test "a target on a tmpfs of ours is there before init, over sleep and wake" {
	busybox_sub db
	busybox_sub app "TMPFS=/run"
	give db /srv greeting hello
	up db
	sub cast --as db /srv app:/run/db
	run sub caston --as app
	[[ $status == 0 && $output == *"waits: app is not up"* ]]
	run sub start app -- cat /run/db/greeting
	[[ $output == hello ]]
	run sub start app -- cat /run/db/greeting
	[[ $output == hello ]]
	sub stop app
	run sub start app -- cat /run/db/greeting
	[[ $output == hello ]]
}

@test "a source on a tmpfs of ours goes with the giver's sleep, and comes back" {
	busybox_sub db "TMPFS=/run"
	busybox_sub app
	room app /srv
	start_quietly db -- sh -c 'mkdir /run/s; echo hello >/run/s/f; sleep 1000'
	up app
	sub cast --as db /run/s app:/srv
	sub caston --as app
	[[ $(on app cat /srv/f) == hello ]]
	sub hibernate db
	run on app ls /srv
	[[ $status == 0 && -z $output ]]
	start_quietly db -- sh -c 'mkdir /run/s; echo again >/run/s/f; sleep 1000'
	wait_until 5 test -e "$SUBHOST/db/live/run/s/f"
	run sub caston --as app db:/srv
	[[ $output == "db:/run/s is on /srv, rw" ]]
	[[ $(on app cat /srv/f) == again ]]
}

# accepted DB APP: both up, /srv of the first on that of the second.
accepted() {
	busybox_sub db
	busybox_sub app
	give db /srv greeting hello
	room app /srv
	up db app
	sub cast --as db /srv app
	sub caston --as app db:/srv
}

@test "a casts.ini that cannot be read is left alone; what it said goes on" {
	accepted
	echo "[app" >>"$SUBHOST_ETC/casts.ini"
	cp "$SUBHOST_ETC/casts.ini" "$BATS_TEST_TMPDIR/broken"
	run sub cast --as db /etc app:/srv
	[[ $status == 1 && $output == *"casts.ini:"[0-9]*"mend it first"* ]]
	sub stop app
	up app
	[[ $(on app cat /srv/greeting) == hello ]]
	run sub castoff --as app /srv
	[[ $status == 1 && $output == *"taken off now, not recorded: "* ]]
	run on app ls /srv
	[[ -z $output ]]
	sub stop app
	up app
	run on app ls /srv
	[[ -z $output ]] # still off
	cmp "$SUBHOST_ETC/casts.ini" "$BATS_TEST_TMPDIR/broken"
	sed -i '/^\[app$/d' "$SUBHOST_ETC/casts.ini"
	sub caston --as app
	[[ $(on app cat /srv/greeting) == hello ]] # what the file says, again
}

@test "a full disk: nothing new, but what is taken off stays off" {
	mount -t tmpfs -o size=16k etc "$SUBHOST_ETC"
	accepted
	dd if=/dev/zero of="$SUBHOST_ETC/fill" bs=4k 2>/dev/null || true
	run sub cast --as db /etc app:/srv
	[[ $status == 1 && $output == *"cannot write $SUBHOST_ETC/casts.ini: No space left"* ]]
	run sub castoff --as app /srv
	[[ $status == 1 && $output == *"taken off now, not recorded"*"No space left"* ]]
	run sub caston --as db # somebody else's piece of work
	run on app ls /srv
	[[ -z $output ]]
	rm "$SUBHOST_ETC/fill"
	run sub castoff --as app
	[[ $status == 0 ]]
	sub castblock --as app /tmp
	grep -q "_accepted = None" "$SUBHOST_ETC/casts.ini"
	umount "$SUBHOST_ETC"
}

@test "an edit of casts.ini counts at the next piece of work, and is in the journal" {
	accepted
	sed -i 's/^_accepted.*/_accepted = None/' "$SUBHOST_ETC/casts.ini"
	sub castblock --as app /tmp
	sub hibernate app
	start_quietly app -- sleep 1000
	run on app ls /srv
	[[ -z $output ]]
	grep -q $'root\tfile\tdropped\tdb\t/srv\tapp\t/srv' \
		"$SUBHOST_STATE/casts.journal"
}

@test "who still holds something is named; --kill and --force end them" {
	accepted
	sub enter app -- sh -c 'exec sleep 900 </srv/greeting' </dev/null 3>&- &
	wait_until 5 pgrep -f '^sleep 900'
	run sub castoff --as app /srv
	[[ $status == 0 && $output == *"still held: pid "*"sleep 900) has open /"*"greeting"* ]]
	sub caston --as app db:/srv
	sub enter app -- sh -c 'cd /srv; exec sleep 901' </dev/null 3>&- &
	wait_until 5 pgrep -f '^sleep 901'
	run sub stop db --timeout 1
	echo "$status $output"
	[[ $status == 1 && $output == *"still held: pid "*"sleep 901) works in /"*"--force"* ]]
	run sub stop db --force
	[[ $status == 0 ]]
	[[ -z $(pgrep -f 'sleep 901') ]]
	[[ -z $(pgrep -f 'sleep 900') ]] # the older one, too
}
