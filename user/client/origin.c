// SPDX-License-Identifier: BSD-2-Clause
/*
 * origin.c - what a proxy says of its origins' answers is added to the observer's map, in the view
 * in use.
 */
#include <errno.h>
#include <sched.h>

#include "glance.h"
#include "refresh.h"

#define SAME(result, said) _Static_assert((int)(result) == (int)(said), "as the map counts it")

SAME(ECDN_XDP_RESULT_ANSWERED, ECDN_XDP_ORIGIN_SAID_ANSWERED);
SAME(ECDN_XDP_RESULT_NO_CONNECT, ECDN_XDP_ORIGIN_SAID_NO_CONNECT);
SAME(ECDN_XDP_RESULT_NO_ANSWER, ECDN_XDP_ORIGIN_SAID_NO_ANSWER);
SAME(ECDN_XDP_RESULT_MALFORMED, ECDN_XDP_ORIGIN_SAID_MALFORMED);
SAME(ECDN_XDP_RESULT_TRUNCATED, ECDN_XDP_ORIGIN_SAID_TRUNCATED);
SAME(ECDN_XDP_RESULT_TIMED_OUT, ECDN_XDP_ORIGIN_SAID_TIMED_OUT);
SAME(ECDN_XDP_RESULT_TIMED_OUT + 1, ECDN_XDP_ORIGIN_SAID_MAX);

/* False for a family of which there are no origins. */
static bool key_of(const struct sockaddr *origin, struct ecdn_xdp_origin_key *key)
{
	/* Both families have their port in the same place. */
	const struct sockaddr_in *in = (const struct sockaddr_in *)origin;
	struct source source;

	if (!source_of(origin, &source))
		return false;
	memset(key, 0, sizeof(*key));
	memcpy(key->addr, source.addr, source.length);
	key->port = ntohs(in->sin_port);
	key->family = source.length == 4 ? 4 : 6;
	return true;
}

int ecdn_xdp_origin_count(struct ecdn_xdp_client *client, const struct sockaddr *origin, int what,
			  int status)
{
	struct ecdn_xdp_origin_key key;
	uint64_t now_ns = clock_ns();
	struct glance glance;
	uint32_t row;
	bool local;
	int err;

	if (!client || what < 0 || what >= ECDN_XDP_ORIGIN_SAID_MAX || !key_of(origin, &key))
		return -EINVAL;
	local = ecdn_xdp_origin_loopback(&key);
	keep_up(client, now_ns);
	do {
		glance = glance_at(client);
		err = __atomic_load_n(&glance.view->origins_error, __ATOMIC_RELAXED);
		row = err || local ? 0 :
		      ecdn_xdp_origin_row(&client->rows,
					  (const void *)(glance.memory + AT_ORIGINS), &key, now_ns);
	} while (glance_failed(client, &glance));
	if (err)
		return err == -EACCES ? -EACCES : -ENOENT;
	if (!local)
		ecdn_xdp_origin_say((struct ecdn_xdp_origin_requests *)(glance.memory + AT_SAID),
				    sched_getcpu(), row, what, status);
	return 0;
}
