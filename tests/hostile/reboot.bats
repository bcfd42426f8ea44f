#!/usr/bin/env bats
# Guest root reboots, halts, kexecs, or takes Ctrl-Alt-Del away. That is its own
# init's end and nothing more; the host is up, and can still be rebooted.

load lib

setup() {
	places_new
	busybox_sub web
	attacker reboot
}

# Where it may, `start` starts it anew after a restart, and ends after the rest.
reboots() {
	local what
	for what in restart halt poweroff; do
		rm -f "$SUBHOST/web/root/once"
		run timeout 10 "$SUBHOST_BIN" start web -- sh -c "
			[ ! -e /once ] || exit 7; touch /once; /reboot $what"
		echo "$what: $status $output"
		[[ $output != *works* && $status != 124 ]] || return
	done
}

@test "reboot(2) ends the sub host, whatever it asks for" {
	local up
	up=$(cut -d. -f1 /proc/uptime)
	in_each_mode reboots
	(($(cut -d. -f1 /proc/uptime) >= up))
}

leaves_time() {
	local times=$SUBHOST/web/root/times
	rm -f "$times"
	run timeout -k 5 3 "$SUBHOST_BIN" start web -- sh -c \
		'echo x >>/times; /reboot restart'
	echo "status $status, $(wc -l <"$times") times" >&2
	[[ $status != 137 ]] || return
	if (($(wc -l <"$times") < 30)); then echo kept; else echo broken; fi
}

@test "one that reboots for ever can be ended, and leaves us time" {
	set_config web MOUNTS=yes
	needs_rule pause-between-runs cli/start.c \
		's/int signal = console_pause();/int signal = 0;/' leaves_time
}

@test "what is not about its own init is refused" {
	local before
	before=$(</proc/sys/kernel/ctrl-alt-del)
	in_each_mode says_nothing '/reboot cad-off; /reboot cad-on
		/reboot kexec; /reboot suspend; true'
	[[ $(</proc/sys/kernel/ctrl-alt-del) == "$before" ]]
}
