# SPDX-License-Identifier: MIT
# A host in the host: private mount, network, pid, ipc and cgroup namespaces,
# so that what a run leaves behind goes away with it. Sourced by bench/run.

: "${SANDBOX_CGROUP:=subhost-bench.$$}"

# Where the cgroup hierarchies are mounted: path, type and, for v1, options.
cgroup_mounts() {
	awk '{ for (i = 7; $i != "-"; i++);
		if ($(i + 1) ~ /^cgroup2?$/) print $5, $(i + 1), $(i + 3) }' \
		/proc/self/mountinfo
}

# A v1 hierarchy's name or controllers, as mount(8) takes them.
v1_options() {
	local word options=
	for word in ${1//,/ }; do
		case $word in
		name=*) options+=,none,$word ;;
		rw | ro | xattr | noprefix | clone_children | release_agent=*) ;;
		*) options+=,$word ;;
		esac
	done
	echo "${options#,}"
}

# Move this shell into a new cgroup in every hierarchy. cpuset's are empty
# when new, and an empty one cannot be entered.
sandbox_cgroups_enter() {
	local path type options file
	while read -r path type options; do
		mkdir "$path/$SANDBOX_CGROUP"
		[[ $type == cgroup && -e $path/cpuset.cpus ]] &&
			for file in cpuset.cpus cpuset.mems; do
				cat "$path/$file" >"$path/$SANDBOX_CGROUP/$file"
			done
		echo $BASHPID >"$path/$SANDBOX_CGROUP/cgroup.procs"
	done < <(cgroup_mounts)
}

# Inside the new cgroup namespace, with the host's hierarchies still in sight:
# v2 wants its processes in leaves.
sandbox_cgroups_leaf() {
	local path type options
	while read -r path type options; do
		[[ $type == cgroup2 ]] || continue
		mkdir "$path/$SANDBOX_CGROUP/self"
		echo $$ >"$path/$SANDBOX_CGROUP/self/cgroup.procs"
	done < <(cgroup_mounts)
}

sandbox_cgroups_remove() {
	local path type options
	while read -r path type options; do
		for _ in {1..10}; do
			[[ -d $path/$SANDBOX_CGROUP ]] || break
			find "$path/$SANDBOX_CGROUP" -depth -type d \
				-exec rmdir {} + 2>/dev/null && break
			sleep 0.1
		done
	done < <(cgroup_mounts)
}

# The hierarchies as this machine has them, seen from the cgroup namespace.
mount_cgroups() {
	local path type options mounts
	mounts=$(cgroup_mounts)
	mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
	[[ $mounts == *" cgroup "* ]] &&
		mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
	while read -r path type options; do
		[[ -d $path ]] || mkdir "$path"
		if [[ $type == cgroup2 ]]; then
			mount -t cgroup2 cgroup2 "$path"
		else
			mount -t cgroup -o "$(v1_options "$options")" cgroup \
				"$path"
		fi
	done <<<"$mounts"
}

# sandbox COMMAND...: run it in there. The outer shell stays, and cleans up also
# when it is told to end: with unshare(1) all that is inside ends.
sandbox() {
	local inside
	trap sandbox_cgroups_remove EXIT
	(
		sandbox_cgroups_enter
		export SANDBOX_CGROUP
		# shellcheck disable=SC2016
		exec unshare --cgroup bash -euc '. "$0"; sandbox_cgroups_leaf
			exec unshare --mount --net --pid --ipc --fork \
				--kill-child --propagation private "$@"' \
			"${BASH_SOURCE[0]}" "$@"
	) &
	inside=$!
	# shellcheck disable=SC2064
	trap "kill -KILL $inside; wait $inside; exit 130" INT TERM HUP
	wait $inside
}

# First thing inside: what has to be this namespace's own.
sandbox_setup() {
	mount -t proc -o nosuid,nodev,noexec proc /proc
	mount_cgroups
	mount -t tmpfs -o mode=755 bench /run
	mkdir -p /run/netns /run/lock /run/bench
	ip link set lo up
}
