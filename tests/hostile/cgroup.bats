#!/usr/bin/env bats
# Guest root uses cgroups to get out: release_agent of a version 1 hierarchy
# (CVE-2022-0492), writing above its own, moving others' processes, lifting its
# own limits; mounting hierarchies where it may mount.

load lib

setup() {
	places_new
	busybox_sub web
	cd /sys/fs/cgroup || return
	local file
	before=$(for file in */release_agent release_agent; do
		cat "$file" 2>/dev/null; done) || true
	cd "$TREE" || return
}

teardown() {
	rmdir /sys/fs/cgroup/*/treasure.$$ 2>/dev/null || true
	places_done
}

@test "no release_agent, no cgroup of others, no limit lifted" {
	with PIDS_MAX=50
	in_each_mode says_nothing 'cd /sys/fs/cgroup
		find / -xdev -name release_agent 2>/dev/null
		for f in pids.max memory.max cpu.max cgroup.max.depth cgroup.freeze \
			cgroup.kill ../cgroup.procs ../pids.max; do
			[ -e $f ] || continue
			{ echo max >$f; } 2>/dev/null && echo $f
			{ echo 1 >$f; } 2>/dev/null && echo $f
		done
		ls .. | grep -q subhost && echo above
		grep -v ":/$" /proc/self/cgroup | grep -v ":/\.\." | grep unified
		chmod 666 * 2>/dev/null; chown 1 pids.max 2>/dev/null && echo owned
		true'
}

@test "with mounts of its own: version 1, version 2, any controller" {
	set_config web MOUNTS=yes PIDS_MAX=50
	says_nothing 'mkdir -p /mnt/c; for t in "cgroup -o memory" \
			"cgroup -o rdma" "cgroup -o pids" "cgroup -o none,name=evil" \
			"cgroup -o all" "cgroup -o devices" "cgroup2"; do
			mount -t $t x /mnt/c 2>/dev/null || continue
			find /mnt/c | grep -E "release_agent|subhost|pids.max$" |
				while read f; do
					{ echo max >$f; } 2>/dev/null && echo $f; done
			umount /mnt/c
		done
		unshare -C true 2>/dev/null; unshare -UrmC sh -c \
			"mount -t cgroup -o rdma x /mnt/c && echo nested" 2>/dev/null
		true'
	cd /sys/fs/cgroup || return
	[[ $(for file in */release_agent release_agent; do
		cat "$file" 2>/dev/null; done) == "$before" ]]
	cd "$TREE" || return
}

# On a host that has version 1, whose cgroups are those of others, too.
sees_no_others() { # [COMMAND…]
	cat >"$SUBHOST/web/root/look" <<-'END'
		mkdir -p /mnt/c
		while IFS=: read -r n what at; do
			case $what in
			"") continue ;;
			name=*) what=none,$what ;;
			esac
			mount -t cgroup -o "$what" x /mnt/c || continue
			find /mnt/c | grep -o treasure
			[ $(find /mnt/c -type d | wc -l) = 1 ] || echo "$what: more"
			cat /mnt/c/cgroup.procs >/procs # its own, 0 the others
			! grep -qx 0 /procs || echo "$what: others"
			umount /mnt/c
		done </proc/self/cgroup
	END
	gains_nothing "$* sh /look"
}

@test "version 1 shows what is its own, and nothing else of the host" {
	local dirs=() dir
	for dir in /sys/fs/cgroup/*; do
		[[ ! -L $dir && $(stat -fc %T "$dir") == cgroupfs ]] || continue
		mkdir "$dir/treasure.$$"
		dirs+=("$dir/treasure.$$")
	done
	[[ ${#dirs[@]} -gt 0 ]] || skip "this host has no version 1"
	set_config web MOUNTS=yes
	needs_rule own-hierarchies host/groups.c \
		's/if (!record->mounts && record->base)/if (1)/' sees_no_others
	base_debian # for its unshare
	set_config web PRIVATE_USERS=no
	needs_rule own-hierarchies host/groups.c \
		's/if (!record->mounts && record->base)/if (1)/' \
		sees_no_others unshare -UrmC
}

@test "it is because they are read-only, for the host's root inside" {
	set_config web PRIVATE_USERS=no
	needs_rule cgroups-read-only run/shape.c \
		's/l->mounts ? 0 : K_MOUNT_ATTR_RDONLY,/0,/' \
		gains_nothing 'mkdir /sys/fs/cgroup/evil 2>/dev/null && {
			rmdir /sys/fs/cgroup/evil; echo made; }; true'
	needs_rule cgroups-read-only run/shape.c \
		's/l->mounts ? 0 : K_MOUNT_ATTR_RDONLY,/0,/' \
		gains_nothing 'cd /sys/fs/cgroup; for f in cgroup.kill \
			cgroup.freeze cgroup.max.depth; do
			[ ! -e $f ] || { true >$f; } 2>/dev/null && echo $f
			done; true'
}
