#!/usr/bin/env bats
# A guest has our own program run inside, by scripts that are interpreted by
# /proc/self/exe, keeps hold of it and overwrites it when it has ended: the host
# would run the guest's (CVE-2019-5736). With the reaper it tries the same.

load lib

setup() {
	places_new
	busybox_sub web
	attacker exe
	printf '#!/proc/self/exe\n' >"$SUBHOST/web/root/script"
	chmod 0755 "$SUBHOST/web/root/script"
}

# Who enters is a copy: it may be lost, and it is not run by whoever started
# web, since what runs cannot be written to (ETXTBSY).
copy_same() { # PROGRAM
	local copy=$BATS_TEST_TMPDIR/copy
	start_quietly web -- /exe 2 >&2 || return
	rm -rf "$copy"
	cp -r "${1%/*}" "$copy"
	for _ in {1..30}; do
		timeout 5 "$copy/subhost" enter web -- /script --help \
			</dev/null >/dev/null 2>&1 || true
		timeout 5 "$copy/subhost" enter web -- /proc/self/exe --help \
			</dev/null >/dev/null 2>&1 || true
	done
	wait "$starter" || true
	cat "$BATS_TEST_TMPDIR/web.out" >&2
	cmp "$1" "$copy/subhost" && ! grep wrote "$BATS_TEST_TMPDIR/web.out"
}

@test "the program that joins is as before" {
	in_each_mode copy_same "$SUBHOST_BIN"
}

@test "one that joined without the reaper's copy would be overwritten" {
	local broken
	need_program meson
	broken=$("$TREE/tests/integration/without" runs-a-copy host/enter.c \
		's/\.reaper = !record->base/.reaper = false/')
	set_config web PRIVATE_USERS=no
	run ! copy_same "$broken"
	echo "$output"
	[[ $output == *"wrote to"* ]]
}

@test "the reaper is not written to" {
	with REAPER=yes
	in_each_mode says_nothing '/exe 1 | grep -v ready; for p in 1 self; do
		{ echo x >/proc/$p/exe; } 2>/dev/null && echo wrote $p; done'
}
