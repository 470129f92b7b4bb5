/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_users.h - a sample of the users that had something in common: those whose hash, which nobody
 * outside can choose, is below a bound. The bound is halved when the sample is full (adaptive
 * sampling; Flajolet, 1990), so that each user is as likely to be in it as any other, however many
 * records he sends. Nothing is logged.
 */
#ifndef XFF_XFF_USERS_H
#define XFF_XFF_USERS_H

#include <stdint.h>

/* What a record shows of its user. Those before NODE_ALONE had a direct visit. */
enum xff_class {
	XFF_CLASS_RIGHT,        /* the header has the address of the direct visit */
	XFF_CLASS_PROXY,        /* a hop behind the first has it: the user's side wrote the first */
	XFF_CLASS_NODE,         /* the address is an intermediate node's, or shared by regions */
	XFF_CLASS_STRANGE,      /* it is another one */
	XFF_CLASS_NODE_ALONE,   /* it is a node's, and there is no direct visit to compare with */
	XFF_CLASS_UNTOLD,       /* no direct visit to compare with, or one of the other family */
	XFF_CLASSES,
};

enum xff_scheme {
	XFF_PLAIN,
	XFF_TLS,
	XFF_SCHEMES,
};

#define XFF_USERS_MAX 256
#define XFF_USERS_SLOTS (2 * XFF_USERS_MAX)

struct xff_user {
	uint32_t key;           /* 0: a free slot */
	uint8_t records[XFF_SCHEMES][XFF_CLASSES]; /* in proportion: halved when one is full */
};

/* Starts as all zeros. */
struct xff_users {
	struct xff_user *slot;  /* owned */
	uint32_t slots;         /* a power of two */
	uint32_t count;
	uint32_t halved;        /* how often the bound was; each user stands for 2^halved */
};

/* Counts a record of a user. 0, or -ENOMEM, silent. */
int xff_users_count(struct xff_users *users, uint64_t hash, enum xff_scheme scheme,
		    enum xff_class class);
void xff_users_free(struct xff_users *users);

#endif
