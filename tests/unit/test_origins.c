// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/origin_failure_fields.h"
#include "show/origin_fields.h"
#include "show/origin_text.h"
#include "view/view_origins.h"

#define SPAN_NS (1ULL << ECDN_XDP_ORIGIN_SPAN)

static void names(void **state)
{
	(void)state;
	assert_string_equal(view_origins_cause(ECDN_XDP_ORIGIN_OK), "ok");
	assert_string_equal(view_origins_cause(ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN), "alert_by_origin");
	assert_string_equal(view_origins_cause(ECDN_XDP_ORIGIN_UNTOLD), "untold");
	assert_string_equal(view_origins_cause(ECDN_XDP_ORIGIN_CAUSES), "?");
	assert_string_equal(view_origins_cause(~0U), "?");
	assert_string_equal(view_origins_side(ECDN_XDP_ORIGIN_SIDE_NODE), "node");
	assert_string_equal(view_origins_side(255), "?");
	assert_string_equal(view_origins_phase(ECDN_XDP_ORIGIN_CLIENT_HELLO), "client_hello");
	assert_string_equal(view_origins_phase(255), "?");
}

/* A name is one word, and no two causes share one: scripts go by them. */
static void distinct_causes(void **state)
{
	(void)state;
	for (uint32_t one = 0; one < ECDN_XDP_ORIGIN_CAUSES; one++) {
		const char *name = view_origins_cause(one);

		for (const char *at = name; *at; at++)
			assert_true(islower((unsigned char)*at) || *at == '_');
		for (uint32_t other = 0; other < one; other++)
			assert_string_not_equal(name, view_origins_cause(other));
	}
}

/* All that IANA has registered, and none else. */
static void alerts(void **state)
{
	static const uint8_t known[] = {
		0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 60, 70,
		71, 80, 86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 117, 120, 121,
	};
	size_t next = 0;

	(void)state;
	for (uint32_t alert = 0; alert < 300; alert++) {
		bool is_known = next < sizeof(known) && known[next] == alert;

		next += is_known;
		assert_int_equal(!!view_origins_alert(alert), is_known);
	}
	assert_string_equal(view_origins_alert(0), "close_notify");
	assert_string_equal(view_origins_alert(22), "record_overflow");
	assert_string_equal(view_origins_alert(40), "handshake_failure");
	assert_string_equal(view_origins_alert(45), "certificate_expired");
	assert_string_equal(view_origins_alert(48), "unknown_ca");
	assert_string_equal(view_origins_alert(51), "decrypt_error");
	assert_string_equal(view_origins_alert(70), "protocol_version");
	assert_string_equal(view_origins_alert(71), "insufficient_security");
	assert_string_equal(view_origins_alert(112), "unrecognized_name");
	assert_string_equal(view_origins_alert(116), "certificate_required");
	assert_string_equal(view_origins_alert(120), "no_application_protocol");
}

static void versions(void **state)
{
	char room[FIELD_TEXT_SIZE];

	(void)state;
	assert_string_equal(view_origins_version(0x0300), "ssl3");
	assert_string_equal(view_origins_version(0x0303), "1.2");
	assert_string_equal(view_origins_version(0x0304), "1.3");
	assert_null(view_origins_version(0));
	assert_null(view_origins_version(0x0305));
	assert_null(view_origins_version(0x7f1c));
	assert_string_equal(view_origins_cipher(0x1301), "TLS_AES_128_GCM_SHA256");
	assert_null(view_origins_cipher(0));
	assert_null(origin_text_offered(0, room));
	assert_string_equal(origin_text_offered(ECDN_XDP_ORIGIN_OFFERED(0x0303) |
						ECDN_XDP_ORIGIN_OFFERED(0x0304), room), "1.2 1.3");
	/* Bits of no version are nothing. */
	assert_string_equal(origin_text_offered(0xe0 | ECDN_XDP_ORIGIN_OFFERED(0x0301), room),
			    "1.0");
}

static void codes(void **state)
{
	struct ecdn_xdp_origin_stats stats = {};

	(void)state;
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_OK), 0);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_REFUSED), 538);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_HANDSHAKE_TIMEOUT), 538);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_RESET), 564);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_NO_ANSWER), 564);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_CUT), 522);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_HTTP_TIMEOUT), 522);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_REJECTED_HERE), 0);
	assert_int_equal(view_origins_code(ECDN_XDP_ORIGIN_IDLE), 0);
	assert_int_equal(view_origins_code(~0U), 0);
	/* Each cause counts as much as none of those before it, so that sums are of nobody else's. */
	for (int cause = 0; cause < ECDN_XDP_ORIGIN_CAUSES; cause++)
		stats.cause[cause] = 1ULL << cause;
	assert_int_equal(view_origins_sum(&stats, 538),
			 (1ULL << ECDN_XDP_ORIGIN_FIRST_564) - (1ULL << ECDN_XDP_ORIGIN_FIRST_538));
	assert_int_equal(view_origins_sum(&stats, 564),
			 (1ULL << ECDN_XDP_ORIGIN_FIRST_522) - (1ULL << ECDN_XDP_ORIGIN_FIRST_564));
	assert_int_equal(view_origins_sum(&stats, 522),
			 (1ULL << ECDN_XDP_ORIGIN_FIRST_HERE) -
			 (1ULL << ECDN_XDP_ORIGIN_FIRST_522));
}

/* Counts in the span of a number, as bpf/ does. */
static void count(struct view_origin *origin, uint32_t number, uint32_t ended, uint32_t network)
{
	struct ecdn_xdp_origin_span *span =
		&origin->spans.span[number % ECDN_XDP_ORIGIN_SPANS];

	*span = (struct ecdn_xdp_origin_span){ .number = number, .ended = ended,
					       .network = network };
}

static uint64_t ended(const struct view_origin *origin, uint64_t now_ns, uint64_t since_ns)
{
	struct view_origin_window window;

	view_origins_window(origin, now_ns, since_ns, &window);
	return window.ended;
}

static void window(void **state)
{
	struct view_origin origin = {};
	struct view_origin_window all;
	const uint64_t now_ns = 1000 * SPAN_NS + 5;

	(void)state;
	assert_int_equal(ended(&origin, now_ns, 60 * NS_PER_SECOND), 0);
	count(&origin, 1000, 1, 1);
	count(&origin, 999, 10, 0);
	count(&origin, 998, 100, 0);
	count(&origin, 993, 1000, 0);
	/* The span of this moment counts, however short the time. */
	assert_int_equal(ended(&origin, now_ns, 0), 1);
	assert_int_equal(ended(&origin, now_ns, SPAN_NS), 1);
	assert_int_equal(ended(&origin, now_ns, SPAN_NS + 5), 11);
	assert_int_equal(ended(&origin, now_ns, 60 * NS_PER_SECOND), 111);
	assert_int_equal(ended(&origin, now_ns, 61 * NS_PER_SECOND), 1111);
	/* An old span at the place of a new one, and what is from the future. */
	count(&origin, 985, 7, 0);
	count(&origin, 1001, 7, 0);
	assert_int_equal(ended(&origin, now_ns, UINT64_MAX), 1111);
	assert_int_equal(ended(&origin, 1100 * SPAN_NS, VIEW_ORIGINS_WINDOW_NS), 0);
	origin.spans.span[1000 % ECDN_XDP_ORIGIN_SPANS].handshake = 2;
	origin.spans.span[999 % ECDN_XDP_ORIGIN_SPANS].abnormal = 4;
	origin.spans.span[998 % ECDN_XDP_ORIGIN_SPANS].response = 8;
	view_origins_window(&origin, now_ns, 60 * NS_PER_SECOND, &all);
	assert_int_equal(view_origins_failed(&all), 15);
}

/* Soon after the host was started. */
static void early_window(void **state)
{
	struct view_origin origin = {};

	(void)state;
	count(&origin, 0, 3, 0);
	count(&origin, 1, 4, 0);
	assert_int_equal(ended(&origin, SPAN_NS + 1, 60 * NS_PER_SECOND), 7);
	assert_int_equal(ended(&origin, SPAN_NS + 1, 1), 4);
}

static struct ecdn_xdp_origin_key key(const char *text)
{
	struct ecdn_xdp_origin_key key = {};

	assert_int_equal(origin_address_parse(text, &key), 0);
	return key;
}

static bool means(const char *text, const char *origin, const char *name, const char *sni)
{
	struct ecdn_xdp_origin_key of = key(origin);
	struct view_origins_word word;

	assert_int_equal(view_origins_word(text, &word), 0);
	return view_origins_means(&word, &of, name, sni);
}

static void word(void **state)
{
	static const char *const none[] = { "", "a b", "--", "x,y", "\033]0;x",
		"a234567890123456789012345678901234567890123456789012345678901234" };
	struct view_origins_word word;

	(void)state;
	assert_true(means("192.0.2.1", "192.0.2.1:443", "", ""));
	assert_true(means("192.0.2.1:443", "192.0.2.1:443", "", ""));
	assert_false(means("192.0.2.1:444", "192.0.2.1:443", "", ""));
	assert_false(means("192.0.2.2", "192.0.2.1:443", "", ""));
	assert_true(means("::ffff:192.0.2.1", "192.0.2.1:443", "", ""));
	assert_true(means("2001:db8::1", "[2001:db8::1]:443", "", ""));
	assert_true(means("[2001:db8:0::1]:443", "[2001:db8::1]:443", "", ""));
	assert_false(means("[2001:db8::1]:80", "[2001:db8::1]:443", "", ""));
	/* What is named for all ports is meant with each. */
	assert_true(means("192.0.2.1:443", "192.0.2.1", "", ""));
	assert_true(means("shop", "192.0.2.1:443", "shop", "www.a.example"));
	assert_true(means("WWW.a.example", "192.0.2.1:443", "shop", "www.A.example"));
	assert_false(means("Shop", "192.0.2.1:443", "shop", ""));
	assert_false(means("sho", "192.0.2.1:443", "shop", ""));
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_int_equal(view_origins_word(none[i], &word), -EINVAL);
}

static void note(const struct view_origin *origin, void *context)
{
	*(uint32_t *)context |= 1U << origin->row;
}

static uint32_t found(const struct view_origins *view, const char *word, int expected)
{
	uint32_t rows = 0;

	assert_int_equal(view_origins_find(view, word, note, &rows), expected);
	return rows;
}

static void find(void **state)
{
	struct view_origin at[] = {
		{ .row = 0 },
		{ .row = 1, .key = key("192.0.2.1:443"), .name = "shop" },
		{ .row = 2, .key = key("192.0.2.1:80"), .name = "shop" },
		{ .row = 3, .key = key("192.0.2.2:443"), .name = "b.example",
		  .stats.sni = "b.example" },
	};
	const struct view_origins view = { .at = at, .count = 4 };

	(void)state;
	assert_int_equal(found(&view, "shop", 2), 6);
	assert_int_equal(found(&view, "192.0.2.1", 2), 6);
	assert_int_equal(found(&view, "192.0.2.1:80", 1), 4);
	assert_int_equal(found(&view, "b.example", 1), 8);
	assert_int_equal(found(&view, "192.0.2.9", 0), 0);
	assert_int_equal(found(&view, "0.0.0.0", 0), 0);
	assert_int_equal(found(&view, "a b", -EINVAL), 0);
}

static void format(void **state)
{
	char text[VIEW_ORIGINS_TEXT_SIZE];
	struct ecdn_xdp_origin_key none = {}, v4 = key("192.0.2.1:443"),
		v6 = key("[2001:db8::1]:443"), all = key("2001:db8::1");

	(void)state;
	assert_string_equal(view_origins_format(&none, text), "--");
	assert_string_equal(view_origins_format(&v4, text), "192.0.2.1:443");
	assert_string_equal(view_origins_format(&v6, text), "[2001:db8::1]:443");
	assert_string_equal(view_origins_format(&all, text), "2001:db8::1");
}

static void host(void **state)
{
	(void)state;
	assert_true(view_origins_is_host("www.a.example"));
	assert_true(view_origins_is_host("1.a.example"));
	assert_true(view_origins_is_host("_x-1.a.example"));
	assert_false(view_origins_is_host("shop"));
	assert_false(view_origins_is_host(""));
	assert_false(view_origins_is_host(".example"));
	assert_false(view_origins_is_host("a..b"));
	assert_false(view_origins_is_host("a."));
	assert_false(view_origins_is_host("192.0.2.300"));
	assert_false(view_origins_is_host("a b.example"));
	assert_false(view_origins_is_host("\033.example"));
}

static void words(void **state)
{
	struct ecdn_xdp_origin_failure failure = {
		.cause = ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN, .side = ECDN_XDP_ORIGIN_SIDE_ORIGIN,
		.alert = 70,
	};
	char room[FIELD_TEXT_SIZE];

	(void)state;
	assert_string_equal(origin_text_failure(&failure, room),
			    "538 protocol_version from origin");
	failure.alert = 255;
	assert_string_equal(origin_text_failure(&failure, room), "538 alert_by_origin");
	failure.cause = ECDN_XDP_ORIGIN_RESET;
	assert_string_equal(origin_text_failure(&failure, room), "564 reset by origin");
	failure.side = ECDN_XDP_ORIGIN_SIDE_NONE;
	assert_string_equal(origin_text_failure(&failure, room), "564 reset");
	failure.cause = ECDN_XDP_ORIGIN_CUT;
	failure.need = 540;
	failure.got = 45;
	assert_string_equal(origin_text_failure(&failure, room), "522 cut after 45 of 540 bytes");
	failure.need = ~0ULL;
	assert_string_equal(origin_text_failure(&failure, room), "522 cut");
	failure.cause = ECDN_XDP_ORIGIN_REJECTED_HERE;
	failure.side = ECDN_XDP_ORIGIN_SIDE_HOST;
	assert_string_equal(origin_text_failure(&failure, room), "rejected_here");
	failure.cause = 255;
	assert_string_equal(origin_text_failure(&failure, room), "?");
	assert_string_equal(origin_text_cause(ECDN_XDP_ORIGIN_RESET, room), "564 reset");
	assert_string_equal(origin_text_ms(0, room), "0.00ms");
	assert_string_equal(origin_text_ms(420, room), "0.42ms");
	assert_string_equal(origin_text_ms(1200, room), "1.2ms");
	assert_string_equal(origin_text_ms(9960, room), "10ms");
	assert_string_equal(origin_text_ms(12345, room), "12ms");
}

/* What a client asks for cannot command a terminal, whatever wrote it into the map. */
static void escaped(void **state)
{
	struct origin_failure_fields_item item = { .failure.sni = "\033]0;x\007\xff",
						   .name = "\033[1m" };
	struct clock_moment moment = {};
	const struct fields fields = { origin_failure_fields, 0, &moment };
	struct columns *columns = columns_new();
	char *text = NULL, *json;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	json_t *object = fields_object(&fields, &item);

	(void)state;
	fields_heads(&fields, columns);
	fields_cells(&fields, &item, columns);
	assert_int_equal(columns_write(columns, to, 0), 0);
	fclose(to);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\007'));
	assert_non_null(strstr(text, "\\x1b]0;x\\x07\\xff"));
	assert_non_null(strstr(text, "\\x1b[1m"));
	json = json_dumps(object, JSON_ENSURE_ASCII);
	assert_null(strchr(json, '\033'));
	assert_non_null(strstr(json, "\\\\x1b]0;x"));
	json_decref(object);
	free(json);
	free(text);
}

/* Which of the two counts an origin's statuses are taken from. */
static void sources(void **state)
{
	struct view_origins view = { .content = true };
	struct view_origin origin = { .stats.tls = 1 };
	struct origin_item item;

	(void)state;
	origin_item_set(&item, &view, &origin);
	assert_false(item.packets || item.proxy);
	origin.stats.tls = 2;
	origin_item_set(&item, &view, &origin);
	assert_true(item.packets && !item.proxy);
	view.content = false;
	origin_item_set(&item, &view, &origin);
	assert_false(item.packets || item.proxy);
	origin.stats.status[ECDN_XDP_ORIGIN_4XX] = 5;
	origin.stats.status[ECDN_XDP_ORIGIN_404] = 5;
	origin_item_set(&item, &view, &origin);
	assert_true(item.packets && !item.proxy);
	assert_int_equal(item.status[ECDN_XDP_ORIGIN_404], 5);
	/* A proxy that has seen less than packets did hides nothing of that. */
	origin.said.said[ECDN_XDP_ORIGIN_SAID_ANSWERED] = 4;
	origin.said.status[ECDN_XDP_ORIGIN_4XX] = 4;
	origin_item_set(&item, &view, &origin);
	assert_true(item.packets && item.proxy && !item.by_proxy);
	assert_int_equal(item.status[ECDN_XDP_ORIGIN_404], 5);
	origin.said.status[ECDN_XDP_ORIGIN_4XX] = 5;
	origin_item_set(&item, &view, &origin);
	assert_true(item.by_proxy);
	assert_int_equal(item.status[ECDN_XDP_ORIGIN_404], 0);
	/* A proxy that never got an answer has told so. */
	origin = (struct view_origin){ .said.said[ECDN_XDP_ORIGIN_SAID_NO_CONNECT] = 1 };
	origin_item_set(&item, &view, &origin);
	assert_true(!item.packets && item.proxy && item.by_proxy);
}

static void order(void **state)
{
	struct origin_item busy = { .origin = { .row = 1, .has_row = true,
						.stats.connections = 9 } };
	struct origin_item failing = { .origin = { .row = 2, .has_row = true,
						   .stats.connections = 2 }, .window.network = 1 };
	struct origin_item others = { .origin = { .has_row = true, .stats.connections = 99 } };
	struct origin_item idle = {};

	(void)state;
	assert_true(origin_item_by_connections(&busy, &failing) < 0);
	assert_true(origin_item_by_connections(&others, &failing) > 0);
	assert_true(origin_item_by_connections(&idle, &others) > 0);
	assert_true(origin_item_by_failures(&busy, &failing) > 0);
	assert_true(origin_item_fails(&failing));
	assert_false(origin_item_fails(&busy));
	busy.now_ns = VIEW_ORIGINS_WINDOW_NS + 10;
	busy.origin.stats.failure = ECDN_XDP_ORIGIN_REJECTED_HERE;
	assert_false(origin_item_fails(&busy));
	busy.origin.stats.failure_ns = 9;
	assert_false(origin_item_fails(&busy));
	busy.origin.stats.failure_ns = 10;
	assert_true(origin_item_fails(&busy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(distinct_causes),
		cmocka_unit_test(alerts),
		cmocka_unit_test(versions),
		cmocka_unit_test(codes),
		cmocka_unit_test(window),
		cmocka_unit_test(early_window),
		cmocka_unit_test(word),
		cmocka_unit_test(find),
		cmocka_unit_test(format),
		cmocka_unit_test(host),
		cmocka_unit_test(words),
		cmocka_unit_test(escaped),
		cmocka_unit_test(sources),
		cmocka_unit_test(order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
