// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "kernel/maps.h"

static int make(struct view_rows *rows, uint32_t count)
{
	rows->limits = calloc(count + 1, sizeof(*rows->limits));
	rows->rates = calloc(count + 1, sizeof(*rows->rates));
	rows->states = calloc(count + 1, sizeof(*rows->states));
	rows->history = calloc(count + 1, sizeof(*rows->history));
	return rows->limits && rows->rates && rows->states && rows->history ? 0 : -ENOMEM;
}

int view_rows_read(struct view_rows *rows, const struct guard_maps *maps, uint32_t count)
{
	int err;

	*rows = (struct view_rows){};
	if (make(rows, count))
		return log_error(-ENOMEM, "out of memory for the regions");
	err = maps_get_first(maps->region_limits, "region_limits", count, sizeof(*rows->limits),
			     rows->limits);
	err = err ?: maps_get_first(maps->region_rate, "region_rate", count,
				    sizeof(*rows->rates), rows->rates);
	err = err ?: maps_get_first(maps->region_state, "region_state", count,
				    sizeof(*rows->states), rows->states);
	if (!err && maps->region_history >= 0)
		err = maps_get_first(maps->region_history, "region_history", count,
				     sizeof(*rows->history), rows->history);
	return err;
}

void view_rows_free(struct view_rows *rows)
{
	free(rows->limits);
	free(rows->rates);
	free(rows->states);
	free(rows->history);
	*rows = (struct view_rows){};
}
