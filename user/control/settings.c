// SPDX-License-Identifier: BSD-2-Clause
#include "control/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "guard/publish.h"
#include "trust/trust_store.h"
#include "trust/trust_change.h"
#include "trust/trust_file.h"

void settings_init(struct settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->monitor = -1;
}

void settings_free(struct settings *settings)
{
	free(settings->changes);
	free(settings->allow);
	free(settings->nodes);
}

/* Arrays grow by one: they hold what a person wrote. */
static int append(void **array, unsigned int *count, const void *item, size_t size)
{
	void *grown = realloc(*array, (*count + 1) * size);

	if (!grown)
		return log_error(-ENOMEM, "out of memory");
	memcpy((char *)grown + *count * size, item, size);
	*array = grown;
	++*count;
	return 0;
}

int settings_change(struct settings *settings, const struct change *change)
{
	return append((void **)&settings->changes, &settings->change_count, change,
		      sizeof(*change));
}

int settings_allow(struct settings *settings, const struct cidr *cidr)
{
	return append((void **)&settings->allow, &settings->allow_count, cidr, sizeof(*cidr));
}

int settings_nodes(struct settings *settings, const char *path)
{
	struct trusted_node *nodes;
	size_t count;
	int err = source_read_nodes(strcmp(path, "-") ? path : "/dev/stdin", &nodes, &count);

	if (err)
		return err;
	if (!count) {
		free(nodes);
		return log_error(-EINVAL, "%s holds no nodes; the list stays as it is, and "
				 "`ecdn-xdp node del` takes nodes off it", path);
	}
	free(settings->nodes);
	settings->nodes = nodes;
	settings->node_count = count;
	return 0;
}

static bool is_default(const struct change *change)
{
	return !strcmp(change->region, SETTINGS_DEFAULT);
}

static int region_of(const struct change *change, const struct names *names)
{
	return names_find(names, change->region, strlen(change->region));
}

static int refuse(const struct change *change, int err, const char *reason)
{
	if (!change->file)
		return log_error(err, "region \"%s\": %s", change->region, reason);
	log_at(change->file, change->line, "region \"%s\": %s", change->region, reason);
	return err;
}

static bool changes_trusted(const struct settings *settings)
{
	return settings->allow_count || settings->node_count;
}

static int change_trusted(struct trusted_list *list, void *context)
{
	const struct settings *settings = context;
	uint64_t now = time(NULL);
	int err = trusted_allow(list, settings->allow, settings->allow_count, now);

	if (!err && settings->node_count)
		err = trusted_set_nodes(list, settings->nodes, settings->node_count, now);
	return err ? trusted_change_error(err) : 0;
}

static int check_trusted(const struct settings *settings, const struct trusted_list *trusted)
{
	struct trusted_list list = {};
	int err;

	if (!changes_trusted(settings))
		return 0;
	if (trusted_copy(trusted, &list))
		return trusted_change_error(-ENOMEM);
	err = change_trusted(&list, (void *)settings);
	err = err ?: trusted_fits(&list);
	trusted_free(&list);
	return err;
}

int settings_check(const struct settings *settings, const struct names *names,
		   const struct trusted_list *trusted)
{
	int err = check_trusted(settings, trusted);

	if (err)
		return err;
	for (unsigned int i = 0; i < settings->change_count; i++) {
		const struct change *change = &settings->changes[i];

		if (change->what & CHANGE_EXEMPT && !change->exempt_for_ns)
			return refuse(change, -EINVAL, "an exemption of 0s is none");
		if (is_default(change) || region_of(change, names) >= 0)
			continue;
		return refuse(change, -ENOENT, "not in the table; `ecdn-xdp region` lists what is");
	}
	return 0;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* The values of `from` that a change names. */
static void set_limits(struct ecdn_xdp_limits *to, const struct ecdn_xdp_limits *from,
		       unsigned int what)
{
	if (what & CHANGE_PPS)
		to->pps = from->pps;
	if (what & CHANGE_BPS)
		to->bps = from->bps;
	if (what & CHANGE_CPS)
		to->cps = from->cps;
	if (what & CHANGE_PREFIX_PPS)
		to->prefix_pps = from->prefix_pps;
	if (what & CHANGE_ANSWER_CPS)
		to->answer_cps = from->answer_cps;
	if (what & CHANGE_HOLD)
		to->hold_ns = from->hold_ns;
}

#define CHANGE_LIMITS (CHANGE_PPS | CHANGE_BPS | CHANGE_CPS | CHANGE_PREFIX_PPS | \
		       CHANGE_ANSWER_CPS | CHANGE_HOLD)

static const struct ecdn_xdp_limits no_limits = {
	.prefix_pps = LIMIT_PREFIX_PPS,
	.answer_cps = LIMIT_ANSWER_CPS,
	.hold_ns = LIMIT_HOLD_NS,
};

static void change_limits(struct ecdn_xdp_limits *limits, const struct change *change,
			  const struct ecdn_xdp_limits *defaults)
{
	if (change->what & CHANGE_CLEAR) {
		set_limits(limits, defaults, CHANGE_LIMITS);
		limits->own = 0;
	}
	if (change->what & CHANGE_LIMITS) {
		set_limits(limits, &change->limits, change->what);
		limits->own |= change->what & CHANGE_LIMITS;
	}
}

static void change_state(struct ecdn_xdp_limits *limits, const struct change *change)
{
	if (change->what & (CHANGE_EXEMPT | CHANGE_BLOCK | CHANGE_RELEASE)) {
		limits->exempt_until_ns = 0;
		limits->blocked = 0;
	}
	if (change->what & CHANGE_EXEMPT)
		limits->exempt_until_ns = change->exempt_for_ns == CHANGE_FOREVER ?
			UINT64_MAX : now_ns() + change->exempt_for_ns;
	if (change->what & CHANGE_BLOCK)
		limits->blocked = 1;
	if (change->what & CHANGE_RELEASE)
		limits->released_ns = now_ns();
}

static int apply_to_region(const struct change *change, const struct maps *maps,
			   uint32_t region, const struct ecdn_xdp_limits *defaults)
{
	struct ecdn_xdp_limits limits;
	int err = maps_limits(maps, region, &limits);

	if (err)
		return err;
	change_limits(&limits, change, defaults);
	change_state(&limits, change);
	return maps_set_limits(maps, region, &limits);
}

/* The default is copied to wherever a region has not its own, so that a packet reads one
 * place. */
static int spread_default(const struct maps *maps, const struct ecdn_xdp_config *config)
{
	int err = 0;

	for (uint32_t region = 0; region < config->max_regions && !err; region++) {
		struct ecdn_xdp_limits limits;

		err = maps_limits(maps, region, &limits);
		if (err)
			break;
		set_limits(&limits, &config->default_limits, CHANGE_LIMITS & ~limits.own);
		err = maps_set_limits(maps, region, &limits);
	}
	return err;
}

static int apply_changes(const struct settings *settings, const struct maps *maps,
			 const struct names *names, struct ecdn_xdp_config *config)
{
	int err = 0;

	for (unsigned int i = 0; i < settings->change_count && !err; i++) {
		const struct change *change = &settings->changes[i];

		if (is_default(change)) {
			change_limits(&config->default_limits, change, &no_limits);
			err = spread_default(maps, config);
		} else {
			err = apply_to_region(change, maps, region_of(change, names),
					      &config->default_limits);
		}
	}
	return err;
}

/* Without a change the length still is what it is: whoever changed the list may have died
 * before he wrote it. */
static int apply_trusted(const struct settings *settings, const struct maps *maps,
			 const char *dir, struct ecdn_xdp_config *config)
{
	struct trusted_list list = {};
	size_t count;
	int err;

	if (changes_trusted(settings)) {
		err = trusted_change_apply(change_trusted, (void *)settings, maps, dir, &count);
	} else {
		err = trusted_read(maps, &list);
		count = list.count;
		trusted_free(&list);
	}
	config->trusted = count;
	return err;
}

int settings_apply(const struct settings *settings, const struct maps *maps,
		   const struct names *names, const char *dir)
{
	struct ecdn_xdp_config config;
	int err = maps_config(maps, &config);

	err = err ?: apply_trusted(settings, maps, dir, &config);
	err = err ?: apply_changes(settings, maps, names, &config);
	if (!err && settings->has_ports) {
		config.protect = settings->protect;
		err = maps_set(maps->protected_ports, "protected_ports", &(__u32){ 0 },
			       &settings->ports);
	}
	if (settings->monitor >= 0)
		config.monitor = settings->monitor;
	config.generation++;
	return err ?: maps_set_config(maps, &config);
}

int settings_publish(const struct settings *settings, const struct names *names, int publish)
{
	int err = publish_config(publish);

	for (unsigned int i = 0; i < settings->change_count && !err; i++) {
		const struct change *change = &settings->changes[i];

		if (!is_default(change))
			err = publish_region(publish, region_of(change, names));
	}
	return err;
}

void settings_first_config(struct ecdn_xdp_config *config, uint32_t max_regions,
			   uint64_t hash_seed)
{
	memset(config, 0, sizeof(*config));
	config->abi = ECDN_XDP_ABI;
	config->max_regions = max_regions;
	config->hash_seed = hash_seed;
	config->default_limits = no_limits;
}
