// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_origin.h"

#include <net/if.h>

#include "base/log.h"
#include "cli/cli_tell.h"

static bool sets_up(const struct cli_origin *words)
{
	return words->cgroup || words->ports || words->all_namespaces || words->own_namespace;
}

static int check(const struct cli_origin *words, bool has_config)
{
	if (words->off && words->depth)
		return log_error(CLI_USAGE, "--origin and --no-origin exclude each other");
	if (words->all_namespaces && words->own_namespace)
		return log_error(CLI_USAGE, "--origin-all-namespaces and "
				 "--no-origin-all-namespaces exclude each other");
	if (sets_up(words) && (words->off || (!words->depth && !has_config)))
		return log_error(CLI_USAGE, "--origin-cgroup, --origin-ports and "
				 "--origin-all-namespaces set the observer up: name --origin, too");
	return 0;
}

static int take_depth(const struct cli_origin *words, struct origin_request *request)
{
	if (words->off)
		request->depth = ORIGIN_DEPTH_OFF;
	if (words->depth && !*words->depth && !origin_request_loads(request))
		request->depth = ORIGIN_DEPTH_CONTENT;
	if (!words->depth || !*words->depth)
		return 0;
	if (origin_request_depth_parse(words->depth, &request->depth) ||
	    request->depth == ORIGIN_DEPTH_OFF)
		return log_error(CLI_USAGE, "--origin=%s: must be content or sockets; --no-origin "
				 "takes the observer off", words->depth);
	return 0;
}

static int take_ports(const char *ports, struct origin_request *request)
{
	if (!ports)
		return 0;
	request->ports = (struct origin_ports){};
	request->has_ports = true;
	return origin_request_ports_parse(ports, &request->ports) ?
	       log_error(CLI_USAGE, "--origin-ports %s: must be PORT[/http|/tls], several joined "
			 "by commas", ports) : 0;
}

int cli_origin_take(const struct cli_origin *words, bool has_config,
		    struct origin_request *request)
{
	int err = check(words, has_config);

	err = err ?: take_depth(words, request);
	err = err ?: take_ports(words->ports, request);
	request->cgroup = words->cgroup ?: request->cgroup;
	if (words->all_namespaces || words->own_namespace)
		request->all_namespaces = words->all_namespaces;
	return err;
}

int cli_origin_check_words(const struct cli_origin *words, char **ifaces, int count)
{
	enum origin_depth depth;

	for (int i = 0; i < count; i++)
		if (words->depth && !*words->depth && !if_nametoindex(ifaces[i]) &&
		    !origin_request_depth_parse(ifaces[i], &depth))
			return log_error(CLI_USAGE, "%s is no interface of this host; write "
					 "--origin=%s for that depth", ifaces[i], ifaces[i]);
	return 0;
}

void cli_origin_tell(const struct cli *cli, const struct origin_request *request)
{
	if (request->depth == ORIGIN_DEPTH_OFF)
		cli_tell(cli, "connections to origins are not observed");
	if (origin_request_loads(request))
		cli_tell(cli, "connections to origins are observed: %s",
			 request->depth == ORIGIN_DEPTH_CONTENT ? "sockets and content" :
			 "sockets");
}
