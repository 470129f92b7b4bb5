// SPDX-License-Identifier: BSD-2-Clause
#include "control/request.h"

#include <string.h>

void request_init(struct request *request)
{
	memset(request, 0, sizeof(*request));
	guard_request_init(&request->guard);
	ping_request_init(&request->ping);
	origin_request_init(&request->origin);
}

void request_free(struct request *request)
{
	trust_request_free(&request->trust);
	guard_request_free(&request->guard);
	steer_rules_free(&request->steer.rules);
	origin_request_free(&request->origin);
}
