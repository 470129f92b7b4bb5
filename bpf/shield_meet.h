/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * shield_meet.h - what a packet met that was looked up (shield.h).
 */
#ifndef BPF_SHIELD_MEET_H
#define BPF_SHIELD_MEET_H

enum shield_meet {
	MEET_UNASKED,           /* it was not looked up, or the answer tells nothing */
	MEET_SOCKET,            /* it belongs to a connection whose handshake was completed */
	MEET_HANDSHAKE,         /* it answers the host's SYN-ACK, or its connection has ended */
	MEET_REQUEST,           /* perhaps a forged one: nobody tells whether it answers that */
	MEET_COOKIE,            /* it completes a SYN cookie */
	MEET_KNOWN,             /* it has no socket, but its address is known */
	MEET_NOBODY,
	MEET_UNSERVED,          /* not even a listener is there for it */
};

#endif
