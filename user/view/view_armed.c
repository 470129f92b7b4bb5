// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_armed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/array.h"
#include "base/log.h"
#include "base/words.h"

static int by_key(const void *one, const void *other)
{
	const struct ecdn_xdp_armed_key *a = &((const struct view_armed_at *)one)->key;
	const struct ecdn_xdp_armed_key *b = &((const struct view_armed_at *)other)->key;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return a->family != b->family ? a->family - b->family :
					memcmp(a->addr, b->addr, sizeof(a->addr));
}

static enum view_armed_state state_of(const struct ecdn_xdp_armed *counts, uint64_t now_ns)
{
	if (counts->disarmed_ns && now_ns < counts->disarmed_ns + ECDN_XDP_ARMED_NS)
		return VIEW_ARMED_OFF;
	return counts->found >= ECDN_XDP_ARMED_FOUND ? VIEW_ARMED : VIEW_ARMED_LEARNING;
}

int view_armed_read(struct view_armed *view, int armed, uint64_t now_ns)
{
	struct ecdn_xdp_armed_key key, *last = NULL;

	memset(view, 0, sizeof(*view));
	if (armed < 0)
		return 0;
	/* Programs replace entries meanwhile, and a walk may begin anew. */
	for (int i = 0; i < 2 * ECDN_XDP_ARMED_MAX && !bpf_map_get_next_key(armed, last, &key);
	     i++) {
		struct view_armed_at at = { .key = key };

		last = &key;
		if (bpf_map_lookup_elem(armed, &key, &at.counts) ||
		    now_ns > at.counts.connected_ns + ECDN_XDP_ARMED_NS)
			continue;
		at.state = state_of(&at.counts, now_ns);
		if (array_append(view->at, view->count, &at))
			return log_error(-ENOMEM, "out of memory");
	}
	if (view->count)
		qsort(view->at, view->count, sizeof(*view->at), by_key);
	return 0;
}

const char *view_armed_name(enum view_armed_state state)
{
	static const char *const names[] = {
		[VIEW_ARMED_LEARNING] = "learning",
		[VIEW_ARMED] = "armed",
		[VIEW_ARMED_OFF] = "disarmed",
	};

	return words_name(names, VIEW_ARMED_MAX, state);
}
