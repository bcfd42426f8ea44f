#!/usr/bin/env bats
# Guest root of a sub host with MOUNTS=no wants power over its mounts: by mount,
# umount, the new mount calls by number, by a mount or user namespace of its own
# made by unshare, clone3 or found in /proc. It gets none, and cannot lift the
# limits that keep it from it.

load lib

setup() {
	places_new
	busybox_sub web
	attacker calls setns
}

@test "no mount, no unmount, no namespace" {
	says_nothing '/calls mounts'
	says_nothing '/setns'
}

@test "without the limits it would" {
	needs_rule limit-of-mount-namespaces run/become.c \
		's/file_write(limits_fd, "max_mnt_namespaces", "0")/0/' \
		gains_nothing '/calls mounts'
	needs_rule limit-of-user-namespaces run/become.c \
		's/file_write(limits_fd, "max_user_namespaces", "0")/0/' \
		gains_nothing '/calls mounts'
}

@test "the limits stay what they are" {
	says_nothing 'cd /proc/sys/user; for f in max_*_namespaces; do
		{ echo 99 >$f; } 2>/dev/null && [ "$(cat $f)" = 99 ] && echo $f
	done'
	sub stop web
	needs_rule no-sys-resource model/powers.c \
		's/kept &= ~CAP(SYS_RESOURCE)/(void)kept/' \
		gains_nothing 'cd /proc/sys/user
		{ echo 9 >max_mnt_namespaces; } 2>/dev/null && echo lifted; :'
}

# They are the same user namespace's relatives, with another one's mounts.
@test "another's namespaces are not there to be joined" {
	busybox_sub db MOUNTS=yes
	start_quietly db -- sleep 1000
	says_nothing '/setns'
	[[ -n $(as_host setns) ]] # whose is another matter
	sub stop db
}
