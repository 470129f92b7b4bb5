// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_origins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/mapped.h"
#include "origin/origin_maps.h"
#include "origin/origin_names.h"
#include "origin/origin_part.h"
#include "view/view_pins.h"

/* Rows of origin_spans that one system call reads. */
#define BATCH 1024

/* A row that another origin takes meanwhile is read again, so often. */
#define TRIES 3

/* What is read: arrays as memory, a place each by row. */
struct sources {
	struct mapped keys, stats, requests;
	struct origin_names names; /* sorted by key */
	const struct origin_maps *maps;
};

static int by_key(const void *one, const void *other)
{
	const struct origin_names_row *a = one, *b = other;

	return memcmp(&a->key, &b->key, sizeof(a->key));
}

static int open_sources(struct sources *sources, const struct origin_maps *maps)
{
	int err = mapped_open(&sources->keys, maps->origin_keys, "origin_keys",
			      sizeof(struct ecdn_xdp_origin_key));

	sources->maps = maps;
	err = err ?: mapped_open(&sources->stats, maps->origin_stats, "origin_stats",
				 sizeof(struct ecdn_xdp_origin_stats));
	err = err ?: mapped_open(&sources->requests, maps->origin_requests, "origin_requests",
				 sizeof(struct ecdn_xdp_origin_requests));
	err = err ?: origin_names_read(maps->origin_names, &sources->names);
	if (!err && sources->names.count)
		qsort(sources->names.at, sources->names.count, sizeof(*sources->names.at), by_key);
	return err;
}

static void close_sources(struct sources *sources)
{
	mapped_close(&sources->keys);
	mapped_close(&sources->stats);
	mapped_close(&sources->requests);
	origin_names_free(&sources->names);
}

/* A name of one port goes before that of all. */
static const struct ecdn_xdp_origin_name *name_of(const struct origin_names *names,
						  const struct ecdn_xdp_origin_key *key)
{
	struct origin_names_row row = { .key = *key };
	const struct origin_names_row *found = NULL;

	if (names->count)
		found = bsearch(&row, names->at, names->count, sizeof(row), by_key);
	row.key.port = 0;
	if (!found && names->count)
		found = bsearch(&row, names->at, names->count, sizeof(row), by_key);
	return found ? &found->value : NULL;
}

static void copy_text(char to[ECDN_XDP_ORIGIN_NAME_SIZE], const char *from)
{
	memcpy(to, from, ECDN_XDP_ORIGIN_NAME_SIZE);
	to[ECDN_XDP_ORIGIN_NAME_SIZE - 1] = 0;
}

/* What the operator says goes before what was seen, which may be no host name. */
static void name_origin(struct view_origin *origin, const struct origin_names *names)
{
	const struct ecdn_xdp_origin_name *name = name_of(names, &origin->key);

	origin->stats.sni[sizeof(origin->stats.sni) - 1] = 0;
	origin->named = name;
	copy_text(origin->name, name ? name->name : origin->stats.sni);
	if (name && *name->sni)
		copy_text(origin->host, name->sni);
	else if (view_origins_is_host(origin->name))
		copy_text(origin->host, origin->name);
	else if (!origin_names_wrong_sni(origin->stats.sni))
		copy_text(origin->host, origin->stats.sni);
}

static const void *value_of(const struct mapped *mapped, uint32_t index)
{
	return (const char *)mapped->at + index * mapped->stride;
}

/* False if the row is free, or is being given to another origin. */
static bool copy_row(const struct sources *sources, uint32_t row, struct view_origin *origin)
{
	const struct ecdn_xdp_origin_key *key = value_of(&sources->keys, row);
	const struct ecdn_xdp_origin_stats *stats = value_of(&sources->stats, row);

	origin->key = *key;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	origin->stats = *stats;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return (!row || (origin->key.family && !origin->key.reserved)) &&
	       !memcmp(&origin->key, key, sizeof(*key)) &&
	       origin->stats.first_ns == *(const volatile __u64 *)&stats->first_ns;
}

/* Proxies of all CPUs have written to one of the stripes. */
static void add_said(const struct sources *sources, uint32_t row, struct view_origin *origin)
{
	for (uint32_t stripe = 0; (stripe + 1) * ECDN_XDP_ORIGINS <= sources->requests.entries;
	     stripe++) {
		const uint64_t *from = value_of(&sources->requests,
						stripe * ECDN_XDP_ORIGINS + row);
		uint64_t *to = (void *)&origin->said;

		for (size_t i = 0; i < sizeof(origin->said) / sizeof(*to); i++)
			to[i] += from[i];
	}
}

static bool read_row(const struct sources *sources, uint32_t row, struct view_origin *origin)
{
	bool is_read = false;

	*origin = (struct view_origin){ .row = row, .has_row = true };
	for (int i = 0; i < TRIES && !is_read; i++)
		is_read = copy_row(sources, row, origin);
	if (!is_read)
		return false;
	add_said(sources, row, origin);
	name_origin(origin, &sources->names);
	return true;
}

static int read_spans(int fd, struct ecdn_xdp_origin_spans *spans, uint32_t rows)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts, .elem_flags = BPF_F_LOCK);
	__u32 keys[BATCH], last;
	int err = 0;

	for (uint32_t i = 0; i < rows && !err;) {
		__u32 count = rows - i < BATCH ? rows - i : BATCH;

		err = bpf_map_lookup_batch(fd, i ? &last : NULL, &last, keys, &spans[i], &count,
					   &opts);
		i += count;
		/* The end is told along with the last values. */
		if (err == -ENOENT && i == rows)
			err = 0;
	}
	return err ? log_error(err, "cannot read map origin_spans: %s", strerror(-err)) : 0;
}

/* Rows from 0 to the last one in use. */
static int read_rows(struct view_origins *view, const struct sources *sources)
{
	uint32_t rows = view->head.rows < ECDN_XDP_ORIGINS ? view->head.rows + 1 :
							     ECDN_XDP_ORIGINS;
	scoped_free struct ecdn_xdp_origin_spans *spans = calloc(rows, sizeof(*spans));
	int err;

	view->at = calloc(rows + sources->names.count, sizeof(*view->at));
	if (!view->at || !spans)
		return log_error(-ENOMEM, "out of memory for the origins");
	err = read_spans(sources->maps->origin_spans, spans, rows);
	for (uint32_t row = 0; row < rows && !err; row++) {
		if (!read_row(sources, row, &view->at[view->count]))
			continue;
		view->at[view->count++].spans = spans[row];
	}
	return err;
}

static bool has_row(const struct view_origins *view, unsigned int rows,
		    const struct ecdn_xdp_origin_key *key)
{
	for (unsigned int i = 0; i < rows; i++) {
		const struct ecdn_xdp_origin_key *at = &view->at[i].key;

		if (at->family == key->family && !memcmp(at->addr, key->addr, sizeof(at->addr)) &&
		    (!key->port || at->port == key->port))
			return true;
	}
	return false;
}

static void add_others(struct view_origins *view, const struct origin_names *names)
{
	unsigned int rows = view->count;

	for (size_t i = 0; i < names->count; i++) {
		struct view_origin *origin = &view->at[view->count];

		if (has_row(view, rows, &names->at[i].key))
			continue;
		*origin = (struct view_origin){ .key = names->at[i].key };
		name_origin(origin, names);
		view->count++;
	}
}

static int read_config(struct view_origins *view, const struct origin_maps *maps)
{
	struct ecdn_xdp_origin_config config;
	int err = origin_maps_config(maps, &config);

	if (err)
		return err;
	view->content = config.content;
	view->since_ns = config.since_ns;
	view->netns = config.netns;
	return 0;
}

static int read_maps(struct view_origins *view, const struct origin_maps *maps)
{
	struct sources sources = {};
	int err = read_config(view, maps);

	err = err ?: maps_get(maps->origin_head, "origin_head", &(__u32){ 0 }, &view->head);
	err = err ?: open_sources(&sources, maps);
	err = err ?: read_rows(view, &sources);
	if (!err)
		add_others(view, &sources.names);
	close_sources(&sources);
	return err;
}

int view_origins_read(struct view_origins *view, const char *pin_dir)
{
	struct origin_maps maps;
	struct view_pins pins;
	int err = view_pins_read_shared(&pins, pin_dir);

	*view = (struct view_origins){};
	if (err || !part_is_loaded(&origin_part, pins.pins.dir))
		return err;
	err = maps_open(origin_maps_rows, &maps, &pins.pins);
	view->loaded = true;
	view->moment = clock_now();
	err = err ?: read_maps(view, &maps);
	maps_close(origin_maps_rows, &maps);
	if (err)
		view_origins_free(view);
	return err;
}

void view_origins_free(struct view_origins *view)
{
	free(view->at);
	*view = (struct view_origins){};
}

int view_origins_missing(const char *pin_dir)
{
	return part_require(&origin_part, pin_dir);
}

static int by_number(const void *one, const void *other)
{
	const struct ecdn_xdp_origin_failure *a = one, *b = other;

	return a->number > b->number ? -1 : a->number < b->number;
}

/* Of row 0 all origins are, that have no other. */
static bool is_of(const struct ecdn_xdp_origin_failure *failure, uint32_t row,
		  const struct ecdn_xdp_origin_key *key)
{
	return row == ~0U || (failure->row == row &&
			      (!row || !memcmp(&failure->origin, key, sizeof(*key))));
}

/* Those that were not written meanwhile. */
static unsigned int copy_failures(const struct mapped *ring, uint32_t row,
				  const struct ecdn_xdp_origin_key *key,
				  struct ecdn_xdp_origin_failure *to)
{
	const volatile struct ecdn_xdp_origin_failure *from = ring->at;
	unsigned int count = 0;

	for (uint32_t i = 0; i < ring->entries; i++) {
		struct ecdn_xdp_origin_failure *failure = &to[count];
		__u64 number = from[i].number;

		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		memcpy(failure, (const void *)&from[i], sizeof(*failure));
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		failure->sni[sizeof(failure->sni) - 1] = 0;
		count += number && failure->number == number && from[i].number == number &&
			 is_of(failure, row, key);
	}
	return count;
}

static int read_failures(const struct origin_maps *maps, uint32_t row,
			 struct ecdn_xdp_origin_failure **at, unsigned int *count)
{
	struct ecdn_xdp_origin_key key = {};
	struct mapped ring;
	int err = row == ~0U ? 0 : maps_get(maps->origin_keys, "origin_keys", &row, &key);

	if (err)
		return err;
	err = mapped_open(&ring, maps->origin_failures, "origin_failures", sizeof(**at));
	if (err)
		return err;
	*at = calloc(ring.entries + 1, sizeof(**at));
	if (*at)
		*count = copy_failures(&ring, row, &key, *at);
	else
		err = log_error(-ENOMEM, "out of memory for the failures");
	mapped_close(&ring);
	return err;
}

static int open_failures(struct origin_maps *maps, const char *pin_dir)
{
	struct view_pins pins;
	int err = view_pins_read_shared(&pins, pin_dir);

	maps_init(origin_maps_rows, maps);
	if (err)
		return err;
	if (pins.pins.shared)
		return log_error(-EACCES, "the failures are for root alone, as each tells what "
				 "host name was asked for, and when; `ecdn-xdp origin` has "
				 "their numbers");
	err = part_require(&origin_part, pins.pins.dir);
	return err ?: maps_open(origin_maps_rows, maps, &pins.pins);
}

int view_origins_failures(const char *pin_dir, uint32_t row, unsigned int most,
			  struct ecdn_xdp_origin_failure **at, unsigned int *count)
{
	struct origin_maps maps;
	int err = open_failures(&maps, pin_dir);

	*at = NULL;
	*count = 0;
	err = err ?: read_failures(&maps, row, at, count);
	if (!err && *count)
		qsort(*at, *count, sizeof(**at), by_number);
	if (*count > most)
		*count = most;
	maps_close(origin_maps_rows, &maps);
	return err;
}
