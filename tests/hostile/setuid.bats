#!/usr/bin/env bats
# Guest root and a user of the host work together: the guest makes a program
# setuid root, or readable to all, the user runs it from outside (LXD CVE-2016-
# 1582, Incus CVE-2025-64507). Nobody but root gets to any of its files.

load lib

# A user of the host's looks for a way to the file /evil of the guest's.
reaches() {
	local init found
	chmod 0755 "$SUBHOST" "$SUBHOST/web"
	start_quietly web -- sh -c 'for d in / /run /dev/shm /tmp; do
		cp /bin/busybox $d/evil; chmod 4777 $d/evil; done
		echo ready; exec sleep 1000' >&2 || return
	wait_until 5 grep -q ready "$BATS_TEST_TMPDIR/web.out" || return
	init=$(init_pid web)
	found=$(setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all env bash -c 'for f in "$@"; do
			[[ ! -e $f ]] || echo "$f"; done' - \
		"$SUBHOST"/web/{root,live,live/run,live/dev/shm,work}/evil \
		"$SUBHOST"/web/{config,root/.,live/.} "$SUBHOST_RUN"/* \
		"/proc/$init"/{root/evil,cwd/evil,root/run/evil,fd/0} \
		/run/netns/../evil "$SUBHOST_STATE"/.subhost*)
	echo "$found" >&2
	if [[ -z $found ]]; then echo kept; else echo broken; fi
}

@test "no file of a guest's is in reach of users of the host" {
	local mode
	for mode in "${MODES[@]}"; do
		set_config web "$mode"
		[[ $(verdict reaches) == kept ]]
	done
}

@test "they would be, were its directory open" {
	needs_rule directory-is-closed sub/sub.c \
		's/fchmod(s->dir_fd, 0700) < 0/0/' reaches
}

@test "and what it has mounted is nosuid for the host" {
	start_quietly web -- sleep 1000
	! findmnt -rno OPTIONS -R "$SUBHOST/web/live/run" | grep -v nosuid
}
