// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_carry.h"

#include "attach/tc_link.h"
#include "attach/tc_note.h"
#include "base/scoped.h"
#include "kernel/pins_exchange.h"

const char *const ping_carry_shared[] = {
	"ping_config", "ping_interfaces", "local_addresses", "node_stats", "node_buckets",
	"ping_events", NULL
};

int ping_carry_relink(const struct tc_hook *hook, const struct pins *pins)
{
	scoped_fd int program = pins_get(pins->next, "prog/ping");
	unsigned int count;
	char **names;
	int err = program < 0 ? program : tc_note_pin_names(hook, pins->dir, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++) {
		struct tc_link link;

		err = tc_link_attach_again(&link, hook, pins, names[i], program);
		tc_link_close(&link);
	}
	pins_free_names(names, count);
	return err;
}

int ping_carry_adopt(const struct tc_hook *hook, const struct pins *pins)
{
	unsigned int count;
	char **names;
	int err = tc_note_pin_names(hook, pins->dir, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++)
		err = tc_note_adopt(hook, pins, names[i]);
	pins_free_names(names, count);
	return err ?: pins_exchange_adopt_all(pins, hook->pins);
}
