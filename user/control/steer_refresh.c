// SPDX-License-Identifier: BSD-2-Clause
#include "control/steer_refresh.h"

#include <string.h>

#include "control/bring_up.h"
#include "control/verb_note.h"
#include "kernel/config_map.h"

int steer_refresh_look(const char *pin_dir, struct steer_watch *watch)
{
	memset(watch, 0, sizeof(*watch));
	return config_map_has(pin_dir, ECDN_XDP_ABI) ? steer_watch_read(watch, pin_dir) : 0;
}

int steer_refresh(const char *pin_dir)
{
	char *words[] = { "agent:", "found", "listeners" };
	struct request request;
	int err;

	verb_note_begin(sizeof(words) / sizeof(*words), words);
	request_init(&request);
	request.steer.refresh = true;
	err = bring_up_change(pin_dir, &request);
	request_free(&request);
	return err;
}
