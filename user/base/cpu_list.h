/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpu_list.h - the kernel's notation for a set of CPUs: "0-3,8-11". Silent.
 */
#ifndef BASE_CPU_LIST_H
#define BASE_CPU_LIST_H

#include <stdbool.h>

/* One more than the greatest id in the list, so the rows of an array that is indexed by
 * them; -EINVAL if it is no such list. */
int cpu_list_end(const char *list);

/* Whether the list has that id; false if it is no such list. */
bool cpu_list_has(const char *list, int id);

#endif
