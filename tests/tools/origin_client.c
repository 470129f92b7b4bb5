// SPDX-License-Identifier: BSD-2-Clause
/*
 * origin_client: requests to origins, as a proxy makes them, one connection after the other,
 * faster than curl. The answer is whole if Content-Length says so, the chunk of 0 comes, or the
 * connection ends as it should where neither is given.
 *
 *	origin_client [OPTION...] ADDR:PORT...
 *	origin_client [OPTION...] -		lines of ADDR:PORT
 *
 * Prints how many connections went well, and how many did not; of sessions that were resumed.
 */
#include <netinet/tcp.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/options.h"
#include "listener.h"

#define ANSWER_MAX (256 * 1024)

struct client {
	const char *tls, *ciphers, *groups, *path, *name, *go;
	bool plain, resume, closed, verbose, bare;
	unsigned int count, requests;
	uint64_t pause_ns, hold_ns, timeout_ns;
	SSL_CTX *context;
	SSL_SESSION *session;
	unsigned long good, bad, resumed;
};

struct connection {
	int fd;
	SSL *ssl;
	const char *wrong;
};

static void pause_for(uint64_t ns)
{
	if (ns)
		nanosleep(&(struct timespec){ ns / 1000000000, ns % 1000000000 }, NULL);
}

static ssize_t take(struct connection *to, void *bytes, size_t length)
{
	return to->ssl ? SSL_read(to->ssl, bytes, length) : read(to->fd, bytes, length);
}

static ssize_t give(struct connection *to, const void *bytes, size_t length)
{
	return to->ssl ? SSL_write(to->ssl, bytes, length) : write(to->fd, bytes, length);
}

/* Bytes of the whole answer by its head, or 0 while that cannot be told. */
static size_t whole_length(const char *answer, size_t length)
{
	const char *end = strstr(answer, "\r\n\r\n"), *header;

	if (!end)
		return 0;
	header = strcasestr(answer, "\r\ncontent-length:");
	if (header && header < end)
		return end + 4 - answer + strtoul(header + 17, NULL, 10);
	header = strcasestr(answer, "\r\ntransfer-encoding: chunked");
	if (header && header < end)
		return length > 5 && !memcmp(answer + length - 5, "0\r\n\r\n", 5) ? length : 0;
	return 0;
}

/* An answer without a length ends with its connection, which must end as it should. */
static bool ends_whole(const struct connection *to, const char *answer, ssize_t part)
{
	if (!strstr(answer, "\r\n\r\n") || strcasestr(answer, "\r\ncontent-length:") ||
	    strcasestr(answer, "\r\ntransfer-encoding:"))
		return false;
	return to->ssl ? SSL_get_error(to->ssl, part) == SSL_ERROR_ZERO_RETURN : !part;
}

static void request(const struct client *client, struct connection *to, bool last)
{
	static char answer[ANSWER_MAX];
	char text[512];
	int size = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n",
			    client->path, client->name, last ? "Connection: close\r\n" : "");
	size_t length = 0, whole = 0;

	answer[0] = 0;

	if (give(to, text, size) != size)
		to->wrong = "cannot write";
	while (!to->wrong && (!whole || length < whole)) {
		ssize_t part = take(to, answer + length, sizeof(answer) - 1 - length);

		if (part <= 0) {
			if (!ends_whole(to, answer, part))
				to->wrong = length ? "answer cut" : "no answer";
			break;
		}
		length += part;
		answer[length] = '\0';
		whole = whole_length(answer, length);
		if (length == sizeof(answer) - 1)
			to->wrong = "answer too long";
	}
	if (!to->wrong && (memcmp(answer, "HTTP/1.", 7) || memcmp(answer + 8, " 200 ", 5)))
		to->wrong = "not 200";
}

static void shake_hands(struct client *client, struct connection *to)
{
	to->ssl = SSL_new(client->context);
	must(to->ssl && SSL_set_fd(to->ssl, to->fd) == 1 &&
	     SSL_set_tlsext_host_name(to->ssl, client->name) == 1, "SSL_new");
	if (client->session)
		must(SSL_set_session(to->ssl, client->session) == 1, "SSL_set_session");
	if (SSL_connect(to->ssl) != 1)
		to->wrong = "handshake";
	else
		client->resumed += SSL_session_reused(to->ssl);
}

/* A session is kept for the next connection; OpenSSL forgets it if the shutdown is missing. */
static void close_down(struct client *client, struct connection *to)
{
	char byte;

	pause_for(client->hold_ns);
	if (to->ssl && client->resume && !to->wrong) {
		SSL_SESSION_free(client->session);
		client->session = SSL_get1_session(to->ssl);
	}
	/* The origin's end is waited for, so that either may be the first. */
	if (client->closed && !to->wrong)
		while (take(to, &byte, 1) > 0)
			;
	if (to->ssl && !to->wrong)
		SSL_shutdown(to->ssl);
	SSL_free(to->ssl);
	close(to->fd);
}

/* Says that the handshake is done, and waits for a file to appear. */
static void wait_to_ask(const struct client *client, const struct connection *to)
{
	if (!client->go || to->wrong)
		return;
	puts("ready");
	fflush(stdout);
	while (access(client->go, F_OK))
		pause_for(10000000);
}

static void connect_to(struct client *client, const char *word)
{
	struct timeval timeout = { client->timeout_ns / 1000000000,
				   client->timeout_ns / 1000 % 1000000 };
	struct steer_rule at = {};
	struct sockaddr_in6 room;
	struct connection to = {};
	socklen_t length;

	errno = EINVAL;
	must(!steer_rule_parse_listener(word, &at), word);
	length = listener_address(&at, &room);
	to.fd = socket(at.listener.family, SOCK_STREAM, 0);
	must(to.fd >= 0, "socket");
	setsockopt(to.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(to.fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	/* As proxies do: the end of a handshake and the request follow each other. */
	setsockopt(to.fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	if (connect(to.fd, (struct sockaddr *)&room, length))
		to.wrong = "connect";
	pause_for(client->pause_ns);
	if (!to.wrong && !client->plain)
		shake_hands(client, &to);
	wait_to_ask(client, &to);
	for (unsigned int i = 0; i < client->requests && !to.wrong && !client->bare; i++)
		request(client, &to, i + 1 == client->requests && client->closed);
	if (to.wrong && client->verbose)
		fprintf(stderr, "%s: %s: %s\n", word, to.wrong, strerror(errno));
	client->good += !to.wrong;
	client->bad += !!to.wrong;
	close_down(client, &to);
}

static int version_of(const char *word)
{
	return !strcmp(word, "1.2") ? TLS1_2_VERSION : !strcmp(word, "1.3") ? TLS1_3_VERSION : 0;
}

static void make_context(struct client *client)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	int version = version_of(client->tls);

	must(context, "SSL_CTX_new");
	errno = EINVAL;
	must(!version || (SSL_CTX_set_min_proto_version(context, version) == 1 &&
			  SSL_CTX_set_max_proto_version(context, version) == 1), "--tls");
	must(!client->ciphers || SSL_CTX_set_cipher_list(context, client->ciphers) == 1,
	     "--ciphers");
	must(!client->groups || SSL_CTX_set1_groups_list(context, client->groups) == 1, "--groups");
	client->context = context;
}

static void read_lines(struct client *client)
{
	char line[128];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		connect_to(client, line);
	}
}

int main(int argc, char **argv)
{
	static struct client client = { .tls = "any", .path = "/", .name = "origin.test",
					.count = 1, .requests = 1, .timeout_ns = 10000000000 };
	const struct option_row rows[] = {
		{ "plain", 0, OPTION_FLAG, &client.plain, NULL, "without TLS", 0 },
		{ "tls", 0, OPTION_TEXT, &client.tls, "VERSION", "1.2 or 1.3 alone", 0 },
		{ "ciphers", 0, OPTION_TEXT, &client.ciphers, "LIST", "for TLS 1.2", 0 },
		{ "groups", 0, OPTION_TEXT, &client.groups, "LIST", "for the key exchange", 0 },
		{ "name", 0, OPTION_TEXT, &client.name, "HOST", "(origin.test)", 0 },
		{ "path", 0, OPTION_TEXT, &client.path, "PATH", "(/)", 0 },
		{ "count", 0, OPTION_COUNT, &client.count, "N", "connections to each (1)", 0 },
		{ "requests", 0, OPTION_COUNT, &client.requests, "N", "a connection (1)", 0 },
		{ "bare", 0, OPTION_FLAG, &client.bare, NULL, "no request at all", 0 },
		{ "resume", 0, OPTION_FLAG, &client.resume, NULL, "the last session", 0 },
		{ "closed", 0, OPTION_FLAG, &client.closed, NULL, "the origin is to end", 0 },
		{ "pause", 0, OPTION_DURATION, &client.pause_ns, "DURATION",
		  "between TCP's handshake and TLS's", 0 },
		{ "go", 0, OPTION_TEXT, &client.go, "FILE", "say ready, and ask once it is there",
		  0 },
		{ "hold", 0, OPTION_DURATION, &client.hold_ns, "DURATION", "before the end", 0 },
		{ "timeout", 0, OPTION_DURATION, &client.timeout_ns, "DURATION", "(10s)", 0 },
		{ "verbose", 'v', OPTION_FLAG, &client.verbose, NULL, "say what is wrong", 0 },
	};
	int count = options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), NULL);

	if (count < 1) {
		fprintf(stderr, "usage: origin_client [OPTION...] ADDR:PORT...|-\n");
		options_help(rows, sizeof(rows) / sizeof(*rows));
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!client.plain)
		make_context(&client);
	if (!strcmp(argv[1], "-"))
		read_lines(&client);
	for (int i = 1; i <= count && strcmp(argv[i], "-"); i++)
		for (unsigned int n = 0; n < client.count; n++)
			connect_to(&client, argv[i]);
	printf("good=%lu bad=%lu resumed=%lu\n", client.good, client.bad, client.resumed);
	SSL_SESSION_free(client.session);
	SSL_CTX_free(client.context);
	return client.bad ? 1 : 0;
}
