// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_hand.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "probe/probe_offer.h"

#define AFTER_NS NS_PER_SECOND  /* to hear that a client's certificate is missed */
#define NS_PER_MS 1000000ULL

static bool wait_for(struct probe_hand *hand, short events)
{
	struct pollfd fd = { hand->socket, events, 0 };
	uint64_t now_ns = clock_monotonic_ns();
	int ready;

	while (now_ns < hand->until_ns) {
		ready = poll(&fd, 1, (hand->until_ns - now_ns) / NS_PER_MS + 1);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
		now_ns = clock_monotonic_ns();
	}
	return false;
}

static int make_address(const struct probe_target *target, struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;
	uint8_t bytes[16];

	memset(to, 0, sizeof(*to));
	address_to_bytes(&target->address, bytes);
	to->ss_family = target->address.family;
	if (to->ss_family == AF_INET) {
		memcpy(&v4->sin_addr, bytes, sizeof(v4->sin_addr));
		v4->sin_port = htons(target->port);
		return sizeof(*v4);
	}
	memcpy(&v6->sin6_addr, bytes, sizeof(v6->sin6_addr));
	v6->sin6_port = htons(target->port);
	return sizeof(*v6);
}

static enum probe_outcome outcome_of(int error)
{
	return error == ECONNREFUSED ? PROBE_REFUSED : error == ETIMEDOUT ? PROBE_NO_ANSWER :
	       PROBE_UNREACHABLE;
}

/* False, with the outcome, if there is no connection. */
static bool connect_socket(struct probe_hand *hand, const struct probe_target *target)
{
	struct sockaddr_storage to;
	socklen_t size = make_address(target, &to);
	int error = connect(hand->socket, (struct sockaddr *)&to, size) ? errno : 0;

	if (error == EINPROGRESS) {
		if (!wait_for(hand, POLLOUT)) {
			hand->step.outcome = PROBE_NO_ANSWER;
			return false;
		}
		size = sizeof(error);
		if (getsockopt(hand->socket, SOL_SOCKET, SO_ERROR, &error, &size))
			error = errno;
	}
	hand->step.error = error;
	hand->step.outcome = error ? outcome_of(error) : PROBE_SILENT;
	return !error;
}

static void on_alert(const SSL *ssl, int where, int value)
{
	struct probe_hand *hand = SSL_get_app_data(ssl);

	/* The upper byte is the level; a warning may be anything but the end. */
	if (where == SSL_CB_READ_ALERT && (value >> 8 == SSL3_AL_FATAL ||
					   hand->step.alert == PROBE_ALERT_NONE))
		hand->step.alert = value & 0xff;
	else if (where == SSL_CB_WRITE_ALERT && value >> 8 == SSL3_AL_FATAL)
		hand->step.own_alert = value & 0xff;
}

static void on_message(int sent, int version, int type, const void *bytes, size_t length,
		       SSL *ssl, void *context)
{
	struct probe_hand *hand = context;
	uint8_t message = length ? *(const uint8_t *)bytes : 0;

	(void)version;
	(void)ssl;
	if (sent || type != SSL3_RT_HANDSHAKE)
		return;
	hand->answered |= message == SSL3_MT_SERVER_HELLO;
	hand->ticket |= message == SSL3_MT_NEWSESSION_TICKET;
	hand->step.wants |= message == SSL3_MT_CERTIFICATE_REQUEST;
}

/* Records of TLS begin with a type from 20 to 24, and with 3 for the version. */
static void look_at_first(struct probe_hand *hand)
{
	ssize_t got = recv(hand->socket, hand->step.first, PROBE_FIRST_SIZE, MSG_PEEK);

	hand->looked = got > 0;
	/* It is told once, and OpenSSL would take it for a plain end. */
	if (got < 0 && errno != EAGAIN)
		hand->error = errno;
	if (got <= 0)
		return;
	if (hand->step.first[0] >= 20 && hand->step.first[0] <= 24 &&
	    (got == 1 || hand->step.first[1] == 3))
		memset(hand->step.first, 0, PROBE_FIRST_SIZE);
	else
		hand->step.first_size = got;
}

/* Called before OpenSSL reads: what it has read of no TLS, it does not give back. */
static long before_read(BIO *bio, int what, const char *bytes, size_t length, int argument,
			long number, int done, size_t *processed)
{
	struct probe_hand *hand = (void *)BIO_get_callback_arg(bio);

	(void)bytes;
	(void)length;
	(void)argument;
	(void)number;
	(void)processed;
	if (what == BIO_CB_READ && !hand->looked)
		look_at_first(hand);
	return done;
}

static bool ended_by_origin(int how)
{
	return how == SSL_ERROR_ZERO_RETURN || how == SSL_ERROR_SYSCALL ||
	       ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

static enum probe_outcome outcome_of_end(struct probe_hand *hand, int how, int error)
{
	const char *reason;

	error = hand->error ?: how == SSL_ERROR_SYSCALL ? error : 0;
	if (hand->step.first_size)
		return PROBE_NOT_TLS;
	if (hand->step.wants && (hand->step.alert != PROBE_ALERT_NONE || ended_by_origin(how)))
		return PROBE_CERTIFICATE_WANTED;
	if (hand->step.own_alert == PROBE_ALERT_NONE && hand->step.alert != PROBE_ALERT_NONE)
		return PROBE_ALERT;
	if (error && error != EPIPE) {
		hand->step.error = error;
		return error == ETIMEDOUT ? PROBE_SILENT : PROBE_RESET;
	}
	if (ended_by_origin(how))
		return PROBE_CLOSED;
	reason = ERR_reason_error_string(ERR_peek_error());
	snprintf(hand->step.reason, sizeof(hand->step.reason), "%s", reason ?: "");
	return PROBE_REJECTED;
}

/* Calls a function of OpenSSL until it is done, or fails with the outcome. */
static bool until_done(struct probe_hand *hand, int (*call)(SSL *ssl))
{
	for (;;) {
		int done, how, error;

		ERR_clear_error();
		errno = 0;
		done = call(hand->ssl);
		error = errno;
		if (done > 0)
			return true;
		how = SSL_get_error(hand->ssl, done);
		if (how != SSL_ERROR_WANT_READ && how != SSL_ERROR_WANT_WRITE) {
			hand->step.outcome = outcome_of_end(hand, how, error);
			return false;
		}
		if (!wait_for(hand, how == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) {
			hand->step.outcome = PROBE_SILENT;
			return false;
		}
	}
}

static int read_byte(SSL *ssl)
{
	struct probe_hand *hand = SSL_get_app_data(ssl);
	char byte;
	int done = SSL_read(ssl, &byte, 1);

	return done <= 0 && hand->ticket ? 1 : done;
}

/* In 1.3 the client is done before the origin has looked at its certificate. What comes next tells
 * whether the origin goes on without one; an origin that says nothing does, as far as it tells. */
static void hear_the_end(struct probe_hand *hand)
{
	uint64_t until_ns = clock_monotonic_ns() + AFTER_NS;

	if (until_ns < hand->until_ns)
		hand->until_ns = until_ns;
	if (until_done(hand, read_byte) || hand->step.outcome == PROBE_SILENT)
		hand->step.outcome = PROBE_TAKEN;
}

static void note_chosen(struct probe_hand *hand)
{
	const SSL_CIPHER *suite = SSL_get_current_cipher(hand->ssl) ?:
				  SSL_get_pending_cipher(hand->ssl);
	const unsigned char *protocol;
	unsigned int length;

	if (!hand->answered)
		return;
	hand->step.version = SSL_version(hand->ssl);
	if (suite) {
		hand->step.suite = SSL_CIPHER_get_protocol_id(suite);
		hand->step.family = probe_offer_suite_row(suite);
	}
	if (hand->step.version == TLS1_3_VERSION)
		hand->step.group_row =
			probe_offer_group_row(SSL_get_negotiated_group(hand->ssl));
	SSL_get0_alpn_selected(hand->ssl, &protocol, &length);
	hand->step.alpn = length == 2 && !memcmp(protocol, "h2", 2) ? PROBE_ALPN_H2 :
			  length == 8 && !memcmp(protocol, "http/1.1", 8) ? PROBE_ALPN_HTTP1 :
			  PROBE_ALPN_NONE;
}

static bool begin(struct probe_hand *hand, const struct probe_target *target, SSL_CTX *context)
{
	hand->ssl = SSL_new(context);
	if (!hand->ssl || !SSL_set_fd(hand->ssl, hand->socket) ||
	    (*target->host && !SSL_set_tlsext_host_name(hand->ssl, target->host))) {
		hand->step.outcome = PROBE_REJECTED;
		snprintf(hand->step.reason, sizeof(hand->step.reason), "out of memory");
		return false;
	}
	SSL_set_app_data(hand->ssl, hand);
	SSL_set_info_callback(hand->ssl, on_alert);
	SSL_set_msg_callback(hand->ssl, on_message);
	SSL_set_msg_callback_arg(hand->ssl, hand);
	BIO_set_callback_ex(SSL_get_rbio(hand->ssl), before_read);
	BIO_set_callback_arg(SSL_get_rbio(hand->ssl), (char *)hand);
	return true;
}

void probe_hand_shake(struct probe_hand *hand, int socket, const struct probe_target *target,
		      SSL_CTX *context)
{
	uint64_t start_ns = clock_monotonic_ns();

	hand->socket = socket;
	hand->until_ns = start_ns + PROBE_HAND_NS;
	hand->step.alert = PROBE_ALERT_NONE;
	hand->step.own_alert = PROBE_ALERT_NONE;
	if (connect_socket(hand, target) && begin(hand, target, context)) {
		if (until_done(hand, SSL_connect)) {
			hand->step.outcome = PROBE_TAKEN;
			note_chosen(hand);
			if (hand->step.wants && hand->step.version == TLS1_3_VERSION)
				hear_the_end(hand);
		} else {
			note_chosen(hand);
		}
	}
	hand->step.ms = (clock_monotonic_ns() - start_ns) / NS_PER_MS;
}
