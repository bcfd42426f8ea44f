# SPDX-License-Identifier: MIT
# Cables: what one costs, what the three hundredth costs, what goes through.
# Sourced by bench/run, whose sub hosts and places it uses.
# shellcheck disable=SC2034

BRIDGE=br0
IP=$(type -P ip) || IP=

# cabled PLACE NAME ADDRESS: give a sub host one.
cabled() {
	printf 'BRIDGES=%s\nETH0_ADDRESS=%s\n' "$BRIDGE" "$3" \
		>>"$1/sub/$2/config"
}

# Frames between ports do not go through iptables: as where br_netfilter is not
# loaded.
cables_setup() {
	local file
	for file in /proc/sys/net/bridge/bridge-nf-call-{ip,ip6,arp}tables; do
		[[ ! -e $file ]] || echo 0 >"$file"
	done
	"$IP" link add $BRIDGE type bridge
	"$IP" link set $BRIDGE up
	floor_place f-wired
	floor_place f-wired-up
	floor_place f-again
	sub_hosts "$W/wired" wired wired-up again
	cabled "$W/wired" wired 10.98.0.2/16
	cabled "$W/wired" wired-up 10.98.0.3/16
	cabled "$W/wired" again 10.98.0.4/16
	cables_known || BAD=1
}

# One stays up, as company does: the launcher is not made anew each time.
cables_known() {
	KNOWS_CABLES=
	have_subhost || return 0
	if subhost "$W/wired" start wired-up -- /nothing 2>"$W/said"; then
		KNOWS_CABLES=yes
	else
		echo "subhost has no cables: $(head -n 1 "$W/said")" |
			tee -a "$W/notes"
		return 1
	fi
}

# -- one -----------------------------------------------------------------------

# ip_up NAME WAY, ip_down NAME: a network namespace with a cable by ip(8). WAY
# is ip: a command each; or batch: ip -batch, for the host and for inside.
ip_up() {
	local name=$1 host inside line
	host="link add v-$name type veth peer name eth0 netns $name
		link set v-$name master $PEER_BRIDGE up"
	inside="addr add $PEER_ADDRESS dev eth0
		link set eth0 up
		link set lo up"
	echo "time ip $IP netns add $name"
	if [[ $2 == batch ]]; then
		echo "$host" >"$W/peers/$name.host"
		echo "$inside" >"$W/peers/$name.inside"
		echo "time ip $IP -batch $W/peers/$name.host"
		echo "time ip $IP -n $name -batch $W/peers/$name.inside"
		return
	fi
	while read -r line; do
		echo "time ip $IP $line"
	done <<<"$host"
	while read -r line; do
		echo "time ip $IP -n $name $line"
	done <<<"$inside"
}

ip_down() {
	echo "time ip $IP netns del $1"
}

life_cabled() { # PEER NAME WAY COMMAND...
	local peer=$1 name=$2 way=$3
	shift 3
	[[ $way == own ]] || ip_up "$name" "$way"
	life_"$peer" "$name" full "$@"
	[[ $way == own ]] || ip_down "$name"
}

cabled_contender() { # PEER WAY LABEL
	local life said PEER_BRIDGE=$BRIDGE
	[[ " $PRESENT " == *" $1 "* ]] || return 0
	life=$(life_cabled "$1" "c-$1-$2" "$2" /bin/true)
	if said=$(live_once <<<"$life"); then
		printf 'contender %s\nin %s\n%s\n' "$3" "$W/peers.mnt" "$life"
	else
		echo "$3 does not run here: $said" | tr '\n' ' ' >>"$W/notes"
		echo >>"$W/notes"
		touch "$W/bad"
	fi
}

# The name of the link is still taken when the second life begins.
again_contender() { # LABEL START STOP
	printf 'before %s\nbefore %s\ntime start %s\ntime stop %s\n' \
		"$1" "$2" "$1" "$2"
}

cable_plan() {
	local floor="$FLOOR_START --cable $BRIDGE,10.98.0.1/16 $BASE"
	cat <<-END
	contender floor
	time start $floor $W/floor/f-wired /bin/true
	time stop $FLOOR_STOP $W/floor/f-wired
	contender floor-no-cable
	time start $FLOOR_START $BASE $W/floor/floor /bin/true
	time stop $FLOOR_STOP $W/floor/floor
	contender floor-again
	$(again_contender "$floor $W/floor/f-again /bin/true" \
		"$FLOOR_STOP $W/floor/f-again")
	END
	if [[ -n $KNOWS_CABLES ]]; then
		subhost_contender subhost "$W/wired"
		echo "time start $SUBHOST_BINARY start wired -- /bin/true"
		echo "time stop $SUBHOST_BINARY stop wired"
		subhost_contender subhost-again "$W/wired"
		again_contender "$SUBHOST_BINARY start again -- /bin/true" \
			"$SUBHOST_BINARY stop again"
	fi
	cabled_contender crun ip crun+ip
	cabled_contender crun batch crun+ip-batch
	cabled_contender bwrap batch bwrap+ip-batch
	cabled_contender lxc own lxc
	cabled_contender runc batch runc+ip-batch
	cabled_contender nspawn own nspawn
}

cable() {
	say "5. the same with one cable to a bridge, $ROUNDS rounds"
	cat <<-END
	Ratios are to the floor with a cable. again: right after a stop, when the link
	of the life before is still dying. +ip: a network namespace by ip(8), a command
	each or -batch; lxc and nspawn make their cables themselves, nspawn without an
	address. 60 ms between them: a cable goes some 25 ms after its namespace.
	END
	: >"$W/notes"
	cable_plan >"$W/plan-cable"
	pair_up cable -g 60 <"$W/plan-cable"
	cat "$W/notes"
	cable_wake
}

cable_wake() {
	local floor="$FLOOR_START --cable $BRIDGE,10.98.0.1/16"
	echo
	echo "waking with a cable against a cold start with one, a command that"
	echo "costs nothing; last line: the command alone"
	$floor "$BASE" "$W/floor/f-wired-up" /nothing
	wake_contenders /nothing "$W/nothing" wired "$floor" "$KNOWS_CABLES" |
		pair_up wake-cable -g 60
	"$FLOOR_STOP" "$W/floor/f-wired-up"
}

# -- many ----------------------------------------------------------------------

# growth_line LABEL FILE: the median of each tenth of a series, and the last
# one's by the first one's. FILE: the tenth and the ms of every start, of one
# series or of several, which are then taken together.
growth_line() {
	awk -v label="$1" '
		function median(tenth,  n, i, j, t, s) {
			for (i = 1; i <= count[tenth]; i++) {
				t = ms[tenth, i]
				for (j = n++; j > 0 && s[j] > t; j--)
					s[j + 1] = s[j]
				s[j + 1] = t
			}
			i = int((n + 1) / 2)
			return n % 2 ? s[i] : (s[i] + s[i + 1]) / 2
		}
		{ ms[$1, ++count[$1]] = $2 + 0 }
		END {
			printf "%-14s", label
			for (i = 0; i < 10; i++)
				printf " %6.2f", median(i)
			last = median(9)
			printf "  %.3f\n", last / median(0)
		}' "$2"
}

# series LABEL COMMAND...: a line for this series; all of LABEL's are kept.
series() {
	local label=$1
	shift
	"$@" | awk -v n="$CABLES" '{ print int((NR - 1) * 10 / n), $1 }' \
		>"$W/series"
	cat "$W/series" >>"$W/series-$label"
	growth_line "$label" "$W/series"
}

links_left() {
	"$IP" -o link | grep -vcE "^[0-9]+: (lo|$BRIDGE):" || true
}

# Wait until no link is left, 3 s at most; says how many ms it took.
links_gone() {
	local begin=${EPOCHREALTIME/./} now
	while now=${EPOCHREALTIME/./}; (($(links_left) > 0)); do
		((now - begin < 3000000)) || break
		sleep 0.02
	done
	echo $(((now - begin) / 1000))
}

# Each in a mount namespace of its own: subhost's starts do not pay for the
# mounts of others either. They are gone with the program, which waits for us.
floor_series() { # LABEL OPTION...
	local label=$1 pid to
	shift
	coproc FLOORS {
		exec "$BUILD/bench/series" -m "$CABLES" "$FLOOR_START" "$@" \
			"$BASE" "$W/floor/f-many%" /nothing 2>"$W/said"
	}
	pid=$FLOORS_PID to=${FLOORS[1]}
	series "$label" cat <&"${FLOORS[0]}"
	exec {to}>&-
	wait "$pid" || {
		cat "$W/said"
		BAD=1
	}
	rm -f /run/netns/f-many*
	links_gone >"$W/gone"
}

subhost_series() { # LABEL PLACE
	local variables place=$W/$2
	read -ra variables < <(place_env "$place")
	series "$1" env "${variables[@]}" "$BUILD/bench/series" "$CABLES" \
		"$SUBHOST_BINARY" start many% -- /nothing </dev/null || BAD=1
	env "${variables[@]}" "$BUILD/bench/series" "$CABLES" \
		"$SUBHOST_BINARY" stop many% </dev/null >"$W/series-stop" ||
		BAD=1
	links_gone >"$W/gone"
}

# What is left of $CABLES sub hosts after at most 3 s.
leftovers() {
	local links names ids
	links=$(links_left)
	names=$(find /run/netns -name '*many*' | wc -l)
	ids=$("$IP" netns list-id 2>/dev/null | grep -c nsid || true)
	awk '{ n += $1 } END { printf "stopped all %d in %.0f ms, ", NR, n }' \
		"$W/series-stop"
	echo "links gone $(<"$W/gone") ms later; left:" \
		"$links links, $names names and $ids ids of network namespaces"
	echo "$((links + names + ids))" >>"$W/left"
}

many_places() {
	local i names=()
	for ((i = 0; i < CABLES; i++)); do
		floor_place "f-many$i"
		names+=("many$i")
	done
	sub_hosts "$W/plain" "${names[@]}"
	sub_hosts "$W/many" "${names[@]}"
	for ((i = 0; i < CABLES; i++)); do
		cabled "$W/many" "many$i" \
			"10.98.$((1 + i / 250)).$((1 + i % 250))/16"
	done
}

cables() {
	local i
	say "6. $CABLES with a cable each on one bridge, one after another"
	cat <<-END
	ms of each start; the command costs nothing, and they stay hibernated. The
	medians of the ten tenths of a series, and the last by the first; the last line
	of each is all its series taken together.
	END
	# What is up for other sections has links of its own.
	[[ -z $KNOWS_CABLES ]] || subhost "$W/wired" stop wired-up || BAD=1
	many_places
	for ((i = 0; i < SERIES; i++)); do
		# Let what came before die in peace.
		sleep 0.5
		floor_series floor --cable $BRIDGE,10.98.0.1/16
		sleep 0.5
		floor_series floor-none
		[[ -z $KNOWS_CABLES ]] || subhost_series subhost many
		[[ -z $KNOWS_CABLES ]] || leftovers
		! have_subhost || subhost_series subhost-none plain
	done
	echo "together (none: without cables):"
	for i in floor subhost floor-none subhost-none; do
		[[ ! -e $W/series-$i ]] || growth_line $i "$W/series-$i"
	done | tee "$W/growth"
}

# -- throughput ----------------------------------------------------------------

# A copy of iperf3 that runs in any root: with its libraries and their loader.
iperf3_into() {
	mkdir -p "$1/iperf"
	# shellcheck disable=SC2046
	cp "$(type -P iperf3)" $(ldd "$(type -P iperf3)" |
		grep -o '/[^ ]*') "$1/iperf/"
	mkdir -p "$1/tmp"
	chmod 1777 "$1/tmp"
}

iperf3_command() { # ROOT
	local loader
	loader=$(basename "$(ldd "$(type -P iperf3)" |
		sed -n 's/^[[:space:]]*\(\/[^ ]*ld-[^ ]*\).*/\1/p')")
	echo "$1/iperf/$loader --library-path $1/iperf $1/iperf/iperf3"
}

# Two network namespaces with a cable each, by hand.
hand_made() {
	local i
	for i in 1 2; do
		touch "/run/netns/hand$i"
		unshare --net="/run/netns/hand$i" true
		"$IP" link add "hand$i" type veth peer name eth0 netns "hand$i"
		"$IP" link set "hand$i" master $BRIDGE up
		"$IP" -n "hand$i" addr add 10.98.9.$i/16 dev eth0
		"$IP" -n "hand$i" link set eth0 up
		"$IP" -n "hand$i" link set lo up
	done
}

# What is sent to ADDRESS by COMMAND..., Mbit/s as the other end received it.
mbits() { # ADDRESS COMMAND...
	"${@:2}" -c "$1" -t 2 -f m </dev/null 2>"$W/said" |
		awk '/receiver/ { print $7 }'
}

throughput_pairs() {
	local i hand guest
	local in_hand=(nsenter --net=/run/netns/hand2)
	for ((i = 1; i <= PAIRS; i++)); do
		# shellcheck disable=SC2046
		hand=$(mbits 10.98.9.1 "${in_hand[@]}" $(iperf3_command "$W"))
		guest=
		# shellcheck disable=SC2046
		[[ -z $KNOWS_CABLES ]] ||
			guest=$(mbits 10.98.8.1 subhost "$W/speed" start speed2 \
				-- $(iperf3_command ""))
		[[ -n $hand && (-n $guest || -z $KNOWS_CABLES) ]] || BAD=1
		printf '%4d %12s %12s %8s\n' "$i" "${hand:--}" "${guest:--}" \
			"$(quotient "$guest" "$hand")" | tee -a "$W/throughput"
	done
}

throughput() {
	local servers=()
	type -P iperf3 >/dev/null || {
		say "7. throughput: iperf3 is missing"
		return
	}
	say "7. one TCP stream of 2 s over the bridge, $PAIRS pairs"
	printf '%4s %12s %12s %8s\n' "" "by hand" "sub hosts" ratio
	echo "(Mbit/s; by hand: two network namespaces, veths, the same bridge)"
	iperf3_into "$W"
	hand_made
	# shellcheck disable=SC2046
	nsenter --net=/run/netns/hand1 $(iperf3_command "$W") -s \
		</dev/null &>/dev/null &
	servers+=($!)
	if [[ -n $KNOWS_CABLES ]]; then
		sub_hosts "$W/speed" speed1 speed2
		cabled "$W/speed" speed1 10.98.8.1/16
		cabled "$W/speed" speed2 10.98.8.2/16
		iperf3_into "$W/speed/sub/speed1/root"
		iperf3_into "$W/speed/sub/speed2/root"
		# shellcheck disable=SC2046
		subhost "$W/speed" start speed1 -- $(iperf3_command "") -s \
			&>/dev/null &
		servers+=($!)
	fi
	sleep 1
	: >"$W/throughput"
	throughput_pairs
	kill "${servers[0]}" || true
	if [[ -n $KNOWS_CABLES ]]; then
		subhost "$W/speed" stop speed1 || BAD=1
		subhost "$W/speed" stop speed2 || BAD=1
	fi
	wait "${servers[@]}" || true
	umount /run/netns/hand1 /run/netns/hand2
	rm -f /run/netns/hand1 /run/netns/hand2
}

# -- the bounds ----------------------------------------------------------------

cable_verdicts() {
	local own peer left=
	own=$(figure cable subhost 5)
	verdict "with a cable: start + stop, times the floor" "$own" 1.6 \
		"f <= l"
	for peer in crun+ip crun+ip-batch lxc nspawn; do
		verdict "with a cable: start + stop, times $peer" \
			"$(quotient "$own" "$(figure cable "$peer" 5)")" \
			1 "f < l"
	done
	verdict "with a cable: waking, times a cold start" \
		"$(figure wake-cable wake 5)" 0.5 "f < l"
	verdict "growth over $CABLES cables" "$(figure growth subhost 12)" \
		1.2 "f <= l"
	verdict "growth over $CABLES cables, the floor's own" \
		"$(figure growth floor 12)" 1.2 "f <= l"
	[[ ! -e $W/left ]] || left=$(sort -g "$W/left" | tail -n 1)
	verdict "left 3 s after $CABLES cables were stopped" "$left" 0 "f <= l"
	verdict "throughput, times that of veths by hand" \
		"$(awk '{ print $4 }' "$W/throughput" 2>/dev/null |
			sort -g | awk '{ v[NR] = $1 }
			END { if (v[1] != "") print v[int((NR + 1) / 2)] }' ||
			true)" \
		1.1 "f >= 0.9 && f <= l"
}
