// SPDX-License-Identifier: BSD-2-Clause
/*
 * ssh.c - would this command saw off the branch that its caller sits on? sshd
 * leaves the session's addresses in SSH_CONNECTION; sudo drops the variable, so
 * the ancestors' environments are searched too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/process.h"
#include "guard/region_store.h"
#include "kernel/slot.h"
#include "control/settings.h"
#include "trust/trust_store.h"
#include "regions/table.h"

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

/* As packets carry it: without a zone, and IPv4 where sshd says ::ffff:ADDR. */
static int parse_client(char *text, struct address *client)
{
	const char *last_colon = strrchr(text, ':');

	text[strcspn(text, "%")] = 0;
	return address_parse(last_colon && strchr(last_colon, '.') ? last_colon + 1 : text, client);
}

/* The session's client and the port it came to. */
static bool ssh_session(struct address *client, unsigned int *port)
{
	struct session session;
	char addr[64];

	return process_any_ancestor(in_environment_of, &session) &&
	       sscanf(session.connection, "%63s %*u %*s %u", addr, port) == 2 &&
	       *port < 65536 && !parse_client(addr, client);
}

static bool is_protected(const struct settings *settings, const struct maps *maps,
			 unsigned int port)
{
	struct ecdn_xdp_protected_ports ports = settings->ports;
	uint32_t protect = settings->protect;
	struct ecdn_xdp_config config;

	if (!settings->has_ports) {
		if (maps_config(maps, &config) ||
		    maps_get(maps->protected_ports, "protected_ports", &(__u32){ 0 }, &ports))
			return false;
		protect = config.protect;
	}
	return protect & ECDN_XDP_PROTECT_ALL || ports.tcp[port / 8] & 1 << port % 8;
}

static bool will_be_allowed(const struct settings *settings, const struct address *client)
{
	for (unsigned int i = 0; i < settings->allow_count; i++) {
		const struct cidr *cidr = &settings->allow[i];

		if (cidr->addr.family == client->family && client->bits >= cidr->addr.bits &&
		    client->bits <= cidr_last(cidr))
			return true;
	}
	return false;
}

/* Whether a change takes hold of the client's region as `what`. */
static bool changes_region(const struct settings *settings, const struct maps *maps,
			   const struct address *client, unsigned int what)
{
	const struct ecdn_xdp_table_line *lines;
	struct ecdn_xdp_region_name name = {};
	__u32 region;

	if (generation_map(maps, &lines))
		return false;
	region = table_lookup(lines, client) & ECDN_XDP_ENTRY_REGION;
	lines_unmap(lines);
	if (maps_get(maps->region_name, "region_name", &region, &name))
		return false;
	for (unsigned int i = 0; i < settings->change_count; i++)
		if (settings->changes[i].what & what &&
		    (!strcmp(settings->changes[i].region, name.name) ||
		     !strcmp(settings->changes[i].region, SETTINGS_DEFAULT)))
			return true;
	return false;
}

void settings_warn_ssh(const struct settings *settings, const struct maps *maps)
{
	char text[ADDRESS_TEXT_SIZE];
	struct address client;
	unsigned int port;

	if (!ssh_session(&client, &port) || !is_protected(settings, maps, port) ||
	    will_be_allowed(settings, &client) || trusted_covers(maps, &client))
		return;
	address_format(&client, text);
	if (changes_region(settings, maps, &client, CHANGE_BLOCK))
		log_warning("this blocks the region of your own SSH session from %s, and port %u "
			    "is protected: ecdn-xdp allow add %s", text, port, text);
	else if (settings->has_ports)
		log_warning("port %u is protected now, so a surge from the region of your own SSH "
			    "session may drop it: ecdn-xdp allow add %s", port, text);
}
