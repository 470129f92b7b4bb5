/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding_chain.h - what is wrong with a certificate that an origin showed to a probe.
 */
#ifndef DIAGNOSE_FINDING_CHAIN_H
#define DIAGNOSE_FINDING_CHAIN_H

#include "diagnose/finding.h"
#include "diagnose/probe_words.h"

/* Appends a finding for each fault, and none where there is none. 0 or -ENOMEM, logged. */
int finding_chain(const struct probe_words_item *item, const struct probe_chain *chain,
		  struct findings *findings);

#endif
