// SPDX-License-Identifier: BSD-2-Clause
#include "net/link_xdp.h"

#include <linux/rtnetlink.h>
#include <string.h>

#include "net/netlink.h"

/* What is looked for, and what was found. */
struct search {
	int ifindex;
	struct link_xdp xdp;
};

static void begin(void *context)
{
	struct search *search = context;

	memset(&search->xdp, 0, sizeof(search->xdp));
}

static void take_programs(const struct nlattr *of, struct link_xdp *xdp)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, of) {
		if (mnl_attr_get_payload_len(attribute) != sizeof(uint32_t))
			continue;
		if (mnl_attr_get_type(attribute) == IFLA_XDP_DRV_PROG_ID)
			xdp->native = mnl_attr_get_u32(attribute);
		else if (mnl_attr_get_type(attribute) == IFLA_XDP_SKB_PROG_ID)
			xdp->generic = mnl_attr_get_u32(attribute);
		else if (mnl_attr_get_type(attribute) == IFLA_XDP_HW_PROG_ID)
			xdp->offloaded = mnl_attr_get_u32(attribute);
	}
}

static int take_link(const struct nlmsghdr *header, void *context)
{
	const struct ifinfomsg *message = mnl_nlmsg_get_payload(header);
	struct search *search = context;
	const struct nlattr *attribute;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*message) ||
	    message->ifi_index != search->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, header, sizeof(*message))
		if (mnl_attr_get_type(attribute) == IFLA_XDP)
			take_programs(attribute, &search->xdp);
	return MNL_CB_OK;
}

int link_xdp_read(int ifindex, struct link_xdp *xdp)
{
	const struct ifinfomsg request = { .ifi_family = AF_UNSPEC };
	struct search search = { .ifindex = ifindex };
	const struct netlink_dump links = {
		.bus = NETLINK_ROUTE, .type = RTM_GETLINK,
		.request = &request, .request_size = sizeof(request),
		.take = take_link, .begin = begin, .context = &search,
	};
	int err = netlink_dump(&links);

	*xdp = search.xdp;
	return err;
}
