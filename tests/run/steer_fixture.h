/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_fixture.h - steer in a network namespace that belongs to the test, with sockets
 * that wait there and clients of two regions. If something cannot be set up, the test
 * ends.
 *
 * Everything is on lo: 127.0.0.2 and fd00::2 are in REGION_SURGING, 127.0.0.3 and
 * fd00::3 in REGION_QUIET, other addresses in no region.
 */
#ifndef RUN_STEER_FIXTURE_H
#define RUN_STEER_FIXTURE_H

#include <stdbool.h>
#include <netinet/in.h>

#include "guard/guard_maps.h"
#include "steer/steer_maps.h"

#define REGION_SURGING 2
#define REGION_QUIET 3

#define STEERED_PORT 8080       /* protected unless a test says otherwise */
#define FOR_EVER (~0ULL)

struct world {
	struct steer_bpf *skel;
	struct bpf_link *link;
	uint32_t table_flags;           /* flags of the map of a table */
	struct guard_maps guard;        /* fds of the skeleton, as are the next two; not owned */
	struct steer_maps maps;
	int config_map;
	struct ecdn_xdp_config config;  /* as it was last written */
};

/* A network namespace of its own, in which lo is up and has fd00::2 and fd00::3. */
void steer_enter_netns(void);

void world_open(struct world *world);
void world_close(struct world *world);

void world_configure(struct world *world);
void world_protect(struct world *world, bool tcp, bool udp);
void world_set_state(struct world *world, uint32_t region, enum ecdn_xdp_state state,
		     uint64_t until_ns, enum ecdn_xdp_state next);

/* When the state that follows ends in turn. */
void world_set_next(struct world *world, uint32_t region, uint64_t next_until_ns);
/* Trusts a prefix; NULL: nothing. */
void world_trust(struct world *world, const char *cidr);
/* Removes the region table. */
void world_drop_table(struct world *world);

/* Reads the counters of the steered port for that family. */
void world_stats(const struct world *world, uint8_t protocol, int family,
		 struct ecdn_xdp_steer_stats *stats);

/* Makes these the sockets of the listener of that family, as the agent does. */
void world_steer(struct world *world, uint8_t protocol, int family, const int *sockets,
		 unsigned int count);
/* As world_steer(), by what was in the row before. */
void world_steer_late(struct world *world, uint8_t protocol, int family,
		      const uint64_t before[ECDN_XDP_STEER_SOCKETS], const int *sockets,
		      unsigned int count);
/* As world_steer(), when nobody can tell which sockets the listener has. */
void world_steer_unknown(struct world *world, uint8_t protocol, int family);
void world_steer_end(struct world *world, uint8_t protocol);

/* Returns how many open sockets of the listener of that family the kernel holds. */
unsigned int world_sockets(const struct world *world, uint8_t protocol, int family);

enum socket_option {
	V6_ONLY = 1 << 0,
	REUSE_PORT = 1 << 1,
};

/* Opens a socket bound to address and port; a TCP socket listens. protocol: IPPROTO_TCP
 * or IPPROTO_UDP. */
int wait_on(uint8_t protocol, const char *address, uint16_t port, unsigned int options);

/* The kernel's number of a socket. */
uint64_t cookie_of(int socket);

/* Begins a TCP connection or sends a datagram. Returns its socket, or -1. */
int knock(uint8_t protocol, const char *from, const char *to, uint16_t port);

/* Returns the index of the socket at which a connection or datagram waits, or -1. It is
 * taken there; *accepted becomes its socket, unless accepted is NULL. */
int answered_by(uint8_t protocol, const int *sockets, unsigned int count, int *accepted);

/* Closes a connection without a TIME_WAIT. */
void hang_up(int fd);

#endif
