/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_random.h - numbers by chance, which a seed repeats. (xorshift64*, Vigna 2016)
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <math.h>
#include <stdint.h>

struct sim_random {
	uint64_t state;         /* never 0 */
};

static inline struct sim_random sim_random_new(uint64_t seed, uint64_t stream)
{
	uint64_t state = (seed * 0x9e3779b97f4a7c15ULL) ^ (stream + 1) * 0xbf58476d1ce4e5b9ULL;

	state ^= state >> 31;
	return (struct sim_random){ state ? state : 1 };
}

static inline uint64_t sim_random_next(struct sim_random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1dULL;
}

/* From 0 to 1, without 1. */
static inline double sim_random_unit(struct sim_random *random)
{
	return (double)(sim_random_next(random) >> 11) / 9007199254740992.0;
}

static inline double sim_random_between(struct sim_random *random, double least, double most)
{
	return least + (most - least) * sim_random_unit(random);
}

/* The logarithm is spread evenly. */
static inline double sim_random_scale(struct sim_random *random, double least, double most)
{
	return least * pow(most / least, sim_random_unit(random));
}

static inline double sim_random_wait(struct sim_random *random, double mean)
{
	return -mean * log(1 - sim_random_unit(random));
}

static inline double sim_random_pareto(struct sim_random *random, double least, double exponent)
{
	return least * pow(1 - sim_random_unit(random), -1 / exponent);
}

/* About normal, with deviation 1: the sum of four numbers of 16 bits. */
static inline double sim_random_normal(struct sim_random *random)
{
	uint64_t bits = sim_random_next(random);
	double sum = (double)((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) +
			      (bits >> 48));

	return (sum / 65536 - 2) * 1.7320508;
}

#endif
