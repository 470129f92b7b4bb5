/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ngx_http_ecdn_xdp.h - the nginx module's parts: a guard is a client of libecdn-xdp, one
 * for each path of pins; an answer is the verdict of a guard on one request.
 */
#ifndef NGX_HTTP_ECDN_XDP_H
#define NGX_HTTP_ECDN_XDP_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ecdn-xdp.h"

struct ecdn_ngx_guard {
	ngx_str_t pins;         /* empty: the library's default */
	struct ecdn_xdp_client *client; /* NULL: the configuration has no use for it, or out
					   of memory */
	ngx_log_t *log;         /* the cycle's */
	unsigned int needed : 1;
	unsigned int count_refused : 1; /* it was logged that requests are not counted */
	int origins_told;       /* why what is said of origins is not counted, as logged; 0: it is
				   counted */
};

struct ecdn_ngx_main_conf {
	ngx_array_t guards;     /* of struct ecdn_ngx_guard *, one for each path */
};

struct ecdn_ngx_loc_conf {
	ngx_flag_t enable;
	ngx_flag_t origins;
	ngx_int_t status;
	ngx_str_t pins;
	struct ecdn_ngx_guard *guard;
};

/* Kept with its request, so that every phase, header and log line has the same answer. */
struct ecdn_ngx_answer {
	struct ecdn_ngx_guard *guard;
	const struct sockaddr *address;
	struct ecdn_xdp_region region;
	enum ecdn_xdp_verdict verdict;
	ngx_uint_t retry_after; /* seconds; 0: not known, or the request passes */
	unsigned int judged : 1;        /* `ecdn_xdp on` has acted on it */
	unsigned int refused : 1;
};

extern ngx_module_t ngx_http_ecdn_xdp_module;

/* Returns the guard of a path, a new one if there is none yet; NULL: out of memory. */
struct ecdn_ngx_guard *ecdn_ngx_guard(ngx_conf_t *cf, const ngx_str_t *pins);

/* Opens the guards that the configuration of this cycle uses; they are closed with its
 * pool. */
ngx_int_t ecdn_ngx_open_guards(ngx_cycle_t *cycle);

void ecdn_ngx_count(struct ecdn_ngx_guard *guard, unsigned int region, ngx_uint_t status);

/* Counts a result of enum ecdn_xdp_origin_result. */
void ecdn_ngx_count_origin(struct ecdn_ngx_guard *guard, const struct sockaddr *origin, int result,
			   ngx_uint_t status);

/* Counts each attempt of a main request, which has ended, to get an answer from an origin. */
void ecdn_ngx_count_origins(ngx_http_request_t *r, struct ecdn_ngx_guard *guard);

/* Returns the answer of the guard of the main request's location; NULL: out of memory. */
struct ecdn_ngx_answer *ecdn_ngx_answer(ngx_http_request_t *r);

/* Adds the handlers that refuse and count requests. */
ngx_int_t ecdn_ngx_add_handlers(ngx_conf_t *cf);

ngx_int_t ecdn_ngx_add_variables(ngx_conf_t *cf);

/* 1 if the configuration names one of the module's variables. */
int ecdn_ngx_variables_used(const ngx_cycle_t *cycle);

#endif
