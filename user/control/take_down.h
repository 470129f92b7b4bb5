/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * take_down.h - takes parts off interfaces, or removes them for good. Errors are logged.
 */
#ifndef CONTROL_TAKE_DOWN_H
#define CONTROL_TAKE_DOWN_H

/* Takes all parts off these interfaces, or off none if one cannot be taken off. Counters
 * stay. */
int take_down(const char *pin_dir, char **ifaces, unsigned int count);

/* Takes all parts off everything and removes every pin. It is no error if nothing is
 * loaded. */
int take_down_all(const char *pin_dir);

#endif
