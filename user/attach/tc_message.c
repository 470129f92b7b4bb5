// SPDX-License-Identifier: BSD-2-Clause
#include "attach/tc_message.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>

#include <bpf/bpf.h>

#include "net/netlink.h"

/* A request with its attributes, which are few. */
struct request {
	struct nlmsghdr *header;
	struct tcmsg *body;
	char room[512];
};

static void begin(struct request *request, uint16_t type, uint16_t flags, int ifindex)
{
	request->header = mnl_nlmsg_put_header(request->room);
	request->header->nlmsg_type = type;
	request->header->nlmsg_flags = flags;
	request->body = mnl_nlmsg_put_extra_header(request->header, sizeof(*request->body));
	request->body->tcm_family = AF_UNSPEC;
	request->body->tcm_ifindex = ifindex;
}

static int change_qdisc(uint16_t type, uint16_t flags, int ifindex)
{
	struct request request;

	begin(&request, type, flags, ifindex);
	request.body->tcm_parent = TC_H_CLSACT;
	request.body->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(request.header, TCA_KIND, "clsact");
	return netlink_change(NETLINK_ROUTE, request.header);
}

int tc_message_make_qdisc(int ifindex)
{
	return change_qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex);
}

int tc_message_remove_qdisc(int ifindex)
{
	return change_qdisc(RTM_DELQDISC, 0, ifindex);
}

static void begin_filter(struct request *request, uint16_t type, uint16_t flags,
			 const struct tc_message_filter *filter)
{
	begin(request, type, flags, filter->ifindex);
	request->body->tcm_parent = TC_H_MAKE(TC_H_CLSACT, filter->direction);
	request->body->tcm_handle = filter->handle;
	request->body->tcm_info = TC_H_MAKE(filter->priority << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(request->header, TCA_KIND, "bpf");
}

int tc_message_put_filter(const struct tc_message_filter *filter, int program, bool replace)
{
	struct bpf_prog_info info = {};
	char name[sizeof(info.name) + 16];
	struct nlattr *options;
	struct request request;

	if (bpf_obj_get_info_by_fd(program, &info, &(__u32){ sizeof(info) }))
		return -errno;
	snprintf(name, sizeof(name), "%s:[%u]", info.name, info.id);
	begin_filter(&request, RTM_NEWTFILTER,
		     NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), filter);
	options = mnl_attr_nest_start(request.header, TCA_OPTIONS);
	mnl_attr_put_u32(request.header, TCA_BPF_FD, program);
	mnl_attr_put_strz(request.header, TCA_BPF_NAME, name);
	mnl_attr_put_u32(request.header, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(request.header, options);
	return netlink_change(NETLINK_ROUTE, request.header);
}

int tc_message_remove_filter(const struct tc_message_filter *filter)
{
	struct request request;

	begin_filter(&request, RTM_DELTFILTER, 0, filter);
	return netlink_change(NETLINK_ROUTE, request.header);
}
