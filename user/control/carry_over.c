// SPDX-License-Identifier: BSD-2-Clause
#include "control/carry_over.h"

#include <errno.h>

#include "base/log.h"
#include "control/parts.h"
#include "kernel/abi2.h"
#include "kernel/config_map.h"
#include "kernel/grace.h"
#include "kernel/pins_exchange.h"

/* Whether one of a part's two programs is pinned, and the other one is not. */
static bool is_half(const struct part *part, const char *dir)
{
	char name[PART_PIN_SIZE];

	return part->helper &&
	       pins_has(dir, part_pin(part, name)) != pins_has(dir, part->helper);
}

int carry_over_check(const struct pins *pins)
{
	for (unsigned int i = 0; i < parts_count(); i++)
		if (is_half(parts[i].part, pins->dir))
			return log_error(-EPROTO, "a program of %s is missing in %s/%s, so that it "
					 "cannot be carried over; nothing was changed",
					 parts[i].part->label, pins->dir, PINS_PROGRAMS);
	return 0;
}

int carry_over_begin(const struct pins *pins)
{
	return pins_exchange_mark(pins);
}

/* A part that is pinned in dir. */
static const struct part_carry *carry_of(unsigned int at, const char *dir)
{
	return part_is_loaded(parts[at].part, dir) ? parts[at].part->carry : NULL;
}

static int relink(const struct pins *pins)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		const struct part_carry *carry = carry_of(i, pins->dir);

		err = carry && carry->relink ? carry->relink(pins) : 0;
	}
	return err;
}

static int adopt(const struct pins *pins)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		const struct part_carry *carry = carry_of(i, pins->dir);

		err = carry && carry->adopt ? carry->adopt(pins) : 0;
	}
	return err;
}

/* pins->next has the old pins, whose programs no link holds any more. */
static int finish(const struct pins *pins)
{
	int err = pins_exchange_unmark(pins->dir);

	err = err ?: grace_wait();
	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		const struct part_carry *carry = carry_of(i, pins->next);

		err = carry && carry->finish ? carry->finish(pins->next, pins->dir) : 0;
	}
	/* Without it the rest is no pins of ABI 2, and not read again if this is killed. */
	err = err ?: pins_drop(pins->next, "config");
	err = err ?: pins_remove(pins->next);
	if (!err)
		log_info("%s: what ABI %d had pinned is carried over to ABI %d", pins->dir, ABI2,
			 ECDN_XDP_ABI);
	return err;
}

int carry_over_replace(struct pins *pins, bool *committed)
{
	int err = adopt(pins);

	err = err ?: pins_exchange(pins);
	if (err)
		return err;
	*committed = true;
	return finish(pins);
}

/* A command was killed when links had begun to change. */
static int go_on(const struct pins *pins)
{
	bool committed = false;
	struct pins killed = *pins;
	int err;

	killed.building = killed.carries = true;
	err = relink(&killed);
	return err ?: carry_over_replace(&killed, &committed);
}

int carry_over_recover(const struct pins *pins)
{
	if (config_map_has(pins->dir, ABI2))
		return pins_exchange_marked(pins) ? go_on(pins) : 0;
	if (config_map_has(pins->dir, ECDN_XDP_ABI) && config_map_has(pins->next, ABI2))
		return finish(pins);
	return 0;
}
