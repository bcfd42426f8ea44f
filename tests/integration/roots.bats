#!/usr/bin/env bats
# What `live` is made of: roots, bases, layers, images; their filesystems.

load lib

live_type() {
	findmnt -no FSTYPE --target "$SUBHOST/$1/live" | tail -n 1
}

# A busybox root in full at DIRECTORY.
copy_busybox() {
	base_busybox
	mkdir -p "$1"
	cp -a "$base/." "$1"
}

# works NAME: it starts, is writable inside, and stops.
works() {
	local text
	text=$(sub start "$1" -- sh -c 'echo mine >/mine && cat /mine')
	[[ $text == mine ]]
}

# An image that cannot be idmapped is refused with a way out that works.
works_or_says_how() { # NAME FILESYSTEM
	run --separate-stderr sub start "$1" -- true
	echo "$status $stderr"
	[[ $status != 0 ]] || return 0
	[[ $status == 125 && $stderr == *"$2"* ]]
	[[ $stderr == *PRIVATE_USERS=no* ]]
	echo PRIVATE_USERS=no >>"$SUBHOST/$1/config"
	works "$1"
}

# partitioned FILE: two partitions, the second one an ext4 with a root.
partitioned() {
	local loop
	truncate -s 64M "$1"
	sfdisk -q "$1" <<<$'label: gpt\nsize=8M\n'$'size=40M'
	loop=$(losetup -f --show -o $(($(sfdisk -J "$1" |
		jq '.partitiontable.partitions[1].start') * 512)) \
		--sizelimit $((40 * 1024 * 1024)) "$1")
	mkfs.ext4 -q "$loop"
	mount "$loop" "$SUBHOST/web/live"
	mkdir "$SUBHOST/web/live"/{root,work}
	umount "$SUBHOST/web/live"
	losetup -d "$loop"
}

@test "no image, no base: live is an rbind of root" {
	new_sub web
	copy_busybox "$SUBHOST/web/root"
	works web
	[[ $(cat "$SUBHOST/web/root/mine") == mine ]]
	[[ $(live_type web) != overlay ]]
}

@test "no image, no base: mounts below root are carried along" {
	new_sub web
	copy_busybox "$SUBHOST/web/root"
	# Not a tmpfs: that cannot be idmapped before Linux 6.3.
	mkdir "$SUBHOST/web/root/data" "$SUBHOST/data"
	mount --bind "$SUBHOST/data" "$SUBHOST/web/root/data"
	touch "$SUBHOST/web/root/data/there"
	run sub start web -- ls /data
	[[ $output == there ]]
	sub stop web
	umount "$SUBHOST/web/root/data"
}

@test "no image, base: live is an overlay on root" {
	busybox_sub web
	works web
	[[ $(live_type web) == overlay ]]
	[[ $(cat "$SUBHOST/web/root/mine") == mine ]]
	[[ ! -e $base/mine ]]
}

@test "image and base: the overlay's writable part is in the image" {
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	works web
	[[ $(live_type web) == overlay ]]
	[[ $(cat "$SUBHOST/web/mnt/root/mine") == mine ]]
	[[ ! -e $SUBHOST/web/root/mine ]]
	sub stop web
	[[ ! -e $SUBHOST/web/mnt/root ]]
}

@test "image without base: live is an rbind of the image's root" {
	new_sub web
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	mount -o loop "$SUBHOST/web/web.img" "$SUBHOST/web/live"
	copy_busybox "$SUBHOST/web/live/root"
	umount "$SUBHOST/web/live"
	works web
	[[ $(live_type web) != overlay ]]
	[[ $(cat "$SUBHOST/web/mnt/root/mine") == mine ]]
}

@test "an image is attached once: its loop device goes with stop" {
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	sub start web -- true
	[[ $(losetup -nO NAME -j "$SUBHOST/web/web.img" | wc -l) == 1 ]]
	sub start web -- true
	[[ $(losetup -nO NAME -j "$SUBHOST/web/web.img" | wc -l) == 1 ]]
	sub stop web
	assert_same_host
}

@test "an image attached by someone else is refused" {
	local loop
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	loop=$(losetup -f --show "$SUBHOST/web/web.img")
	fails_with 125 "$loop" sub start web -- true
	losetup -d "$loop"
	works web
}

@test "one image for two sub hosts is refused" {
	busybox_sub web
	busybox_sub db
	make_image "$SUBHOST/web/web.img" 64M ext4 root work
	ln "$SUBHOST/web/web.img" "$SUBHOST/db/db.img"
	sub start web -- true
	fails_with 125 "db.img" sub start db -- true
}

@test "an image's partition" {
	need_program sfdisk
	busybox_sub web "IMAGE_PARTITION=2"
	partitioned "$SUBHOST/web/web.img"
	works web
	[[ $(cat "$SUBHOST/web/mnt/root/mine") == mine ]]
}

@test "an image's partition that is not there" {
	need_program sfdisk
	busybox_sub web "IMAGE_PARTITION=7"
	partitioned "$SUBHOST/web/web.img"
	fails_with 125 "partition" sub start web -- true
	assert_same_host
}

@test "an xfs image" {
	need_fs xfs
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 400M xfs root work
	works web
}

@test "a btrfs image" {
	need_fs btrfs
	busybox_sub web
	make_image "$SUBHOST/web/web.img" 200M btrfs root work
	works web
}

@test "an upper on ext4" {
	subhost_on ext4
	busybox_sub web
	works web
	[[ $(stat -c %u "$SUBHOST/web/root/mine") == 0 ]]
}

@test "an upper on xfs" {
	subhost_on xfs
	busybox_sub web
	works web
	[[ $(stat -c %u "$SUBHOST/web/root/mine") == 0 ]]
}

@test "an upper on btrfs" {
	subhost_on btrfs
	busybox_sub web
	works web
	[[ $(stat -c %u "$SUBHOST/web/root/mine") == 0 ]]
}

@test "several layers: the top one is seen first" {
	base_busybox
	mkdir -p "$PLACES/l1/etc" "$PLACES/l2/etc"
	chmod -R 0755 "$PLACES/l1" "$PLACES/l2"
	echo one >"$PLACES/l1/etc/which"
	echo two >"$PLACES/l2/etc/which"
	echo two >"$PLACES/l2/etc/second"
	this_is_before
	new_sub web "BASE=(\"$PLACES/l1\" \"$PLACES/l2\" \"$base\")"
	run sub start web -- cat /etc/which /etc/second
	[[ ${lines[0]} == one && ${lines[1]} == two ]]
}

@test "paths with commas, colons, blanks, quotes and backslashes" {
	local odd="$PLACES/a,b:c d\\e'f=g"
	copy_busybox "$odd"
	mkdir "$PLACES/o,t:h er"
	touch "$PLACES/o,t:h er/second"
	this_is_before
	new_sub web "BASE=('$PLACES/o,t:h er' \"$PLACES/a,b:c d\\\\e'f=g\")"
	run sub start web -- ls /second
	echo "$output"
	[[ $status == 0 && $output == /second ]]
	works web
}

@test "a \$SUBHOST with commas, colons and blanks" {
	base_busybox
	mkdir "$PLACES/s,u:b h\\ost"
	mount --bind "$SUBHOST" "$PLACES/s,u:b h\\ost"
	export HARMLESS="$PLACES/s,u:b h?ost"
	this_is_before
	SUBHOST="$PLACES/s,u:b h\\ost"
	busybox_sub web
	works web
	sub stop web
	SUBHOST=$PLACES/subhost
	assert_same_host
	umount "$PLACES/s,u:b h\\ost"
	this_is_before
}

@test "paths of more than 1,000 bytes" {
	local long=$PLACES part
	part=$(printf 'x%.0s' {1..240})
	long=$PLACES/$part/$part/$part/$part/$part
	copy_busybox "$long"
	this_is_before
	((${#long} > 1000))
	new_sub web "BASE=(\"$long\")"
	works web
}

@test "300 layers work, or are refused by their number; none is lost" {
	local n list=
	base_busybox
	for n in $(seq 1 300); do
		mkdir -m 0755 "$PLACES/layer-$n"
		touch "$PLACES/layer-$n/from-$n"
		list+=" \"$PLACES/layer-$n\""
	done
	this_is_before
	new_sub web "BASE=($list \"$base\")"
	run --separate-stderr sub start web -- sh -c 'ls -d /from-* | wc -l'
	echo "$status $stderr"
	if [[ $status == 0 ]]; then
		[[ $output == 300 ]]
	else
		[[ $status == 125 && $stderr == *layers* ]]
	fi
}

@test "501 layers are refused" {
	local n list=
	base_busybox
	for n in $(seq 1 500); do
		mkdir -m 0755 "$PLACES/layer-$n"
		list+=" \"$PLACES/layer-$n\""
	done
	this_is_before
	new_sub web "BASE=($list \"$base\")"
	fails_with 125 layers sub start web -- true
	assert_same_host
}

@test "a squashfs as base" {
	need_program mksquashfs
	base_busybox
	mksquashfs "$base" "$PLACES/base.img" -quiet -no-progress >/dev/null
	this_is_before
	new_sub web "BASE=(\"$PLACES/base.img\")"
	works_or_says_how web squashfs
}

@test "an erofs as base" {
	need_fs erofs
	base_busybox
	mkfs.erofs "$PLACES/base.img" "$base" >/dev/null 2>&1
	this_is_before
	new_sub web "BASE=(\"$PLACES/base.img\")"
	works web
}

@test "an ext4 image as base, shared by two" {
	base_busybox
	truncate -s 32M "$PLACES/base.img"
	mkfs.ext4 -q -d "$base" "$PLACES/base.img"
	this_is_before
	new_sub web "BASE=(\"$PLACES/base.img\")"
	new_sub db "BASE=(\"$PLACES/base.img\")"
	works web
	works db
	[[ $(losetup -nO NAME -j "$PLACES/base.img" | wc -l) == 1 ]]
	sub stop web
	run sub start db -- cat /mine
	[[ $output == mine ]]
	sub stop db
	assert_same_host
}

@test "a base layer and an image base together" {
	base_busybox
	truncate -s 32M "$PLACES/base.img"
	mkfs.ext4 -q -d "$base" "$PLACES/base.img"
	mkdir -m 0755 "$PLACES/top"
	touch "$PLACES/top/top"
	this_is_before
	new_sub web "BASE=(\"$PLACES/top\" \"$PLACES/base.img\")"
	run sub start web -- ls /top
	[[ $output == /top ]]
}

@test "the host's own / as base, and what it must not show" {
	local own
	! mountpoint -q /usr || skip "/usr is a mount of its own here"
	# On / itself, as /opt/subhost is: $SUBHOST lies within its own base.
	own=$(mktemp -d "$TREE/build/places.XXXXXX")
	SUBHOST=$own
	export HARMLESS=$own
	mkdir -p "$own/secret" && echo treasure >"$own/secret/file"
	new_sub web "BASE=/" "BASE_HIDE=(/etc/apt)"
	run --separate-stderr sub start web -- /bin/sh -c "
		cat /etc/os-release
		for at in /root /home '$own' '$SUBHOST_ETC' '$SUBHOST_STATE' \
			/etc/ssl/private /etc/apt; do
			[ -z \"\$(ls -A \"\$at\" 2>/dev/null)\" ] || echo \"SEEN \$at\"
		done
		for at in /etc/shadow /etc/shadow- /etc/gshadow; do
			[ ! -s \"\$at\" ] || echo \"SEEN \$at\"
		done
		ls /etc/ssh/ssh_host_* 2>/dev/null && echo SEEN
		cat '$own/secret/file' 2>/dev/null
		touch /usr/bin/new && rm /usr/bin/new && echo writable"
	echo "$output $stderr"
	local result=$status text=$output
	run sub stop web
	local stopped=$status
	SUBHOST=$PLACES/subhost
	rm -rf --one-file-system "$own"
	[[ $result == 0 && $stopped == 0 ]]
	[[ $text == *"$(grep '^ID=' /etc/os-release)"* ]]
	[[ $text != *SEEN* && $text != *treasure* && $text == *writable* ]]
	[[ ! -e /usr/bin/new ]]
}

@test "/ as base: a \$SUBHOST below /root does not show /root" {
	local below=/root/.subhost-check.$$
	export HARMLESS=$below
	mkdir -p "$below/sub"
	echo treasure >"$below/file"
	SUBHOST=$below/sub
	new_sub web "BASE=/"
	run sub start web -- /bin/sh -c 'ls -A /root'
	local text=$output status=$status
	sub stop web
	SUBHOST=$PLACES/subhost
	rm -rf --one-file-system "$below"
	[[ $status == 0 && -z $text ]]
}

@test "another base is told, and the host's own / is never another one" {
	local turn
	new_sub web "BASE=/"
	for turn in 1 2 3; do
		echo "start $turn"
		run --separate-stderr sub start web -- true
		[[ $status == 0 && $stderr != *"another one"* ]]
		sub stop web
	done
	base_busybox
	cp -a "$base" "$PLACES/copy"
	set_config web
	run --separate-stderr sub start web -- true
	sub stop web
	base=$PLACES/copy
	set_config web
	run --separate-stderr sub start web -- true
	[[ $stderr == *"the base is another one than at the last start"* ]]
	rm -r "$PLACES/copy" && sub stop web
}

@test "/ as base is refused when /usr is a mount of its own" {
	mkdir "$PLACES/empty"
	mount -t overlay usr -o "lowerdir=/usr:$PLACES/empty" /usr
	this_is_before
	new_sub web "BASE=/"
	fails_with 125 "/usr" sub start web -- true
	assert_same_host
	umount -l /usr
	this_is_before
}
