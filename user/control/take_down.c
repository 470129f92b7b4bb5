// SPDX-License-Identifier: BSD-2-Clause
#include "control/take_down.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "control/verb_note.h"
#include "control/session.h"
#include "control/steps.h"

/* Checks that a part is attached to the interface, can be read and is within reach. */
static int check(const char *dir, const char *iface)
{
	bool found = false;

	for (unsigned int i = 0; i < parts_count(); i++) {
		int err = parts[i].part->check ? parts[i].part->check(dir, iface) : -ENOENT;

		if (err && err != -ENOENT)
			return err;
		found |= !err;
	}
	return found ? 0 : log_error(-ENOENT, "%s is not loaded; `ecdn-xdp status` lists what "
				     "is loaded", iface);
}

static int detach(const char *dir, const char *iface)
{
	for (unsigned int i = 0; i < parts_count(); i++) {
		int err = parts[i].part->detach ? parts[i].part->detach(dir, iface) : -ENOENT;

		if (err && err != -ENOENT)
			return err;
	}
	return 0;
}

/* What is taken off stays so when another interface cannot be, and is followed all the same. */
static int detach_all(const char *dir, char **ifaces, unsigned int count)
{
	int err = 0, untold;

	for (unsigned int i = 0; i < count && !err; i++)
		err = detach(dir, ifaces[i]);
	untold = steps_follow(dir);
	return err ?: untold;
}

int take_down(const char *pin_dir, char **ifaces, unsigned int count)
{
	struct session session;
	int err = session_open(&session, pin_dir);

	for (unsigned int i = 0; i < count && !err; i++)
		err = check(session.pins.dir, ifaces[i]);
	if (!err)
		err = detach_all(session.pins.dir, ifaces, count);
	if (!err)
		verb_note_append(&session.pins);
	session_close(&session, err);
	return err;
}

static int stop_all(const char *dir)
{
	int err = pins_check(dir);

	for (unsigned int i = 0; i < parts_count() && !err; i++)
		err = parts[i].part->stop ? parts[i].part->stop(dir) : 0;
	return err;
}

/* Proxies that cannot be told must not keep the pins from being removed. */
static int retire_all(const char *dir)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count(); i++) {
		int failed = parts[i].part->retire ? parts[i].part->retire(dir) : 0;

		err = err ?: failed;
	}
	return err;
}

/* The pins are removed whatever their ABI is, and in whatever state a killed command has
 * left them. */
int take_down_all(const char *pin_dir)
{
	int err, untold = 0;
	struct session session;
	struct pins pins;

	err = pins_init(&pins, pin_dir);
	if (err || (access(pins.dir, F_OK) && access(pins.next, F_OK)))
		return err;
	err = session_lock(&session, pin_dir, false);
	err = err ?: stop_all(session.pins.dir);
	if (!err)
		untold = retire_all(session.pins.dir);
	err = err ?: pins_discard(&session.pins);
	session_close(&session, 0);
	return err ?: untold;
}
