#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# abi2.sh DIR - builds into DIR, out of this repository's history, the last version whose pins
# are of ABI 2: ecdn-xdp, and the library's test client. A load of today has to carry over what
# these have pinned, and proxies with the old library have to say why they stand aside. Without
# that history (a tarball, a shallow clone) nothing is built, and tests/net/test_carry.sh says so;
# tests/run/test_carry.c makes pins of ABI 2 by itself.
set -euo pipefail

COMMIT=8e564a971c739d1c0d81e60faa4767802b7f2157

top=$(readlink -f "$(dirname "$0")/..")
dir=$(readlink -m "$1")
made=("$dir/build/ecdn-xdp" "$dir/build/tests/tools/client")

if ! git -C "$top" cat-file -e "$COMMIT^{commit}" 2>/dev/null; then
	echo "  no history of ABI 2 is here: what needs its programs is left out"
	exit 0
fi
mkdir -p "$dir"
git -C "$top" archive "$COMMIT" | tar -x -C "$dir"
# The flags of this build may be those of sanitizers.
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u CFLAGS make -s -C "$dir" -j2 "BUILD=$dir/build" \
	"${made[@]}" >"$dir/log" 2>&1 || { tail -n 20 "$dir/log" >&2; exit 1; }
ln -sf build/ecdn-xdp "$dir/ecdn-xdp"
ln -sf build/tests/tools/client "$dir/client"
