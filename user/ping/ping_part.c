// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "ping.skel.h"
#include "ping/ping_hop_limits.h"
#include "kernel/object.h"
#include "kernel/tc_note.h"
#include "trust/trust_store.h"

static const char *const mode_names[] = {
	[ECDN_XDP_PING_ANSWER] = "answer",
	[ECDN_XDP_PING_PASS] = "pass",
};
_Static_assert(sizeof(mode_names) / sizeof(*mode_names) == ECDN_XDP_PING_MAX, "a name each");

const char *ping_mode_name(uint32_t mode)
{
	return mode < ECDN_XDP_PING_MAX ? mode_names[mode] : "?";
}

int ping_mode_parse(const char *text, int *mode)
{
	for (int i = 0; i < ECDN_XDP_PING_MAX; i++)
		if (!strcmp(text, mode_names[i])) {
			*mode = i;
			return 0;
		}
	return -EINVAL;
}

void ping_request_init(struct ping_request *request)
{
	memset(request, 0, sizeof(*request));
	request->settings.mode = -1;
	request->settings.only_nodes = -1;
}

const char *ping_settings_wrong(const struct ping_settings *settings)
{
	if (settings->has_rate && settings->rate > PING_RATE_MAX)
		return "the rate of ping must be from 0, no limit, to 1G a second";
	if (settings->has_burst && (!settings->burst || settings->burst > PING_RATE_MAX))
		return "the burst of ping must be from 1 to 1G";
	return NULL;
}

int ping_open(struct ping *ping, const char *map_dir, const char *dir)
{
	struct ping_bpf *skeleton = ping_bpf__open();
	int err;

	if (!skeleton)
		return object_load_error("ping", -errno);
	err = object_share(skeleton->obj, map_dir);
	if (!err && (err = ping_bpf__load(skeleton)))
		object_load_error("ping", err);
	err = err ?: object_pin(skeleton->obj, map_dir);
	err = err ?: pins_put(dir, PINS_PING_PROGRAM, bpf_program__fd(skeleton->progs.ping));
	ping_bpf__destroy(skeleton);
	/* Before anything is changed: the kernel may not tell. */
	err = err ?: addresses_read(&ping->addresses);
	if (err)
		return err;
	ping->program = pins_get(dir, PINS_PING_PROGRAM);
	return ping->program < 0 ? ping->program : 0;
}

static int attach_all(struct ping *ping, const struct pins *pins,
		      const struct ping_request *request, char **old, unsigned int old_count)
{
	int err = 0;

	for (unsigned int i = 0; i < old_count && !err; i++) {
		if (words_have(request->ifaces, request->iface_count, old[i]))
			continue;
		err = tc_attach_again(&ping->attachments[ping->attachment_count], pins, old[i],
				      ping->program);
		ping->attachment_count += !err;
	}
	for (unsigned int i = 0; i < request->iface_count && !err; i++) {
		struct tc_attachment *to = &ping->attachments[ping->attachment_count];

		if (words_have(request->ifaces, i, request->ifaces[i]))
			continue;
		err = tc_attach(to, pins, request->ifaces[i], request->kind, ping->program);
		ping->attachment_count += !err;
		if (!err)
			log_info("%s: ping %s through %s", to->iface,
				 to->created ? "attached" : "upgraded", tc_kind_name(to->kind));
	}
	return err;
}

static unsigned int count_state(const struct ping *ping, enum tc_state state)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ping->attachment_count; i++)
		count += ping->attachments[i].state == state;
	return count;
}

/* The maps have room for the addresses of one network namespace. */
static void find_place(struct ping *ping)
{
	bool here = count_state(ping, TC_HERE);

	ping->elsewhere = !here && count_state(ping, TC_ELSEWHERE);
	for (unsigned int i = 0; i < ping->attachment_count && here; i++)
		if (ping->attachments[i].state == TC_ELSEWHERE)
			log_warning("%s: in another network namespace, whose addresses ping does not "
				    "answer for any more; use another --pin-dir for one of them",
				    ping->attachments[i].iface);
}

int ping_attach(struct ping *ping, const struct pins *pins, const struct ping_request *request)
{
	unsigned int old_count;
	char **old;
	int err = tc_pin_names(pins->dir, &old, &old_count);

	if (err)
		return err;
	ping->attachments = calloc(old_count + request->iface_count + 1,
				   sizeof(*ping->attachments));
	err = ping->attachments ? attach_all(ping, pins, request, old, old_count) :
	      log_error(-ENOMEM, "out of memory");
	pins_free_names(old, old_count);
	if (!err)
		find_place(ping);
	return err;
}

static void warn_of_nobody(const struct maps *maps)
{
	struct trusted_list list = {};
	bool nodes = trusted_read(maps, &list);

	for (size_t i = 0; i < list.count && !nodes; i++)
		nodes = list.row[i].node;
	if (!nodes)
		log_warning("there are no nodes: nobody can ping this host until `ecdn-xdp node load`");
	trusted_free(&list);
}

int ping_configure(const struct ping *ping, const struct ping_settings *settings,
		   const struct maps *maps, bool fresh)
{
	struct ecdn_xdp_ping_config config = { .rate = PING_RATE, .burst = PING_BURST };
	int err = fresh ? 0 : maps_get(maps->ping_config, "ping_config", &(__u32){ 0 }, &config);

	if (err)
		return err;
	if (settings->mode >= 0)
		config.mode = settings->mode;
	if (settings->only_nodes >= 0)
		config.only_nodes = settings->only_nodes;
	if (settings->has_rate)
		config.rate = settings->rate;
	if (settings->has_burst)
		config.burst = settings->burst;
	if (!ping->elsewhere) {
		config.ttl = hop_limits_ipv4();
		config.hop_limit = hop_limits_ipv6();
		err = hop_limits_write(maps);
		err = err ?: addresses_write(&ping->addresses, maps);
	}
	if (!err && config.only_nodes)
		warn_of_nobody(maps);
	return err ?: maps_set(maps->ping_config, "ping_config", &(__u32){ 0 }, &config);
}

int ping_move(const struct ping *ping, const struct pins *pins)
{
	int err = 0;

	for (unsigned int i = 0; i < ping->attachment_count && !err; i++)
		err = tc_move(&ping->attachments[i], pins);
	return err;
}

void ping_undo(struct ping *ping, const char *dir)
{
	bool replaced = false;
	scoped_fd int old = -1;

	for (unsigned int i = 0; i < ping->attachment_count; i++)
		replaced |= ping->attachments[i].replaced;
	old = replaced ? pins_get(dir, PINS_PING_PROGRAM) : -1;
	for (unsigned int i = 0; i < ping->attachment_count; i++)
		tc_undo(&ping->attachments[i], old);
	ping->attachment_count = 0;
	ping_close(ping);
}

void ping_close(struct ping *ping)
{
	for (unsigned int i = 0; i < ping->attachment_count; i++)
		tc_close(&ping->attachments[i]);
	free(ping->attachments);
	addresses_free(&ping->addresses);
	scoped_close(&ping->program);
}

bool ping_is_attached(const char *dir)
{
	unsigned int count;
	char **names;

	if (tc_pin_names(dir, &names, &count))
		return false;
	pins_free_names(names, count);
	return count;
}
