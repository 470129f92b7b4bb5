/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding_probe.h - what a probe of an origin has found, as findings of 538.
 */
#ifndef DIAGNOSE_FINDING_PROBE_H
#define DIAGNOSE_FINDING_PROBE_H

#include "diagnose/finding.h"
#include "diagnose/probe_words.h"

/* Appends at least one finding: where nothing is wrong, the note that it is so. 0 or -ENOMEM,
 * logged. */
int finding_probe(const struct probe_words_item *item, struct findings *findings);

#endif
