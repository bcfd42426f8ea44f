#!/usr/bin/env bats
# Guest root of both ends wants a cast to lie on, or to show, a directory of the
# host's: what is on the way of target and source is exchanged with a symlink
# there, as fast as it goes, from inside (runc CVE-2021-30465). 100,000 casts by
# the functions that every verb calls; the naive ways, beside the same guests,
# are caught. And a guest that moves what a cast lies on all the time does not
# keep it.

load ../integration/lib
load ../integration/casts

: "${RACED_CASTS:=100000}" # half of them against each end
: "${NAIVE_CASTS:=4000}"

setup() {
	places_new
	base_busybox
	storm=$(dirname "$SUBHOST_BIN")/../tests/hostile/linked/cast-storm
	[[ -x $storm ]] || skip "cast-storm is not built"
	victim=$PLACES/host/sub
	mkdir -p "$victim"
	touch "$victim/treasure"
	this_is_before
	"$TREE/tests/hostile/compile" "$TREE/build/hostile" race wander
}

teardown() {
	umount -q "$PLACES/host/sub" || true
	places_done
}

# end_of NAME [LINK]: with /t/sub, and a symlink /s to the host's directory
# above VICTIM, which inside is one of its own.
end_of() {
	local root=$SUBHOST/$1/root
	busybox_sub "$1"
	mkdir -p "$root/t/sub" "$root$victim"
	touch "$root/t/sub/own" "$root$victim/own"
	ln -s "${2-}${victim%/sub}" "$root/s"
	install -m 0755 "$TREE/build/hostile/"{race,wander} "$root/"
}

# quiet NAME, racing NAME, wandering NAME: started
quiet() {
	start_quietly "$1" -- sleep 1000
}

racing() {
	start_quietly "$1" -- /race /t /s 1000
}

wandering() {
	start_quietly "$1" -- /wander
}

# storm WAY TIMES: its numbers in the array n
declare -gA n=()
storm() {
	local part said
	said=$("$storm" "$1" "$2" web "${3-/t/sub}" db "${4-/t/sub}" "$victim")
	echo "$1: $said"
	for part in $said; do
		n[${part%=*}]=${part#*=}
	done
}

accepted() { # [TARGET [PATH]]
	share db "${2-/t/sub}" web "${1-/t/sub}"
}

# What is swapped away before it has been looked at is taken off again; of the
# others there are many.
nothing_escapes() {
	storm real "$1"
	((n[tries] == $1 && n[casts] > n[tries] / 50)) &&
		((n[escapes] == 0 && n[treasures] == 0 && n[left] == 0)) &&
		! grep " $PLACES/host" /proc/self/mountinfo
}

@test "the receiver swaps what is on the way to the target" {
	end_of db
	end_of web
	quiet db
	quiet web
	accepted
	sub stop web
	racing web
	nothing_escapes $((RACED_CASTS / 2))
	storm path "$NAIVE_CASTS"
	((n[escapes] > 0))
	umount -q -l "$victim" || true
	# It takes the moment between the look and the mount.
	for _ in {1..10}; do
		storm checked "$NAIVE_CASTS"
		((n[escapes] == 0)) || break
	done
	((n[escapes] > 0))
}

@test "the giver swaps what is on the way to the source" {
	end_of db ../../../../../../../..
	end_of web
	quiet db
	quiet web
	accepted
	sub stop db
	racing db
	nothing_escapes $((RACED_CASTS / 2))
	storm source "$NAIVE_CASTS"
	((n[treasures] > 0))
}

# A mount of the host's own is what a naive way takes off.
@test "the receiver swaps while it is taken off" {
	end_of db
	end_of web
	mount -t tmpfs -o size=4k victim "$victim"
	quiet db
	quiet web
	accepted
	sub stop web
	racing web
	storm real "$NAIVE_CASTS"
	((n[escapes] == 0 && n[left] == 0 && n[casts] > 0))
	storm detach "$NAIVE_CASTS"
	((n[escapes] > 0))
	umount -l "$victim"
}

@test "the receiver moves what the cast lies on all the time" {
	end_of db
	end_of web
	room web /a0/b0/c0/sub
	quiet db
	quiet web
	accepted /a0/b0/c0/sub
	sub stop web
	wandering web
	storm real "$NAIVE_CASTS" /a0/b0/c0/sub
	((n[casts] > 0 && n[escapes] == 0 && n[left] == 0 && n[failures] == 0))
	# Nor for somebody who withdraws it.
	sub ucast --as db /t/sub web
	sub castoff --as web
	hangs web
}
