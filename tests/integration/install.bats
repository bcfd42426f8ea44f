#!/usr/bin/env bats
# make install and what it puts on a host: below DESTDIR alone, or for good, in a
# mount namespace of its own whose /usr and /etc nobody else sees.

load lib

: "${BUILD:=$TREE/build}"

setup() {
	command -v make >/dev/null || skip "there is no make"
	places_new
}

teardown() {
	rm -rf "$PLACES"/{dest,over,script,seen,init.d}
	places_done
}

makes() {
	make -s -C "$TREE" BUILD="$BUILD" "$@" >"$BATS_TEST_TMPDIR/make" 2>&1 || {
		cat "$BATS_TEST_TMPDIR/make"
		return 1
	}
}

prefix() {
	meson introspect "$BUILD" --buildoptions |
		jq -r '.[] | select(.name == "prefix").value'
}

# on_a_host: the shell text of standard input, where it can be installed for good.
on_a_host() {
	cat >"$PLACES/script"
	mkdir -p "$PLACES/over"/{usr,etc}/{up,work} "$PLACES/init.d"
	export -f makes
	export TREE BUILD PLACES BATS_TEST_TMPDIR INIT_D=$PLACES/init.d
	export BIN; BIN=$(prefix)/sbin/subhost
	# shellcheck disable=SC2016 # the inner one's to expand
	unshare --mount --propagation private bash -ec '
		for dir in usr etc; do
			mount -t overlay -o "lowerdir=/$dir,upperdir=$PLACES/over/$dir/up" \
				-o "workdir=$PLACES/over/$dir/work" overlay "/$dir"
		done
		. "$PLACES/script"'
}

@test "below DESTDIR is all of it, and uninstall takes it back" {
	local dest=$PLACES/dest at file
	at=$dest$(prefix)
	makes install DESTDIR="$dest"
	for file in sbin/{subhost,control,subhostd} \
		libexec/subhost/{subhost-more,subhost-net,subhost-manage,guest-tools} \
		lib/systemd/system/{subhostd,subhosts,subhost@}.service \
		lib/systemd/system/subhosts.target \
		share/subhost/{subhostd,subhosts}.{init,openrc} \
		share/bash-completion/completions/{subhost,control} \
		share/zsh/site-functions/_subhost \
		share/fish/vendor_completions.d/subhost.fish; do
		[[ -e $at/$file ]] || {
			echo "there is no $file"
			return 1
		}
	done
	[[ -d $dest/etc/vzcmd ]]
	run ! grep -r '@sbindir@' "$at/lib" "$at/share"
	[[ $("$at/sbin/control" --version) == subhost\ * ]]
	# Nothing of the host's.
	[[ -z $(ls "$SUBHOST_SYSCMD") ]]
	makes uninstall DESTDIR="$dest"
	[[ -z $(find "$dest" ! -type d) ]]
}

@test "for good: guests' tools are there, init's scripts start and stop" {
	busybox_sub web AUTOSTART=yes "INIT='sleep 1000'"
	on_a_host <<-'END'
		makes install
		[[ -x $SUBHOST_SYSCMD/scripts/caston ]]
		"$BIN" list | grep -q '^web *stopped'
		if [[ -r /lib/lsb/init-functions && ! -x /sbin/openrc-run ]]; then
			"$INIT_D/subhosts" start
			"$INIT_D/subhosts" status | grep -q '^web *running'
			"$INIT_D/subhosts" stop
		else
			"$BIN" startall
			"$BIN" stopall
		fi
		"$BIN" list | grep -q '^web *stopped'
		touch /etc/vzcmd/casts.ini
		makes uninstall
		[[ ! -e $BIN && -z $(ls "$INIT_D") && -e /etc/vzcmd/casts.ini ]]
	END
}

@test "a script of that name that is another's stays" {
	on_a_host <<-'END'
		makes install
		echo mine >"$INIT_D/subhosts"
		makes uninstall
		[[ $(<"$INIT_D/subhosts") == mine ]]
	END
}

@test "systemd finds nothing wrong with the units" {
	command -v systemd-analyze >/dev/null || skip "there is no systemd"
	on_a_host <<-'END'
		makes install
		[[ -e /run/systemd ]] || trap 'rm -rf /run/systemd' EXIT
		cd "${BIN%/sbin/*}/lib/systemd/system"
		systemd-analyze verify --man=no ./subhosts.target ./subhosts.service \
			./subhostd.service ./subhost@web.service >"$PLACES/seen" 2>&1 ||
			{ cat "$PLACES/seen"; exit 1; }
		! grep subhost "$PLACES/seen"
	END
}

# --- completions ------------------------------------------------------------

# completed WORD…: what bash offers for the last one.
completed() {
	bash -c '. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_subhost
		echo "${COMPREPLY[*]}"' "$BUILD/completions/subhost" "$@"
}

# offers "CANDIDATES" WORD…
offers() {
	local wanted=$1 found
	shift
	found=$(completed "$@")
	[[ $found == "$wanted" ]] || {
		echo "$*: $found"
		return 1
	}
}

@test "bash: verbs, options, sub hosts" {
	local verb
	mkdir "$SUBHOST"/{db,web}
	for verb in $("$SUBHOST_BIN" --help | awk '/^  [a-z]/ { print $1 }'); do
		[[ " $(completed subhost "$verb") " == *" $verb "* ]] || {
			echo "not $verb"
			return 1
		}
	done
	offers "start startall" subhost star
	offers "db web" subhost start ""
	offers web subhost stop db w
	offers web subhost start -d w
	offers "" subhost top -d w
	offers "--force" subhost stop --f
	offers "" subhost list --f
	offers web control cast --as w
	offers web control cast --as = w
	offers "add remove list" subhost bridge ""
	offers db: subhost caston --as web d
	offers "" subhost create ""
	offers "" subhost --root "$SUBHOST_ETC" start ""
	[[ " $(completed subhost start web -- un) " == *" unshare "* ]]
}

@test "fish: verbs, options, sub hosts" {
	command -v fish >/dev/null || skip "there is no fish"
	local file=$BUILD/completions/subhost.fish
	mkdir "$SUBHOST"/{db,web}
	# shellcheck disable=SC2016 # fish's to expand
	HOME=$PLACES/seen run fish --no-config -c 'source $argv[1]
		for line in "start" "stop db w" "start -d w" "stop --f" "cast --as d" "bridge "
			complete -C "subhost $line" | string replace -r "\t.*" ""
		end' "$file"
	echo "$output"
	[[ $(xargs <<<"$output") == \
		"start startall web web --force db add list remove" ]]
}

@test "zsh can read its own" {
	command -v zsh >/dev/null || skip "there is no zsh"
	zsh -n "$BUILD/completions/_subhost"
}

@test "uninstall is refused while a sub host is up" {
	busybox_sub web
	sub start web -- true
	run env INIT_D="$PLACES/init.d" "$TREE/dist/before-uninstall" "$PLACES/share"
	[[ $status == 1 && $output == "web is up: subhost stopall, then remove subhost" ]]
	sub stop web
	env INIT_D="$PLACES/init.d" "$TREE/dist/before-uninstall" "$PLACES/share"
}
