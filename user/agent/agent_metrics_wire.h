/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics_wire.h - what the agent and the program that serves its metrics say to each other,
 * over a socket of type SOCK_SEQPACKET.
 */
#ifndef AGENT_AGENT_METRICS_WIRE_H
#define AGENT_AGENT_METRICS_WIRE_H

#include <stdint.h>

#define AGENT_METRICS_WIRE_PROGRAM "ecdn-xdp-metrics"

/* The fds that the program begins with. */
#define AGENT_METRICS_WIRE_LISTENER 3
#define AGENT_METRICS_WIRE_SOCKET 4

/* Its first word: where it listens. Those that follow are names by which it may be asked. */
#define AGENT_METRICS_WIRE_UNIX "unix"          /* every name will do */
#define AGENT_METRICS_WIRE_LOOPBACK "loopback"
#define AGENT_METRICS_WIRE_NETWORK "network"

/* The program says a byte. */
#define AGENT_METRICS_WIRE_READY 'r'    /* it can serve; the agent does not answer */
#define AGENT_METRICS_WIRE_PAGE 'p'     /* it wants a page */

/* The agent's answer, with an fd of a sealed memfd that has the page. */
struct agent_metrics_wire {
	uint64_t size;          /* of the page; 0: there is none, and no fd */
};

/* Neither asks for more, nor makes more, than one page in this time. */
#define AGENT_METRICS_WIRE_FRESH_NS 1000000000ULL

#endif
