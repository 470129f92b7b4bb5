/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_fixture.h - the observer, loaded but not pinned, on a cgroup and in a network namespace
 * that are the test's own; and connections to origins there, of which the test is both ends. All
 * addresses of 10.0.0.0/8 are its host's. If something cannot be set up, the test ends.
 */
#ifndef RUN_ORIGIN_FIXTURE_H
#define RUN_ORIGIN_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

#define ORIGIN_TLS_PORT 443
#define ORIGIN_HTTP_PORT 80

struct origin_bpf;
struct origin_in_bpf;
struct origin_out_bpf;
struct origin_error_bpf;

struct observer {
	struct origin_bpf *skel;
	struct origin_in_bpf *in;
	struct origin_out_bpf *out;
	struct origin_error_bpf *error; /* NULL: this kernel has no such tracepoint */
	int cgroup, links[4];
	struct ecdn_xdp_origin_config *config;
};

/* Both ends of a connection. */
struct pair {
	int node, origin;
};

void observer_open(struct observer *observer);
void observer_close(struct observer *observer);

/* Attaches the programs, and takes them away. */
void observer_attach(struct observer *observer);
void observer_detach(struct observer *observer);

/* Writes observer->config. */
void observer_configure(struct observer *observer);

/* Empties rows, failures and events; what is named stays. */
void observer_reset(struct observer *observer);

/* The row of an origin; 0: it has none. text: "10.0.0.1" or "fd00::2". */
uint32_t observer_row(const struct observer *observer, const char *text, uint16_t port);
void observer_stats(const struct observer *observer, uint32_t row,
		    struct ecdn_xdp_origin_stats *stats);
void observer_head(const struct observer *observer, struct ecdn_xdp_origin_head *head);

/* The last failure. */
void observer_failure(const struct observer *observer, struct ecdn_xdp_origin_failure *failure);

/* A socket that waits at a port of all addresses. */
int origin_listen(uint16_t port);

/* Begins to connect, after prepare(), if there is one, was called with the socket; returns that, or
 * a negative errno where the connection was refused at once. */
int origin_connect(const char *text, uint16_t port, void (*prepare)(int fd));

/* Connects, and accepts at the listener. */
struct pair pair_open(int listener, const char *text, uint16_t port);

/* Writes, and has the other end read it all. */
void pair_ask(const struct pair *pair, const void *bytes, size_t size);
void pair_answer(const struct pair *pair, const void *bytes, size_t size);

/* Ends one side, by FIN or RST, and waits until the other one sees it; then ends that. */
void pair_close_origin(struct pair *pair, bool reset);
void pair_close_node(struct pair *pair, bool reset);

#endif
