/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ngx_http_ecdn_xdp_request.c - asks the guard about each request once, refuses it, and
 * counts it.
 *
 * The access phase is the first in which the realip module has set the address, for a
 * location too, and in which no upstream has been asked. A request that `return` answers
 * has ended before that phase; it is refused when its header is sent.
 */
#include "ngx_http_ecdn_xdp.h"

static ngx_http_output_header_filter_pt next_header_filter;

/* Identifies an answer among the cleanups of its pool; there is nothing to clean up. */
static void mark(void *data)
{
	(void)data;
}

/* The answer is found through the request's pool: internal redirects clear the contexts of
 * modules, but not the pool. */
static struct ecdn_ngx_answer *find(ngx_http_request_t *r)
{
	struct ecdn_ngx_answer *answer = ngx_http_get_module_ctx(r, ngx_http_ecdn_xdp_module);
	const ngx_pool_cleanup_t *cleanup;

	if (answer || !(r->internal || r->filter_finalize))
		return answer;
	for (cleanup = r->pool->cleanup; cleanup; cleanup = cleanup->next) {
		if (cleanup->handler == mark) {
			ngx_http_set_ctx(r, cleanup->data, ngx_http_ecdn_xdp_module);
			return cleanup->data;
		}
	}
	return NULL;
}

static struct ecdn_ngx_answer *create(ngx_http_request_t *r)
{
	ngx_pool_cleanup_t *cleanup =
		ngx_pool_cleanup_add(r->pool, sizeof(struct ecdn_ngx_answer));

	if (!cleanup)
		return NULL;
	ngx_memzero(cleanup->data, sizeof(struct ecdn_ngx_answer));
	cleanup->handler = mark;
	ngx_http_set_ctx(r, cleanup->data, ngx_http_ecdn_xdp_module);
	return cleanup->data;
}

/* Without a client, which is NULL then, every request passes. */
static void ask(struct ecdn_ngx_answer *answer, struct ecdn_ngx_guard *guard,
		const struct sockaddr *address)
{
	struct ecdn_xdp_info info = { .size = sizeof(info) };

	answer->guard = guard;
	answer->address = address;
	answer->verdict = ecdn_xdp_verdict_info(guard->client, address, &info);
	answer->region = info.region;
	answer->retry_after = info.retry_after;
}

/* Asks again if realip has set another address since, or the location has another guard,
 * but not after the answer was acted upon. */
struct ecdn_ngx_answer *ecdn_ngx_answer(ngx_http_request_t *r)
{
	ngx_http_request_t *main = r->main;
	const struct ecdn_ngx_loc_conf *conf =
		ngx_http_get_module_loc_conf(main, ngx_http_ecdn_xdp_module);
	const struct sockaddr *address = main->connection->sockaddr;
	struct ecdn_ngx_answer *answer = find(main);

	if (!answer)
		answer = create(main);
	if (answer && !answer->judged &&
	    (answer->guard != conf->guard || answer->address != address))
		ask(answer, conf->guard, address);
	return answer;
}

/* Returns the status that refuses the request, or NGX_DECLINED, also if the request was
 * judged before: an error_page for 513 must be served. */
static ngx_int_t judge(ngx_http_request_t *r)
{
	const struct ecdn_ngx_loc_conf *conf =
		ngx_http_get_module_loc_conf(r, ngx_http_ecdn_xdp_module);
	struct ecdn_ngx_answer *answer;

	if (!conf->enable)
		return NGX_DECLINED;
	answer = ecdn_ngx_answer(r);
	if (!answer || answer->judged)
		return NGX_DECLINED;
	answer->judged = 1;
	answer->refused = answer->verdict != ECDN_XDP_PASS;
	return answer->refused ? conf->status : NGX_DECLINED;
}

/*
 * err_status is set during the redirect to an error page. The request is ended here, not by
 * returning the status: `satisfy any` takes a returned 401 or 403 for one opinion of
 * several.
 */
static ngx_int_t access_handler(ngx_http_request_t *r)
{
	ngx_int_t status = r->err_status ? NGX_DECLINED : judge(r);

	if (status == NGX_DECLINED)
		return NGX_DECLINED;
	ngx_http_finalize_request(r, status);
	return NGX_DONE;
}

static int is_redirect(ngx_uint_t status)
{
	return status >= NGX_HTTP_SPECIAL_RESPONSE && status < NGX_HTTP_BAD_REQUEST;
}

/* Errors are not refused, and neither is an error page, whatever its status. Where the `=`
 * of error_page leaves the status to the page, it is no error any more. */
static int may_refuse(const ngx_http_request_t *r)
{
	return r == r->main && r->headers_out.status < NGX_HTTP_BAD_REQUEST &&
	       (r->err_status == 0 || (is_redirect(r->err_status) && !r->error_page));
}

/*
 * If a status is returned before the header is sent, nginx answers with that status
 * instead. It does not do so for a redirect, which is such an answer already: then the
 * header is changed and the body left out.
 */
static ngx_int_t header_filter(ngx_http_request_t *r)
{
	ngx_int_t status = may_refuse(r) ? judge(r) : NGX_DECLINED;

	if (status == NGX_DECLINED)
		return next_header_filter(r);
	ngx_http_clean_header(r);
	if (!r->err_status)
		return status;
	r->err_status = status;
	r->headers_out.status = status;
	r->headers_out.content_length_n = 0;
	r->header_only = 1;
	return next_header_filter(r);
}

static ngx_uint_t answered_with(const ngx_http_request_t *r)
{
	return r->err_status ? r->err_status : r->headers_out.status;
}

/* A refused request counts as refused, whatever ecdn_xdp_status and error_page make of it. */
static ngx_int_t log_handler(ngx_http_request_t *r)
{
	const struct ecdn_ngx_loc_conf *conf =
		ngx_http_get_module_loc_conf(r, ngx_http_ecdn_xdp_module);
	const struct ecdn_ngx_answer *answer;

	if (r != r->main)
		return NGX_OK;
	if (conf->origins)
		ecdn_ngx_count_origins(r, conf->guard);
	answer = conf->enable ? ecdn_ngx_answer(r) : find(r);
	if (answer && (conf->enable || answer->judged))
		ecdn_ngx_count(answer->guard, answer->region.id,
			       answer->refused ? ECDN_XDP_STATUS : answered_with(r));
	return NGX_OK;
}

static ngx_int_t add_handler(ngx_conf_t *cf, ngx_http_phases phase, ngx_http_handler_pt handler)
{
	ngx_http_core_main_conf_t *core =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
	ngx_http_handler_pt *place = ngx_array_push(&core->phases[phase].handlers);

	if (!place)
		return NGX_ERROR;
	*place = handler;
	return NGX_OK;
}

/* nginx runs the handlers of a phase from the last added to the first: this module is
 * loaded after nginx's own, so that its handler runs before that of auth_request. */
ngx_int_t ecdn_ngx_add_handlers(ngx_conf_t *cf)
{
	next_header_filter = ngx_http_top_header_filter;
	ngx_http_top_header_filter = header_filter;
	if (add_handler(cf, NGX_HTTP_ACCESS_PHASE, access_handler) != NGX_OK)
		return NGX_ERROR;
	return add_handler(cf, NGX_HTTP_LOG_PHASE, log_handler);
}
