// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "probe/probe_rows.h"

#define BIT(row) (1U << (row))
#define SUITES (BIT(PROBE_ASK_13_AES128) | BIT(PROBE_ASK_13_AES256) | BIT(PROBE_ASK_13_CHACHA20))
#define GROUPS (BIT(PROBE_ASK_13_X25519) | BIT(PROBE_ASK_13_P256) | BIT(PROBE_ASK_13_P384))
#define ALL_13 (SUITES | GROUPS)
#define ALL_12 (BIT(PROBE_ASK_11) - BIT(PROBE_ASK_12_ECDSA))
#define OLD (BIT(PROBE_ASK_11) | BIT(PROBE_ASK_10))

/* An origin that takes some rows, and a node that offers versions. */
struct origin {
	uint32_t takes;
	bool offers_13;
};

static uint8_t lowest(uint32_t rows)
{
	return rows ? __builtin_ctz(rows) : 0;
}

static void choose_13(uint32_t rows, struct probe_step *step)
{
	step->version = 0x0304;
	step->family = lowest(rows & SUITES);
	step->group_row = lowest(rows & GROUPS);
}

/* What is left of the origin's rows where one alone is asked for. */
static uint32_t asked_rows(unsigned int ask, uint32_t takes)
{
	uint32_t both = takes & SUITES && takes & GROUPS ? ALL_13 : 0;

	switch (ask) {
	case PROBE_ASK_13:
		return takes & both;
	case PROBE_ASK_OLD:
		return takes & OLD;
	case PROBE_ASK_13_AES128:
	case PROBE_ASK_13_AES256:
	case PROBE_ASK_13_CHACHA20:
		return takes & (BIT(ask) | GROUPS) & both;
	case PROBE_ASK_13_X25519:
	case PROBE_ASK_13_P256:
	case PROBE_ASK_13_P384:
		return takes & (BIT(ask) | SUITES) & both;
	}
	return takes & BIT(ask);
}

static struct probe_step answer(const struct origin *origin, unsigned int ask)
{
	struct probe_step step = { .ask = ask, .outcome = PROBE_TAKEN, .alert = 40 };
	uint32_t rows = ask == PROBE_ASK_OFFER ?
			(origin->offers_13 ? asked_rows(PROBE_ASK_13, origin->takes) : 0) |
			(origin->takes & ALL_12) : asked_rows(ask, origin->takes);

	if (rows & SUITES && rows & GROUPS) {
		choose_13(rows, &step);
	} else if (rows & ALL_12) {
		step.version = 0x0303;
		step.family = lowest(rows & ALL_12);
	} else if (rows & OLD) {
		step.version = rows & BIT(PROBE_ASK_11) ? 0x0302 : 0x0301;
	} else {
		step.outcome = PROBE_ALERT;
	}
	return step;
}

static void ask_all(const struct origin *origin, struct probe_rows *rows)
{
	int ask;

	memset(rows, 0, sizeof(*rows));
	rows->whole_13 = origin->offers_13;
	while ((ask = probe_rows_next(rows)) >= 0) {
		struct probe_step step = answer(origin, ask);

		assert_true(rows->connections < PROBE_CONNECTIONS);
		probe_rows_add(rows, &step);
	}
}

/* All origins that there can be: each row is told right, and none is left out but 1.0 where all
 * twelve connections were needed for others. */
static void tells_every_origin(void **state)
{
	struct probe_rows rows;

	(void)state;
	for (uint32_t takes = 0; takes < BIT(PROBE_ROWS); takes += 2)
		for (int offers = 0; offers < 2; offers++) {
			struct origin origin = { takes, offers };
			uint32_t has = asked_rows(PROBE_ASK_13, takes) | (takes & (ALL_12 | OLD));

			ask_all(&origin, &rows);
			for (unsigned int row = 1; row < PROBE_ROWS; row++) {
				if (row == PROBE_ASK_10 && rows.row[row].state == PROBE_UNASKED) {
					assert_int_equal(rows.connections, PROBE_CONNECTIONS);
					continue;
				}
				assert_int_equal(rows.row[row].state,
						 has & BIT(row) ? PROBE_YES : PROBE_NO);
				assert_true(rows.row[row].step < rows.connections);
			}
		}
}

static void asks_little_where_little_is(void **state)
{
	struct origin all = { BIT(PROBE_ROWS) - 2, true };
	struct origin none = { 0, true }, only_12 = { ALL_12, true };
	struct probe_rows rows;

	(void)state;
	/* The offer, four more of 1.3, five of 1.2, the old ones together and 1.0 alone. */
	ask_all(&all, &rows);
	assert_int_equal(rows.connections, 12);
	/* The offer tells one of 1.2, and that there is no 1.3. */
	ask_all(&only_12, &rows);
	assert_int_equal(rows.connections, 6);
	ask_all(&none, &rows);
	assert_int_equal(rows.connections, 8);
}

static void add(struct probe_rows *rows, enum probe_outcome outcome)
{
	struct probe_step step = { .ask = probe_rows_next(rows), .outcome = outcome,
				   .version = outcome == PROBE_TAKEN ? 0x0303 : 0 };

	probe_rows_add(rows, &step);
}

static void stops_where_nothing_is_to_be_had(void **state)
{
	(void)state;
	for (unsigned int outcome = PROBE_NOT_TLS; outcome < PROBE_OUTCOMES; outcome++) {
		struct probe_rows rows = { .whole_13 = true };

		add(&rows, outcome);
		assert_true(probe_rows_next(&rows) >= 0);
		add(&rows, outcome);
		assert_int_equal(probe_rows_next(&rows), -1);
		assert_int_equal(rows.stop, PROBE_STOP_NOTHING);
		assert_int_equal(rows.row[PROBE_ASK_OFFER].state, PROBE_UNTOLD);
	}
}

static void stops_where_an_origin_is_lost(void **state)
{
	struct probe_rows rows = { .whole_13 = true };

	(void)state;
	add(&rows, PROBE_TAKEN);
	add(&rows, PROBE_SILENT);
	add(&rows, PROBE_REFUSED);
	assert_true(probe_rows_next(&rows) >= 0);
	add(&rows, PROBE_REFUSED);
	assert_int_equal(probe_rows_next(&rows), -1);
	assert_int_equal(rows.stop, PROBE_STOP_LOST);
}

/* An alert says that somebody is there, so asking goes on. */
static void goes_on_after_an_answer(void **state)
{
	struct probe_rows rows = { .whole_13 = true };

	(void)state;
	add(&rows, PROBE_SILENT);
	add(&rows, PROBE_ALERT);
	add(&rows, PROBE_SILENT);
	assert_true(probe_rows_next(&rows) >= 0);
	assert_int_equal(rows.stop, PROBE_GOES_ON);
}

/* For want of a client's certificate the origin ends what it has agreed to. */
static void wanting_a_certificate_is_taking_the_row(void **state)
{
	struct probe_rows rows = { .whole_13 = true };
	struct probe_step step = { .ask = PROBE_ASK_OFFER, .outcome = PROBE_CERTIFICATE_WANTED,
				   .version = 0x0303, .family = PROBE_ASK_12_CBC };

	(void)state;
	probe_rows_add(&rows, &step);
	assert_int_equal(rows.row[PROBE_ASK_12_CBC].state, PROBE_YES);
	assert_int_equal(rows.row[PROBE_ASK_13_P256].state, PROBE_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_every_origin),
		cmocka_unit_test(asks_little_where_little_is),
		cmocka_unit_test(stops_where_nothing_is_to_be_had),
		cmocka_unit_test(stops_where_an_origin_is_lost),
		cmocka_unit_test(goes_on_after_an_answer),
		cmocka_unit_test(wanting_a_certificate_is_taking_the_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
