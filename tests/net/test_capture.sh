#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Dropped packets are captured: a file that other tools read, sampling that adds up to all that was
# dropped, one process at a time, which may be killed, end at a closed pipe, or outlive an upgrade.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

file=$work/drops.pcapng
alpha=(--from 198.51.100.0/24)

# capture [OPTION...]
capture() {
	ecdn capture "$@" 2>"$work/said"
}

# started [OPTION...]: captures into the file in the background; its pid is in $capturing.
started() {
	rm -f "$file"
	(exec nsenter --net="/run/netns/ecdn-$id-edge" "$build/ecdn-xdp" capture --pin-dir "$pin" \
		-w "$file" "$@" 2>"$work/said") &
	capturing=$!
	wait_for 10 test -s "$file"
}

# ended [SIGNAL]: ends it; its exit status is in $status.
ended() {
	kill "-${1:-INT}" "$capturing"
	status=0
	wait "$capturing" || status=$?
}

# fields FIELD...: of each packet of the file, a line each.
fields() {
	tshark -r "$file" -T fields -E separator=' ' "${@/#/-e}" 2>/dev/null
}

# asking: how much longer the guard is to send packets, in its units; 0: nobody asks.
asking() {
	bpftool -j map dump pinned "$pin/config" | jq '.[0].formatted.value.capture'
}

nobody_asks() {
	[ "$(asking)" = 0 ]
}

matched() {
	sed -nE 's/^ecdn-xdp: ([0-9]+) packets matched, .*/\1/p' "$work/said"
}

packets() {
	capinfos -Mrc "$file" 2>/dev/null | sed -nE 's/.*packets: *([0-9]+)$/\1/p'
}

# There is nobody else: the test has the machine's packets for itself.
test_file() {
	local said dropped

	ecdn block ALPHA
	dropped=$(stats ALPHA .dropped_packets)
	started --rate 50/s
	has "file: status names who captures" "^capture     process $capturing, for [0-9]+s$" \
		"$(ecdn status)"
	is "file: in JSON, too" "$capturing" "$(ecdn status --json | jq .capture.pid)"
	said=$(flood "${alpha[@]}" --rate 20k --seconds 2s)
	sleep 0.3
	ended
	is "file: ^C is no error" 0 "$status"
	is "file: status does not name it any more" "null " \
		"$(ecdn status --json | jq .capture) $(ecdn status | grep ^capture)"
	has "file: what it says" '^ecdn-xdp: [0-9]+ packets matched, [0-9]+ written, 0 lost$' \
		"$(<"$work/said")"
	is "file: all matched that were dropped" $(($(stats ALPHA .dropped_packets) - dropped)) \
		"$(matched)"
	is "file: that is all that was sent" "$(got sent "$said")" "$(matched)"
	between "file: sampled, 50/s" 40 160 "$(packets)"
	is "file: root's alone" 600 "$(stat -c %a "$file")"
	has "file: capinfos: in order" '^Strict time order: +True' "$(capinfos "$file" 2>/dev/null)"
	has "file: capinfos: nanoseconds" 'nanoseconds' "$(capinfos "$file" 2>/dev/null)"
	has "file: capinfos: the interface" 'Name = e0' "$(capinfos "$file" 2>/dev/null)"
	has "file: capinfos: its statistics" 'Number of stat entries = 1' \
		"$(capinfos "$file" 2>/dev/null)"
	is "file: tcpdump reads as many" "$(packets)" \
		"$(tcpdump -nr "$file" src net 198.51.100.0/24 2>/dev/null | wc -l)"
	is "file: tshark: region and reason" "region=ALPHA reason=blocked" \
		"$(fields frame.comment | sed 's/ sample=.*//' | sort -u)"
	is "file: tshark: XDP_DROP, from e0" "1 e0" \
		"$(fields frame.verdict.ebpf_xdp frame.interface_name | sort -u)"
	between "file: samples add up to what matched" $(($(matched) * 9 / 10)) "$(matched)" \
		"$(fields frame.comment | sed 's/.*sample=1.//' | awk '{ sum += $1 } END { print sum }')"
	between "file: tshark: times of day" $(($(date +%s) - 30)) "$(date +%s)" \
		"$(fields frame.time_epoch | sed -n '1s/\..*//p')"
}

# The edge's e0 has another index there than here, or one by which something else is known here.
test_elsewhere() {
	on client "$build/ecdn-xdp" capture --pin-dir "$pin" --for 100ms -w "$file" 2>"$work/said"
	has "elsewhere: the interface's own name" 'Name = e0' "$(capinfos "$file" 2>/dev/null)"
}

# `status` asks by the lock who captures.
test_asked() {
	local asking

	(flock -s 9; touch "$work/asks"; exec sleep 0.1) 9<"$(find /run/ecdn-xdp -name 'capture-*')" &
	asking=$!
	wait_for 5 test -e "$work/asks"
	does "asked: who looks who captures is in nobody's way" capture --for 100ms -w "$file"
	wait "$asking"
}

test_filters() {
	capture --for 300ms --region BETA -w "$file"
	is "region: none of another" 0 "$(matched)"
	is "region: an empty file is one, too" 0 "$(packets)"
	does "region: which tcpdump reads" tcpdump -nr "$file"
	started --region ALPHA --reason prefix_pps,no_socket
	flood "${alpha[@]}" --count 100 >/dev/null
	sleep 0.3
	ended
	is "reason: none of another" 0 "$(matched)"
	started --region ALPHA --reason answer_cps,blocked --rate 10k --count 5 --snaplen 40
	flood "${alpha[@]}" --rate 2k --seconds 300ms >/dev/null
	does "count: it ends by itself" wait "$capturing"
	is "count: so many" 5 "$(packets)"
	is "snaplen: of 60 bytes" "60 40" "$(fields frame.len frame.cap_len | sort -u)"
	ecdn release ALPHA
	started
	flood "${alpha[@]}" --count 100 >/dev/null
	sleep 0.3
	ended TERM
	is "what passes does not match" 0 "$(matched)"
	ecdn block ALPHA
}

test_words() {
	fails "words: no file" 2 '-w FILE is missing' ecdn capture
	fails "words: no such region" 2 'NOWHERE' ecdn capture --region NOWHERE -w "$file"
	fails "words: no such reason" 2 'did you mean blocked\?' ecdn capture --reason bloked -w "$file"
	fails "words: no rate" 2 'not a rate from 1/s' ecdn capture --rate 0/s -w "$file"
	fails "words: too long" 2 'not from 1 to 2048 bytes' ecdn capture --snaplen 9000 -w "$file"
	fails "words: a terminal" 2 'standard output is a terminal' \
		script -qec "$build/ecdn-xdp capture --pin-dir $pin -w -" /dev/null
	ln -sf "$work/other" "$work/link"
	fails "words: a symbolic link" 2 'no regular file' ecdn capture -w "$work/link"
	fails "words: a device" 2 'no regular file' ecdn capture -w /dev/null
	touch "$work/theirs"
	chown 65534 "$work/theirs"
	fails "words: another user's file" 2 "another user's" ecdn capture -w "$work/theirs"
	fails "words: nothing loaded" 1 'nothing is loaded' \
		on edge "$build/ecdn-xdp" capture --pin-dir "$pin-none" -w "$work/none"
	is "words: and no file is made" "" "$(ls "$work/none" "$work/other" 2>/dev/null)"
	is "modes of the pins" "600 600 600" \
		"$(stat -c %a "$pin"/capture_{rule,cpu,packets} | xargs)"
	fails "another user" 1 'permissions allow it to others alone; run as root' setpriv --reuid 65534 \
		--clear-groups "$build/ecdn-xdp" capture --pin-dir "$pin" -w - </dev/null
}

# A disk that is full leaves a file that can be read.
test_full() {
	mkdir "$work/full"
	mount -t tmpfs -o size=64k tmpfs "$work/full"
	flood_start "$work/flood" "${alpha[@]}" --rate 5k
	fails "full disk: said so" 1 'No space left on device; what is in it so far is whole' \
		ecdn capture --rate 10k --for 10s -w "$work/full/drops"
	flood_stop "full disk"
	does "full disk: the file is whole" capinfos "$work/full/drops"
	is "full disk: nobody asks any more" 0 "$(asking)"
	umount "$work/full"
}

# Whoever reads the pipe sees packets while they come, and ends it by going away.
test_pipe() {
	flood_start "$work/flood" "${alpha[@]}" --rate 5k
	is "pipe: tcpdump follows, and ends it" "4 0" "$(ecdn capture -w - 2>"$work/said" |
		tcpdump -nr - -c 4 2>/dev/null | wc -l | xargs echo -n; echo " ${PIPESTATUS[0]}")"
	is "pipe: without noise" "" "$(<"$work/said")"
	is "pipe: nobody asks any more" 0 "$(asking)"
	flood_stop "pipe"
	# Without a packet, too.
	does "pipe: closed while nothing comes" timeout 5 bash -c \
		"nsenter --net=/run/netns/ecdn-$id-edge $build/ecdn-xdp capture --pin-dir $pin -w - | true"
}

# Who does not read the pipe keeps the capture from going on, which ends by itself then.
test_slow() {
	flood_start "$work/flood" "${alpha[@]}" --rate 5k
	ecdn capture --rate 10k --for 5s -w - 2>"$work/said" | { sleep 4; cat >"$file"; } || true
	flood_stop "slow"
	has "slow: what was missed is told" 'for [1-4]s nothing was captured' "$(<"$work/said")"
	does "slow: the file is whole" capinfos "$file"
}

test_killed() {
	local start

	flood_start "$work/flood" "${alpha[@]}" --rate 5k
	started
	fails "a second one is refused" 1 "ecdn-xdp capture., process $capturing, captures already" \
		ecdn capture -w "$work/second"
	is "and makes no file" "" "$(ls "$work/second" 2>/dev/null)"
	between "the guard is asked" 1 $((1 << 31)) "$(asking)"
	start=$(now_us)
	ended KILL
	wait_for 10 nobody_asks || true
	is "killed: nobody asks any more" 0 "$(asking)"
	between "killed: within some 2 s" 0 4000 $((($(now_us) - start) / 1000))
	started
	ended KILL
	does "killed: another one at once" capture --for 500ms -w "$file"
	between "killed: which gets packets" 10 100 "$(packets)"
	flood_stop "killed"
}

# What is loaded again shares the maps; what was unloaded is gone.
test_upgrade() {
	local before program

	program=$(bpftool -j prog show pinned "$pin/prog/guard" | jq .id)
	flood_start "$work/flood" "${alpha[@]}" --rate 5k
	started
	sleep 0.5
	does "upgrade: load" ecdn load e0
	before=$(stat -c %s "$file")
	sleep 1
	between "upgrade: another program" $((program + 1)) 1000000000 \
		"$(bpftool -j prog show pinned "$pin/prog/guard" | jq .id)"
	between "upgrade: goes on" $((before + 1000)) 1000000000 "$(stat -c %s "$file")"
	does "tables that outgrow their room" ecdn region load "$regions" <(many_regions 30000)
	before=$(stat -c %s "$file")
	sleep 1
	between "tables that outgrow their room: goes on" $((before + 1000)) 1000000000 \
		"$(stat -c %s "$file")"
	ended
	is "upgrade: no error" 0 "$status"
	flood_stop "upgrade"
	started
	ecdn unload --all
	status=0
	wait "$capturing" || status=$?
	is "unload: ends it" 1 "$status"
	has "unload: says why" 'what was loaded in .* is there no longer' "$(<"$work/said")"
	is "unload: the file is whole" 0 "$(packets)"
}

test_monitor() {
	ecdn load --monitor --regions "$regions" e0
	ecdn block ALPHA
	started --rate 10k
	flood "${alpha[@]}" --count 200 >/dev/null
	sleep 0.3
	ended
	is "monitor: what would be dropped matches" 200 "$(matched)"
	is "monitor: and is marked" "2 would_drop" \
		"$(fields frame.verdict.ebpf_xdp frame.comment | sed 's/ region.* / /' | sort -u)"
}

# A guard of an earlier version has none of these maps; a load makes them.
test_earlier() {
	rm "$pin"/capture_{rule,cpu,packets}
	fails "earlier version: said so" 1 'earlier version, whose drops cannot be captured' \
		ecdn capture -w "$file"
	does "earlier version: load" ecdn load e0
	does "earlier version: then it does" ecdn capture --for 100ms -w "$file"
}

client_and_edge
sink_regions e0
ecdn load --regions "$regions" e0
test_file
test_elsewhere
test_asked
test_filters
test_words
test_full
test_pipe
test_slow
test_killed
test_upgrade
test_monitor
test_earlier
finish
