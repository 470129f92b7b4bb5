/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * sock_address.h - the two addresses of a socket, for programs of a cgroup's sockets. An IPv6
 * socket shows an IPv4 address mapped into IPv6 (::ffff:0:0/96), which packets do not have.
 */
#ifndef BPF_SOCK_ADDRESS_H
#define BPF_SOCK_ADDRESS_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define AF_INET 2
#define V4_MAPPED bpf_htonl(0xffff)

static __always_inline __u8 sock_address_unmap(__u32 addr_be[4])
{
	if (addr_be[0] || addr_be[1] || addr_be[2] != V4_MAPPED)
		return 6;
	addr_be[0] = addr_be[3];
	addr_be[2] = addr_be[3] = 0;
	return 4;
}

/* Both return the family, 4 or 6. addr_be: zeros at first; an IPv4 address is its first word. */
static __always_inline __u8 local_address(struct bpf_sock_ops *ctx, __u32 addr_be[4])
{
	if (ctx->family == AF_INET) {
		addr_be[0] = ctx->local_ip4;
		return 4;
	}
	addr_be[0] = ctx->local_ip6[0];
	addr_be[1] = ctx->local_ip6[1];
	addr_be[2] = ctx->local_ip6[2];
	addr_be[3] = ctx->local_ip6[3];
	return sock_address_unmap(addr_be);
}

static __always_inline __u8 remote_address(struct bpf_sock_ops *ctx, __u32 addr_be[4])
{
	if (ctx->family == AF_INET) {
		addr_be[0] = ctx->remote_ip4;
		return 4;
	}
	addr_be[0] = ctx->remote_ip6[0];
	addr_be[1] = ctx->remote_ip6[1];
	addr_be[2] = ctx->remote_ip6[2];
	addr_be[3] = ctx->remote_ip6[3];
	return sock_address_unmap(addr_be);
}

#endif
