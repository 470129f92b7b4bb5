// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_trusted.h"

#include <string.h>

#include "trust/trust_store.h"
#include "view/view_pins.h"

int view_trusted_read(struct trust_list *list, const char *pin_dir)
{
	struct trust_maps maps;
	struct view_pins pins;
	int err = view_pins_read(&pins, pin_dir);

	memset(list, 0, sizeof(*list));
	if (err)
		return err;
	err = maps_open(trust_store_rows, &maps, &pins.pins);
	err = err ?: trust_store_read(&maps, list);
	maps_close(trust_store_rows, &maps);
	return err;
}
