/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inet_diag.h - asks the kernel which sockets this network namespace has.
 */
#ifndef NET_INET_DIAG_H
#define NET_INET_DIAG_H

#include "net/listener.h"

/*
 * Calls found() for each socket of a protocol and family that waits for connections, whose
 * holders are not known yet. It ends when found() returns an error, such as -ENOMEM. 0, or a
 * negative errno with the reason logged.
 */
int inet_diag_listeners(uint8_t protocol, uint8_t family,
			int (*found)(const struct listener *listener, void *context),
			void *context);

#endif
