#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# libecdn-xdp as a proxy's author meets it: the header alone, the installed files,
# what is linked how, and the manual's example.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"

strict=(-Wall -Wextra -Wpedantic -Werror -pedantic-errors)
functions=$(echo ecdn_xdp_{close,count,is_node,open,origin_count,ready,verdict,verdict_info,version})

test_header() {
	local header standard

	for header in ecdn-xdp ecdn-xdp-maps ecdn-xdp-table ecdn-xdp-trusted; do
		echo "#include \"$header.h\"" >"$work/alone.c"
		cp "$work/alone.c" "$work/alone.cc"
		for standard in c99 c11 c17 gnu11; do
			does "$header.h: $standard" gcc -std=$standard "${strict[@]}" \
				-I "$top/include" -fsyntax-only "$work/alone.c"
		done
		for standard in c++11 c++17 c++20; do
			does "$header.h: $standard" g++ -std=$standard "${strict[@]}" \
				-I "$top/include" -fsyntax-only "$work/alone.cc"
		done
	done
}

# exported FILE: what it defines for others.
exported() {
	nm --defined-only --extern-only "$@" | awk '$2 == "T" || $2 == "D" || $2 == "B" {
		sub(/@.*/, "", $3); print $3 }' | sort | xargs
}

# Needed libraries and the name that programs look for.
dynamic() {
	objdump -p "$lib/libecdn-xdp.so" | sed -nE "s/^ *$1 +//p" | xargs
}

test_files() {
	is "static: it defines what the header declares" "$functions" \
		"$(exported "$lib/libecdn-xdp.a")"
	is "shared: likewise" "$functions" "$(exported -D "$lib/libecdn-xdp.so")"
	is "shared: each with its version" "6 2 1" \
		"$(for version in 0.1 0.2 0.3; do
			nm -D "$lib/libecdn-xdp.so" | grep -c "@@LIBECDN_XDP_$version\$"
		done | xargs)"
	is "shared: its name" libecdn-xdp.so.0 "$(dynamic SONAME)"
	is "shared: libc is enough" libc.so.6 "$(dynamic NEEDED | sed 's/ ld-linux[^ ]*//')"
	does "pkg-config: it is valid" pkg-config --validate libecdn-xdp
	is "pkg-config: the version" "$("$build/ecdn-xdp" --version | cut -d ' ' -f 2)" \
		"$(pkg-config --modversion libecdn-xdp)"
	lacks "manual: no warning" . "$(man --warnings -E UTF-8 -l \
		"$work/usr/share/man/man3/libecdn-xdp.3" 2>&1 >/dev/null)"
}

# The same program in every way of building it.
test_programs() {
	local cflags libs way

	sed -n '/^\.EX/,/^\.EE/p' "$work/usr/share/man/man3/libecdn-xdp.3" |
		sed '1d; $d; s/\\e/\\/g' >"$work/example.c"
	cp "$work/example.c" "$work/example.cc"
	read -ra cflags <<<"$(pkg-config --cflags libecdn-xdp)"
	read -ra libs <<<"$(pkg-config --libs libecdn-xdp)"
	does "C, shared" gcc -std=c99 -D_GNU_SOURCE "${strict[@]}" "${cflags[@]}" \
		-o "$work/c-shared" "$work/example.c" "${libs[@]}"
	does "C, static" gcc -std=c99 -D_GNU_SOURCE "${strict[@]}" "${cflags[@]}" \
		-o "$work/c-static" "$work/example.c" "$lib/libecdn-xdp.a"
	does "C, all static" gcc -static "${cflags[@]}" -o "$work/c-alone" "$work/example.c" \
		"${libs[@]}"
	# Designated initializers came to C++ with C++20.
	does "C++, shared" g++ -std=c++20 "${strict[@]}" -Wno-missing-field-initializers \
		"${cflags[@]}" -o "$work/c++-shared" "$work/example.cc" "${libs[@]}"
	does "C++, static" g++ -std=c++20 "${strict[@]}" -Wno-missing-field-initializers \
		"${cflags[@]}" -o "$work/c++-static" "$work/example.cc" "$lib/libecdn-xdp.a"
	for way in c-shared c-static c-alone c++-shared c++-static; do
		is "$way: it runs" '200 --' \
			"$(LD_LIBRARY_PATH=$lib "$work/$way" 192.0.2.1 "$pin" 2>/dev/null)"
	done
	is "what is missing is said on standard error" \
		"libecdn-xdp: no guard is loaded in $pin" \
		"$("$work/c-static" 192.0.2.1 "$pin" 2>&1 >/dev/null | cut -d : -f 1-2)"
	has "where no bpffs is: that is said" "no guard can be found in $work/none, as no bpffs" \
		"$("$work/c-static" 192.0.2.1 "$work/none" 2>&1 >/dev/null)"
	has "nor above it" "no guard can be found in /nowhere/none, as no bpffs" \
		"$("$work/c-static" 192.0.2.1 /nowhere/none 2>&1 >/dev/null)"
	is "a path that cannot be" 2 \
		"$("$work/c-static" 192.0.2.1 relative >/dev/null 2>&1; echo $?)"
}

# As Ubuntu builds packages, and what is linked with them. No warning by the way.
test_lto() {
	local lto=(-O2 -g -flto=auto -ffat-lto-objects)

	# No flag of these reaches the programs for the kernel: they are those that are there.
	mkdir "$work/lto"
	cp -p "$build"/{*.bpf.o,*.skel.h,libraries} "$work/lto/"
	does "link-time optimization: it builds" make -s -C "$top" BUILD="$work/lto" \
		CFLAGS="${lto[*]} -Werror" LDFLAGS="${lto[*]} -Wl,-z,relro" all
	is "link-time optimization: static: it defines what the header declares" "$functions" \
		"$(exported "$work/lto/libecdn-xdp.a")"
	does "link-time optimization: a program with the static library" gcc "${lto[@]}" \
		-I "$top/include" -o "$work/lto-static" "$work/example.c" \
		"$work/lto/libecdn-xdp.a"
	is "link-time optimization: it runs" '200 --' \
		"$("$work/lto-static" 192.0.2.1 "$pin" 2>/dev/null)"
	has "link-time optimization: so does the agent" '^ecdn-xdp [0-9]' \
		"$("$work/lto/ecdn-xdp" --version)"
}

test_uninstall() {
	make -s -C "$top" uninstall-client PREFIX="$work/usr" >/dev/null
	is "uninstall leaves nothing" "" "$(find "$work/usr" ! -type d)"
}

make -s -C "$top" install-client PREFIX="$work/usr" >/dev/null
lib=$work/usr/lib
export PKG_CONFIG_PATH=$lib/pkgconfig
test_header
test_files
test_programs
test_lto
test_uninstall
finish
