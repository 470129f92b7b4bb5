#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# initramfs.sh KERNEL OUT: make OUT, the initramfs of the kernel in the directory
# KERNEL: busybox, ip, that kernel's modules, and under /payload what was built
# here, with the shared libraries of all.
set -euo pipefail

kernel=$1
out=$2
here=$(readlink -f "$(dirname "$0")")
build=$(readlink -f "$here/../../build")

# What the dynamic loader would map, the loader itself included, each at the
# path at which it is looked for.
libraries_of() {
	ldd "$1" 2>/dev/null | grep -o '/[^ )]*' | sort -u || true
}

add_program() {
	local library

	# Without symbols, which the guest would hold in its memory.
	install -D -s -m 755 "$1" "$root$2"
	for library in $(libraries_of "$1"); do
		[[ -e $root$library ]] || install -D -m 755 "$library" "$root$library"
	done
}

add_base() {
	install -d "$root/bin"
	install -m 755 "$(type -P busybox)" "$root/bin/busybox"
	install -m 755 "$here/init" "$root/init"
	install -D -m 644 -t "$root/modules" "$kernel"/modules/*.ko
	add_program "$(type -P ip)" /payload/bin/ip
}

add_payload() {
	local program

	install -D -m 755 "$here/guest.sh" "$root/payload/guest.sh"
	mkdir -p "$root/payload/tests/run"
	if [[ -x $build/ecdn-xdp ]]; then
		add_program "$build/ecdn-xdp" /payload/bin/ecdn-xdp
	fi
	add_program "$(type -P nginx)" /payload/bin/nginx
	add_program "$(type -P openssl)" /payload/bin/openssl
	for program in flood surge exclusive origin_peer origin_client; do
		[[ -x $build/tests/tools/$program ]] || continue
		add_program "$build/tests/tools/$program" "/payload/bin/$program"
	done
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
		-subj /CN=origin.test -keyout "$root/payload/origin.key" \
		-out "$root/payload/origin.crt" 2>/dev/null
	for program in "$build"/tests/run/test_*; do
		[[ -f $program && -x $program ]] || continue
		add_program "$program" "/payload/tests/run/${program##*/}"
	done
}

# More than fits where guest.sh's other files do, and nodes that fill more than a thousand rows.
# Made here, as the emulated machine takes seconds over it.
add_many() {
	awk 'BEGIN {
		for (i = 0; i < 60000; i++)
			printf "%d.%d.%d.%d/28 R%d\n", 16 + i / 500, i * 131 % 256, i * 7919 % 251,
				i * 37 % 16 * 16, i * 31 % 17
	}' | sort -u -k 1,1 > "$root/payload/many"
	awk 'BEGIN {
		print "192.0.2.2\n2001:db8::2"
		for (i = 0; i < 3000; i++)
			printf "10.1.%d.%d\n", i / 256, i % 256
	}' > "$root/payload/nodes"
}

main() {
	root=$(mktemp -d "$(readlink -f "$(dirname "$out")")/root.XXXXXX")
	trap 'rm -rf "$root"' EXIT
	add_base
	add_payload
	add_many
	# Not compressed: the emulated machine would take longer over it than the disk.
	(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) > "$out"
}

main
