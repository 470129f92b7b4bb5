/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exporter_jail.h - the program gives away what serving a page does not need, before it reads a
 * byte from anybody.
 */
#ifndef EXPORTER_JAIL_H
#define EXPORTER_JAIL_H

/* Capabilities, user and groups where that can be done, new privileges, files, processes, most
 * system calls. The process ends with its parent. 0 or a negative errno, logged; the caller must
 * not go on then. */
int exporter_jail_enter(void);

#endif
