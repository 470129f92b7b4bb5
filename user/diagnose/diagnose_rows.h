/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose_rows.h - the rows of the platform's table of what users see, each with a function that
 * finds what may be the cause of it here. A row is a file, diagnose_CODE.c.
 */
#ifndef DIAGNOSE_DIAGNOSE_ROWS_H
#define DIAGNOSE_DIAGNOSE_ROWS_H

#include "diagnose/diagnose_facts.h"
#include "diagnose/finding.h"

struct diagnose_row;

/* What is asked. */
struct diagnose_asked {
	const struct diagnose_row *row; /* NULL: all that is wrong now */
	const char *object;     /* NULL: all that the row has */
	uint64_t since_ns;      /* how far back what is counted by time is looked at */
	unsigned int status;    /* of "other": the status; 0: any that is no success */
	bool log;               /* a proxy's log is read, too */
	bool revision;          /* of 529: tell the configuration's revision, too */
};

/* Adds what it finds. 0; WORDS_WRONG for an object that is not there, or a negative errno: both
 * logged. */
typedef int diagnose_row_find(const struct diagnose_facts *facts,
			      const struct diagnose_asked *asked, struct findings *findings);

struct diagnose_row {
	const char *code;
	const char *object;     /* what it may be asked about; for people */
	diagnose_row_find *find;
	bool now;               /* it can tell what is wrong now, and not only since a load */
	bool (*can)(const struct diagnose_facts *facts); /* whether its source is there */
	const char *without;    /* why it cannot tell without that, and what would make it so */
};

/* Ended by a code of NULL. */
extern const struct diagnose_row diagnose_rows[];

/* The row of a code, as "538", or of a status that is counted by itself, as "502": "other"; NULL:
 * there is none. Silent. */
const struct diagnose_row *diagnose_rows_find(const char *code);

/*
 * Finds what is asked, the worst first. Without a row these are faults alone, and rows whose source
 * is not there find nothing; with one, notes are among them, and without its source it fails. 0;
 * WORDS_WRONG, or a negative errno: logged. findings: zeros before.
 */
int diagnose_rows_run(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct findings *findings);

/* What was looked at, and what was not, as a sentence each; without a row of all rows. */
#define DIAGNOSE_ROWS_LOOKED 4
#define DIAGNOSE_ROWS_LOOKED_SIZE 224

struct diagnose_looked {
	char at[DIAGNOSE_ROWS_LOOKED][DIAGNOSE_ROWS_LOOKED_SIZE];
	unsigned int count;
	char missed[DIAGNOSE_ROWS_LOOKED][DIAGNOSE_ROWS_LOOKED_SIZE];
	unsigned int missed_count;
};

void diagnose_rows_looked(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			  struct diagnose_looked *looked);

/* The rows' functions. */
diagnose_row_find diagnose_513_find, diagnose_529_find, diagnose_538_find, diagnose_564_find,
		  diagnose_522_find, diagnose_522_find_404, diagnose_522_find_other;

#endif
