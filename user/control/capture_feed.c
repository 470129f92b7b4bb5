// SPDX-License-Identifier: BSD-2-Clause
#include "control/capture_feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/xdp_link.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "control/capture_order.h"
#include "control/parts.h"
#include "guard/guard_part.h"
#include "kernel/config_map.h"
#include "kernel/host_lock.h"
#include "kernel/mapped.h"
#include "kernel/perf_ring.h"

#define WAIT_MS 100
#define LOCK_NAME_SIZE 32
#define PUT_OFF_NS (NS_PER_SECOND / 4)

/* Spans of 2^ECDN_XDP_CAPTURE_SPAN ns for which the guard goes on: one to two. */
#define SPANS 2

/* Of each CPU's ring: 256 KiB have room for a tenth of a second of 10,000 packets/s. */
#define RING_PAGES 64

struct capture_feed {
	struct pins pins;
	struct guard_maps maps;
	struct names *names;
	uint32_t max_regions;
	int lock;               /* -1: not held */
	struct stat pin;        /* of config, which comes and goes with all others */
	struct ecdn_xdp_config *config; /* mapped for writing, or NULL */
	struct mapped rows;     /* capture_cpu */
	struct perf_ring *ring;
	struct capture_order order;
	uint64_t *told, *seen;  /* by CPU: `matched` with the last packet, and a quarter ago */
	struct ecdn_xdp_capture_rule rule;
	uint64_t rate, next_ns;
	uint64_t until_ns, missed_ns; /* the guard goes on until then; for so long it did not */
};

static const struct ecdn_xdp_capture_cpu *row_of(const struct capture_feed *feed, uint32_t cpu)
{
	return (const void *)((const char *)feed->rows.at + cpu * feed->rows.stride);
}

static void name_lock(const struct guard_maps *maps, char name[LOCK_NAME_SIZE])
{
	snprintf(name, LOCK_NAME_SIZE, "capture-%u", maps_id(maps->capture_packets));
}

bool capture_feed_is_open(const struct guard_maps *maps, const struct ecdn_xdp_config *config,
			  struct lock_holder *holder)
{
	char name[LOCK_NAME_SIZE];

	*holder = (struct lock_holder){};
	if (clock_monotonic_ns() >> ECDN_XDP_CAPTURE_SPAN >= config->capture)
		return false;
	name_lock(maps, name);
	lock_is_held(HOST_LOCK_DIR, name, holder);
	return true;
}

static int take_lock(struct capture_feed *feed)
{
	struct lock_holder holder = {};
	char name[LOCK_NAME_SIZE], by[64] = "";

	name_lock(&feed->maps, name);
	feed->lock = lock_try(HOST_LOCK_DIR, name, "captures", &holder);
	if (feed->lock != -EBUSY)
		return feed->lock < 0 ? feed->lock : 0;
	if (holder.pid)
		snprintf(by, sizeof(by), ", process %d,", holder.pid);
	return log_error(-EBUSY, "another `ecdn-xdp capture`%s captures already; one at a time can",
			 by);
}

static int map_config(struct capture_feed *feed)
{
	int fd = pins_get(feed->pins.dir, "config");
	void *at;

	if (fd < 0)
		return fd;
	at = mmap(NULL, sizeof(*feed->config), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return log_error(-errno, "cannot map config: %s", strerror(errno));
	feed->config = at;
	return 0;
}

static int stat_pin(const struct capture_feed *feed, struct stat *pin)
{
	char path[PINS_PATH_SIZE];

	return stat(pins_path(feed->pins.dir, "config", path), pin);
}

static int open_maps(struct capture_feed *feed, const char *pin_dir)
{
	struct ecdn_xdp_config config;
	int err = pins_init(&feed->pins, pin_dir), fd;

	fd = err ?: config_map_open(&feed->pins);
	if (fd < 0)
		return fd;
	err = maps_get(fd, "config", &(__u32){ 0 }, &config);
	close(fd);
	err = err ?: parts_check(feed->pins.dir, config.parts);
	err = err ?: part_require(&guard_part, feed->pins.dir);
	err = err ?: guard_maps_open(&feed->maps, &feed->pins);
	if (err)
		return err;
	if (feed->maps.capture_rule < 0 || feed->maps.capture_cpu < 0 ||
	    feed->maps.capture_packets < 0)
		return log_error(-EPROTO, "the guard in %s is of an earlier version, whose drops "
				 "cannot be captured; `ecdn-xdp load IFACE` loads this one",
				 feed->pins.dir);
	feed->max_regions = config.max_regions;
	err = guard_maps_names(&feed->maps, feed->max_regions, &feed->names);
	err = err ?: mapped_open(&feed->rows, feed->maps.capture_cpu, "capture_cpu",
				 sizeof(struct ecdn_xdp_capture_cpu));
	err = err ?: map_config(feed);
	if (!err && stat_pin(feed, &feed->pin))
		err = log_error(-errno, "cannot look at %s: %s", feed->pins.dir, strerror(errno));
	return err;
}

static int find_region(struct capture_feed *feed, const char *name)
{
	struct words_guess guess = { .word = name };
	int id = name ? names_find(feed->names, name, strlen(name)) : 0;

	if (id < 0) {
		names_guess(feed->names, &guess);
		return names_unknown(&guess);
	}
	feed->rule.region = name ? (uint32_t)id : ~0U;
	return 0;
}

/* What each of so many CPUs may send in a jiffy for all to send as many as were asked for. The
 * clock that moves once a jiffy tells how long one is. */
static int share_rate(struct capture_feed *feed, uint32_t cpus)
{
	struct timespec jiffy = { .tv_nsec = 4000000 };
	uint64_t share;

	clock_getres(CLOCK_MONOTONIC_COARSE, &jiffy);
	share = feed->rate * jiffy.tv_nsec / cpus * 65536 / NS_PER_SECOND;
	feed->rule.per_jiffy_q16 = share > UINT32_MAX ? UINT32_MAX : share ?: 1;
	return maps_set(feed->maps.capture_rule, "capture_rule", &(__u32){ 0 }, &feed->rule);
}

static int clear_rows(const struct capture_feed *feed)
{
	const struct ecdn_xdp_capture_cpu none = {};
	int err = 0;

	for (__u32 cpu = 0; cpu < feed->rows.entries && !err; cpu++)
		err = maps_set(feed->maps.capture_cpu, "capture_cpu", &cpu, &none);
	return err;
}

static void store(struct capture_feed *feed, uint32_t until)
{
	__atomic_store_n(&feed->config->capture, until, __ATOMIC_SEQ_CST);
}

/* Whoever was stopped, or wrote to a reader who did not read, comes back too late. */
static void count_missed(struct capture_feed *feed, uint64_t now_ns)
{
	if (feed->until_ns && now_ns > feed->until_ns)
		feed->missed_ns += now_ns - feed->until_ns;
}

static void put_off(struct capture_feed *feed, uint64_t now_ns)
{
	uint64_t until = (now_ns >> ECDN_XDP_CAPTURE_SPAN) + SPANS;

	store(feed, until);
	count_missed(feed, now_ns);
	feed->until_ns = until << ECDN_XDP_CAPTURE_SPAN;
	feed->next_ns = now_ns + PUT_OFF_NS;
}

static int take_sent(const void *data, size_t size, void *context)
{
	struct capture_feed *feed = context;

	return capture_order_add(&feed->order, data, size);
}

/* What a capture that was killed has left in the rows is no part of this one. */
static int begin(struct capture_feed *feed, const struct capture_feed_request *request)
{
	int err = find_region(feed, request->region);

	err = err ?: take_lock(feed);
	if (err)
		return err;
	store(feed, 0);
	feed->rate = request->rate;
	feed->rule.reasons = request->reasons;
	feed->rule.snap_bytes = request->snap_bytes;
	feed->told = calloc(2 * feed->rows.entries, sizeof(*feed->told));
	if (!feed->told)
		return log_error(-ENOMEM, "out of memory for the CPUs' counts");
	feed->seen = feed->told + feed->rows.entries;
	err = clear_rows(feed);
	err = err ?: share_rate(feed, feed->rows.entries);
	err = err ?: perf_ring_open(&feed->ring, feed->maps.capture_packets, "capture_packets",
				    RING_PAGES, take_sent, feed);
	if (!err)
		put_off(feed, clock_monotonic_ns());
	return err;
}

int capture_feed_open(struct capture_feed **feed, const char *pin_dir,
		      const struct capture_feed_request *request)
{
	struct capture_feed *made = calloc(1, sizeof(*made));
	int err;

	if (!made)
		return log_error(-ENOMEM, "out of memory");
	made->lock = -1;
	guard_maps_init(&made->maps);
	err = open_maps(made, pin_dir);
	err = err ?: begin(made, request);
	if (err)
		capture_feed_close(made);
	else
		*feed = made;
	return err;
}

void capture_feed_close(struct capture_feed *feed)
{
	if (!feed)
		return;
	if (feed->lock >= 0)
		store(feed, 0);
	perf_ring_close(feed->ring);
	capture_order_free(&feed->order);
	mapped_close(&feed->rows);
	if (feed->config)
		munmap(feed->config, sizeof(*feed->config));
	guard_maps_close(&feed->maps);
	names_free(feed->names);
	free(feed->told);
	if (feed->lock >= 0)
		close(feed->lock);
	free(feed);
}

int capture_feed_interfaces(const struct capture_feed *feed, capture_feed_interface *each,
			    void *context)
{
	unsigned int count;
	char **names;
	int err = xdp_link_names(feed->pins.dir, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++) {
		struct xdp_link link;

		err = xdp_link_read(&link, feed->pins.dir, names[i]);
		if (!err && link.ifindex)
			err = each(link.ifindex, *link.place.now ? link.place.now : names[i],
				   context);
		xdp_link_close(&link);
		err = err == -ENOENT ? 0 : err;
	}
	pins_free_names(names, count);
	return err;
}

/* The rate is shared by those CPUs that had something to send of late. */
static int follow_cpus(struct capture_feed *feed)
{
	uint32_t busy = 0;

	for (uint32_t cpu = 0; cpu < feed->rows.entries; cpu++) {
		uint64_t matched = row_of(feed, cpu)->matched;

		busy += matched != feed->seen[cpu];
		feed->seen[cpu] = matched;
	}
	return busy ? share_rate(feed, busy) : 0;
}

/* Programs of another version that are loaded share the maps; what was unloaded does not. */
static int check_pin(const struct capture_feed *feed)
{
	struct stat pin;

	if (!stat_pin(feed, &pin) && pin.st_ino == feed->pin.st_ino &&
	    pin.st_dev == feed->pin.st_dev)
		return 0;
	return log_error(-ESTALE, "what was loaded in %s is there no longer, so nothing more is "
			 "captured", feed->pins.dir);
}

/* Names of regions that are new come with a new table. */
static const char *name_of(struct capture_feed *feed, uint32_t region)
{
	struct names *names;

	if (!names_of(feed->names, region) &&
	    !guard_maps_names(&feed->maps, feed->max_regions, &names)) {
		names_free(feed->names);
		feed->names = names;
	}
	return names_of(feed->names, region) ?: "?";
}

static int hand_over(struct capture_feed *feed, uint64_t until_ns, capture_feed_take *take,
		     void *context)
{
	size_t count = capture_order_sort(&feed->order, until_ns);
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		const struct ecdn_xdp_captured *about = feed->order.at[i];
		struct capture_feed_packet packet = {
			.about = about,
			.data = about + 1,
			.region = name_of(feed, about->region),
			.stands_for = 1,
		};

		if (about->cpu < feed->rows.entries) {
			packet.stands_for = about->matched - feed->told[about->cpu];
			feed->told[about->cpu] = about->matched;
		}
		err = take(&packet, context);
	}
	capture_order_drop(&feed->order, count);
	return err;
}

int capture_feed_read(struct capture_feed *feed, capture_feed_take *take, void *context)
{
	uint64_t now_ns;
	int err = 0;

	perf_ring_wait(feed->ring, WAIT_MS);
	now_ns = clock_monotonic_ns();
	if (now_ns >= feed->next_ns) {
		put_off(feed, now_ns);
		err = check_pin(feed) ?: follow_cpus(feed);
	}
	err = err ?: perf_ring_read(feed->ring);
	return err ?: hand_over(feed, now_ns, take, context);
}

int capture_feed_end(struct capture_feed *feed, capture_feed_take *take, void *context)
{
	int err;

	store(feed, 0);
	count_missed(feed, clock_monotonic_ns());
	err = perf_ring_read(feed->ring);
	return err ?: hand_over(feed, UINT64_MAX, take, context);
}

void capture_feed_counts(const struct capture_feed *feed, struct capture_feed_counts *counts)
{
	*counts = (struct capture_feed_counts){ .missed_ns = feed->missed_ns };
	for (uint32_t cpu = 0; cpu < feed->rows.entries; cpu++) {
		const volatile struct ecdn_xdp_capture_cpu *row = row_of(feed, cpu);

		counts->matched += row->matched;
		counts->sent += row->sent;
		counts->lost += row->failed;
	}
}
