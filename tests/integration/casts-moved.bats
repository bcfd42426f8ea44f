#!/usr/bin/env bats
# Guests move, remove, cover and uncover what casts lie on and come from, while
# nobody looks: whoever comes next puts it right, and what is withdrawn goes,
# wherever it is by then.

load lib
load casts

setup() {
	places_new
	base_busybox
	"$TREE/tests/hostile/compile" "$TREE/build/hostile" deep unseen wander
	busybox_sub db
	busybox_sub web
	give db /srv
	room web /tmp
	install -m 0755 "$TREE/build/hostile/"{deep,unseen,wander} "$SUBHOST/web/root/"
}

# Each way of finding a mount by its id.
on_each_kernel() {
	local older
	for older in "" 1; do
		export SUBHOST_OLDER_KERNEL=$older
		[[ -n $older ]] || unset SUBHOST_OLDER_KERNEL
		echo "older kernel: ${older:-no}"
		"$@" || return
		rm -f "$SUBHOST_ETC/casts.ini"
	done
}

web_has() { # FILE TEXT
	[[ $(cat "$SUBHOST/web/live$1" 2>&1) == "$2" ]] || {
		echo "$1 of web: $(cat "$SUBHOST/web/live$1" 2>&1)"
		return 1
	}
}

start_anew() {
	sub hibernate web && up web
}

renamed_parent() {
	room web /a/b
	up db web
	share db /srv web /a/b
	on web mv /a /z
	hangs web /z/b
	# Asked for again: the target is made, as the first time.
	run sub caston --as web db:/a/b
	[[ $output == "db:/srv is on /a/b, rw" ]] && hangs web /a/b || return
	[[ -z $(on web ls /z/b) ]] || return
	on web rm -r /z && on web mv /a /z || return
	# A start makes none.
	start_anew && hangs web && web_has /z/b/file \
		"cat: $SUBHOST/web/live/z/b/file: No such file or directory"
	sub showcast --as web -a | grep 'waiting.*its target is missing' || return
	on web mv /z /a
	start_anew && hangs web /a/b && web_has /a/b/file hello || return
	on web mv /a /z
	sub ucast --as db /srv web
	hangs web || return
	sub stop web && sub stop db
	rm -r "$SUBHOST/web/root/z"
}

@test "a parent of the target is renamed" {
	on_each_kernel renamed_parent
}

removed_target() {
	room web /in
	up db web
	share db /srv web /in
	on web /unseen rmdir in
	hangs web
	run sub caston --as web db:/in
	[[ $output == "db:/srv is on /in, rw" ]] && hangs web /in || return
	on web /unseen rename in other
	hangs web /other
	sub caston --as web db:/in
	hangs web /in && [[ -z $(on web ls /other) ]] || return
	on web /unseen rename in elsewhere
	start_anew && hangs web || return
	sub castoff --as web && sub stop web && sub stop db &&
		rm -r "$SUBHOST/web/root/"{other,elsewhere}
}

@test "MOUNTS=yes: the target itself is removed, or renamed" {
	set_config web MOUNTS=yes
	on_each_kernel removed_target
}

@test "MOUNTS=yes: it is taken off, and covered, in its own view" {
	set_config web MOUNTS=yes
	room web /in /own
	up db web
	share db /srv web /in
	on web umount /in
	on web rmdir /in
	hangs web
	sub caston --as web db:/in
	[[ $(on web cat /in/file) == hello ]]
	on web mount -t tmpfs none /in
	sub caston --as web db:/in
	on web umount /in
	[[ $(on web cat /in/file) == hello ]]
	on web mount -t tmpfs none /in
	sub ucast --as db /srv web
	on web umount /in
	[[ -z $(on web ls /in) ]]
	sub castoff --as web
	hangs web
}

@test "the giver renames, removes and replaces the source" {
	room web /in
	give db /a/b first
	up db web
	share db /a/b web /in
	on db mv /a /z
	sub caston --as web db:/in
	web_has /in/file "cat: $SUBHOST/web/live/in/file: No such file or directory"
	hangs web /in
	on db sh -c 'mkdir -p /a/b; echo second >/a/b/file'
	sub caston --as web db:/in
	web_has /in/file second
	on db rm -r /a
	start_anew
	[[ -z $(on web ls /in) ]]
	on db mv /z /a
	start_anew
	web_has /in/file first
}

# --- withdrawn, wherever it is ----------------------------------------------

# Its guest has put another cast over what the first lies on by now.
hides() {
	rm -rf "$SUBHOST_ETC/casts.ini" "$SUBHOST/web/root/z"
	room web /a/b
	up db web >&2
	share db /srv web /a/b >&2
	on web mv /a /z
	share db /more web /z >&2
	sub ucast --as db /srv web >&2
	[[ $(on web cat /z/file) == more ]] || echo "the other is gone, too"
	sub castoff --as web /z >&2
	case $(on web ls /z/b) in
	"") echo kept ;;
	*) echo broken ;;
	esac
	sub stop db >&2
}

@test "a cast beneath another is withdrawn, and the other stays" {
	give db /more more
	on_each_kernel eval '[[ $(verdict hides) == kept ]]'
	needs_rule uncovered-to-withdraw casting/hanging.c \
		's/if (has_uncovered && i/if (0 \&\& i/' hides
}

moved_deep() {
	rm -rf "$SUBHOST_ETC/casts.ini" "${SUBHOST:?}/web/root/x"*
	room web /a/b
	up db web >&2
	share db /srv web /a/b >&2
	on web sh -c 'cd / && exec /deep a'
	sub ucast --as db /srv web >&2
	if hangs web >&2; then echo kept; else echo broken; fi
	sub stop db >&2
}

@test "a cast at the end of a path longer than any call takes is withdrawn" {
	on_each_kernel eval '[[ $(verdict moved_deep) == kept ]]'
	needs_rule walked-in-pieces casting/hanging.c \
		's/^#define PIECE .*/#define PIECE 10000/' moved_deep
}

# Each time it lies there when its guest starts to wander.
wanders() {
	local left=
	rm -rf "$SUBHOST_ETC/casts.ini"
	up db >&2
	for _ in {1..8}; do
		rm -rf "$SUBHOST"/web/root/a?
		room web /a0/b0/c0/sub
		up web >&2
		share db /srv web /a0/b0/c0/sub >&2
		sub hibernate web
		start_quietly web -- /wander >&2 || return
		say_nothing sub ucast --as db /srv web
		# What waits is another mount.
		left+=$(hanging web | awk '$2 == "/srv"')
		sub castoff --as web >&2
		sub stop web
	done
	if [[ -z $left ]]; then echo kept; else echo broken; fi
	sub stop db >&2
}

@test "a cast on what is moved all the time is withdrawn" {
	needs_rule found-where-it-is casting/hanging.c \
		's/^#define TRIES .*/#define TRIES 0/' wanders
}

# The lowest free id is the next mount's.
@test "an id that is another's by now" {
	export SUBHOST_OLDER_KERNEL=1
	set_config web MOUNTS=yes
	busybox_sub app
	room app /in
	room web /in /in2
	up db web app
	share db /srv web /in
	share db /srv app /in
	for _ in 1 2 3; do
		on web /unseen rmdir in
		sub castoff --as app >/dev/null
		sub caston --as app >/dev/null
		# It is not taken off app, nor said to be web's own.
		sub castoff --as web >/dev/null
		hangs app /in
		share db /srv web /in
		on web /unseen rmdir in
		share db /srv web /in2
		sub castoff --as web /in
		hangs web /in2
		sub castoff --as web
		share db /srv web /in
	done
}
