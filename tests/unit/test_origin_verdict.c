// SPDX-License-Identifier: BSD-2-Clause
/*
 * From what was seen of a connection to why it ended, and who ended it: one row for each way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "origin_verdict.h"

#define SECOND 1000000000ULL
#define MS (SECOND / 1000)
#define BEGAN (1000 * SECOND)

#define NOBODY ECDN_XDP_ORIGIN_SIDE_NONE
#define ORIGIN ECDN_XDP_ORIGIN_SIDE_ORIGIN
#define NODE ECDN_XDP_ORIGIN_SIDE_NODE
#define HOST ECDN_XDP_ORIGIN_SIDE_HOST

/* How far a connection came. */
enum stage {
	SYN,                    /* sent, and seen to leave */
	SYN_KEPT,               /* sent, and not seen to leave */
	CONNECTED,
	HELLO,                  /* sent */
	ANSWERED,               /* and a ServerHello came */
	NOT_TLS,                /* what came is none */
	ALERTED,                /* by the origin */
	ALERTED_BY_NODE,
	SHAKEN,                 /* TLS's handshake is done */
	ASKED,                  /* and a request sent */
	TICKET,                 /* and a record came that may be an answer */
	AMID,                   /* an answer is amid a record */
	SERVED,                 /* an answer is whole */
	ASKED_AGAIN,
	HTTP_ASKED,
	HTTP_AMID,
	HTTP_UNBOUND,           /* an answer ends with the connection */
	HTTP_SERVED,
	HTTP_ASKED_AGAIN,
	HTTP_BAD,
	OTHER,                  /* neither TLS nor HTTP */
};

/* How it ended. */
enum ending {
	FIN,                    /* of the origin */
	RST,
	BYE_FIN,                /* behind a sealed alert */
	BY_NODE,
	BY_NODE_RST,
	KERNEL,                 /* gave up */
	REFUSED,
	UNREACHABLE,
	TOLD,                   /* ICMP said so, and the proxy took the error away */
	ABORT,                  /* by the host's administrator */
	KEPT_RST,               /* RST, and what was written had not left the host */
};

struct row {
	enum stage stage;
	enum ending ending;
	uint64_t after;                 /* ns since the last that was said */
	__u8 cause, side, phase;
	bool old;                       /* of TLS: 1.2 */
	bool sockets;                   /* packets are not read */
	bool plain;                     /* the port is */
	uint32_t received;              /* with sockets */
	bool deaf;                      /* the kernel does not tell what ICMP said */
	bool lost;                      /* the thread is */
};

static void reach_tls(struct ecdn_xdp_origin_conn *conn, enum stage stage, bool old)
{
	if (stage < HELLO || stage >= HTTP_ASKED)
		return;
	conn->tls = ORIGIN_TLS;
	conn->out.begun = conn->out.hello = 1;
	if (stage == HELLO)
		return;
	conn->in.begun = 1;
	conn->in.strange = stage == NOT_TLS;
	conn->in.alerted = stage == ALERTED;
	conn->in.alert = 70;
	if (stage == NOT_TLS || stage == ALERTED)
		return;
	conn->in.hello = 1;
	conn->version = old ? 0x0303 : 0x0304;
	conn->out.alerted = stage == ALERTED_BY_NODE;
	conn->out.alert = 48;
	if (stage < SHAKEN)
		return;
	conn->in.done = conn->out.done = conn->shaken = 1;
	conn->requests = stage >= ASKED;
	conn->owed = stage == ASKED || stage == ASKED_AGAIN || stage == TICKET;
	conn->tickets = stage == TICKET ? ECDN_XDP_ORIGIN_TICKET_MAYBE : 0;
	conn->in.left = stage == AMID ? 100 : 0;
	conn->answers = stage >= AMID;
}

static void reach_http(struct ecdn_xdp_origin_conn *conn, enum stage stage)
{
	if (stage < HTTP_ASKED || stage >= OTHER)
		return;
	conn->tls = ORIGIN_HTTP;
	conn->out.begun = 1;
	conn->requests = stage == HTTP_ASKED_AGAIN ? 2 : 1;
	conn->answers = stage == HTTP_SERVED || stage == HTTP_ASKED_AGAIN;
	conn->in.begun = stage != HTTP_ASKED;
	conn->in.step = stage == HTTP_AMID ? HTTP_BODY :
			stage == HTTP_UNBOUND ? HTTP_UNTIL_CLOSE :
			stage == HTTP_BAD ? HTTP_HEAD : HTTP_NEXT;
	conn->in.strange = stage == HTTP_BAD;
}

static void reach(struct ecdn_xdp_origin_conn *conn, const struct row *row)
{
	memset(conn, 0, sizeof(*conn));
	conn->began_ns = BEGAN;
	conn->content = !row->sockets;
	conn->plain = row->plain || (row->stage >= HTTP_ASKED && row->stage < OTHER);
	conn->out.ready = row->stage != SYN_KEPT;
	if (row->stage <= SYN_KEPT)
		return;
	conn->in.ready = conn->established = 1;
	conn->finished_ns = BEGAN + MS;
	if (row->sockets)
		return;
	reach_tls(conn, row->stage, row->old);
	reach_http(conn, row->stage);
	conn->out.begun |= row->stage == OTHER;
	conn->in.lost = row->lost;
	conn->asked_ns = conn->out.begun ? BEGAN + 2 * MS : 0;
	conn->answered_ns = conn->in.begun ? BEGAN + 20 * MS : 0;
	if (row->stage == ASKED_AGAIN || row->stage == HTTP_ASKED_AGAIN)
		conn->asked_ns = BEGAN + 30 * MS;
}

static void finish(struct ecdn_xdp_origin_conn *conn, struct origin_end *end, const struct row *row)
{
	static const int errors[] = { [RST] = ECONNRESET, [KERNEL] = ETIMEDOUT,
				      [REFUSED] = ECONNREFUSED, [UNREACHABLE] = EHOSTUNREACH,
				      [ABORT] = ECONNABORTED, [KEPT_RST] = ECONNRESET };
	uint64_t now = origin_latest(conn) + row->after;

	memset(end, 0, sizeof(*end));
	end->srtt_us = 10000;
	end->hears = !row->deaf;
	end->received = row->received;
	end->sent = row->sockets && row->stage > CONNECTED ? 500 : 0;
	end->error = errors[row->ending];
	end->kept = row->ending == KEPT_RST;
	conn->error = row->ending == TOLD ? ENETUNREACH : 0;
	conn->in.goodbye = row->ending == BYE_FIN;
	if (row->ending == FIN || row->ending == BYE_FIN)
		origin_ends(conn, ORIGIN, false, now);
	else if (row->ending == BY_NODE || row->ending == TOLD)
		origin_ends(conn, NODE, false, now);
	origin_ends(conn, origin_closer(end->error), end->error, now);
}

#define IS(why, who, when) \
	.cause = ECDN_XDP_ORIGIN_##why, .side = who, .phase = ECDN_XDP_ORIGIN_##when

static const struct row rows[] = {
	/* TCP's handshake. */
	{ SYN, REFUSED, MS, IS(REFUSED, ORIGIN, SYN) },
	{ SYN, KERNEL, 3 * SECOND, IS(CONNECT_TIMEOUT, HOST, SYN) },
	{ SYN, UNREACHABLE, MS, IS(UNREACHABLE, NOBODY, SYN) },
	{ SYN, TOLD, MS, IS(UNREACHABLE, NOBODY, SYN) },
	{ SYN, BY_NODE_RST, 2 * SECOND, IS(NO_ANSWER_TO_SYN, NODE, SYN) },
	{ SYN, BY_NODE_RST, 100 * MS, IS(ABORTED, NODE, SYN) },
	{ SYN, BY_NODE_RST, 100 * MS, IS(NO_ANSWER_TO_SYN, NODE, SYN), .deaf = true },
	{ SYN, ABORT, MS, IS(ABORTED, HOST, SYN) },
	{ SYN_KEPT, REFUSED, MS, IS(REJECTED_HERE, HOST, SYN) },
	{ SYN_KEPT, BY_NODE_RST, 2 * SECOND, IS(REJECTED_HERE, HOST, SYN) },
	{ SYN_KEPT, REFUSED, MS, IS(REFUSED, ORIGIN, SYN), .sockets = true },

	/* Before anything was sent. */
	{ CONNECTED, RST, MS, IS(HANDSHAKE_RESET, ORIGIN, SYN_ACK) },
	{ CONNECTED, FIN, MS, IS(HANDSHAKE_CLOSED, ORIGIN, SYN_ACK) },
	{ CONNECTED, BY_NODE, MS, IS(IDLE, NODE, SYN_ACK) },
	{ CONNECTED, KERNEL, MS, IS(IDLE, HOST, SYN_ACK) },
	{ CONNECTED, RST, MS, IS(CLOSED_UNANSWERED, ORIGIN, SYN_ACK), .plain = true },
	{ CONNECTED, FIN, 5 * SECOND, IS(IDLE, ORIGIN, SYN_ACK), .plain = true },
	{ CONNECTED, KEPT_RST, MS, IS(REJECTED_HERE, HOST, SYN_ACK) },

	/* TLS's handshake. */
	{ HELLO, RST, MS, IS(HANDSHAKE_RESET, ORIGIN, CLIENT_HELLO) },
	{ HELLO, FIN, MS, IS(HANDSHAKE_CLOSED, ORIGIN, CLIENT_HELLO) },
	{ HELLO, BY_NODE, 2 * SECOND, IS(HANDSHAKE_SILENCE, NODE, CLIENT_HELLO) },
	{ HELLO, BY_NODE_RST, 2 * SECOND, IS(HANDSHAKE_SILENCE, NODE, CLIENT_HELLO) },
	{ HELLO, BY_NODE, 200 * MS, IS(ABORTED, NODE, CLIENT_HELLO) },
	{ HELLO, KERNEL, 9 * SECOND, IS(HANDSHAKE_TIMEOUT, HOST, CLIENT_HELLO) },
	{ HELLO, KEPT_RST, MS, IS(REJECTED_HERE, HOST, CLIENT_HELLO) },
	{ HELLO, ABORT, MS, IS(ABORTED, HOST, CLIENT_HELLO) },
	{ ANSWERED, RST, MS, IS(HANDSHAKE_RESET, ORIGIN, SERVER_HELLO) },
	{ ANSWERED, FIN, MS, IS(HANDSHAKE_CLOSED, ORIGIN, SERVER_HELLO) },
	{ ANSWERED, BY_NODE, 2 * SECOND, IS(HANDSHAKE_SILENCE, NODE, SERVER_HELLO) },
	{ ANSWERED, BY_NODE, MS, IS(HUNG_UP_BY_NODE, NODE, SERVER_HELLO) },
	{ ANSWERED, FIN, MS, IS(UNTOLD, NOBODY, SERVER_HELLO), .lost = true },
	{ NOT_TLS, FIN, MS, IS(NOT_TLS, ORIGIN, CLIENT_HELLO) },
	{ NOT_TLS, BY_NODE, MS, IS(NOT_TLS, ORIGIN, CLIENT_HELLO) },
	{ ALERTED, FIN, MS, IS(ALERT_BY_ORIGIN, ORIGIN, CLIENT_HELLO) },
	{ ALERTED, RST, MS, IS(ALERT_BY_ORIGIN, ORIGIN, CLIENT_HELLO) },
	{ ALERTED_BY_NODE, BY_NODE, MS, IS(ALERT_BY_NODE, NODE, SERVER_HELLO) },

	/* Behind it, without a request. */
	{ SHAKEN, BY_NODE, MS, IS(HUNG_UP_BY_NODE, NODE, FINISHED) },
	{ SHAKEN, BY_NODE, 5 * SECOND, IS(IDLE, NODE, FINISHED) },
	{ SHAKEN, BYE_FIN, MS, IS(REFUSED_AFTER_FINISHED, ORIGIN, FINISHED) },
	{ SHAKEN, RST, MS, IS(REFUSED_AFTER_FINISHED, ORIGIN, FINISHED) },
	{ SHAKEN, FIN, 60 * SECOND, IS(IDLE, ORIGIN, FINISHED) },
	{ SHAKEN, KERNEL, 60 * SECOND, IS(IDLE, HOST, FINISHED) },
	{ SHAKEN, FIN, MS, IS(IDLE, ORIGIN, FINISHED), .old = true },

	/* With one. */
	{ ASKED, BYE_FIN, MS, IS(REFUSED_AFTER_FINISHED, ORIGIN, REQUEST) },
	{ ASKED, BYE_FIN, MS, IS(NO_ANSWER, ORIGIN, REQUEST), .old = true },
	{ ASKED, RST, MS, IS(RESET, ORIGIN, REQUEST), .old = true },
	{ ASKED, FIN, MS, IS(NO_CLOSE_NOTIFY, ORIGIN, REQUEST), .old = true },
	{ ASKED, BY_NODE, 2 * SECOND, IS(NO_ANSWER, NODE, REQUEST) },
	{ ASKED, BY_NODE, 100 * MS, IS(ABORTED, NODE, REQUEST) },
	{ ASKED, KERNEL, 9 * SECOND, IS(TIMEOUT, HOST, REQUEST) },
	{ ASKED, KEPT_RST, MS, IS(REJECTED_HERE, HOST, REQUEST) },
	{ TICKET, BY_NODE, 2 * SECOND, IS(IDLE, NODE, BETWEEN) },
	{ AMID, RST, MS, IS(RESET, ORIGIN, ANSWER) },
	{ AMID, FIN, MS, IS(NO_CLOSE_NOTIFY, ORIGIN, ANSWER) },
	{ AMID, BY_NODE, 2 * SECOND, IS(STALLED, NODE, ANSWER) },
	{ AMID, BY_NODE_RST, 2 * SECOND, IS(STALLED, NODE, ANSWER) },
	{ AMID, BY_NODE, MS, IS(ABORTED, NODE, ANSWER) },
	{ AMID, KERNEL, 9 * SECOND, IS(TIMEOUT, HOST, ANSWER) },
	{ AMID, RST, MS, IS(UNTOLD, NOBODY, ANSWER), .lost = true },
	{ AMID, KERNEL, 9 * SECOND, IS(TIMEOUT, HOST, ANSWER), .lost = true },

	/* Answers that are whole, as far as records tell. */
	{ SERVED, BYE_FIN, MS, IS(OK, NOBODY, BETWEEN) },
	{ SERVED, BYE_FIN, 60 * SECOND, IS(IDLE, ORIGIN, BETWEEN) },
	{ SERVED, BY_NODE, MS, IS(OK, NOBODY, BETWEEN) },
	{ SERVED, BY_NODE_RST, MS, IS(OK, NOBODY, BETWEEN) },
	{ SERVED, BY_NODE, 60 * SECOND, IS(IDLE, NODE, BETWEEN) },
	{ SERVED, RST, 60 * SECOND, IS(IDLE, ORIGIN, BETWEEN) },
	{ SERVED, FIN, 60 * SECOND, IS(IDLE, ORIGIN, BETWEEN) },
	{ SERVED, FIN, 500 * MS, IS(IDLE, ORIGIN, BETWEEN) },
	{ SERVED, RST, MS, IS(RESET, ORIGIN, BETWEEN) },
	{ SERVED, FIN, MS, IS(NO_CLOSE_NOTIFY, ORIGIN, BETWEEN) },
	{ SERVED, KERNEL, 60 * SECOND, IS(IDLE, HOST, BETWEEN) },
	{ SERVED, BYE_FIN, MS, IS(OK, NOBODY, BETWEEN), .lost = true },
	{ ASKED_AGAIN, RST, 5 * MS, IS(IDLE, ORIGIN, REQUEST) },
	{ ASKED_AGAIN, RST, 50 * MS, IS(RESET, ORIGIN, REQUEST) },
	{ ASKED_AGAIN, FIN, 50 * MS, IS(NO_CLOSE_NOTIFY, ORIGIN, REQUEST) },
	{ ASKED_AGAIN, BY_NODE, 2 * SECOND, IS(NO_ANSWER, NODE, REQUEST) },

	/* Plain HTTP. */
	{ HTTP_ASKED, FIN, MS, IS(CLOSED_UNANSWERED, ORIGIN, REQUEST) },
	{ HTTP_ASKED, RST, MS, IS(CLOSED_UNANSWERED, ORIGIN, REQUEST) },
	{ HTTP_ASKED, BY_NODE, 2 * SECOND, IS(HTTP_NO_ANSWER, NODE, REQUEST) },
	{ HTTP_ASKED, BY_NODE, MS, IS(ABORTED, NODE, REQUEST) },
	{ HTTP_ASKED, KERNEL, 9 * SECOND, IS(HTTP_TIMEOUT, HOST, REQUEST) },
	{ HTTP_ASKED, KEPT_RST, MS, IS(REJECTED_HERE, HOST, REQUEST) },
	{ HTTP_AMID, FIN, MS, IS(CUT, ORIGIN, ANSWER) },
	{ HTTP_AMID, RST, MS, IS(CUT, ORIGIN, ANSWER) },
	{ HTTP_AMID, BY_NODE, 2 * SECOND, IS(HTTP_STALLED, NODE, ANSWER) },
	{ HTTP_AMID, BY_NODE, MS, IS(ABORTED, NODE, ANSWER) },
	{ HTTP_AMID, KERNEL, 9 * SECOND, IS(HTTP_TIMEOUT, HOST, ANSWER) },
	{ HTTP_AMID, FIN, MS, IS(UNTOLD, NOBODY, ANSWER), .lost = true },
	{ HTTP_UNBOUND, FIN, MS, IS(OK, NOBODY, ANSWER) },
	{ HTTP_UNBOUND, RST, MS, IS(CUT, ORIGIN, ANSWER) },
	{ HTTP_SERVED, FIN, MS, IS(OK, NOBODY, BETWEEN) },
	{ HTTP_SERVED, RST, 9 * SECOND, IS(IDLE, ORIGIN, BETWEEN) },
	{ HTTP_SERVED, BY_NODE, 9 * SECOND, IS(IDLE, NODE, BETWEEN) },
	{ HTTP_SERVED, KERNEL, 9 * SECOND, IS(IDLE, HOST, BETWEEN) },
	{ HTTP_ASKED_AGAIN, FIN, 5 * MS, IS(IDLE, ORIGIN, REQUEST) },
	{ HTTP_ASKED_AGAIN, FIN, 50 * MS, IS(CLOSED_UNANSWERED, ORIGIN, REQUEST) },
	{ HTTP_BAD, FIN, MS, IS(MALFORMED, ORIGIN, ANSWER) },
	{ HTTP_BAD, BY_NODE, MS, IS(MALFORMED, ORIGIN, ANSWER) },
	{ OTHER, RST, MS, IS(UNTOLD, NOBODY, CLIENT_HELLO) },

	/* By the socket alone. */
	{ CONNECTED, RST, MS, IS(HANDSHAKE_RESET, ORIGIN, SYN_ACK), .sockets = true },
	{ HELLO, RST, MS, IS(HANDSHAKE_RESET, ORIGIN, CLIENT_HELLO), .sockets = true },
	{ HELLO, FIN, MS, IS(HANDSHAKE_CLOSED, ORIGIN, CLIENT_HELLO), .sockets = true },
	{ HELLO, BY_NODE, 2 * SECOND, IS(HANDSHAKE_SILENCE, NODE, CLIENT_HELLO), .sockets = true },
	{ HELLO, BY_NODE, MS, IS(ABORTED, NODE, CLIENT_HELLO), .sockets = true },
	{ HELLO, KERNEL, MS, IS(HANDSHAKE_TIMEOUT, HOST, CLIENT_HELLO), .sockets = true },
	{ HELLO, FIN, MS, IS(ALERT_BY_ORIGIN, ORIGIN, CLIENT_HELLO), .sockets = true,
	  .received = 7 },
	{ HELLO, FIN, MS, IS(OK, NOBODY, SERVER_HELLO), .sockets = true, .received = 8 },
	{ HELLO, RST, MS, IS(UNTOLD, ORIGIN, SERVER_HELLO), .sockets = true, .received = 4000 },
	{ HELLO, KERNEL, MS, IS(TIMEOUT, HOST, SERVER_HELLO), .sockets = true, .received = 4000 },
	{ HELLO, RST, MS, IS(CLOSED_UNANSWERED, ORIGIN, REQUEST), .sockets = true, .plain = true },
	{ HELLO, BY_NODE, 2 * SECOND, IS(HTTP_NO_ANSWER, NODE, REQUEST), .sockets = true,
	  .plain = true },
	{ HELLO, FIN, MS, IS(OK, NOBODY, ANSWER), .sockets = true, .plain = true, .received = 7 },
};

static void test_rows(void **state)
{
	bool met[ECDN_XDP_ORIGIN_CAUSES] = {};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct ecdn_xdp_origin_conn conn;
		struct origin_verdict verdict;
		struct origin_end end;

		reach(&conn, row);
		finish(&conn, &end, row);
		verdict = origin_judge(&conn, &end);
		if (verdict.cause != row->cause || verdict.side != row->side ||
		    origin_phase(&conn, &end) != row->phase)
			fail_msg("row %zu (stage %d, ending %d): cause %u, side %u, phase %u; "
				 "not %u, %u, %u", i, row->stage, row->ending, verdict.cause,
				 verdict.side, origin_phase(&conn, &end), row->cause, row->side,
				 row->phase);
		met[verdict.cause] = true;
	}
	for (int cause = 0; cause < ECDN_XDP_ORIGIN_CAUSES; cause++)
		if (!met[cause])
			fail_msg("no row for cause %d", cause);
}

static struct origin_verdict judge(const struct row *row, struct ecdn_xdp_origin_conn *conn)
{
	struct origin_end end;

	reach(conn, row);
	finish(conn, &end, row);
	return origin_judge(conn, &end);
}

static void test_alerts(void **state)
{
	struct ecdn_xdp_origin_conn conn;
	struct row row = { ALERTED, FIN, .after = MS };

	(void)state;
	assert_int_equal(judge(&row, &conn).alert, 70);
	row.stage = ALERTED_BY_NODE;
	assert_int_equal(judge(&row, &conn).alert, 48);
	row.stage = HELLO;
	assert_int_equal(judge(&row, &conn).alert, 255);
}

/* The node says goodbye, and the origin answers that by RST: gnutls-serv, python and nginx do. */
static void test_goodbye_first(void **state)
{
	const struct row row = { SERVED, RST, .after = MS };
	struct ecdn_xdp_origin_conn conn;
	struct origin_end end;

	(void)state;
	reach(&conn, &row);
	conn.out.goodbye = 1;
	finish(&conn, &end, &row);
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_OK);
	/* Without a request it did not want the origin. */
	reach(&conn, &(struct row){ SHAKEN, FIN, .after = MS });
	conn.out.goodbye = 1;
	finish(&conn, &end, &(struct row){ SHAKEN, FIN, .after = MS });
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_HUNG_UP_BY_NODE);
	/* It counts before the end alone. */
	reach(&conn, &row);
	finish(&conn, &end, &row);
	conn.out.goodbye = 1;
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_RESET);
}

/* The origin says goodbye, and the proxy has read that and closed before the origin's FIN came. */
static void test_goodbye_read_first(void **state)
{
	const struct row asked = { ASKED, BY_NODE, .after = MS };
	struct ecdn_xdp_origin_conn conn;
	struct origin_end end;

	(void)state;
	reach(&conn, &asked);
	finish(&conn, &end, &asked);
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_ABORTED);
	reach(&conn, &asked);
	conn.in.goodbye = 1;
	origin_note_goodbye(&conn);
	/* What the proxy's library says in return changes nothing. */
	conn.out.goodbye = 1;
	finish(&conn, &end, &asked);
	assert_int_equal(origin_judge(&conn, &end).cause,
			 ECDN_XDP_ORIGIN_REFUSED_AFTER_FINISHED);
	assert_int_equal(origin_judge(&conn, &end).side, ECDN_XDP_ORIGIN_SIDE_ORIGIN);
	/* An origin's answer to the proxy's goodbye dismisses nobody. */
	reach(&conn, &asked);
	conn.out.goodbye = conn.in.goodbye = 1;
	origin_note_goodbye(&conn);
	finish(&conn, &end, &asked);
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_ABORTED);
}

/* An origin closes amid the handshake, and the node's library complains of that by an alert. */
static void test_alert_of_an_end(void **state)
{
	const struct row row = { HELLO, FIN, .after = MS };
	struct ecdn_xdp_origin_conn conn;
	struct origin_end end;

	(void)state;
	reach(&conn, &row);
	finish(&conn, &end, &row);
	conn.out.alerted = 1;
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_HANDSHAKE_CLOSED);
	/* The alert is first, and the origin ends for it. */
	assert_int_equal(judge(&(struct row){ ALERTED_BY_NODE, FIN, .after = MS }, &conn).cause,
			 ECDN_XDP_ORIGIN_ALERT_BY_NODE);
}

/* By sockets alone: nothing of what was sent has come to the origin. */
static void test_unacknowledged(void **state)
{
	struct row row = { CONNECTED, KERNEL, .after = 9 * SECOND, .sockets = true };
	struct ecdn_xdp_origin_conn conn;
	struct origin_end end;

	(void)state;
	assert_int_equal(judge(&row, &conn).cause, ECDN_XDP_ORIGIN_IDLE);
	finish(&conn, &end, &row);
	end.retransmits = 3;
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_HANDSHAKE_TIMEOUT);
	conn.plain = 1;
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_HTTP_TIMEOUT);
}

/* A request on a connection that the origin has closed meanwhile. */
static void test_closed_while_idle(void **state)
{
	const struct row row = { SERVED, FIN, .after = 60 * SECOND };
	struct ecdn_xdp_origin_conn conn;
	struct origin_end end;

	(void)state;
	reach(&conn, &row);
	finish(&conn, &end, &row);
	conn.owed = 1;
	end.error = EPIPE;
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_IDLE);
}

/* The node ends its side, and reads the answer to its end. */
static void test_half_closed(void **state)
{
	const struct row row = { HTTP_AMID, BY_NODE, .after = MS };
	struct ecdn_xdp_origin_conn conn;
	struct origin_end end;

	(void)state;
	reach(&conn, &row);
	finish(&conn, &end, &row);
	conn.in.step = HTTP_NEXT;
	conn.answers = 1;
	assert_int_equal(origin_judge(&conn, &end).cause, ECDN_XDP_ORIGIN_OK);
}

/* Bytes that do not leave are the host's doing only if the origin has room for them. */
static void test_room(void **state)
{
	(void)state;
	assert_true(origin_has_room(100, 100, 1460));
	assert_true(origin_has_room(100000, 1460, 1460));
	assert_true(origin_has_room(1, 65535, 1460));
	assert_false(origin_has_room(100, 99, 1460));
	assert_false(origin_has_room(100000, 1459, 1460));
	assert_false(origin_has_room(100000, 1, 1460));
	assert_false(origin_has_room(100, 0, 1460));
	assert_false(origin_has_room(100, 0, 0));
	assert_false(origin_has_room(0, 65535, 1460));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_goodbye_first),
		cmocka_unit_test(test_goodbye_read_first),
		cmocka_unit_test(test_alert_of_an_end),
		cmocka_unit_test(test_unacknowledged),
		cmocka_unit_test(test_closed_while_idle),
		cmocka_unit_test(test_half_closed),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
