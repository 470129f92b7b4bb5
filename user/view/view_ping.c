// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_ping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/tc_note.h"

#define EVENTS (sizeof(struct ecdn_xdp_ping_events) / sizeof(__u64))

static int read_events(const struct maps *maps, struct ecdn_xdp_ping_events *events)
{
	int cpus = libbpf_num_possible_cpus(), err;
	scoped_free __u64 *of_cpus = cpus > 0 ? calloc(cpus, sizeof(*events)) : NULL;
	__u64 *sum = (__u64 *)events;

	if (!of_cpus)
		return log_error(-ENOMEM, "out of memory");
	err = maps_get(maps->ping_events, "ping_events", &(__u32){ 0 }, of_cpus);
	for (size_t i = 0; i < cpus * EVENTS && !err; i++)
		sum[i % EVENTS] += of_cpus[i];
	return err;
}

static int read_maps(struct ping_view *view, const struct maps *maps)
{
	int err = maps_get(maps->ping_config, "ping_config", &(__u32){ 0 }, &view->config);
	int addresses;

	err = err ?: read_events(maps, &view->events);
	if (err)
		return err;
	addresses = addresses_count(maps);
	view->addresses = addresses > 0 ? addresses : 0;
	return addresses < 0 ? addresses : 0;
}

static void sum_up(struct ping_view *view)
{
	for (unsigned int i = 0; i < view->attachment_count; i++) {
		view->attached |= view->attachments[i].state != TC_GONE;
		view->gone |= view->attachments[i].state == TC_GONE;
		view->here |= view->attachments[i].state == TC_HERE;
	}
}

static int read_attachments(struct ping_view *view, const char *dir)
{
	unsigned int count;
	char **names;
	int err = tc_pin_names(dir, &names, &count);

	if (err)
		return err;
	view->attachments = calloc(count + 1, sizeof(*view->attachments));
	if (!view->attachments)
		err = log_error(-ENOMEM, "out of memory");
	for (unsigned int i = 0; i < count && !err; i++) {
		struct tc_attachment *to = &view->attachments[view->attachment_count];

		err = tc_read(to, dir, names[i]);
		tc_close(to);
		/* Unloaded in between. */
		if (err == -ENOENT)
			err = 0;
		else
			view->attachment_count += !err;
	}
	pins_free_names(names, count);
	return err;
}

int ping_view_read(struct ping_view *view, const char *pin_dir)
{
	struct maps maps;
	int err = maps_open(&maps, pin_dir);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	err = read_maps(view, &maps);
	err = err ?: read_attachments(view, pin_dir);
	sum_up(view);
	if (!err && view->here)
		err = addresses_compare(&view->missing, &view->stale, &maps);
	maps_close(&maps);
	if (err)
		ping_view_free(view);
	return err;
}

void ping_view_free(struct ping_view *view)
{
	free(view->attachments);
	addresses_free(&view->missing);
	addresses_free(&view->stale);
}
