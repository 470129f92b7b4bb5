/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi2_pins.h - pins as a load of ABI 2 leaves them, made without one: its maps with values that
 * are told apart, and programs of two instructions.
 */
#ifndef RUN_ABI2_PINS_H
#define RUN_ABI2_PINS_H

#include <stdint.h>

/* Regions: 1 ONE is limited, 2 TWO is blocked, 3 SIX has an answer_cps of its own. */
#define ABI2_PINS_REGIONS 8
#define ABI2_PINS_SEED 0x5eed5eed5eedULL
#define ABI2_PINS_GENERATION 77
#define ABI2_PINS_LOADED_AT 1700000000
#define ABI2_PINS_SOURCE "/gone/regions"

/* What each CPU has counted of a region, and of each event. */
#define ABI2_PINS_PACKETS(region) (1000 + (region))
#define ABI2_PINS_EVENT 9

/* Makes them in dir, which must not be there, and attaches the program to iface unless that is
 * NULL. Ends the test if it cannot. */
void abi2_pins_make(const char *dir, const char *iface);

#endif
