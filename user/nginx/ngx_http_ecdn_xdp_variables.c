/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ngx_http_ecdn_xdp_variables.c - $ecdn_region, $ecdn_verdict, $ecdn_retry_after and
 * $ecdn_peer, which ask the guard even where `ecdn_xdp` is off.
 */
#include "ngx_http_ecdn_xdp.h"

static void set(ngx_http_variable_value_t *value, const char *text)
{
	value->len = ngx_strlen(text);
	value->valid = 1;
	value->no_cacheable = 0;
	value->not_found = 0;
	value->data = (u_char *)text;
}

static ngx_int_t get_region(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t data)
{
	const struct ecdn_ngx_answer *answer = ecdn_ngx_answer(r);

	(void)data;
	if (!answer)
		return NGX_ERROR;
	set(value, answer->region.name);
	return NGX_OK;
}

static ngx_int_t get_verdict(ngx_http_request_t *r, ngx_http_variable_value_t *value,
			     uintptr_t data)
{
	static const char *const names[] = {
		[ECDN_XDP_PASS] = "pass",
		[ECDN_XDP_LIMITED] = "limited",
		[ECDN_XDP_BLOCKED] = "blocked",
	};
	const struct ecdn_ngx_answer *answer = ecdn_ngx_answer(r);

	(void)data;
	if (!answer)
		return NGX_ERROR;
	set(value, names[answer->verdict]);
	return NGX_OK;
}

/* Empty where there is nothing to wait for: nginx's add_header leaves such a header out. */
static ngx_int_t get_retry_after(ngx_http_request_t *r, ngx_http_variable_value_t *value,
				 uintptr_t data)
{
	const struct ecdn_ngx_answer *answer = ecdn_ngx_answer(r);
	u_char *text;

	(void)data;
	if (!answer)
		return NGX_ERROR;
	set(value, "");
	if (!answer->retry_after)
		return NGX_OK;
	text = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
	if (!text)
		return NGX_ERROR;
	value->data = text;
	value->len = ngx_sprintf(text, "%ui", answer->retry_after) - text;
	return NGX_OK;
}

/*
 * Returns the peer of the connection, NULL if it has no address. Where realip has put the
 * client's address in its place, only realip knows the peer, as text.
 */
static const struct sockaddr *peer(ngx_http_request_t *r, ngx_addr_t *parsed)
{
	ngx_connection_t *connection = r->connection;
	ngx_str_t name = ngx_string("realip_remote_addr");
	const ngx_http_variable_value_t *text =
		ngx_http_get_variable(r, &name, ngx_hash_key(name.data, name.len));

	if (!text || text->not_found || text->data == connection->addr_text.data)
		return connection->sockaddr;
	if (ngx_parse_addr(r->pool, parsed, text->data, text->len) != NGX_OK)
		return NULL;
	return parsed->sockaddr;
}

static ngx_int_t get_peer(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t data)
{
	const struct ecdn_ngx_loc_conf *conf =
		ngx_http_get_module_loc_conf(r->main, ngx_http_ecdn_xdp_module);
	struct ecdn_xdp_client *client = conf->guard->client;
	const struct sockaddr *address;
	ngx_addr_t parsed;

	(void)data;
	address = client ? peer(r->main, &parsed) : NULL;
	set(value, address && ecdn_xdp_is_node(client, address) ? "node" : "client");
	return NGX_OK;
}

/* Region, verdict and its end may change within a request, when realip finds the address. */
static ngx_http_variable_t variables[] = {
	{
		.name = ngx_string("ecdn_region"),
		.get_handler = get_region,
		.flags = NGX_HTTP_VAR_NOCACHEABLE,
	},
	{
		.name = ngx_string("ecdn_verdict"),
		.get_handler = get_verdict,
		.flags = NGX_HTTP_VAR_NOCACHEABLE,
	},
	{
		.name = ngx_string("ecdn_retry_after"),
		.get_handler = get_retry_after,
		.flags = NGX_HTTP_VAR_NOCACHEABLE,
	},
	{
		.name = ngx_string("ecdn_peer"),
		.get_handler = get_peer,
	},
};

ngx_int_t ecdn_ngx_add_variables(ngx_conf_t *cf)
{
	ngx_http_variable_t *added;
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		added = ngx_http_add_variable(cf, &variables[i].name, variables[i].flags);
		if (!added)
			return NGX_ERROR;
		added->get_handler = variables[i].get_handler;
	}
	return NGX_OK;
}

int ecdn_ngx_variables_used(const ngx_cycle_t *cycle)
{
	const ngx_http_core_main_conf_t *core =
		ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);
	const ngx_http_variable_t *used = core->variables.elts;
	ngx_uint_t i;
	size_t j;

	for (i = 0; i < core->variables.nelts; i++)
		for (j = 0; j < sizeof(variables) / sizeof(variables[0]); j++)
			if (used[i].name.len == variables[j].name.len &&
			    ngx_memcmp(used[i].name.data, variables[j].name.data,
				       used[i].name.len) == 0)
				return 1;
	return 0;
}
