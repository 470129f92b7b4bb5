/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * population.h - how many sources a measurement walks through: enough that
 * what is looked up for each does not stay in the CPU's caches. A power of two.
 */
#ifndef BENCH_POPULATION_H
#define BENCH_POPULATION_H

#define POPULATION (1 << 20)

#endif
