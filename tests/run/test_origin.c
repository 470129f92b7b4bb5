// SPDX-License-Identifier: BSD-2-Clause
/*
 * The observer of origins on real sockets: what it counts and keeps of connections, and which ones
 * it watches. Bytes of TLS are those of tests/unit/tls_sessions.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "../unit/tls_sessions.h"
#include "harness.h"
#include "net/netns.h"
#include "origin_fixture.h"

#define ADDRESS "10.1.2.3"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static struct observer observer;
static int tls_listener, http_listener;

static void check_number(const char *what, uint64_t number, uint64_t wanted)
{
	char why[64];

	snprintf(why, sizeof(why), "it is %llu", (unsigned long long)number);
	report(what, number == wanted ? "" : why);
}

/* Exactly one connection ended at that origin, with that cause, and one failure is kept of it, if
 * it is one: of the side and in the phase. */
static void check_end(const char *what, const char *text, uint16_t port, uint32_t cause,
		      uint32_t side, uint32_t phase)
{
	struct ecdn_xdp_origin_failure failure;
	struct ecdn_xdp_origin_stats stats;
	struct ecdn_xdp_origin_head head;
	bool failed = cause >= ECDN_XDP_ORIGIN_FIRST_538 && cause < ECDN_XDP_ORIGIN_FIRST_OTHER;
	uint64_t ended = 0;
	char why[200] = "";

	observer_stats(&observer, observer_row(&observer, text, port), &stats);
	observer_head(&observer, &head);
	observer_failure(&observer, &failure);
	for (int i = 0; i < ECDN_XDP_ORIGIN_CAUSES_ROOM; i++)
		ended += stats.cause[i];
	if (ended != 1 || stats.cause[cause] != 1)
		snprintf(why, sizeof(why), "%llu connections ended, %llu so; kept was cause %u",
			 (unsigned long long)ended, (unsigned long long)stats.cause[cause],
			 failure.cause);
	else if (head.number != failed)
		snprintf(why, sizeof(why), "%llu failures are kept",
			 (unsigned long long)head.number);
	else if (failed && (failure.cause != cause || failure.side != side ||
			    failure.phase != phase || failure.number != 1))
		snprintf(why, sizeof(why), "kept: cause %u, side %u, phase %u", failure.cause,
			 failure.side, failure.phase);
	report(what, why);
	observer_reset(&observer);
}

#define CHECK_END(what, port, cause, side, phase) \
	check_end(what, ADDRESS, port, ECDN_XDP_ORIGIN_##cause, ECDN_XDP_ORIGIN_SIDE_##side, \
		  ECDN_XDP_ORIGIN_##phase)

static void test_refused(void)
{
	close(tls_listener);
	must(origin_connect(ADDRESS, ORIGIN_TLS_PORT, NULL) == -ECONNREFUSED, "be refused");
	CHECK_END("nobody listens", ORIGIN_TLS_PORT, REFUSED, ORIGIN, SYN);
	must(origin_connect("fd00::2", ORIGIN_TLS_PORT, NULL) == -ECONNREFUSED, "be refused");
	check_end("nobody listens, IPv6", "fd00::2", ORIGIN_TLS_PORT, ECDN_XDP_ORIGIN_REFUSED,
		  ECDN_XDP_ORIGIN_SIDE_ORIGIN, ECDN_XDP_ORIGIN_SYN);
	must(origin_connect("::ffff:" ADDRESS, ORIGIN_TLS_PORT, NULL) == -ECONNREFUSED,
	     "be refused");
	CHECK_END("an IPv4 address in IPv6", ORIGIN_TLS_PORT, REFUSED, ORIGIN, SYN);
	tls_listener = origin_listen(ORIGIN_TLS_PORT);
}

static void http(const char *answer, bool reset)
{
	struct pair pair = pair_open(http_listener, ADDRESS, ORIGIN_HTTP_PORT);

	pair_ask(&pair, GET, strlen(GET));
	if (*answer)
		pair_answer(&pair, answer, strlen(answer));
	pair_close_origin(&pair, reset);
}

static void test_http(void)
{
	struct ecdn_xdp_origin_failure failure;
	struct ecdn_xdp_origin_stats stats;

	http(OK, false);
	observer_stats(&observer, observer_row(&observer, ADDRESS, ORIGIN_HTTP_PORT), &stats);
	check_number("a status is counted", stats.status[ECDN_XDP_ORIGIN_2XX], 1);
	check_number("bytes that came", stats.received, strlen(OK));
	check_number("bytes that were sent", stats.sent, strlen(GET));
	check_number("the row knows the protocol", stats.tls, 2);
	CHECK_END("an answer that is whole", ORIGIN_HTTP_PORT, OK, NONE, BETWEEN);

	http("HTTP/1.1 404 No\r\nContent-Length: 500\r\n\r\nhello", false);
	observer_stats(&observer, observer_row(&observer, ADDRESS, ORIGIN_HTTP_PORT), &stats);
	check_number("404 is counted by itself", stats.status[ECDN_XDP_ORIGIN_404], 1);
	check_number("and in its class", stats.status[ECDN_XDP_ORIGIN_4XX], 1);
	observer_failure(&observer, &failure);
	check_number("what was needed", failure.need, 500);
	check_number("what was got", failure.got, 5);
	check_number("of which status", failure.status, 404);
	CHECK_END("cut by FIN", ORIGIN_HTTP_PORT, CUT, ORIGIN, ANSWER);

	http("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello", true);
	CHECK_END("cut by RST", ORIGIN_HTTP_PORT, CUT, ORIGIN, ANSWER);
	http("", false);
	CHECK_END("no answer", ORIGIN_HTTP_PORT, CLOSED_UNANSWERED, ORIGIN, REQUEST);
	http("HTPT/1.1 200 OK\r\n\r\n", false);
	CHECK_END("no status line", ORIGIN_HTTP_PORT, MALFORMED, ORIGIN, ANSWER);
	must(origin_connect(ADDRESS, 81, NULL) == -ECONNREFUSED, "be refused");
	check_number("a port that is not watched",
		     observer_row(&observer, ADDRESS, 81), 0);
}

static size_t from_hex(const char *hex, unsigned char *bytes)
{
	size_t size = strlen(hex) / 2;
	unsigned int byte;

	for (size_t i = 0; i < size; i++) {
		must(sscanf(hex + 2 * i, "%2x", &byte) == 1, "read a session");
		bytes[i] = byte;
	}
	return size;
}

/* Plays flights over a connection, in segments of that many bytes. */
static struct pair play(const struct flight *flight, unsigned int count, size_t most)
{
	struct pair pair = pair_open(tls_listener, ADDRESS, ORIGIN_TLS_PORT);
	unsigned char bytes[4096];

	for (; flight->hex && count; flight++, count--) {
		size_t size = from_hex(flight->hex, bytes);

		for (size_t at = 0; at < size; at += most) {
			size_t piece = size - at < most ? size - at : most;

			if (flight->out)
				pair_ask(&pair, bytes + at, piece);
			else
				pair_answer(&pair, bytes + at, piece);
		}
	}
	return pair;
}

static void test_tls(const char *what, size_t most)
{
	struct ecdn_xdp_origin_failure failure;
	struct ecdn_xdp_origin_stats stats;
	struct pair pair;

	printf("# %s\n", what);
	pair = play(tls13_resumed, ~0U, most);
	pair_close_node(&pair, false);
	observer_stats(&observer, observer_row(&observer, ADDRESS, ORIGIN_TLS_PORT), &stats);
	check_number("a handshake is counted", stats.handshakes, 1);
	check_number("that it took up a session, too", stats.resumed, 1);
	check_number("the version", stats.version, 0x0304);
	report("the host name", strcmp(stats.sni, "origin.test") ? "it is another" : "");
	CHECK_END("TLS 1.3", ORIGIN_TLS_PORT, OK, NONE, BETWEEN);

	pair = play(tls12_gcm, ~0U, most);
	pair_close_origin(&pair, true);
	CHECK_END("TLS 1.2, RST behind close_notify", ORIGIN_TLS_PORT, OK, NONE, BETWEEN);
	pair = play(bad_version, ~0U, most);
	pair_close_origin(&pair, false);
	observer_failure(&observer, &failure);
	check_number("the alert", failure.alert, 70);
	check_number("what was offered", failure.offered, ECDN_XDP_ORIGIN_OFFERED(0x0303));
	CHECK_END("no version in common", ORIGIN_TLS_PORT, ALERT_BY_ORIGIN, ORIGIN, CLIENT_HELLO);
	pair = play(unknown_ca_13, ~0U, most);
	pair_close_node(&pair, false);
	observer_failure(&observer, &failure);
	check_number("the alert of the node", failure.alert, 48);
	check_number("the cipher suite", failure.cipher, 0x1302);
	CHECK_END("the certificate is refused", ORIGIN_TLS_PORT, ALERT_BY_NODE, NODE, SERVER_HELLO);
	pair = play(no_certificate_13, ~0U, most);
	pair_close_origin(&pair, false);
	CHECK_END("the origin wants a certificate", ORIGIN_TLS_PORT, REFUSED_AFTER_FINISHED, ORIGIN,
		  FINISHED);
	pair = play(tls13, 1, most);
	pair_close_origin(&pair, true);
	CHECK_END("reset at ClientHello", ORIGIN_TLS_PORT, HANDSHAKE_RESET, ORIGIN, CLIENT_HELLO);
	pair = play(tls13, 2, most);
	pair_close_origin(&pair, false);
	CHECK_END("closed amid the handshake", ORIGIN_TLS_PORT, HANDSHAKE_CLOSED, ORIGIN,
		  SERVER_HELLO);
	pair = play(tls13, 5, most);
	pair_answer(&pair, "\x17\x03\x03\x10\x00hello", 10);
	pair_close_origin(&pair, false);
	CHECK_END("closed amid a record", ORIGIN_TLS_PORT, NO_CLOSE_NOTIFY, ORIGIN, ANSWER);
	pair = play(tls13, 5, most);
	pair_close_origin(&pair, true);
	CHECK_END("reset before the answer", ORIGIN_TLS_PORT, RESET, ORIGIN, REQUEST);
}

/* Without packets. */
static void test_sockets(void)
{
	struct pair pair;

	observer.config->content = 0;
	observer_configure(&observer);
	pair = play(bad_version, ~0U, 4096);
	pair_close_origin(&pair, false);
	CHECK_END("seven bytes are an alert", ORIGIN_TLS_PORT, ALERT_BY_ORIGIN, ORIGIN,
		  CLIENT_HELLO);
	pair = play(tls13, 1, 4096);
	pair_close_origin(&pair, false);
	CHECK_END("closed at ClientHello", ORIGIN_TLS_PORT, HANDSHAKE_CLOSED, ORIGIN, CLIENT_HELLO);
	pair = play(tls13, ~0U, 4096);
	pair_close_node(&pair, false);
	CHECK_END("whatever was said", ORIGIN_TLS_PORT, OK, NONE, BETWEEN);
	observer.config->content = 1;
	observer_configure(&observer);
}

static void drop_link(int *link)
{
	close(*link);
	*link = -1;
}

/* Packets are read no more from then on. */
static void read_no_more(void)
{
	drop_link(&observer.links[0]);
	drop_link(&observer.links[1]);
	observer.config->content = 0;
	observer_configure(&observer);
}

static void read_again(void)
{
	observer_detach(&observer);
	observer.config->content = 1;
	observer_configure(&observer);
	observer_attach(&observer);
}

/* What is not read any more is no reason for a verdict. */
static void test_depth(void)
{
	struct pair pair = play(tls13, 5, 4096);

	pair_answer(&pair, "\x17\x03\x03\x00\x64", 5);
	read_no_more();
	for (int i = 0; i < 10; i++)
		pair_answer(&pair, "0123456789", 10);
	pair_close_origin(&pair, false);
	CHECK_END("whole after nobody read it", ORIGIN_TLS_PORT, OK, NONE, BETWEEN);
	read_again();
	pair = play(tls13, 2, 4096);
	read_no_more();
	pair_answer(&pair, "hello", 5);
	pair_close_origin(&pair, false);
	CHECK_END("a handshake of which nobody read the end", ORIGIN_TLS_PORT, OK, NONE, BETWEEN);
	read_again();
}

static void mark(int fd)
{
	must(!setsockopt(fd, SOL_SOCKET, SO_MARK, &(unsigned int){ ECDN_XDP_ORIGIN_MARK },
			 sizeof(unsigned int)), "mark a socket");
}

static uint64_t connections(void)
{
	struct ecdn_xdp_origin_stats stats;
	struct ecdn_xdp_origin_head head;
	uint64_t sum = 0;

	observer_head(&observer, &head);
	for (uint32_t row = 0; row <= head.rows; row++) {
		observer_stats(&observer, row, &stats);
		sum += stats.connections;
	}
	return sum;
}

/* One connection, which asks something. */
static void try_one(const char *text, void (*prepare)(int fd))
{
	struct pair pair = { .node = origin_connect(text, ORIGIN_HTTP_PORT, prepare) };

	must(pair.node >= 0, "connect");
	pair.origin = accept(http_listener, NULL, NULL);
	must(pair.origin >= 0, "accept");
	pair_ask(&pair, GET, strlen(GET));
	pair_answer(&pair, OK, strlen(OK));
	pair_close_node(&pair, false);
}

static void test_watched(void)
{
	struct ecdn_xdp_origin_head head;

	observer_reset(&observer);
	try_one(ADDRESS, mark);
	check_number("a marked socket", connections(), 0);
	try_one("127.0.0.1", NULL);
	try_one("127.1.2.3", NULL);
	try_one("::1", NULL);
	try_one("::ffff:127.0.0.1", NULL);
	check_number("loopback addresses", connections(), 0);
	observer.config->netns++;
	observer_configure(&observer);
	try_one(ADDRESS, NULL);
	check_number("another network namespace", connections(), 0);
	observer.config->netns = 0;
	observer_configure(&observer);
	try_one(ADDRESS, NULL);
	check_number("all network namespaces", connections(), 1);
	observer.config->netns = netns_own();
	observer_configure(&observer);
	try_one("fd00::2", NULL);
	check_number("its own", connections(), 2);
	observer_head(&observer, &head);
	check_number("none of them was open before", head.unseen, 0);
	observer_reset(&observer);
}

/* Connections that were open before the observer was. */
static void test_unseen(void)
{
	struct ecdn_xdp_origin_head head;
	struct pair pair;

	observer_detach(&observer);
	pair = pair_open(http_listener, ADDRESS, ORIGIN_HTTP_PORT);
	observer_attach(&observer);
	for (int i = 0; i < 5; i++) {
		pair_ask(&pair, GET, strlen(GET));
		pair_answer(&pair, OK, strlen(OK));
	}
	observer_head(&observer, &head);
	check_number("one that was open is seen, once", head.unseen, 1);
	pair_close_node(&pair, false);
	check_number("and not counted", connections(), 0);
	observer_reset(&observer);
}

/* A SYN with data, which meets a queue that is full: it is sent again, the data behind it. */
static void test_fast_open(void)
{
	const struct timeval second = { .tv_sec = 5 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(ORIGIN_HTTP_PORT),
				  .sin_addr.s_addr = inet_addr(ADDRESS) };
	struct pair pair, first;
	char buffer[256];

	must(!system("echo 5 > /proc/sys/net/ipv4/tcp_fastopen"), "send data with SYNs");
	must(!listen(http_listener, 0), "have a short queue");
	first.node = origin_connect("10.1.2.4", ORIGIN_HTTP_PORT, NULL);
	pair.node = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	must(first.node >= 0 && pair.node >= 0, "connect");
	must(sendto(pair.node, GET, strlen(GET), MSG_FASTOPEN, (struct sockaddr *)&to,
		    sizeof(to)) == (ssize_t)strlen(GET), "send data with a SYN");
	first.origin = accept(http_listener, NULL, NULL);
	pair.origin = accept(http_listener, NULL, NULL);
	must(first.origin >= 0 && pair.origin >= 0 &&
	     !setsockopt(pair.origin, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)), "accept");
	must(read(pair.origin, buffer, sizeof(buffer)) == (ssize_t)strlen(GET), "read");
	must(write(pair.origin, OK, strlen(OK)) == (ssize_t)strlen(OK), "write");
	pair_close_origin(&pair, false);
	CHECK_END("a request that came with a SYN, sent twice", ORIGIN_HTTP_PORT, OK, NONE, BETWEEN);
	pair_close_node(&first, false);
	must(!listen(http_listener, 64), "have a long queue");
	observer_reset(&observer);
}

static void watch(uint16_t port, bool on)
{
	uint8_t *ports = &observer.config->ports[port / 8], bit = 1 << port % 8;

	*ports = on ? *ports | bit : *ports & ~bit;
	observer_configure(&observer);
}

static void from_watched_port(int fd)
{
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(8443) };

	must(!bind(fd, (const struct sockaddr *)&any, sizeof(any)), "bind");
}

/* A client of this host may have any port. */
static void test_clients(void)
{
	struct ecdn_xdp_origin_head head;
	struct pair pair;

	watch(8443, true);
	pair.node = origin_connect(ADDRESS, ORIGIN_HTTP_PORT, from_watched_port);
	must(pair.node >= 0, "connect");
	pair.origin = accept(http_listener, NULL, NULL);
	must(pair.origin >= 0, "accept");
	pair_answer(&pair, OK, strlen(OK));
	observer_head(&observer, &head);
	check_number("a client with a watched port is no origin", head.unseen, 0);
	pair_close_node(&pair, true);
	watch(8443, false);
	observer_reset(&observer);
}

static void from_itself(int fd)
{
	const struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(8443),
					  .sin_addr.s_addr = inet_addr(ADDRESS) };

	must(!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) &&
	     !bind(fd, (const struct sockaddr *)&self, sizeof(self)), "bind");
}

static void from_itself_v6(int fd)
{
	struct sockaddr_in6 self = { .sin6_family = AF_INET6, .sin6_port = htons(8443) };

	must(inet_pton(AF_INET6, "fd00::2", &self.sin6_addr) == 1 &&
	     !bind(fd, (const struct sockaddr *)&self, sizeof(self)), "bind");
}

/* A SYN is answered by a SYN: here the socket's own. */
static void test_crossed(void)
{
	struct ecdn_xdp_origin_stats stats;
	int fd;

	watch(8443, true);
	fd = origin_connect(ADDRESS, 8443, from_itself);
	must(fd >= 0, "connect to itself");
	observer_stats(&observer, observer_row(&observer, ADDRESS, 8443), &stats);
	check_number("SYNs that cross establish a connection", stats.established, 1);
	close(fd);
	CHECK_END("it ends unused", 8443, IDLE, NODE, SYN_ACK);
	watch(8443, false);
}

/* A server of this host has clients that come from a watched port. */
static void test_served(void)
{
	struct ecdn_xdp_origin_head head;
	int listener = origin_listen(81);
	struct pair pair;

	watch(8443, true);
	pair.node = origin_connect(ADDRESS, 81, from_itself);
	must(pair.node >= 0, "connect");
	pair.origin = accept(listener, NULL, NULL);
	must(pair.origin >= 0, "accept");
	pair_answer(&pair, OK, strlen(OK));
	observer_head(&observer, &head);
	check_number("a client from a watched port is no origin", head.unseen, 0);
	pair_close_node(&pair, true);
	pair.node = origin_connect("fd00::2", 81, from_itself_v6);
	must(pair.node >= 0, "connect");
	pair.origin = accept(listener, NULL, NULL);
	must(pair.origin >= 0, "accept");
	pair_answer(&pair, OK, strlen(OK));
	observer_head(&observer, &head);
	check_number("nor is one of IPv6", head.unseen, 0);
	pair_close_node(&pair, true);
	close(listener);
	watch(8443, false);
	observer_reset(&observer);
}

int main(void)
{
	observer_open(&observer);
	tls_listener = origin_listen(ORIGIN_TLS_PORT);
	http_listener = origin_listen(ORIGIN_HTTP_PORT);
	test_refused();
	test_http();
	test_tls("whole flights", 4096);
	test_tls("segments of three bytes", 3);
	test_sockets();
	test_depth();
	test_watched();
	test_unseen();
	test_fast_open();
	test_clients();
	test_crossed();
	test_served();
	close(tls_listener);
	close(http_listener);
	observer_close(&observer);
	return report_end();
}
