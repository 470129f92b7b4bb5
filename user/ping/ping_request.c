// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_request.h"

#include <string.h>

#include "base/words.h"
#include "ecdn-xdp-maps.h"

#define RATE_MAX 1000000000ULL

static const char *const mode_names[] = {
	[ECDN_XDP_PING_ANSWER] = "answer",
	[ECDN_XDP_PING_PASS] = "pass",
};
_Static_assert(sizeof(mode_names) / sizeof(*mode_names) == ECDN_XDP_PING_MAX,
	       "each mode has a name");

const char *ping_request_mode_name(uint32_t mode)
{
	return mode < ECDN_XDP_PING_MAX ? mode_names[mode] : "?";
}

int ping_request_mode_parse(const char *text, int *mode)
{
	int index = words_index(mode_names, ECDN_XDP_PING_MAX, text);

	if (index < 0)
		return index;
	*mode = index;
	return 0;
}

void ping_request_init(struct ping_request *request)
{
	memset(request, 0, sizeof(*request));
	request->settings.mode = -1;
	request->settings.only_nodes = -1;
}

const char *ping_request_wrong(const struct ping_settings *settings)
{
	if (settings->has_rate && settings->rate > RATE_MAX)
		return "the rate of ping must be from 0 (no limit) to 1G a second";
	if (settings->has_burst && (!settings->burst || settings->burst > RATE_MAX))
		return "the burst of ping must be from 1 to 1G";
	return NULL;
}

bool ping_request_wanted(const struct ping_request *request)
{
	const struct ping_settings *settings = &request->settings;

	return request->iface_count || settings->mode >= 0 || settings->only_nodes >= 0 ||
	       settings->has_rate || settings->has_burst;
}
