// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel returns from a write to an array of maps when no program can have the map that
 * was there before, that is, an RCU grace period later (maybe_wait_bpf_programs()).
 */
#include "kernel/grace.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"

int grace_wait(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	scoped_fd int inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "grace", 4, 4, 1, NULL);
	scoped_fd int outer = -1;

	options.inner_map_fd = inner;
	if (inner >= 0)
		outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "grace", 4, 4, 1, &options);
	if (inner < 0 || outer < 0)
		return log_error(-errno, "cannot create a map to wait with: %s", strerror(errno));
	if (bpf_map_update_elem(outer, &(__u32){ 0 }, &inner, BPF_ANY))
		return log_error(-errno, "cannot wait for programs to end: %s", strerror(errno));
	return 0;
}
