#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A flood of forged SYNs in ALPHA's name refuses nobody of ALPHA: not when it comes from all over
# the region, nor from the client's own prefix; and one of forged ACKs ends at the guard.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nginx.sh
source "$(dirname "$0")/nginx.sh"
# shellcheck source=tests/net/513.sh
source "$(dirname "$0")/513.sh"
# shellcheck source=tests/net/shield.sh
source "$(dirname "$0")/shield.sh"

RATE=50k
REQUESTS=100

# limits OPTION...: of ALPHA, as they are by default but for these.
limits() {
	ecdn limit clear ALPHA
	ecdn limit set ALPHA --hold 1m "$@"
	ecdn release ALPHA
}

# late FLOOD-OUTPUT: milliseconds from its first frame to ALPHA's state.
late() {
	echo $((($(since_ns ALPHA) - $(got start_ns "$1")) / 1000000))
}

# Both times are the kernel's own; a busy machine may be late a time or two.
test_declared() {
	local what=$1 best=

	shift
	limits --cps 5k --pps 200k
	for _ in 1 2 3; do
		ecdn release ALPHA
		best=$(late "$(flood --type syn --port 80 --ports --rate $RATE --seconds 500ms "$@")")
		((best < 0 || best > 100)) || break
	done
	between "$what: declared within 100 ms" 0 100 "$best"
	is "$what: declared: shielded" shielded "$(state ALPHA)"
}

# test_syn WHAT URL TO FROM: the client has connected before.
test_syn() {
	local what=$1 url=$2 to=$3 from=$4 before keeping beta segments

	test_declared "$what" --to "$to" --from "$from"
	before=$(steered)
	segments=$(lost alpha)
	keep alpha "$url" 20/s 160 >"$work/kept" &
	keeping=$!
	sleep 0.3
	verdicts_start
	flood_start "$work/flood" --type syn --port 80 --ports --to "$to" --from "$from" --rate $RATE
	ask beta "$url" 20/s 160 >"$work/beta" &
	beta=$!
	ask alpha "$url" 20/s $REQUESTS >"$work/asked"
	is "$what: shielded all the while" shielded "$(state ALPHA)"
	wait $beta $keeping
	verdicts_stop "$what"
	flood_stop "$what"
	echo "# $what: $(got pps "$(<"$work/flood")") SYN/s; new: $(times "$work/asked");" \
		"kept alive: $(times "$work/kept"); BETA: $(times "$work/beta")"
	is "$what: every new connection gets 200" "$REQUESTS 200" "$(answers_in "$work/asked")"
	is "$what: every request of the old connection gets 200" "160 200" \
		"$(answers_in "$work/kept")"
	is "$what: the old connection lasts" 1 "$(cut -d ' ' -f 3 "$work/kept" | paste -sd+ | bc)"
	is "$what: none of ALPHA's segments is lost" 0 $(($(lost alpha) - segments))
	# A machine that is busy lets BETA wait as well, whose requests go on for as long.
	between "$what: requests of the old connection that take longer than 100 ms" 0 \
		$((3 * $(slower "$work/beta" 100))) "$(slower "$work/kept" 100)"
	is "$what: BETA gets 200" "160 200" "$(answers_in "$work/beta")"
	is "$what: nothing is steered" "$before" "$(steered)"
	is "$what: BETA is normal" normal "$(state BETA)"
}

# upload URL: status and seconds for 6 MB at 2 MB/s, whose packets are far below the limit.
upload() {
	on alpha curl -s -m 20 --limit-rate 2M -o /dev/null -w '%{http_code} %{time_total}' \
		--data-binary "@$work/upload" -H Expect: "$1"
}

# The upload is open when the flood begins.
test_ack() {
	local what=$1 url=$2 to=$3 quiet uploading said before sent share segments

	limits --pps 5k
	does "$what: look-ups find sockets" arm
	head -c 6M /dev/zero >"$work/upload"
	quiet=$(upload "$url")
	before=$(dropped ALPHA no_socket)
	segments=$(lost alpha)
	upload "$url" >"$work/uploaded" &
	uploading=$!
	sleep 0.3
	flood_start "$work/flood" --type ack --port 80 --ports --to "$to" --from "$4" --rate $RATE
	is "$what: shielded" shielded "$(state ALPHA)"
	ask alpha "$url" 20/s 40 >"$work/asked"
	wait $uploading
	flood_stop "$what"
	said=$(<"$work/flood")
	sent=$(got sent "$said")
	share=$((($(dropped ALPHA no_socket) - before) * 1000 / sent))
	echo "# $what: $(got pps "$said") ACK/s, $share of 1000 dropped as no_socket; upload" \
		"$(cut -d ' ' -f 2 <<<"$quiet") s before, $(cut -d ' ' -f 2 "$work/uploaded") s" \
		"meanwhile; new: $(times "$work/asked")"
	between "$what: of 1000, dropped as no_socket" 990 1000 "$share"
	is "$what: every new connection gets 200" "40 200" "$(answers_in "$work/asked")"
	is "$what: none of ALPHA's segments is lost" 0 $(($(lost alpha) - segments))
	is "$what: the upload gets its answer" 200 "$(cut -d ' ' -f 1 "$work/uploaded")"
	between "$what: the upload is not slower by more than a tenth, in %" 0 110 \
		"$(awk -v quiet="${quiet#* }" '{ printf "%d", 100 * $2 / quiet }' "$work/uploaded")"
}

shield_lab
steer_all
connect alpha beta
test_syn "SYNs of all ALPHA" "${urls[0]}" $edge_ip $whole
test_syn "SYNs of all ALPHA, IPv6" "${urls[1]}" $edge_ip6 $whole6
test_syn "SYNs of the client's prefix" "${urls[0]}" $edge_ip $own
test_syn "SYNs of the client's prefix, IPv6" "${urls[1]}" $edge_ip6 $own6
test_ack "ACKs of all ALPHA" "${urls[0]}" $edge_ip $whole
test_ack "ACKs of all ALPHA, IPv6" "${urls[1]}" $edge_ip6 $whole6
finish
