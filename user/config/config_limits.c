// SPDX-License-Identifier: BSD-2-Clause
#include "config/config_limits.h"

#include <stddef.h>
#include <string.h>

bool config_limits_begin(struct reader *reader, const yaml_node_t *key, const char *may_be,
			 struct limits_change *change)
{
	const char *name = yaml_text(key);

	memset(change, 0, sizeof(*change));
	if (!name || (!names_valid(name, strlen(name)) && strcmp(name, may_be))) {
		yaml_bad(reader, key, "\"%s\" is not the name of a region", name ?: "this");
		return false;
	}
	strcpy(change->region, name);
	change->file = reader->path;
	change->line = yaml_line(key);
	return true;
}

static const struct {
	const char *name;
	unsigned int what;
	size_t offset;
} rates[] = {
	{ "pps", LIMITS_PPS, offsetof(struct ecdn_xdp_limits, pps) },
	{ "bps", LIMITS_BPS, offsetof(struct ecdn_xdp_limits, bps) },
	{ "cps", LIMITS_CPS, offsetof(struct ecdn_xdp_limits, cps) },
	{ "prefix_pps", LIMITS_PREFIX_PPS, offsetof(struct ecdn_xdp_limits, prefix_pps) },
	{ "answer_cps", LIMITS_ANSWER_CPS, offsetof(struct ecdn_xdp_limits, answer_cps) },
	{ "shield_cps", LIMITS_SHIELD_CPS, offsetof(struct ecdn_xdp_limits, shield_cps) },
};

static const struct {
	const char *name;
	unsigned int what;
	size_t offset;
} durations[] = {
	{ "hold", LIMITS_HOLD, offsetof(struct ecdn_xdp_limits, hold_ns) },
	{ "grace", LIMITS_GRACE, offsetof(struct ecdn_xdp_limits, grace_ns) },
};

struct aggregate_of {
	__u64 *pps;
	unsigned int count;
};

static void take_aggregate_item(struct reader *reader, const yaml_node_t *item, void *to)
{
	struct aggregate_of *of = to;

	if (of->count == 2)
		yaml_bad(reader, item, "aggregate_pps has one number or two");
	else
		yaml_take_rate(reader, item, &of->pps[of->count++]);
}

static void take_aggregate(struct reader *reader, const yaml_node_t *value,
			   struct limits_change *change)
{
	struct aggregate_of of = { change->limits.aggregate_pps, 0 };

	change->what |= LIMITS_AGGREGATE_PPS;
	yaml_each_item(reader, value, &of, take_aggregate_item);
	if (!of.count)
		yaml_bad(reader, value, "aggregate_pps has one number or two");
	else if (of.count == 1)
		limits_follow_aggregate(of.pps);
}

static void take_auto(struct reader *reader, const yaml_node_t *value,
		      struct limits_change *change)
{
	const char *text = yaml_text(value) ?: "";

	change->what |= LIMITS_AUTO;
	change->learns = !strcmp(text, "true");
	if (!change->learns && strcmp(text, "false"))
		yaml_bad(reader, value, "auto must be true or false");
}

static void take_limit_value(struct reader *reader, const yaml_node_t *key,
			     const yaml_node_t *value, void *to)
{
	struct limits_change *change = to;

	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		if (strcmp(yaml_text(key), rates[i].name))
			continue;
		change->what |= rates[i].what;
		yaml_take_rate(reader, value, (char *)&change->limits + rates[i].offset);
		return;
	}
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++) {
		if (strcmp(yaml_text(key), durations[i].name))
			continue;
		change->what |= durations[i].what;
		yaml_take_duration(reader, value, (char *)&change->limits + durations[i].offset);
		return;
	}
	if (!strcmp(yaml_text(key), "auto"))
		take_auto(reader, value, change);
	else if (!strcmp(yaml_text(key), "aggregate_pps"))
		take_aggregate(reader, value, change);
	else
		yaml_bad(reader, key, "unknown limit \"%s\"; known are auto, pps, bps, cps, grace, "
			 "hold, prefix_pps, aggregate_pps, answer_cps, shield_cps", yaml_text(key));
}

/* `XX: auto` is all that `XX: {auto: true}` is. */
static void learn(struct limits_change *change)
{
	change->what = LIMITS_AUTO;
	change->learns = true;
}

static void take_limit(struct reader *reader, const yaml_node_t *key, const yaml_node_t *value,
		       void *to)
{
	struct limits_change change;

	if (!config_limits_begin(reader, key, LIMITS_DEFAULT, &change))
		return;
	if (!strcmp(yaml_text(value) ?: "", "auto"))
		learn(&change);
	else if (yaml_text(value))
		yaml_bad(reader, value, "\"%s\" is no limit; write auto, or limits by name as in "
			 "{pps: 50k}", yaml_text(value));
	else
		yaml_each_pair(reader, value, &change, take_limit_value);
	if (limits_add(to, &change))
		reader->errors++;
}

void config_limits_take(struct reader *reader, const yaml_node_t *value,
			struct limits_changes *changes)
{
	yaml_each_pair(reader, value, changes, take_limit);
}
