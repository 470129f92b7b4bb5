#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # awk programs, and what is appended to documents
#
# house.sh [TREE] - holds the rules of user/README.md against the sources. Without TREE it
# judges this tree, and then breaks each rule once in a copy to see that it is noticed.
# shellcheck disable=SC2046 # no file of ours has a blank in its name
set -euo pipefail

LINES_MAX=400
FUNCTION_MAX=60
COLUMNS_MAX=100
ROOM_PERCENT=15
README_MAX=150

top=$(readlink -f "$(dirname "$0")/..")
passed=0
failed=0

# The agent's own sources: products that are made of include/ or base/ alone are apart.
sources() {
	find user -name '*.[ch]' -not -path 'user/client/*' -not -path 'user/nginx/*' \
		-not -path 'user/exporter/*' | sort
}

all_sources() {
	find user bpf include -name '*.[ch]' | sort
}

# "ROOM RANK" of every room, the lowest first, out of the table in user/README.md.
rooms() {
	awk -F '|' '/^\| [0-9] \|/ { gsub(/ /, "", $3); room[++n] = $3 }
		END { for (i = n; i; i--) print room[i], n - i }' user/README.md
}

# The rooms of floor 4 but for the trusted list, which all of them know.
parts() {
	awk -F '|' '/^\| 4 \|/ { gsub(/ /, "", $3); if ($3 != "trust") print $3 }' user/README.md
}

# --- rules: each prints what breaks it, a line each

rule_rooms() {
	local room table

	table=$(rooms)
	for room in user/*/; do
		room=${room#user/}
		room=${room%/}
		case $room in client | nginx | exporter | prometheus) continue ;; esac
		[[ $'\n'$table = *$'\n'"$room "* ]] || echo "user/$room is not in the table of rooms"
	done
	while read -r room _; do
		[ -e "user/$room" ] || echo "user/$room of the table of rooms does not exist"
	done <<<"$table"
	find user -maxdepth 1 -type f -not -name main.c -not -name README.md -not -name '*.[58]' \
		-not -name '*.service' -printf '%p is a loose file\n'
}

rule_downward() {
	sources | xargs awk -v rooms="$(rooms | tr '\n' ' ')" -v parts="$(parts | tr '\n' ' ')" '
		BEGIN {
			n = split(rooms, word, " ")
			for (i = 1; i < n; i += 2)
				rank[word[i]] = word[i + 1]
			count = split(parts, word, " ")
			for (i = 1; i <= count; i++)
				part[word[i]] = 1
		}
		/^#include "[a-z]+\// {
			split(FILENAME, path, "/")
			split($2, to, /["\/]/)
			from = path[2]
			if (rank[to[2]] > rank[from])
				print FILENAME " includes upward: " $2
			if (from != to[2] && part[from] && part[to[2]])
				print FILENAME ", of a part, includes another part: " $2
		}'
}

# A .c and its .h are one.
rule_circles() {
	all_sources | xargs awk '
		function unit(path) { sub(/\.bpf\.c$|\.[ch]$/, "", path); return path }
		/^#include "/ {
			name = $2
			gsub(/"/, "", name)
			dir = FILENAME
			sub(/[^\/]*$/, "", dir)
			if (name ~ /skel\.h$/)
				next
			count = split("user/" name " bpf/" name " include/" name " " dir name, try, " ")
			for (i = 1; i <= count; i++)
				if ((getline line < try[i]) >= 0) {
					close(try[i])
					if (unit(try[i]) != unit(FILENAME))
						print unit(FILENAME), unit(try[i])
					break
				}
		}' | sort -u | tsort 2>&1 >/dev/null | sed 's/^tsort: */a circle of includes: /'
}

rule_no_bpf() {
	grep -nE '#include <bpf/|\b(bpf_(map|prog|obj|link)_|maps_(get|set|open))' \
		$(sources | grep -E '^user/(base|net|table|regions|show|cli)/') |
		sed 's/$/: this room never calls bpf(2)/' || true
}

# libbpf's functions for XDP without a link and for TC read the replies of whoever sends one.
rule_netlink() {
	grep -nE '\b(AF_NETLINK|mnl_socket_(open|recvfrom)|bpf_(xdp|tc)_[a-z_]+\()' \
		$(sources | grep -vE '^user/net/netlink(_watch)?\.c$') |
		sed 's/$/: replies to netlink are read in net\/netlink.c alone/' || true
}

rule_base_names() {
	sources | sed 's|.*/||; s|\.[ch]$||' | sort | uniq -c | awk '$1 > 2 { print $2 " is there twice" }'
	sources | sed -E 's|(.*/)?([^/]*)\.[ch]$|\2 \1|' | sort -u | awk '{ print $1 }' | sort |
		uniq -d | sed 's/$/ is the name of files in two rooms/'
}

# What is defined at the left margin and not static.
exported() {
	awk '
		function name_of(text) {
			sub(/^int \(/, "int ", text)
			sub(/[()].*/, "", text)
			sub(/\[.*/, "", text)
			sub(/ = .*/, "", text)
			sub(/;.*/, "", text)
			sub(/.*[ *]/, "", text)
			return text
		}
		/^(static|typedef|struct [a-z_]+ \{|enum|#|\/|_Static_assert|extern| \*)/ { head = ""; next }
		/^[a-z].*\(/ && !/;$/ { head = $0 }
		/^\{/ && head != "" { print FILENAME, name_of(head); head = "" }
		/^(const |struct |int |char |bool )[^(]* = (\{|[^{]*;)/ { print FILENAME, name_of($0) }' "$@"
}

rule_exported_names() {
	exported $(sources | grep '\.c$' | grep -v '^user/main.c$') | awk '
		{
			base = $1
			gsub(/.*\/|\.c$/, "", base)
			if ($2 !~ "^" base "s?(_|$)")
				print $1 " exports " $2 ", which does not begin with the name of its file"
		}'
}

rule_sizes() {
	all_sources | xargs awk -v lines="$LINES_MAX" -v longest="$FUNCTION_MAX" -v columns="$COLUMNS_MAX" '
		FNR == 1 { start = 0 }
		FNR == lines + 1 && FILENAME !~ /^include\// { print FILENAME " has more than " lines " lines" }
		/^\{/ { start = FNR }
		/^\}/ && start {
			if (FNR - start + 1 > longest)
				print FILENAME ":" start ": a function of " FNR - start + 1 " lines"
			start = 0
		}
		/\tgoto / { print FILENAME ":" FNR ": goto" }
		{
			text = $0
			while ((at = index(text, "\t")))
				text = substr(text, 1, at - 1) substr("        ", 1, 8 - (at - 1) % 8) \
				       substr(text, at + 1)
			if (length(text) > columns)
				print FILENAME ":" FNR ": " length(text) " columns"
		}'
}

rule_room_share() {
	sources | xargs wc -l | awk -v percent="$ROOM_PERCENT" '
		$2 == "total" { next }
		{ split($2, path, "/"); room[path[2]] += $1 }
		END {
			while (("find user -name \"*.[ch]\" | xargs cat | wc -l" | getline total) <= 0)
				;
			for (name in room)
				if (room[name] * 100 > percent * total)
					print "user/" name " has " room[name] " of " total " lines"
		}'
}

rule_exit() {
	grep -nE '(^|[^_a-z>.])(exit|_exit|abort|errx?)\(' $(sources | grep -v '^user/main.c$') |
		sed 's/$/: only main.c ends the process/' || true
}

rule_spdx() {
	find user bpf include tests vmlinux .ci \( -name '*.[ch]' -o -name '*.sh' -o -name '*.mk' \) \
		-not -path '*/corpus/*' | sort | xargs awk '
		FNR <= 2 && /SPDX-License-Identifier/ { licensed[FILENAME] = 1 }
		FNR > 2 { nextfile }
		END {
			for (i = 1; i < ARGC; i++)
				if (!(ARGV[i] in licensed))
					print ARGV[i] " has no SPDX line"
		}'
}

# The first word of a row is the map's name.
rule_map_table() {
	local in_tree in_table

	in_tree=$(sed -nE 's/^\} ([a-z_]+) SEC\("\.maps"\);/\1/p' bpf/*.h bpf/*.bpf.c | sort -u
		echo region_lines
		echo trusted_lines)
	in_table=$(awk '/^#ifndef/ { exit } /^ \*[ \t]+[a-z_]+[ \t]/ { print $2 }' \
		include/ecdn-xdp-maps.h | sort -u)
	comm -23 <(sort -u <<<"$in_tree") <(echo "$in_table") |
		sed 's/$/ is a map, and not in the table of ecdn-xdp-maps.h/'
	comm -23 <(checked_maps) <(tabled_maps) |
		sed 's/$/ is what commands check, and not what the table of ecdn-xdp-maps.h says/'
}

# "MAP TYPE", and "mmap" behind it, of each row that commands hold a pin against.
checked_maps() {
	cat user/*/*.c | tr '\n\t' '  ' |
		grep -oE '[a-z_]+, *MAP_IS\([A-Z_]+, [^()]*\)(, *MAP_[A-Z]+)*' |
		sed -E 's/^([a-z_]+), *MAP_IS\(([A-Z_]+).*\)(, MAP_MMAP)?.*/\1 \2\3/; s/, MAP_MMAP/ mmap/' |
		sort -u
}

tabled_maps() {
	awk '/^#ifndef/ { exit } /^ \*[ \t]+[a-z_]+[ \t]+[A-Z_]+,?[ \t]/ {
		print $2, $3 ($4 == "mmap" ? " mmap" : "") }' include/ecdn-xdp-maps.h |
		tr -d , | sort -u
}

verbs_and_files() {
	grep -hoE '`ecdn-xdp [a-z]+' README.md user/nginx/README.md \
		user/client/README.md | sed 's/.* //'
	grep -hoE 'ecdn-xdp [a-z]+' user/ecdn-xdp.8 | sed 's/.* //'
}

rule_documents() {
	local word verbs target

	verbs=$(sed -nE 's/^\t\{ "([a-z]+)", .*/\1/p' user/main.c user/cli/*.c)
	verbs_and_files | sort -u | while read -r word; do
		case $word in is | from | and | of | in | with) continue ;; esac
		grep -qx "$word" <<<"$verbs" || echo "README or man page name \`ecdn-xdp $word\`, no verb"
	done
	grep -hoE '(^|[^/a-z])(user|tests|bpf|include)/[a-zA-Z0-9_./-]+' README.md user/README.md |
		sed -E 's/^[^a-z]//; s/[.,]$//' | sort -u | while read -r word; do
		[[ $word = *NAME* || -e $word ]] || echo "README names $word, which does not exist"
	done
	grep -hoE '`(sudo )?make [a-z-]+' README.md | sed 's/.* //' | sort -u | while read -r target; do
		grep -qE "^(\.PHONY:.*\b)?$target\b" Makefile user/*/*.mk ||
			echo "README names make $target, no target"
	done
	[ "$(wc -l <user/README.md)" -le "$README_MAX" ] ||
		echo "user/README.md has more than $README_MAX lines"
}

RULES=(rooms downward circles no_bpf netlink base_names exported_names sizes room_share exit spdx
	map_table documents)

judge() {
	local rule found

	for rule in "${RULES[@]}"; do
		found=$("rule_$rule" || true)
		if [ -z "$found" ]; then
			echo "ok - house: $rule"
			passed=$((passed + 1))
		else
			echo "not ok - house: $rule"
			printf '    %s\n' "${found//$'\n'/$'\n'    }"
			failed=$((failed + 1))
		fi
	done
}

# --- each rule broken once, in a copy

broken() {
	local rule=$1 found

	found=$("rule_$rule" || true)
	if [ -n "$found" ]; then
		echo "ok - house: a broken rule is noticed: $rule"
		passed=$((passed + 1))
	else
		echo "not ok - house: a broken rule is not noticed: $rule"
		failed=$((failed + 1))
	fi
}

# The one file or folder that break_rule() changes or adds.
broken_place() {
	case $1 in
	rooms) echo user/attic ;;
	circles) echo user/kernel/pins.h ;;
	no_bpf) echo user/cli/stats.c ;;
	netlink) echo user/net/link.c ;;
	base_names) echo user/net/pins.c ;;
	sizes) echo user/kernel/owner.c ;;
	room_share) echo user/kernel/more.c ;;
	exit) echo user/view/view_pins.c ;;
	map_table) echo bpf/settings.h ;;
	documents) echo README.md ;;
	*) echo user/kernel/pins.c ;;
	esac
}

break_rule() {
	case $1 in
	rooms) mkdir "$2" ;;
	downward) sed -i '1i #include "cli/cli.h"' "$2" ;;
	circles) sed -i '1i #include "attach/xdp_link.h"' "$2" ;;
	no_bpf) sed -i '1i #include <bpf/bpf.h>' "$2" ;;
	netlink) sed -i '$a int query = bpf_xdp_query(1, 0, NULL);' "$2" ;;
	base_names) echo >"$2" ;;
	exported_names) printf 'int stray(void)\n{\n\treturn 0;\n}\n' >>"$2" ;;
	sizes) {
		printf 'static int far(void)\n{\n'
		printf '	;\n%.0s' {1..70}
		echo '}'
	} >>"$2" ;;
	room_share) seq -f '/* %g */' 9000 >"$2" ;;
	exit) printf 'static void leave(void)\n{\n\texit(1);\n}\n' >>"$2" ;;
	spdx) sed -i 1d "$2" ;;
	map_table) printf 'struct {\n} unheard_of SEC(".maps");\n' >>"$2" ;;
	documents) echo 'Run `ecdn-xdp frobnicate`.' >>"$2" ;;
	esac
}

# What a rule's trial broke is as in the tree again before the next.
break_all() {
	local judged=(Makefile README.md user bpf include tests vmlinux .ci)
	local tree=$PWD copy rule place

	copy=$(mktemp -d)
	cp -r "${judged[@]}" "$copy"
	cd "$copy"
	for rule in "${RULES[@]}"; do
		place=$(broken_place "$rule")
		break_rule "$rule" "$place"
		broken "$rule"
		rm -r "${place:?}"
		[ ! -e "$tree/$place" ] || cp "$tree/$place" "$place"
	done
	cd "$tree"
	rm -rf "$copy"
}

cd "${1:-$top}"
judge
(($#)) || break_all
echo "$passed passed, $failed failed"
((failed == 0))
