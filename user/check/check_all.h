/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_all.h - the families of checks.
 */
#ifndef CHECK_CHECK_ALL_H
#define CHECK_CHECK_ALL_H

#include "check/checks.h"

/* Runs all checks. 0 or -ENOMEM, logged. The owner frees report->at. */
int check_all(const struct checks_facts *facts, struct checks_report *report);

#endif
