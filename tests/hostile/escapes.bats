#!/usr/bin/env bats
# A guest names what it can name, processes, arguments, hostname, links, cgroups,
# files in our way, so that it would write on the terminal of whoever lists it,
# or forge a line (CVE-2024-28085, kubectl CVE-2021-25743). What is shown of it
# is escaped, and JSON stays JSON.

load lib

setup() {
	places_new
	busybox_sub web BRIDGES='='
	attacker stubborn
	esc=$'\e]0;pwned\a\e[31m\nroot running 1'
}

teardown() {
	places_and_links_done
}

is_clean() { # COMMAND…: what it prints on both streams
	"$@" >"$BATS_TEST_TMPDIR/out" 2>&1 || true
	cat -v "$BATS_TEST_TMPDIR/out"
	! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f]' "$BATS_TEST_TMPDIR/out" &&
		! grep -q '^root running' "$BATS_TEST_TMPDIR/out"
}

@test "names of processes, of the host inside, of links" {
	set_config web BRIDGES='=' STOP_TIMEOUT=1
	attack_behind /stubborn "$esc"
	ip -n web link set eth0 down
	ip -n web link set eth0 name $'\e[31mx\x7f'
	ip netns exec web hostname "$esc" 2>/dev/null || true
	local verb
	for verb in "list" "status web" "status web --json" "cable web" \
		"start web -- true" "restart web -- true" "enter web -- $esc" \
		"freeze web" "list --json" "thaw web" "stop web"; do
		# shellcheck disable=SC2086 # words
		is_clean timeout 20 "$SUBHOST_BIN" $verb </dev/null
	done
}

@test "users, directories, mount points, symlinks in our way" {
	local line root=$SUBHOST/web/root
	mkdir -p "$root/etc"
	printf 'root:x:0:0:%s:/%s:/bin/sh\n' "$esc" "$esc" >"$root/etc/passwd"
	ln -s "$esc" "$root/$esc"
	ln -s "$esc" "$root/data"
	ln -sfn "$esc" "$root/init"
	for line in TMPFS=/data TMPFS=/data/x WORKDIR=/data INIT=/init USER=no; do
		set_config web "$line"
		is_clean sub start web
		is_clean sub start web -- "/$esc"
		is_clean sub start web -- /data
		sub stop web
	done
}

@test "without escaping it would be on the terminal" {
	shown() {
		if is_clean sub start web -- "/$esc" >&2; then
			echo kept
		else
			echo broken
		fi
	}
	needs_rule escaped base/buf.c \
		"s/if (c < 0x20 || c > 0x7e || c == '..')/if (0)/" shown
}
