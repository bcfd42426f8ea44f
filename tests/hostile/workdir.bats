#!/usr/bin/env bats
# Guest root makes where its next init shall be, /root, the home of a user, or
# what WORKDIR names, a symlink to a descriptor of ours (CVE-2024-21626): the
# working directory would be the host's. Nothing of ours may be open by then.

load lib

# outside: the next init's working directory is, by some descriptor, not in
# web's root. Without a directory there is no start, which is as good.
outside() {
	local n said
	for n in {4..16}; do
		ln -sfn "/proc/self/fd/$n" "$SUBHOST/web/root/here"
		said=$(sub start web -- readlink /proc/self/cwd) 2>/dev/null || true
		sub stop web # the overlay would not see another symlink
		case $said in
		"" | / | /dev | /dev/pts) ;; # its own
		*) echo "descriptor $n: $said" ;;
		esac
	done
}

stays_in() {
	local said
	said=$(outside)
	echo "$said" >&2
	if [[ -z $said ]]; then echo kept; else echo broken; fi
}

@test "/root, with no config at all" {
	local mode
	ln -s here "$SUBHOST/web/root/root"
	for mode in "${MODES[@]}"; do
		set_config web "$mode"
		[[ $(verdict stays_in) == kept ]]
	done
}

@test "the home of USER" {
	mkdir "$SUBHOST/web/root/etc"
	echo "app:x:1000:1000::/here:/bin/sh" >"$SUBHOST/web/root/etc/passwd"
	set_config web USER=app
	[[ $(verdict stays_in) == kept ]]
}

@test "WORKDIR" {
	set_config web WORKDIR=/here
	[[ $(verdict stays_in) == kept ]]
}

@test "with what is the host's left open it would be outside" {
	ln -s here "$SUBHOST/web/root/root"
	needs_rule close-what-is-the-hosts run/steps.c '/step_close }/d' stays_in
}

@test "a process that enters is not outside either" {
	local n
	ln -s here "$SUBHOST/web/root/root"
	start_quietly web -- sleep 1000
	for n in 3 4 5 6 7 8 9; do
		sub enter web -- ln -sfn "/proc/self/fd/$n" /here </dev/null
		run sub enter web -- readlink /proc/self/cwd </dev/null
		echo "$output"
		[[ $output == / || $output == *"cannot enter"* ]]
	done
}
