#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints the path of the first bpftool that works. Ubuntu's /usr/sbin/bpftool is a
# wrapper that refuses every kernel but the one its package was made for; the real
# ones are beside it, by kernel, and do not depend on it.
for tool in "$(command -v bpftool)" /usr/sbin/bpftool /usr/local/sbin/bpftool \
	/usr/lib/linux-tools-*/bpftool /usr/lib/linux-tools/*/bpftool; do
	if [ -x "$tool" ] && "$tool" version >/dev/null 2>&1; then
		echo "$tool"
		exit 0
	fi
done
exit 1
