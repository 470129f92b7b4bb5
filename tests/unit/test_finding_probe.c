// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "diagnose/finding_probe.h"

#define NOW 1800000000LL
#define DAY 86400LL

/* An origin that has answered as the tests have it. */
struct world {
	struct probe_target target;
	struct probe_offer offer;
	struct probe_result result;
	struct probe_words_item item;
	struct findings findings;
};

static void begin(struct world *world)
{
	memset(world, 0, sizeof(*world));
	address_parse("203.0.113.7", &world->target.address);
	world->target.port = 443;
	strcpy(world->target.host, "www.a.example");
	assert_int_equal(probe_offer_read(NULL, &world->offer), 0);
	world->result.begun = world->result.ended = true;
	world->result.begin.authorities = 100;
	world->result.rows.whole_13 = true;
	world->item = (struct probe_words_item){ "shop", NULL, &world->target, &world->offer,
						 &world->result, NOW };
}

static void add(struct world *world, struct probe_step step)
{
	struct probe_rows *rows = &world->result.rows;

	step.ask = probe_rows_next(rows);
	step.own_alert = PROBE_ALERT_NONE;
	world->result.step[rows->connections] = step;
	probe_rows_add(rows, &step);
}

#define STEP(...) ((struct probe_step){ .alert = PROBE_ALERT_NONE, __VA_ARGS__ })
#define TAKEN_13 STEP(.outcome = PROBE_TAKEN, .version = 0x0304, .suite = 0x1301, \
		      .family = PROBE_ASK_13_AES128, .group_row = PROBE_ASK_13_X25519)
#define ALERT(number) ((struct probe_step){ .outcome = PROBE_ALERT, .alert = (number) })

static struct probe_chain *chain(struct world *world, uint32_t wrong)
{
	struct probe_chain *chain = &world->result.chain[world->result.chains++];

	*chain = (struct probe_chain){ .not_before = NOW - DAY, .not_after = NOW + 50 * DAY,
				       .wrong = wrong, .sent = 1, .match = PROBE_MATCH_YES,
				       .key = "RSA", .subject = "CN=a", .issuer = "CN=b" };
	return chain;
}

static void finds(struct world *world, enum finding_grade grade, const char *cause,
		  const char *seen)
{
	assert_int_equal(finding_probe(&world->item, &world->findings), 0);
	findings_sort(&world->findings);
	assert_string_equal(world->findings.at[0].cause, cause);
	assert_int_equal(world->findings.at[0].grade, grade);
	assert_string_equal(world->findings.at[0].row, "538");
	assert_string_equal(world->findings.at[0].object, "203.0.113.7:443 (shop)");
	if (!strstr(world->findings.at[0].seen, seen))
		fail_msg("'%s' is not in '%s'", seen, world->findings.at[0].seen);
	findings_free(&world->findings);
}

/* What is wrong with a chain, on its own. */
static void finds_chain(uint32_t wrong, const char *cause, const char *seen)
{
	struct world world;

	begin(&world);
	add(&world, TAKEN_13);
	chain(&world, wrong);
	finds(&world, FINDING_SOME, cause, seen);
}

static void chains(void **state)
{
	(void)state;
	finds_chain(PROBE_WRONG_EARLY, "certificate_not_yet_valid", "CN=a (RSA)");
	finds_chain(PROBE_WRONG_ABOVE, "chain_expired", "above it");
	finds_chain(PROBE_WRONG_SELF_SIGNED, "self_signed", "by itself");
	finds_chain(PROBE_WRONG_ISSUER, "issuer_unknown", "(issuer CN=b; 1 sent)");
	finds_chain(PROBE_WRONG_ROOT, "issuer_unknown", "a root that is none");
	finds_chain(PROBE_WRONG_WEAK, "certificate_weak", "weaker than");
	finds_chain(PROBE_WRONG_OTHER, "certificate_invalid", "does not verify");
}

static void each_fault_of_a_chain_is_a_finding(void **state)
{
	struct world world;
	struct probe_chain *of;

	(void)state;
	begin(&world);
	add(&world, TAKEN_13);
	of = chain(&world, PROBE_WRONG_EXPIRED | PROBE_WRONG_ISSUER);
	of->not_after = NOW - 3 * DAY - 1;
	of->match = PROBE_MATCH_NO;
	assert_int_equal(finding_probe(&world.item, &world.findings), 0);
	assert_int_equal(world.findings.count, 3);
	assert_string_equal(world.findings.at[0].cause, "certificate_expired");
	assert_non_null(strstr(world.findings.at[0].seen, "expired 3 days ago"));
	assert_string_equal(world.findings.at[1].cause, "issuer_unknown");
	assert_string_equal(world.findings.at[2].cause, "host_name");
	assert_non_null(strstr(world.findings.at[2].unknown, "proxy_ssl_verify"));
	findings_free(&world.findings);
}

static void without_any_authority(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	add(&world, TAKEN_13);
	world.result.begin.authorities = 0;
	chain(&world, PROBE_WRONG_ISSUER);
	finds(&world, FINDING_SOME, "issuer_unknown", "this host has no CAs");
}

static void what_is_well_is_a_note(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	add(&world, TAKEN_13);
	chain(&world, 0);
	finds(&world, FINDING_NOTE, "fine", "50 days left");
}

static void what_ends_soon_is_a_note(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	add(&world, TAKEN_13);
	chain(&world, 0)->above_not_after = NOW + 2 * DAY + 1;
	assert_int_equal(finding_probe(&world.item, &world.findings), 0);
	assert_int_equal(world.findings.count, 2);
	assert_int_equal(findings_wrong(&world.findings), 0);
	assert_string_equal(world.findings.at[0].cause, "certificate_expires");
	assert_non_null(strstr(world.findings.at[0].seen, "above that of CN=a: 2 days left"));
	findings_free(&world.findings);
}

static void no_connection(void **state)
{
	static const struct {
		enum probe_outcome outcome;
		const char *cause;
	} ends[] = {
		{ PROBE_REFUSED, "refused" }, { PROBE_NO_ANSWER, "no_answer_to_syn" },
		{ PROBE_UNREACHABLE, "unreachable" }, { PROBE_SILENT, "handshake_silence" },
		{ PROBE_NOT_TLS, "not_tls" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct world world;

		begin(&world);
		add(&world, STEP(.outcome = ends[i].outcome));
		add(&world, STEP(.outcome = ends[i].outcome));
		finds(&world, FINDING_ALL, ends[i].cause, "2 of 2 connections");
	}
}

static void refuse(struct world *world, struct probe_step offer, unsigned int taken)
{
	int ask;

	begin(world);
	add(world, offer);
	while ((ask = probe_rows_next(&world->result.rows)) >= 0) {
		uint16_t version = ask == PROBE_ASK_OLD ? 0x0302 : probe_rows_version(ask);
		bool takes = taken == PROBE_ASK_11 ? ask == PROBE_ASK_OLD :
						     (unsigned int)ask == taken;

		add(world, takes ? STEP(.outcome = PROBE_TAKEN, .version = version) : ALERT(40));
	}
}

static void the_offer_is_refused(void **state)
{
	struct world world;

	(void)state;
	refuse(&world, ALERT(70), PROBE_ASK_11);
	finds(&world, FINDING_ALL, "only_old_versions", "takes TLS 1.1");
	refuse(&world, ALERT(40), PROBE_ASK_12_KEY_RSA);
	finds(&world, FINDING_ALL, "only_rsa_key_exchange", "RSA key exchange");
	/* What it refuses with others, it takes alone. */
	refuse(&world, ALERT(40), PROBE_ASK_12_CBC);
	finds(&world, FINDING_ALL, "offer_refused", "TLS 1.2 with ECDHE CBC");
	refuse(&world, ALERT(40), PROBE_ASK_12_CBC);
	world.offer.rows = 1;
	finds(&world, FINDING_ALL, "nothing_in_common", "TLS 1.2 with ECDHE CBC");
	refuse(&world, ALERT(70), PROBE_ASK_12_CBC);
	world.offer.rows = 1;
	finds(&world, FINDING_ALL, "no_common_version", "TLS 1.2 with ECDHE CBC");
	refuse(&world, ALERT(112), 0);
	finds(&world, FINDING_ALL, "host_name", "unrecognized_name");
	refuse(&world, ALERT(120), PROBE_ASK_12_RSA);
	finds(&world, FINDING_SOME, "alpn", "no_application_protocol");
	refuse(&world, ALERT(40), 0);
	finds(&world, FINDING_ALL, "alert_by_origin", "handshake_failure");
	refuse(&world, STEP(.outcome = PROBE_RESET), 0);
	finds(&world, FINDING_ALL, "handshake_reset", "reset");
	/* Hidden behind silence at first, as of an origin that knows no 1.3. */
	refuse(&world, STEP(.outcome = PROBE_SILENT), PROBE_ASK_12_RSA);
	finds(&world, FINDING_ALL, "offer_refused", "no answer to the ClientHello");
}

static void the_child_ended(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	add(&world, TAKEN_13);
	world.result.ended = false;
	strcpy(world.result.fault, "its process was ended by a signal");
	finds(&world, FINDING_SOME, "probe_ended", "by a signal");
	/* Before any connection. */
	begin(&world);
	strcpy(world.result.fault, "its process ended early");
	finds(&world, FINDING_SOME, "probe_ended", "ended early");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains),
		cmocka_unit_test(each_fault_of_a_chain_is_a_finding),
		cmocka_unit_test(without_any_authority),
		cmocka_unit_test(what_is_well_is_a_note),
		cmocka_unit_test(what_ends_soon_is_a_note),
		cmocka_unit_test(no_connection),
		cmocka_unit_test(the_offer_is_refused),
		cmocka_unit_test(the_child_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
