/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding.h - what `diagnose` finds wrong, in words: one row of the platform's table, with what was
 * seen here. A finding says nothing that was not seen; what cannot be told is said to be so.
 */
#ifndef DIAGNOSE_FINDING_H
#define DIAGNOSE_FINDING_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/words.h"

/* How bad it is: the worst comes first. */
enum finding_grade {
	FINDING_NOTE,           /* worth knowing, and no fault */
	FINDING_SOME,           /* some users or requests fail */
	FINDING_MANY,           /* most of an object's fail */
	FINDING_ALL,            /* this node's own fault, or all fail */
};

struct finding {
	const char *row;        /* of the platform's table: "513", "529", "538", "564", "522",
				   "404", "other" or "xff"; a literal */
	enum finding_grade grade;
	uint64_t count;         /* users, requests or connections that it hits; sorts within a
				   grade */
	const char *cause;      /* one word for programs, as "node_egress"; a literal */
	char object[128];       /* the region, address or origin; empty: this node */
	char seen[512];         /* what was seen, with numbers */
	char published[256];    /* the published cause that fits */
	char remedy[512];       /* the published remedy */
	char command[512];      /* the command or setting that carries it out here; empty: none */
	char unknown[512];      /* what could not be told; empty: nothing */
	json_t *details;        /* an object of numbers and names for programs, owned; or NULL */
};

struct findings {
	struct finding *at;     /* owned */
	unsigned int count;
};

/* Appends a finding of zeros: NULL, logged, without memory. It is valid until the next one. */
struct finding *findings_add(struct findings *findings);

/* Worst first: by grade, then by count; those that are alike in both stay in their order. */
void findings_sort(struct findings *findings);

/* How many of them are faults: those that are no notes. */
unsigned int findings_wrong(const struct findings *findings);

/* Takes out the notes. */
void findings_drop_notes(struct findings *findings);
void findings_free(struct findings *findings);

/* "note", "some", "many", "all". */
const char *finding_grade_name(enum finding_grade grade);

/* Appends words to those in a member of a finding, or in another array; what has no room is cut. */
#define FINDING_SAY(room, ...) words_append((room), sizeof(room), __VA_ARGS__)

/* Sets a number or a word of the details, whose object this makes. Without memory it is left out,
 * silently. */
void finding_number(struct finding *finding, const char *key, uint64_t number);
void finding_word(struct finding *finding, const char *key, const char *word);

/* The same of any value, which is taken over. */
void finding_value(struct finding *finding, const char *key, json_t *value);

#endif
