// SPDX-License-Identifier: BSD-2-Clause
#include "attach/tc_clsact.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "attach/tc_message.h"
#include "base/log.h"
#include "kernel/capabilities.h"
#include "net/netlink.h"

/*
 * The priority of our filter, unless another filter is at or before it. It is not the first
 * priority, which people's scripts take, and delete, without asking.
 */
#define PRIORITY 10

/* The handle of our filter, which is alone at its priority. */
#define HANDLE 1

/* The first and the last priority. A filter that decides on a packet hides it from all
 * filters after it. */
#define PRIORITY_FIRST 1
#define PRIORITY_LAST 0xffff

struct filters {
	uint32_t program_id;    /* id of the program whose filter is looked for */
	bool found;
	struct tc_clsact_filter filter;
	unsigned int count;
	uint8_t taken[(PRIORITY_LAST + 1) / 8];
	uint32_t first;         /* lowest priority in use; 0: there is no filter */
};

static void forget(void *context)
{
	struct filters *filters = context;
	uint32_t program_id = filters->program_id;

	memset(filters, 0, sizeof(*filters));
	filters->program_id = program_id;
}

static const struct nlattr *find(const struct nlattr *options, uint16_t type)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, options)
		if (mnl_attr_get_type(attribute) == type)
			return attribute;
	return NULL;
}

static bool is_program(const struct nlattr *options, const char *kind, uint32_t id)
{
	const struct nlattr *of = options && !strcmp(kind, "bpf") ? find(options, TCA_BPF_ID) :
				  NULL;

	return of && mnl_attr_get_payload_len(of) == sizeof(id) && mnl_attr_get_u32(of) == id;
}

static int take_filter(const struct nlmsghdr *header, void *context)
{
	const struct tcmsg *message = mnl_nlmsg_get_payload(header);
	const struct nlattr *attribute, *options = NULL;
	struct filters *filters = context;
	uint32_t priority;
	const char *kind = "";

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*message))
		return MNL_CB_OK;
	priority = TC_H_MAJ(message->tcm_info) >> 16;
	mnl_attr_for_each(attribute, header, sizeof(*message)) {
		if (mnl_attr_get_type(attribute) == TCA_KIND)
			kind = mnl_attr_get_str(attribute);
		if (mnl_attr_get_type(attribute) == TCA_OPTIONS)
			options = attribute;
	}
	filters->count++;
	filters->taken[priority / 8] |= 1 << priority % 8;
	if (!filters->first || priority < filters->first)
		filters->first = priority;
	if (is_program(options, kind, filters->program_id)) {
		filters->found = true;
		filters->filter.handle = message->tcm_handle;
		filters->filter.priority = priority;
	}
	return MNL_CB_OK;
}

/* An interface or a qdisc that is not there counts as having no filters. */
static int read_filters(int ifindex, uint32_t parent, struct filters *filters)
{
	const struct tcmsg request = {
		.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, parent),
	};
	const struct netlink_dump dump = {
		.bus = NETLINK_ROUTE, .type = RTM_GETTFILTER,
		.request = &request, .request_size = sizeof(request),
		.take = take_filter, .begin = forget, .context = filters,
	};
	int err = netlink_dump(&dump);

	return err ? log_error(err, "cannot read the TC filters: %s", strerror(-err)) : 0;
}

static uint32_t parent_of(const struct tc_hook *hook)
{
	return hook->egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS;
}

int tc_clsact_find(const struct tc_hook *hook, int ifindex, uint32_t program_id,
		   struct tc_clsact_filter *filter)
{
	struct filters filters = { .program_id = program_id };
	int err = read_filters(ifindex, parent_of(hook), &filters);

	*filter = filters.filter;
	return err ?: filters.found;
}

int tc_clsact_prepare(const struct tc_hook *hook, int ifindex, const char *iface, bool *made)
{
	int err = tc_message_make_qdisc(ifindex);

	*made = !err;
	if (!err || err == -EEXIST)
		return 0;
	if (err == -EPERM)
		return capabilities_error(err, CAPABILITIES_NET_ADMIN, "cannot attach %s to %s",
					  hook->program, iface);
	return log_error(err, "cannot make the qdisc clsact on %s: %s%s", iface, strerror(-err),
			 err == -ENOENT ? "; modprobe sch_ingress" : "");
}

static bool is_taken(const struct filters *filters, uint32_t priority)
{
	return filters->taken[priority / 8] & 1 << priority % 8;
}

/* Our filter gets a priority of its own: filters of different kinds cannot share one, and a
 * command that deletes another filter may name only the priority. */
static uint32_t choose_priority(const struct filters *filters)
{
	uint32_t priority = PRIORITY;

	if (filters->first && filters->first <= PRIORITY)
		priority = filters->first - 1;
	if (priority >= PRIORITY_FIRST)
		return priority;
	for (priority = PRIORITY_FIRST; is_taken(filters, priority); priority++)
		if (priority == PRIORITY_LAST)
			return 0;
	return priority;
}

int tc_clsact_attach(const struct tc_hook *hook, int ifindex, const char *iface, int program)
{
	struct filters filters = {};
	uint32_t priority;
	int err = read_filters(ifindex, parent_of(hook), &filters);

	if (err)
		return err;
	priority = choose_priority(&filters);
	if (!priority)
		return log_error(-ENOSPC, "%s has filters at every priority", iface);
	if (priority > PRIORITY_FIRST && filters.first && filters.first < priority)
		log_warning("%s: a filter at priority %u comes before %s, which does not see "
			    "the packets that this filter does not pass on", iface, filters.first,
			    hook->program);
	err = tc_message_put_filter(&(struct tc_message_filter){
			ifindex, parent_of(hook), HANDLE, priority }, program, false);
	if (err)
		return log_error(err, "cannot attach %s to %s at clsact: %s%s", hook->program,
				 iface, strerror(-err), err == -ENOENT ? "; modprobe cls_bpf" : "");
	return 0;
}

int tc_clsact_replace(const struct tc_hook *hook, int ifindex,
		      const struct tc_clsact_filter *filter, int program)
{
	return tc_message_put_filter(&(struct tc_message_filter){
			ifindex, parent_of(hook), filter->handle, filter->priority }, program,
			true);
}

int tc_clsact_detach(const struct tc_hook *hook, int ifindex,
		     const struct tc_clsact_filter *filter)
{
	return tc_message_remove_filter(&(struct tc_message_filter){
			ifindex, parent_of(hook), filter->handle, filter->priority });
}

int tc_clsact_remove_empty(int ifindex)
{
	struct filters ingress = {}, egress = {};
	int err = read_filters(ifindex, TC_H_MIN_INGRESS, &ingress);

	err = err ?: read_filters(ifindex, TC_H_MIN_EGRESS, &egress);
	if (err || ingress.count || egress.count)
		return err;
	err = tc_message_remove_qdisc(ifindex);
	if (err && err != -ENOENT && err != -ENODEV && err != -EINVAL)
		return log_error(err, "cannot remove the qdisc clsact: %s", strerror(-err));
	return 0;
}
