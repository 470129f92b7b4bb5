// SPDX-License-Identifier: BSD-2-Clause
#include "set.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pins.h"
#include "view.h"

static const char *const pin_name[PARTS] = {
	[PART_TABLE] = "region_lines",
	[PART_TRUSTED] = "trusted_lines",
	[PART_STATE] = "region_state",
	[PART_PUBLIC] = PINS_GUARD,
	[PART_ORIGINS] = PINS_OBSERVER,
	[PART_SAID] = "origin_requests",
	[PART_COUNTS] = "request_stats",
};

static void pin_close(struct pin *pin)
{
	if (pin->serial)
		close(pin->fd);
	memset(pin, 0, sizeof(*pin));
}

/* A table has as many lines as its map: zeros follow in a view. */
static int measure_table(struct pin *pin)
{
	int lines = pins_rows(pin->fd, sizeof(struct ecdn_xdp_table_line));

	if (lines < 0)
		return lines;
	if (lines > ECDN_XDP_TABLE_LINES_MAX)
		lines = ECDN_XDP_TABLE_LINES_MAX;
	pin->bytes = lines * sizeof(struct ecdn_xdp_table_line);
	return 0;
}

/* Opens a part's pin and maps it, so that a view can rely on that; the caller unmaps the
 * pin's bytes from *memory. bytes: 0 for a table, whose map tells. */
static int pin_open(struct ecdn_xdp_client *client, const char *via, enum part part,
		    size_t bytes, struct pin *pin, void **memory)
{
	struct pin opened = { .fd = pins_open(via, pin_name[part]), .bytes = bytes };
	int err = 0;

	if (opened.fd < 0)
		return opened.fd;
	if (!bytes)
		err = measure_table(&opened);
	*memory = err ? NULL : view_try(part, &opened);
	if (!*memory) {
		err = err ? err : -errno;
		close(opened.fd);
		return err;
	}
	opened.serial = ++client->serial;
	*pin = opened;
	return 0;
}

static int open_unseen(struct ecdn_xdp_client *client, const char *via, enum part part,
		       size_t bytes, struct pin *pin)
{
	void *memory;
	int err = pin_open(client, via, part, bytes, pin, &memory);

	if (!err)
		munmap(memory, bytes);
	return err;
}

/* The headers of both kinds of tables begin alike. */
static int open_table(struct ecdn_xdp_client *client, const char *via, enum part part,
		      uint64_t *generation, struct pin *pin)
{
	const struct ecdn_xdp_table_line *lines;
	const struct ecdn_xdp_table_header *header;
	void *memory;
	int err = pin_open(client, via, part, 0, pin, &memory);

	if (err)
		return err;
	lines = memory;
	header = (const struct ecdn_xdp_table_header *)&lines[ECDN_XDP_TABLE_HEADER];
	*generation = header->generation;
	err = header->magic == ECDN_XDP_TABLE_MAGIC ? 0 : -EPROTO;
	munmap(memory, pin->bytes);
	if (err)
		pin_close(pin);
	return err;
}

/* Before the first word of public_config is checked, nothing is known of the others. */
static int open_public(struct ecdn_xdp_client *client, const char *via, struct set *set,
		       struct ecdn_xdp_public_config *public)
{
	void *memory;
	int err = pin_open(client, via, PART_PUBLIC, sizeof(*public), &set->pin[PART_PUBLIC],
			   &memory);

	if (err)
		return err;
	memcpy(public, memory, sizeof(*public));
	munmap(memory, sizeof(*public));
	client->found_abi = public->abi;
	if (public->abi != ECDN_XDP_ABI || !public->max_regions ||
	    public->max_regions > ECDN_XDP_REGIONS_MAX)
		return -EPROTO;
	if (public->gone)
		return -ENOENT;
	set->max_regions = public->max_regions;
	return 0;
}

/* A process that may not count requests may still ask for verdicts. */
static void open_counts(struct ecdn_xdp_client *client, const char *via, struct set *set)
{
	size_t bytes = client->cpus * set->max_regions * sizeof(struct ecdn_xdp_requests);
	int err = open_unseen(client, via, PART_COUNTS, bytes, &set->pin[PART_COUNTS]);

	set->counts_error = err == -EPERM ? -EACCES : err;
}

/*
 * Opens the table that public_config names if it is not open yet; 0: there is none. What
 * public_config names is what the slot holds. A pin may be a generation behind, as the slot is
 * filled first: then the pin's table is better than an older one, or than none, and the next
 * look finds that public_config names another still.
 */
static int follow_table(struct ecdn_xdp_client *client, const char *via, enum part part,
			uint64_t wanted, uint64_t *generation, struct pin *pin)
{
	struct pin opened = { 0 };
	uint64_t found = 0;
	int err = 0;

	if (wanted == *generation)
		return 0;
	if (wanted)
		err = open_table(client, via, part, &found, &opened);
	if (err)
		return err;
	/* The pin still is the table that is open already, or one before it. */
	if (wanted && found != wanted && found <= *generation) {
		pin_close(&opened);
		return -EAGAIN;
	}
	*generation = found;
	*pin = opened;
	return 0;
}

int set_follow(struct ecdn_xdp_client *client, const char *via,
	       const struct ecdn_xdp_public_config *public, struct set *set)
{
	int table, trusted;

	table = follow_table(client, via, PART_TABLE, public->table_generation, &set->generation,
			     &set->pin[PART_TABLE]);
	trusted = follow_table(client, via, PART_TRUSTED, public->trusted_generation,
			       &set->trusted_generation, &set->pin[PART_TRUSTED]);
	if (!set->pin[PART_COUNTS].serial)
		open_counts(client, via, set);
	return table ? table : trusted;
}

static int open_all(struct ecdn_xdp_client *client, const char *via, const struct stat *found,
		    struct set *set)
{
	struct ecdn_xdp_public_config public;
	struct stat now;
	char again[VIA_SIZE];
	int err = open_public(client, via, set, &public);

	if (!err)
		err = open_unseen(client, via, PART_STATE, set->max_regions *
				  sizeof(struct ecdn_xdp_region_state), &set->pin[PART_STATE]);
	if (!err)
		err = set_follow(client, via, &public, set);
	if (err)
		return err;
	/* If the guard was unloaded and another one loaded, these are maps of both. */
	if (pins_find(client, PINS_GUARD, &now, again) || now.st_dev != found->st_dev ||
	    now.st_ino != found->st_ino)
		return -EAGAIN;
	return 0;
}

void set_without_guard(const struct ecdn_xdp_client *client, int error, struct set *set)
{
	const struct set *shown = &client->set;

	*set = (struct set){
		.error = error,
		.counts_error = error,
		.origins_error = shown->origins_error,
		.origins_device = shown->origins_device,
		.origins_inode = shown->origins_inode,
	};
	set->pin[PART_ORIGINS] = shown->pin[PART_ORIGINS];
	set->pin[PART_SAID] = shown->pin[PART_SAID];
}

void set_open(struct ecdn_xdp_client *client, const char *via, const struct stat *found,
	      struct set *set)
{
	int err;

	set_without_guard(client, 0, set);
	err = open_all(client, via, found, set);
	if (err) {
		set_close(set, &client->set);
		set_without_guard(client, err, set);
	}
	set->device = found->st_dev;
	set->inode = found->st_ino;
}

/* Opens one of the observer's pins: an array of so many values of that size, as no word of it tells
 * of which version it is. */
static int open_origins(struct ecdn_xdp_client *client, const char *via, enum part part,
			size_t bytes, int rows, size_t size, struct set *set)
{
	int err = open_unseen(client, via, part, bytes, &set->pin[part]), found;

	if (err)
		return err;
	found = pins_rows(set->pin[part].fd, size);
	return found < 0 ? found : found == rows ? 0 : -EPROTO;
}

/* If the observer was unloaded and another one loaded, these are maps of both. */
static int open_observer(struct ecdn_xdp_client *client, const char *via, struct set *set)
{
	char again[VIA_SIZE];
	struct stat now;
	int err = open_origins(client, via, PART_SAID, SAID_BYTES,
			       ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS,
			       sizeof(struct ecdn_xdp_origin_requests), set);

	if (!err)
		err = open_origins(client, via, PART_ORIGINS, ORIGINS_BYTES, ECDN_XDP_ORIGINS,
				   sizeof(struct ecdn_xdp_origin_key), set);
	if (!err && (pins_find(client, PINS_OBSERVER, &now, again) ||
		     now.st_dev != set->origins_device || now.st_ino != set->origins_inode))
		err = -EAGAIN;
	return err;
}

static void close_observer(const struct ecdn_xdp_client *client, struct set *set)
{
	set_close(set, &client->set);
	memset(&set->pin[PART_ORIGINS], 0, sizeof(set->pin[PART_ORIGINS]));
	memset(&set->pin[PART_SAID], 0, sizeof(set->pin[PART_SAID]));
}

void set_follow_observer(struct ecdn_xdp_client *client, struct set *set)
{
	char via[VIA_SIZE];
	struct stat found;
	int err = pins_find(client, PINS_OBSERVER, &found, via);

	if (!err && !set->origins_error && found.st_dev == set->origins_device &&
	    found.st_ino == set->origins_inode)
		return;
	close_observer(client, set);
	if (!err && set->error == -EPROTO)
		err = -EPROTO;
	if (!err && !strcmp(via, client->dir) && !pins_are_roots(client))
		err = -EKEYREJECTED;
	if (!err) {
		set->origins_device = found.st_dev;
		set->origins_inode = found.st_ino;
		err = open_observer(client, via, set);
	}
	if (err)
		close_observer(client, set);
	else if (!strcmp(via, client->dir))
		pins_keep_dir(client);
	set->origins_error = err == -EPERM ? -EACCES : err;
}

void set_close(struct set *set, const struct set *other)
{
	for (int part = 0; part < PARTS; part++)
		if (set->pin[part].serial != other->pin[part].serial)
			pin_close(&set->pin[part]);
}
