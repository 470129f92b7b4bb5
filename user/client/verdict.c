// SPDX-License-Identifier: BSD-2-Clause
/*
 * verdict.c - the answers, out of the view in use. Every index is bounded whatever the
 * memory holds: another map may be there by the time it is read.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "glance.h"
#include "refresh.h"

#define likely(x) __builtin_expect(!!(x), 1)

#define TRUSTED (ECDN_XDP_ENTRY_ALLOWED | ECDN_XDP_ENTRY_NO_NODE | ECDN_XDP_ENTRY_NODE)

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

/* Why the source passes whatever the region's state; ECDN_XDP_REASON_NORMAL: it does not. */
static enum ecdn_xdp_reason excuse_of(const struct glance *glance, const struct source *source,
				      uint32_t region)
{
	uint32_t leaf = trust_in(glance, source);

	if (leaf)
		return ecdn_xdp_node(leaf) ? ECDN_XDP_REASON_NODE : ECDN_XDP_REASON_ALLOWED;
	return region == ECDN_XDP_REGION_NONE && is_loopback(source) ? ECDN_XDP_REASON_LOOPBACK :
	       ECDN_XDP_REASON_NORMAL;
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

	if (!client)
		return no_verdict(region);
	keep_up(client, now_ns);
	if (!source_of(address, &source))
		return no_verdict(region);
	do {
		glance = glance_at(client);
		id = region_of(&glance, &source);
		verdict = verdict_on(&glance, id, now_ns);
		if (verdict != ECDN_XDP_PASS &&
		    excuse_of(&glance, &source, id) != ECDN_XDP_REASON_NORMAL)
			verdict = ECDN_XDP_PASS;
		if (region)
			tell_region(&glance, id, region);
	} while (glance_failed(client, &glance));
	return verdict;
}

static const char *state_name(uint32_t state)
{
	static const char *const names[] = {
		[ECDN_XDP_STATE_NORMAL] = "normal",
		[ECDN_XDP_STATE_LIMITED] = "limited",
		[ECDN_XDP_STATE_EXEMPT] = "exempt",
		[ECDN_XDP_STATE_BLOCKED] = "blocked",
		[ECDN_XDP_STATE_SHIELDED] = "shielded",
	};

	return state < ECDN_XDP_STATE_MAX ? names[state] : "unknown";
}

/* Of the states in which nobody is refused. */
static enum ecdn_xdp_reason reason_of(uint32_t state)
{
	switch (state) {
	case ECDN_XDP_STATE_EXEMPT:
		return ECDN_XDP_REASON_EXEMPT;
	case ECDN_XDP_STATE_SHIELDED:
		return ECDN_XDP_REASON_SHIELDED;
	default:
		return ECDN_XDP_REASON_NORMAL;
	}
}

/* The state that a region is in now: the published one, or what has followed upon it. */
struct phase {
	uint32_t state;
	uint64_t since_ns;
	uint64_t until_ns;      /* UINT64_MAX: no end */
};

static struct phase phase_of(const struct glance *glance, uint32_t region, uint64_t now_ns)
{
	const volatile struct ecdn_xdp_region_state *state =
		(const void *)(glance->memory + AT_STATE +
			       region * sizeof(struct ecdn_xdp_region_state));
	const struct phase written = { state->state, state->since_ns, state->until_ns };
	uint64_t next_until_ns = state->next_until_ns ?: UINT64_MAX;

	if (written.state == ECDN_XDP_STATE_NORMAL || now_ns < written.until_ns)
		return written;
	if (now_ns < next_until_ns)
		return (struct phase){ state->next, written.until_ns, next_until_ns };
	return (struct phase){ ECDN_XDP_STATE_NORMAL, next_until_ns, UINT64_MAX };
}

#define NS_PER_MS 1000000

/* The clock is exact to a jiffy, so that what has just begun may seem to lie ahead. */
static void tell_times(const struct phase *phase, uint64_t now_ns, struct ecdn_xdp_info *info)
{
	uint64_t left_ms, seconds;

	if (phase->since_ns)
		info->since_ms = now_ns > phase->since_ns ?
				 (now_ns - phase->since_ns) / NS_PER_MS : 0;
	if (phase->until_ns == UINT64_MAX || phase->until_ns <= now_ns)
		return;
	left_ms = (phase->until_ns - now_ns) / NS_PER_MS;
	info->until_ms = left_ms;
	seconds = left_ms / 1000 + 1;
	if (info->verdict != ECDN_XDP_PASS)
		info->retry_after = seconds < ECDN_XDP_RETRY_AFTER_MAX ? seconds :
				    ECDN_XDP_RETRY_AFTER_MAX;
}

/* Why an address passes that nothing excuses. The state may have changed since the verdict. */
static enum ecdn_xdp_reason pass_reason(const struct glance *glance, uint32_t state)
{
	const volatile struct ecdn_xdp_public_config *public =
		(const void *)(glance->memory + AT_PUBLIC);

	if (state != ECDN_XDP_STATE_LIMITED && state != ECDN_XDP_STATE_BLOCKED)
		return reason_of(state);
	return public->monitor ? ECDN_XDP_REASON_MONITOR : ECDN_XDP_REASON_NORMAL;
}

static void judge(const struct glance *glance, const struct source *source, uint64_t now_ns,
		  struct ecdn_xdp_info *info)
{
	uint32_t id = region_of(glance, source);
	struct phase phase = phase_of(glance, id, now_ns);

	if (__atomic_load_n(&glance->view->error, __ATOMIC_RELAXED))
		return;
	tell_region(glance, id, &info->region);
	info->state = state_name(phase.state);
	info->verdict = verdict_on(glance, id, now_ns);
	if (info->verdict == ECDN_XDP_PASS) {
		info->reason = pass_reason(glance, phase.state);
	} else {
		info->reason = excuse_of(glance, source, id);
		if (info->reason != ECDN_XDP_REASON_NORMAL)
			info->verdict = ECDN_XDP_PASS;
		else
			info->reason = info->verdict == ECDN_XDP_BLOCKED ?
				       ECDN_XDP_REASON_BLOCKED : ECDN_XDP_REASON_LIMITED;
	}
	tell_times(&phase, now_ns, info);
}

/* A caller that was built with another version of the library has another struct: one that is
 * longer gets zeros at its end. */
static void hand_over(const struct ecdn_xdp_info *found, struct ecdn_xdp_info *info)
{
	const size_t skipped = offsetof(struct ecdn_xdp_info, verdict);
	size_t size = info->size, known = size < sizeof(*found) ? size : sizeof(*found);

	if (known <= skipped)
		return;
	memcpy(&info->verdict, &found->verdict, known - skipped);
	if (size > known)
		memset((char *)info + known, 0, size - known);
}

enum ecdn_xdp_verdict ecdn_xdp_verdict_info(struct ecdn_xdp_client *client,
					    const struct sockaddr *address,
					    struct ecdn_xdp_info *info)
{
	static const struct ecdn_xdp_info none = {
		.region.name = ECDN_XDP_REGION_NONE_NAME,
		.state = "unknown",
		.since_ms = -1,
		.until_ms = -1,
	};
	struct ecdn_xdp_info found = none;
	uint64_t now_ns = clock_ns();
	struct source source;
	struct glance glance;

	if (client)
		keep_up(client, now_ns);
	if (client && source_of(address, &source)) {
		do {
			glance = glance_at(client);
			found = none;
			judge(&glance, &source, now_ns, &found);
		} while (glance_failed(client, &glance));
	} else if (client && !ecdn_xdp_ready(client)) {
		found.reason = ECDN_XDP_REASON_NO_ADDRESS;
	}
	if (info)
		hand_over(&found, info);
	return found.verdict;
}

int ecdn_xdp_is_node(struct ecdn_xdp_client *client, const struct sockaddr *address)
{
	struct source source;
	struct glance glance;
	uint32_t leaf;

	if (!client)
		return 0;
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

	if (!client)
		return -EINVAL;
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
