#!/usr/bin/env bats
# A receiver that will not let go: once a cast is withdrawn, a guest with
# MOUNTS=no has nothing of it but what it held open, and that is named; of one
# with MOUNTS=yes the answer says what it cannot promise. --kill ends holders.

load ../integration/lib

# on NAME SHELL-TEXT
on() {
	sub enter "$1" -- sh -c "$2" </dev/null
}

accepted() { # CONFIG-LINE…: of the receiver
	busybox_sub db
	busybox_sub app "$@"
	mkdir -p "$SUBHOST"/{db,app}/root/srv "$SUBHOST/app/root/keep"
	echo secret >"$SUBHOST/db/root/srv/file"
	start_quietly db -- sleep 1000
	start_quietly app -- sleep 1000
	sub cast --as db /srv app
	sub caston --as app db:/srv
	[[ $(on app 'cat /srv/file') == secret ]]
}

# keeper SHELL-TEXT: it stays, with what it got hold of; in $BATS_TEST_TMPDIR.
keeper() {
	sub enter app -- sh -c "$1; exec sleep 4242" </dev/null \
		>>"$BATS_TEST_TMPDIR/keeper" 2>&1 3>&- &
	wait_until 5 pgrep -f '^sleep 4242'
}

# Whoever still reads it, by whichever way that was tried.
reads_it() {
	on app 'cat /srv/file /keep/file /keep/srv/file 2>/dev/null'
}

@test "with MOUNTS=no: bind, private, namespaces, nested ones: nothing is kept" {
	accepted
	for try in 'mount --bind /srv /keep' 'mount -o bind / /keep' \
		'mount --make-rprivate /' 'mount --make-private /srv' \
		'unshare -m sh -c "mount --bind /srv /keep"' \
		'unshare -Ur -m sh -c "mount --bind /srv /keep"' \
		'unshare -p -m -f true' 'mount -t tmpfs none /srv' \
		'mount -o remount,bind,ro /srv' 'umount /srv' 'umount -l /srv'; do
		run on app "$try"
		[[ $status != 0 ]]
	done
	sub castoff --as app /srv
	[[ -z $(reads_it) ]]
	run on app 'find / -xdev -name file -exec grep -l secret {} + 2>/dev/null'
	[[ -z $output ]]
}

@test "a working directory and an open file are all that is left, and named" {
	accepted
	keeper 'cd /srv; exec 7</srv/file'
	run sub castoff --as app /srv
	echo "$output"
	[[ $status == 0 && $output == *"still held: pid "*"sleep 4242) works in"* ]]
	[[ -z $(reads_it) ]]
}

@test "--kill ends those, and nobody else" {
	accepted
	keeper 'cd /srv'
	run sub castoff --as app --kill /srv
	echo "$output"
	[[ $status == 0 && $output == *"ended: pid "* ]]
	[[ -z $(pgrep -f 'sleep 4242') ]]
	is app running
	is db running
}

@test "the giver's ucast takes it from a receiver that does not want to give it back" {
	accepted
	keeper 'exec 7</srv/file'
	run sub ucast --as db /srv app
	[[ $status == 0 && $output == *"still held: pid "* ]]
	[[ -z $(reads_it) ]]
	run sub stop --timeout 1 db
	[[ $status == 1 && $output == *"still held"* ]]
	run sub stop --force db
	[[ $status == 0 && -z $(pgrep -f 'sleep 4242') ]]
	start_quietly db -- sleep 1000 # nothing of the old one lives on
}

@test "with MOUNTS=yes the answer says what it cannot promise" {
	accepted MOUNTS=yes
	keeper 'mount --bind /srv /keep; cd /keep'
	run sub castoff --as app /srv
	echo "$output"
	[[ $status == 0 && $output == *"MOUNTS=yes"* ]]
	[[ $output == *"still held: pid "*"sleep 4242) works in"* ]]
	run on app 'cat /srv/file'
	[[ $status != 0 ]]
	sub stop app
}

@test "who has the power to bind it keeps it, and these tests would see that" {
	accepted
	nsenter -t "$(init_pid app)" -m /bin/busybox mount --bind /srv /keep
	sub castoff --as app /srv
	[[ $(reads_it) == secret ]]
	nsenter -t "$(init_pid app)" -m /bin/busybox umount /keep
	[[ -z $(reads_it) ]]
}
