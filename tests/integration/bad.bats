#!/usr/bin/env bats
# Bad input: each has its clear error, and nothing is changed by it.

load lib

setup() {
	places_new
	base_busybox
}

# refuses TEXT [NAME]: start fails as ours, says TEXT in one sentence, and
# leaves nothing behind.
refuses() {
	fails_with 125 "$1" sub start "${2-web}" -- /bin/true
	[[ $(wc -l <<<"$stderr") == 1 ]]
	assert_same_host
	is "${2-web}" stopped
}

# without CALL-NUMBER… -- ARGUMENT…: subhost on a kernel that lacks those.
without() {
	local numbers=()
	while [[ $1 != -- ]]; do
		numbers+=("$1")
		shift
	done
	timeout 60 "$BATS_TEST_DIRNAME/without.py" "${numbers[@]}" -- \
		"$SUBHOST_BIN" "${@:2}"
}

@test "no such sub host, and a near name is suggested" {
	busybox_sub future
	fails_with 125 "there is no sub host" sub start nosuch -- true
	[[ $stderr == *nosuch* && $stderr != *future* ]]
	fails_with 125 "did you mean future" sub start futrue -- true
	fails_with 1 "did you mean future" sub stop futrue
	fails_with 1 "did you mean future" sub hibernate Future
	fails_with 1 "did you mean future" sub status futur
	assert_same_host
}

@test "a verb that does not exist, and the near one" {
	fails_with 2 "did you mean" sub strat web
	[[ $stderr == *start* ]]
}

@test "each verb has its help, which does nothing else" {
	local verb
	for verb in $("$SUBHOST_BIN" --help | awk '/^  [a-z]/ { print $1 }'); do
		run --separate-stderr sub "$verb" --help
		echo "$verb: $status $output $stderr"
		[[ $status == 0 && -z $stderr && ${lines[0]} == "usage: subhost $verb"* ]]
		[[ ${lines[1]} == "  "* ]]
	done
	fails_with 2 "usage: subhost stop" sub stop --hel
	[[ $stderr == "subhost: there is no option --hel of stop"* ]]
	[[ $(sub -q --help) == "$(sub --help)" ]]
	run ! grep -n ' $' <<<"$(sub --help)"
}

@test "a sub host that is a file" {
	touch "$SUBHOST/web"
	fails_with 125 directory sub start web -- true
	assert_same_host
}

@test "names that are too long or have bad bytes" {
	local name
	name=$(printf 'x%.0s' {1..64})
	mkdir "$SUBHOST/$name"
	fails_with 125 "63" sub start "$name" -- true
	for name in "../web" "a/b" ".hidden" "-x y" "a b" $'a\nb' $'a\eb' "ä" \
		"" host None ALL published scripts; do
		run --separate-stderr sub start -- "$name"
		echo "$name: $status $stderr"
		[[ $status == 125 || $status == 2 ]]
		[[ -n $stderr && $stderr != *$'\e'* ]]
	done
	assert_same_host
}

@test "a name of 63 bytes works" {
	local name
	name=$(printf 'x%.0s' {1..63})
	busybox_sub "$name"
	run sub start "$name" -- echo fine
	[[ $status == 0 && $output == fine ]]
}

@test "a base that is not there" {
	new_sub web "BASE=$PLACES/nosuch"
	refuses "$PLACES/nosuch"
	new_sub db "BASE=(\"$base\" \"$PLACES/second\")"
	refuses "$PLACES/second" db
}

@test "a base that is neither directory nor image" {
	mkfifo "$SUBHOST/pipe"
	new_sub web "BASE=$SUBHOST/pipe"
	refuses "$SUBHOST/pipe"
}

@test "an image that holds no filesystem" {
	busybox_sub web
	truncate -s 8M "$SUBHOST/web/web.img"
	refuses "web.img"
	head -c 100000 /dev/urandom >"$SUBHOST/web/web.img"
	refuses "web.img"
	: >"$SUBHOST/web/web.img"
	refuses "web.img"
}

@test "an image that is a directory or a symlink" {
	busybox_sub web
	mkdir "$SUBHOST/web/web.img"
	refuses "web.img"
	rmdir "$SUBHOST/web/web.img"
	make_image "$SUBHOST/real.img" 32M ext4 root work
	ln -s ../real.img "$SUBHOST/web/web.img"
	refuses "web.img"
}

@test "an image with a damaged filesystem" {
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 32M ext4 root work
	dd if=/dev/urandom of="$SUBHOST/web/web.img" bs=1024 seek=2 count=64 \
		conv=notrunc status=none
	refuses "web.img"
}

@test "an image without root or work" {
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 32M ext4 root
	refuses work
	rm "$SUBHOST/web/web.img"
	make_image "$SUBHOST/web/web.img" 32M ext4 work
	refuses root
}

@test "an upper on an overlay: the image is offered" {
	mkdir "$PLACES"/{u,w,l}
	mount -t overlay outer -o \
		"lowerdir=$PLACES/l,upperdir=$PLACES/u,workdir=$PLACES/w" "$SUBHOST"
	this_is_before
	export HARMLESS=$PLACES/u
	busybox_sub web
	this_is_before
	fails_with 125 overlay sub start web -- true
	[[ $stderr == *image* || $stderr == *.img* ]]
	assert_same_host
	umount "$SUBHOST"
	this_is_before
}

@test "a full disk" {
	subhost_on ext4 4M
	busybox_sub web
	dd if=/dev/zero of="$SUBHOST/web/root/fill" bs=4096 status=none || true
	while mkdir "$SUBHOST/web/root/$RANDOM$RANDOM"; do :; done 2>/dev/null
	run --separate-stderr sub start web -- true
	echo "$status $stderr"
	[[ $status == 0 || ($status == 125 && $stderr == *"No space"*) ]]
	sub stop web
	assert_same_host
}

@test "a full \$SUBHOST_RUN" {
	busybox_sub web
	mkdir "$SUBHOST_RUN"
	mount -t tmpfs -o size=4k,nr_inodes=2 tiny "$SUBHOST_RUN"
	touch "$SUBHOST_RUN/fill" || true
	dd if=/dev/zero of="$SUBHOST_RUN/fill" bs=4096 status=none || true
	this_is_before
	fails_with 125 "No space" sub start web -- true
	assert_same_host
	umount "$SUBHOST_RUN"
	rmdir "$SUBHOST_RUN"
	this_is_before
}

@test "a read-only upper" {
	mount -t tmpfs -o ro ro "$SUBHOST" && umount "$SUBHOST"
	subhost_on ext4
	busybox_sub web
	mount -o remount,ro "$SUBHOST"
	this_is_before
	fails_with 125 "ead-only" sub start web -- true
	assert_same_host
}

@test "a root without any shell" {
	new_sub web
	mkdir "$SUBHOST/web/root/etc"
	fails_with 127 shell sub start web
	sub stop web
	assert_same_host
}

@test "an empty root is still a root for a command that is not there" {
	new_sub web
	fails_with 127 "/bin/true" sub start web -- /bin/true
}

@test "an INIT that does not exist" {
	busybox_sub web "INIT=/sbin/nosuch"
	fails_with 127 "/sbin/nosuch" sub start web
}

@test "an INIT whose interpreter does not exist" {
	busybox_sub web "INIT=/init"
	printf '#!/no/such/sh\n' >"$SUBHOST/web/root/init"
	chmod 0755 "$SUBHOST/web/root/init"
	fails_with 127 "/init" sub start web
}

@test "a USER or WORKDIR that does not exist" {
	busybox_sub web "USER=nosuch"
	fails_with 125 nosuch sub start web -- true
	busybox_sub db "WORKDIR=/no/such"
	fails_with 125 "/no/such" sub start db -- true
}

@test "a root that is a symlink, or not there" {
	busybox_sub web
	rmdir "$SUBHOST/web/root"
	ln -s / "$SUBHOST/web/root"
	refuses root
	[[ ! -e /etc/resolv.conf.subhost ]]
}

@test "missing root and work of an overlay are made" {
	busybox_sub web
	rmdir "$SUBHOST/web/work" "$SUBHOST/web/live"
	run --separate-stderr sub start web -- echo fine
	echo "$status $stderr"
	[[ $status == 0 && $output == fine ]]
}

@test "two sub hosts on one upper" {
	busybox_sub web
	busybox_sub db
	rmdir "$SUBHOST/db/root" "$SUBHOST/db/work"
	mkdir "$SUBHOST/db/root" "$SUBHOST/db/work"
	mount --bind "$SUBHOST/web/root" "$SUBHOST/db/root"
	this_is_before
	sub start web -- true
	run --separate-stderr sub start db -- true
	echo "$status $stderr"
	[[ $status == 125 ]]
	sub stop web
	assert_same_host
	umount "$SUBHOST/db/root"
	this_is_before
}

@test "guest-made symlinks where we mount: nothing of the host is hit" {
	busybox_sub web
	rmdir "$SUBHOST/web/root" && mkdir -m 0755 "$SUBHOST/web/root"
	ln -s "$SUBHOST_STATE" "$SUBHOST/web/root/run"
	ln -s "$SUBHOST_STATE" "$SUBHOST/web/root/dev"
	ln -s "$SUBHOST_STATE" "$SUBHOST/web/root/proc"
	run --separate-stderr sub start web -- true
	echo "$status $stderr"
	[[ $status == 0 || $status == 125 ]]
	[[ -z $(find "$SUBHOST_STATE" -mindepth 1 -name 'null') ]]
	run ! mountpoint -q "$SUBHOST_STATE"
	sub stop web
	assert_same_host
}

@test "not root" {
	busybox_sub web
	need_program setpriv
	cp "$SUBHOST_BIN" /tmp/subhost-of-a-user
	chmod 0755 /tmp/subhost-of-a-user
	run --separate-stderr setpriv --reuid 65534 --regid 65534 \
		--clear-groups --inh-caps=-all /tmp/subhost-of-a-user start web
	rm /tmp/subhost-of-a-user
	echo "$status $stderr"
	[[ $status == 125 && $stderr == *root* ]]
	assert_same_host
}

@test "a kernel without fsopen" {
	busybox_sub web
	fails_with 125 kernel without 430 -- start web -- true
	assert_same_host
}

@test "a kernel without mount_setattr" {
	busybox_sub web
	fails_with 125 kernel without 442 -- start web -- true
	assert_same_host
}

@test "a kernel without openat2" {
	busybox_sub web
	fails_with 125 kernel without 437 -- start web -- true
	assert_same_host
}

@test "the ways of older kernels work" {
	busybox_sub web
	export SUBHOST_OLDER_KERNEL=1
	run sub start web -- echo fine
	[[ $status == 0 && $output == fine ]]
	run sub start web -- echo fine
	[[ $status == 0 && $output == fine ]]
	sub stop web
}

@test "a guest with hostile names in its output changes nothing of ours" {
	busybox_sub web "HOSTNAME=inner"
	sub start web -- sh -c 'printf "\033]0;x\007" >"/tmp/$(printf "a\033b")"'
	run sub list
	[[ $status == 0 && $output != *$'\e'* ]]
}
