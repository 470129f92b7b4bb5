// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "probe/probe_wire.h"

static struct probe_wire record(enum probe_wire_type type)
{
	return (struct probe_wire){ .magic = PROBE_WIRE_MAGIC, .version = PROBE_WIRE_VERSION,
				    .type = type };
}

static int take(struct probe_result *result, const struct probe_wire *wire)
{
	uint8_t bytes[PROBE_WIRE_SIZE];

	memcpy(bytes, wire, sizeof(bytes));
	return probe_wire_take(bytes, result);
}

/* Refused, and nothing of it is kept. */
static void refuses(const struct probe_result *result, const struct probe_wire *wire)
{
	static struct probe_result copy;

	memcpy(&copy, result, sizeof(copy));
	assert_int_equal(take(&copy, wire), -EBADMSG);
	assert_memory_equal(&copy, result, sizeof(copy));
}

static struct probe_wire good_step(enum probe_ask ask)
{
	struct probe_wire wire = record(PROBE_WIRE_STEP);

	wire.step = (struct probe_step){ .ask = ask, .outcome = PROBE_TAKEN, .version = 0x0303,
					 .family = PROBE_ASK_12_RSA, .suite = 0xc02f,
					 .alert = PROBE_ALERT_NONE, .own_alert = PROBE_ALERT_NONE,
					 .wants = 1, .ms = 12, .certificate = { 1, 2, 3 } };
	return wire;
}

static struct probe_wire good_chain(void)
{
	struct probe_wire wire = record(PROBE_WIRE_CHAIN);

	wire.chain = (struct probe_chain){ .certificate = { 1, 2, 3 }, .not_before = 1,
					   .not_after = 2000000000, .sent = 2, .names = 20,
					   .match = PROBE_MATCH_NO, .bits = 2048, .key = "RSA",
					   .subject = "CN=a", .issuer = "CN=b",
					   .name = { "a.example", "b.example" } };
	return wire;
}

static void begin(struct probe_result *result)
{
	struct probe_wire wire = record(PROBE_WIRE_BEGIN);

	memset(result, 0, sizeof(*result));
	result->rows.whole_13 = true;
	wire.begin.authorities = 140;
	assert_int_equal(take(result, &wire), 0);
}

static void begin_with_step(struct probe_result *result)
{
	struct probe_wire wire = good_step(PROBE_ASK_OFFER);

	begin(result);
	assert_int_equal(take(result, &wire), 0);
}

static void takes_a_whole_run(void **state)
{
	struct probe_wire wire = good_chain();
	struct probe_result result;
	int ask;

	(void)state;
	begin_with_step(&result);
	assert_int_equal(take(&result, &wire), 0);
	wire = record(PROBE_WIRE_WANTED);
	wire.wanted.names = 1;
	strcpy(wire.wanted.name[0], "CN=clients");
	assert_int_equal(take(&result, &wire), 0);
	while ((ask = probe_rows_next(&result.rows)) >= 0) {
		wire = good_step(ask);
		wire.step.outcome = PROBE_ALERT;
		wire.step.version = wire.step.family = 0;
		assert_int_equal(take(&result, &wire), 0);
	}
	wire = record(PROBE_WIRE_END);
	assert_int_equal(take(&result, &wire), 0);
	assert_true(result.ended && result.begun && result.has_wanted);
	assert_int_equal(result.chains, 1);
	assert_string_equal(result.chain[0].name[1], "b.example");
	assert_string_equal(result.wanted.name[0], "CN=clients");
	refuses(&result, &wire);
}

static void refuses_what_is_out_of_turn(void **state)
{
	struct probe_result result = {};
	struct probe_wire wire = good_step(PROBE_ASK_OFFER);

	(void)state;
	refuses(&result, &wire);
	wire = record(PROBE_WIRE_END);
	refuses(&result, &wire);
	begin(&result);
	refuses(&result, &wire);
	wire = record(PROBE_WIRE_BEGIN);
	refuses(&result, &wire);
	wire = good_chain();
	refuses(&result, &wire);
	wire = record(PROBE_WIRE_WANTED);
	refuses(&result, &wire);
	/* A row that is not the next one. */
	wire = good_step(PROBE_ASK_12_RSA);
	refuses(&result, &wire);
	wire = record(PROBE_WIRE_FAULT);
	strcpy(wire.fault.text, "broken");
	assert_int_equal(take(&result, &wire), 0);
	wire = good_step(PROBE_ASK_OFFER);
	refuses(&result, &wire);
}

static void refuses_other_headers(void **state)
{
	struct probe_result result = {};
	struct probe_wire wire = record(PROBE_WIRE_BEGIN);

	(void)state;
	wire.magic++;
	refuses(&result, &wire);
	wire = record(PROBE_WIRE_BEGIN);
	wire.version++;
	refuses(&result, &wire);
	for (unsigned int type = 0; type < 300; type++) {
		wire = record(type);
		if (type != PROBE_WIRE_BEGIN)
			refuses(&result, &wire);
	}
}

#define REFUSES_STEP(member, value) \
	do { \
		struct probe_wire wire_ = good_step(PROBE_ASK_OFFER); \
		\
		wire_.step.member = (value); \
		refuses(&result, &wire_); \
	} while (0)

static void refuses_steps_without_sense(void **state)
{
	struct probe_result result;
	struct probe_wire wire;

	(void)state;
	begin(&result);
	REFUSES_STEP(ask, PROBE_ASKS);
	REFUSES_STEP(outcome, PROBE_OUTCOMES);
	REFUSES_STEP(outcome, 255);
	REFUSES_STEP(wants, 2);
	REFUSES_STEP(alpn, PROBE_ALPNS);
	REFUSES_STEP(version, 0x0300);
	REFUSES_STEP(version, 0x0305);
	REFUSES_STEP(version, 0);
	REFUSES_STEP(family, PROBE_ASK_11);
	REFUSES_STEP(family, PROBE_ASK_13_AES128);
	REFUSES_STEP(family, PROBE_ASK_13_P256);
	REFUSES_STEP(family, 200);
	REFUSES_STEP(group_row, PROBE_ASK_13_AES128);
	REFUSES_STEP(group_row, 255);
	REFUSES_STEP(error, 4096);
	REFUSES_STEP(ms, UINT32_MAX);
	REFUSES_STEP(first_size, PROBE_FIRST_SIZE + 1);
	REFUSES_STEP(first_size, UINT32_MAX);
	wire = good_step(PROBE_ASK_OFFER);
	memset(wire.step.reason, 'a', sizeof(wire.step.reason));
	refuses(&result, &wire);
	/* A version that was not asked for. */
	begin_with_step(&result);
	wire = good_step(probe_rows_next(&result.rows));
	wire.step.version = 0x0302;
	refuses(&result, &wire);
}

#define REFUSES_CHAIN(member, value) \
	do { \
		struct probe_wire wire_ = good_chain(); \
		\
		wire_.chain.member = (value); \
		refuses(&result, &wire_); \
	} while (0)

#define REFUSES_TEXT(member) \
	do { \
		struct probe_wire wire_ = good_chain(); \
		\
		memset(wire_.chain.member, 'a', sizeof(wire_.chain.member)); \
		refuses(&result, &wire_); \
	} while (0)

static void refuses_chains_without_sense(void **state)
{
	struct probe_result result;

	(void)state;
	begin_with_step(&result);
	REFUSES_CHAIN(not_before, INT64_MAX);
	REFUSES_CHAIN(not_after, INT64_MIN);
	REFUSES_CHAIN(above_not_after, INT64_MAX);
	REFUSES_CHAIN(wrong, PROBE_WRONGS);
	REFUSES_CHAIN(error, UINT32_MAX);
	REFUSES_CHAIN(self_signed, 2);
	REFUSES_CHAIN(sent, 0);
	REFUSES_CHAIN(sent, UINT32_MAX);
	REFUSES_CHAIN(match, PROBE_MATCHES);
	REFUSES_CHAIN(names, UINT32_MAX);
	REFUSES_CHAIN(bits, UINT32_MAX);
	REFUSES_TEXT(key);
	REFUSES_TEXT(subject);
	REFUSES_TEXT(issuer);
	REFUSES_TEXT(name[0]);
	REFUSES_TEXT(name[PROBE_NAMES - 1]);
	/* Of no step, or twice, or one too many. */
	REFUSES_CHAIN(certificate[0], 9);
}

static void takes_a_certificate_once(void **state)
{
	struct probe_wire chain = good_chain(), step;
	struct probe_result result;

	(void)state;
	begin_with_step(&result);
	assert_int_equal(take(&result, &chain), 0);
	refuses(&result, &chain);
	for (unsigned int i = 0; i < PROBE_CHAINS; i++) {
		step = good_step(probe_rows_next(&result.rows));
		step.step.outcome = PROBE_ALERT;
		step.step.version = step.step.family = 0;
		step.step.certificate[0] = chain.chain.certificate[0] = 20 + i;
		assert_int_equal(take(&result, &step), 0);
		if (i + 1 < PROBE_CHAINS)
			assert_int_equal(take(&result, &chain), 0);
		else
			refuses(&result, &chain);
	}
}

/* A terminal gets nothing that commands it. */
static void escapes_all_text(void **state)
{
	static const char odd[] = "a\x1b[31m\xff\n";
	struct probe_wire wire = good_step(PROBE_ASK_OFFER);
	struct probe_result result;

	(void)state;
	begin(&result);
	strcpy(wire.step.reason, odd);
	assert_int_equal(take(&result, &wire), 0);
	assert_string_equal(result.step[0].reason, "a\\x1b[31m\\xff\\x0a");
	wire = good_chain();
	strcpy(wire.chain.subject, odd);
	strcpy(wire.chain.issuer, odd);
	strcpy(wire.chain.key, odd);
	strcpy(wire.chain.name[3], odd);
	/* What is longer once it is escaped is cut. */
	memset(wire.chain.name[4], 1, PROBE_NAME_SIZE - 1);
	assert_int_equal(take(&result, &wire), 0);
	assert_true(escape_is_plain(result.chain[0].subject));
	assert_true(escape_is_plain(result.chain[0].issuer));
	assert_true(escape_is_plain(result.chain[0].key));
	assert_true(escape_is_plain(result.chain[0].name[3]));
	assert_true(escape_is_plain(result.chain[0].name[4]));
	wire = record(PROBE_WIRE_WANTED);
	strcpy(wire.wanted.name[0], odd);
	assert_int_equal(take(&result, &wire), 0);
	assert_true(escape_is_plain(result.wanted.name[0]));
	wire = record(PROBE_WIRE_FAULT);
	strcpy(wire.fault.text, odd);
	assert_int_equal(take(&result, &wire), 0);
	assert_true(escape_is_plain(result.fault));
}

static void refuses_wanted_without_sense(void **state)
{
	struct probe_wire wire = record(PROBE_WIRE_WANTED);
	struct probe_result result;

	(void)state;
	begin_with_step(&result);
	wire.wanted.names = UINT32_MAX;
	refuses(&result, &wire);
	wire.wanted.names = 1;
	memset(wire.wanted.name[PROBE_WANTED_NAMES - 1], 'a', PROBE_TEXT_SIZE);
	refuses(&result, &wire);
	wire = record(PROBE_WIRE_FAULT);
	refuses(&result, &wire);
	memset(wire.fault.text, 'a', sizeof(wire.fault.text));
	refuses(&result, &wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_whole_run),
		cmocka_unit_test(refuses_what_is_out_of_turn),
		cmocka_unit_test(refuses_other_headers),
		cmocka_unit_test(refuses_steps_without_sense),
		cmocka_unit_test(refuses_chains_without_sense),
		cmocka_unit_test(takes_a_certificate_once),
		cmocka_unit_test(escapes_all_text),
		cmocka_unit_test(refuses_wanted_without_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
