#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An interface is known by its index: it is renamed, swaps its name with another one, is deleted
# and made again, moves to another network namespace, or loses what is attached to it. The guard
# and ping alike.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

ip_edge() {
	ip -n "ecdn-$id-edge" "$@"
}

# rename OLD NEW
rename() {
	ip_edge link set "$1" down
	ip_edge link set "$1" name "$2"
	ip_edge link set "$2" up
}

make() {
	ip_edge link add "$1" type veth peer name "$1p"
	ip_edge link set "$1" up
}

# load IFACE...: the part that is tested.
load() {
	if [ $part = guard ]; then
		ecdn load --regions "$regions" "$@"
	else
		ecdn load --ping --tc $part "$@"
	fi
}

# shown FILTER: of the interfaces of the part in `status`, one a line.
shown() {
	if [ $part = guard ]; then
		ecdn status --json | jq -r ".interfaces[] | $1"
	else
		ecdn status --json | jq -r ".ping.interfaces[] | $1"
	fi
}

# names_shown: "INTERFACE FORMER STATE" of each.
names_shown() {
	shown '"\(.interface) \(.former) \(.state)"'
}

# on_it IFACE: the part's program that is attached to the interface. Debian 12's bpftool does not
# show tcx: status asks the kernel for the programs at that index.
on_it() {
	case $part in
	guard) on edge ip -j link show dev "$1" | jq -r '.[0].xdp.prog.id // empty' ;;
	tcx) shown "select(.ifindex == $(index_of "$1") and .state == \"tcx\") | .ifindex" ;;
	clsact) on edge tc -j filter show dev "$1" ingress 2>/dev/null |
		jq -r '.[].options.prog.id // empty' ;;
	esac
}

index_of() {
	on edge ip -j link show dev "$1" | jq '.[0].ifindex'
}

has_it() {
	[ -n "$(on_it "$1")" ] && echo yes || echo no
}

# What status calls what is attached.
attached_as() {
	[ $part = guard ] && echo native || echo $part
}

test_renamed() {
	make v0
	load v0
	rename v0 w0
	is "$part, renamed: status has both names" "w0 v0 $(attached_as)" "$(names_shown)"
	has "$part, renamed: and as text" '^[a-z]+ +w0 \(was v0\): ' "$(ecdn status)"
	does "$part, renamed: load by today's name" load w0
	is "$part, renamed: it is attached once" "w0 v0 $(attached_as)" "$(names_shown)"
	fails "$part, renamed: load by the former one" 1 'no interface v0: .*called w0 now' load v0
	does "$part, renamed: unload by the former one" ecdn unload v0
	is "$part, renamed: it is off" no "$(has_it w0)"
	does "$part, renamed: load" load w0
	is "$part, renamed: it has one name then" "w0 null $(attached_as)" "$(names_shown)"
	rename w0 v0
	does "$part, renamed again: unload by today's name" ecdn unload v0
	is "$part, renamed again: it is off" no "$(has_it v0)"
	is "$part, renamed: nothing is left" "" "$(names_shown)"
	ecdn unload --all
	ip_edge link del v0
}

# v0 and v1 change their names: who is named is who is called so today.
test_swapped() {
	make v0
	make v1
	load v0 v1
	swap v0 v1
	is "$part, swapped: status tells" "v0 v1 $(attached_as)
v1 v0 $(attached_as)" "$(names_shown | sort)"
	does "$part, swapped: both are upgraded" load v0 v1
	does "$part, swapped: unload one" ecdn unload v0
	is "$part, swapped: that one is off, the other is on" "no yes" \
		"$(has_it v0) $(has_it v1)"
	fails "$part, swapped: it is no more" 1 'v0 .*by that name v1 was loaded.*unload v1' \
		ecdn unload v0
	is "$part, swapped: which takes nothing off" yes "$(has_it v1)"
	if [ $part = guard ]; then
		does "$part, swapped: load it again" load v0
		is "$part, swapped: both are on, by their own names" "v0 null native
v1 null native" "$(names_shown)"
	else
		fails "$part, swapped: its name is taken" 1 'by that name v1 .*unload v1.*load both' \
			load v0
		ecdn unload v1
		does "$part, swapped: load both again" load v0 v1
	fi
	does "$part, swapped: unload both" ecdn unload v0 v1
	is "$part, swapped: nothing is left" "" "$(names_shown)"
	ecdn unload --all
	ip_edge link del v0
	ip_edge link del v1
}

swap() {
	rename "$1" x0
	rename "$2" "$1"
	rename x0 "$2"
}

test_made_again() {
	make v0
	load v0
	ip_edge link del v0
	is "$part, deleted: status says so" "v0 null $([ $part = guard ] && echo vanished ||
		echo gone)" "$(names_shown)"
	make v0
	is "$part, made again: status says so" "v0 null back" "$(names_shown)"
	has "$part, made again: and what to do" \
		"v0: is back, (unguarded|without ping): .ecdn-xdp load (--ping )?v0.\$" \
		"$(ecdn status)"
	does "$part, made again: load" load v0
	is "$part, made again: it is attached" "v0 null $(attached_as)" "$(names_shown)"
	is "$part, made again: really" yes "$(has_it v0)"
	ip_edge link del v0
	make v0
	does "$part, made again: unload is no error" ecdn unload v0
	is "$part, made again: nothing is left" "" "$(names_shown)"
	ecdn unload --all
	ip_edge link del v0
}

# detach IFACE: as somebody does who has other tools.
detach() {
	local link=$pin/link/$1

	[ $part = guard ] || link=$pin/ping/$1
	case $part in
	clsact) on edge tc filter del dev "$1" ingress ;;
	*) bpftool link detach pinned "$link" ;;
	esac
}

test_detached() {
	make v0
	load v0
	detach v0
	is "$part, detached: status says so" "v0 null detached" "$(names_shown)"
	has "$part, detached: and what to do" \
		"v0: detached by somebody, (unguarded|without ping): .ecdn-xdp load (--ping )?v0.\$" \
		"$(ecdn status)"
	rename v0 w0
	is "$part, detached and renamed" "w0 v0 detached" "$(names_shown)"
	does "$part, detached: load" load w0
	is "$part, detached: it is on" yes "$(has_it w0)"
	ecdn unload --all
	ip_edge link del w0
}

# To another network namespace and back, where it may get another name.
test_moved() {
	make v0
	load v0
	ip_edge link set v0 netns "ecdn-$id-other"
	if [ $part = guard ]; then
		is "$part, moved: status says so" "v0 null attached elsewhere" "$(names_shown)"
		fails "$part, moved: load is refused" 1 'another network namespace' load v0
	else
		has "$part, moved: status says that it is not here" \
			'^v0 null (attached elsewhere|gone)$' "$(names_shown)"
	fi
	does "$part, moved: unload" ecdn unload v0
	is "$part, moved: nothing is left" "" "$(names_shown)"
	ecdn unload --all
	ip -n "ecdn-$id-other" link del v0
}

# What vanished with its namespace, and came back with another name.
test_unrelated() {
	make v0
	make v1
	load v0
	rename v0 w0
	rename v1 v0
	is "$part, another one has its name: status" "w0 v0 $(attached_as)" "$(names_shown)"
	fails "$part, another one has its name: unload it" 1 'by that name w0 was loaded' \
		ecdn unload v0
	is "$part, another one has its name: nothing was taken off" yes "$(has_it w0)"
	does "$part, another one has its name: unload" ecdn unload w0
	is "$part, another one has its name: it is off" no "$(has_it w0)"
	ecdn unload --all
	ip_edge link del w0
	ip_edge link del v0
}

# Pins of a version that keeps no notes.
test_without_notes() {
	make v0
	load v0
	rm -rf "$pin"/link-index "$pin"/ping-index
	rename v0 w0
	is "$part, no notes: a renamed interface" "w0 v0 $(attached_as)" "$(names_shown)"
	does "$part, no notes: upgraded" load w0
	ip_edge link del w0
	is "$part, no notes: vanished" 1 "$(names_shown | grep -cE '^v0 null (vanished|gone)$')"
	does "$part, no notes: unload" ecdn unload v0
	ecdn unload --all
}

host edge other
parts="guard clsact"
make t0
! ecdn load --ping --tc tcx t0 2>/dev/null || parts+=" tcx"
ecdn unload --all
for part in $parts; do
	test_renamed
	test_swapped
	test_made_again
	test_detached
	test_moved
	test_unrelated
	test_without_notes
done
finish
