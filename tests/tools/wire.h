/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.h - a packet socket whose frames are as on the wire, whatever the kernel keeps
 * separately: tags are in their place, and checksums are complete.
 */
#ifndef TOOLS_WIRE_H
#define TOOLS_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#include "../run/checksum.h"
#include "base/log.h"

#define FRAME_SIZE 4096
#define TAG_SIZE 4

struct frame {
	uint8_t data[FRAME_SIZE];
	size_t ip, icmp, length;        /* offsets */
};

struct wire {
	int fd;
	bool partial;           /* frames are sent with a checksum that the device must complete */
};

static inline void store_16(struct frame *frame, size_t at, uint16_t value)
{
	frame->data[at] = value >> 8;
	frame->data[at + 1] = value;
}

static inline int wire_open(struct wire *wire, const char *iface, bool partial)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	wire->partial = partial;
	at.sll_ifindex = iface ? if_nametoindex(iface) : 0;
	if (!at.sll_ifindex)
		return log_error(-ENODEV, "--dev must be an interface");
	wire->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (wire->fd < 0 || bind(wire->fd, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(wire->fd, SOL_PACKET, PACKET_AUXDATA, &(int){ 1 }, sizeof(int)) ||
	    (partial && setsockopt(wire->fd, SOL_PACKET, PACKET_VNET_HDR, &(int){ 1 }, sizeof(int))))
		return log_error(-errno, "cannot open %s: %s", iface, strerror(errno));
	return 0;
}

/* check: offset from frame->icmp of the checksum, which covers all from there on. */
static inline int wire_send(const struct wire *wire, const struct frame *frame, size_t check)
{
	struct virtio_net_hdr offload = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = frame->icmp,
		.csum_offset = check,
	};
	struct iovec parts[] = {
		{ &offload, wire->partial ? sizeof(offload) : 0 },
		{ (void *)frame->data, frame->length },
	};

	if (writev(wire->fd, parts, 2) != (ssize_t)(parts[0].iov_len + parts[1].iov_len))
		return log_error(-errno, "cannot send: %s", strerror(errno));
	return 0;
}

/* Puts the VLAN tag that the kernel took off back into its place. */
static inline void wire_put_tag_back(struct frame *frame, const struct tpacket_auxdata *aux)
{
	if (!(aux->tp_status & TP_STATUS_VLAN_VALID))
		return;
	memmove(frame->data + 2 * ETH_ALEN + TAG_SIZE, frame->data + 2 * ETH_ALEN,
		frame->length - 2 * ETH_ALEN);
	frame->length += TAG_SIZE;
	store_16(frame, 2 * ETH_ALEN, aux->tp_status & TP_STATUS_VLAN_TPID_VALID ?
		 aux->tp_vlan_tpid : ETH_P_8021Q);
	store_16(frame, 2 * ETH_ALEN + 2, aux->tp_vlan_tci);
}

/* Completes the checksum, as the sender's device would have done. */
static inline void wire_complete(struct frame *frame, const struct virtio_net_hdr *offload)
{
	size_t start = offload->csum_start, at = start + offload->csum_offset;

	if (offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM && at + 1 < frame->length)
		store_16(frame, at, checksum(sum_words(frame->data + start, frame->length - start)));
}

/* Returns false if nothing was received. */
static inline bool wire_receive(const struct wire *wire, struct frame *frame)
{
	union {
		struct cmsghdr header;
		uint8_t room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct virtio_net_hdr offload = {};
	size_t offload_size = wire->partial ? sizeof(offload) : 0;
	struct iovec parts[] = { { &offload, offload_size }, { frame->data, FRAME_SIZE - TAG_SIZE } };
	struct sockaddr_ll from;
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = parts,
				  .msg_iovlen = 2, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(wire->fd, &message, MSG_DONTWAIT);
	struct cmsghdr *header = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (length <= (ssize_t)offload_size || from.sll_pkttype == PACKET_OUTGOING)
		return false;
	frame->length = length - offload_size;
	wire_complete(frame, &offload);
	if (header && header->cmsg_level == SOL_PACKET && header->cmsg_type == PACKET_AUXDATA)
		wire_put_tag_back(frame, (void *)CMSG_DATA(header));
	return true;
}

#endif
