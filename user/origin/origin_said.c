// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_said.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "kernel/config_map.h"
#include "kernel/maps.h"
#include "kernel/owner.h"

#define KEYS "origin_keys"
#define REQUESTS "origin_requests"
#define KEYS_BYTES (ECDN_XDP_ORIGINS * sizeof(struct ecdn_xdp_origin_place))
#define BYTES (ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS * \
	       sizeof(struct ecdn_xdp_origin_requests))

/* The proxies' group can open these two alone. */
struct counted {
	int origin_keys, origin_requests;
};

static const struct map_row rows[] = {
	MAP_ROW(struct counted, origin_keys,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_key), MAP_MMAP,
		MAP_ENTRIES(ECDN_XDP_ORIGINS)),
	MAP_ROW(struct counted, origin_requests,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_requests), MAP_MMAP,
		MAP_ENTRIES(ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS)),
	MAP_ROW_END,
};

static void unmap(struct origin_said *said)
{
	if (said->keys)
		munmap((void *)said->keys, KEYS_BYTES);
	if (said->requests)
		munmap(said->requests, BYTES);
	said->keys = NULL;
	said->requests = NULL;
}

static int map_one(int fd, const char *map, size_t bytes, int protection, void **at)
{
	*at = mmap(NULL, bytes, protection, MAP_SHARED, fd, 0);
	if (*at != MAP_FAILED)
		return 0;
	*at = NULL;
	return log_error(-errno, "cannot map %s: %s%s", map, strerror(errno), errno == EPERM ?
			 ": somebody has frozen it; `ecdn-xdp load` replaces it" : "");
}

static int map_both(struct origin_said *said, const struct counted *maps)
{
	void *keys = NULL, *requests = NULL;
	int err = map_one(maps->origin_keys, KEYS, KEYS_BYTES, PROT_READ, &keys);

	err = err ?: map_one(maps->origin_requests, REQUESTS, BYTES, PROT_READ | PROT_WRITE,
			     &requests);
	said->keys = keys;
	said->requests = requests;
	if (err)
		unmap(said);
	return err;
}

/* Root alone can read of which ABI the pins are. */
static int check_abi(const struct pins *pins)
{
	int fd;

	if (geteuid())
		return owner_check(pins->dir);
	fd = config_map_open(pins);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static int open_maps(struct origin_said *said)
{
	struct counted maps;
	int err = check_abi(&said->pins);

	err = err ?: maps_open(rows, &maps, &said->pins);
	if (err)
		return err;
	err = map_both(said, &maps);
	maps_close(rows, &maps);
	return err;
}

/* Whether there is a pin that was not there before, or there is none any more. */
static bool has_changed(struct origin_said *said)
{
	char path[PINS_PATH_SIZE];
	struct stat found;

	if (stat(pins_path(said->pins.dir, KEYS, path), &found))
		memset(&found, 0, sizeof(found));
	if (found.st_dev == said->device && found.st_ino == said->inode)
		return false;
	said->device = found.st_dev;
	said->inode = found.st_ino;
	return true;
}

/* A pin that cannot be opened is tried again when it is another one. */
static void look(struct origin_said *said)
{
	bool counted = said->requests;

	if (!has_changed(said))
		return;
	unmap(said);
	if (!said->inode)
		log_warning("the observer of %s was unloaded: lines are not counted until "
			    "`ecdn-xdp load --origin` loads one", said->pins.dir);
	else if (!open_maps(said) && !counted)
		log_warning("an observer is loaded in %s: lines are counted again", said->pins.dir);
}

int origin_said_open(struct origin_said *said, const char *pin_dir)
{
	int err;

	memset(said, 0, sizeof(*said));
	err = pins_init(&said->pins, pin_dir);
	if (err)
		return err;
	has_changed(said);
	if (!said->inode)
		return log_error(-ENOENT, "no observer of origins is loaded in %s: `ecdn-xdp load "
				 "--origin` loads it", said->pins.dir);
	said->look_ns = clock_ns(CLOCK_MONOTONIC_COARSE) + NS_PER_SECOND;
	return open_maps(said);
}

void origin_said_close(struct origin_said *said)
{
	unmap(said);
}

bool origin_said_count(struct origin_said *said, const struct ecdn_xdp_origin_key *origin,
		       enum ecdn_xdp_origin_said what, int status)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC_COARSE);

	if (now_ns >= said->look_ns) {
		said->look_ns = now_ns + NS_PER_SECOND;
		look(said);
	}
	if (!said->requests || !said->keys)
		return false;
	ecdn_xdp_origin_say(said->requests, sched_getcpu(),
			    ecdn_xdp_origin_row(&said->rows, said->keys, origin, now_ns),
			    what, status);
	return true;
}
