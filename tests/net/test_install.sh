#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What `make install` leaves, and the unit that loads all of it after a boot.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

root=$work/root
unit=$root/usr/local/lib/systemd/system/ecdn-xdp.service

# unit_does KEY: what the unit runs, with our files in the place of the system's.
unit_does() {
	local words

	words=$(sed -n "s/^$1=//p" "$unit")
	words=${words//\/etc\//$work/}
	# shellcheck disable=SC2086
	on edge "$root"$words --pin-dir "$pin"
}

files() {
	find "$root" ! -type d -printf '%m %P\n' | sort
}

test_files() {
	make -s -C "$top" install DESTDIR="$root" >/dev/null
	has "install: the program" '^755 usr/local/sbin/ecdn-xdp$' "$(files)"
	has "install: what serves the metrics" '^755 usr/local/sbin/ecdn-xdp-metrics$' "$(files)"
	is "install: alert rules and a dashboard" "644 alerts.yml 644 dashboard.json" \
		"$(files | sed -n 's|usr/local/share/ecdn-xdp/ecdn-xdp-||p' | xargs)"
	has "install: its manual" '^644 usr/local/share/man/man8/ecdn-xdp.8$' "$(files)"
	has "install: its keys of JSON" '^644 usr/local/share/man/man5/ecdn-xdp-json.5$' "$(files)"
	has "install: the header of the maps" '^644 usr/local/include/ecdn-xdp-maps.h$' "$(files)"
	has "install: the header of the origin observer" \
		'^644 usr/local/include/ecdn-xdp-origin.h$' "$(files)"
	has "install: the header of the tables" '^644 usr/local/include/ecdn-xdp-table.h$' "$(files)"
	has "install: the header of the trusted table" \
		'^644 usr/local/include/ecdn-xdp-trusted.h$' "$(files)"
	has "install: the unit" '^644 usr/local/lib/systemd/system/ecdn-xdp.service$' "$(files)"
	has "install: the agent's unit" \
		'^644 usr/local/lib/systemd/system/ecdn-xdp-agent.service$' "$(files)"
	lacks "units: they know where the program is" "@SBIN@" "$(cat "${unit%/*}"/*)"
}

# What Debian's hardening-check asks of a file.
test_hardening() {
	local file elf dynamic

	for file in sbin/ecdn-xdp lib/libecdn-xdp.so; do
		elf=$root/usr/local/$file
		dynamic=$(readelf -dW "$elf")
		has "hardening: $file can be anywhere" 'Type: +DYN' "$(readelf -hW "$elf")"
		has "hardening: $file: what is relocated is read-only" GNU_RELRO \
			"$(readelf -lW "$elf")"
		has "hardening: $file: all of it, at once" 'BIND_NOW|Flags:.* NOW' "$dynamic"
		has "hardening: $file: no stack is executable" 'GNU_STACK .* RW +0x' \
			"$(readelf -lW "$elf")"
		has "hardening: $file: stacks are protected" ' __stack_chk_fail(@|$)' \
			"$(readelf --dyn-syms -W "$elf")"
		has "hardening: $file: sizes are checked" ' __[a-z]+_chk(@|$)' \
			"$(readelf --dyn-syms -W "$elf")"
	done
	has "hardening: the program is a PIE" 'Flags:.* PIE' \
		"$(readelf -dW "$root/usr/local/sbin/ecdn-xdp")"
}

# Objects, as the program has the mark only if libc's own objects have it.
test_jumps() {
	local object unmarked=

	[ "$(uname -m)" = x86_64 ] || return 0
	for object in "$build"/user/*.o "$build"/user/*/*.o "$build"/client/*.o; do
		readelf -n "$object" | grep -q 'IBT, SHSTK' || unmarked+=" ${object#"$build"/}"
	done
	is "hardening: jumps are checked where the processor does" "" "$unmarked"
}

test_unit() {
	echo 192.0.2.2 >"$work/nodes.txt"
	printf 'nodes: nodes.txt\nping: {interfaces: [e0]}\n' >"$work/ecdn-xdp.yaml"
	ip -n "ecdn-$id-edge" address add $edge_ip/24 dev e0
	ip -n "ecdn-$id-client" address add 192.0.2.2/24 dev c0
	on edge sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	does "unit: start" unit_does ExecStart
	does "unit: a node's ping is answered" on client ping -q -c 3 -i 0.01 -W 2 $edge_ip
	does "unit: reload" unit_does ExecReload
	is "unit: reload keeps what was counted" 3 "$(ecdn node --json | jq '.nodes[0].answered')"
	does "unit: stop" unit_does ExecStop
	fails "unit: then nobody is answered" 1 ' 0 received' \
		on client ping -q -c 2 -i 0.01 -W 0.3 $edge_ip
}

test_uninstall() {
	make -s -C "$top" uninstall DESTDIR="$root" >/dev/null
	is "uninstall: no file is left" "" "$(files)"
}

client_and_edge
test_files
test_hardening
test_jumps
test_unit
test_uninstall
finish
