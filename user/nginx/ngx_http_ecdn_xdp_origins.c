/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ngx_http_ecdn_xdp_origins.c - what nginx knows of its origins when a request has ended.
 *
 * r->upstream_states has a state for each attempt to get an answer. Its status may be nginx's own:
 * if header_time is -1, no header came, and nginx has made a 502 or 504. connect_time is -1 until
 * TCP and TLS are connected. All of it is of ngx_http_upstream.c as in nginx 1.22.
 */
#include "ngx_http_ecdn_xdp.h"

#define NEVER ((ngx_msec_t)-1)
#define NO_RESULT (-1)

/* Any other status than these two, without a header, is of a request that ended while nginx
 * waited, as its client left: no fault of the origin's. */
static int result_of(const ngx_http_upstream_state_t *state)
{
	if (state->header_time != NEVER)
		return ECDN_XDP_RESULT_ANSWERED;
	if (state->status == NGX_HTTP_GATEWAY_TIME_OUT)
		return ECDN_XDP_RESULT_TIMED_OUT;
	if (state->status != NGX_HTTP_BAD_GATEWAY)
		return NO_RESULT;
	if (state->connect_time == NEVER)
		return ECDN_XDP_RESULT_NO_CONNECT;
	return state->bytes_received > 0 ? ECDN_XDP_RESULT_MALFORMED : ECDN_XDP_RESULT_NO_ANSWER;
}

/* Whether the body ended too early. A body of unknown length, -1, may end anywhere. */
static int is_cut(const ngx_http_request_t *r, const ngx_http_upstream_t *upstream)
{
	const ngx_event_pipe_t *pipe = upstream->pipe;

	if (upstream->upgrade || r->connection->error || r->connection->timedout)
		return 0;
	if (!upstream->buffering)
		return upstream->length > 0;
	if (!pipe || pipe->downstream_error)
		return 0;
	return pipe->upstream_error ||
	       (pipe->upstream_eof && !pipe->upstream_done && pipe->length > 0);
}

/* nginx takes an answer without a status line for one of HTTP/0.9, with status 200. */
static int has_status_line(const ngx_http_request_t *r, const ngx_http_upstream_t *upstream)
{
	return r->http_version != NGX_HTTP_VERSION_9 || upstream->headers_in.status_n != 0;
}

/* Of the attempt that r->upstream is of, more is known than its state. */
static int last_result_of(const ngx_http_request_t *r, const ngx_http_upstream_state_t *state)
{
	int result = result_of(state);

	if (result != ECDN_XDP_RESULT_ANSWERED || !r->upstream || r->upstream->state != state)
		return result;
	if (!has_status_line(r, r->upstream))
		return ECDN_XDP_RESULT_MALFORMED;
	return is_cut(r, r->upstream) ? ECDN_XDP_RESULT_TRUNCATED : ECDN_XDP_RESULT_ANSWERED;
}

/*
 * Whether the attempt was on a connection of the pool that the origin had closed: nginx then asks
 * the same peer again, which it never does after another failure.
 */
static int was_stale(const ngx_http_upstream_state_t *state, const ngx_http_upstream_state_t *next)
{
	return result_of(state) == ECDN_XDP_RESULT_NO_ANSWER && next->peer &&
	       next->peer->len == state->peer->len &&
	       ngx_memcmp(next->peer->data, state->peer->data, next->peer->len) == 0;
}

/* Its address is known as text alone, as u->peer.sockaddr is NULL by then. A path of a Unix socket
 * is no origin, nor is the name of an upstream of which no server is alive. */
static const struct sockaddr *origin_of(ngx_http_request_t *r,
					const ngx_http_upstream_state_t *state)
{
	ngx_addr_t address;

	if (ngx_parse_addr_port(r->pool, &address, state->peer->data, state->peer->len) != NGX_OK)
		return NULL;
	return ngx_inet_get_port(address.sockaddr) ? address.sockaddr : NULL;
}

/* A state without a peer stands where nginx redirected the request internally. */
void ecdn_ngx_count_origins(ngx_http_request_t *r, struct ecdn_ngx_guard *guard)
{
	const ngx_http_upstream_state_t *states;
	const struct sockaddr *origin;
	ngx_uint_t i, count;
	int result;

	if (!r->upstream_states)
		return;
	states = r->upstream_states->elts;
	count = r->upstream_states->nelts;
	for (i = 0; i < count; i++) {
		if (!states[i].peer || (i + 1 < count && was_stale(&states[i], &states[i + 1])))
			continue;
		result = i + 1 < count ? result_of(&states[i]) : last_result_of(r, &states[i]);
		origin = result == NO_RESULT ? NULL : origin_of(r, &states[i]);
		if (origin)
			ecdn_ngx_count_origin(guard, origin, result, states[i].status);
	}
}
