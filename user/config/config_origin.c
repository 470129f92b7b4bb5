// SPDX-License-Identifier: BSD-2-Clause
#include "config/config_origin.h"

#include <errno.h>
#include <string.h>

#include "config/config_cgroup.h"
#include "ecdn-xdp-origin-rows.h"
#include "origin/origin_address.h"

static void take_depth(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || origin_request_depth_parse(text, &((struct origin_request *)to)->depth))
		yaml_bad(reader, value, "\"%s\" is not a depth; use content, sockets or off",
			 text ?: "this");
}

static void take_cgroup(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_cgroup_take(reader, value, &((struct origin_request *)to)->cgroup);
}

static void take_port(struct reader *reader, const yaml_node_t *item, void *to)
{
	const char *text = yaml_text(item);

	if (!text || origin_request_ports_parse(text, to))
		yaml_bad(reader, item, "\"%s\" is not a port; write it as 443, 8000/http or "
			 "8080/tls", text ?: "this");
}

static void take_ports(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct origin_request *request = to;

	request->has_ports = true;
	if (value->type == YAML_SEQUENCE_NODE &&
	    value->data.sequence.items.start == value->data.sequence.items.top)
		yaml_bad(reader, value, "is empty; `origin: off` observes nothing");
	yaml_each_item(reader, value, &request->ports, take_port);
}

static void take_all_namespaces(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (text && (!strcmp(text, "true") || !strcmp(text, "false")))
		((struct origin_request *)to)->all_namespaces = !strcmp(text, "true");
	else
		yaml_bad(reader, value, "must be true or false");
}

/* One origin of the list. */
struct named {
	struct origin_names addresses; /* whose name is not known yet */
	const char *name, *sni;
};

static void take_name(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value) ?: "";
	const char *wrong = origin_names_wrong(text);

	if (wrong)
		yaml_bad(reader, value, "\"%s\": %s", text, wrong);
	else
		((struct named *)to)->name = text;
}

static void take_sni(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value) ?: "";
	const char *wrong = origin_names_wrong_sni(text);

	if (wrong)
		yaml_bad(reader, value, "\"%s\": %s", text, wrong);
	else
		((struct named *)to)->sni = text;
}

static void take_address(struct reader *reader, const yaml_node_t *item, void *to)
{
	const char *text = yaml_text(item);
	struct ecdn_xdp_origin_key key;
	int err;

	if (!text || origin_address_parse(text, &key)) {
		yaml_bad(reader, item, "\"%s\" is no address of an origin; write it as "
			 "203.0.113.7, 203.0.113.7:443, \"2001:db8::7\" or \"[2001:db8::7]:443\"",
			 text ?: "this");
		return;
	}
	if (ecdn_xdp_origin_loopback(&key)) {
		yaml_bad(reader, item, "%s is this host's loopback, and connections to it are not "
			 "watched", text);
		return;
	}
	err = origin_names_append(to, &key, "", NULL);
	if (err)
		yaml_bad(reader, item, err == -EEXIST ? "%s is there twice" : "out of memory",
			 text);
}

static void take_addresses(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_each_item(reader, value, &((struct named *)to)->addresses, take_address);
}

static void add(struct reader *reader, const yaml_node_t *item, const struct named *named,
		struct origin_names *names)
{
	int err = 0;

	for (size_t i = 0; i < named->addresses.count && !err; i++) {
		const struct ecdn_xdp_origin_key *key = &named->addresses.at[i].key;
		char text[ORIGIN_ADDRESS_TEXT_SIZE];

		err = origin_names_append(names, key, named->name, named->sni);
		if (err)
			yaml_bad(reader, item, err == -EEXIST ? "%s has another name above" :
				 "out of memory", origin_address_format(key, text));
	}
}

static void take_named(struct reader *reader, const yaml_node_t *item, void *to)
{
	static const struct yaml_key keys[] = {
		{ "name", take_name }, { "address", take_addresses }, { "sni", take_sni },
		{ NULL, NULL },
	};
	unsigned int errors = reader->errors;
	struct named named = {};

	yaml_take_keys(reader, item, keys, &named);
	if (errors == reader->errors && (!named.name || !named.addresses.count))
		yaml_bad(reader, item, "an origin has a name and an address");
	if (errors == reader->errors && origin_names_of(to, named.name))
		yaml_bad(reader, item, "two origins are named \"%s\"; one can have a list of "
			 "addresses", named.name);
	if (errors == reader->errors)
		add(reader, item, &named, to);
	origin_names_free(&named.addresses);
}

static void take_names(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct origin_request *request = to;

	request->replace_names = true;
	yaml_each_item(reader, value, &request->names, take_named);
}

void config_origin_take(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = {
		{ "depth", take_depth }, { "cgroup", take_cgroup }, { "ports", take_ports },
		{ "all_namespaces", take_all_namespaces }, { "names", take_names },
		{ NULL, NULL },
	};
	struct origin_request *request = to;

	if (value->type != YAML_MAPPING_NODE) {
		take_depth(reader, value, to);
		return;
	}
	request->depth = ORIGIN_DEPTH_CONTENT;
	yaml_take_keys(reader, value, keys, to);
}
