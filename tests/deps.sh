#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tests/deps.sh [tests] - installs what building needs and is not there; with "tests"
# what the tests, the demo, the benchmark and the checks of the source need besides.
# Asks apt only if something is missing, so that a second run works without a network.
set -euo pipefail

# A|B: the first that is installed, or else the first that apt has. Ubuntu 24.04 has
# bpftool in linux-tools; clang's runtime goes by clang's version.
building=(
	gcc libc6-dev binutils make pkg-config clang 'bpftool|linux-tools-generic'
	libbpf-dev libelf-dev zlib1g-dev libmnl-dev libyaml-dev libjansson-dev libmaxminddb-dev
	libssl-dev libsystemd-dev libncurses-dev libmicrohttpd-dev
)
testing=(
	g++ man-db libcmocka-dev nginx-dev nginx-light haproxy
	systemd iproute2 util-linux procps jq gojq curl openssl gnutls-bin nftables iptables ipset tcpdump
	tshark python3 iputils-ping ethtool tor-geoipdb xdp-tools mmdb-bin prometheus bsdutils
	clang-tidy cppcheck shellcheck 'libclang-rt-dev|libclang-rt-18-dev|libclang-rt-14-dev'
	qemu-system-x86 busybox-static cpio xz-utils zstd
)

installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# missing PACKAGE...: those entries of which nothing is installed.
missing() {
	local entry package packages found

	for entry in "$@"; do
		IFS='|' read -r -a packages <<<"$entry"
		found=
		for package in "${packages[@]}"; do
			! installed "$package" || found=1
		done
		[ -n "$found" ] || echo "$entry"
	done
}

# available ENTRY...: the package of each that apt has; the last one if it has none,
# for apt-get to complain about.
available() {
	local entry package

	for entry in "$@"; do
		while package=${entry%%|*} && [ "$package" != "$entry" ] &&
			! apt-cache show "$package" >/dev/null 2>&1; do
			entry=${entry#*|}
		done
		echo "$package"
	done
}

wanted=("${building[@]}")
[ "${1-}" != tests ] || wanted+=("${testing[@]}")
mapfile -t lacking < <(missing "${wanted[@]}")
[ ${#lacking[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "missing packages: ${lacking[*]}; run as root, or install them" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
mapfile -t packages < <(available "${lacking[@]}")
echo "installing ${packages[*]}"
# nginx is started by the tests themselves, between hosts of their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
	trap 'rm -f $policy' EXIT
fi
apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
