/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_fields.h - what readers show of how guard, steer and ping are set up and where
 * they are attached.
 */
#ifndef SHOW_STATUS_FIELDS_H
#define SHOW_STATUS_FIELDS_H

#include "show/fields.h"
#include "view/view_ping.h"
#include "view/view_status.h"

struct status_fields_item {
	const char *pin_dir;
	struct view_status guard;
	struct view_ping ping;
};

/* Of struct status_fields_item: the guard and steer, ping, and the region table. */
extern const struct field status_fields_guard[];
extern const struct field status_fields_ping[];
extern const struct field status_fields_table[];

/* Of struct status_fields_item, metrics alone. */
extern const struct field status_fields_metrics[];

struct status_fields_interface {
	bool attached;
};

/* Of struct status_fields_interface, metrics alone. */
extern const struct field status_fields_interface[];

/* The protected ports: "all", or runs of them like "80,443-444/udp"; empty for none. */
const char *status_fields_ports(const void *item, char room[FIELD_TEXT_SIZE]);

/* The group whose processes may count requests; 0: root's alone may. */
const char *status_fields_group(const void *item, char room[FIELD_TEXT_SIZE]);

/* "native", "attached elsewhere", ... */
const char *status_fields_guard_state(const struct xdp_link *attachment);
const char *status_fields_ping_state(const struct tc_link *attachment);

/* Writes "ADDRESS:PORT"; returns room. */
char *status_fields_armed(const struct view_armed_at *at, char room[FIELD_TEXT_SIZE]);

#endif
