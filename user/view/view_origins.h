/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_origins.h - one read of the origin observer: each origin with what was counted of it, by
 * packets and by proxies, and the last failures.
 */
#ifndef VIEW_VIEW_ORIGINS_H
#define VIEW_VIEW_ORIGINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "ecdn-xdp-maps.h"
#include "origin/origin_address.h"

struct view_origin {
	uint32_t row;           /* 0: origins that have no row of their own */
	bool has_row;           /* false: named, and never connected to */
	struct ecdn_xdp_origin_key key;
	char name[ECDN_XDP_ORIGIN_NAME_SIZE]; /* as named, else the SNI that was last seen; empty */
	char host[ECDN_XDP_ORIGIN_NAME_SIZE]; /* what a probe asks for; empty: not known */
	bool named;
	struct ecdn_xdp_origin_stats stats;
	struct ecdn_xdp_origin_spans spans;
	struct ecdn_xdp_origin_requests said; /* of all stripes */
};

struct view_origins {
	bool loaded;            /* else all that follows is empty */
	bool content;           /* TLS and HTTP are read, too */
	uint64_t since_ns;      /* when the observer was first loaded */
	uint32_t netns;         /* that is watched; 0: all */
	struct ecdn_xdp_origin_head head;
	struct view_origin *at; /* row 0 first, then by row; named ones without a row last */
	unsigned int count;
	struct clock_moment moment; /* of the read */
};

/* Failures of a window of time. */
struct view_origin_window {
	uint64_t ended;
	uint64_t network, handshake, abnormal, response; /* as in struct ecdn_xdp_origin_span */
};

/* 0 or a negative errno, logged. Where no observer is loaded that is no error. To be freed with
 * view_origins_free(), after an error too. */
int view_origins_read(struct view_origins *view, const char *pin_dir);
void view_origins_free(struct view_origins *view);

/* Logs that no observer is loaded, and how to load one. Returns -ENOENT. */
int view_origins_missing(const char *pin_dir);

/* Sums the span of this moment and those that began in the last since_ns, up to
 * VIEW_ORIGINS_WINDOW_NS of them. */
#define VIEW_ORIGINS_WINDOW_NS (120 * NS_PER_SECOND)
void view_origins_window(const struct view_origin *origin, uint64_t now_ns, uint64_t since_ns,
			 struct view_origin_window *window);

static inline uint64_t view_origins_failed(const struct view_origin_window *window)
{
	return window->network + window->handshake + window->abnormal + window->response;
}

/* The code of a cause: 538, 564, 522; 0: it is no failure of an origin. The second form sums what
 * was counted of a code's causes. */
unsigned int view_origins_code(uint32_t cause);
uint64_t view_origins_sum(const struct ecdn_xdp_origin_stats *stats, unsigned int code);

/* Whether an origin's statuses are those that proxies have counted: unless packets tell of more. */
bool view_origins_by_proxy(const struct view_origin *origin);

/* One word for a cause, as "no_close_notify"; of a side, a phase ("client_hello"), an alert
 * ("protocol_version"; NULL: the number has no name), a version of TLS ("1.2"; NULL). */
const char *view_origins_cause(uint32_t cause);
const char *view_origins_side(uint32_t side);
const char *view_origins_phase(uint32_t phase);
const char *view_origins_alert(uint32_t alert);
const char *view_origins_version(uint32_t version);

/* IANA's name of a cipher suite of TLS; NULL: of one that is rare. */
const char *view_origins_cipher(uint32_t suite);

/* Writes "203.0.113.7:443" or "[2001:db8::7]:443", the address alone for port 0, "--" for no
 * origin; returns text. */
#define VIEW_ORIGINS_TEXT_SIZE ORIGIN_ADDRESS_TEXT_SIZE
char *view_origins_format(const struct ecdn_xdp_origin_key *key,
			  char text[VIEW_ORIGINS_TEXT_SIZE]);

/* Whether a text may be a host name: letters, digits, '-', '_' and dots, at least one of these
 * between others, and no address. */
bool view_origins_is_host(const char *text);

/* Failures, newest first, of the origin that has a row now or of all (row ~0), no more than `most`.
 * The caller frees *at. 0 or a negative errno, logged: -EACCES to the group of --stats-group, as
 * each tells what host name was asked for, and when. */
int view_origins_failures(const char *pin_dir, uint32_t row, unsigned int most,
			  struct ecdn_xdp_origin_failure **at, unsigned int *count);

/* What a word may mean: "ADDR", "ADDR:PORT", "[ADDR]:PORT", or a name. */
struct view_origins_word {
	struct ecdn_xdp_origin_key key; /* family 0: it is a name; port 0: of any port */
	const char *name;       /* the word itself */
};

/* 0, or -EINVAL, logged, if the word can be none. */
int view_origins_word(const char *text, struct view_origins_word *word);

/* Whether a word means an origin: by its address, by the operator's name, or in upper or lower case
 * by the host name that was asked for. */
bool view_origins_means(const struct view_origins_word *word,
			const struct ecdn_xdp_origin_key *key, const char *name, const char *sni);

/* Finds the origins that a word means. Calls found() for each; the result is their number, or
 * a negative errno, logged, if the word can be none. */
int view_origins_find(const struct view_origins *view, const char *word,
		      void (*found)(const struct view_origin *origin, void *context),
		      void *context);

#endif
