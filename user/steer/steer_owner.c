// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_owner.h"

#include <errno.h>
#include <stdio.h>

#include "base/kernel_file.h"
#include "base/log.h"

#define LO 1                    /* the index of lo, in each network namespace */

unsigned int steer_owner_first_open_port(void)
{
	return kernel_file_number("/proc/sys/net/ipv4/ip_unprivileged_port_start", 0);
}

/* Whether a socket serves nobody but this host. */
static bool is_inside(const struct listener *listener)
{
	return address_is_loopback(&listener->address) || listener->ifindex == LO;
}

uint32_t steer_owner_of_port(const struct steer_rule *rule, const struct listeners *listeners)
{
	uint32_t user = 0;

	if (rule->port >= steer_owner_first_open_port())
		return 0;
	for (unsigned int i = 0; i < listeners->count; i++) {
		const struct listener *at = &listeners->listener[i];

		if (at->port != rule->port || at->protocol != rule->protocol ||
		    (at->user && is_inside(at)))
			continue;
		if (!at->user || (user && user != at->user))
			return 0;
		user = at->user;
	}
	return user;
}

bool steer_owner_allows(const struct steer_rule *rule, uint32_t port_user,
			const struct listener *socket)
{
	return !socket->user || socket->user == rule->user || socket->user == port_user;
}

struct owner {
	const struct steer_rule *rule;
	uint32_t port_user;
};

static bool allows(const struct listener *socket, const void *context)
{
	const struct owner *owner = context;

	return steer_owner_allows(owner->rule, owner->port_user, socket);
}

unsigned int steer_owner_find(const struct steer_rule *rule, uint32_t port_user,
			      const struct listeners *listeners,
			      const struct listener **found, unsigned int max)
{
	const struct owner owner = { rule, port_user };
	const struct listener_filter filter = { allows, &owner };

	return steer_rule_find(rule, listeners, &filter, found, max);
}

const struct listener *steer_owner_foreign(const struct steer_rule *rule,
					   const struct listeners *listeners)
{
	const struct listener *found;

	return steer_rule_find(rule, listeners, NULL, &found, 1) ? found : NULL;
}

char *steer_owner_format(const struct steer_rule *rule, uint32_t port_user,
			 char text[STEER_OWNER_TEXT_SIZE])
{
	int length = snprintf(text, STEER_OWNER_TEXT_SIZE, "root's");

	if (rule->user)
		length += snprintf(text + length, STEER_OWNER_TEXT_SIZE - length, " or of uid %u",
				   rule->user);
	if (port_user && port_user != rule->user)
		snprintf(text + length, STEER_OWNER_TEXT_SIZE - length, " or of uid %u", port_user);
	return text;
}

int steer_owner_refuse(const struct steer_rule *rule, const struct listener *socket)
{
	char port[STEER_PORT_TEXT_SIZE], at[LISTENER_TEXT_SIZE], holder[HOLDER_NAME_SIZE + 16] = "";

	if (socket->holder_count)
		snprintf(holder, sizeof(holder), ", %s[%d]", socket->holders[0].name,
			 socket->holders[0].pid);
	return log_error(-EACCES, "port %s: what listens on %s belongs to uid %u%s, and not to "
			 "root, to the user of port %s or to one that --user or steer_user names, "
			 "so no connection goes there",
			 steer_rule_format_port(rule->port, rule->protocol, port),
			 listener_format(&socket->address, socket->port, at), socket->user, holder,
			 port);
}
