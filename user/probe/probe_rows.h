/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_rows.h - what is asked of an origin, a row for each version and family of key exchange and
 * cipher, and what follows of each connection: which rows are taken, and which is asked next.
 * Pure: the child decides by it, and the parent holds what the child says against it. Silent.
 */
#ifndef PROBE_PROBE_ROWS_H
#define PROBE_PROBE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#define PROBE_CONNECTIONS 12    /* to one origin, at most */

enum probe_ask {
	PROBE_ASK_OFFER,        /* all that the node offers, and ALPN */
	PROBE_ASK_13_AES128,    /* TLS 1.3 by its suites ... */
	PROBE_ASK_13_AES256,
	PROBE_ASK_13_CHACHA20,
	PROBE_ASK_13_X25519,    /* ... and by its groups */
	PROBE_ASK_13_P256,
	PROBE_ASK_13_P384,
	PROBE_ASK_12_ECDSA,     /* TLS 1.2: ECDHE with AES-GCM and a certificate of ECDSA ... */
	PROBE_ASK_12_RSA,       /* ... or of RSA */
	PROBE_ASK_12_CHACHA20,  /* ECDHE */
	PROBE_ASK_12_CBC,       /* ECDHE */
	PROBE_ASK_12_KEY_RSA,   /* key exchange by RSA */
	PROBE_ASK_11,
	PROBE_ASK_10,
	PROBE_ROWS,             /* those above are what readers are shown */
	PROBE_ASK_13 = PROBE_ROWS, /* all of 1.3 at once */
	PROBE_ASK_OLD,          /* 1.0 and 1.1 */
	PROBE_ASKS,
};

/* How a connection went. */
enum probe_outcome {
	PROBE_TAKEN,            /* the handshake is complete */
	PROBE_CERTIFICATE_WANTED, /* ended by the origin, for want of a client's certificate */
	PROBE_ALERT,            /* by the origin */
	PROBE_REJECTED,         /* by this end: OpenSSL's reason says why */
	PROBE_CLOSED,
	PROBE_RESET,
	PROBE_NOT_TLS,          /* the first bytes are no record of TLS */
	PROBE_SILENT,           /* connected, and no answer in time */
	PROBE_REFUSED,
	PROBE_UNREACHABLE,      /* or no route, or no socket: the errno says */
	PROBE_NO_ANSWER,        /* to the SYN, in time */
	PROBE_OUTCOMES,
};

#define PROBE_ALERT_NONE 255
#define PROBE_FIRST_SIZE 32     /* bytes of what is no TLS */
#define PROBE_REASON_SIZE 96

enum probe_alpn { PROBE_ALPN_NONE, PROBE_ALPN_HTTP1, PROBE_ALPN_H2, PROBE_ALPNS };

struct probe_step {
	uint8_t ask;            /* enum probe_ask */
	uint8_t outcome;        /* enum probe_outcome */
	uint8_t alert;          /* of the origin; PROBE_ALERT_NONE */
	uint8_t own_alert;      /* of this end; PROBE_ALERT_NONE */
	uint8_t family;         /* the row of the suite that was chosen; 0: it has none */
	uint8_t group_row;      /* of the group, in 1.3; 0: it has none */
	uint8_t wants;          /* 1: a client's certificate was asked for */
	uint8_t alpn;           /* enum probe_alpn that was chosen */
	uint16_t version;       /* chosen: 0x0303 is 1.2; 0: none */
	uint16_t suite;         /* its number; 0: none */
	uint32_t error;         /* errno of the socket; 0: none */
	uint32_t ms;            /* that it took */
	uint32_t first_size;    /* of what is no TLS */
	uint8_t first[PROBE_FIRST_SIZE];
	uint8_t certificate[8]; /* the first bytes of its SHA-256; zeros: none was seen */
	char reason[PROBE_REASON_SIZE]; /* OpenSSL's, with PROBE_REJECTED */
};

enum probe_state {
	PROBE_UNASKED,
	PROBE_YES,              /* taken */
	PROBE_NO,
	PROBE_UNTOLD,           /* asked, and there was no connection to tell by */
};

struct probe_row {
	uint8_t state;          /* enum probe_state */
	uint8_t step;           /* index of the connection that tells, unless it is UNASKED */
};

enum probe_stop {
	PROBE_GOES_ON,
	PROBE_STOP_NOTHING,     /* the first two connections got nothing that tells */
	PROBE_STOP_LOST,        /* three in a row got nothing, later */
};

/* Starts as all zeros, but for whole_13. */
struct probe_rows {
	struct probe_row row[PROBE_ASKS];
	unsigned int connections;
	unsigned int futile;    /* the last ones, in a row */
	enum probe_stop stop;
	bool whole_13;          /* the node's offer has all of 1.3 that rows are about */
};

/* Whether a connection has the parameters agreed, which is what a row is about. */
bool probe_rows_agreed(const struct probe_step *step);

/* Takes a connection into account; it is the one of rows->connections, which grows. */
void probe_rows_add(struct probe_rows *rows, const struct probe_step *step);

/* The next enum probe_ask; -1: enough was asked. */
int probe_rows_next(const struct probe_rows *rows);

/* A row's version of TLS, as 0x0303; 0: PROBE_ASK_OFFER has none. Its family, in words. */
uint16_t probe_rows_version(enum probe_ask ask);
const char *probe_rows_family(enum probe_ask ask);

/* One word for an outcome, as the observer has for a cause: "alert_by_origin". */
const char *probe_rows_outcome(enum probe_outcome outcome);

#endif
