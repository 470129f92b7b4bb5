// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_past.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "view/view_past_file.h"

static struct view_past_row *rows_of(const struct view_past *past)
{
	return (struct view_past_row *)(past->header + 1);
}

static uint32_t count_of(const struct view_past *past)
{
	return past->size ? (past->size - sizeof(*past->header)) / sizeof(struct view_past_row) : 0;
}

static void clear_row(struct view_past_row *row, const char *name)
{
	memset(row->name, 0, sizeof(row->name));
	memcpy(row->name, name, strnlen(name, sizeof(row->name) - 1));
	for (unsigned int i = 0; i < VIEW_PAST_SLOTS; i++)
		row->share[i] = VIEW_PAST_NONE;
}

/* Rows that are all zeros have no name, so that their shares are never asked for. */
static void fill_header(struct view_past *past, uint32_t rows)
{
	struct view_past_header *header = past->header;

	memcpy(header->magic, VIEW_PAST_MAGIC, sizeof(header->magic));
	header->version = VIEW_PAST_VERSION;
	header->slots = VIEW_PAST_SLOTS;
	header->step_ns = VIEW_PAST_STEP_NS;
	header->rows = rows;
	view_past_file_boot(header->boot);
}

static size_t size_for(uint32_t rows)
{
	return sizeof(struct view_past_header) + (size_t)rows * sizeof(struct view_past_row);
}

int view_past_make(struct view_past *past, uint32_t rows)
{
	*past = (struct view_past){ .header = calloc(1, size_for(rows)) };
	if (!past->header)
		return log_error(-ENOMEM, "out of memory for the past of the regions");
	past->size = size_for(rows);
	fill_header(past, rows);
	return 0;
}

/* What the file before held, as far as it has room here. */
static void take_over(struct view_past *past, const struct view_past *before)
{
	uint32_t count = count_of(before) < count_of(past) ? count_of(before) : count_of(past);

	past->header->number = before->header->number;
	memcpy(rows_of(past), rows_of(before), count * sizeof(struct view_past_row));
}

int view_past_open(struct view_past *past, const char *pin_dir, uint32_t rows)
{
	struct view_past_file file;
	struct view_past before;
	int err;

	if (rows > VIEW_PAST_ROWS_MAX)
		rows = VIEW_PAST_ROWS_MAX;
	*past = (struct view_past){ .mapped = true };
	err = view_past_file_make(&file, pin_dir, size_for(rows));
	if (err)
		return err;
	past->header = file.at;
	past->size = size_for(rows);
	fill_header(past, rows);
	if (!view_past_read(&before, pin_dir, clock_monotonic_ns())) {
		take_over(past, &before);
		view_past_close(&before);
	}
	err = view_past_file_publish(&file);
	if (err)
		view_past_close(past);
	return err;
}

static bool is_sound(const struct view_past_header *header, size_t size, uint64_t now_ns)
{
	char boot[sizeof(header->boot)];

	view_past_file_boot(boot);
	return !memcmp(header->magic, VIEW_PAST_MAGIC, sizeof(header->magic)) &&
	       header->version == VIEW_PAST_VERSION && header->slots == VIEW_PAST_SLOTS &&
	       header->step_ns == VIEW_PAST_STEP_NS && header->rows <= VIEW_PAST_ROWS_MAX &&
	       size == size_for(header->rows) && !memcmp(header->boot, boot, sizeof(boot)) &&
	       header->number <= now_ns / VIEW_PAST_STEP_NS;
}

int view_past_read(struct view_past *past, const char *pin_dir, uint64_t now_ns)
{
	int err;

	*past = (struct view_past){};
	err = view_past_file_read(pin_dir, size_for(VIEW_PAST_ROWS_MAX), &past->header,
				  &past->size);
	if (err)
		return err;
	if (!is_sound(past->header, past->size, now_ns)) {
		view_past_close(past);
		return -ENOENT;
	}
	for (uint32_t i = 0; i < count_of(past); i++)
		rows_of(past)[i].name[ECDN_XDP_NAME_SIZE - 1] = 0;
	return 0;
}

void view_past_close(struct view_past *past)
{
	if (past->mapped && past->header)
		munmap(past->header, past->size);
	else
		free(past->header);
	*past = (struct view_past){};
}

bool view_past_fits(const struct view_past *past, const struct view_regions *regions)
{
	return !regions->count ||
	       regions->region[regions->count - 1].id < count_of(past);
}

bool view_past_is_fresh(const struct view_past *past, uint64_t now_ns)
{
	uint64_t now = now_ns / VIEW_PAST_STEP_NS;

	return past->size && past->header->number <= now && past->header->number + 2 >= now;
}

/* Steps in which nobody wrote have no value. */
static void advance(struct view_past *past, uint64_t number)
{
	uint64_t first = past->header->number + 1;

	if (first + VIEW_PAST_SLOTS <= number)
		first = number - VIEW_PAST_SLOTS + 1;
	for (uint32_t i = 0; i < count_of(past); i++)
		for (uint64_t at = first; at <= number && rows_of(past)[i].name[0]; at++)
			rows_of(past)[i].share[at % VIEW_PAST_SLOTS] = VIEW_PAST_NONE;
	past->header->number = number;
}

static void put_share(struct view_past_row *row, const struct view_region *region,
		      uint64_t number)
{
	uint16_t *share = &row->share[number % VIEW_PAST_SLOTS];
	uint64_t now = region->load.share < VIEW_PAST_MOST ? region->load.share : VIEW_PAST_MOST;

	if (strncmp(row->name, region->name, sizeof(row->name)))
		clear_row(row, region->name);
	if (region->load.measure && (*share == VIEW_PAST_NONE || *share < now))
		*share = now;
}

/* Whoever copies the file meanwhile finds an odd sequence, or another one afterwards. */
void view_past_put(struct view_past *past, const struct view_regions *regions)
{
	uint64_t number = regions->moment.now_ns / VIEW_PAST_STEP_NS;
	uint32_t sequence;

	if (!past->size || number < past->header->number)
		return;
	sequence = past->header->sequence & ~1U;
	__atomic_store_n(&past->header->sequence, sequence + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (number != past->header->number)
		advance(past, number);
	for (uint32_t i = 0; i < regions->count; i++)
		if (regions->region[i].id < count_of(past))
			put_share(&rows_of(past)[regions->region[i].id], &regions->region[i],
				  number);
	__atomic_store_n(&past->header->sequence, sequence + 2, __ATOMIC_RELEASE);
}

void view_past_shares(const struct view_past *past, uint32_t region, const char *name,
		      uint64_t now_ns, uint16_t *shares, unsigned int count)
{
	uint64_t now = now_ns / VIEW_PAST_STEP_NS;
	const struct view_past_row *row;

	for (unsigned int i = 0; i < count; i++)
		shares[i] = VIEW_PAST_NONE;
	if (region >= count_of(past))
		return;
	row = &rows_of(past)[region];
	if (strncmp(row->name, name, sizeof(row->name)))
		return;
	for (unsigned int i = 0; i < count && i < VIEW_PAST_SLOTS && i <= now; i++) {
		uint64_t number = now - i;

		if (number <= past->header->number &&
		    number + VIEW_PAST_SLOTS > past->header->number)
			shares[count - 1 - i] = row->share[number % VIEW_PAST_SLOTS];
	}
}
