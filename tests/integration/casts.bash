# Loaded after lib by the tests of casts.
# shellcheck shell=bash

# up NAME…: what sleeps, started.
up() {
	local name
	for name; do
		start_quietly "$name" -- sleep 1000 || return
	done
}

# on NAME COMMAND…: inside.
on() {
	local name=$1
	shift
	sub enter "$name" -- "$@" </dev/null
}

# give NAME DIR [TEXT]: a directory with a file, before it is up.
give() {
	mkdir -p "$SUBHOST/$1/root$2"
	echo "${3-hello}" >"$SUBHOST/$1/root$2/file"
}

# room NAME DIR…: places for casts.
room() {
	local name=$1 dir
	shift
	for dir; do
		mkdir -p "$SUBHOST/$name/root$dir"
	done
}

# share GIVER PATH RECEIVER [TARGET [OPTION…]]: offered, and accepted; what is
# refused is not offered any more.
share() {
	local giver=$1 path=$2 receiver=$3 target=${4-$2} as=()
	shift $(($# > 4 ? 4 : $#))
	[[ $giver == host ]] || as=(--as "$giver")
	sub cast "${as[@]}" "$path" "$receiver:$target" "$@" >/dev/null || return
	sub caston --as "$receiver" "$giver:$target" || {
		sub ucast "${as[@]}" "$path" "$receiver" >/dev/null
		return 1
	}
}

# What hangs in a live, a line each: id, root, place in it. Not the tmpfs that
# each has as its /run, and not /syscmd.
hanging() {
	local live=$SUBHOST/$1/live
	awk -v live="$live/" 'index($5, live) == 1 && $5 != live "run" &&
		$5 !~ "/live/syscmd(/replies)?$" {
		print $1, $4, substr($5, length(live)) }' /proc/self/mountinfo
}

# hangs NAME PLACE…: nothing else hangs in it.
hangs() {
	local name=$1 is wanted
	shift
	is=$(hanging "$name" | cut -d' ' -f3 | sort)
	wanted=$([[ $# == 0 ]] || printf '%s\n' "$@" | sort)
	[[ $is == "$wanted" ]] || {
		echo "in $name hangs: $is; it should be: $wanted"
		return 1
	}
}

# say_nothing COMMAND…: whether it works does not matter.
say_nothing() {
	"$@" >/dev/null 2>&1 || true
}
