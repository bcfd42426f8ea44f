#!/usr/bin/env bats
# What may be cast, and where to: each rule holds, whatever the guests make of
# their paths, and the same check fails with a program without that one rule.

load lib
load casts

setup() {
	places_new
	base_busybox
}

# plain_sub NAME [CONFIG-LINE…]: with a root of its own, and no base.
plain_sub() {
	new_sub "$@"
	cp -a "$base/." "$SUBHOST/$1/root"
}

# refused_for TEXT COMMAND…: kept when it fails and says so, broken when done.
refused_for() {
	local text=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo broken
	elif [[ $said == *"$text"* ]]; then
		echo kept
	else
		echo "$said"
	fi
}

# must_refuse TEXT COMMAND…
must_refuse() {
	local said
	said=$(refused_for "$@")
	[[ $said == kept ]] || {
		echo "${*:2}: $said"
		return 1
	}
}

# all_of COMMAND…: for needs_rule: while db and web are up.
between() {
	rm -f "$SUBHOST_ETC/casts.ini"
	up db web >&2 || return
	"$@"
	sub stop db >&2
}

# --- what is received is not passed on --------------------------------------

# shellcheck disable=SC2120 # for needs_rule
passes_on() { # [PATH]
	share db /srv web >&2 && refused_for "received from another" \
		share web "${1-/srv}" app /in
}

@test "what was received is not passed on" {
	local path
	busybox_sub db
	busybox_sub web
	busybox_sub app
	give db /srv/deep/dir
	give db /srv/deep
	room web /srv
	room app /in
	ln -s srv/deep "$SUBHOST/web/root/link"
	touch "$SUBHOST/app/root/file"
	up db web app
	share db /srv web
	for path in /srv /srv/deep /srv/deep/dir /link /link/dir; do
		must_refuse "received from another" share web "$path" app /in
	done
	must_refuse "received from another" share web /srv/deep/file app /file
	# A tombstone neither, and not where it has moved to.
	sub stop db
	must_refuse "received from another" share web /srv app /in
	hangs app
	sub stop app
	up app
	up db
	hangs app
	hangs web /srv
	sub stop web
	sub stop db
	needs_rule received-is-not-given casting/ends.c \
		's/if (ledger_by_id(&received->ledger, identity.id))/if (0)/' \
		between passes_on
	sub stop app
}

@test "what was received is not passed on where the guest has moved it" {
	busybox_sub db
	busybox_sub web
	busybox_sub app
	give db /srv
	room web /a/b/c
	room app /in
	up db web app
	share db /srv web /a/b/c
	on web mv /a /z
	must_refuse "received from another" share web /z/b/c app /in
	# What lies beneath is not what hangs there.
	share web /z app /in
	[[ $(on app find /in) == $'/in\n/in/b\n/in/b/c' ]]
	hangs app /in
}

@test "MOUNTS=yes: what a guest has mounted itself is not there to be given" {
	busybox_sub db
	busybox_sub web MOUNTS=yes
	busybox_sub app
	give db /srv
	room web /srv /own
	room app /in
	up db app
	start_quietly web -- sh -c \
		'mount -t tmpfs none /own; mkdir /own/x; touch /ready; sleep 1000'
	wait_until 5 test -e "$SUBHOST/web/live/ready"
	share db /srv web
	on web mount --bind /srv /own
	share web /own app /in
	[[ -z $(on app ls /in) ]]
	sub ucast --as web /own app
	sub castoff --as app
	run share web /own/x app /in
	[[ $output == *"waits: its source has no such path" ]]
	sub ucast --as web /own/x app
	sub castoff --as app
	# Its own view of what it received may go; that is no way to give it.
	on web umount /own /srv
	must_refuse "received from another" share web /srv app /in
}

@test "MOUNTS=yes: /syscmd under another name is not there to be given" {
	local root=$SUBHOST/web/root
	mkdir "$SUBHOST_SYSCMD/scripts"
	echo tool >"$SUBHOST_SYSCMD/scripts/cast"
	busybox_sub db
	busybox_sub web MOUNTS=yes
	busybox_sub app
	room web /tmp
	give db /srv
	room app /in
	"$TREE/tests/hostile/compile" "$TREE/build/hostile" unseen
	install -m 0755 "$TREE/build/hostile/unseen" "$root/unseen"
	moves_syscmd() {
		on web /unseen rename syscmd other >&2 && "$@"
	}
	up app
	needs_rule syscmd-is-not-given casting/ends.c \
		's/return identity->id == l->syscmd .*/return false;/' \
		between moves_syscmd refused_for "not to be shared" \
		share web /other app /in
	rm -rf "${root:?}"/{syscmd,other}
	needs_rule syscmd-is-not-covered casting/ends.c \
		's/return identity->id == l->syscmd .*/return false;/' \
		between moves_syscmd refused_for "no cast may lie there" \
		share db /srv web /other/replies
	rm -rf "${root:?}"/{syscmd,other}
	up db web
	on web /unseen rename syscmd other
	must_refuse "not to be shared" share web /other/replies app /in
}

# --- one place, one cast ----------------------------------------------------

# busybox hosts db and web; web has received db:/srv on /a/b.
with_one_cast() {
	busybox_sub db
	busybox_sub web
	give db /srv
	give db /more more
	give db /srv/in
	room web /a/b /other
	ln -s a "$SUBHOST/web/root/above"
	ln -s /a/b "$SUBHOST/web/root/same"
	ln -s ../a/b/in "$SUBHOST/web/root/other/below"
}

lies_in_cast() { # TARGET
	share db /srv web /a/b >&2 &&
		refused_for "lies in another cast" share db /more web "$1"
}

@test "no target on, above or below another's, by whatever symlink" {
	local target
	with_one_cast
	up db web
	share db /srv web /a/b
	for target in /a /a/b/in; do
		must_refuse "db:/srv is accepted on /a/b" \
			share db /more web "$target"
	done
	for target in /above /above/b /above/b/in /same /same/in /other/below; do
		must_refuse "lies in another cast" share db /more web "$target"
	done
	hangs web /a/b
	sub stop web
	sub stop db
	needs_rule no-cast-on-cast casting/ends.c \
		's/e->in_cast = is_in_cast(.*/(void)is_in_cast;/' \
		between lies_in_cast /other/below
	needs_rule no-cast-over-cast casting/ends.c \
		's/if (held->id \&\& strcmp(held->target, target) .*/if (0 \&\&/' \
		between lies_in_cast /above
}

@test "no target in another's, wherever the guest has moved that" {
	local target
	with_one_cast
	up db web
	share db /srv web /a/b
	on web mv /a /z
	for target in /z/b /z/b/in; do
		must_refuse "lies in another cast" share db /more web "$target"
	done
	# Above it nothing is in the way; what is beneath then goes all the same.
	share db /more web /z
	hangs web /z /z/b
	[[ $(on web cat /z/file) == more ]]
	sub ucast --as db /srv web
	hangs web /z
	[[ $(on web cat /z/file) == more ]]
	sub castoff --as web
	hangs web
	[[ -z $(on web find /z -type f) ]]
}

# --- reserved places --------------------------------------------------------

reserved=(/ /proc /proc/sys /sys /dev /dev/shm /syscmd /.syscmd /.syscmd/x)

has_reserved() { # TEXT COMMAND…
	on web mkdir -p /.syscmd/x /.syscmd/file
	refused_for "$@"
}

@test "reserved places of a guest are neither given nor covered" {
	local path mode link
	for mode in MOUNTS=no MOUNTS=yes; do
		rm -rf "${SUBHOST:?}"/*
		busybox_sub db
		busybox_sub web "$mode"
		give db /srv
		room db /in
		up db web
		on web mkdir -p /.syscmd/x /links
		for path in "${reserved[@]}"; do
			on web ln -sfn "$path" /links/to
			on web ln -sfn "../../..$path" /links/up
			must_refuse "no cast may" share db /srv web "$path"
			must_refuse "no cast may" share web "$path" db /in
			# Of some there is nothing in what the host sees.
			[[ -e $SUBHOST/web/live$path ]] || continue
			for link in /links/to /links/up; do
				must_refuse "no cast may lie there" \
					share db /srv web $link
				must_refuse "not to be shared" \
					share web $link db /in
			done
		done
		for path in /proc/self /proc/self/root /proc/1/root/srv \
			/dev/fd/0 /sys/kernel; do
			on web ln -sfn "$path" /links/to
			run share db /srv web /links/to
			[[ $status != 0 ]]
			run share web /links/to db /in
			[[ $status != 0 || $output == *"waits: "* ]]
			sub castoff --as db
		done
		hangs web
		hangs db
		sub stop web
		sub stop db
	done
}

covers_inbox() {
	on web mkdir -p /.syscmd/x
	on web ln -sfn /.syscmd/x /link
	refused_for "no cast may lie there" share db /srv web /link
}

gives_inbox() {
	on web mkdir -p /.syscmd/x
	on web ln -sfn /.syscmd/x /link
	refused_for "not to be shared" share web /link db /in
}

covers_inbox_plainly() {
	on web mkdir -p /.syscmd/x
	refused_for "no cast may lie" share db /srv web /.syscmd/x
}

@test "reserved places would be given and covered without the rules" {
	busybox_sub db
	busybox_sub web
	give db /srv
	room db /in
	needs_rule reserved-places casting/ends.c \
		's/path_is_reserved(buf_text(&e->place))/false/' \
		between covers_inbox
	needs_rule reserved-places casting/ends.c \
		's/path_is_reserved(buf_text(&e->place))/false/' \
		between gives_inbox
	needs_rule reserved-paths cast/path.c \
		's/if (path_covers(reserved\[i\], path))/if (0)/' \
		between covers_inbox_plainly
}

# --- what can be a source, a target -----------------------------------------

# Things that are neither, in NAME's root.
odd_things() {
	local root=$SUBHOST/$1/root
	mkfifo "$root/pipe"
	mknod "$root/null" c 1 3
	mknod "$root/loop" b 7 0
	perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0);
		chdir($ARGV[0]); bind(S, sockaddr_un("socket")) or die' "$root"
	ln -s pipe "$root/link"
}

gives_pipe() {
	refused_for "neither a directory nor a plain file" \
		share db /pipe web /file
}

@test "sockets, devices, FIFOs are neither sources nor targets" {
	local odd
	busybox_sub db
	busybox_sub web
	give db /srv
	give web /
	odd_things db
	odd_things web
	up db web
	for odd in pipe null loop socket link; do
		must_refuse "neither a directory nor a plain file" \
			share db "/$odd" web /file
		must_refuse "neither a directory nor a plain file" \
			share db /srv/file web "/$odd"
	done
	hangs web
	sub stop web
	sub stop db
	needs_rule plain-things casting/ends.c \
		's/S_ISREG(st.st_mode)/true/' between gives_pipe
}

@test "a file is no directory" {
	busybox_sub db
	busybox_sub web
	give db /srv
	give web /in
	up db web
	must_refuse "one of source and target is a file" share db /srv web /in/file
	must_refuse "one of source and target is a file" share db /srv/file web /in
	run share db /none web /in
	[[ $status == 0 && $output == *"waits: its source has no such path"* ]]
	hangs web /in
}

# --- what the host gives ----------------------------------------------------

@test "the host's own: no way over a symlink" {
	local dir=$PLACES/host
	busybox_sub web
	room web /srv /link
	mkdir -p "$dir/share/sub" "$dir/secret/sub"
	echo secret >"$dir/secret/sub/file"
	ln -s share/sub "$dir/link"
	up web
	# What the shell's user means is its real path.
	run sub cast "$dir/link" web:/link
	[[ $output == "host:$dir/share/sub is offered to web on /link" ]]
	share host "$dir/share/sub" web /srv
	mv "$dir/share" "$dir/old"
	ln -s secret "$dir/share"
	run sub caston --as web host:/link
	[[ $status != 0 && $output == *"a symlink is on its way"* ]]
	sub castoff --as web /srv
	run sub caston --as web host:/srv
	[[ $status != 0 && $output == *"a symlink is on its way"* ]]
	hangs web
	sub stop web
	over_symlink() {
		up web >&2
		refused_for "a symlink is on its way" \
			sub caston --as web host:/srv
	}
	needs_rule host-without-symlinks casting/ends.c \
		's/find(e, giver->root_fd, path, !giver->is_host)/find(e, giver->root_fd, path, true)/' \
		over_symlink
	rm -r "$dir"
}

# from_ini PATH: the administrator has written that the host gives it.
from_ini() {
	printf '[host]\n%s = web:/srv\n' "$1" >"$SUBHOST_ETC/casts.ini"
	sub caston --as web host:/srv
}

gives_ours() {
	up web >&2
	refused_for "subhost's own" from_ini "$SUBHOST/web/root"
}

gives_kernels() {
	up web >&2
	refused_for "filesystem of the kernel's" from_ini /proc/sys
}

@test "the host's own: neither our places nor the kernel's" {
	local path
	busybox_sub web
	room web /srv /etc
	mkdir "$SUBHOST_ETC/x"
	ln -s "$SUBHOST" "$PLACES/link"
	up web
	for path in "$SUBHOST" "$SUBHOST/web" "$SUBHOST/web/root/etc" \
		"$SUBHOST/web/live" "$SUBHOST_RUN" "$SUBHOST_RUN/.casts" \
		"$SUBHOST_STATE" "$SUBHOST_ETC" "$SUBHOST_ETC/x" \
		"$SUBHOST_SYSCMD" "$PLACES" /run "$PLACES/link"; do
		must_refuse "subhost's own" sub cast "$path" web:/srv
		must_refuse "subhost's own" sub publish "$path"
		[[ -L $path ]] ||
			must_refuse "subhost's own" from_ini "$path"
		rm -f "$SUBHOST_ETC/casts.ini"
	done
	for path in /proc /proc/sys /proc/1/root /proc/self/fd /sys \
		/sys/kernel "$(unified)" /dev /dev/pts; do
		[[ -d $path ]] || continue
		must_refuse "" sub cast "$path" web:/srv
		must_refuse "" from_ini "$path"
		rm -f "$SUBHOST_ETC/casts.ini"
	done
	must_refuse "" sub cast / web:/srv
	must_refuse "" from_ini /
	rm -f "$SUBHOST_ETC/casts.ini"
	hangs web
	sub stop web
	needs_rule ours-is-not-given casting/ends.c \
		's/^	if (ours) {/	if (0) {/' gives_ours
	# What cannot be mapped would be refused for that.
	set_config web PRIVATE_USERS=no
	needs_rule kernels-is-not-given casting/ends.c \
		's/is_kernels(e->fd, e->dev)/false/' gives_kernels
	rm "$PLACES/link"
}

gives_writable() {
	up web >&2
	refused_for "setuid program" sub cast "$PLACES/host/open" web:/srv --rw
}

@test "the host's own: writable only where no user finds what is setuid" {
	local dir=$PLACES/host
	busybox_sub web
	room web /srv
	mkdir -p "$dir/open" "$dir/closed/in"
	chmod 0755 "$dir" "$dir/open"
	chmod 0700 "$dir/closed"
	up web
	must_refuse "setuid program" sub cast "$dir/open" web:/srv --rw
	must_refuse "setuid program" sub publish "$dir/open" --rw
	share host "$dir/open" web /srv
	run on web touch /srv/x
	[[ $status != 0 && $output == *"Read-only"* ]]
	sub ucast "$dir/open" web
	sub castoff --as web /srv
	sub cast "$dir/closed/in" web:/srv --rw
	sub caston --as web host:/srv
	on web touch /srv/x
	[[ $(stat -c %u "$dir/closed/in/x") == 0 ]]
	sub stop web
	needs_rule writable-is-closed casting/grant.c \
		's/!can_be_reached(source->of->root_fd, source->place.data)/true/' \
		gives_writable
	rm -r "$dir"
}

# --- what it is mounted as --------------------------------------------------

@test "setuid programs and devices do nothing in a cast" {
	local root
	debian_sub db
	debian_sub web
	give db /srv
	root=$SUBHOST/db/root/srv
	cp "$base/usr/bin/id" "$root/id"
	chmod 4755 "$root/id"
	mknod -m 0666 "$root/zero" c 1 5
	room web /srv
	runs_setuid() {
		share db /srv web >&2
		case $(on web setpriv --reuid 65534 --inh-caps=-all /srv/id -u) in
		65534) echo kept ;;
		0) echo broken ;;
		esac
	}
	up db web
	share db /srv web
	run on web head -c 1 /srv/zero
	[[ $status != 0 ]]
	sub stop web
	sub stop db
	needs_rule cast-is-nosuid casting/mounting.c \
		's/^#define PLAIN .*/#define PLAIN 0/
		s/unsigned long wanted = .*/unsigned long wanted = 0;/' \
		between runs_setuid
}

@test "MOUNTS=yes: what is read-only stays so" {
	busybox_sub db
	busybox_sub web MOUNTS=yes
	give db /srv
	room web /srv /own
	stays_read_only() {
		share db /srv web /srv --ro >&2
		on web sh -c 'mount -o remount,bind,rw /srv
			mount --bind /srv /own; mount -o remount,bind,rw /own
			touch /srv/x || touch /own/x' >&2 && echo broken || echo kept
	}
	needs_rule cast-is-read-only casting/mounting.c \
		's/attrs |= K_MOUNT_ATTR_RDONLY/attrs |= 0/
		s/wanted |= ST_RDONLY/wanted |= 0/' \
		between stays_read_only
}

mounts_later() {
	share db /srv web >&2
	# In the giver, by the host.
	share app /give db /srv/in >&2
	if hangs web /srv >&2; then echo kept; else echo broken; fi
	sub castoff --as db >&2
}

@test "nothing that is mounted later comes along" {
	busybox_sub db MOUNTS=yes
	busybox_sub web MOUNTS=yes
	busybox_sub app
	give db /srv
	give app /give
	room db /srv/in
	room web /srv
	up app
	needs_rule cast-is-private casting/mounting.c \
		's/r = mount_shape(fd, attrs, MS_PRIVATE, false)/r = mount_shape(fd, attrs, 0, false)/' \
		between mounts_later
	up db web
	share db /srv web
	on db mount -t tmpfs none /srv/in
	on web mount -t tmpfs none /srv/in
	hangs web /srv
	hangs db
	# What it cannot see itself is not said to be there, and is no reason
	# for others to fail.
	must_refuse "something that it mounted itself lies over it" \
		share app /give db /srv/in
	on web mount -t tmpfs none /srv
	sub stop db
	hangs web
	[[ $(sub showcast --as web -a) == *"its source is stopped"* ]]
}

@test "PRIVATE_USERS=no with CAP_SYS_ADMIN: nothing read-only is given to it" {
	busybox_sub db PRIVATE_USERS=no
	busybox_sub web PRIVATE_USERS=no CAPS=+SYS_ADMIN
	give db /srv
	room web /srv
	over_read_only() {
		refused_for "CAPS=+SYS_ADMIN" share db /srv web /srv --ro
	}
	needs_rule read-only-for-whom casting/mounting.c \
		's/if (receiver->record.base || !mode ||/if (1 ||/' \
		between over_read_only
	up db web
	share db /srv web
	hangs web /srv
}

# --- users ------------------------------------------------------------------

# what_becomes GIVER RECEIVER: right, wrong, or why it is refused
what_becomes() {
	local said
	if ! said=$(share "$1" /srv "$2" /in 2>&1); then
		case $said in
		*"has other user ids than the receiver"*) echo other ;;
		*"cannot be mapped"*) echo unmapped ;;
		*) echo "$said" ;;
		esac
		return
	fi
	on "$2" sh -c 'umask 0; echo x >/in/made; chown 9:9 /in/made'
	said="$(on "$2" stat -c %u:%g /in/file) $(on "$1" stat -c %u:%g /srv/made)"
	[[ $said == "7:7 9:9" ]] && said=right
	echo "$said"
	on "$2" rm /in/made
	sub castoff --as "$2" /in >&2
}

# As rows: giver, then what becomes of it at a receiver that is shared,
# isolated, no.
matrix="
shared     right other other
isolated   other other other
no         unmapped unmapped right
shared-p   right right right
isolated-p right right right
no-p       right right right"

@test "uid N is uid N in every pair of kinds of users, or it is refused" {
	local users giver receiver is said
	for users in shared isolated no; do
		busybox_sub "$users" "PRIVATE_USERS=$users"
		plain_sub "$users-p" "PRIVATE_USERS=$users"
		busybox_sub "to-$users" "PRIVATE_USERS=$users"
		room "to-$users" /in
		give "$users" /srv
		give "$users-p" /srv
		chown 7:7 "$SUBHOST/$users/root/srv/file" \
			"$SUBHOST/$users-p/root/srv/file"
		up "$users" "$users-p" "to-$users"
	done
	while read -r giver said; do
		[[ -n $giver ]] || continue
		is=
		for receiver in shared isolated no; do
			is+=" $(what_becomes "$giver" "to-$receiver")"
		done
		echo "$giver:$is"
		[[ $is == " $said" ]]
	done <<<"$matrix"
	hangs to-isolated
}

@test "without the mapping uid N would be another's" {
	plain_sub db PRIVATE_USERS=isolated
	busybox_sub web
	give db /srv
	room web /in
	chown 7:7 "$SUBHOST/db/root/srv/file"
	is_mapped() {
		case $(what_becomes db web) in
		right) echo kept ;;
		65534:*) echo broken ;;
		esac
	}
	needs_rule mapped-users casting/mounting.c \
		's/!giver->is_host && giver->record.base == receiver->record.base/true/' \
		between is_mapped
}

# --- images, files, TMPFS ---------------------------------------------------

image_sub() { # NAME: which has /srv/file
	new_sub "$1" "BASE=(\"$base\")"
	rm -r "$SUBHOST/$1/root" "$SUBHOST/$1/work"
	make_image "$SUBHOST/$1/$1.img" 64M ext4 root work root/srv root/in
}

@test "images give and receive" {
	image_sub db
	image_sub web
	busybox_sub app PRIVATE_USERS=isolated
	room app /in
	up db web app
	on db sh -c 'echo hello >/srv/file; chown 7 /srv/file'
	share db /srv web /in
	share db /srv/file web /srv/copy
	[[ $(on web cat /in/file /srv/copy) == $'hello\nhello' ]]
	[[ $(on web stat -c %u /in/file) == 7 ]]
	must_refuse "other user ids" share db /srv app /in
	sub hibernate web
	up web
	[[ $(on web cat /in/file) == hello ]]
	sub stop db
	hangs web /in /srv/copy
	[[ -z $(on web ls /in) && -z $(on web cat /srv/copy) ]]
	up db
	[[ $(on web cat /in/file /srv/copy) == $'hello\nhello' ]]
}

@test "single files: live, withdrawn, waiting, replaced" {
	busybox_sub db
	busybox_sub web
	give db /srv
	give web /srv mine
	room web /etc
	up db web
	share db /srv/file web
	share db /srv/file web /etc/copy
	on web sh -c 'echo more >>/etc/copy'
	[[ $(on db cat /srv/file) == $'hello\nmore' ]]
	[[ $(on web cat /srv/file) == $'hello\nmore' ]]
	# Another inode of that name comes with the next look.
	on db sh -c 'echo new >/srv/n; mv /srv/n /srv/file'
	[[ $(on web cat /srv/file) == $'hello\nmore' ]]
	sub hibernate web
	up web
	[[ $(on web cat /srv/file /etc/copy) == $'new\nnew' ]]
	sub ucast --as db /srv/file web
	[[ -z $(on web cat /srv/file) ]]
	run on web sh -c 'echo x >/srv/file'
	[[ $status != 0 ]]
	sub castoff --as web
	[[ $(on web cat /srv/file) == mine ]]
	hangs web
}

# It has to be asleep, or gone.
not_running() {
	! is "$1" running
}

@test "sources and targets on TMPFS, over sleep and wake of both" {
	busybox_sub db "TMPFS=/run"
	busybox_sub web "TMPFS=/run"
	room web /srv
	local serve='mkdir -p /run/s; echo hello >/run/s/file; touch /run/s/f2
		sleep 1000'
	start_quietly db -- sh -c "$serve"
	start_quietly web -- sh -c 'mkdir -p /run/own; sleep 1000'
	wait_until 5 on db test -e /run/s/f2
	share db /run/s web /srv
	share db /run/s web /run/in
	share db /run/s/file web /run/one
	[[ $(on web cat /srv/file /run/in/file /run/one) == $'hello\nhello\nhello' ]]
	# Both sleep: nothing of the filesystem that is gone stays.
	sub hibernate db
	hangs web /srv /run/in /run/one
	[[ -z $(on web ls /srv) && -z $(on web ls /run/in) ]]
	start_quietly db -- sh -c "$serve"
	wait_until 5 on db test -e /run/s/f2
	sub caston --as web
	sub hibernate web
	hangs web /srv
	start_quietly web -- sleep 1000
	hangs web /srv /run/in /run/one
	[[ $(on web cat /srv/file /run/in/file /run/one) == $'hello\nhello\nhello' ]]
	sub hibernate web
	sub hibernate db
	up web
	[[ -z $(on web ls /srv) && -z $(on web ls /run/in) ]]
	sub castoff --as web
	hangs web
}

@test "a tmpfs of ours itself is no target, and a guest's whole root no source" {
	busybox_sub db "TMPFS=/run"
	busybox_sub web "TMPFS=/run"
	give db /srv
	ln -s . "$SUBHOST/db/root/dot"
	room web /in
	up db web
	must_refuse "tmpfs of the sub host's own" share db /srv web /run
	must_refuse "not to be shared" share db /dot web /in
	must_refuse "no cast may" share db / web /in
	share db /run web /in
	hangs web /in
}
