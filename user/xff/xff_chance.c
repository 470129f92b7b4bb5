// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_chance.h"

#include <math.h>

#define LEAST_BASE 0.01

/* Terms that are this much smaller than the sum no longer change it. */
#define NEGLIGIBLE 1e-12

double xff_chance_tail(struct xff_share share, double p)
{
	double n = floor(share.n + 1e-9), k = floor(share.k + 1e-9);
	double term = 1, sum = 1, first;
	int sign;

	if (k <= n * p || k <= 0)
		return 0;
	first = lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign) +
		k * log(p) + (n - k) * log1p(-p);
	for (double i = k; i < n && term > sum * NEGLIGIBLE; i++) {
		term *= (n - i) / (i + 1) * p / (1 - p);
		sum += term;
	}
	return fmin(0, (first + log(sum)) / log(10));
}

/* The log-likelihood of a share at its own rate. */
static double likelihood(struct xff_share share)
{
	double rate = xff_chance_rate(share), log_likelihood = 0;

	if (rate > 0)
		log_likelihood += share.k * log(rate);
	if (rate < 1)
		log_likelihood += (share.n - share.k) * log1p(-rate);
	return log_likelihood;
}

double xff_chance_gain(struct xff_share part, struct xff_share rest)
{
	struct xff_share both = { part.n + rest.n, part.k + rest.k };

	if (xff_chance_rate(part) <= xff_chance_rate(rest))
		return 0;
	return likelihood(part) + likelihood(rest) - likelihood(both);
}

double xff_chance_rate(struct xff_share share)
{
	return share.n > 0 ? fmin(1, share.k / share.n) : 0;
}

double xff_chance_base(struct xff_share share)
{
	return fmax(LEAST_BASE, (share.k + 1) / (share.n + 2));
}
