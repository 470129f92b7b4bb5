#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# fetch.sh SUITE DIR: put the cloud kernel of a Debian suite into DIR, as
# DIR/vmlinuz, DIR/modules/ (in the order in which they must be loaded) and
# DIR/release, which comes last and says that the rest is there. What DIR has
# already is not fetched again unless other modules are wanted; `make clean`
# makes room for newer ones.
set -euo pipefail

MODULES=(veth sch_ingress cls_bpf tcp_diag udp_diag)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

suite=$1
dir=$2
META=linux-image-cloud-amd64

fail() {
	echo "fetch.sh: $suite: $*" >&2
	exit 1
}

# The address of the machine's own mirror of the archive "debian" or
# "debian-security", in both forms that apt's sources have.
mirror() {
	local uri

	uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
		sed 's/#.*//' | grep -Eo "(https?|file)://[^ ]*/$1/?([[:space:]]|$)" |
		head -n 1) || true
	uri=${uri%%[[:space:]]*}
	echo "${uri:-http://deb.debian.org/$1}"
}

# The trixie keys are only in a keyring that is up to date; apt says so if not.
source_line() {
	local archive=debian

	[[ $suite == *-security ]] && archive=debian-security
	echo "deb [arch=amd64 signed-by=$KEYRING] $(mirror "$archive") $suite main"
}

# apt-get and apt-cache with a state of their own: the machine's lists, its
# packages and its configured suites are neither used nor changed.
apt_own() {
	local tool=$1

	shift
	"$tool" -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt" \
		-o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Acquire::Retries=3 -o Acquire::http::Timeout=30 "$@"
}

prepare_apt() {
	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	: > "$apt/status"
	source_line > "$apt/sources.list"
	apt_own apt-get update || fail "cannot read the package lists of $(mirror debian)"
}

# Image names carry the ABI, so the suite is asked for the present one.
image_package() {
	apt_own apt-cache --no-all-versions show "$META" |
		sed -n 's/^Depends:.*\(linux-image-[0-9][^ ,]*\).*/\1/p' | head -n 1
}

download() {
	(cd "$work" && apt_own apt-get download "$1") || fail "cannot download $1"
	dpkg -x "$work/$1"_*.deb "$work/root" || fail "cannot unpack $1"
	rm "$work/$1"_*.deb
}

# From 7.x on the image's package is empty: it depends on others of its release,
# for the image, the modules and the lists of both.
packages_of() {
	apt_own apt-cache show "$1" | sed -n 's/^Depends://p' | sed 's/[,|]/\n/g' |
		awk -v release="-$release" '{
			at = length($1) - length(release)
			if (at > 0 && substr($1, at + 1) == release) print $1
		}'
}

download_kernel() {
	local image package

	image=$(image_package) || true
	[[ -n $image ]] || fail "no $META there"
	release=${image#linux-image-}
	for package in "$image" $(packages_of "$image"); do
		download "$package"
	done
}

# The file of a module; its name in the kernel has _ where the file may have -.
module_file() {
	find "$tree" -name "${1//_/[-_]}.ko*" | head -n 1
}

is_builtin() {
	grep -q "/${1//_/[-_]}\.ko" "$tree/modules.builtin"
}

decompress() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dcq "$1" ;;
	*) cat "$1" ;;
	esac
}

# A module says itself what it needs, which the packages' modules.dep, made on
# installation, cannot say here.
module_needs() {
	tr '\0' '\n' < "$1" | sed -n 's/^depends=//p' | tr ',' '\n'
}

# Unpacks a module after all that it needs, numbered in that order.
unpack_module() {
	local name=$1 file needed

	[[ -e $work/$name.ko ]] && return
	is_builtin "$name" && return
	file=$(module_file "$name")
	[[ -n $file ]] || fail "$release has no module $name"
	decompress "$file" > "$work/$name.ko"
	for needed in $(module_needs "$work/$name.ko"); do
		unpack_module "$needed"
	done
	cp "$work/$name.ko" "$(printf '%s/modules/%02d-%s.ko' "$work" "$unpacked" "$name")"
	unpacked=$((unpacked + 1))
}

unpack_modules() {
	local name

	tree=$work/root/lib/modules/$release
	[[ -d $tree ]] || tree=$work/root/usr/lib/modules/$release
	[[ -d $tree ]] || fail "no modules in the packages of $release"
	unpacked=0
	mkdir "$work/modules"
	for name in "${MODULES[@]}"; do
		unpack_module "$name"
	done
}

main() {
	[[ -s $dir/release && $(cat "$dir/wanted" 2>/dev/null) = "${MODULES[*]}" ]] && return
	mkdir -p "$dir"
	work=$(mktemp -d "$(readlink -f "$dir")/new.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	apt=$work/apt
	prepare_apt
	download_kernel
	unpack_modules
	rm -rf "$dir/modules"
	mv "$work/modules" "$dir/modules"
	find "$work/root" -type f -name 'vmlinuz*' -exec mv {} "$dir/vmlinuz" \;
	[[ -s $dir/vmlinuz ]] || fail "no kernel image in the packages of $release"
	echo "${MODULES[*]}" > "$dir/wanted"
	echo "$release" > "$dir/release"
}

main
