// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_rates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"

#define RATES "trusted_rates"
#define CEILINGS "trusted_ceilings"

static int no_memory(void)
{
	return log_error(-ENOMEM, "out of memory for the trusted prefixes");
}

/* Whose an index was, or is to be: NULL, nobody's. */
typedef const struct ecdn_xdp_trusted_row *row_ref;

static row_ref *rows_by_index(const struct trust_list *list)
{
	row_ref *rows = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*rows));

	for (size_t i = 0; rows && i < list->count; i++)
		rows[trust_list_index(&list->row[i])] = &list->row[i];
	return rows;
}

static bool same_prefix(row_ref one, row_ref other)
{
	return one->family == other->family && one->length == other->length &&
	       !memcmp(one->addr, other->addr, sizeof(one->addr));
}

static bool is_kept(__u32 key, void *kept)
{
	__u32 index = key & ~ECDN_XDP_NODE_CARRIED;

	return index && index < ECDN_XDP_TRUSTED_NODES_MAX && ((const bool *)kept)[index];
}

static int filter(const struct trust_maps *maps, bool *kept)
{
	int err = maps_filter(maps->trusted_rates, RATES, is_kept, kept);

	return err || maps->trusted_ceilings < 0 ? err :
	       maps_filter(maps->trusted_ceilings, CEILINGS, is_kept, kept);
}

/* A row is kept if its prefix was on the list, and nobody else gets its index. */
static int drop_strays(const struct trust_maps *maps, const struct trust_list *before,
		       const struct trust_list *list)
{
	scoped_free row_ref *old = rows_by_index(before), *new = rows_by_index(list);
	scoped_free bool *kept = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*kept));

	if (!old || !new || !kept)
		return no_memory();
	for (uint32_t i = 1; i < ECDN_XDP_TRUSTED_NODES_MAX; i++)
		kept[i] = old[i] && (!new[i] || same_prefix(old[i], new[i]));
	return filter(maps, kept);
}

/* Tells a row from one that had the index before: see struct ecdn_xdp_trusted_rate. */
static uint32_t birth(void)
{
	return (uint32_t)clock_monotonic_ns() | 1;
}

int trust_rates_add(int trusted_rates, const struct trust_list *list)
{
	struct ecdn_xdp_trusted_rate row = { .born = birth() };

	for (size_t i = 0; i < list->count; i++) {
		__u32 index = trust_list_index(&list->row[i]);

		if (index && bpf_map_update_elem(trusted_rates, &index, &row, BPF_NOEXIST) &&
		    errno != EEXIST)
			return log_error(-errno, "cannot write map " RATES ": %s",
					 strerror(errno));
	}
	return 0;
}

int trust_rates_prepare(const struct trust_maps *maps, const struct trust_list *before,
			const struct trust_list *list)
{
	int err;

	if (maps->trusted_rates < 0)
		return 0;
	err = drop_strays(maps, before, list);
	return err ?: trust_rates_add(maps->trusted_rates, list);
}

int trust_rates_settle(const struct trust_maps *maps, const struct trust_list *list)
{
	scoped_free bool *kept = NULL;

	if (maps->trusted_rates < 0)
		return 0;
	kept = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*kept));
	if (!kept)
		return no_memory();
	for (size_t i = 0; i < list->count; i++)
		kept[trust_list_index(&list->row[i])] = true;
	return filter(maps, kept);
}

int trust_rates_check(const struct trust_maps *maps, const struct trust_request *request,
		      const struct trust_list *list)
{
	char text[CIDR_TEXT_SIZE];

	if (!request->ceiling_count)
		return 0;
	if (maps->trusted_ceilings < 0)
		return log_error(-ENOENT, "the guard, which holds prefixes to their ceilings, is "
				 "not loaded, or by an earlier version: `ecdn-xdp load IFACE` "
				 "loads it; nothing was changed");
	for (unsigned int i = 0; i < request->ceiling_count; i++) {
		const struct cidr *cidr = &request->ceilings[i].cidr;
		row_ref row = trust_list_find(list, cidr);

		if (!row || !trust_list_index(row))
			return log_error(-ENOENT, "%s has no room for a ceiling; nothing was "
					 "changed", cidr_format(cidr, text));
	}
	return 0;
}

static void change(struct ecdn_xdp_trusted_ceiling *ceiling, const struct trust_ceiling *wanted)
{
	if (wanted->what & ECDN_XDP_CEILING_PPS)
		ceiling->pps = wanted->to.pps;
	if (wanted->what & ECDN_XDP_CEILING_CPS)
		ceiling->cps = wanted->to.cps;
	ceiling->own = (ceiling->own & ~wanted->what) | (wanted->to.own & wanted->what);
}

static int set(int fd, const struct trust_ceiling *wanted, __u32 index)
{
	struct ecdn_xdp_trusted_ceiling ceiling = {};

	if (bpf_map_lookup_elem(fd, &index, &ceiling) && errno != ENOENT)
		return log_error(-errno, "cannot read map " CEILINGS ": %s", strerror(errno));
	change(&ceiling, wanted);
	if (!ceiling.own)
		return maps_delete(fd, CEILINGS, &index);
	if (!bpf_map_update_elem(fd, &index, &ceiling, BPF_ANY))
		return 0;
	if (errno == E2BIG)
		return log_error(-ENOSPC, "there can be %d prefixes with ceilings of their own at "
				 "most", ECDN_XDP_TRUSTED_CEILINGS_MAX);
	return log_error(-errno, "cannot write map " CEILINGS ": %s", strerror(errno));
}

int trust_rates_set(const struct trust_maps *maps, const struct trust_request *request,
		    const struct trust_list *list)
{
	int err = 0;

	for (unsigned int i = 0; i < request->ceiling_count && !err; i++) {
		const struct trust_ceiling *wanted = &request->ceilings[i];
		row_ref row = trust_list_find(list, &wanted->cidr);

		err = row ? set(maps->trusted_ceilings, wanted, trust_list_index(row)) : 0;
	}
	return err;
}
