#!/usr/bin/env bats
# The seed's own lines, typed: 103 on Debian, 104 on busybox, 105 in a root with
# nothing in it but the tools, and the sample casts.ini.

load lib
load daemon

setup() {
	# The seed's own path: a directory of the host's that the test makes.
	[[ ! -e /usr/portage ]] || skip "there is a /usr/portage on this host"
	places_new
	"$SUBHOST_BIN" allow --refresh
	cat >"$SUBHOST_ETC/casts.ini" <<-'END'
		[104]
		_accepted = None
		/var/tmp = 103:/var/tmp,105:/_external/var/tmp
		[103]
		_accepted = 104:/var/tmp
		_blocked = None
		_offered = 105:/etc/1337
		[105]
		_blocked = All
		[published]
		104 = /tmp/portage, /etc/skel,/home/magicaluser
		host = /usr/portage(ro),/tmp/portage(ro)
	END
	mkdir -p /usr/portage
	echo ebuild >/usr/portage/tree
	debian_sub 103
	busybox_sub 104
	new_sub 105
	mkdir -p "$SUBHOST"/{103,104}/root/var/tmp "$SUBHOST/105/root/etc/1337" \
		"$SUBHOST/105/root/_external/var/tmp" "$SUBHOST/103/root/etc/1337" \
		"$SUBHOST/104/root/etc/skel" "$SUBHOST/104/root/tmp/portage" \
		"$SUBHOST/104/root/home/magicaluser"
	echo 104 >"$SUBHOST/104/root/var/tmp/whose"
	daemon_start
	start_quietly 103 -- sleep 1000
	start_quietly 104 -- sleep 1000
}

teardown() {
	daemon_stop
	[[ ! -e /usr/portage/tree ]] || rm -r /usr/portage
	places_done
}

# on NAME SHELL-TEXT
on() {
	sub enter "$1" -- sh -c "$2" </dev/null
}

# alone COMMAND…: in 105, which has no shell, each as its first process.
alone() {
	sub start 105 -- "$@" </dev/null
}

@test "the sample's one active cast is there from the start" {
	[[ $(on 103 'cat /var/tmp/whose') == 104 ]]
	[[ $(on 103 /syscmd/showcast) == *"104:/var/tmp"*"/var/tmp"* ]]
	[[ $(on 103 '/syscmd/showcast -a') == *"105:/etc/1337"* ]]
}

@test "a line in a file of any shell: host:/usr/portage" {
	on 103 'mkdir -p /.syscmd /usr/portage'
	on 103 'echo "host:/usr/portage" >> /.syscmd/caston.110'
	wait_until 5 on 103 'test -e /usr/portage/tree'
	[[ $(on 103 'cat /syscmd/replies/caston.110') == \
		"ok host:/usr/portage is on /usr/portage, ro" ]]
	run on 103 'touch /usr/portage/x'
	[[ $status != 0 ]]
	on 104 'mkdir -p /.syscmd /usr/portage'
	on 104 'echo "host:/usr/portage" >> /.syscmd/caston.110'
	wait_until 5 on 104 'test -e /usr/portage/tree'
}

@test "caston: all that is offered; castoff: all of it" {
	on 103 /syscmd/caston
	[[ $(on 103 /syscmd/showcast) == *"host:/usr/portage"* ]]
	on 103 /syscmd/castoff
	[[ $(on 103 /syscmd/showcast) == "no active casts"* ]]
	run on 103 'cat /var/tmp/whose'
	[[ $status != 0 ]]
}

@test "castoff by target, caston and castoff by peer and path" {
	on 103 '/syscmd/castoff /var/tmp'
	[[ -z $(on 103 'ls /var/tmp') ]]
	on 103 '/syscmd/caston 104:/var/tmp'
	[[ $(on 103 'cat /var/tmp/whose') == 104 ]]
	on 103 '/syscmd/castoff 104:/var/tmp'
	[[ -z $(on 103 'ls /var/tmp') ]]
}

@test "castblock: nothing but what is mounted; castblock /var/tmp: nothing there" {
	on 103 /syscmd/castblock
	[[ $(on 103 'cat /var/tmp/whose') == 104 ]]
	run on 103 '/syscmd/caston 105:/etc/1337'
	[[ $status == 1 && $output == *blocks* ]]
	on 103 '/syscmd/castblock /var/tmp'
	[[ -z $(on 103 'ls /var/tmp') ]]
	run on 103 '/syscmd/caston 104:/var/tmp'
	[[ $status == 1 && $output == *blocks* ]]
	on 103 '/syscmd/castblock --lift'
	on 103 '/syscmd/caston 104:/var/tmp'
	[[ $(on 103 'cat /var/tmp/whose') == 104 ]]
}

@test "cast DIR VZ, ucast DIR VZ" {
	on 103 'mkdir -p /srv/x; echo 103 >/srv/x/whose; cd /srv; /syscmd/cast x 104'
	on 104 '/syscmd/caston 103:/srv/x'
	[[ $(on 104 'cat /srv/x/whose') == 103 ]]
	on 103 '/syscmd/ucast /srv/x 104'
	[[ -z $(on 104 'ls /srv/x') ]]
}

@test "the tools need nothing but themselves" {
	run alone /syscmd/showcast
	[[ $status == 0 && $output == "no active casts"* ]]
	run alone /syscmd/caston 104:/_external/var/tmp
	[[ $status == 1 && $output == *"105 blocks All"* ]]
	alone /syscmd/castblock --lift
	run alone /syscmd/caston 104:/_external/var/tmp
	[[ $status == 0 && $output == *"is on /_external/var/tmp, rw" ]]
	[[ $(alone /syscmd/showcast) == *"104:/var/tmp"*"/_external/var/tmp"* ]]
	[[ $(<"$SUBHOST/105/live/_external/var/tmp/whose") == 104 ]]
	alone /syscmd/cast /etc/1337 104:/etc/skel
	on 104 '/syscmd/caston 105:/etc/skel'
	alone /syscmd/ucast /etc/1337 104
	alone /syscmd/castoff
	[[ $(alone /syscmd/showcast) == "no active casts"* ]]
}
