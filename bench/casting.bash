# SPDX-License-Identifier: MIT
# Casts by a guest's message: how long until the mount is there, with few and
# with many others, beside a guest that floods; what the daemon costs.
# Sourced by bench/run, whose sub hosts and places it uses.
# shellcheck disable=SC2034

: "${WATCHED:=500}"

casting_env() {
	echo "$(place_env "$W/casts") SUBHOST_SYSCMD=$W/casts/syscmd"
}

casting_sub() {
	# shellcheck disable=SC2046
	env $(casting_env) "$SUBHOST_BINARY" "$@" </dev/null
}

# casting_hosts NAME...: with a source, a target, and the guest's program.
casting_hosts() {
	local name
	sub_hosts "$W/casts" "$@"
	for name; do
		cp "$BUILD/bench/casting" "$W/casts/sub/$name/root/"
		mkdir -p "$W/casts/sub/$name/root/given" \
			"$W/casts/sub/$name/root/on"
		touch "$W/casts/sub/$name/root/given/mark"
	done
}

# many N: N more casts, accepted and mounted, among ten receivers.
many() {
	local i k
	{
		echo "[giver]"
		echo "/given = app:/on$(for ((i = 0; i < $1; i++)); do
			printf ',r%d:/on/%d' $((i % 10)) $((i / 10))
		done)"
		for k in {0..9}; do
			echo "[r$k]"
			echo "_accepted = $(for ((i = k; i < $1; i += 10)); do
				printf 'giver:/on/%d from /given,' $((i / 10))
			done | sed 's/,$//')"
		done
	} >"$W/casts/etc/casts.ini"
}

casting_daemon() {
	# shellcheck disable=SC2046
	env $(casting_env) "${SUBHOST_BINARY%/*}/subhostd" \
		</dev/null >"$W/casts/daemon.log" 2>&1 &
	DAEMON=$!
	for _ in {1..100}; do
		! grep -qs "begins pid=" "$W/casts/daemon.log" || return 0
		sleep 0.1
	done
	die "subhostd does not begin"
}

casting_daemon_end() {
	kill "$DAEMON"
	wait "$DAEMON" || true
}

ticks() {
	awk '{ print $14 + $15 }' "/proc/$DAEMON/stat"
}

# latency LABEL [TIMES]: the guest app casts /given of giver on, and off.
latency() {
	local us
	us=$(casting_sub start app -- /casting "${2-$((ROUNDS * 4))}" \
		giver:/on /on mark) || BAD=1
	printf '%-24s %8s us\n' "$1" "$us"
	echo "$1 - $us" >>"$W/casting"
}

# Of its CPU time, per mille of one core; the other's messages are in it.
casting_flood() {
	local ticks begin flooder share
	casting_sub start flooder -- /casting flood >/dev/null 2>&1 &
	flooder=$!
	sleep 1
	ticks=$(ticks) begin=$EPOCHREALTIME
	latency beside-a-flood 30 # fewer messages than BURST
	sleep 5
	share=$(awk -v t="$(($(ticks) - ticks))" -v hz="$(getconf CLK_TCK)" \
		-v b="$begin" -v e="$EPOCHREALTIME" \
		'BEGIN { printf "%.3f", t / hz / (e - b) }')
	casting_sub stop flooder --force >/dev/null 2>&1 || true
	wait "$flooder" || true
	echo "the daemon's share of a core meanwhile: $share"
	echo "flood-share - $share" >>"$W/casting"
}

casting() {
	local i names=() before
	have_subhost || return 0
	say "9. casts by message, medians of $((ROUNDS * 4))"
	: >"$W/casting"
	mkdir -p "$W/casts/syscmd"
	for i in {0..9}; do names+=("r$i"); done
	casting_hosts giver app flooder "${names[@]}"
	for i in {0..9}; do
		mkdir -p "$W/casts/sub/r$i/root/on/"{0..99}
	done
	printf 'RATE = 10000\nBURST = 10000\n' \
		>"$W/casts/etc/vzdaemon.conf"
	casting_sub allow --refresh || BAD=1
	many 10
	casting_sub start giver -- /nothing
	for i in "${names[@]}"; do casting_sub start "$i" -- /nothing; done
	casting_daemon
	latency few
	many 1000
	for i in "${names[@]}"; do
		casting_sub start "$i" -- /nothing
	done
	echo "mounted now: $(grep -c "casts/sub/r.*/on/" /proc/self/mountinfo)"
	latency many
	rm "$W/casts/etc/vzdaemon.conf"
	kill -HUP "$DAEMON"
	casting_flood
	casting_daemon_end
	for i in giver app flooder "${names[@]}"; do
		casting_sub stop "$i" --force >/dev/null || BAD=1
	done
	casting_watch
}

# What the daemon takes with many sub hosts up that it listens to.
casting_watch() {
	local i names=() before
	for ((i = 0; i < WATCHED; i++)); do names+=("w$i"); done
	sub_hosts "$W/casts" "${names[@]}"
	for i in "${names[@]}"; do
		mkdir -p "$W/casts/sub/$i/root/.syscmd"
		casting_sub start "$i" -- /nothing || BAD=1
	done
	casting_daemon
	sleep 1
	before=$(ticks)
	sleep 10
	echo "$WATCHED watched: $(awk '/^Pss:/ { print $2 }' \
		"/proc/$DAEMON/smaps_rollup") KiB PSS," \
		"$(($(ticks) - before)) ticks of CPU in 10 s"
	echo "pss - $(awk '/^Pss:/ { print $2 }' \
		"/proc/$DAEMON/smaps_rollup")" >>"$W/casting"
	casting_daemon_end
	for i in "${names[@]}"; do
		casting_sub stop "$i" >/dev/null || BAD=1
	done
}

casting_verdicts() {
	verdict "caston by message, us" "$(figure casting few 3)" 1000 "f <= l"
	verdict "the same with 1,000 casts, times 10" \
		"$(quotient "$(figure casting many 3)" \
			"$(figure casting few 3)")" 1.3 "f <= l"
	verdict "caston beside a flood, us" \
		"$(figure casting beside-a-flood 3)" 10000 "f <= l"
	verdict "subhostd beside a flood, cores" \
		"$(figure casting flood-share 3)" 0.25 "f <= l"
	verdict "KiB of subhostd with $WATCHED watched" \
		"$(figure casting pss 3)" 3072 "f <= l"
}
