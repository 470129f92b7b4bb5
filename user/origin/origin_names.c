// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_names.h"

#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "kernel/maps.h"
#include "origin/origin_address.h"

#define MAP "origin_names"

void origin_names_free(struct origin_names *names)
{
	free(names->at);
	*names = (struct origin_names){};
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (!isgraph((unsigned char)*text) || strchr("\"'\\,#", *text))
			return false;
	return true;
}

static bool has_length(const char *text)
{
	return *text && strlen(text) < ECDN_XDP_ORIGIN_NAME_SIZE;
}

const char *origin_names_wrong(const char *name)
{
	struct ecdn_xdp_origin_key key;

	if (!has_length(name) || !is_printable(name))
		return "a name has 1 to 63 printable characters without space, quote, backslash, "
		       "comma or '#'";
	if (!origin_address_parse(name, &key))
		return "an address can be no name";
	return strcmp(name, ECDN_XDP_ORIGIN_NONE_NAME) ? NULL :
	       "that is what origins without a row of their own are called";
}

const char *origin_names_wrong_sni(const char *sni)
{
	const char *at = sni;

	while (isalnum((unsigned char)*at) || (*at && strchr("-._", *at)))
		at++;
	return has_length(sni) && !*at ? NULL :
	       "a host name has 1 to 63 letters, digits, '-', '_' and '.'";
}

static bool is_same(const struct ecdn_xdp_origin_key *one, const struct ecdn_xdp_origin_key *other)
{
	return !memcmp(one, other, sizeof(*one));
}

const struct origin_names_row *origin_names_find(const struct origin_names *names,
						 const struct ecdn_xdp_origin_key *key)
{
	for (size_t i = 0; i < names->count; i++)
		if (is_same(&names->at[i].key, key))
			return &names->at[i];
	return NULL;
}

const struct origin_names_row *origin_names_of(const struct origin_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->at[i].value.name, name))
			return &names->at[i];
	return NULL;
}

static int append(struct origin_names *names, const struct origin_names_row *row)
{
	return array_append(names->at, names->count, row) ?
	       log_error(-ENOMEM, "out of memory for the names of origins") : 0;
}

int origin_names_append(struct origin_names *names, const struct ecdn_xdp_origin_key *key,
			const char *name, const char *sni)
{
	struct origin_names_row row = { .key = *key };

	if (origin_names_find(names, key))
		return -EEXIST;
	memcpy(row.value.name, name, strlen(name));
	if (sni)
		memcpy(row.value.sni, sni, strlen(sni));
	return append(names, &row);
}

int origin_names_read(int map, struct origin_names *names)
{
	struct ecdn_xdp_origin_key *last = NULL;
	struct origin_names_row row;
	int err;

	*names = (struct origin_names){};
	while ((err = maps_next(map, MAP, last, &row.key)) > 0) {
		last = &row.key;
		if (!bpf_map_lookup_elem(map, &row.key, &row.value))
			err = append(names, &row);
		else if (errno != ENOENT) /* a reader holds no lock, so the row may be gone */
			err = log_error(-errno, "cannot read map " MAP ": %s", strerror(errno));
		if (err < 0)
			break;
	}
	if (err < 0)
		origin_names_free(names);
	return err;
}

int origin_names_put(int map, const struct origin_names_row *row)
{
	return maps_set(map, MAP, &row->key, &row->value);
}

int origin_names_drop(int map, const struct origin_names_row *row)
{
	return maps_delete(map, MAP, &row->key);
}
