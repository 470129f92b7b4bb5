#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The live table: as text, on terminals of several kinds and sizes, its keys, and that the terminal
# is left as it was.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

program="$build/ecdn-xdp"
export LC_ALL=C.UTF-8

# terminal COLUMNS ROWS [OPTION...]: the table on a terminal, with the lines of standard input as
# tests/tools/terminal.py has them. If one of these fails, what is printed lacks what follows.
terminal() {
	local columns=$1 rows=$2

	shift 2
	on edge env TERM="${term:-xterm-256color}" python3 "$(dirname "$0")/../tools/terminal.py" \
		"$columns" "$rows" "$program" top --pin-dir "$pin" "$@" || true
}

test_batch() {
	local said

	said=$(ecdn top --batch -n 2 -d 200ms)
	has "batch: totals" '^ecdn-xdp top  enforcing  1 limited  0 shielded  1 blocked ' "$said"
	has "batch: rates" '^[0-9.]+k packets/s  [0-9.]+M bits/s ' "$said"
	is "batch: two frames" 2 "$(grep -c '^ REGION ' <<<"$said")"
	has "batch: a limited region" \
		'^ BETA +limited +[0-9]+% +█+ +[0-9.]+k +[0-9.]+M +0 +0 +[0-9.]+k? +0 +[0-9ms]+$' "$said"
	is "batch: by the share of the limit" "BETA ALPHA CROWD" \
		"$(awk '$1 ~ /^(BETA|ALPHA|CROWD)$/ { print $1 }' <<<"$said" | head -n 3 | xargs)"
	is "batch: by name" "ALPHA BETA CROWD" \
		"$(ecdn top --batch -d 200ms --sort region | awk '$1 ~ /^(BETA|ALPHA|CROWD)$/ { print $1 }' | xargs)"
	has "batch: what is left out" '^ [0-9] more from which nothing comes' "$said"
	is "batch: a filter" "ALPHA" \
		"$(ecdn top --batch -d 200ms --filter lph | awk 'NR > 3 { print $1 }' | xargs)"
	is "batch: ASCII without UTF-8" "" "$(LC_ALL=C ecdn top --batch -d 200ms | tr -d '\n -~')"
	has "batch: ASCII bars" '^ BETA +limited +[0-9]+% +#+ ' "$(LC_ALL=C ecdn top --batch -d 200ms)"
	is "batch: no escapes" "" "$(tr -dc '\033' <<<"$said")"
}

test_words() {
	fails "words: without a terminal" 1 'must be a terminal; .*--batch' ecdn top
	fails "words: a column that is none" 2 'they are region, state, share' ecdn top --sort colour
	fails "words: -n without --batch" 2 '-n goes with --batch' ecdn top -n 2
	fails "words: too short an interval" 2 'at least 100ms' ecdn top --batch -d 1ms
	fails "words: nothing is loaded" 1 'nothing is loaded' \
		on edge "$program" top --batch --pin-dir "$pin-none"
	has "words: a terminal without a screen" 'TERM=dumb is a terminal without.*--batch' \
		"$(term=dumb terminal 80 24 <<<$'end\nscreen\nrestored' | xargs)"
	has "words: one that is not known" 'TERM=odd is a terminal that is not known' \
		"$(term=odd terminal 80 24 <<<$'end\nscreen')"
}

# keys PATTERN... is what a name's line has when a terminal is done.
test_terminal() {
	local said kind

	for kind in xterm-256color vt100 linux; do
		said=$(term=$kind terminal 80 24 <<-'END'
			wait ^>?.?BETA +limited
			screen
			key q
			end
			restored
		END
		)
		has "$kind: totals" '^ecdn-xdp top  enforcing +1 limited' "$said"
		has "$kind: heads" '^ REGION +STATE +SHARE LAST.* PPS +BPS +CPS PROVEN +DROP/S 513/S +SINCE$' "$said"
		has "$kind: the first is selected" '^>BETA +limited +[0-9]+% ' "$said"
		has "$kind: all are listed" '^ WIDE +normal ' "$said"
		has "$kind: q ends it" '^ended 0$' "$said"
		has "$kind: the terminal is what it was" '^restored$' "$said"
	done
}

test_sizes() {
	local said

	said=$(terminal 20 5 <<-'END'
		wait BETA limited
		screen
		size 200 60
		wait PROVEN
		screen
		size 5 2
		size 1 1
		size 80 24
		wait PROVEN
		key q
		end
		restored
	END
	)
	has "20x5: region, state and share" '^>BETA limited +[0-9]+%$' "$said"
	has "200x60: all of it" '^>BETA +limited .* [0-9ms]+$' "$said"
	is "200x60: it has a line of keys at the bottom" 60 \
		"$(sed -n '/^ecdn-xdp top/,$p' <<<"$said" | grep -n '^q quit' | head -n 1 | cut -d: -f1)"
	has "sizes: and it ends well" '^restored$' "$said"
}

test_keys() {
	local said

	said=$(terminal 100 30 <<-'END'
		wait ^>BETA
		key /
		key wid
		wait ^filter: wid_
		wait ^>WIDE
		gone BETA
		key \r
		wait filter wid: 1 of
		key \e
		wait ^.BETA
		key s
		wait by PPS
		key r
		wait by PPS, reversed
		key ?
		wait ^LAST +the same in the last minutes
		key \e
		wait by PPS, reversed
		key P
		wait paused
		key P
		gone paused
		key d
		wait read every 2s
		key /
		key BETA\r
		wait ^>BETA
		key \r
		wait ^BETA +limited for .* pps .* of 2k
		wait ^limits: +pps 2.00k\*
		wait ^203\.0\.113\.0/24 +BETA
		key \t
		wait \[2 nodes\]
		wait ^PREFIX +NAME +REQUESTS
		key 3
		wait ^origin is not loaded
		key 4
		wait ^pps +2.00k +own
		screen
		key \e
		wait ^>BETA
		key q
		end
		restored
	END
	)
	has "keys: each does what it is for" '^ended 0$' "$said"
	has "keys: the limits' sources" '^prefix-pps +100 +own' "$said"
	has "keys: the terminal is what it was" '^restored$' "$said"
}

test_changes() {
	local said

	said=$(terminal 100 30 --filter ALPHA <<-'END'
		wait ^>ALPHA
		key b
		wait ^block ALPHA\? y/N \(normal, [0-9.]+k packets/s
		key n
		wait ^nothing was changed
		key b
		wait y/N
		key y
		wait ^ALPHA: blocked
		wait ^>ALPHA +blocked
		key e
		wait ^exempt ALPHA for 10m\?
		key y
		wait ^>ALPHA +exempt
		screen
	END
	)
	has "changes: what became of it" '^ALPHA: exempt' "$said"
	is "changes: exempt for ten minutes" "exempt" "$(state ALPHA)"
	between "changes: and not for longer" 500 600 \
		"$(ecdn exempt --json | jq '.exempt[] | select(.region == "ALPHA") | .until | fromdate - now | floor')"
	has "changes: events have the verbs" 'exempt ALPHA --for 10m' "$(ecdn events)"
	has "changes: and the block" 'block ALPHA' "$(ecdn events)"
	said=$(terminal 100 30 --filter ALPHA <<-'END'
		wait ^>ALPHA +exempt
		key \r
		wait ^ALPHA +exempt for
		key R
		wait ^release ALPHA\?
		key y
		wait ^ALPHA: 
		wait ^ALPHA +normal
	END
	)
	is "changes: released" normal "$(state ALPHA)"
	is "changes: nothing was changed besides" "" "$said"
	has "changes: an error is a line of the screen" '^.*cannot make or open /run/ecdn-xdp' \
		"$(on edge unshare --mount bash -c "mount --bind /run /run; \
		mount -o remount,bind,ro /run; TERM=xterm python3 \
		'$(dirname "$0")/../tools/terminal.py' 120 24 '$program' top --pin-dir '$pin' --filter ALPHA" <<-'END'
			wait ^>ALPHA
			key b
			wait y/N
			key y
			wait cannot make or open
			screen
			key q
			end
		END
		)"
}

test_ends() {
	local name said

	for name in TERM HUP INT QUIT; do
		said=$(terminal 80 24 <<-END
			wait ^>BETA
			signal $name
			end
			restored
		END
		)
		is "ends: SIG$name ends it" "ended -$(kill -l "$name")" "$(grep ended <<<"$said")"
		has "ends: SIG$name leaves the terminal as it was" '^restored$' "$said"
	done
	for name in SEGV ABRT BUS; do
		said=$(terminal 80 24 <<-END
			wait ^>BETA
			signal $name
			end
			restored
		END
		)
		is "ends: so does SIG$name" "ended -$(kill -l "$name") restored" "$(xargs <<<"$said")"
	done
	said=$(on edge env TERM=xterm-256color python3 "$(dirname "$0")/../tools/terminal.py" 80 24 \
		bash --norc -i <<-END || true
			key $program top --pin-dir $pin\r
			wait ^>BETA
			key \x1a
			wait Stopped
			size 100 20
			key fg\r
			wait ^>BETA
			wait DROP/S 513/S
			screen
			key q
			wait [#] *$
			key exit\r
			end
		END
	)
	has "ends: ^Z and fg" '^>BETA +limited' "$said"
	has "ends: and then q" '^ended 0$' "$said"
}

# A guard that goes and comes back while it is shown.
test_life() {
	local said

	said=$(terminal 100 24 <<-END
		wait ^>BETA
		run $program unload -q --pin-dir $pin --all
		wait ^nothing is loaded in
		key \r
		key b
		key y
		run $program load -q --pin-dir $pin --shield off --regions $regions e0 e1
		wait ^ecdn-xdp top +enforcing
		wait ^.BETA +normal
		key q
		end
		restored
	END
	)
	is "life: it goes on when the guard is back" "ended 0 restored" "$(xargs <<<"$said")"
	is "life: and nothing was changed meanwhile" normal "$(state BETA)"
}

test_looks() {
	local script=$'wait ^>BETA\nkey \\eOB\nwait ^ BETA\nlooks BETA\ncolours\nkey q\nend'

	is "looks: a limited region" "1 31 colours ended 0" \
		"$(terminal 80 24 <<<"$script" | sed 's/ 39 49//' | xargs)"
	is "looks: without colours it is bold" "1 none ended 0" \
		"$(NO_COLOR=1 terminal 80 24 <<<"$script" | xargs)"
	is "looks: so it is on a terminal without any" "1 none ended 0" \
		"$(term=vt100 terminal 80 24 <<<"${script/\\eOB/j}" | xargs)"
	is "looks: bars of UTF-8" yes \
		"$(terminal 80 24 <<<$'wait ^>BETA\nraw █\nkey q\nend' | sed -n 1p)"
	is "looks: ASCII alone without it" no \
		"$(LC_ALL=C terminal 80 24 <<<$'wait ^>BETA\nraw [^\\x00-\\x7f]\nkey q\nend' | sed -n 1p)"
}

client_and_edge
wire client c1 edge e1
ecdn load --shield off --regions "$regions" e0 e1
ecdn limit set default --grace 0s
ecdn limit set ALPHA --pps 1M
ecdn limit set BETA --pps 2k --prefix-pps 100 --hold 1m
ecdn block CROWD
flood_start "$work/beta" --from 203.0.113.0/24 --rate 4k --seconds 5m
via=c1 flood --from 198.51.100.0/24 --seconds 5m --rate 5k >"$work/alpha" &
sleep 1.5
test_batch
test_words
test_terminal
test_sizes
test_keys
test_changes
test_ends
test_looks
test_life
kill "$flooding"
finish
