#!/usr/bin/env bats
# A real init, Debian's systemd, as INIT.

load lib

setup() {
	places_new
	base_init
}

guest() { # COMMAND…: in the running guest, by the host's own means
	nsenter -t "$(init_pid web)" -a "$@"
}

booted() {
	[[ $(guest systemctl is-active default.target 2>/dev/null) == active ]]
}

# A service that shows whether it was stopped in order.
add_service() {
	local units=$SUBHOST/web/root/etc/systemd/system
	mkdir -p "$units/multi-user.target.wants"
	cat >"$units/mark.service" <<-'END'
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/bin/sh -c 'echo started >/mark'
		ExecStop=/bin/sh -c 'echo stopped >>/mark'
		[Install]
		WantedBy=multi-user.target
	END
	ln -s ../mark.service "$units/multi-user.target.wants/mark.service"
	chmod 0755 "$SUBHOST/web/root/etc"
}

boot() {
	new_sub web "BASE=(\"$base\")" INIT=/sbin/init MOUNTS=yes
	add_service
	start_quietly web
	wait_until 90 booted || {
		tail -n 40 "$BATS_TEST_TMPDIR/web.out"
		return 1
	}
}

@test "systemd boots to its default target, and stop ends it in order" {
	boot
	sub stop web
	wait "$starter" || true
	[[ $(cat "$SUBHOST/web/root/mark") == $'started\nstopped' ]]
	assert_same_host
}

@test "systemd is content: no unit failed" {
	boot
	run guest systemctl --failed --no-legend --plain
	echo "$output"
	[[ -z $output ]]
	sub stop web
	wait "$starter" || true
}

@test "systemd hibernates, wakes and boots again" {
	boot
	sub hibernate web
	wait "$starter" || true
	is web hibernated
	start_quietly web
	wait_until 90 booted
	sub stop web
	wait "$starter" || true
}

@test "poweroff from inside hibernates" {
	boot
	guest systemctl poweroff --no-block || true
	wait_until 60 is web hibernated
	wait "$starter" || true
}
