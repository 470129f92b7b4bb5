// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_naming.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "origin/origin_address.h"

void origin_naming_free(struct origin_naming *naming)
{
	origin_names_free(&naming->before);
	origin_names_free(&naming->after);
}

static int append(struct origin_names *names, const struct origin_names_row *row)
{
	int err = origin_names_append(names, &row->key, row->value.name, row->value.sni);

	return err == -EEXIST ? 0 : err;
}

/* All rows of `from`; but_name: without those that have this name. */
static int copy(struct origin_names *to, const struct origin_names *from, const char *but_name)
{
	int err = 0;

	for (size_t i = 0; i < from->count && !err; i++)
		if (!but_name || strcmp(from->at[i].value.name, but_name))
			err = append(to, &from->at[i]);
	return err;
}

static int refuse(const struct origin_names_row *row)
{
	char text[ORIGIN_ADDRESS_TEXT_SIZE];

	return log_error(-EEXIST, "%s is named %s already, and can have no other name: `ecdn-xdp "
			 "origin del %s` takes that off; nothing was changed",
			 origin_address_format(&row->key, text), row->value.name,
			 row->value.name);
}

/* The host name that all addresses of a name are to have. */
static const char *sni_of(const struct origin_naming *naming, const struct origin_request *request)
{
	const struct origin_names_row *row = origin_names_of(&naming->before, request->name);

	return request->sni ?: row ? row->value.sni : NULL;
}

/* Rows that have the name already keep their address, and share the host name. */
static int add(struct origin_naming *naming, const struct origin_request *request)
{
	const char *sni = sni_of(naming, request);
	int err = copy(&naming->after, &naming->before, request->name);

	for (size_t i = 0; i < naming->before.count && !err; i++)
		if (!strcmp(naming->before.at[i].value.name, request->name))
			err = origin_names_append(&naming->after, &naming->before.at[i].key,
						  request->name, sni);
	for (size_t i = 0; i < request->names.count && !err; i++) {
		const struct ecdn_xdp_origin_key *key = &request->names.at[i].key;
		const struct origin_names_row *row = origin_names_find(&naming->before, key);

		if (row && strcmp(row->value.name, request->name))
			err = refuse(row);
		else if (!row)
			err = origin_names_append(&naming->after, key, request->name, sni);
	}
	return err;
}

static int del(struct origin_naming *naming, const char *name)
{
	if (!origin_names_of(&naming->before, name))
		return log_error(-ENOENT, "no origin is named %s; `ecdn-xdp origin` shows which "
				 "names there are; nothing was changed", name);
	return copy(&naming->after, &naming->before, name);
}

static int find_after(struct origin_naming *naming, const struct origin_request *request)
{
	if (request->name)
		return request->remove ? del(naming, request->name) : add(naming, request);
	return copy(&naming->after, request->replace_names ? &request->names : &naming->before,
		    NULL);
}

static bool is_there(const struct origin_names *names, const struct origin_names_row *row)
{
	const struct origin_names_row *found = origin_names_find(names, &row->key);

	return found && !memcmp(&found->value, &row->value, sizeof(row->value));
}

static bool differ(const struct origin_names *one, const struct origin_names *other)
{
	if (one->count != other->count)
		return true;
	for (size_t i = 0; i < one->count; i++)
		if (!is_there(other, &one->at[i]))
			return true;
	return false;
}

int origin_naming_prepare(struct origin_naming *naming, int map,
			  const struct origin_request *request)
{
	int err = map < 0 ? 0 : origin_names_read(map, &naming->before);

	err = err ?: find_after(naming, request);
	if (!err && naming->after.count > ECDN_XDP_ORIGINS)
		err = log_error(-ENOSPC, "there is room for names of %d addresses, and this makes "
				"%zu; nothing was changed", ECDN_XDP_ORIGINS, naming->after.count);
	naming->changes = !err && differ(&naming->before, &naming->after);
	return err;
}

/* What goes comes first, so that the map never has to hold more than it has room for. */
int origin_naming_write(const struct origin_naming *naming, int map)
{
	int err = 0;

	for (size_t i = 0; i < naming->before.count && !err; i++)
		if (!origin_names_find(&naming->after, &naming->before.at[i].key))
			err = origin_names_drop(map, &naming->before.at[i]);
	for (size_t i = 0; i < naming->after.count && !err; i++)
		if (!is_there(&naming->before, &naming->after.at[i]))
			err = origin_names_put(map, &naming->after.at[i]);
	return err;
}
