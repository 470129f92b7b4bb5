// SPDX-License-Identifier: BSD-2-Clause
#include "net/link_stack.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "net/netlink.h"

/* An interface, and those that get its packets or give it theirs; 0: none. */
struct row {
	int index;
	int below;              /* the one that this VLAN is made upon */
	int above;              /* the bond, bridge or VRF that it is a port of */
};

struct dump {
	struct row *row;
	unsigned int count;
};

static const char *read_kind(const struct nlattr *info)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, info)
		if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND &&
		    !mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING))
			return mnl_attr_get_str(attribute);
	return "";
}

static int read_index(const struct nlattr *attribute)
{
	return mnl_attr_validate(attribute, MNL_TYPE_U32) ? 0 : (int)mnl_attr_get_u32(attribute);
}

static int take_link(const struct nlmsghdr *header, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);
	const struct nlattr *attribute;
	struct dump *dump = context;
	bool elsewhere = false;
	const char *kind = "";
	struct row row = {};

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*link))
		return MNL_CB_OK;
	row.index = link->ifi_index;
	mnl_attr_for_each(attribute, header, sizeof(*link)) {
		if (mnl_attr_get_type(attribute) == IFLA_LINK)
			row.below = read_index(attribute);
		else if (mnl_attr_get_type(attribute) == IFLA_MASTER)
			row.above = read_index(attribute);
		else if (mnl_attr_get_type(attribute) == IFLA_LINK_NETNSID)
			elsewhere = true;
		else if (mnl_attr_get_type(attribute) == IFLA_LINKINFO)
			kind = read_kind(attribute);
	}
	/* The other end of a veth, and a tunnel's device, are named in the same place. */
	if (elsewhere || strcmp(kind, "vlan"))
		row.below = 0;
	if (!array_append(dump->row, dump->count, &row))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static void begin(void *context)
{
	((struct dump *)context)->count = 0;
}

bool link_stack_has(const struct link_stack *stack, int index)
{
	for (unsigned int i = 0; i < stack->count; i++)
		if (stack->index[i] == index)
			return true;
	return false;
}

int link_stack_add(struct link_stack *stack, int index)
{
	if (link_stack_has(stack, index))
		return 0;
	return array_append(stack->index, stack->count, &index) ?
	       log_error(-ENOMEM, "out of memory") : 0;
}

static bool has_all_ports(const struct link_stack *stack, const struct dump *dump, int above)
{
	for (unsigned int i = 0; i < dump->count; i++)
		if (dump->row[i].above == above && !link_stack_has(stack, dump->row[i].index))
			return false;
	return true;
}

/* Adds what is one level above what is there. */
static int climb(struct link_stack *stack, const struct dump *dump)
{
	int err = 0;

	for (unsigned int i = 0; i < dump->count && !err; i++) {
		const struct row *row = &dump->row[i];

		if (row->below && link_stack_has(stack, row->below))
			err = link_stack_add(stack, row->index);
		if (!err && row->above && link_stack_has(stack, row->index) &&
		    has_all_ports(stack, dump, row->above))
			err = link_stack_add(stack, row->above);
	}
	return err;
}

int link_stack_complete(struct link_stack *stack)
{
	const struct ifinfomsg request = { .ifi_family = AF_UNSPEC };
	struct dump dump = {};
	const struct netlink_dump links = {
		.bus = NETLINK_ROUTE, .type = RTM_GETLINK,
		.request = &request, .request_size = sizeof(request),
		.take = take_link, .begin = begin, .context = &dump,
	};
	unsigned int before = 0;
	int err = netlink_dump(&links);

	if (err)
		log_error(err, "cannot ask the kernel for this host's interfaces: %s",
			  strerror(-err));
	while (!err && stack->count > before) {
		before = stack->count;
		err = climb(stack, &dump);
	}
	free(dump.row);
	return err;
}
