# SPDX-License-Identifier: MIT
# The peers, each driven the way that is cheapest for it. Sourced by bench/run.
#
# life_PEER NAME MODE COMMAND prepares a container NAME and prints its life as
# items of a plan for pair. MODE is
#	full	overlay root, user namespace, all that a sub host gets
#	bare	the runtime alone: the root is mounted before and unmounted
#		after, untimed; no cgroup where the peer can go without
#	idle	full, but for a container that stays up
# The directories are there beforehand, as a sub host's are. The user
# namespaces map a base whose files were given to the range beforehand.
#
# PEER_BRIDGE, where it is set, is the bridge that each gets a cable to; see
# cables.bash.

# shellcheck disable=SC2034
PEERS="crun bwrap lxc runc nspawn"
ID=524288
PEER_BRIDGE='' PEER_ADDRESS=10.98.0.9/16

peer_program() {
	case $1 in
	lxc) echo lxc-start ;;
	nspawn) echo systemd-nspawn ;;
	*) echo "$1" ;;
	esac
}

peer_version() {
	local program
	program=$(peer_program "$1")
	"$program" --version 2>&1 | head -n 1 | sed "s/^[a-z]* \(version \)\?//"
}

# A mount namespace for them: with cgroup v2 only, as crun refuses both
# versions side by side, and with the grant of ids that lxc wants even of root.
peers_setup() {
	mkdir -p "$W/peers"
	chmod 755 "$W" "$W/peers"
	cp -a "$BASE" "$W/peers/mapped-base"
	chown -hR $ID:$ID "$W/peers/mapped-base"
	echo "root:$ID:65536" >"$W/peers/subid"
	touch "$W/peers.mnt"
	# shellcheck disable=SC2016
	unshare --mount="$W/peers.mnt" --propagation private bash -euc '
		umount -R /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		for file in /etc/subuid /etc/subgid; do
			[[ ! -e $file ]] || mount --bind "$0/subid" $file
		done' "$W/peers"
}

in_peers() {
	nsenter --mount="$W/peers.mnt" -- "$@"
}

# root_up NAME MODE LOWER OWNER, root_down NAME MODE: the overlay of NAME.
root_up() {
	local d=$W/peers/$1 how="time mount"
	[[ $2 != bare ]] || how=before
	mkdir -p "$d"/{upper,work,merged}
	cp "$W/sleep" "$d/upper/sleep"
	chown "$4:$4" "$d/upper" "$d/work" "$d/upper/sleep"
	echo "$how $MOUNT -t overlay bench -o" \
		"lowerdir=$3,upperdir=$d/upper,workdir=$d/work $d/merged"
}

root_down() {
	local how="time umount"
	[[ $2 != bare ]] || how=after
	echo "$how $UMOUNT $W/peers/$1/merged"
}

# -- crun and runc: one OCI bundle ---------------------------------------------

json_words() {
	local word list=
	for word in "$@"; do
		list+=", \"$word\""
	done
	echo "[${list#, }]"
}

oci_config() {
	local name=$1 caps map network='' sysfs
	shift
	sysfs='{"destination": "/sys", "type": "sysfs", "source": "sysfs",
	   "options": ["nosuid", "noexec", "nodev", "ro"]},'
	# A network namespace made beforehand is not the user namespace's own, and
	# runc cannot mount a sysfs of it.
	[[ -z $PEER_BRIDGE ]] ||
		network=", \"path\": \"/run/netns/$name\"" sysfs=
	caps=$(json_words CAP_{CHOWN,DAC_OVERRIDE,FOWNER,FSETID,KILL} \
		CAP_{SETGID,SETUID,SETPCAP,NET_BIND_SERVICE,SYS_CHROOT})
	map="[{\"containerID\": 0, \"hostID\": $ID, \"size\": 65536}]"
	cat <<-END
	{"ociVersion": "1.0.2", "hostname": "$name",
	 "root": {"path": "merged"},
	 "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/",
	  "args": $(json_words "$@"), "env": ["PATH=/usr/bin:/bin"],
	  "capabilities": {"bounding": $caps, "effective": $caps,
	   "permitted": $caps}},
	 "mounts": [
	  {"destination": "/proc", "type": "proc", "source": "proc"},
	  {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
	   "options": ["nosuid", "mode=755"]},
	  {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
	   "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666"]},
	  $sysfs
	  {"destination": "/run", "type": "tmpfs", "source": "tmpfs"}],
	 "linux": {"cgroupsPath": "/bench/$name",
	  "uidMappings": $map, "gidMappings": $map,
	  "namespaces": [{"type": "pid"}, {"type": "network"$network},
	   {"type": "ipc"}, {"type": "uts"}, {"type": "mount"},
	   {"type": "cgroup"}, {"type": "user"}]}}
	END
}

life_oci() {
	local run=$1 name=$2 mode=$3 bundle=$W/peers/$2
	shift 3
	root_up "$name" "$mode" "$W/peers/mapped-base" $ID
	oci_config "$name" "$@" >"$bundle/config.json"
	if [[ $mode == idle ]]; then
		echo "time run $run run -d -b $bundle $name"
		echo "time stop ${run%% *} delete -f $name"
	else
		echo "time run $run run -b $bundle $name"
	fi
	root_down "$name" "$mode"
}

life_crun() {
	local manager=cgroupfs
	[[ $2 != bare ]] || manager=disabled
	life_oci "$(type -P crun) --cgroup-manager=$manager" "$@"
}

life_runc() {
	life_oci "$(type -P runc)" "$@"
}

# -- the others ------------------------------------------------------------------

# Knows no overlay; maps one id only, so its root stays the host's root.
life_bwrap() {
	local name=$1 mode=$2 within='' unshare_net=--unshare-net
	shift 2
	[[ -z $PEER_BRIDGE ]] ||
		within="$(type -P ip) netns exec $name " unshare_net=
	root_up "$name" "$mode" "$BASE" 0
	echo "time run $within$(type -P bwrap) --unshare-user --unshare-pid" \
		"$unshare_net --unshare-ipc --unshare-uts --unshare-cgroup" \
		"--hostname $name --bind $W/peers/$name/merged /" \
		"--proc /proc --dev /dev --tmpfs /run $*"
	root_down "$name" "$mode"
}

lxc_net() {
	if [[ -z $PEER_BRIDGE ]]; then
		echo "lxc.net.0.type = empty"
		return
	fi
	cat <<-END
	lxc.net.0.type = veth
	lxc.net.0.link = $PEER_BRIDGE
	lxc.net.0.name = eth0
	lxc.net.0.flags = up
	lxc.net.0.ipv4.address = $PEER_ADDRESS
	END
}

# Mounts its overlay itself, inside.
life_lxc() {
	local name=$1 mode=$2 d=$W/peers/$1 rootfs
	shift 2
	root_up "$name" "$mode" "$W/peers/mapped-base" $ID |
		grep -v ^time || true
	rootfs=overlay:$W/peers/mapped-base:$d/upper
	[[ $mode != bare ]] || rootfs=dir:$d/merged
	cat >"$d/config" <<-END
	lxc.uts.name = $name
	lxc.rootfs.path = $rootfs
	lxc.apparmor.profile = unconfined
	lxc.mount.auto = proc:rw sys:ro
	lxc.mount.entry = tmpfs run tmpfs defaults
	lxc.autodev = 1
	lxc.pty.max = 0
	lxc.tty.max = 0
	lxc.console.path = none
	$(lxc_net)
	lxc.idmap = u 0 $ID 65536
	lxc.idmap = g 0 $ID 65536
	lxc.init.cmd = $*
	END
	chown $ID:$ID "$d"
	echo "time run $(type -P lxc-start) -F -P $W/peers -n $name"
	[[ $mode != bare ]] || root_down "$name" "$mode"
}

# Mounts its overlay itself, with an upper that is gone afterwards.
life_nspawn() {
	local name=$1 mode=$2 root network=--private-network
	shift 2
	[[ -z $PEER_BRIDGE ]] || network=--network-bridge=$PEER_BRIDGE
	root="-D $W/peers/mapped-base --volatile=overlay"
	if [[ $mode != full ]]; then
		root_up "$name" "$mode" "$W/peers/mapped-base" $ID
		root="-D $W/peers/$name/merged"
	fi
	echo "time run $(type -P systemd-nspawn) -q --register=no --keep-unit" \
		"$network --private-users=$ID:65536" \
		"--private-users-ownership=off -M $name $root $*"
	[[ $mode == full ]] || root_down "$name" "$mode"
}

# -- outside of the timer --------------------------------------------------------

# Carry out a life read from stdin; says what failed. All of it is run.
live_once() {
	local kind rest status=0
	while read -r kind rest; do
		[[ $kind != time ]] || rest=${rest#* }
		# shellcheck disable=SC2086
		in_peers $rest </dev/null >"$W/said" 2>&1 || {
			[[ $status != 0 ]] || head -c 300 "$W/said"
			status=1
		}
	done
	return $status
}
