/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exporter_page.h - the page, as the agent hands it over when it is asked, at most once a second.
 */
#ifndef EXPORTER_PAGE_H
#define EXPORTER_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

struct exporter_page {
	int socket;             /* to the agent */
	struct MHD_Response *plain, *packed; /* NULL: there is none; packed: it was not asked for */
	char *text;             /* of `plain`, whose it is */
	uint64_t size;
	uint64_t read_ns;       /* when the page came; 0: never */
	uint64_t asked_ns;      /* when the agent was asked that has not answered; 0: it has */
};

/* Whether what is there, if only that there is no page, is fresh enough to be served. */
bool exporter_page_is_fresh(const struct exporter_page *page);

/* Asks the agent unless it was asked already. 0; a negative errno, silent: the agent is gone. */
int exporter_page_ask(struct exporter_page *page);

/* Takes what the agent answers. 0; a negative errno, silent: the agent is gone. */
int exporter_page_take(struct exporter_page *page);

/* The agent does not answer: what is there is too old to be passed off as what is now, and the next
 * one who wants a page asks again. */
void exporter_page_give_up(struct exporter_page *page);

/* To be queued, any number of times: the page, packed by gzip if that can be had. NULL: there is
 * none. */
struct MHD_Response *exporter_page_response(struct exporter_page *page, bool packed);

#endif
