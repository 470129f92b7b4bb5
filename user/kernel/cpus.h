/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpus.h - the rows of maps in which each CPU has its own, by its id.
 */
#ifndef KERNEL_CPUS_H
#define KERNEL_CPUS_H

/* One more than the greatest id of a CPU that this host may have, online or not; a negative
 * errno, logged. Ids may have gaps, so this can be more than there are CPUs. */
int cpus_rows(void);

/* The ids of the CPUs that are online: how many, with *ids to be freed by the caller; a negative
 * errno, logged, with nothing to free. */
int cpus_online(int **ids);

#endif
