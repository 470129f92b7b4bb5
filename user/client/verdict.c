// SPDX-License-Identifier: BSD-2-Clause
/*
 * verdict.c - the answers, out of the view in use. Every index is bounded whatever the
 * memory holds: another map may be there by the time it is read.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>

#include "refresh.h"

#define likely(x) __builtin_expect(!!(x), 1)

#define TRUSTED (ECDN_XDP_ENTRY_ALLOWED | ECDN_XDP_ENTRY_NO_NODE | ECDN_XDP_ENTRY_NODE)

/* The view that an answer is made of: while (glance_failed()) begin again. */
struct glance {
	unsigned int sequence;
	const struct view *view;
	const char *memory;
};

static inline struct glance glance_at(const struct ecdn_xdp_client *client)
{
	unsigned int sequence = __atomic_load_n(&client->sequence, __ATOMIC_ACQUIRE);

	return (struct glance){
		.sequence = sequence,
		.view = &client->view[sequence & 1],
		.memory = client_memory(client, sequence),
	};
}

static inline bool glance_failed(const struct ecdn_xdp_client *client,
				 const struct glance *glance)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&client->sequence, __ATOMIC_RELAXED) != glance->sequence;
}

/* The bytes of an address, 4 or 16 of them. */
struct source {
	const uint8_t *addr;
	unsigned int length;
};

static inline bool is_mapped(const uint8_t addr[16])
{
	uint64_t zeros;
	uint32_t mark_be;

	memcpy(&zeros, addr, sizeof(zeros));
	memcpy(&mark_be, addr + 8, sizeof(mark_be));
	return !zeros && mark_be == htonl(0xffff);
}

/* The address inside a sockaddr; false for a family that has no regions. */
static inline bool source_of(const struct sockaddr *address, struct source *source)
{
	const uint8_t *bytes = (const uint8_t *)address;

	if (address->sa_family == AF_INET) {
		source->addr = bytes + offsetof(struct sockaddr_in, sin_addr);
	} else if (address->sa_family == AF_INET6) {
		source->addr = bytes + offsetof(struct sockaddr_in6, sin6_addr);
		if (!is_mapped(source->addr)) {
			source->length = 16;
			return true;
		}
		source->addr += 12;
	} else {
		return false;
	}
	source->length = 4;
	return true;
}

/* An ecdn_xdp_line_at: never NULL, and inside the view's part whatever the index. */
static inline const struct ecdn_xdp_table_line *line_at(const void *table, uint32_t index)
{
	const struct ecdn_xdp_table_line *lines = table;

	if (!lines)
		__builtin_unreachable();
	return &lines[index & (ECDN_XDP_TABLE_LINES_MAX - 1)];
}

static inline uint32_t region_of(const struct glance *glance, const struct source *source)
{
	uint32_t regions = __atomic_load_n(&glance->view->max_regions, __ATOMIC_RELAXED);
	uint32_t word_be[4], id;

	memcpy(word_be, source->addr, 4);
	if (source->length == 4) {
		id = ecdn_xdp_region_v4(glance->memory, line_at, ntohl(word_be[0]));
	} else {
		memcpy(word_be, source->addr, 16);
		id = ecdn_xdp_region_v6(glance->memory, line_at,
					ecdn_xdp_be64(word_be[0], word_be[1]),
					ecdn_xdp_be64(word_be[2], word_be[3]));
	}
	return likely(id < regions) ? id : ECDN_XDP_REGION_NONE;
}

/* The leaf of the trusted table; 0 where there is none. */
static uint32_t trust_in(const struct glance *glance, const struct source *source)
{
	uint32_t root = source->length == 4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6;
	const char *table = glance->memory + AT_TRUSTED;
	uint32_t addr_be[4] = { 0 }, entry;

	if (!__atomic_load_n(&glance->view->trusted_generation, __ATOMIC_RELAXED))
		return 0;
	memcpy(addr_be, source->addr, source->length);
	/* Not from the copy, so that the first line is on its way before that is done. */
	entry = ecdn_xdp_first(table, line_at, root, source->addr[0], source->addr[1]);
	return ecdn_xdp_walk_trusted(table, line_at, entry, addr_be) & TRUSTED;
}

/* Loopback addresses are the host's own, and come by no interface that the guard counts. */
static bool is_loopback(const struct source *source)
{
	return source->length == 4 ? source->addr[0] == 127 :
	       !memcmp(source->addr, &in6addr_loopback, sizeof(in6addr_loopback));
}

/* True if the source passes whatever the region's state. */
static bool is_exempt(const struct glance *glance, const struct source *source, uint32_t region)
{
	return trust_in(glance, source) ||
	       (region == ECDN_XDP_REGION_NONE && is_loopback(source));
}

/* The verdict by the region's state and monitor mode alone. */
static inline enum ecdn_xdp_verdict verdict_on(const struct glance *glance, uint32_t region,
					       uint64_t now_ns)
{
	const volatile struct ecdn_xdp_region_state *state =
		(const void *)(glance->memory + AT_STATE +
			       region * sizeof(struct ecdn_xdp_region_state));
	const volatile struct ecdn_xdp_public_config *public =
		(const void *)(glance->memory + AT_PUBLIC);
	uint32_t is = state->state;

	if (likely(is == ECDN_XDP_STATE_NORMAL) || public->monitor)
		return ECDN_XDP_PASS;
	is = ecdn_xdp_state_at(state, now_ns);
	if (is == ECDN_XDP_STATE_BLOCKED)
		return ECDN_XDP_BLOCKED;
	return is == ECDN_XDP_STATE_LIMITED ? ECDN_XDP_LIMITED : ECDN_XDP_PASS;
}

/* The name that the table in the view has for an id. */
static inline const char *name_of(const struct glance *glance, uint32_t id)
{
	static const char none[ECDN_XDP_NAME_SIZE] = ECDN_XDP_REGION_NONE_NAME;
	static const char empty[ECDN_XDP_NAME_SIZE];
	const uint32_t names = sizeof(struct ecdn_xdp_table_line) / ECDN_XDP_NAME_SIZE;
	const struct ecdn_xdp_table_header *header = (const void *)
		line_at(glance->memory, ECDN_XDP_TABLE_HEADER);

	if (id == ECDN_XDP_REGION_NONE)
		return none;
	if (id >= header->names)
		return empty;
	return (const char *)line_at(glance->memory, header->first_name + id / names) +
	       id % names * ECDN_XDP_NAME_SIZE;
}

static inline void tell_region(const struct glance *glance, uint32_t id,
			       struct ecdn_xdp_region *region)
{
	_Static_assert(sizeof(region->name) == ECDN_XDP_NAME_SIZE, "names of one size");
	region->id = id;
	memcpy(region->name, name_of(glance, id), ECDN_XDP_NAME_SIZE);
	region->name[ECDN_XDP_NAME_SIZE - 1] = 0;
}

static enum ecdn_xdp_verdict no_verdict(struct ecdn_xdp_region *region)
{
	if (region)
		*region = (struct ecdn_xdp_region){ ECDN_XDP_REGION_NONE,
						    ECDN_XDP_REGION_NONE_NAME };
	return ECDN_XDP_PASS;
}

enum ecdn_xdp_verdict ecdn_xdp_verdict(struct ecdn_xdp_client *client,
				       const struct sockaddr *address,
				       struct ecdn_xdp_region *region)
{
	enum ecdn_xdp_verdict verdict;
	uint64_t now_ns = clock_ns();
	struct source source;
	struct glance glance;
	uint32_t id;

	keep_up(client, now_ns);
	if (!source_of(address, &source))
		return no_verdict(region);
	do {
		glance = glance_at(client);
		id = region_of(&glance, &source);
		verdict = verdict_on(&glance, id, now_ns);
		if (verdict != ECDN_XDP_PASS && is_exempt(&glance, &source, id))
			verdict = ECDN_XDP_PASS;
		if (region)
			tell_region(&glance, id, region);
	} while (glance_failed(client, &glance));
	return verdict;
}

int ecdn_xdp_is_node(struct ecdn_xdp_client *client, const struct sockaddr *address)
{
	struct source source;
	struct glance glance;
	uint32_t leaf;

	keep_up(client, clock_ns());
	if (!source_of(address, &source))
		return 0;
	do {
		glance = glance_at(client);
		leaf = trust_in(&glance, &source);
	} while (glance_failed(client, &glance));
	return !!ecdn_xdp_node(leaf);
}

int ecdn_xdp_count(struct ecdn_xdp_client *client, unsigned int region, int status)
{
	struct ecdn_xdp_requests *requests;
	unsigned int cpu = sched_getcpu();
	struct glance glance;
	uint32_t regions;
	int err;

	keep_up(client, clock_ns());
	do {
		glance = glance_at(client);
		regions = __atomic_load_n(&glance.view->max_regions, __ATOMIC_RELAXED);
		err = __atomic_load_n(&glance.view->counts_error, __ATOMIC_RELAXED);
	} while (glance_failed(client, &glance));
	if (err || region >= regions || cpu >= client->cpus)
		return err == -EACCES && regions ? -EACCES : -ENOENT;
	requests = (struct ecdn_xdp_requests *)(glance.memory + AT_COUNTS) +
		   (size_t)cpu * regions + region;
	__atomic_fetch_add(&requests->requests, 1, __ATOMIC_RELAXED);
	if (status == ECDN_XDP_STATUS)
		__atomic_fetch_add(&requests->refused, 1, __ATOMIC_RELAXED);
	return 0;
}
