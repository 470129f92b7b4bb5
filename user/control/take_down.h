/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * take_down.h - parts come off interfaces, or go for good. Errors are logged.
 */
#ifndef CONTROL_TAKE_DOWN_H
#define CONTROL_TAKE_DOWN_H

/* Takes all parts off these interfaces; counters stay. All of them, or none if one cannot. */
int take_down(const char *pin_dir, char **ifaces, unsigned int count);

/* Takes all parts off everything and removes every pin. Nothing loaded, no error. */
int take_down_all(const char *pin_dir);

#endif
