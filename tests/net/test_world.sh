#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The world's real ranges, with the test networks over them.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

GEOIP=/usr/share/tor/geoip
GEOIP6=/usr/share/tor/geoip6
SAMPLE=2000

# The first and the last address of every so many ranges of a file, with the name
# that the file gives them; IPv4 addresses are integers there.
expected() {
	grep -v '^#' "$1" | awk -F, -v sample=$SAMPLE '
		function text(ip) {
			return index(ip, ":") ? ip : int(ip / 16777216) % 256 "." \
				int(ip / 65536) % 256 "." int(ip / 256) % 256 "." ip % 256
		}
		{ line[NR] = $0 }
		END {
			step = int(NR / sample)
			for (i = 1; i <= NR; i += step) {
				split(line[i], field, ",")
				name = field[3] == "??" ? "--" : field[3]
				print text(field[1]), name
				print text(field[2]), name
			}
		}'
}

test_lookup() {
	local file

	for file in $GEOIP $GEOIP6; do
		expected "$file" | grep -Ev '^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\.|2001:db8:)' \
			>"$work/expected"
		cut -d' ' -f1 "$work/expected" | ecdn region lookup - >"$work/found"
		between "$file: addresses looked up" $SAMPLE $((SAMPLE * 3)) "$(wc -l <"$work/found")"
		is "$file: each is where the file has it" "" \
			"$(diff "$work/expected" "$work/found" | head -n 10)"
	done
	is "the test networks go over it" $'198.51.100.1 ALPHA\n2001:db8:a::1 ALPHA' \
		"$(ecdn region lookup 198.51.100.1 2001:db8:a::1)"
}

# A source of a real region, and its neighbours in one of the test networks.
test_traffic() {
	local real region

	read -r real region < <(expected $GEOIP | grep -v ' --$' | sed -n 1000p)
	flood --from "$real/32" --count 1000 >/dev/null
	is "a packet from $real is counted for $region" 1000 "$(stats "$region" .packets)"
	flood --from 198.51.100.0/24 --count 1000 >/dev/null
	is "a packet of a test network is not the world's" 1000 "$(stats ALPHA .packets)"
	is "nothing else is counted" 2000 "$(stats_all '[.regions[].packets] | add')"
	ecdn block "$region"
	flood --from "$real/32" --count 1000 >/dev/null
	is "$region can be blocked" 1000 "$(stats "$region" .dropped.blocked.packets)"
}

# The kernel's id of the generation in use; bpftool shows its bytes, lowest first.
table_id() {
	echo $(("$(bpftool -j map dump pinned "$pin/region_table" |
		jq -r '"0x" + (.[0].value | reverse | map(.[2:]) | add)')"))
}

# Each generation in turn, and what the kernel keeps of the old ones: nothing.
test_reload() {
	local round table old=()

	for round in 1 2 3; do
		table=$(table_id)
		does "a table is there, $round" bpftool map show id "$table"
		old+=("$table")
		does "load the world again, $round" ecdn region load $GEOIP $GEOIP6 "$regions"
	done
	is "generations" 4 "$(stats_all .generation)"
	for table in "${old[@]}"; do
		does "old table $table goes" wait_for 10 no_map "$table"
	done
}

no_map() {
	! bpftool map show id "$1" 2>/dev/null
}

client_and_edge
does "load the world" ecdn load --regions $GEOIP --regions $GEOIP6 --regions "$regions" e0
between "countries" 200 400 "$(ecdn region --json | jq '.regions | length')"
is "sources" "$GEOIP $GEOIP6 $regions" \
	"$(ecdn status --json | jq -r '.table.sources | join(" ")')"
test_lookup
test_traffic
test_reload
finish
