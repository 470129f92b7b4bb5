/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_trusted.h - one read of the trusted list: allowed prefixes and nodes.
 */
#ifndef VIEW_VIEW_TRUSTED_H
#define VIEW_VIEW_TRUSTED_H

#include "trust/trust_list.h"

/* 0 or a negative errno, logged. To be freed with trust_list_free() after either. */
int view_trusted_read(struct trust_list *list, const char *pin_dir);

#endif
