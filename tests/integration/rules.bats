#!/usr/bin/env bats
# The rules that keep a guest in: each holds in what is built, and the same
# check fails with a program built without that one rule. (see without)

load lib

setup() {
	places_new
	base_debian
}

teardown() {
	umount -q /etc || true
	places_and_links_done
}

# --- what a guest may do ----------------------------------------------------

@test "MOUNTS=no: no mount namespace of its own" {
	debian_sub web
	needs_rule limit-of-mount-namespaces run/become.c \
		's/file_write(limits_fd, "max_mnt_namespaces", "0")/0/' \
		try 'unshare -m mount -t tmpfs none /mnt'
}

@test "MOUNTS=no: no user namespace of its own" {
	debian_sub web
	needs_rule limit-of-user-namespaces run/become.c \
		's/file_write(limits_fd, "max_user_namespaces", "0")/0/' \
		try 'unshare -U true'
}

@test "MOUNTS=no: the limits cannot be lifted from inside" {
	debian_sub web
	needs_rule no-sys-resource model/powers.c \
		's/kept &= ~CAP(SYS_RESOURCE)/(void)kept/' \
		try 'echo 9 >/proc/sys/user/max_mnt_namespaces
			unshare -m mount -t tmpfs none /mnt'
}

mounts_or_makes_nodes() {
	local said
	said=$(inside 'mount -t tmpfs none /mnt 2>/dev/null && echo mounted
		mknod /dev/node c 1 5 2>/dev/null && head -c 1 /dev/node \
			>/dev/null && echo made; echo end')
	case ${said//$'\n'/ } in
	end) echo kept ;;
	"mounted made end") echo broken ;;
	*) echo "$said" ;;
	esac
}

@test "PRIVATE_USERS=no: neither CAP_SYS_ADMIN nor CAP_MKNOD" {
	debian_sub web PRIVATE_USERS=no
	needs_rule few-capabilities model/powers.c \
		's/kept = common_capabilities/kept = ~machine_capabilities/' \
		mounts_or_makes_nodes
}

@test "a device node on disk cannot be opened" {
	local users
	debian_sub web
	mknod -m 0666 "$SUBHOST/web/root/zero" c 1 5
	for users in no shared; do
		echo "PRIVATE_USERS=$users" >>"$SUBHOST/web/config"
		needs_rule live-is-nodev root/root.c \
			's/mount_shape(fd, K_MOUNT_ATTR_NODEV, /mount_shape(fd, 0, /' \
			try 'head -c 1 /zero'
	done
}

# --- what a guest can reach -------------------------------------------------

@test "a descriptor of the caller's is not open inside" {
	local mounts
	debian_sub web
	mkdir "$PLACES/host" "$PLACES/host/dir"
	echo treasure >"$PLACES/host/file"
	for mounts in no yes; do
		echo "MOUNTS=$mounts" >>"$SUBHOST/web/config"
		needs_rule close-what-is-the-hosts run/steps.c '/step_close }/d' \
			try 'grep treasure /proc/self/fd/7/../file' \
			7<"$PLACES/host/dir"
	done
	rm -r "$PLACES/host"
}

@test "a descriptor of the caller's with a high number is not, either" {
	local fd said=
	debian_sub web
	mkdir "$PLACES/host" "$PLACES/host/dir"
	echo treasure >"$PLACES/host/file"
	for fd in 999 1000 1001 1002; do
		eval "exec $fd<\"\$PLACES/host/dir\""
		said+="$fd $(try "grep treasure /proc/self/fd/$fd/../file") "
		eval "exec $fd<&-"
	done
	rm -r "$PLACES/host"
	echo "$said"
	[[ $said == "999 kept 1000 kept 1001 kept 1002 kept " ]]
}

# Of the seals, not of writing: a program that runs cannot be written to on most
# kernels anyway (ETXTBSY).
seals() {
	inside 'perl -e '\''
		open(my $exe, "<", "/proc/1/exe") or die;
		my $seals = fcntl($exe, 1034, 0); # F_GET_SEALS
		printf "%s\n", ($seals & 0xf) == 0xf ? "kept" : "broken"'\'
}

@test "the reaper is sealed" {
	debian_sub web REAPER=yes PRIVATE_USERS=no
	needs_rule seals sys/sealed.c \
		's/fcntl(fd, F_ADD_SEALS, SEALS) < 0/0/' seals
}

@test "BASE=/: the host's password hashes are hidden" {
	! mountpoint -q /usr || skip "/usr is a mount of its own here"
	[[ -s /etc/shadow ]] || skip "this host has no /etc/shadow"
	new_sub web "BASE=/"
	needs_rule hidden-files root/hide.c \
		's/r = hide_each(fd, removed, .*;/r = 0;/' \
		try 'test -s /etc/shadow'
}

# A user of the host runs what a guest made setuid. By env, since setpriv still
# has its capabilities when it looks for the program.
run_setuid() {
	local id
	chmod 0755 "$SUBHOST/web"
	inside 'chmod 4755 /id' >&2
	id=$(setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all env "$SUBHOST/web/root/id" -u) || true
	case $id in
	"") echo kept ;;
	0) echo broken ;;
	*) echo "$id" ;;
	esac
}

@test "users of the host cannot run what a guest has made setuid" {
	debian_sub web
	install -m 0755 "$(command -v id)" "$SUBHOST/web/root/id"
	needs_rule directory-is-closed sub/sub.c \
		's/fchmod(s->dir_fd, 0700) < 0/0/' run_setuid
}

# --- what a guest can make us do --------------------------------------------

# dev is where /mnt is, or start refuses
start_on_symlink() { # dev|proc
	if fails_with 125 symlink sub start web -- true >&2; then
		echo kept
	else
		inside "grep -q ' /mnt ' /proc/self/mountinfo && echo broken"
	fi
}

@test "a /dev or a /proc that is a symlink is refused" {
	local name
	debian_sub web
	for name in dev proc; do
		ln -s mnt "$SUBHOST/web/root/$name"
		needs_rule no-symlinks sys/beneath.c 's/if (!follow)/if (0)/' \
			start_on_symlink
		rm "$SUBHOST/web/root/$name"
	done
}

# Where does the tmpfs of /data go?
mount_on_link() {
	local at=$PLACES/at
	start_quietly web -- sleep 1000 >&2 || return
	if mountpoint -q "$at"; then
		echo broken
	elif grep -q " $SUBHOST/web/live$at " /proc/self/mountinfo; then
		echo kept
	fi
}

@test "a TMPFS on a symlink stays inside" {
	local up to
	debian_sub web "TMPFS=/data"
	up=$(printf '../%.0s' {1..12})
	mkdir -p "$PLACES/at" "$SUBHOST/web/root$PLACES/at"
	for to in "$PLACES/at" "/..$PLACES/at" "$up${PLACES#/}/at"; do
		ln -sfn "$to" "$SUBHOST/web/root/data"
		needs_rule in-root sys/beneath.c \
			"s/K_RESOLVE_IN_ROOT |/(path += *path == '\/', 0) |/" \
			mount_on_link
	done
	rmdir "$PLACES/at"
}

# What is mounted below live but the TMPFS?
mounts_on_live() {
	start_quietly web -- /bin/sh -c 'mount -t tmpfs none /mnt 2>/dev/null
		touch /done; exec sleep 1000' >&2 || return
	wait_until 5 test -e "$SUBHOST/web/root/done" || return
	rm "$SUBHOST/web/root/done"
	if grep " $SUBHOST/web/live/" /proc/self/mountinfo |
		grep -v " $SUBHOST/web/live/run " >&2; then
		echo broken
	else
		echo kept
	fi
}

# Without the rule it is its /dev that shows: mounts in the guest's own mount
# namespace are slaves by then in any case, being in a user namespace's.
@test "what is mounted inside does not come back to the host" {
	debian_sub web MOUNTS=yes
	needs_rule root-is-a-slave run/launch.c \
		's/mount_shape(fd, 0, MS_SLAVE, true)/0/' mounts_on_live
	echo MOUNTS=no >>"$SUBHOST/web/config"
	[[ $(verdict mounts_on_live) == kept ]]
}

# --- what start looks at ----------------------------------------------------

@test "a config of another user is refused" {
	debian_sub web
	chown 65534 "$SUBHOST/web/config"
	needs_rule config-is-roots sub/declare.c \
		's/st.st_uid != geteuid()/0/' refused "belongs to uid 65534"
}

@test "a config that others can write is refused" {
	local mode
	debian_sub web
	for mode in 0620 0602; do
		chmod "$mode" "$SUBHOST/web/config"
		needs_rule config-is-not-writable sub/declare.c \
			's/if (st.st_mode & 022)/if (0)/' \
			refused "can be written by others"
	done
}

@test "a root in use by another overlay is refused" {
	debian_sub web
	mkdir "$PLACES/work" "$PLACES/other"
	mount -t overlay other "$PLACES/other" -o \
		"lowerdir=$base,upperdir=$SUBHOST/web/root,workdir=$PLACES/work"
	needs_rule index-on sys/overlay.c \
		's/{"index", "on"}/{"index", "off"}/' refused "in use"
	umount "$PLACES/other"
	rm -r "$PLACES/other" "$PLACES/work"
}

@test "an image that is attached already is refused" {
	local loop
	debian_sub web
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	loop=$(losetup -f --show "$SUBHOST/web/web.img")
	needs_rule one-attachment root/image.c \
		's/r = loop_each(img->fd, judge, &v)/r = 0/' \
		refused "attached already"
	losetup -d "$loop"
}

# --- what a cable leads to --------------------------------------------------

# Does the host take a guest's router advertisement to heart?
believes_routers() {
	start_quietly web -- sleep 1000 >&2 || return
	ip -n web -6 addr add fe80::bad/64 dev eth0 nodad
	for _ in {1..10}; do
		ip netns exec web python3 - <<-'END'
			import socket, struct
			s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
			s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
			s.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0),
			         ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))
		END
		sleep 0.1
		[[ $(ip -6 route) != *default* ]] || break
	done
	if [[ $(ip -6 route) == *default* ]]; then
		echo broken
	else
		echo kept
	fi
}

@test "the host takes no advice from a router in a sub host" {
	[[ -e /proc/sys/net/ipv6 ]] || skip "this kernel has no IPv6"
	debian_sub web "BRIDGES=="
	needs_rule no-advice host/cabling.c \
		's/r = file_write(AT_FDCWD, path.data, "1");/r = 0;/' believes_routers
}

# --- what is written for it -------------------------------------------------

# Of a host whose /etc is a copy.
writes_resolv_conf() {
	if sub start web -- grep -q 10.6.6.6 /etc/resolv.conf >&2 &&
		! grep -q 10.6.6.6 /etc/resolv.conf; then
		echo kept
	elif grep -q 10.6.6.6 /etc/resolv.conf; then
		echo broken
	fi
}

@test "resolv.conf is written from within the guest's root" {
	debian_sub web PRIVATE_USERS=no DNS=10.6.6.6
	cp -a /etc "$SUBHOST_STATE/etc"
	mount --bind "$SUBHOST_STATE/etc" /etc
	this_is_before
	needs_rule written-in-a-chroot root/guest.c \
		's/return chroot(".") < 0/return 0/' writes_resolv_conf
	umount /etc
	this_is_before
}

starts_in_time() {
	rm -f "$SUBHOST/web/root/etc/resolv.conf"
	mkfifo "$SUBHOST/web/root/etc/resolv.conf"
	if timeout -s KILL 3 "$SUBHOST_BIN" start web -- true >&2; then
		echo kept
	elif [[ $? == 137 ]]; then
		# Who waits there holds the lock.
		: <>"$SUBHOST/web/live/etc/resolv.conf"
		echo broken
	fi
}

@test "a resolv.conf that is a FIFO holds nobody up" {
	debian_sub web DNS=10.6.6.6
	mkdir "$SUBHOST/web/root/etc"
	needs_rule read-without-waiting root/guest.c \
		's/O_RDONLY | O_NOFOLLOW | O_NONBLOCK/O_RDONLY/' starts_in_time
}

# --- who enters -------------------------------------------------------------

# Guest root, with the host's ids, stops its joiner and looks at what it runs.
spies_on_joiner() {
	start_quietly web -- /bin/bash -c 'touch /ready; while :; do
		for p in /proc/[0-9]*; do
			[ $p != /proc/1 ] || continue
			IFS= read -rd "" a <$p/cmdline || continue
			[[ $a == subhost-enter ]] || continue
			kill -STOP ${p#/proc/}
			readlink $p/exe >>/seen || echo >>/met
			kill -CONT ${p#/proc/}
		done; done 2>/dev/null' >&2 || return
	wait_until 5 test -e "$SUBHOST/web/root/ready" || return
	for _ in {1..500}; do
		sub enter web -- true </dev/null >&2 || return
		[[ ! -s $SUBHOST/web/root/met ]] || break
		! grep -qs "memfd:subhost" "$SUBHOST/web/root/seen" || break
	done
	# What is executed by then, it may see.
	if grep -qs "memfd:subhost" "$SUBHOST/web/root/seen"; then
		echo broken
	elif [[ -s $SUBHOST/web/root/met ]]; then
		echo kept
	fi
	sub stop --force web >&2
	rm -f "$SUBHOST"/web/root/{ready,met,seen}
}

@test "whoever joins is not dumpable" {
	debian_sub web PRIVATE_USERS=no
	needs_rule joiner-is-not-dumpable guest/reaper.c \
		's/prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0/0/' spies_on_joiner
}

reads_descriptor() {
	start_quietly web -- sleep 1000 >&2 || return
	if sub enter web -- grep treasure /proc/self/fd/7/../file \
		7<"$PLACES/host/dir" </dev/null >&2; then
		echo broken
	else
		echo kept
	fi
}

@test "a descriptor of the caller's is not open to what is entered" {
	local mounts
	debian_sub web
	mkdir "$PLACES/host" "$PLACES/host/dir"
	echo treasure >"$PLACES/host/file"
	for mounts in no yes; do
		echo "MOUNTS=$mounts" >>"$SUBHOST/web/config"
		needs_rule close-what-is-the-hosts run/steps.c \
			'/step_close }/d' reads_descriptor
	done
	rm -r "$PLACES/host"
}

# It is the parent that has looked, before its terminal is connected.
false_terminal() {
	start_quietly web -- /bin/sh -c 'mount -t tmpfs none /dev/pts
		mkfifo /dev/pts/ptmx; touch /ready; sleep 1000' >&2 || return
	wait_until 5 test -e "$SUBHOST/web/root/ready" || return
	run_tty -- "$SUBHOST_BIN" enter web -- true
	rm "$SUBHOST/web/root/ready"
	[[ $status == 125 ]] || return
	case $output in
	*"makes no terminals"*) echo kept ;;
	*"cannot make a terminal"*) echo broken ;;
	esac
}

@test "what a guest has for a pty is looked at" {
	debian_sub web MOUNTS=yes
	needs_rule pty-is-a-pty run/birth.c \
		's/pty_check_master(fd);/fd < 0;/' false_terminal
}

# A script whose interpreter is the program that runs it (CVE-2019-5736).
runs_subhost() { # start|enter
	local said
	[[ $1 == start ]] || start_quietly web -- sleep 1000 >&2 || return
	said=$(sub "$1" web -- /evil 2>&1 </dev/null)
	case $?:$said in
	126:) echo kept ;;
	*"there is no verb"*) echo broken ;;
	*) echo "$said" ;;
	esac
}

@test "PRIVATE_USERS=no: subhost itself never runs inside" {
	debian_sub web PRIVATE_USERS=no
	install -m 0755 <(echo '#!/proc/self/exe') "$SUBHOST/web/root/evil"
	needs_rule sealed-before-enter host/enter.c \
		's/\.reaper = !record->base/.reaper = false/' runs_subhost enter
	needs_rule sealed-before-start host/init.c \
		's/req\.reaper = req\.reaps || .*;/req.reaper = req.reaps;/' runs_subhost start
}

# --- what it is not shown, and does not inherit -----------------------------

@test "MOUNTS=no: what tells of the host is masked" {
	local users
	debian_sub web
	for users in shared no; do
		echo "PRIVATE_USERS=$users" >>"$SUBHOST/web/config"
		needs_rule masks run/masks.c 's/if (p->kind == MASK)/if (0)/' \
			try 'grep : /proc/interrupts'
	done
}

# A file of /proc is opened, not written to.
@test "PRIVATE_USERS=no: what is the host's in /proc is read-only" {
	local path
	debian_sub web PRIVATE_USERS=no
	for path in sys/kernel/panic sysrq-trigger irq/default_smp_affinity; do
		[[ -e /proc/$path ]] || continue
		needs_rule read-only-proc run/masks.c \
			's/if (p->kind == READ_ONLY)/if (0)/' \
			try "true >>/proc/$path"
	done
}

@test "a switch for all networks at once is read-only" {
	local path=/proc/sys/net/netfilter/nf_hooks_lwtunnel
	[[ -e $path ]] || skip "this kernel has no $path"
	debian_sub web
	needs_rule read-only-lwtunnel run/masks.c '/nf_hooks_lwtunnel/d' \
		try "true >>$path"
}

# What of it is the caller's?
inherits() {
	local said
	said=$(
		ulimit -Ss 1000
		umask 077
		setarch -R nice -n 5 timeout 60 "$SUBHOST_BIN" start -q web -- \
			sh -c 'umask; ulimit -s; cat /proc/1/personality'
	)
	case ${said//$'\n'/ } in
	"0022 8192 00000000") echo kept ;;
	"0077 1000 00040000" | "0022 1000 00040000") echo broken ;;
	*) echo "$said" ;;
	esac
}

@test "limits and personality of the caller do not come in" {
	debian_sub web
	needs_rule inherit-nothing run/steps.c \
		's/int r = inherit_nothing();/int r = 0;/' inherits
}

@test "CAPS takes away what it says" {
	debian_sub web CAPS=-CHOWN
	needs_rule caps-removed model/powers.c \
		's/ & ~changes->removed;/;/' \
		try 'touch /a; chown 5 /a'
}

finds_key() {
	local search='
		my @key = ("user", "treasure");
		print syscall(250, 10, -3, @key, 0) > 0 ? "broken\n" : "kept\n"'
	perl -e '
		syscall(250, 1, 0) > 0 or die "no keyring: $!";
		my @key = ("user", "treasure", "gold");
		syscall(248, @key, 4, -3) > 0 or die "no key: $!";
		exec("timeout", 60, @ARGV)' \
		"$SUBHOST_BIN" start -q web -- perl -e "$search"
}

@test "the caller's session keyring is not the guest's" {
	[[ $(uname -m) == x86_64 ]] || skip "numbers of system calls are x86_64's"
	debian_sub web SECCOMP=off PRIVATE_USERS=no
	needs_rule own-keyring run/steps.c '/step_keyring }/d' finds_key
}
