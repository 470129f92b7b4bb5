#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Installs what building and testing need and is not there. Asks apt only if
# something is missing, so that a second run works without a network.
set -euo pipefail

packages=(
	gcc g++ binutils man-db make pkg-config clang llvm bpftool
	libbpf-dev libelf-dev libmnl-dev zlib1g-dev libyaml-dev libjansson-dev libmaxminddb-dev
	libcmocka-dev
	iproute2 util-linux procps jq curl nginx-light nginx-dev haproxy openssl nftables iptables ipset tcpdump iputils-ping ethtool
	tor-geoipdb xdp-tools mmdb-bin
	qemu-system-x86 busybox-static cpio xz-utils zstd
)

missing=()
for package in "${packages[@]}"; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "missing packages: ${missing[*]}; run as root, or install them" >&2
	exit 1
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# nginx is started by the tests themselves, between hosts of their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
	trap 'rm -f $policy' EXIT
fi
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
