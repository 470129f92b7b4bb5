#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent's hook: what it is told and what it may, how many run at a time, how those end that do
# not end by themselves, and what is not run at all.
# shellcheck source=tests/net/own_run.sh
source "$(dirname "$0")/own_run.sh"
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$top/tests/net/agent.sh"

# Below a directory that others cannot write.
hooks=/run/hooks
ran=$hooks/ran
hook=$hooks/hook
yaml=$work/agent.yaml

# settings HOOK [KEY: VALUE...]: what the agent is to follow.
settings() {
	{
		echo agent:
		echo "  events: off"
		echo "  hook: $1"
		shift
		printf '  %s\n' "$@"
	} >"$yaml"
}

# hook_is: a shell script, of standard input.
hook_is() {
	{
		echo '#!/bin/bash'
		cat
	} >"$hook.new"
	chmod 755 "$hook.new"
	mv "$hook.new" "$hook"
	: >"$ran"
}

reload() {
	kill -HUP "$agent"
	does "$1: reload" says 'yaml was read again' $((++reloads))
}

# ran PATTERN COUNT: whether so many lines of what hooks have written match.
ran() {
	(($(grep -Ec -- "$1" "$ran") >= $2))
}

change() {
	ecdn "$1" "$2" >/dev/null
}

# changes FIRST-ID REGIONS COUNT
changes() {
	"$build/tests/tools/changes" "$pin" "$1" "$2" "$3" 0 >/dev/null
}

# running: how many processes there are of the hook and of what it started.
running() {
	pgrep -fc "hook-mark-$id" || true
}

none_run() {
	(($(running) == 0))
}

test_told() {
	hook_is <<-END
		{ cat; echo "args \$# \$*"; sed 's/^/status /' /proc/self/status; env | sed 's/^/env /'
		  for fd in /proc/self/fd/*; do echo "fd \${fd##*/} \$(readlink \$fd)"; done
		  echo "group \$(ps -o pgid=,sid= -p \$\$ | tr -s ' ') \$\$"; echo "cwd \$PWD"
		  echo end; } >>$ran
	END
	change block ALPHA
	does "told: it runs" wait_for 5 ran '^end$' 1
	is "told: what events has" \
		"$(ecdn events --json | jq -S '.events | map(select(.kind == "change")) | .[-1] |
			del(.time, .first_time) + {schema: 1, host: "'"$(uname -n)"'"}')" \
		"$(head -n 1 "$ran" | jq -S 'del(.time, .first_time)')"
	is "told: its words" 'args 2 one two "three"' "$(grep ^args "$ran")"
	is "may: no capabilities" "0000000000000000" \
		"$(awk '/^status Cap/ { print $3 }' "$ran" | sort -u)"
	is "may: no new privileges" 1 "$(awk '/^status NoNewPrivs/ { print $3 }' "$ran")"
	is "may: no signal is blocked or ignored" "0000000000000000" \
		"$(awk '/^status Sig(Blk|Ign)/ { print $3 }' "$ran" | sort -u)"
	is "has: PATH alone" "PATH" "$(sed -n 's/^env \([A-Z]*\)=.*/\1/p' "$ran" | grep -Ev '^(PWD|SHLVL|_)$' | xargs)"
	is "has: no file of the agent's" "0 1 2" \
		"$(awk '/^fd/ && ($3 ~ /bpf|socket|event|signal|timer/ || $2 < 3) { print $2 }' "$ran" | xargs)"
	is "has: a group and a session of its own" 1 \
		"$(awk '/^group/ && $2 == $3 && $3 == $4' "$ran" | wc -l)"
	is "has: a directory that is nobody's" "cwd /" "$(grep ^cwd "$ran")"
	is "told: commands are not" 0 "$(grep -c '"kind":"command"' "$ran")"
	change release ALPHA
	does "told: the next one" wait_for 5 ran '"to":"normal"' 1
}

test_user() {
	settings "[$hook]" 'hook_user: nobody'
	reload "user"
	# It cannot write where root alone may: so by a directory that is anybody's.
	install -d -m 1777 /run/anybody
	hook_is <<-END
		{ cat; id; grep Cap /proc/self/status; } >/run/anybody/said
		mv /run/anybody/said /run/anybody/ran
	END
	change block ALPHA
	does "user: it runs" wait_for 5 test -e /run/anybody/ran
	has "user: as whom" '^uid=65534\(nobody\) gid=65534\(nogroup\) groups=65534\(nogroup\)$' \
		"$(</run/anybody/ran)"
	change release ALPHA
	settings "[$hook]"
	reload "no user"
}

# Each in its way; all are over at the same time. What they leave behind in their group is too.
test_hang() {
	hook_is <<-END
		read -r line
		echo "begin \$line" >>$ran
		case \$line in
		*ALPHA*) exec -a hook-mark-$id sleep 60 ;;
		*BETA*) trap '' TERM
			exec 0<&-
			(exec -a hook-mark-$id sleep 61) & (exec -a hook-mark-$id sleep 62) & wait ;;
		*GAMMA*) (exec -a hook-mark-$id sleep 63) & ;;
		esac
		echo end >>$ran
	END
	began=$(date +%s%N)
	change block ALPHA
	change block BETA
	change block GAMMA
	does "hang: all begin" wait_for 5 ran '^begin' 3
	does "hang: one ends" wait_for 5 ran '^end$' 1
	sleep 0.3
	is "hang: what it left behind is ended" 0 "$(pgrep -fc "^hook-mark-$id 63" || true)"
	between "hang: the others run" 2 9 "$(running)"
}

# While one hangs, the last state of its region waits.
test_last_wins() {
	for _ in 1 2 3; do
		change release ALPHA
		sleep 0.15
		change block ALPHA
		sleep 0.15
	done
	change release ALPHA
	sleep 0.3
	is "last wins: not beside the one that hangs" 1 "$(grep -c 'begin.*ALPHA' "$ran")"
	does "hang: they are ended" wait_for 20 ran 'begin.*ALPHA' 2
	between "hang: after 10 s, in ms" 9900 14000 $((($(date +%s%N) - began) / 1000000))
	has "hang: the agent says so once" '^ecdn-xdp: warning: hook .*: it was ended, as its time was over, by signal 15;' \
		"$(<"$agent_said")"
	is "last wins: the last state" '"normal"' \
		"$(grep 'begin.*ALPHA' "$ran" | tail -n 1 | sed 's/begin //' | jq .to)"
	is "last wins: nothing else" 2 "$(grep -c 'begin.*ALPHA' "$ran")"
	does "hang: what ignores SIGTERM is killed, with all that it started" \
		wait_for 5 bash -c "! pgrep -f '^hook-mark-$id 6[12]'"
	hook_is <<-END
		read -r line; echo "begin \$line" >>$ran
	END
	change release BETA
	change release GAMMA
	does "hang: the others are told of" wait_for 5 ran 'begin.*(BETA|GAMMA)' 2
	pkill -f "^hook-mark-$id" || true
	does "hang: none runs any more" wait_for 5 none_run
}

# at_a_time: the most that have begun and not ended, as they have written.
at_a_time() {
	awk '/^begin/ { if (++now > most) most = now } /^end/ { now-- } END { print most + 0 }' "$ran"
}

test_eight() {
	local first

	hook_is <<-END
		read -r line; echo "begin \$line" >>$ran
		for i in {1..40}; do
			(( \$(grep -c ^begin $ran) < 8 )) || break
			sleep 0.1
		done
		sleep 0.3
		echo end >>$ran
	END
	first=$(region_id ALPHA)
	changes "$first" 30 30
	does "eight: all run" wait_for 20 ran '^end' 30
	between "eight: at a time" 6 8 "$(at_a_time)"
	is "eight: each once" 30 "$(grep -c ^begin "$ran")"
	changes "$first" 30 30
	does "eight: and all again" wait_for 20 ran '^end' 60
}

# A hook that runs goes on to its end when another one takes its place.
test_reload() {
	hook_is <<-END
		read -r line; echo "begin \$line" >>$ran; sleep 1; echo "old \$line" >>$ran
	END
	change block ALPHA
	does "reload: the old one begins" wait_for 5 ran '^begin.*ALPHA' 1
	cp "$hook" "$hooks/other"
	sed -i 's/echo "begin.*sleep 1;//; s/old/new/' "$hooks/other"
	settings "[$hooks/other]"
	reload "another hook"
	change block BETA
	does "reload: the new one" wait_for 5 ran '^new.*BETA' 1
	does "reload: the old one comes to its end" wait_for 5 ran '^old.*ALPHA' 1
}

test_refused() {
	local lacks

	settings "[hook]"
	kill -HUP "$agent"
	does "refused: no absolute path" says 'hook hook: not run: hook is no absolute path'
	settings "[$hooks/none]"
	kill -HUP "$agent"
	does "refused: not there" says "hook $hooks/none: not run: none: No such file"
	install -m 755 -o nobody "$hook" "$hooks/nobodys"
	settings "[$hooks/nobodys]"
	kill -HUP "$agent"
	does "refused: not root's" says 'nobodys does not belong to root'
	settings "[/bin/sh, $hooks/nobodys]"
	kill -HUP "$agent"
	does "refused: what an interpreter would run" says 'nobodys does not belong to root' 2
	install -m 775 "$hook" "$hooks/open"
	settings "[$hooks/open]"
	kill -HUP "$agent"
	does "refused: others may write it" says 'open can be written by others than root'
	settings "[/bin/sh, -c, 'touch $ran.not']"
	chown nobody "$yaml"
	kill -HUP "$agent"
	does "refused: by a file that another user can change" \
		says "hook: not run, as others than root could change $yaml, which names it: agent.yaml does"
	chown root "$yaml"
	change release BETA
	does "refused: the one before goes on" wait_for 5 ran '^new.*"to":"normal"' 1
	settings "[$hooks/none]"
	fails "refused: at the start" 1 'not run: none: No such file' \
		on edge "$build/ecdn-xdp" agent --pin-dir "$pin-none" --config "$yaml" --listen off
	settings "[$hook]" 'hook_user: nobody'
	for lacks in setuid setgid kill; do
		fails "refused: a user, without CAP_${lacks^^}" 1 'takes CAP_SETUID and .* CAP_KILL' \
			on edge setpriv --bounding-set "-$lacks" --inh-caps "-$lacks" \
			"$build/ecdn-xdp" agent --pin-dir "$pin-none" --config "$yaml" --listen off
	done
}

# What comes to be wrong later is said once, and so is that it is right again.
test_fails() {
	rm "$hooks/other"
	change block BETA
	change block GAMMA
	does "fails: gone" says "hook $hooks/other: not run: other: No such file"
	hook_is <<-END
		echo ran >>$ran
		exit 3
	END
	mv "$hook" "$hooks/other"
	change release BETA
	does "fails: it runs again" wait_for 5 ran ran 1
	sleep 0.3
	is "fails: said once" 1 "$(grep -c "other: not run" "$agent_said")"
	hook_is <<-END
		echo good >>$ran
	END
	mv "$hook" "$hooks/other"
	change release GAMMA
	does "fails: no more" says 'it succeeds again'
}

mkdir -p "$hooks"
reloads=0
client_and_edge
sink_regions e0
for n in {1..40}; do
	echo "10.0.$n.0/24 R$n" >>"$regions"
done
listen_notify
hook_is </dev/null
settings "[$hook, one, 'two \"three\"']"
ecdn load --shield off --regions "$regions" e0 >/dev/null
agent_start --config "$yaml" --listen off
test_told
test_user
test_hang
test_last_wins
test_eight
test_reload
test_refused
test_fails
agent_end TERM
does "end: no hook is left" wait_for 5 none_run
finish
