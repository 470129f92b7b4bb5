// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_carry.h"

#include <errno.h>

#include "base/scoped.h"
#include "kernel/pins_exchange.h"

const char *const steer_carry_shared[] = {
	"steer_listeners", "steer_sockets", "steer_stats", NULL
};

int steer_carry_relink(const struct pinned_link_hook *hook, const struct pins *pins)
{
	scoped_fd int program = pins_get(pins->next, hook->program_pin);
	struct pinned_link link = PINNED_LINK_NONE;
	int err;

	if (program < 0)
		return program;
	err = pinned_link_replace(&link, hook, pins->dir, program);
	pinned_link_close(&link);
	return err == -ENOENT ? 0 : err;
}

int steer_carry_adopt(const struct pinned_link_hook *hook, const struct pins *pins)
{
	return pins_exchange_adopt(pins, hook->pin);
}
