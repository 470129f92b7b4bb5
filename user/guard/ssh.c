// SPDX-License-Identifier: BSD-2-Clause
/*
 * sshd leaves the session's addresses in the variable SSH_CONNECTION. sudo drops it, so
 * the environments of all parent processes are searched.
 */
#include "guard/ssh.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/process.h"
#include "regions/table.h"
#include "trust/trust_store.h"

#define VARIABLE "SSH_CONNECTION="

struct session {
	char connection[256];   /* CLIENT-ADDR CLIENT-PORT SERVER-ADDR SERVER-PORT */
};

static bool in_environment_of(pid_t pid, void *to)
{
	struct session *session = to;
	char path[64], *entry = NULL;
	bool found = false;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && getdelim(&entry, &room, 0, file) > 0) {
		found = !strncmp(entry, VARIABLE, strlen(VARIABLE));
		if (found)
			snprintf(session->connection, sizeof(session->connection), "%s",
				 entry + strlen(VARIABLE));
	}
	free(entry);
	fclose(file);
	return found;
}

/* Reads the client's address as packets carry it: without a zone, and as IPv4 where sshd
 * writes ::ffff:ADDR. */
static int parse_client(char *text, struct address *client)
{
	const char *last_colon = strrchr(text, ':');

	text[strcspn(text, "%")] = 0;
	return address_parse(last_colon && strchr(last_colon, '.') ? last_colon + 1 : text, client);
}

/* Finds the session's client, and the port of this host that it is connected to. */
static bool ssh_session(struct address *client, unsigned int *port)
{
	struct session session;
	char addr[64];

	return process_any_ancestor(in_environment_of, &session) &&
	       sscanf(session.connection, "%63s %*u %*s %u", addr, port) == 2 &&
	       *port < 65536 && !parse_client(addr, client);
}

static bool is_protected(const struct guard_request *request, const struct guard_maps *maps,
			 uint32_t protect, unsigned int port)
{
	struct protected_ports ports = request->ports;

	if (!request->has_ports && ports_read(maps, protect, &ports))
		return false;
	return ports_cover(&ports, port, IPPROTO_TCP);
}

static bool is_allowed(const struct pins *pins, const struct address *client)
{
	struct trust_maps maps;
	bool covers = !maps_open(trust_store_rows, &maps, pins) &&
		      trust_store_covers(&maps, client);

	maps_close(trust_store_rows, &maps);
	return covers;
}

/* Whether the request blocks the client's region. */
static bool blocks(const struct guard_request *request, const struct guard_maps *maps,
		   const struct address *client)
{
	const struct ecdn_xdp_table_line *lines;
	struct ecdn_xdp_region_name name = {};
	__u32 region;

	if (region_store_map(maps, &lines))
		return false;
	region = table_lookup(lines, client);
	slot_unmap(lines);
	if (maps_get(maps->region_name, "region_name", &region, &name))
		return false;
	for (unsigned int i = 0; i < request->changes.count; i++)
		if (request->changes.at[i].what & LIMITS_BLOCK &&
		    (!strcmp(request->changes.at[i].region, name.name) ||
		     !strcmp(request->changes.at[i].region, LIMITS_DEFAULT)))
			return true;
	return false;
}

void ssh_warn(const struct guard_request *request, const struct guard_maps *maps,
	      uint32_t protect, const struct pins *pins)
{
	char text[ADDRESS_TEXT_SIZE];
	struct address client;
	unsigned int port;

	if ((!request->has_ports && !request->changes.count) || !ssh_session(&client, &port) ||
	    !is_protected(request, maps, protect, port) || is_allowed(pins, &client))
		return;
	address_format(&client, text);
	if (blocks(request, maps, &client))
		log_warning("this blocks the region of your own SSH session from %s, and port %u "
			    "is protected: ecdn-xdp allow add %s", text, port, text);
	else if (request->has_ports)
		log_warning("port %u is protected now, so a surge from the region of your own SSH "
			    "session may cut it off: ecdn-xdp allow add %s", port, text);
}
