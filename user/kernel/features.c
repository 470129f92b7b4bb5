// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/features.h"

#include <errno.h>
#include <stddef.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "kernel/tcx.h"

#define LOOPBACK 1              /* each network namespace has it, under this index */

const struct feature features[] = {
	{ "jumbo", "5.18", features_jumbo, "native mode takes frames of one page only" },
	{ "tcx", "6.6", features_tcx, "ping is a filter of the qdisc clsact" },
	{ "icmp", "5.14", features_icmp, "what ICMP says of origins is not seen" },
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

/* The type of what the kernel calls there, by which libbpf finds it, too. */
bool features_icmp(void)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	bool found = kernel && btf__find_by_name_kind(kernel, "btf_trace_inet_sk_error_report",
						      BTF_KIND_TYPEDEF) > 0;

	btf__free(kernel);
	return found;
}
