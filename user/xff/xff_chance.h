/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_chance.h - how likely luck is. Users count in fractions, as one whose records differ counts
 * as a part of one; that varies less than whole ones do, so what is said here is too cautious, if
 * anything. Thread-safe; nothing is logged.
 */
#ifndef XFF_XFF_CHANCE_H
#define XFF_XFF_CHANCE_H

/* Of n users, k are strange. */
struct xff_share {
	double n, k;
};

/* The logarithm to base 10 of the probability that of n users at least k are strange, if each is
 * with probability p: the tail of the binomial distribution, exactly. n and k are rounded down. */
double xff_chance_tail(struct xff_share share, double p);

/* The logarithm of the likelihood ratio that a part has a rate of its own, and not that of the
 * rest; 0 if its rate is not above the rest's. */
double xff_chance_gain(struct xff_share part, struct xff_share rest);

/* The rate of a share; 0 of nobody. */
double xff_chance_rate(struct xff_share share);

/* A rate that is not taken to be lower than it may well be: Laplace's rule, and 1 % at least. */
double xff_chance_base(struct xff_share share);

#endif
