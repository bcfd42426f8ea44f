#!/usr/bin/env bats
# What a guest calls the host with: in a root of their own with nothing else in
# it, the test being the host.

load lib

setup() {
	places_new
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root/syscmd/replies" "$root/srv/data"
	cp "${SUBHOST_BIN%/*}/guest-tools" "$root/syscmd/guest-tools"
	tools=(caston castoff castblock showcast cast ucast restart hibernate ready)
	for tool in "${tools[@]}"; do
		ln "$root/syscmd/guest-tools" "$root/syscmd/$tool"
	done
}

# guest TOOL WORD…: with nothing but that root, in its directory $cwd.
guest() {
	timeout 20 python3 -c '
import os, sys
os.chroot(sys.argv[1])
os.chdir(sys.argv[2])
os.execve("/syscmd/" + sys.argv[3], sys.argv[3:], {})
' "$root" "${cwd-/srv}" "$@"
}

heard() {
	request=$(compgen -G "$root/.syscmd/*") && [[ -s $request ]]
}

# host ANSWER: take the next request, and answer it. Its file stays as
# $BATS_TEST_TMPDIR/request, what it was called in …/file.
host() {
	wait_until 10 heard || return
	stat -c '%a %F %h' "$request" >"$BATS_TEST_TMPDIR/mode"
	mv "$request" "$BATS_TEST_TMPDIR/request"
	echo "${request##*/}" >"$BATS_TEST_TMPDIR/file"
	printf %b "$1" >"$root/syscmd/.new"
	mv "$root/syscmd/.new" "$root/syscmd/replies/${request##*/}"
}

# answered ANSWER TOOL WORD…
answered() {
	host "$1" 3>&- &
	shift
	run --separate-stderr guest "$@"
	wait $!
}

# Without a host.
alone() {
	run --separate-stderr guest "$@"
}

# says STATUS STDOUT STDERR
says() {
	echo "status $status, output: $output, stderr: $stderr"
	[[ $status == "$1" && $output == "$2" && $stderr == "$3" ]]
}

sent() {
	echo "sent: $(cat -A "$BATS_TEST_TMPDIR/request")"
	[[ $(cat "$BATS_TEST_TMPDIR/request") == "$1" ]]
}

nothing_waits() {
	[[ -z $(compgen -G "$root/.syscmd/*") ]]
}

# page LINE…, with blanks for tabs
page() {
	printf '%s\n' "$@" | tr ' ' '\t' >"$root/syscmd/casts"
}

# --- what it is -------------------------------------------------------------

@test "each tool tells what it is for" {
	for tool in "${tools[@]}"; do
		alone "$tool" --help
		[[ $status == 0 && $output == "usage: $tool "*$'\n'* ]]
		[[ -z $stderr ]]
	done
	alone caston host:/x --help
	[[ ${lines[0]} == "usage: caston [PEER:PATH [TARGET] [--ro]] [--file] [--timeout S]" ]]
	[[ ! -e $root/.syscmd ]]
}

@test "under another name it tells its names" {
	alone guest-tools --help
	says 2 "" "usage: call it by the name of what it shall do: caston castoff castblock showcast cast ucast restart hibernate ready; each has --help"
}

@test "it is one small static program" {
	run readelf -ldW "$root/syscmd/guest-tools"
	[[ $status == 0 && $output != *NEEDED* && $output != *INTERP* ]]
	cp "$root/syscmd/guest-tools" "$BATS_TEST_TMPDIR/stripped"
	strip "$BATS_TEST_TMPDIR/stripped"
	(($(stat -c %s "$BATS_TEST_TMPDIR/stripped") < 131072))
}

# --- a request --------------------------------------------------------------

@test "a request is a file of its own that only root may read" {
	answered "ok\n" castoff
	says 0 "" ""
	[[ $(cat "$BATS_TEST_TMPDIR/mode") == "600 regular file 1" ]]
	[[ $(cat "$BATS_TEST_TMPDIR/file") =~ ^castoff\.[A-Za-z0-9_.-]{1,64}$ ]]
	[[ $(stat -c '%a %U' "$root/.syscmd") == "700 root" ]]
	sent ""
}

@test "restart, hibernate and ready are sent as they are" {
	for verb in restart hibernate ready; do
		answered "ok\n" "$verb"
		says 0 "" ""
		[[ $(cat "$BATS_TEST_TMPDIR/file") == "$verb".* ]]
		alone "$verb" now
		says 2 "" "usage: $verb [--timeout S]"
	done
}

@test "words are sent encoded" {
	answered "ok\n" castblock --lift "host:/a:b c" "/x%é=1" 104 All
	says 0 "" ""
	sent "--lift host:/a%3Ab%20c /x%25%C3%A9%3D1 104 All"
	answered "ok\n" cast $'/a\n\tb' 103:/y --ro
	sent "/a%0A%09b 103:/y --ro"
}

@test "relative paths become absolute" {
	answered "ok\n" cast ./data/../data// 103
	sent "/srv/data 103"
	answered "ok\n" cast --ro data 103:/x//y/
	sent "--ro /srv/data 103:/x/y"
	answered "ok\n" ucast ../../..
	sent "/"
	answered "ok\n" castoff data/x
	sent "/srv/data/x"
	answered "ok\n" castoff ./a:b
	sent "/srv/a%3Ab"
	answered "ok\n" castoff host:/a/./b/../c/
	sent "host:/a/c"
	answered "ok\n" castblock 104
	sent "104"
	answered "ok\n" castblock .
	sent "/srv"
	answered "ok\n" caston host:/x data
	sent "host:/x /srv/data"
	answered "ok\n" cast -- --ro 103
	sent "/srv/--ro 103"
	cwd=/ answered "ok\n" cast data 103
	sent "/data 103"
}

@test "a current directory outside of the root is no base for a path" {
	run --separate-stderr timeout 20 python3 -c '
import os, sys
os.chroot(sys.argv[1])
os.execve("/syscmd/cast", ["cast", "x", "103"], {})
' "$root"
	says 1 "" "cast: cannot tell the current directory: No such file or directory"
}

@test "what cannot be a request is refused here" {
	alone cast "" 103
	says 2 "" "cast: a word is empty"
	alone castblock --lift "/$(printf 'a%.0s' {1..4090})"
	says 2 "" "castblock: more than 4096 bytes"
	for bad in "" 0 -1 x 5x " 5" 86401 99999999999999999999; do
		alone castoff --timeout "$bad"
		says 2 "" "castoff: --timeout needs seconds from 1 to 86400"
		alone castoff --timeout="$bad"
		says 2 "" "castoff: --timeout needs seconds from 1 to 86400"
	done
	alone castoff --timeout
	says 2 "" "castoff: --timeout needs a number"
	alone showcast -x
	says 2 "" "usage: showcast [-a] [--json]"
	[[ ! -e $root/.syscmd ]] || nothing_waits
}

@test "a place for requests that is none is not written to" {
	mkdir "$root/elsewhere"
	ln -s /elsewhere "$root/.syscmd"
	alone castoff
	says 1 "" "castoff: cannot open /.syscmd: Not a directory"
	[[ -z $(ls "$root/elsewhere") ]]
	rm "$root/.syscmd"
	touch "$root/.syscmd"
	alone castoff
	says 1 "" "castoff: cannot open /.syscmd: Not a directory"
	rm "$root/.syscmd"
	chmod 0755 "$BATS_TEST_TMPDIR" "$root"
	guest_user() {
		python3 -c '
import os, sys
os.chroot(sys.argv[1])
os.chdir("/")
os.setgroups([])
os.setgid(1000)
os.setuid(1000)
os.execve("/syscmd/castoff", ["castoff"], {})
' "$root"
	}
	run --separate-stderr guest_user
	says 1 "" "castoff: cannot make /.syscmd: Permission denied"
	mkdir -m 0700 "$root/.syscmd"
	run --separate-stderr guest_user
	says 1 "" "castoff: cannot open /.syscmd: Permission denied"
}

# --- an answer --------------------------------------------------------------

@test "ok says nothing, or what there is to say" {
	answered "ok\n" castoff
	says 0 "" ""
	answered "ok 104:/var/tmp is on /var/tmp\n" caston
	says 0 "104:/var/tmp is on /var/tmp" ""
	answered "ok \n" caston
	says 0 "" ""
	answered "ok no line end" caston
	says 0 "no line end" ""
}

@test "an error ends with 1, a usage with 2" {
	answered "error: nothing is offered\n" caston
	says 1 "" "caston: nothing is offered"
	answered "usage: caston [PEER:PATH]\n" caston x
	says 2 "" "usage: caston [PEER:PATH]"
	answered "usage: a\nerror: b\nok c\n" caston
	says 1 "c" $'usage: a\ncaston: b'
	answered "ok\nusage: a\nok\n" caston
	says 2 "" "usage: a"
}

@test "what is no answer is an error" {
	answered "yes\n" caston
	says 1 "" "caston: the host answers: yes"
	answered "okay\n" caston
	says 1 "" "caston: the host answers: okay"
	answered "" caston
	says 1 "" "caston: the host answers nothing"
	answered "ok\n\nok\n" caston
	says 1 "" "caston: the host answers nothing"
}

@test "an answer is shown without what a terminal would obey" {
	answered "ok a\\\\x1b[2J\\033[31m\\a\\tb\\0c\\r\\0303\\0251\n" caston
	says 0 'a\x1b[2J\x1b[31m\x07\x09b\x00c\x0d\xc3\xa9' ""
	answered "error: \\033]0;x\\a\n" caston
	says 1 "" 'caston: \x1b]0;x\x07'
	answered "usage: \\0233m\n" caston
	says 2 "" 'usage: \x9bm'
	answered "\\033c\n" caston
	says 1 "" 'caston: the host answers: \x1bc'
}

@test "a long answer is shown, one without end is not" {
	answered "ok $(printf 'x%.0s' {1..65536})\n" caston
	[[ $status == 0 && ${#output} == 65536 ]]
	head -c 2000000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/huge"
	huge() {
		wait_until 10 heard
		mv "$request" "$BATS_TEST_TMPDIR/request"
		mv "$BATS_TEST_TMPDIR/huge" "$root/syscmd/replies/${request##*/}"
	}
	huge 3>&- &
	run --separate-stderr guest caston
	wait $!
	says 1 "" "caston: cannot read the host's answer: File too large"
}

@test "an answer is found however early it comes" {
	for turn in {1..10}; do
		answered "ok $turn\n" castoff
		says 0 "$turn" ""
	done
}

@test "an answer is found where nothing tells of it" {
	unseen() {
		wait_until 10 heard
		mv "$root/syscmd/replies" "$root/syscmd/old"
		mkdir "$root/syscmd/replies"
		echo ok found >"$root/syscmd/replies/${request##*/}"
	}
	unseen 3>&- &
	run --separate-stderr guest castoff --timeout 1
	wait $!
	says 0 found ""
}

@test "other answers are not taken for one's own" {
	others() {
		wait_until 10 heard
		for i in {1..50}; do
			echo "ok other" >"$root/syscmd/replies/castoff.$i"
		done
		echo "ok other" >"$root/syscmd/replies/castoff"
		host "ok mine\n"
	}
	others 3>&- &
	run --separate-stderr guest castoff
	wait $!
	says 0 mine ""
}

# --- no answer --------------------------------------------------------------

@test "where nobody answers the request is withdrawn" {
	alone castoff --timeout 1
	says 3 "" "castoff: no host answers within 1 s; is subhostd running? The request was withdrawn"
	nothing_waits
}

@test "it waits five seconds" {
	SECONDS=0
	alone castoff
	says 3 "" "castoff: no host answers within 5 s; is subhostd running? The request was withdrawn"
	((SECONDS >= 4 && SECONDS < 12))
}

@test "a request that was taken and not answered is told" {
	take() {
		wait_until 10 heard
		rm "$request"
	}
	take 3>&- &
	run --separate-stderr guest castoff --timeout=1
	wait $!
	says 3 "" "castoff: the host took the request, but has not answered within 1 s"
}

@test "a request that cannot be withdrawn is told" {
	hold() {
		wait_until 10 heard
		chattr +i "$request"
	}
	touch "$root/probe"
	chattr +i "$root/probe" 2>/dev/null || skip "no chattr +i here"
	chattr -i "$root/probe"
	hold 3>&- &
	run --separate-stderr guest castoff --timeout 1
	wait $!
	chattr -i "$root"/.syscmd/*
	says 3 "" "castoff: no host answers within 1 s; is subhostd running? The request stays in /.syscmd: Operation not permitted"
}

@test "without a place for answers nothing is sent" {
	rmdir "$root/syscmd/replies"
	for verb in caston castoff cast ready; do
		alone $verb
		says 3 "" "$verb: there is no /syscmd/replies here: this host takes no requests from this sub host"
	done
	touch "$root/syscmd/replies"
	alone castoff
	[[ $status == 3 ]]
	[[ ! -e $root/.syscmd ]]
}

# --- targets ----------------------------------------------------------------

@test "caston makes a missing target" {
	answered "ok\n" caston host:/a/b/c --ro
	sent "host:/a/b/c --ro"
	says 0 "" ""
	[[ $(stat -c '%a %F' "$root/a/b/c") == "755 directory" ]]
	answered "ok\n" caston --ro host:/d e/f
	sent "--ro host:/d /srv/e/f"
	[[ -d $root/srv/e/f && ! -e $root/d ]]
	answered "ok\n" caston --file host:/etc/some/file
	sent "host:/etc/some/file"
	[[ $(stat -c '%a %F' "$root/etc/some/file") == "644 regular empty file" ]]
	[[ $(stat -c %a "$root/etc/some") == 755 ]]
	answered "ok\n" caston host:/file --file
	[[ -f $root/file ]]
}

@test "caston leaves a target that is there as it is" {
	echo kept >"$root/srv/file"
	chmod 0600 "$root/srv/file"
	ln -s nowhere "$root/srv/link"
	answered "ok\n" caston host:/x /srv/file
	answered "ok\n" caston --file host:/srv/data
	answered "ok\n" caston host:/x /srv/link
	says 0 "" ""
	[[ $(cat "$root/srv/file") == kept && -d $root/srv/data ]]
	[[ $(stat -c %a "$root/srv/file") == 600 && ! -e $root/srv/nowhere ]]
}

@test "what caston made is removed where it is refused" {
	mkdir "$root/old"
	answered "error: nothing of that is offered\n" caston host:/old/a/b
	says 1 "" "caston: nothing of that is offered"
	[[ -z $(ls "$root/old") ]]
	answered "error: no\n" caston --file host:/old/a/b
	[[ -z $(ls "$root/old") ]]
	alone caston --timeout 1 host:/old/a/b
	[[ $status == 3 && -z $(ls "$root/old") ]]
	answered "usage: x\n" caston host:/old x y
	[[ $status == 2 && -d $root/old ]]
	# What somebody has put something into stays.
	fill() {
		wait_until 10 heard
		touch "$root/old/a/theirs"
		host "error: no\n"
	}
	fill 3>&- &
	run --separate-stderr guest caston host:/old/a/b
	wait $!
	[[ $status == 1 && -e $root/old/a/theirs && ! -e $root/old/a/b ]]
}

@test "what caston made stays where the host may still mount on it" {
	take() {
		wait_until 10 heard
		rm "$request"
	}
	take 3>&- &
	run --separate-stderr guest caston --timeout 1 host:/a/b
	wait $!
	[[ $status == 3 && -d $root/a/b ]]
}

@test "a target that cannot be made is told, and nothing sent" {
	touch "$root/file"
	alone caston host:/file/below
	says 1 "" "caston: cannot make /file/below: Not a directory"
	alone caston $'host:/file/\e[2J'
	says 1 "" 'caston: cannot make /file/\x1b[2J: Not a directory'
	nothing_waits
}

@test "caston alone makes what is offered and in nobody's way" {
	touch "$root/file"
	page "offered rw 104:/a /of/fered " \
		"published ro host:/b /pub/li%20shed " \
		"published ro host:/c /con/flict why" \
		"blocked rw 104:/d /blocked why" \
		"waiting rw 104:/e /waiting why" \
		"offered rw 104:/f /file/below " \
		"given rw *:/g /given "
	answered "ok\n" caston
	says 0 "" "caston: cannot make /file/below: Not a directory"
	sent ""
	[[ -d $root/of/fered && -d "$root/pub/li shed" ]]
	[[ ! -e $root/con && ! -e $root/blocked && ! -e $root/waiting ]]
	[[ ! -e $root/given ]]
	rm -r "$root/of"
	answered "error: no\n" caston
	[[ $status == 1 && ! -e $root/of && -d $root/pub ]]
	echo rubbish >"$root/syscmd/casts"
	answered "ok\n" caston
	says 0 "" ""
}

@test "no other tool makes anything" {
	page "offered rw 104:/a /offered "
	before=$(find "$root" -not -path "$root/syscmd/*" | sort)
	mkdir "$root/.syscmd"
	for call in "castoff" "castoff /x/y" "castblock host:/x/y" \
		"cast /x/y 103" "ucast /x/y"; do
		# shellcheck disable=SC2086 # words
		answered "ok\n" $call
		[[ $status == 0 ]]
	done
	rmdir "$root/.syscmd"
	[[ $before == "$(find "$root" -not -path "$root/syscmd/*" | sort)" ]]
}

# --- showcast ---------------------------------------------------------------

@test "showcast shows the page, and needs nobody" {
	rmdir "$root/syscmd/replies"
	page "published ro host:/usr/portage /usr/portage " \
		"active rw 104:/var/tmp /var/tmp " \
		"waiting rw 105:/x /x its%20source%20is%20stopped" \
		"given rw,noexec *:/%1B[2J /%1B[2J "
	alone showcast
	says 0 "STATE   MODE  FROM          TO
active  rw    104:/var/tmp  /var/tmp" ""
	alone showcast -a
	says 0 "STATE      MODE       FROM               TO            REASON
published  ro         host:/usr/portage  /usr/portage
active     rw         104:/var/tmp       /var/tmp
waiting    rw         105:/x             /x            its source is stopped
given      rw,noexec  /\\x1b[2J           *:/\\x1b[2J" ""
	[[ ! -e $root/.syscmd ]]
}

@test "showcast says so where there is nothing" {
	page
	: >"$root/syscmd/casts"
	alone showcast
	says 0 "no active casts" ""
	alone showcast -a
	says 0 "no casts" ""
	alone showcast --json
	says 0 "[]" ""
	page "offered rw 104:/a /a " "published ro host:/b /b " \
		"blocked rw 104:/c /c why"
	alone showcast
	says 0 "no active casts
2 offered: caston accepts, showcast -a shows" ""
}

@test "showcast --json is JSON, whatever bytes there are" {
	page "active rw 104:/a /b " \
		"waiting ro,noexec 105:/%22%5C%09%1F%7F%C3%A9%E2%82%AC%F0%9F%98%80 /%FF%C0%80%C0%AF%ED%A0%80%F4%90%80%80x a%20%22b%22"
	alone showcast --json
	[[ $status == 0 ]]
	jq -e 'length == 2 and .[0] == {state: "active", mode: "rw",
		peer: "104", source: "/a", target: "/b", reason: ""}' <<<"$output"
	jq -e '.[1] | .state == "waiting" and .mode == "ro,noexec" and
		.source == "/\"\\\t\u001f\u007fé€😀" and
		.reason == "a \"b\""' <<<"$output"
	jq -e '.[1].target | test("^/\ufffd+x$")' <<<"$output"
	# It is UTF-8 by itself, with nothing in it that a terminal would obey.
	iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null
	[[ $output != *[$'\x01'-$'\x08'$'\x7f\e']* ]]
}

@test "showcast tells why there is no page" {
	alone showcast
	says 3 "" "showcast: there is no /syscmd/casts here: this host has no casts for this sub host"
	echo "something else" >"$root/syscmd/casts"
	alone showcast
	says 1 "" "showcast: /syscmd/casts is not what this showcast reads: the host may have a newer one"
	rm "$root/syscmd/casts"
	mkdir "$root/syscmd/casts"
	alone showcast
	says 1 "" "showcast: cannot read /syscmd/casts: Is a directory"
}

@test "what cannot be printed is an error" {
	page "active rw 104:/a /b "
	run --separate-stderr bash -c "chroot '$root' /syscmd/showcast >/dev/full"
	says 1 "" "showcast: cannot write to standard output"
}
