#!/usr/bin/env bats
# contain: --host-network
# apt at work inside a sub host that uses the host's network.

load lib

# The host of the first source of the base's apt must answer.
need_network() {
	local server port
	IFS=: read -r server port < <(
		sed -nE 's|^deb .*https?://([^/]*)/.*|\1|p' \
			"$base/etc/apt/sources.list" | head -n 1)
	timeout 10 bash -c ": </dev/tcp/$server/${port:-80}" 2>/dev/null ||
		skip "no network to install packages from"
}

@test "apt-get update and install, with NETWORK=host" {
	base_debian
	need_network
	new_sub web "BASE=(\"$base\")" NETWORK=host
	export SUB_TIMEOUT=200
	run sub start web -- /bin/sh -ec 'export DEBIAN_FRONTEND=noninteractive
		apt-get -q update
		apt-get -q -y --no-install-recommends install hello
		hello'
	echo "$output"
	[[ $status == 0 && $output == *"Hello, world!"* ]]
	[[ $(stat -c %u:%g "$SUBHOST/web/root/usr/bin/hello") == 0:0 ]]
	# Its own user for downloads leaves its id, plain.
	[[ -z $(find "$SUBHOST/web/root" -xdev -uid +65535 -print -quit) ]]
}
