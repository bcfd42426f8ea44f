#!/usr/bin/env bats
# What those that are up use.

load lib

teardown() {
	places_and_links_done
}

# NAME FILTER: of one of them.
of() {
	sub top --json | jq -r ".subhosts[] | select(.name == \"$1\") | $2"
}

@test "nothing is up: an empty table, and no failure" {
	run sub top
	[[ $status == 0 ]]
	[[ ${#lines[@]} == 2 && ${lines[0]} == *"0 up"* ]]
	[[ ${lines[1]} == "NAME "*SINCE ]]
	[[ $(sub top --json | jq '.subhosts | length') == 0 ]]
	run sub top web
	[[ $status == 2 ]]
	run sub top -d 0
	[[ $status == 2 ]]
}

@test "those that are up, each in its state; the stopped one is not" {
	busybox_sub busy
	busybox_sub cold
	busybox_sub asleep
	busybox_sub stopped
	sub start -d busy -- sh -c 'while :; do :; done'
	sub start -d cold asleep -- sleep 1000
	sub freeze cold
	sub hibernate asleep
	run sub top
	echo "$output"
	[[ ${lines[0]} == *"3 up: 1 running, 1 frozen, 1 hibernated"* ]]
	[[ ${lines[2]} =~ ^busy\ +running ]] # by CPU
	[[ $output =~ cold\ +frozen ]]
	[[ $output =~ asleep\ +hibernated ]]
	[[ $output != *stopped* ]]
	[[ $output != *$'\e'* ]]
	[[ $(of busy '.cpu_percent > 5') == true ]]
	[[ $(of busy .processes) == 2 ]]
	[[ $(of cold '"\(.state) \(.frozen)"') == "running true" ]]
	[[ $(of asleep .processes) == 0 ]]
}

@test "a damaged one is there" {
	busybox_sub web
	sub start -d web -- sleep 1000
	umount -l "$SUBHOST/web/live"
	[[ $(of web .state) == damaged ]]
	sub stop web
}

@test "what its cables carry, as the sub host sees it" {
	make_bridge br0
	this_is_before
	busybox_sub web 'BRIDGES=(br0)'
	sub start -d web -- sleep 1000
	ip -n web addr add 10.9.9.1/24 dev eth0
	# Nobody answers: it sends much more than it receives.
	sub enter web -- ping -c 20 -i 0.01 -s 1400 -W 1 10.9.9.255 >&2 || true
	wait_until 5 counted
	[[ $(of web '.tx_bytes > .rx_bytes + 10000') == true ]]
}

counted() {
	[[ $(of web '"\(.rx_bytes) \(.tx_bytes)"') == "$(ip -n web -s -j link \
		show dev eth0 | jq -r '.[0].stats64 | "\(.rx.bytes) \(.tx.bytes)"')" ]]
}

@test "casts: active, and active+waiting" {
	busybox_sub db
	busybox_sub web
	busybox_sub app
	sub start -d db web app -- sleep 1000
	sub cast --as db /etc web:/mnt
	sub cast --as app /etc web:/media
	sub caston --as web
	[[ $(sub top | awk '$1 == "web" { print $8 }') == 2 ]]
	sub stop app
	[[ $(sub top | awk '$1 == "web" { print $8 }') == 1+1 ]]
	[[ $(of web '"\(.casts_active) \(.casts_waiting)"') == "1 1" ]]
	[[ $(sub top | awk '$1 == "db" { print $8 }') == - ]]
}

# --- on a terminal ----------------------------------------------------------

@test "a terminal: keys, sizes, and the way it was afterwards" {
	busybox_sub web
	sub start -d web -- sleep 1000
	export TERM=xterm
	run_tty expect='by cpu' expect=web send=m expect=memory \
		send=h expect='any key' send=x expect=NAME \
		size=24x60 expect=NAME size=3x20 size=24x200 expect=SINCE \
		send=q -- "$SUBHOST_BIN" top -d 1
	echo "$output" | tail -n 5
	[[ $status == 0 ]]
}

@test "SIGINT, SIGTERM and Ctrl-C leave the terminal as it was" {
	busybox_sub web
	sub start -d web -- sleep 1000
	export TERM=xterm
	run_tty expect=NAME signal=TERM -- "$SUBHOST_BIN" top
	[[ $status == 143 ]]
	run_tty expect=NAME signal=INT -- "$SUBHOST_BIN" top
	[[ $status == 130 ]]
	run_tty expect=NAME send='\x03' -- "$SUBHOST_BIN" top
	[[ $status == 130 ]]
}

@test "a terminal that nobody knows" {
	TERM=$'no\esuch' run_tty -- "$SUBHOST_BIN" top
	[[ $status == 1 ]]
	[[ $output == *'"no\x1bsuch" is not known here'* ]]
}

@test "looking at 60 of them costs little, and nothing of any config" {
	local names=() n begin
	for n in {1..60}; do
		busybox_sub "web$n"
		names+=("web$n")
	done
	sub start -d "${names[@]}" -- sleep 1000
	for n in {1..60}; do
		echo 'this is no config' >"$SUBHOST/web$n/config"
	done
	begin=$(date +%s%N)
	[[ $(sub top --json | jq '.subhosts | length') == 60 ]]
	# Two looks, and half a second between them.
	(($(date +%s%N) - begin < 3000000000))
	sub stop "${names[@]}"
}
