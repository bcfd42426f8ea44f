#!/usr/bin/env bats
# Guest root types into the terminal of whoever started it or entered: TIOCSTI,
# TIOCLINUX, with a terminal as its own or as one of three descriptors (CVE-
# 2017-5226, 2016-2779, 2019-7303). And it offers its own things as the pty
# that a joiner makes inside (CVE-2025-52565).

load lib

setup() {
	places_new
	busybox_sub web
	attacker tty
}

@test "nothing is typed into the caller's shell" {
	local how
	for how in '' '</dev/null' '>/dev/null' '2>/dev/null' \
		'</dev/null >/dev/null'; do
		run_tty expect=READY -- bash -c "\"\$SUBHOST_BIN\" start web -- \
			/tty 'touch /run/pwned' $how; stty sane; echo READY;
			read -r -t 0.3 line && echo \"GOT:\$line\""
		echo "$how: $output"
		[[ $output == *READY* && $output != *GOT:* && $output != *typed* ]]
	done
}

# Its own pty can be typed into without it: no harm, but the same call.
types() {
	run_tty expect=END -- bash -c '"$SUBHOST_BIN" start web -- sh -c \
		"/tty x; echo END"'
	echo "$output" >&2
	if [[ $output == *typed* ]]; then echo broken; else echo kept; fi
}

@test "without the filter something would be typed" {
	(($(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1))) ||
		skip "this kernel has no TIOCSTI"
	needs_rule filter-of-tiocsti filter/program.c \
		's/JUMP(JEQ, TIOCSTI, 1, 0)/JUMP(JEQ, 0, 1, 0)/' types
}

enters_on() { # SHELL-TEXT: that a guest does to its /dev/pts before
	set_config web MOUNTS=yes
	start_quietly web -- sh -c "umount /dev/pts; mount -t tmpfs x /dev/pts
		cd /dev/pts; $1; echo ready; exec sleep 1000" || return
	wait_until 5 grep -q ready "$BATS_TEST_TMPDIR/web.out" || return
	run_tty -- bash -c \
		'timeout --foreground 5 "$SUBHOST_BIN" enter web -- /bin/true'
}

@test "what a guest puts at /dev/pts/ptmx is not taken for a terminal" {
	local what
	for what in 'mkfifo ptmx' 'echo x >ptmx' 'ln -s /dev/tty ptmx' \
		'ln -s /dev/zero ptmx' 'ln -s /proc/self/fd/0 ptmx' 'mkdir ptmx'; do
		enters_on "$what"
		echo "$what: $status $output"
		[[ $status == 125 ]]
		sub stop web
	done
}

@test "/dev/pts shows no terminals of the host's or others'" {
	busybox_sub db
	start_quietly db -- sleep 1000
	says_nothing 'ls /dev/pts | grep -v ptmx; true'
	sub stop web
	set_config web MOUNTS=yes
	says_nothing 'mount -t devpts x /mnt && ls /mnt | grep -v ptmx; true'
	sub stop db
}
