/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_rates.h - what the guard keeps of each trusted prefix, its rate and its own ceilings,
 * follows the list: no packet makes a row, so that who forges the whole of a published list
 * takes no memory. Without the guard there is nothing to do. Errors are logged.
 */
#ifndef TRUST_TRUST_RATES_H
#define TRUST_TRUST_RATES_H

#include "trust/trust_request.h"
#include "trust/trust_store.h"

/* Before the list takes the place of `before`: removes rows of prefixes that are on neither, and
 * those whose index another prefix gets, and makes the rows that the list needs. */
int trust_rates_prepare(const struct trust_maps *maps, const struct trust_list *before,
			const struct trust_list *list);

/* Afterwards: removes the rows of prefixes that are not on the list. */
int trust_rates_settle(const struct trust_maps *maps, const struct trust_list *list);

/* Makes rows that the list needs and that are not there. */
int trust_rates_add(int trusted_rates, const struct trust_list *list);

/* Checks and sets ceilings of prefixes of the list, which takes the place of `before`. */
int trust_rates_check(const struct trust_maps *maps, const struct trust_request *request,
		      const struct trust_list *before, const struct trust_list *list);
int trust_rates_set(const struct trust_maps *maps, const struct trust_request *request,
		    const struct trust_list *list);

#endif
