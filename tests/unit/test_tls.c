// SPDX-License-Identifier: BSD-2-Clause
/*
 * TLS records as a connection's bytes pass by: what real peers sent, cut in every way.
 */
#include "origin_stream.h"
#include "tls_sessions.h"

#define V(version) ECDN_XDP_ORIGIN_OFFERED(version)
#define V12_13 (V(0x0303) | V(0x0304))

/* What is to be known when all flights have come. */
struct known {
	const char *name;
	const struct flight *flights;
	uint16_t version, cipher;
	uint8_t offered;
	bool retry, resumed, done;
	uint32_t requests, answers;
	bool goodbye;                   /* of both */
	int alert_in, alert_out;        /* -1: none */
};

static const struct known all[] = {
	{ "1.3", tls13, 0x0304, 0x1302, V12_13, .done = true, .requests = 1, .answers = 1,
	  .goodbye = true, .alert_in = -1, .alert_out = -1 },
	{ "1.3, retried", tls13_retry, 0x0304, 0x1302, V12_13, .retry = true, .done = true,
	  .requests = 1, .answers = 1, .goodbye = true, .alert_in = -1, .alert_out = -1 },
	{ "1.3, resumed", tls13_resumed, 0x0304, 0x1302, V12_13, .resumed = true, .done = true,
	  .requests = 1, .answers = 1, .goodbye = true, .alert_in = -1, .alert_out = -1 },
	{ "1.2, GCM", tls12_gcm, 0x0303, 0xc02b, V12_13, .done = true, .requests = 1,
	  .answers = 1, .goodbye = true, .alert_in = -1, .alert_out = -1 },
	{ "1.2, CBC", tls12_cbc, 0x0303, 0xc023, V(0x0303), .done = true, .requests = 1,
	  .answers = 1, .goodbye = true, .alert_in = -1, .alert_out = -1 },
	{ "1.2, resumed", tls12_resumed, 0x0303, 0xc02c, V12_13, .resumed = true, .done = true,
	  .requests = 1, .answers = 1, .goodbye = true, .alert_in = -1, .alert_out = -1 },
	{ "no version in common", bad_version, 0, 0, V(0x0303), .alert_in = 70, .alert_out = -1 },
	{ "no cipher in common", bad_cipher, 0, 0, V12_13, .alert_in = 40, .alert_out = -1 },
	{ "1.2, unknown authority", unknown_ca_12, 0x0303, 0xc02c, V12_13, .alert_in = -1,
	  .alert_out = 48 },
	{ "1.3, unknown authority", unknown_ca_13, 0x0304, 0x1302, V12_13, .alert_in = -1,
	  .alert_out = 48 },
	{ "1.2, no certificate", no_certificate_12, 0x0303, 0xc02c, V12_13, .alert_in = 40,
	  .alert_out = -1 },
};

static size_t from_hex(const char *hex, uint8_t *bytes)
{
	size_t size = strlen(hex) / 2;
	unsigned int byte;

	for (size_t i = 0; i < size; i++) {
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		bytes[i] = byte;
	}
	return size;
}

static void play(struct stream *stream, const struct flight *flight, size_t most)
{
	uint8_t bytes[4096];

	stream_open(stream, false);
	for (; flight->hex; flight++)
		stream_send(stream, flight->out, bytes, from_hex(flight->hex, bytes), most);
}

static void check_alert(const struct ecdn_xdp_origin_flow *flow, int alert)
{
	assert_int_equal(flow->alerted, alert >= 0);
	if (alert >= 0)
		assert_int_equal(flow->alert, alert);
}

static void check(const struct known *known, const struct ecdn_xdp_origin_conn *conn)
{
	assert_int_equal(conn->tls, ORIGIN_TLS);
	assert_string_equal(conn->sni, "origin.test");
	assert_int_equal(conn->version, known->version);
	assert_int_equal(conn->cipher, known->cipher);
	assert_int_equal(conn->offered, known->offered);
	assert_int_equal(conn->retry, known->retry);
	assert_int_equal(conn->resumed, known->resumed);
	assert_int_equal(tls_done(conn), known->done);
	assert_int_equal(conn->requests, known->requests);
	assert_int_equal(conn->answers, known->answers);
	assert_int_equal(conn->in.goodbye, known->goodbye);
	assert_int_equal(conn->out.goodbye, known->goodbye);
	check_alert(&conn->in, known->alert_in);
	check_alert(&conn->out, known->alert_out);
	assert_false(conn->owed || conn->in.lost || conn->out.lost || conn->in.strange);
	assert_false(origin_amid(&conn->in) || origin_amid(&conn->out));
}

static void test_cut(void **state)
{
	struct stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (size_t most = 1; most < 900; most++) {
			play(&stream, all[i].flights, most);
			check(&all[i], &stream.conn);
		}
}

static void test_cut_at_random(void **state)
{
	struct stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (int run = 0; run < 200; run++) {
			play(&stream, all[i].flights, 0);
			check(&all[i], &stream.conn);
		}
}

/* Wherever a session ends, the handshake is not done before its last byte, nor later. */
static void test_done_when(void **state)
{
	uint8_t bytes[4096];
	struct stream stream;
	size_t size;

	(void)state;
	stream_open(&stream, false);
	for (int i = 0; i < 2; i++)
		stream_send(&stream, tls13[i].out, bytes, from_hex(tls13[i].hex, bytes), 0);
	assert_true(stream.conn.in.done);
	size = from_hex(tls13[2].hex, bytes);
	stream_send(&stream, true, bytes, 6 + 4, 0); /* ChangeCipherSpec, and a head but its end */
	assert_false(tls_done(&stream.conn));
	stream_send(&stream, true, bytes + 10, size - 10, 0);
	assert_true(tls_done(&stream.conn));
	assert_int_equal(stream.conn.requests, 0);
}

/* TLS 1.3's certificate_required comes sealed, behind a handshake that the node takes for done. */
static void test_sealed_refusal(void **state)
{
	struct stream stream;

	(void)state;
	for (size_t most = 1; most < 100; most++) {
		play(&stream, no_certificate_13, most);
		assert_true(tls_done(&stream.conn));
		assert_true(stream.conn.in.goodbye);
		assert_false(stream.conn.in.alerted || stream.conn.answers || stream.conn.tickets);
	}
}

/* The first flights of a session of TLS 1.3, up to the handshake's end. */
static void shake(struct stream *stream)
{
	uint8_t bytes[4096];

	stream_open(stream, false);
	for (int i = 0; i < 3; i++)
		stream_send(stream, tls13[i].out, bytes, from_hex(tls13[i].hex, bytes), 0);
	assert_true(tls_done(&stream->conn));
}

static void send_record(struct stream *stream, bool out, uint8_t type, size_t length, size_t most)
{
	uint8_t bytes[5 + TLS_RECORD_MAX] = { type, 3, 3, length >> 8, length };

	stream_send(stream, out, bytes, 5 + length, most);
}

/* Two records of one length are tickets, wherever the request comes; others are answers. */
static void test_tickets(void **state)
{
	struct stream stream;

	(void)state;
	shake(&stream);
	send_record(&stream, true, TLS_DATA, 100, 0);
	send_record(&stream, false, TLS_DATA, 250, 0);
	assert_int_equal(stream.conn.tickets, ECDN_XDP_ORIGIN_TICKET_MAYBE);
	send_record(&stream, false, TLS_DATA, 250, 0);
	assert_int_equal(stream.conn.tickets, ECDN_XDP_ORIGIN_TICKETS);
	assert_true(stream.conn.owed);
	assert_int_equal(stream.conn.answers, 0);

	shake(&stream);
	send_record(&stream, false, TLS_DATA, 250, 0);
	send_record(&stream, true, TLS_DATA, 100, 0);
	send_record(&stream, false, TLS_DATA, 250, 0);
	assert_true(stream.conn.owed);
	send_record(&stream, false, TLS_DATA, 251, 0);
	assert_false(stream.conn.owed);

	/* Answers of one length to two requests. */
	shake(&stream);
	for (int i = 0; i < 2; i++) {
		send_record(&stream, true, TLS_DATA, 100, 0);
		send_record(&stream, false, TLS_DATA, 250, 0);
	}
	assert_false(stream.conn.owed);
}

/* A Finished in one record with a certificate shows when the origin answers. */
static void test_long_finished(void **state)
{
	uint8_t bytes[4096];
	struct stream stream;

	(void)state;
	stream_open(&stream, false);
	for (int i = 0; i < 2; i++)
		stream_send(&stream, tls13[i].out, bytes, from_hex(tls13[i].hex, bytes), 0);
	send_record(&stream, true, TLS_DATA, 900, 0);
	assert_false(tls_done(&stream.conn));
	send_record(&stream, false, TLS_DATA, 250, 0);
	assert_true(tls_done(&stream.conn));
	assert_int_equal(stream.conn.tickets, ECDN_XDP_ORIGIN_TICKETS);
}

/* A node's alert may be sealed, as gnutls and HAProxy do it. */
static void test_sealed_alert_of_node(void **state)
{
	uint8_t bytes[4096];
	struct stream stream;

	(void)state;
	stream_open(&stream, false);
	for (int i = 0; i < 2; i++)
		stream_send(&stream, tls13[i].out, bytes, from_hex(tls13[i].hex, bytes), 0);
	send_record(&stream, true, TLS_DATA, 19, 0);
	check_alert(&stream.conn.out, TLS_SEALED);
	assert_false(tls_done(&stream.conn));
}

/* Records behind the handshake, as a list of all of them says. */
static void test_records(void **state)
{
	struct stream stream;

	(void)state;
	for (int run = 0; run < 300; run++) {
		uint32_t requests = 1, answers = 0;
		bool owed = true, goodbye[2] = {};

		shake(&stream);
		send_record(&stream, false, TLS_DATA, 5, 0);
		assert_int_equal(stream.conn.tickets, ECDN_XDP_ORIGIN_TICKETS);
		send_record(&stream, true, TLS_DATA, 100, 0);
		for (size_t n = stream_some(20); n; n--) {
			size_t length = stream_some(4) == 1 ? 19 : 20 + stream_some(3000);
			bool out = stream_random() & 1;

			send_record(&stream, out, TLS_DATA, length, stream_random() & 1 ? 0 : 1460);
			goodbye[out] = length == 19;
			if (length == 19)
				continue;
			owed = out;
			requests += out;
			answers += !out;
		}
		assert_int_equal(stream.conn.requests, requests);
		assert_int_equal(stream.conn.answers, answers);
		assert_int_equal(stream.conn.out.goodbye, goodbye[1]);
		assert_int_equal(stream.conn.in.goodbye, goodbye[0]);
		assert_int_equal(stream.conn.owed, owed);
		assert_false(origin_amid(&stream.conn.in));
	}
}

static void test_strange(void **state)
{
	static const char *const answers[] = { "HTTP/1.0 400 Bad Request\r\n", "SSH-2.0-x\r\n",
					       "\x16\x02\x00\x00\x10", "\x16\x03\x03\xff\xff" };
	struct stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		for (size_t most = 1; most < 30; most++) {
			uint8_t bytes[4096];

			stream_open(&stream, false);
			stream_send(&stream, true, bytes, from_hex(tls13[0].hex, bytes), most);
			stream_send(&stream, false, answers[i],
				    i < 2 ? strlen(answers[i]) : 5, most);
			assert_true(stream.conn.in.strange);
			assert_false(stream.conn.in.lost);
		}
	/* Amid a session the thread is lost, as a stranger's segment may have come between. */
	shake(&stream);
	stream_send(&stream, false, "HTTP/1.0", 8, 0);
	assert_true(stream.conn.in.lost);
	assert_false(stream.conn.in.strange);
}

/* Segments that come late, twice or overlap. */
static void test_order(void **state)
{
	uint8_t bytes[5 + 1000 + 5 + 14] = { TLS_DATA, 3, 3, 1000 >> 8, 1000 & 255 };
	struct stream stream;
	uint32_t seq;

	(void)state;
	bytes[1005] = TLS_DATA, bytes[1006] = bytes[1007] = 3, bytes[1009] = 14;
	shake(&stream);
	stream.conn.requests = 1;
	seq = stream.sent[0];
	/* A gap within a record. */
	stream_segment(&stream, false, seq, bytes, 100);
	stream_segment(&stream, false, seq + 200, bytes + 200, 100);
	stream_segment(&stream, false, seq + 100, bytes + 100, 100);
	stream_segment(&stream, false, seq + 250, bytes + 250, 700);
	stream_segment(&stream, false, seq + 950, bytes + 950, 74);
	assert_false(stream.conn.in.lost || origin_amid(&stream.conn.in));
	/* A head that was left out, behind a gap. */
	shake(&stream);
	stream_segment(&stream, false, seq + 100, bytes + 100, 924);
	assert_false(stream.conn.in.lost);
	stream_segment(&stream, false, seq, bytes, 100);
	assert_true(stream.conn.in.lost);
	/* A gap in front of a head, and what was left out lies within the record. */
	shake(&stream);
	stream_segment(&stream, false, seq + 100, bytes + 100, 900);
	stream_segment(&stream, false, seq, bytes, 100);
	assert_false(stream.conn.in.lost);
	assert_int_equal(stream.conn.in.left, 5);
	/* A stranger's guess, far ahead or behind, changes nothing. */
	stream_segment(&stream, false, seq + (1U << 24), bytes, 100);
	stream_segment(&stream, false, seq - (1U << 24), bytes, 100);
	assert_int_equal(stream.conn.in.left, 5);
	assert_int_equal(stream.conn.in.ahead_from, stream.conn.in.ahead_to);
}

/* A host name that is longer than what is kept, or has bytes that no host name has. */
static void test_name(void **state)
{
	uint8_t bytes[4096];
	struct stream stream;
	size_t size = from_hex(tls13[0].hex, bytes), at;

	(void)state;
	for (at = 0; memcmp(bytes + at, "origin.test", 11); at++)
		;
	bytes[at] = '\n';
	bytes[at + 1] = 0;
	stream_open(&stream, false);
	stream_send(&stream, true, bytes, size, 0);
	assert_string_equal(stream.conn.sni, "??igin.test");
}

/* With losses it is known whether the last record is whole, or it is known that it is not known. */
static void test_lossy(void **state)
{
	static uint8_t bytes[1 << 19];
	unsigned int known = 0, goodbyes = 0;
	struct stream stream;

	(void)state;
	for (int run = 0; run < 4000; run++) {
		size_t size = 0, length = 0;
		bool cut = stream_random() & 1;

		for (size_t i = 0; i < sizeof(bytes) / 8; i++)
			((uint64_t *)(void *)bytes)[i] = run * 0x9e3779b97f4a7c15 + i;
		shake(&stream);
		send_record(&stream, true, TLS_DATA, 100, 0);
		for (size_t n = stream_some(30); n; n--) {
			length = n == 1 && !cut ? 19 : 20 + stream_some(stream_some(2) * 8000);
			bytes[size] = TLS_DATA;
			bytes[size + 1] = bytes[size + 2] = 3;
			bytes[size + 3] = length >> 8;
			bytes[size + 4] = length;
			size += 5 + length;
		}
		if (cut)
			size -= stream_some(length);
		stream_send_lossy(&stream, false, bytes, size, 20);
		assert_false(stream.conn.in.strange);
		if (origin_lost(&stream.conn))
			continue;
		known++;
		goodbyes += stream.conn.in.goodbye;
		assert_int_equal(stream.conn.in.next, stream.sent[0]);
		assert_int_equal(origin_amid(&stream.conn.in), cut);
		assert_int_equal(stream.conn.in.goodbye, !cut);
	}
	assert_in_range(known, 1500, 4000);
	assert_in_range(goodbyes, 1000, 2200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_at_random),
		cmocka_unit_test(test_done_when),
		cmocka_unit_test(test_sealed_refusal),
		cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_long_finished),
		cmocka_unit_test(test_sealed_alert_of_node),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_strange),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_lossy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
