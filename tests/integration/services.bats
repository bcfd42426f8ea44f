#!/usr/bin/env bats
# Real services, installed from Debian's packages inside a default sub host (by
# their own maintainer scripts, without network: the base has the packages
# downloaded), used, stopped in order and woken again. No opt-out anywhere, but
# MOUNTS=yes where a systemd is the init.

load lib

# Where there is no network to make their root by, once is enough to try.
setup_file() {
	contained || return
	[[ -d $ROOTS/services ]] ||
		"$TREE/tools/make-root" services "$ROOTS/services" >&2 || true
}

setup() {
	[[ -d $ROOTS/services ]] ||
		skip "no services root here: run tools/make-root services build/roots/services"
	places_new
	base_services
}

# install PACKAGE…: in the sub host web, a new one, by apt and its own network.
install() {
	new_sub web "BASE=(\"$base\")"
	SUB_TIMEOUT=120 inside "export DEBIAN_FRONTEND=noninteractive
		apt-get -qq -y --no-install-recommends --no-download install $*" \
		</dev/null >"$BATS_TEST_TMPDIR/install" 2>&1 || {
		tail -n 40 "$BATS_TEST_TMPDIR/install"
		return 1
	}
	is web hibernated
}

# declare_web LINE…: what config says besides its base
declare_web() {
	printf '%s\n' "$@" >>"$SUBHOST/web/config"
}

guest() { # COMMAND…: in the running guest, by the host's own means
	nsenter -t "$(init_pid web)" -a "$@"
}

# get PORT [PATH]: what a web server of the guest answers, from its network
get() {
	ip netns exec web timeout 5 bash -c '
		exec 4<>"/dev/tcp/127.0.0.1/$0" || exit
		printf "GET %s HTTP/1.0\r\n\r\n" "$1" >&4
		cat <&4' "$1" "${2-/}" 2>/dev/null
}

answers() { # TEXT PORT [PATH]
	[[ $(get "${@:2}") == *"$1"* ]]
}

# up UNTIL…: start what config declares, and wait for it to serve
up() {
	start_quietly web
	wait_until 20 "$@" || {
		echo "it does not serve; it said:"
		cat "$BATS_TEST_TMPDIR/web.out" "$BATS_TEST_TMPDIR/web.err"
		return 1
	}
}

# down VERB: in order, that is, by its own exit with 0 in good time
down() {
	local status=0
	sub "$1" web || return
	wait "$starter" || status=$?
	[[ $status == 0 ]] || {
		echo "its init ended with $status; it said:"
		cat "$BATS_TEST_TMPDIR/web.out" "$BATS_TEST_TMPDIR/web.err"
		return 1
	}
}

@test "nginx serves, stops in order, and wakes with its pages and logs" {
	install nginx
	declare_web "INIT=\"nginx -g 'daemon off;'\"" STOPSIGNAL=QUIT
	inside 'echo first >/var/www/html/page'
	up answers first 80 /page
	# Its workers are another user, of the guest's own.
	[[ $(guest sh -c 'cat /proc/[0-9]*/comm' | grep -cx nginx) -ge 2 ]]
	guest sh -c 'echo second >/var/www/html/page'
	down hibernate
	up answers second 80 /page
	[[ $(get 80 /none) == *404* ]]
	nginx_reloads
	down stop
	grep -q 'GET /none' "$SUBHOST/web/root/var/log/nginx/access.log"
	assert_same_host
}

nginx_reloads() {
	guest sh -c "echo 'server { listen 81; return 200 third; }' \
		>/etc/nginx/conf.d/third.conf
		nginx -t -q && nginx -s reload"
	wait_until 5 answers third 81
}

@test "cron runs the jobs of root and of a user" {
	install cron
	declare_web "INIT='cron -f'"
	inside 'useradd -m joe
		echo "@reboot root id -un >>/root/ran" >/etc/cron.d/ran
		echo "@reboot id -un >>/home/joe/ran" | su joe -c "crontab -"'
	up cron_ran joe root
	sub hibernate web
	wait "$starter" || true # it knows no signal to end by
	up cron_ran joe joe root root
	sub stop web
	wait "$starter" || true
	[[ $(stat -c %u "$SUBHOST/web/root/home/joe/ran") == 1000 ]]
	assert_same_host
}

cron_ran() { # WHO…
	[[ $(guest cat /root/ran /home/joe/ran 2>/dev/null | sort | xargs) == "$*" ]]
}

# joe, with a key that lets him in
add_joe() {
	inside 'useradd -m -s /bin/bash joe
		su joe -c "mkdir -m 700 ~/.ssh
			ssh-keygen -q -t ed25519 -N \"\" -f ~/.ssh/id_ed25519
			cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys"'
}

ssh_joe() { # [OPTION…] COMMAND
	guest setpriv --reuid joe --regid joe --init-groups --reset-env \
		ssh -q -o BatchMode=yes -o StrictHostKeyChecking=accept-new \
		"${@:1:$#-1}" joe@127.0.0.1 "${@: -1}"
}

@test "sshd lets a user in by key, on a terminal too" {
	install openssh-server
	add_joe
	declare_web "INIT=\"/bin/sh -c 'mkdir /run/sshd; exec /usr/sbin/sshd -D'\"" \
		STOPSIGNAL=TERM
	up ssh_joe true
	[[ $(ssh_joe 'id -un; echo $HOME; echo said >told') == $'joe\n/home/joe' ]]
	[[ $(ssh_joe -tt 'tty; stty size' </dev/null) == /dev/pts/* ]]
	[[ $(head -c 3000000 /dev/urandom | tee "$BATS_TEST_TMPDIR/sent" |
		ssh_joe 'tee kept' | cksum) == "$(cksum <"$BATS_TEST_TMPDIR/sent")" ]]
	run ! ssh_joe -o PubkeyAuthentication=no true
	down hibernate
	up ssh_joe true
	[[ $(ssh_joe 'cat told') == said ]]
	down stop
	assert_same_host
}

@test "a daemon that a shell of INIT became is stopped in order" {
	install openssh-server
	declare_web "INIT=\"/bin/sh -c 'mkdir /run/sshd; exec /usr/sbin/sshd -D'\"" \
		STOP_TIMEOUT=5
	up listens 22
	down stop
}

listens() { # PORT
	ip netns exec web ss -Hltn "sport = :$1" | grep -q LISTEN
}

@test "postgresql keeps a table over a hibernation and a stop" {
	install postgresql
	declare_web "INIT=\"pg_ctlcluster --foreground $(
		ls "$SUBHOST/web/root/etc/postgresql") main start\"" STOPSIGNAL=INT
	up psql 'SELECT 1'
	psql 'CREATE TABLE deed (what text)'
	psql "INSERT INTO deed SELECT 'deed ' || n FROM generate_series(1, 50000) n"
	# Parallel workers share their memory in /dev/shm.
	[[ $(psql 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
		SET min_parallel_table_scan_size = 0;
		SELECT count(DISTINCT what) FROM deed') == 50000 ]]
	down hibernate
	pg_wakes
	[[ $(psql 'SELECT count(*) FROM deed') == 50000 ]]
	down stop
	pg_wakes
	[[ $(psql 'SELECT max(what) FROM deed') == 'deed 9999' ]]
	down stop
	assert_same_host
}

# And has no crash to recover from.
pg_wakes() {
	up psql 'SELECT 1'
	grep -q 'database system was shut down at' "$BATS_TEST_TMPDIR/web.err"
}

psql() { # SQL
	guest setpriv --reuid postgres --regid postgres --init-groups \
		sh -c 'cd / && psql -qAt' <<<"$1"
}

@test "a Node.js program serves as an ordinary user" {
	install nodejs
	inside 'cat >/srv/count.js; install -d -o www-data /srv/data' <<-'END'
		const fs = require('fs'), at = '/srv/data/count';
		const {Worker} = require('worker_threads');
		const {execFileSync} = require('child_process');
		const server = require('http').createServer((request, answer) => {
			const n = fs.existsSync(at) ? +fs.readFileSync(at) : 0;
			fs.writeFileSync(at, String(n + 1));
			new Worker('require("worker_threads").parentPort.postMessage(6 * 7)',
				{eval: true}).on('message', (from) => answer.end(
					`${n + 1} ${from} ` + execFileSync('id', ['-un'])));
		});
		process.on('SIGTERM', () => server.close(() => process.exit(0)));
		server.listen(8080);
	END
	declare_web "INIT='node count.js'" USER=www-data WORKDIR=/srv
	up answers ' 42 www-data' 8080
	down hibernate
	up answers '2 42 www-data' 8080
	down stop
	[[ $(<"$SUBHOST/web/root/srv/data/count") -ge 2 ]]
	assert_same_host
}

@test "unshare -Urm works inside, with MOUNTS=yes" {
	new_sub web "BASE=(\"$base\")" MOUNTS=yes
	run inside 'unshare -Urm sh -ec "
		mount -t tmpfs mine /mnt
		touch /mnt/file
		mount --bind /mnt /srv
		mount -o remount,ro,bind /srv
		ls /srv
		! touch /srv/other 2>/dev/null
		id -u"
		ls /mnt
		unshare -Urmpf --mount-proc sh -c "echo \$\$"'
	echo "$output"
	[[ $status == 0 && $output == $'file\n0\n1' ]]
}

# --- with a systemd ---------------------------------------------------------

# install_system PACKAGE…: with a systemd, and for it
install_system() {
	install systemd-sysv dbus libpam-systemd "$@"
	sub stop web
	declare_web INIT=/sbin/init MOUNTS=yes STOP_TIMEOUT=60
}

# --wait of its own would give up before there is a bus.
system_is() { # STATE
	[[ $(guest systemctl is-system-running 2>/dev/null) == "$1" ]]
}

# A unit that is restarted until it failed for good is not running.
settled() {
	system_is starting || system_is initializing ||
		! guest systemctl list-units --no-legend --plain \
			--state=activating,auto-restart | grep -q .
}

booted() {
	up system_is running && wait_until 20 settled && system_is running &&
		return
	guest systemctl is-system-running
	guest systemctl --no-pager --failed
	guest journalctl --no-pager -b -p warning | tail -n 40
	return 1
}

@test "systemd runs nginx, cron, sshd and a user's session; all is running" {
	install_system nginx cron openssh-server
	add_joe
	sub stop web
	booted
	[[ $(guest systemctl is-active nginx cron ssh systemd-logind dbus |
		uniq) == active ]]
	answers Welcome 80
	[[ $(ssh_joe 'systemctl --user is-system-running --wait
		echo "$XDG_RUNTIME_DIR"') == $'running\n/run/user/1000' ]]
	guest sh -c 'echo second >/var/www/html/page'
	down hibernate
	booted
	answers second 80 /page
	down stop
	assert_same_host
}

@test "systemd confines a unit of its own" {
	install_system
	booted
	run guest systemd-run -q -P --wait -p DynamicUser=yes -p PrivateTmp=yes \
		-p StateDirectory=deed -p ProtectSystem=strict -p PrivateDevices=yes \
		-p ProtectKernelTunables=yes -p ProtectControlGroups=yes \
		-p NoNewPrivileges=yes -p SystemCallFilter=@system-service \
		sh -c 'echo void >/dev/null && touch /var/lib/deed/done &&
			! touch /etc/done 2>/dev/null'
	echo "$output"
	[[ $status == 0 ]]
	down stop
	[[ -e $SUBHOST/web/root/var/lib/private/deed/done ]]
}

@test "systemd hands a unit its credentials" {
	install_system
	up system_is running
	run guest systemd-run -q -P --wait -p SetCredential=key:opens \
		sh -c 'cat "$CREDENTIALS_DIRECTORY/key"'
	echo "$output"
	[[ $status == 0 && $output == opens ]]
	down stop
}
