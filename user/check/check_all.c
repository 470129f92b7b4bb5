// SPDX-License-Identifier: BSD-2-Clause
#include "check/check_all.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "check/check_guard.h"
#include "check/check_limits.h"
#include "check/check_origin.h"
#include "check/check_ping.h"
#include "check/check_steer.h"
#include "check/check_table.h"

static const struct checks_row *const families[] = {
	check_guard_rows, check_table_rows, check_limits_rows, check_steer_rows, check_ping_rows,
	check_origin_rows,
};

int check_all(const struct checks_facts *facts, struct checks_report *report)
{
	memset(report, 0, sizeof(*report));
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		checks_run_rows(families[i], facts, report);
	return report->failed ? log_error(-ENOMEM, "out of memory") : 0;
}
