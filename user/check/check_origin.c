// SPDX-License-Identifier: BSD-2-Clause
#include "check/check_origin.h"

/* A cgroup that is gone took the link with it. */
static void attached(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_observer *origin = &facts->status.origin;

	if (!origin->loaded)
		return;
	if (!origin->hooks.attached)
		checks_add(report, "`ecdn-xdp load --origin --origin-cgroup PATH`",
			   "origin is attached to no cgroup any more, so no connection to an "
			   "origin is seen");
	else if (origin->config.content && !origin->hooks.reads)
		checks_add(report, "`ecdn-xdp load --origin`",
			   "what origins say is not read: somebody has removed a link");
}

static void namespace(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_observer *origin = &facts->status.origin;

	if (origin->loaded && !origin->here)
		checks_add(report, "`ecdn-xdp load --origin --no-origin-all-namespaces`",
			   "connections of another network namespace are observed, and none of "
			   "this one");
}

static void rows(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_observer *origin = &facts->status.origin;

	if (origin->head.rows >= ECDN_XDP_ORIGINS - 1)
		checks_add(report, "`ecdn-xdp origin add NAME ADDR` for those that are to stay",
			   "all %d rows of origins are in use, so those without a name lose "
			   "theirs to others", ECDN_XDP_ORIGINS - 1);
}

static void memory(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_observer *origin = &facts->status.origin;

	if (origin->head.no_memory)
		checks_add(report, "`sysctl net.core.optmem_max` higher, or more memory",
			   "%llu connections to origins were not observed, as memory was short",
			   origin->head.no_memory);
}

const struct checks_row check_origin_rows[] = {
	{ "origin", attached },
	{ "origin_namespace", namespace },
	{ "origin_rows", rows },
	{ "origin_memory", memory },
	{},
};
