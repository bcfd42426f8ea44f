#!/usr/bin/env bats
# The rules that keep a guest in: each holds in what is built, and the same
# check fails with a program built without that one rule. (see without)

load lib

setup() {
	places_new
	base_debian
}

# try SHELL-TEXT: what a guest must not be able to do
try() {
	inside "if { $1; } >/dev/null 2>&1; then echo broken; else echo kept; fi"
}

# verdict CHECK…: what it says, "kept" or "broken"; nothing of it stays up.
verdict() {
	"$@"
	sub stop web >&2
	wait
}

# needs_rule RULE FILE SED CHECK…: CHECK says "kept" with the program under
# test, and "broken" with one that lacks what SED takes out of src/FILE.
needs_rule() {
	local rule=$1 real=$SUBHOST_BIN broken said
	broken=$("$BATS_TEST_DIRNAME/without" "$1" "$2" "$3") || return
	shift 3
	said=$(verdict "$@")
	[[ $said == kept ]] || {
		echo "$rule does not hold: $* says '$said'"
		return 1
	}
	SUBHOST_BIN=$broken
	said=$(verdict "$@")
	SUBHOST_BIN=$real
	[[ $said == broken ]] || {
		echo "without $rule, $* says '$said', and not that it is broken"
		return 1
	}
}

# refused TEXT: start refuses, saying TEXT
refused() {
	if fails_with 125 "$1" sub start web -- true >&2; then
		echo kept
	elif [[ $status == 0 ]]; then
		echo broken
	fi
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
