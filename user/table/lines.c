// SPDX-License-Identifier: BSD-2-Clause
#include "table/lines.h"

#include <stddef.h>
#include <sys/mman.h>

#include "ecdn-xdp-trusted.h"

#define BYTES (sizeof(struct ecdn_xdp_table_line) * ECDN_XDP_TABLE_LINES_MAX)

_Static_assert(offsetof(struct ecdn_xdp_table_header, lines) ==
	       offsetof(struct ecdn_xdp_trusted_header, lines) &&
	       offsetof(struct ecdn_xdp_table_header, generation) ==
	       offsetof(struct ecdn_xdp_trusted_header, generation), "headers begin alike");

struct ecdn_xdp_table_line *lines_new(void)
{
	void *lines = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (lines == MAP_FAILED)
		return NULL;
	madvise(lines, BYTES, MADV_HUGEPAGE); /* fewer page faults */
	return lines;
}

void lines_free(struct ecdn_xdp_table_line *lines)
{
	if (lines)
		munmap(lines, BYTES);
}

uint32_t lines_used(const struct ecdn_xdp_table_line *lines)
{
	const struct ecdn_xdp_table_header *header = (const void *)&lines[ECDN_XDP_TABLE_HEADER];

	return header->lines < ECDN_XDP_TABLE_LINES_MAX ? header->lines :
							  ECDN_XDP_TABLE_LINES_MAX;
}

const struct ecdn_xdp_table_line *lines_at(const void *lines, uint32_t index)
{
	return index < lines_used(lines) ? (const struct ecdn_xdp_table_line *)lines + index :
					   NULL;
}
