// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/features.h"

#include <errno.h>
#include <stddef.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kernel/tcx.h"

#define LOOPBACK 1              /* each network namespace has it, under this index */

const struct feature features[] = {
	{ "jumbo", "5.18", features_jumbo, "native mode takes frames of one page only" },
	{ "tcx", "6.6", features_tcx, "ping is a filter of the qdisc clsact" },
	{ NULL, NULL, NULL, NULL },
};

bool features_jumbo(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_get_buff_len, NULL) == 1;
}

/* A kernel without tcx does not know this attach type, and refuses to query it. */
bool features_tcx(void)
{
	LIBBPF_OPTS(bpf_prog_query_opts, query);

	return !bpf_prog_query_opts(LOOPBACK, TCX_INGRESS, &query);
}
