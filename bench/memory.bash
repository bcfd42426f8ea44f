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

# With a supervisor and a reaper each, and a console that is logged.
detached_memory() {
	local before i variables
	have_subhost || return 0
	read -ra variables < <(place_env "$W/kept")
	before=$(pids)
	for ((i = 0; i < INSTANCES; i++)); do
		sub_hosts "$W/kept" "kept$i"
		env "${variables[@]}" "$SUBHOST_BINARY" start -d "kept$i" \
			-- /sleep inf </dev/null &>"$W/kept/said$i" || BAD=1
	done
	report_memory subhost-detached "$(settled_pss "$before")"
	for ((i = 0; i < INSTANCES; i++)); do
		subhost "$W/kept" stop "kept$i" || BAD=1
	done
}

# Does the four hundredth cost more than the first? A line "started" with the
# lower quartiles of the first and the last tenth, in ms: others may be busy.
detached_growth() {
	local i begun variables names=()
	have_subhost || return 0
	read -ra variables < <(place_env "$W/many")
	for ((i = 0; i < DETACHED; i++)); do
		sub_hosts "$W/many" "many$i"
		names+=("many$i")
	done
	for ((i = 0; i < DETACHED; i++)); do
		begun=${EPOCHREALTIME/./}
		env "${variables[@]}" "$SUBHOST_BINARY" start -d "many$i" \
			-- /sleep inf </dev/null &>"$W/many/said" || BAD=1
		echo $((${EPOCHREALTIME/./} - begun))
	done >"$W/many/times"
	subhost "$W/many" stop --timeout 60 "${names[@]}" || BAD=1
	say "$DETACHED detached ones, started one after another"
	awk -v tenth=$((DETACHED / 10)) '{ t[NR] = $1 } END {
		print "started", quartile(1, tenth), quartile(NR - tenth + 1, NR)
	}
	function quartile(from, to,   i, k, swap, v, n) {
		for (i = from; i <= to; i++) v[++n] = t[i]
		for (i = 2; i <= n; i++)
			for (k = i; k > 1 && v[k] < v[k - 1]; k--) {
				swap = v[k]; v[k] = v[k - 1]; v[k - 1] = swap
			}
		return sprintf("%.2f", v[int((n + 3) / 4)] / 1000)
	}' "$W/many/times" | tee "$W/detached" |
		awk '{ printf "lower quartile of the first tenth %s ms, of the last %s ms\n",
			$2, $3 }'
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
	runc are detached, where nothing of them stays; the others in the foreground,
	but subhost-detached: a supervisor, which keeps a log, and a reaper.
	END
	printf '%-22s %8s %8s %8s\n' "KiB" ours payload processes
	floor_memory
	subhost_memory
	detached_memory
	for peer in $PRESENT; do
		grep -q "^contender $peer\$" "$W/plan" 2>/dev/null ||
			! wants lifecycle || continue
		peer_memory "$peer"
	done
	detached_growth
}
