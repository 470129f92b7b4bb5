// SPDX-License-Identifier: BSD-2-Clause
/*
 * HTTP/1 as a connection's bytes pass by: where answers end, however they are framed and cut.
 */
#include <stdlib.h>

#include "origin_stream.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define HEAD "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"

/* An exchange, and what is known behind it. */
struct known {
	const char *name, *request, *answer;
	uint32_t requests, answers;
	uint16_t last;                  /* status */
	unsigned int statuses;
	bool amid;
	uint64_t need, got;             /* of the last answer's body; 0 of both: not looked at */
};

static const struct known all[] = {
	{ "length", GET, "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello",
	  1, 1, 200, .statuses = 1, .need = 5, .got = 5 },
	{ "length, cut", GET, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello",
	  1, 0, 200, .statuses = 1, .amid = true, .need = 500, .got = 5 },
	{ "length, none of it", GET, "HTTP/1.1 200 OK\r\nCONTENT-LENGTH:\t500 \r\n\r\n",
	  1, 0, 200, .statuses = 1, .amid = true, .need = 500, .got = 0 },
	{ "length 0", GET, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1, 1, 200,
	  .statuses = 1 },
	{ "bare line feeds", GET, "HTTP/1.1 200 OK\ncontent-length: 5\n\nhello",
	  1, 1, 200, .statuses = 1, .need = 5, .got = 5 },
	{ "no reason", GET, "HTTP/1.1 404\r\nContent-Length: 2\r\n\r\nno", 1, 1, 404,
	  .statuses = 1 },
	{ "a name that begins so", GET,
	  "HTTP/1.1 200 OK\r\nContent-Length-Not: 9\r\nX-Content-Length: 9\r\n"
	  "Content-Length: 2\r\n\r\nno", 1, 1, 200, .statuses = 1, .need = 2, .got = 2 },
	{ "chunked", GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "5\r\nhello\r\n0010;a=\"b\"\r\n0123456789abcdef\r\n0\r\n\r\n", 1, 1, 200, .statuses = 1 },
	{ "chunked, behind another coding", GET,
	  "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
	  1, 1, 200, .statuses = 1 },
	{ "chunked goes before length", GET, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n", 1, 1, 200, .statuses = 1 },
	{ "chunked, with trailers", GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n", 1, 1, 200, .statuses = 1 },
	{ "chunked, cut in a chunk", GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "A\r\nhello", 1, 0, 200, .statuses = 1, .amid = true, .need = ~0ULL, .got = 5 },
	{ "chunked, cut before the last", GET,
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 1, 0, 200,
	  .statuses = 1, .amid = true },
	{ "chunked, cut amid the end", GET,
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", 1, 0, 200,
	  .statuses = 1, .amid = true },
	{ "until close", GET, "HTTP/1.0 200 OK\r\n\r\nhello", 1, 0, 200,
	  .statuses = 1, .amid = true, .need = ~0ULL, .got = 5 },
	{ "a head", HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 1, 1, 200,
	  .statuses = 1 },
	{ "a head, then a body", HEAD GET, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
	  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 2, 2, 200,
	  .statuses = 2, .need = 5, .got = 5 },
	{ "a body, then a head", GET HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	  "HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\n", 2, 2, 302, .statuses = 2 },
	{ "204", GET, "HTTP/1.1 204 None\r\n\r\n", 1, 1, 204, .statuses = 1 },
	{ "304", GET, "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", 1, 1, 304,
	  .statuses = 1 },
	{ "100 before", GET, "HTTP/1.1 100 Continue\r\n\r\n"
	  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	  1, 1, 200, .statuses = 2 },
	{ "100 alone", GET, "HTTP/1.1 100 Continue\r\n\r\n", 1, 0, 100, .statuses = 1 },
	{ "another protocol", GET, "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\x81\x05hello",
	  1, 1, 101, .statuses = 1 },
	{ "cut in the first line", GET, "HTTP/1.1 20", 1, 0, 0, .statuses = 0, .amid = true },
	{ "cut in the head", GET, "HTTP/1.1 200 OK\r\nServer: ", 1, 0, 200,
	  .statuses = 1, .amid = true },
	{ "cut before the empty line", GET, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", 1, 0, 200,
	  .statuses = 1, .amid = true },
	{ "none", GET, "", 1, 0, 0, .statuses = 0 },
	{ "a posted body", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nGET /\r\n\r\nx" GET,
	  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 2, 1, 200, .statuses = 1 },
	{ "a posted body in chunks",
	  "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n" GET,
	  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 2, 1, 200, .statuses = 1 },
	{ "an answer that nobody asked for", GET, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	  "HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n", 1, 1, 408, .statuses = 2 },
};

static void play(struct stream *stream, const char *request, const char *answer, size_t most)
{
	stream_open(stream, true);
	stream_send(stream, true, request, strlen(request), most);
	stream_send(stream, false, answer, strlen(answer), most);
}

static void check(const struct known *known, const struct stream *stream)
{
	const struct ecdn_xdp_origin_conn *conn = &stream->conn;

	if (conn->requests != known->requests || conn->answers != known->answers)
		fail_msg("%s: %u requests, %u answers", known->name, conn->requests, conn->answers);
	assert_int_equal(conn->tls, ORIGIN_HTTP);
	assert_int_equal(conn->status, known->last);
	assert_int_equal(stream->statuses, known->statuses);
	if (origin_amid(&conn->in) != known->amid)
		fail_msg("%s: step %u", known->name, conn->in.step);
	if (known->need) {
		assert_int_equal(conn->need, known->need);
		assert_int_equal(conn->got, known->got);
	}
	assert_false(conn->in.lost || conn->in.strange || conn->out.lost || conn->out.strange);
}

static void test_cut(void **state)
{
	struct stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (size_t most = 0; most < 200; most++) {
			play(&stream, all[i].request, all[i].answer, most);
			check(&all[i], &stream);
		}
}

static void test_until_close(void **state)
{
	struct stream stream;

	(void)state;
	play(&stream, GET, "HTTP/1.0 200 OK\r\n\r\nhello", 0);
	assert_int_equal(stream.conn.in.step, HTTP_UNTIL_CLOSE);
}

/* What is no status line is malformed at the byte that shows it. */
static void test_malformed(void **state)
{
	static const char *const answers[] = { "HTPT/1.1 200 OK\r\n\r\n", "HTTP/2 200\r\n\r\n",
					       "HTTP/1.x 200 OK\r\n\r\n",
					       "HTTP/1.1  200 OK\r\n\r\n",
					       "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 20\r\n\r\n",
					       "<html>", "\x16\x03\x03" };
	struct stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		for (size_t most = 1; most < 30; most++) {
			play(&stream, GET, answers[i], most);
			assert_true(stream.conn.in.strange);
			assert_false(stream.conn.in.lost);
			assert_int_equal(stream.statuses, 0);
		}
}

/* A head that is too long is followed no further, and is no failure. */
static void test_long_head(void **state)
{
	char *answer = malloc(HTTP_HEAD_MAX + 100);
	struct stream stream;

	(void)state;
	assert_non_null(answer);
	strcpy(answer, "HTTP/1.1 200 OK\r\nX: ");
	memset(answer + strlen(answer), 'x', HTTP_HEAD_MAX);
	answer[HTTP_HEAD_MAX + 20] = 0;
	play(&stream, GET, answer, 1460);
	assert_true(stream.conn.in.lost);
	assert_false(stream.conn.in.strange);
	strcpy(answer + HTTP_HEAD_MAX - 4, "\r\n\r\n");
	play(&stream, GET, answer, 1460);
	assert_false(stream.conn.in.lost);
	assert_int_equal(stream.conn.in.step, HTTP_UNTIL_CLOSE);
	free(answer);
}

static void test_other_protocols(void **state)
{
	struct stream stream;

	(void)state;
	play(&stream, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", 0);
	assert_true(stream.conn.out.lost);
	play(&stream, "\x05\x01", "", 0);
	assert_true(stream.conn.out.lost);
	assert_int_equal(stream.conn.tls, 0);
	/* What came first was read as the port says. */
	stream_open(&stream, false);
	stream_send(&stream, false, "HTTP/1.1 200 OK\r\n", 17, 0);
	assert_true(stream.conn.in.strange);
	stream_send(&stream, true, GET, strlen(GET), 0);
	assert_true(stream.conn.in.lost);
	assert_false(stream.conn.in.strange);
}

/* A body may be longer than 4 GiB. */
static void test_large(void **state)
{
	struct stream stream;

	(void)state;
	play(&stream, GET, "HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n", 0);
	origin_pass(&stream.conn, &stream.conn.in, false, 4999999999);
	assert_int_equal(stream.conn.answers, 0);
	origin_pass(&stream.conn, &stream.conn.in, false, 1);
	assert_int_equal(stream.conn.answers, 1);
	play(&stream, GET, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", 0);
	assert_true(origin_amid(&stream.conn.in));
}

/* What a list of messages says is known of its first bytes, by a reader who knows where each
 * begins and ends. */
struct made {
	char bytes[1 << 16];
	size_t size, ends[32];          /* behind each message */
	unsigned int messages;
};

static void add(struct made *made, const char *text)
{
	size_t size = strlen(text);

	memcpy(made->bytes + made->size, text, size);
	made->size += size;
}

static void add_body(struct made *made)
{
	size_t bytes = stream_some(800);
	char head[64];

	if (stream_random() & 1) {
		snprintf(head, sizeof(head), "Content-Length: %zu\r\n\r\n", bytes);
		add(made, head);
		memset(made->bytes + made->size, "GH\r\n0"[stream_random() % 5], bytes);
		made->size += bytes;
		return;
	}
	add(made, "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t n = stream_some(4); n; n--) {
		bytes = stream_some(200);
		snprintf(head, sizeof(head), stream_random() & 1 ? "%zx\r\n" : "%zX;x\r\n", bytes);
		add(made, head);
		memset(made->bytes + made->size, '\n', bytes);
		made->size += bytes;
		add(made, "\r\n");
	}
	add(made, stream_random() & 1 ? "0\r\n\r\n" : "0\r\nX: y\r\n\r\n");
}

static void make(struct made *made)
{
	char line[64];

	made->size = 0;
	for (made->messages = 0; made->messages < 12; made->messages++) {
		unsigned int status = 200 + stream_random() % 400;

		if (status == 204 || status == 304)
			status = 404;
		snprintf(line, sizeof(line), "HTTP/1.1 %u Some reason\r\n", status);
		add(made, line);
		for (size_t n = stream_some(5) - 1; n; n--)
			add(made, "X-Some: thing, another\r\n");
		add_body(made);
		made->ends[made->messages] = made->size;
	}
}

static void test_at_random(void **state)
{
	struct made *made = malloc(sizeof(*made));
	struct stream stream;

	(void)state;
	assert_non_null(made);
	for (int run = 0; run < 2000; run++) {
		unsigned int whole = 0;
		size_t end;

		make(made);
		end = stream_random() % (made->size + 1);
		while (whole < made->messages && made->ends[whole] <= end)
			whole++;
		stream_open(&stream, true);
		for (int i = 0; i < 12; i++)
			stream_send(&stream, true, GET, strlen(GET), 0);
		stream_send(&stream, false, made->bytes, end, run & 1 ? 0 : stream_some(1460));
		assert_int_equal(stream.conn.answers, whole);
		assert_int_equal(origin_amid(&stream.conn.in),
				 end != (whole ? made->ends[whole - 1] : 0));
		assert_false(stream.conn.in.lost || stream.conn.in.strange);
	}
	free(made);
}

/* With losses it is known, or it is known that it is not. */
static void test_lossy(void **state)
{
	struct made *made = malloc(sizeof(*made));
	unsigned int known = 0;
	struct stream stream;

	(void)state;
	assert_non_null(made);
	for (int run = 0; run < 4000; run++) {
		unsigned int whole = 0;
		size_t end;

		make(made);
		end = stream_random() % (made->size + 1);
		while (whole < made->messages && made->ends[whole] <= end)
			whole++;
		stream_open(&stream, true);
		for (int i = 0; i < 12; i++)
			stream_send(&stream, true, GET, strlen(GET), 0);
		stream_send_lossy(&stream, false, (const uint8_t *)made->bytes, end, 10);
		assert_false(stream.conn.in.strange);
		if (origin_lost(&stream.conn))
			continue;
		known++;
		assert_int_equal(stream.conn.in.next, stream.sent[0]);
		assert_int_equal(origin_amid(&stream.conn.in),
				 end != (whole ? made->ends[whole - 1] : 0));
	}
	assert_in_range(known, 1000, 4000);
	free(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_until_close),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_long_head),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_at_random),
		cmocka_unit_test(test_lossy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
