/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ngx_http_ecdn_xdp_guard.c - the clients of libecdn-xdp. The master opens them, because it
 * has privileges that workers may lack; workers inherit them. A reload opens the clients of
 * the new cycle and closes those of the old one.
 */
#include "ngx_http_ecdn_xdp.h"

static struct ecdn_ngx_main_conf *main_conf(const ngx_cycle_t *cycle)
{
	return ngx_http_cycle_get_module_main_conf(cycle, ngx_http_ecdn_xdp_module);
}

struct ecdn_ngx_guard *ecdn_ngx_guard(ngx_conf_t *cf, const ngx_str_t *pins)
{
	struct ecdn_ngx_main_conf *conf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_ecdn_xdp_module);
	struct ecdn_ngx_guard **guards = conf->guards.elts, *guard, **place;
	ngx_uint_t i;

	for (i = 0; i < conf->guards.nelts; i++)
		if (guards[i]->pins.len == pins->len &&
		    ngx_memcmp(guards[i]->pins.data, pins->data, pins->len) == 0)
			return guards[i];
	guard = ngx_pcalloc(cf->pool, sizeof(*guard));
	place = ngx_array_push(&conf->guards);
	if (!guard || !place)
		return NULL;
	guard->pins = *pins;
	*place = guard;
	return guard;
}

/* nginx logs nothing below "error" unless error_log asks for it. That every request passes
 * for want of a guard must be seen in such a log, too. */
static void warn(const struct ecdn_ngx_guard *guard, const char *message)
{
	ngx_uint_t level = guard->log->log_level < NGX_LOG_WARN ? NGX_LOG_ERR : NGX_LOG_WARN;

	ngx_log_error(level, guard->log, 0, "ecdn_xdp: %s", message);
}

static void say(void *context, const char *message)
{
	warn(context, message);
}

static void close_guard(void *data)
{
	struct ecdn_ngx_guard *guard = data;

	ecdn_xdp_close(guard->client);
	guard->client = NULL;
}

/* If a guard cannot be opened, nginx starts all the same, and every request passes. */
static void open_guard(ngx_cycle_t *cycle, struct ecdn_ngx_guard *guard)
{
	const char *pins = guard->pins.len ? (const char *)guard->pins.data : NULL;
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cycle->pool, 0);

	guard->log = cycle->log;
	if (cleanup)
		guard->client = ecdn_xdp_open(pins, say, guard);
	if (!guard->client) {
		ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
			      "ecdn_xdp: cannot make a client of libecdn-xdp for %s: every request "
			      "passes; name a shorter ecdn_xdp_pins, or reload nginx when there is "
			      "memory", pins ? pins : "the default pins");
		return;
	}
	cleanup->handler = close_guard;
	cleanup->data = guard;
}

ngx_int_t ecdn_ngx_open_guards(ngx_cycle_t *cycle)
{
	struct ecdn_ngx_main_conf *conf = main_conf(cycle);
	struct ecdn_ngx_guard **guards;
	int used;
	ngx_uint_t i;

	if (!conf || ngx_test_config)
		return NGX_OK;
	used = ecdn_ngx_variables_used(cycle);
	guards = conf->guards.elts;
	for (i = 0; i < conf->guards.nelts; i++)
		if (guards[i]->needed || used)
			open_guard(cycle, guards[i]);
	return NGX_OK;
}

void ecdn_ngx_count(struct ecdn_ngx_guard *guard, unsigned int region, ngx_uint_t status)
{
	int error;

	if (!guard->client)
		return;
	error = ecdn_xdp_count(guard->client, region, status);
	if (error != -EACCES || guard->count_refused)
		return;
	guard->count_refused = 1;
	warn(guard, "requests are not counted: this worker may not write the counters; "
		    "`ecdn-xdp load --proxy-group GROUP` permits it to the workers' group");
}

/* Logged when it changes, and not with each request. */
void ecdn_ngx_count_origin(struct ecdn_ngx_guard *guard, const struct sockaddr *origin, int result,
			   ngx_uint_t status)
{
	int error;

	if (!guard->client)
		return;
	error = ecdn_xdp_origin_count(guard->client, origin, result, status);
	if (error == guard->origins_told)
		return;
	guard->origins_told = error;
	if (error == -EACCES)
		warn(guard, "what origins answer is not counted: this worker may not write the "
			    "counters; `ecdn-xdp load --proxy-group GROUP` permits it to the "
			    "workers' group");
	else if (error == -ENOENT)
		warn(guard, "what origins answer is not counted: no observer is loaded; `ecdn-xdp "
			    "load --origin` loads it, without a restart of nginx");
}
