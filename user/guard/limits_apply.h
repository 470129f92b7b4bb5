/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits_apply.h - changes of limits are carried out. Errors are logged.
 */
#ifndef GUARD_LIMITS_APPLY_H
#define GUARD_LIMITS_APPLY_H

#include "guard/limits.h"

/* Carries out what limits_check() has passed, by the program publish. The defaults are in
 * *config, which the caller writes afterwards. What is written is noted in the journal. */
int limits_apply(const struct limits_changes *changes, const struct guard_maps *maps,
		 const struct names *names, struct ecdn_xdp_config *config, int publish);

/* Whether a change that was carried out has changed anything; and any of these. */
bool limits_apply_changed(const struct limits_change *change);
bool limits_apply_changed_any(const struct limits_changes *changes);

#endif
