// SPDX-License-Identifier: BSD-2-Clause
#include "show/xff_fields.h"

#include <math.h>

#include "show/output.h"

static const struct xff_fields_log *log_of(const void *item)
{
	return item;
}

#define OF_COUNTS(member)					\
	static uint64_t member(const void *item)		\
	{							\
		return log_of(item)->counts->member;		\
	}

OF_COUNTS(lines)
OF_COUNTS(bad)
OF_COUNTS(records)
OF_COUNTS(visits)
OF_COUNTS(passed_over)
OF_COUNTS(with_direct)
OF_COUNTS(direct_of_node)
OF_COUNTS(other_family)

static uint64_t of_class(const void *item, enum xff_class class)
{
	const struct xff_verdict *verdict = log_of(item)->verdict;

	return verdict->records[XFF_PLAIN][class] + verdict->records[XFF_TLS][class];
}

static uint64_t right(const void *item)
{
	return of_class(item, XFF_CLASS_RIGHT);
}

static uint64_t behind(const void *item)
{
	return of_class(item, XFF_CLASS_PROXY);
}

static uint64_t of_nodes(const void *item)
{
	return of_class(item, XFF_CLASS_NODE) + of_class(item, XFF_CLASS_NODE_ALONE);
}

static uint64_t strange(const void *item)
{
	return of_class(item, XFF_CLASS_STRANGE);
}

static uint64_t untold(const void *item)
{
	return of_class(item, XFF_CLASS_UNTOLD);
}

static uint64_t users(const void *item)
{
	return llround(log_of(item)->verdict->compared);
}

static uint64_t sets(const void *item)
{
	return log_of(item)->verdict->looked_at;
}

const struct field xff_fields[] = {
	{ FIELD_COUNT, .key = "lines", .number = lines },
	{ FIELD_COUNT, .key = "bad_lines", .number = bad },
	{ FIELD_COUNT, .key = "records", .number = records },
	{ FIELD_COUNT, .key = "direct_visits", .number = visits },
	{ FIELD_COUNT, .key = "passed_over", .number = passed_over },
	{ FIELD_COUNT, .key = "with_direct", .number = with_direct },
	{ FIELD_COUNT, .key = "direct_of_node", .number = direct_of_node },
	{ FIELD_COUNT, .key = "other_family", .number = other_family },
	{ FIELD_COUNT, .key = "shown.right", .number = right },
	{ FIELD_COUNT, .key = "shown.behind", .number = behind },
	{ FIELD_COUNT, .key = "shown.node", .number = of_nodes },
	{ FIELD_COUNT, .key = "shown.strange", .number = strange },
	{ FIELD_COUNT, .key = "shown.untold", .number = untold },
	{ FIELD_COUNT, .key = "compared_users", .number = users },
	{ FIELD_COUNT, .key = "looked_at_sets", .number = sets },
	{},
};

void xff_fields_print(const struct xff_fields_log *log)
{
	output_line("%llu records: %llu shown rightly, %llu behind another address, %llu as a "
		    "node, %llu with another address, %llu cannot be told.",
		    (unsigned long long)log->counts->records, (unsigned long long)right(log),
		    (unsigned long long)behind(log), (unsigned long long)of_nodes(log),
		    (unsigned long long)strange(log), (unsigned long long)untold(log));
}
