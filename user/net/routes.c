// SPDX-License-Identifier: BSD-2-Clause
#include "net/routes.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "net/netlink.h"

/* The routes of one family, behind those that were read before. */
struct dump {
	struct routes *routes;
	unsigned int before;
};

/*
 * The table "local" has what this host answers for, and the table of a VRF has the kernel's own
 * entries for the addresses in it. Local routes of other tables are for some packets only, such
 * as those that a transparent proxy has marked. A local default route would make every address
 * in the world this host's.
 */
static bool is_own(const struct rtmsg *route)
{
	return route->rtm_type == RTN_LOCAL && route->rtm_dst_len &&
	       !(route->rtm_flags & RTM_F_CLONED) &&
	       (route->rtm_table == RT_TABLE_LOCAL || route->rtm_protocol == RTPROT_KERNEL);
}

static void read_prefix(const struct nlmsghdr *header, const struct rtmsg *route,
			struct cidr *prefix)
{
	const struct nlattr *attribute;
	uint8_t bytes[16] = {};

	mnl_attr_for_each(attribute, header, sizeof(*route))
		if (mnl_attr_get_type(attribute) == RTA_DST &&
		    mnl_attr_get_payload_len(attribute) <= sizeof(bytes))
			memcpy(bytes, mnl_attr_get_payload(attribute),
			       mnl_attr_get_payload_len(attribute));
	address_from_bytes(&prefix->addr, route->rtm_family, bytes);
	prefix->length = route->rtm_dst_len;
}

static int take_route(const struct nlmsghdr *header, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(header);
	struct routes *routes = ((struct dump *)context)->routes;
	struct cidr prefix;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*route) || !is_own(route))
		return MNL_CB_OK;
	read_prefix(header, route, &prefix);
	if (address_is_loopback(&prefix.addr) ||
	    !array_append(routes->prefix, routes->count, &prefix))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static void begin(void *context)
{
	struct dump *dump = context;

	dump->routes->count = dump->before;
}

static int read_family(struct routes *routes, uint8_t family)
{
	/* Asks for one type of route, as routers have a million routes of other types. */
	const struct rtmsg request = { .rtm_family = family, .rtm_type = RTN_LOCAL };
	struct dump dump = { routes, routes->count };
	const struct netlink_dump local = {
		.bus = NETLINK_ROUTE, .type = RTM_GETROUTE,
		.request = &request, .request_size = sizeof(request), .strict = true,
		.take = take_route, .begin = begin, .context = &dump,
	};

	return netlink_dump(&local);
}

int routes_read_local(struct routes *routes)
{
	int err;

	memset(routes, 0, sizeof(*routes));
	err = read_family(routes, AF_INET);
	err = err ?: read_family(routes, AF_INET6);
	if (err) {
		routes_free(routes);
		return log_error(err, "cannot ask the kernel for this host's addresses: %s",
				 strerror(-err));
	}
	return 0;
}

void routes_free(struct routes *routes)
{
	free(routes->prefix);
	memset(routes, 0, sizeof(*routes));
}
