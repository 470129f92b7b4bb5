// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_explain.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "dry/dry_frame.h"
#include "dry/dry_run.h"
#include "guard/guard_program.h"
#include "guard/ports.h"
#include "net/listeners.h"
#include "net/netns.h"
#include "shield_meet.h"
#include "view/view_pins.h"
#include "view/view_trusted.h"

/* How often a packet is tried again, as a command changes the regions meanwhile. */
#define TRIES 3

struct reading {
	struct view_explain *view;
	struct dry_maps maps;
	struct dry_run *dry;
	int public_config, region_notes; /* fds; -1: an earlier version's guard has none */
	struct ecdn_xdp_public_config public;
};

static const struct map_row more_rows[] = {
	MAP_ROW(struct reading, public_config,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_public_config), MAP_MMAP),
	MAP_ROW(struct reading, region_notes,
		MAP_IS(HASH, struct ecdn_xdp_note_key, struct ecdn_xdp_note), MAP_OPTIONAL),
	MAP_ROW_END,
};

/* --- a region's state */

static void read_note(const struct reading *reading, struct view_explain_part *part)
{
	struct ecdn_xdp_note_key key = { .region = part->at.table.id };

	if (part->region->state == ECDN_XDP_STATE_BLOCKED)
		key.kind = ECDN_XDP_NOTE_BLOCK;
	else if (part->region->state == ECDN_XDP_STATE_EXEMPT)
		key.kind = ECDN_XDP_NOTE_EXEMPT;
	else
		return;
	part->has_note = reading->region_notes >= 0 &&
			 !bpf_map_lookup_elem(reading->region_notes, &key, &part->note);
	part->note.user[sizeof(part->note.user) - 1] = 0;
	part->note.reason[sizeof(part->note.reason) - 1] = 0;
}

static int read_state(const struct reading *reading, struct view_explain_part *part)
{
	struct view_explain *view = reading->view;
	__u32 id = part->at.table.id;
	int err;

	part->region = view_regions_at(&view->regions, id);
	if (!part->region)
		return log_error(-EAGAIN, "the region table was replaced meanwhile: try again");
	err = maps_get(reading->maps.region_state, "region_state", &id, &part->state);
	read_note(reading, part);
	return err;
}

/* --- who answers it, by the rules of steer and of libecdn-xdp */

static uint32_t state_now(const struct reading *reading, const struct view_explain_part *part)
{
	return ecdn_xdp_state_at(&part->state, reading->view->moment.now_ns);
}

static bool is_excepted(const struct view_explain_part *part)
{
	return part->at.trusted ||
	       (part->at.table.id == ECDN_XDP_REGION_NONE && address_is_loopback(&part->at.first));
}

static void find_answer(const struct reading *reading, struct view_explain_part *part)
{
	uint32_t state = state_now(reading, part);

	part->answer = VIEW_EXPLAIN_PASS;
	if (reading->public.monitor || is_excepted(part))
		return;
	if (state == ECDN_XDP_STATE_LIMITED)
		part->answer = VIEW_EXPLAIN_LIMITED;
	if (state == ECDN_XDP_STATE_BLOCKED)
		part->answer = VIEW_EXPLAIN_BLOCKED;
}

/* The listener that takes connections of the part's family, if it is to get them. */
static const struct view_listener *find_listener(const struct view_explain *view, bool v4)
{
	for (unsigned int i = 0; i < view->steer.count; i++) {
		const struct view_listener *listener = &view->steer.listener[i];
		const struct view_family *family = v4 ? &listener->v4 : &listener->v6;

		if (listener->rule.port == view->port &&
		    listener->rule.protocol == view->protocol &&
		    listener->state == VIEW_STEER_READY && family->served)
			return listener;
	}
	return NULL;
}

static void find_steered(const struct reading *reading, struct view_explain_part *part)
{
	const struct view_explain *view = reading->view;
	uint32_t state = state_now(reading, part);

	if (view->status.config.monitor || !view->covered || !view->steer.attached ||
	    is_excepted(part))
		return;
	if (state == ECDN_XDP_STATE_LIMITED || state == ECDN_XDP_STATE_BLOCKED)
		part->steered = find_listener(view, part->at.first.family == AF_INET);
}

/* --- packets */

static const struct view_armed_at *find_armed(const struct view_explain *view, int family)
{
	const struct view_armed_at *found = NULL;

	for (unsigned int i = 0; i < view->status.armed.count; i++) {
		const struct view_armed_at *at = &view->status.armed.at[i];

		if (at->key.port == view->port && address_family(at->key.family) == family &&
		    (!found || (at->state == VIEW_ARMED && found->state != VIEW_ARMED)))
			found = at;
	}
	return view->protocol == IPPROTO_TCP ? found : NULL;
}

/* What the guard would have found by a look-up, which its program does not make here. */
static enum shield_meet meet_of(const struct view_explain *view,
				const struct view_explain_part *part, enum view_explain_case which)
{
	if (which == VIEW_EXPLAIN_OPEN)
		return MEET_SOCKET;
	return view->served || part->steered ? MEET_NOBODY : MEET_UNSERVED;
}

static int try_packet(const struct reading *reading, const struct dry_rows_key *key,
		      enum view_explain_case which, struct view_explain_part *part)
{
	const struct view_explain *view = reading->view;
	struct dry_packet packet = {
		.key = *key, .told = meet_of(view, part, which),
	};
	struct view_explain_fate *fate = &part->fate[which];
	struct dry_verdict verdict = {};
	struct dry_frame frame;
	int err = -EAGAIN;

	dry_frame_build(&frame, &key->source, &key->target, view->port, view->protocol,
			which == VIEW_EXPLAIN_NEW);
	packet.frame = frame.byte;
	packet.length = frame.length;
	for (int i = 0; i < TRIES && err == -EAGAIN; i++)
		err = dry_run_packet(reading->dry, &packet, &verdict);
	if (err == -EAGAIN)
		return log_error(err, "the regions are being changed: try again");
	fate->tried = !err;
	fate->dropped = verdict.dropped && view->guarded;
	fate->reason = verdict.reason;
	return err;
}

static void read_rows(const struct reading *reading, const struct dry_rows_key *key,
		      struct view_explain_part *part)
{
	const struct dry_rows *rows = dry_run_rows(reading->dry);
	const struct ecdn_xdp_config *config = &reading->view->status.config;

	for (int level = 0; level < DRY_ROWS_LEVELS; level++)
		dry_rows_prefix(rows, key, config, level, &part->prefix[level]);
	part->is_known = dry_rows_known(rows, key, config, reading->view->moment.now_ns);
}

static int try_packets(const struct reading *reading, struct view_explain_part *part)
{
	const struct view_explain *view = reading->view;
	struct dry_rows_key key = {
		.source = part->at.first, .port = view->port, .region = part->at.table.id,
		.trusted = part->at.trusted ? part->at.trusted->node : 0,
		.target = { .family = part->at.first.family },
	};
	int err = 0;

	if (view->armed)
		address_from_bytes(&key.target, part->at.first.family, view->armed->key.addr);
	key.cpu = dry_rows_cpu_of(dry_run_rows(reading->dry), key.region,
				  view->status.config.max_regions);
	for (int i = 0; i < VIEW_EXPLAIN_CASES && !err; i++)
		if (i != VIEW_EXPLAIN_STRAY || view->protocol == IPPROTO_TCP)
			err = try_packet(reading, &key, i, part);
	read_rows(reading, &key, part);
	return err;
}

static int read_part(const struct reading *reading, const struct view_rates *rates,
		     struct view_explain_part *part)
{
	int err = read_state(reading, part);

	if (!err && part->at.trusted)
		err = view_rates_read(rates, part->at.trusted->node, &part->rate);
	if (err)
		return err;
	find_answer(reading, part);
	find_steered(reading, part);
	return try_packets(reading, part);
}

/* --- */

static void find_parts(struct view_explain *view, const struct cidr *cidr)
{
	struct view_parts parts;

	view_parts_find(&parts, cidr, &view->table, &view->trusted);
	for (unsigned int i = 0; i < parts.count; i++)
		view->part[i].at = parts.at[i];
	view->parts = parts.count;
	view->more = parts.more;
}

static int read_parts(const struct reading *reading, const char *pin_dir)
{
	struct view_rates rates;
	int err = view_rates_open(&rates, pin_dir);

	for (unsigned int i = 0; i < reading->view->parts && !err; i++)
		err = read_part(reading, &rates, &reading->view->part[i]);
	view_rates_close(&rates);
	return err;
}

/* What the loaded guard does not do, the dry run's is not to do: it finds no row then. */
static int keep_limits(struct dry_maps *maps, const char *dir)
{
	int gives_way = guard_program_gives_way(dir, maps->region_learned);

	if (!gives_way) {
		scoped_close(&maps->region_learned);
		maps->region_learned = -1;
	}
	return gives_way < 0 ? gives_way : 0;
}

static int open_all(struct reading *reading, const char *pin_dir)
{
	struct guard_maps guard;
	struct view_pins pins;
	int err = view_pins_guard(&pins, pin_dir, &guard);

	guard_maps_close(&guard);
	err = err ?: maps_open(dry_maps_rows, &reading->maps, &pins.pins);
	err = err ?: keep_limits(&reading->maps, pins.pins.dir);
	err = err ?: maps_open(more_rows, reading, &pins.pins);
	err = err ?: maps_get(reading->public_config, "public_config", &(__u32){ 0 },
			      &reading->public);
	return err ?: dry_run_open(&reading->dry, &reading->maps, pins.config.max_regions);
}

static int read_views(struct view_explain *view, const char *pin_dir)
{
	int err = view_status_read(&view->status, pin_dir);

	err = err ?: view_regions_read(&view->regions, pin_dir);
	err = err ?: view_table_open(&view->table, pin_dir);
	err = err ?: view_trusted_read(&view->trusted, pin_dir);
	return err ?: view_steer_read(&view->steer, pin_dir);
}

static void sum_up(struct view_explain *view, int family)
{
	struct protected_ports ports = { view->status.config.protect, view->status.ports };

	view->covered = ports_cover(&ports, view->port, view->protocol);
	view->armed = find_armed(view, family);
	for (unsigned int i = 0; i < view->status.attachment_count; i++)
		view->guarded |= view->status.attachments[i].ifindex;
}

static int find_server(struct view_explain *view)
{
	struct address at;
	const struct listener_search search = {
		.address = &at, .port = view->port, .protocol = IPPROTO_TCP,
	};
	const struct listener *found[1];
	struct listeners listeners;
	int err;

	view->served = true;
	if (!view->armed || view->status.config.netns != netns_own())
		return 0;
	err = listeners_read_sockets(&listeners);
	if (err)
		return err;
	address_from_bytes(&at, address_family(view->armed->key.family), view->armed->key.addr);
	view->served = listeners_find(&listeners, &search, found, 1);
	listeners_free(&listeners);
	return 0;
}

int view_explain_read(struct view_explain *view, const char *pin_dir, const struct cidr *cidr,
		      uint16_t port, uint8_t protocol)
{
	struct reading reading = { .view = view };
	int err;

	memset(view, 0, sizeof(*view));
	maps_init(dry_maps_rows, &reading.maps);
	maps_init(more_rows, &reading);
	view->port = port;
	view->protocol = protocol;
	err = open_all(&reading, pin_dir);
	view->moment = clock_now();
	err = err ?: read_views(view, pin_dir);
	sum_up(view, cidr->addr.family);
	err = err ?: find_server(view);
	if (!err)
		find_parts(view, cidr);
	err = err ?: read_parts(&reading, pin_dir);
	dry_run_close(reading.dry);
	maps_close(dry_maps_rows, &reading.maps);
	maps_close(more_rows, &reading);
	return err;
}

void view_explain_free(struct view_explain *view)
{
	view_status_free(&view->status);
	view_regions_free(&view->regions);
	view_table_close(&view->table);
	trust_list_free(&view->trusted);
	view_steer_free(&view->steer);
}

bool view_explain_refused(const struct view_explain_part *part)
{
	return part->fate[VIEW_EXPLAIN_NEW].dropped || part->steered ||
	       part->answer != VIEW_EXPLAIN_PASS;
}

const char *view_explain_answer_name(enum view_explain_answer answer)
{
	static const char *const names[] = {
		[VIEW_EXPLAIN_PASS] = "pass",
		[VIEW_EXPLAIN_LIMITED] = "limited",
		[VIEW_EXPLAIN_BLOCKED] = "blocked",
	};

	return words_name(names, VIEW_EXPLAIN_ANSWERS, answer);
}

const char *view_explain_measure_name(enum ecdn_xdp_measure measure)
{
	static const char *const names[] = {
		[ECDN_XDP_MEASURE_NONE] = "", [ECDN_XDP_MEASURE_PPS] = "pps",
		[ECDN_XDP_MEASURE_BPS] = "bps", [ECDN_XDP_MEASURE_CPS] = "cps",
	};

	return words_name(names, ECDN_XDP_MEASURE_MAX, measure);
}
