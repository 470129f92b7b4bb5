/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_wire.h - what the child says to its parent: records of one size through a pipe, and the
 * result that the parent makes of them. The child has read what an origin sent, so its records are
 * read as if that origin had written them: each member is checked, and text is escaped
 * (base/escape.h). Byte order is the host's, as both are the same program.
 */
#ifndef PROBE_PROBE_WIRE_H
#define PROBE_PROBE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/probe_rows.h"

#define PROBE_WIRE_SIZE 4096    /* of a record: a pipe takes that much at once */
#define PROBE_WIRE_MAGIC 0x45505242U
#define PROBE_WIRE_VERSION 1

#define PROBE_TEXT_SIZE 256
#define PROBE_NAME_SIZE 128
#define PROBE_NAMES 16          /* that a certificate has and are kept */
#define PROBE_WANTED_NAMES 8
#define PROBE_CHAINS 2          /* certificates that an origin may have: of RSA and ECDSA */

enum probe_wire_type {
	PROBE_WIRE_BEGIN = 1,
	PROBE_WIRE_STEP,
	PROBE_WIRE_CHAIN,       /* after the step that saw it */
	PROBE_WIRE_WANTED,      /* the same */
	PROBE_WIRE_FAULT,       /* the last one, in place of an end */
	PROBE_WIRE_END,
};

struct probe_begin {
	uint32_t mark_error;    /* errno with which the mark was refused; 0: sockets have it */
	uint32_t authorities;   /* certificates of CAs that this host trusts */
};

enum probe_match { PROBE_MATCH_NOT_ASKED, PROBE_MATCH_YES, PROBE_MATCH_NO, PROBE_MATCHES };

/* What is wrong with a chain, as bits; several may be. */
enum probe_wrong {
	PROBE_WRONG_EXPIRED = 1 << 0, /* the origin's own certificate, as the next two */
	PROBE_WRONG_EARLY = 1 << 1, /* it is not valid yet */
	PROBE_WRONG_SELF_SIGNED = 1 << 2,
	PROBE_WRONG_ISSUER = 1 << 3, /* none of the CAs has signed the last one that was sent */
	PROBE_WRONG_ROOT = 1 << 4, /* it ends in a root that is none of them */
	PROBE_WRONG_ABOVE = 1 << 5, /* a certificate above has expired or is not valid yet */
	PROBE_WRONG_WEAK = 1 << 6, /* a key or signature that the security level refuses */
	PROBE_WRONG_OTHER = 1 << 7, /* the first such error is the one of `error` */
	PROBE_WRONGS = 1 << 8,
};

/* A certificate of the origin, and the chain that it sent with it. */
struct probe_chain {
	uint8_t certificate[8]; /* as in the steps that saw it */
	int64_t not_before;     /* seconds since the epoch */
	int64_t not_after;
	int64_t above_not_after; /* the earliest of the certificates above; 0: none was sent */
	uint32_t wrong;         /* enum probe_wrong; 0: it verifies */
	uint32_t error;         /* X509_V_ERR_... of PROBE_WRONG_OTHER; 0 */
	uint32_t self_signed;   /* 1: by its own key, whether or not that is trusted */
	uint32_t sent;          /* certificates, this one among them */
	uint32_t match;         /* enum probe_match of the name that was asked for */
	uint32_t names;         /* that it has; the first PROBE_NAMES are in `name` */
	uint32_t bits;          /* of its key */
	char key[32];           /* "RSA" */
	char subject[PROBE_TEXT_SIZE]; /* as RFC 2253 has it; cut, as the other texts */
	char issuer[PROBE_TEXT_SIZE];
	char name[PROBE_NAMES][PROBE_NAME_SIZE];
};

/* The CAs whose clients the origin takes. */
struct probe_wanted {
	uint32_t names;         /* that it named */
	char name[PROBE_WANTED_NAMES][PROBE_TEXT_SIZE];
};

struct probe_fault {
	char text[PROBE_TEXT_SIZE];
};

struct probe_wire {
	uint32_t magic;
	uint16_t version;
	uint16_t type;          /* enum probe_wire_type */
	union {
		struct probe_begin begin;
		struct probe_step step;
		struct probe_chain chain;
		struct probe_wanted wanted;
		struct probe_fault fault;
		uint8_t fill[PROBE_WIRE_SIZE - 8];
	};
};

_Static_assert(sizeof(struct probe_wire) == PROBE_WIRE_SIZE, "a record has one size");

/* Starts as all zeros, but for rows.whole_13. */
struct probe_result {
	bool begun, ended;      /* the child has done what it was started for */
	struct probe_begin begin;
	struct probe_rows rows;
	struct probe_step step[PROBE_CONNECTIONS]; /* the first rows.connections of them */
	struct probe_chain chain[PROBE_CHAINS];
	unsigned int chains;
	struct probe_wanted wanted;
	bool has_wanted;
	char fault[PROBE_TEXT_SIZE]; /* why there is no more; empty: there is no reason */
};

/* Takes a record. 0; -EBADMSG, with the result as it was, for one that no honest child writes now:
 * a member without sense, or out of turn. Silent. */
int probe_wire_take(const uint8_t bytes[PROBE_WIRE_SIZE], struct probe_result *result);

#endif
