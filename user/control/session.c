// SPDX-License-Identifier: BSD-2-Clause
#include "control/session.h"

#include "base/scoped.h"
#include "kernel/slot.h"

void loaded_close(struct loaded *loaded)
{
	scoped_close(&loaded->publish);
	names_free(loaded->names);
	maps_close(&loaded->maps);
	pins_unlock(&loaded->pins);
}

int loaded_open(struct loaded *loaded, const char *pin_dir)
{
	int err = pins_init(&loaded->pins, pin_dir);

	loaded->names = NULL;
	loaded->publish = -1;
	maps_init(&loaded->maps);
	/* Looked at before the lock, which would mount and make what it needs. */
	err = err ?: maps_open(&loaded->maps, loaded->pins.dir);
	maps_close(&loaded->maps);
	err = err ?: pins_lock(&loaded->pins);
	err = err ?: maps_open(&loaded->maps, loaded->pins.dir);
	err = err ?: lines_pin(&loaded->maps, loaded->pins.dir);
	err = err ?: maps_names(&loaded->maps, &loaded->names);
	if (!err) {
		loaded->publish = pins_get(loaded->pins.dir, PINS_PUBLISH_PROGRAM);
		err = loaded->publish < 0 ? loaded->publish : 0;
	}
	if (err)
		loaded_close(loaded);
	return err;
}
