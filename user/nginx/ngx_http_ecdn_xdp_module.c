/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ngx_http_ecdn_xdp_module.c - the directives and the description of the module: `ecdn_xdp
 * on` answers 513 to regions that surge before any upstream is asked, `ecdn_xdp_origins on`
 * counts what upstreams answered.
 */
#include "ngx_http_ecdn_xdp.h"

static void *create_main_conf(ngx_conf_t *cf)
{
	struct ecdn_ngx_main_conf *conf = ngx_pcalloc(cf->pool, sizeof(*conf));

	if (!conf || ngx_array_init(&conf->guards, cf->pool, 1,
				    sizeof(struct ecdn_ngx_guard *)) != NGX_OK)
		return NULL;
	return conf;
}

static void *create_loc_conf(ngx_conf_t *cf)
{
	struct ecdn_ngx_loc_conf *conf = ngx_pcalloc(cf->pool, sizeof(*conf));

	if (!conf)
		return NULL;
	conf->enable = NGX_CONF_UNSET;
	conf->origins = NGX_CONF_UNSET;
	conf->status = NGX_CONF_UNSET;
	return conf;
}

static char *merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
	struct ecdn_ngx_loc_conf *prev = parent, *conf = child;
	int own = conf->pins.data != NULL;

	ngx_conf_merge_value(conf->enable, prev->enable, 0);
	ngx_conf_merge_value(conf->origins, prev->origins, 0);
	ngx_conf_merge_value(conf->status, prev->status, ECDN_XDP_STATUS);
	ngx_conf_merge_str_value(conf->pins, prev->pins, "");
	conf->guard = ecdn_ngx_guard(cf, &conf->pins);
	if (!conf->guard)
		return NGX_CONF_ERROR;
	if (conf->enable || conf->origins || own)
		conf->guard->needed = 1;
	return NGX_CONF_OK;
}

static char *set_pins(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	const ngx_str_t *value = cf->args->elts;

	if (value[1].len == 0 || value[1].data[0] != '/') {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
				   "ecdn_xdp_pins \"%V\": must be an absolute path, "
				   "such as /sys/fs/bpf/ecdn-xdp", &value[1]);
		return NGX_CONF_ERROR;
	}
	return ngx_conf_set_str_slot(cf, cmd, conf);
}

/* The statuses that nginx's own limit_req_status and limit_conn_status accept. */
static ngx_conf_num_bounds_t status_bounds = { ngx_conf_check_num_bounds, 400, 599 };

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)

static ngx_command_t commands[] = {
	{
		.name = ngx_string("ecdn_xdp"),
		.type = ANYWHERE | NGX_CONF_FLAG,
		.set = ngx_conf_set_flag_slot,
		.conf = NGX_HTTP_LOC_CONF_OFFSET,
		.offset = offsetof(struct ecdn_ngx_loc_conf, enable),
	},
	{
		.name = ngx_string("ecdn_xdp_origins"),
		.type = ANYWHERE | NGX_CONF_FLAG,
		.set = ngx_conf_set_flag_slot,
		.conf = NGX_HTTP_LOC_CONF_OFFSET,
		.offset = offsetof(struct ecdn_ngx_loc_conf, origins),
	},
	{
		.name = ngx_string("ecdn_xdp_pins"),
		.type = ANYWHERE | NGX_CONF_TAKE1,
		.set = set_pins,
		.conf = NGX_HTTP_LOC_CONF_OFFSET,
		.offset = offsetof(struct ecdn_ngx_loc_conf, pins),
	},
	{
		.name = ngx_string("ecdn_xdp_status"),
		.type = ANYWHERE | NGX_CONF_TAKE1,
		.set = ngx_conf_set_num_slot,
		.conf = NGX_HTTP_LOC_CONF_OFFSET,
		.offset = offsetof(struct ecdn_ngx_loc_conf, status),
		.post = &status_bounds,
	},
	ngx_null_command,
};

static ngx_http_module_t context = {
	.preconfiguration = ecdn_ngx_add_variables,
	.postconfiguration = ecdn_ngx_add_handlers,
	.create_main_conf = create_main_conf,
	.create_loc_conf = create_loc_conf,
	.merge_loc_conf = merge_loc_conf,
};

ngx_module_t ngx_http_ecdn_xdp_module = {
	NGX_MODULE_V1,
	.ctx = &context,
	.commands = commands,
	.type = NGX_HTTP_MODULE,
	.init_module = ecdn_ngx_open_guards,
};
