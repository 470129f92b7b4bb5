# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# own_net.sh - runs the test that sources it, before lib.sh, in a network namespace of its own, and
# among processes of its own alone: commands look through all processes for who holds a listener, and
# on a busy host that takes them longer than all the rest.
if [ -z "${ECDN_XDP_OWN_NET-}" ]; then
	exec env ECDN_XDP_OWN_NET=$$ unshare --net --pid --fork --kill-child=TERM --mount-proc \
		"$0" "$@"
fi
