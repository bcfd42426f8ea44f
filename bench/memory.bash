# SPDX-License-Identifier: MIT
# Memory of idle ones: PSS of all that runs for them but the payload, a process
# named sleep. Sourced by bench/run, whose sub hosts and places it uses.
# shellcheck disable=SC2034

# The payload is a process named sleep; every other new process is ours.
pss_of_new() { # BEFORE: prints "PAYLOADS PSS-OF-OURS PSS-OF-PAYLOADS OURS"
	local pid name ours=() payloads=()
	for pid in /proc/[0-9]*; do
		[[ " $1 $BASHPID " != *" ${pid#/proc/} "* ]] || continue
		{ read -r name <"$pid/comm"; } 2>/dev/null || continue
		if [[ $name == sleep ]]; then
			payloads+=("$pid")
		else
			ours+=("$pid")
		fi
	done
	echo "${#payloads[@]} $(pss "${ours[@]}") $(pss "${payloads[@]}")" \
		"${#ours[@]}"
}

pss() {
	local pid
	for pid in "$@"; do
		cat "$pid/smaps_rollup" 2>/dev/null || true
	done | awk '/^Pss:/ { n += $2 } END { print n + 0 }'
}

pids() {
	local pid list=
	for pid in /proc/[0-9]*; do
		list+=" ${pid#/proc/}"
	done
	echo "$list"
}

# Wait until all payloads are there, then let things settle.
settled_pss() { # BEFORE
	local try n rest
	for ((try = 0; try < 100; try++)); do
		read -r n rest < <(pss_of_new "$1")
		((n < INSTANCES)) || break
		sleep 0.1
	done
	sleep 1
	pss_of_new "$1"
}

kill_payloads() { # BEFORE
	local pid name
	for pid in /proc/[0-9]*; do
		[[ " $1 " != *" ${pid#/proc/} "* ]] || continue
		{ read -r name <"$pid/comm"; } 2>/dev/null || continue
		[[ $name != sleep ]] || kill -KILL "${pid#/proc/}" || true
	done
}

report_memory() { # LABEL FIGURES
	local payloads ours payload processes
	read -r payloads ours payload processes <<<"$2"
	if ((payloads < INSTANCES)); then
		echo "$1: only $payloads of $INSTANCES came up"
		BAD=1
		return
	fi
	awk -v l="$1" -v n="$INSTANCES" -v o="$ours" -v p="$payload" \
		-v c="$processes" 'BEGIN { printf "%-22s %8.1f %8.1f %8.2f\n",
			l, o / n, p / n, c / n }' | tee -a "$W/memory"
}

floor_memory() {
	local before i
	before=$(pids)
	for ((i = 0; i < INSTANCES; i++)); do
		floor_place "floor$i"
		"$FLOOR_START" "$BASE" "$W/floor/floor$i" /sleep inf \
			</dev/null &>/dev/null &
	done
	report_memory floor "$(settled_pss "$before")"
	kill_payloads "$before"
	wait
	for ((i = 0; i < INSTANCES; i++)); do
		"$FLOOR_STOP" "$W/floor/floor$i"
	done
}

subhost_memory() {
	local before i variables
	have_subhost || return 0
	read -ra variables < <(place_env "$W/idle")
	before=$(pids)
	for ((i = 0; i < INSTANCES; i++)); do
		sub_hosts "$W/idle" "idle$i"
		env "${variables[@]}" "$SUBHOST_BINARY" start "idle$i" \
			-- /sleep inf </dev/null &>"$W/idle/said$i" &
	done
	report_memory subhost "$(settled_pss "$before")"
	kill_payloads "$before"
	wait
	for ((i = 0; i < INSTANCES; i++)); do
		subhost "$W/idle" stop "idle$i" || BAD=1
	done
}

# What stays in the foreground is put into the background; the rest is not.
peer_up() { # NAME
	local kind label words
	# shellcheck disable=SC2086
	while read -r kind label words; do
		case $label in
		mount) in_peers $words </dev/null ;;
		run) in_peers $words </dev/null &>"$W/said" & ;;
		esac
	done <"$W/peers/$1/life"
}

peer_down() { # NAME
	local kind label words
	# shellcheck disable=SC2086
	while read -r kind label words; do
		case $label in
		stop | umount) in_peers $words </dev/null &>/dev/null || true ;;
		esac
	done <"$W/peers/$1/life"
}

peer_memory() { # PEER
	local before i
	before=$(pids)
	for ((i = 0; i < INSTANCES; i++)); do
		mkdir -p "$W/peers/idle-$1-$i"
		life_"$1" "idle-$1-$i" idle /sleep inf \
			>"$W/peers/idle-$1-$i/life"
		peer_up "idle-$1-$i"
	done
	report_memory "$1" "$(settled_pss "$before")"
	kill_payloads "$before"
	wait
	for ((i = 0; i < INSTANCES; i++)); do
		peer_down "idle-$1-$i"
	done
}

memory() {
	local peer
	say "4. memory of $INSTANCES idle ones"
	cat <<-END
	KiB each (PSS). ours: every process but the payload, a static sleep. crun and
	runc are detached, where nothing of them stays; the others in the foreground.
	END
	printf '%-22s %8s %8s %8s\n' "KiB" ours payload processes
	floor_memory
	subhost_memory
	for peer in $PRESENT; do
		grep -q "^contender $peer\$" "$W/plan" 2>/dev/null ||
			! wants lifecycle || continue
		peer_memory "$peer"
	done
}
