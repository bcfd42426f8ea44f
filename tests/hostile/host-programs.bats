#!/usr/bin/env bats
# A guest fills its root with what a careless runtime would load or run as the
# host's root: libraries of the name service, ld.so.preload, profiles, tools
# (CVE-2019-14271, CVE-2022-1227, CVE-2026-41567). Whatever of it is run has
# the guest's identity, and nothing of ours opens such files inside.

load lib

lines=(DNS=10.6.6.6 TMPFS=/run HOSTNAME=evil USER=app)

setup() {
	places_new
	busybox_sub web "${lines[@]}"
	attacker witness
	local name root=$SUBHOST/web/root
	for name in sbin/init usr/sbin/nft usr/bin/newuidmap sbin/ip \
		usr/bin/nsenter bin/mount sbin/modprobe usr/bin/subhost-more \
		usr/libexec/subhost/subhost-more bin/bash sbin/losetup \
		lib/x86_64-linux-gnu/libnss_files.so.2 etc/profile bin/mkdir \
		lib64/ld-linux-x86-64.so.2 usr/bin/id usr/bin/getent; do
		mkdir -p "$root/${name%/*}"
		cp "$root/witness" "$root/$name"
	done
	echo /witness >"$root/etc/ld.so.preload"
	echo "passwd: files evil" >"$root/etc/nsswitch.conf"
	printf '%s\n' "root:x:0:0::/root:/bin/bash" \
		"app:x:1000:1000::/home/app:/witness" >"$root/etc/passwd"
	mkdir -m 1777 "$root/evidence"
}

# all VERBS…: with web up, everything that looks into it or joins it
use_all_verbs() {
	start_quietly web -- /bin/busybox sleep 1000
	sub enter web -- /bin/busybox true </dev/null
	sub enter web -u root -- /bin/busybox true </dev/null || true
	sub enter web </dev/null || true # its shell, which is a witness
	sub list && sub status web && sub status web --json && sub cable web
	sub hibernate web
	sub start web -- /bin/busybox true
	sub stop web
}

@test "nothing of its root is run by the host" {
	local mode who
	who=$(stat -Lc %i /proc/self/ns/user)
	for mode in "${MODES[@]}"; do
		set_config web "$mode" "${lines[@]}"
		use_all_verbs >/dev/null
		cat "$SUBHOST/web/root/evidence/"* 2>/dev/null
		# Without a user namespace only its root tells them apart.
		run grep -rE "userns $who .* root /run/places|caps 000001ff" \
			"$SUBHOST/web/root/evidence"
		[[ -z $output ]]
		! grep -rl "root outside" "$SUBHOST/web/root/evidence" || false
	done
}

@test "nothing of its root is opened by a host that joins it" {
	need_program strace
	start_quietly web -- /bin/busybox sleep 1000
	strace -f -qq -e trace=open,openat,openat2,execve -o "$PLACES/trace" \
		"$SUBHOST_BIN" enter web -- /bin/busybox true </dev/null
	cat "$PLACES/trace"
	run ! grep -E 'nsswitch|ld\.so|libnss|gconv|locale|profile' "$PLACES/trace"
	[[ $(grep -c 'execve(' "$PLACES/trace") -le 3 ]]
	rm "$PLACES/trace"
}

@test "a witness on the host would have been seen" {
	mkdir -p /evidence
	as_host witness
	grep -q "root outside" /evidence/*
	rm -r /evidence
}

runs_it_as_a_guest() {
	local evidence=$SUBHOST/web/root/evidence
	rm -f "$evidence"/*
	sub start web >&2 || true
	grep -q "root /" "$evidence"/* || return
	if grep "caps 000001ff" "$evidence"/* >&2; then
		echo broken
	else
		echo kept
	fi
}

@test "it would see if it were run with the powers of the host" {
	set_config web PRIVATE_USERS=no INIT=/witness
	needs_rule capabilities-go run/steps.c '/step_capabilities }/d' \
		runs_it_as_a_guest
}
