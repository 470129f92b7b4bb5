/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding_fields.h - the keys of a finding of `diagnose`, whose items are struct finding.
 */
#ifndef SHOW_FINDING_FIELDS_H
#define SHOW_FINDING_FIELDS_H

#include "show/fields.h"

extern const struct field finding_fields[];

#endif
