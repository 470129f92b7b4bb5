/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dry_frame.h - a packet that is made up, as it would arrive at an interface.
 */
#ifndef DRY_DRY_FRAME_H
#define DRY_DRY_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define DRY_FRAME_MAX 128

struct dry_frame {
	uint8_t byte[DRY_FRAME_MAX];
	uint32_t length;
};

/*
 * From source to port `port` of target, which is of the same family. protocol: IPPROTO_TCP or
 * IPPROTO_UDP. opens: a SYN or an Initial packet of QUIC; otherwise a segment or a packet of a
 * connection that is open. Checksums are zeros, as the guard looks at none.
 */
void dry_frame_build(struct dry_frame *frame, const struct address *source,
		     const struct address *target, uint16_t port, uint8_t protocol, bool opens);

#endif
