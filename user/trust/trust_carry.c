// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_carry.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "kernel/carry.h"

static int damaged(const char *dir)
{
	return log_error(-EPROTO, "the trusted list in %s is damaged", dir);
}

static bool is_row(const struct ecdn_xdp_trusted_row *row)
{
	return (row->family == 4 || row->family == 6) &&
	       row->length <= (row->family == 4 ? 32 : 128) &&
	       row->node < ECDN_XDP_TRUSTED_NODES_MAX &&
	       memchr(row->name, 0, sizeof(row->name));
}

static int copy_rows(const char *dir, const struct abi2_line *lines, struct trust_list *list)
{
	const struct abi2_trusted_header *header = (const void *)&lines[ABI2_TABLE_HEADER];
	struct trust_list rows = { .count = header->rows };

	if (header->rows > ABI2_TABLE_LINES - ABI2_TABLE_HEADER)
		return damaged(dir);
	rows.row = (void *)&lines[ABI2_TABLE_LINES - header->rows];
	for (size_t i = 0; i < rows.count; i++)
		if (!is_row(&rows.row[i]))
			return damaged(dir);
	/* ABI 2 gave allowed prefixes no index. */
	return trust_list_copy(&rows, list) || trust_list_allow(list, NULL, 0, 0) ?
	       log_error(-ENOMEM, "out of memory") : 0;
}

int trust_carry_read(const char *dir, struct trust_list *list)
{
	const struct abi2_line *lines;
	int err = carry_map(dir, "trusted_table", "trusted_lines", &lines);

	if (err || !lines)
		return err;
	err = copy_rows(dir, lines, list);
	carry_unmap(lines);
	return err;
}
