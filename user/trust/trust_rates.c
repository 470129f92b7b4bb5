// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_rates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "kernel/journal.h"

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
	int err = 0;

	for (size_t i = 0; i < list->count && !err; i++) {
		__u32 index = trust_list_index(&list->row[i]);

		if (!index)
			continue;
		err = journal_save_absent(trusted_rates, RATES, &index);
		if (!err && bpf_map_update_elem(trusted_rates, &index, &row, BPF_NOEXIST) &&
		    errno != EEXIST)
			err = log_error(-errno, "cannot write map " RATES ": %s", strerror(errno));
	}
	return err;
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

static int too_many(const char *end)
{
	return log_error(-ENOSPC, "there can be %d prefixes with ceilings of their own at most%s",
			 ECDN_XDP_TRUSTED_CEILINGS_MAX, end);
}

/* Which indices have a ceiling of their own that stays: its prefix has the same index in both
 * lists. */
static int mark_ceilings(int fd, const row_ref *old, const row_ref *new, bool *has)
{
	__u32 index, *last = NULL;
	int count = 0, err;

	for (; (err = maps_next(fd, CEILINGS, last, &index)) > 0; last = &index) {
		if (index >= ECDN_XDP_TRUSTED_NODES_MAX || has[index] || !old[index] ||
		    !new[index] || !same_prefix(old[index], new[index]))
			continue;
		has[index] = true;
		count++;
	}
	return err ?: count;
}

/* Whether the map has room for those that the request adds. */
static int check_room(const struct trust_maps *maps, const struct trust_request *request,
		      const struct trust_list *before, const struct trust_list *list)
{
	scoped_free row_ref *old = rows_by_index(before), *new = rows_by_index(list);
	scoped_free bool *has = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*has));
	int count;

	if (!old || !new || !has)
		return no_memory();
	count = mark_ceilings(maps->trusted_ceilings, old, new, has);
	if (count < 0)
		return count;
	for (unsigned int i = 0; i < request->ceiling_count; i++) {
		const struct trust_ceiling *wanted = &request->ceilings[i];
		uint32_t index = trust_list_index(trust_list_find(list, &wanted->cidr));

		if (!has[index] && wanted->to.own & wanted->what)
			count++;
		has[index] |= wanted->to.own & wanted->what;
	}
	return count > ECDN_XDP_TRUSTED_CEILINGS_MAX ? too_many("; nothing was changed") : 0;
}

int trust_rates_check(const struct trust_maps *maps, const struct trust_request *request,
		      const struct trust_list *before, const struct trust_list *list)
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
	return check_room(maps, request, before, list);
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
	int err;

	if (bpf_map_lookup_elem(fd, &index, &ceiling) && errno != ENOENT)
		return log_error(-errno, "cannot read map " CEILINGS ": %s", strerror(errno));
	change(&ceiling, wanted);
	if (!ceiling.own)
		return maps_delete(fd, CEILINGS, &index);
	err = journal_save(fd, CEILINGS, &index);
	if (err)
		return err;
	if (!bpf_map_update_elem(fd, &index, &ceiling, BPF_ANY))
		return 0;
	if (errno == E2BIG)
		return too_many("");
	return log_error(-errno, "cannot write map " CEILINGS ": %s", strerror(errno));
}

static void warn_inside(const struct trust_ceiling *wanted, row_ref row, row_ref node)
{
	char text[CIDR_TEXT_SIZE], around[CIDR_TEXT_SIZE];
	struct cidr cidr;

	if (!node || trust_list_is_node(row) || !(wanted->to.own & wanted->what))
		return;
	trust_list_cidr(node, &cidr);
	log_warning("%s is inside node %s, whose ceiling holds: its own has no effect",
		    cidr_format(&wanted->cidr, text), cidr_format(&cidr, around));
}

int trust_rates_set(const struct trust_maps *maps, const struct trust_request *request,
		    const struct trust_list *list)
{
	scoped_free row_ref *around = request->ceiling_count ? trust_list_around(list) : NULL;
	int err = 0;

	if (request->ceiling_count && !around)
		return no_memory();
	for (unsigned int i = 0; i < request->ceiling_count && !err; i++) {
		const struct trust_ceiling *wanted = &request->ceilings[i];
		row_ref row = trust_list_find(list, &wanted->cidr);

		if (!row)
			continue;
		err = set(maps->trusted_ceilings, wanted, trust_list_index(row));
		if (!err)
			warn_inside(wanted, row, around[row - list->row]);
	}
	return err;
}
