# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# own_run.sh - runs the test that sources it, before lib.sh, with a /run of its own, which only root
# may change, so that it can have a journal there.
if [ -z "${ECDN_XDP_OWN_RUN-}" ]; then
	exec env ECDN_XDP_OWN_RUN=1 unshare --mount bash -c 'mount -t tmpfs -o mode=755 tmpfs /run &&
		mkdir -p /run/lock /run/netns /run/systemd/journal /run/log/journal && exec "$@"' \
		bash "$0" "$@"
fi
