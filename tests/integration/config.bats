#!/usr/bin/env bats
# The config file: who may write it, how it is read, what is said about it.

load lib

setup() {
	places_new
	base_busybox
}

value() { # VARIABLE: its effective value, as `config web` shows it
	sub config web | grep -E "^$1\b"
}

# warns TEXT: config web --check is fine, but says TEXT on stderr
warns() {
	run --separate-stderr sub config web --check
	echo "$status $stderr"
	[[ $status == 0 && $stderr == *"$1"* ]]
}

@test "a config of another user is refused" {
	busybox_sub web
	chown 1000 "$SUBHOST/web/config"
	fails_with 125 "$SUBHOST/web/config" sub start web -- true
	fails_with 1 root sub config web --check
	assert_same_host
}

@test "a config that others may write is refused" {
	busybox_sub web
	chmod 0622 "$SUBHOST/web/config"
	fails_with 125 "$SUBHOST/web/config" sub start web -- true
	chmod 0660 "$SUBHOST/web/config"
	fails_with 125 "$SUBHOST/web/config" sub start web -- true
	assert_same_host
}

@test "a config that is a symlink, a directory, or huge" {
	busybox_sub web
	mv "$SUBHOST/web/config" "$SUBHOST/elsewhere"
	ln -s ../elsewhere "$SUBHOST/web/config"
	fails_with 125 config sub start web -- true
	rm "$SUBHOST/web/config"
	mkdir "$SUBHOST/web/config"
	fails_with 125 config sub start web -- true
	rmdir "$SUBHOST/web/config"
	truncate -s 2M "$SUBHOST/web/config"
	fails_with 125 config sub start web -- true
	assert_same_host
}

@test "syntax errors name file and line" {
	new_sub web "# fine" "HOSTNAME=a" "INIT='open"
	fails_with 125 "config:3" sub start web -- true
	fails_with 1 "config:3" sub config web --check
	new_sub db "HOSTNAME=(a"
	fails_with 1 "config:1" sub config db --check
	new_sub xx "" "" "fi"
	fails_with 1 "config:3" sub config xx --check
	assert_same_host
}

@test "values that are not allowed name file and line" {
	new_sub web "BASE=(\"$base\")" "MOUNTS=maybe"
	fails_with 125 "config:2" sub start web -- true
	fails_with 1 "MOUNTS" sub config web --check
	new_sub db "STOP_TIMEOUT=soon"
	fails_with 1 "config:1" sub config db --check
	new_sub xx "BASE=relative/path"
	fails_with 1 "config:1" sub config xx --check
}

@test "slips of known names are warned about" {
	new_sub web "BASE=(\"$base\")" "INTI=/bin/sh" "MY_OWN=1"
	warns INTI
	[[ $stderr == *INIT* && $stderr != *MY_OWN* ]]
	run --separate-stderr sub start web -- true
	[[ $status == 0 && $stderr == *INTI* ]]
}

@test "what config says: value, and where it came from" {
	new_sub web "BASE=(\"$base\")" "HOSTNAME=inner"
	[[ $(value HOSTNAME) == *inner*config:2* ]]
	[[ $(value MOUNTS) == *no*default* ]]
	[[ $(value BASE) == *"$base"*config:1* ]]
}

@test "config has JSON, too" {
	new_sub web "BASE=(\"$base\")" "HOSTNAME=inner"
	sub config web --json | jq -e . >/dev/null
}

@test "quotes, variables, +=, arrays, comments, continued lines" {
	cat >"$SUBHOST/text" <<-END
		# a comment
		WORD=in   # another
		HOSTNAME="\${WORD}"'ne'r
		ENVIRONMENT=(A=1 'B=two words'
			"C=\$WORD" # in an array
		)
		ENVIRONMENT+=(D=4)
		export WORKDIR=/e\\
		tc
		BASE=("$base")
	END
	new_sub web
	cat "$SUBHOST/text" >"$SUBHOST/web/config"
	run --separate-stderr sub start web -- \
		sh -c 'hostname; pwd; echo "$A,$B,$C,$D"'
	echo "$output $stderr"
	[[ $status == 0 && ${lines[0]} == inner && ${lines[1]} == /etc ]]
	[[ ${lines[2]} == "1,two words,in,4" ]]
	run sub config web
	[[ $output != *bash* ]]
}

@test "what needs bash is evaluated by bash, and config says so" {
	new_sub web "BASE=(\"$base\")" 'HOSTNAME=$(echo inner)' \
		'if true; then WORKDIR=/etc; fi'
	run --separate-stderr sub start web -- sh -c 'hostname; pwd'
	echo "$output $stderr"
	[[ $status == 0 && ${lines[0]} == inner && ${lines[1]} == /etc ]]
	[[ $(value HOSTNAME) == *bash* ]]
}

@test "bash can print variables and nothing else" {
	new_sub web "BASE=(\"$base\")" "touch $SUBHOST/evil /evil /tmp/evil" \
		'HOSTNAME=$(id -un 2>/dev/null || id -u)' \
		"kill -9 \$PPID 2>/dev/null" "(echo >/dev/tcp/127.0.0.1/22)"
	run --separate-stderr sub start web -- hostname
	echo "$status $output $stderr"
	[[ ! -e $SUBHOST/evil && ! -e /evil && ! -e /tmp/evil ]]
	[[ $output != root && $output != 0 ]]
}

@test "bash that does not end is given up after five seconds" {
	local begun=$SECONDS
	new_sub web "BASE=(\"$base\")" "while :; do :; done"
	run --separate-stderr sub start web -- true
	[[ $status == 125 && $stderr == *config* ]]
	((SECONDS - begun >= 4 && SECONDS - begun <= 8))
	assert_same_host
}

@test "an error of bash names file and line" {
	new_sub web "BASE=(\"$base\")" "X=\$(true)" "if then"
	fails_with 1 "config:3" sub config web --check
}

@test "config --check of a good one is silent" {
	busybox_sub web
	run --separate-stderr sub config web --check
	[[ $status == 0 && -z $stderr ]]
}

@test "a sub host whose config is gone can be stopped" {
	busybox_sub web
	sub start web -- true
	rm "$SUBHOST/web/config"
	sub stop web
	assert_same_host
}
