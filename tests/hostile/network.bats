#!/usr/bin/env bats
# Guest root looks for the host's links and those of others: raw sockets, by
# moving its own to other namespaces or numbers, by asking for a peer's. It has
# its own, and the cable's host end is out of reach.

load lib

setup() {
	places_new
	make_bridge br0
	make_bridge treasure0
	this_is_before
	base_debian
	debian_sub web BRIDGES=br0
}

teardown() {
	places_and_links_done
}

find_treasure='grep -ls . /sys/class/net/treasure0/* /sys/class/net/br0/* \
	/sys/class/net/web0/* | head -n 1; grep -E "treasure0|br0:" /proc/net/dev
	perl -e '\''use Socket; for my $i (1 .. 64) {
		socket(my $s, 17, SOCK_RAW, 0x0300) or exit;
		bind($s, pack("SnlSCCa8", 17, 3, $i, 0, 0, 0, "")) or next;
		my $b = pack("a16 l a20", "", $i, ""); # SIOCGIFNAME
		ioctl($s, 0x8910, $b); print "bound to $1\n"
			if $b =~ /^(treasure0|br0|web0)/; }'\'' ; true'

@test "the host's links are not there" {
	local mode
	for mode in "${MODES[@]}"; do
		set_config web BRIDGES=br0 "$mode"
		says_nothing "$find_treasure"
		sub stop web
	done
}

@test "they would be, had it not joined its own network" {
	set_config web BRIDGES=br0 PRIVATE_USERS=no
	needs_rule own-network run/become.c 's/if (l->net_fd < 0)/if (1)/' \
		gains_nothing "$find_treasure"
}

@test "nor are the names of namespaces, others' or the host's" {
	busybox_sub db
	start_quietly db -- sleep 1000
	says_nothing 'ls /run/netns /var/run/netns 2>/dev/null
		find / -xdev -name "launch.mnt" 2>/dev/null; true'
	sub stop db
}
