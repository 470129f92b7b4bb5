// SPDX-License-Identifier: BSD-2-Clause
/*
 * source_mmdb.c - MaxMind DB: a binary tree by the bits of the address, whose
 * leaves refer to data records.
 */
#include <errno.h>
#include <inttypes.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "regions/source_formats.h"
#include "regions/source_mmdb_cache.h"

#define KEYS_MAX 16
#define ASN_KEY "autonomous_system_number"

/* A tree visits each node once; one that shares more than IPv4 could take for ever. */
#define VISITS_MAX 16

/* Where IPv4 is in an IPv6 tree: ::/96. */
#define V4_DEPTH 96

struct mmdb {
	struct source *source;
	MMDB_s db;
	const char *field;
	const char *key[KEYS_MAX + 1]; /* ends with NULL, as libmaxminddb wants it */
	bool asn;
	struct record_cache cache;
	bool named;             /* a record with the field was found */
	uint64_t visits;
	uint64_t v4_node;       /* root of IPv4 in an IPv6 tree; 0: a leaf, or none */
};

/* A child of a node: a node, a data record, or nothing. */
struct child {
	uint64_t node;
	uint8_t type;
	MMDB_entry_s entry;
};

static int fail(const struct mmdb *mmdb, const char *reason)
{
	return log_error(-EINVAL, "cannot read %s as a MaxMind DB: %s", mmdb->source->path, reason);
}

/* Cuts the field's path into keys; copy keeps them. */
static int split_field(struct mmdb *mmdb, char *copy)
{
	int count = 0;
	char *key;

	while ((key = strsep(&copy, "."))) {
		if (!*key || count == KEYS_MAX)
			return log_error(-EINVAL, "'%s' is not the path of a field: "
					 "1 to %d keys, separated by points",
					 mmdb->field, KEYS_MAX);
		mmdb->key[count++] = key;
	}
	mmdb->asn = !strcmp(mmdb->key[count - 1], ASN_KEY);
	return 0;
}

/* The name that a value stands for; name.start is NULL for what cannot be one. */
static struct text value_name(const struct mmdb *mmdb, const MMDB_entry_data_s *value,
			      char number[24])
{
	const char *prefix = mmdb->asn ? "AS" : "";
	uint64_t integer;

	switch (value->type) {
	case MMDB_DATA_TYPE_UTF8_STRING:
		return (struct text){ value->utf8_string, value->utf8_string + value->data_size };
	case MMDB_DATA_TYPE_UINT16:
		integer = value->uint16;
		break;
	case MMDB_DATA_TYPE_UINT32:
		integer = value->uint32;
		break;
	case MMDB_DATA_TYPE_UINT64:
		integer = value->uint64;
		break;
	default:
		return (struct text){ NULL, NULL };
	}
	return (struct text){ number, number + sprintf(number, "%s%" PRIu64, prefix, integer) };
}

static int name_entry(struct mmdb *mmdb, const struct cidr *at, struct text name,
		      uint32_t *entry)
{
	struct source *source = mmdb->source;
	int error = source_entry(source, name, entry);
	char quoted[QUOTE_SIZE], prefix[CIDR_TEXT_SIZE];

	if (error == -ENOSPC)
		return log_error(error, "%s: %s: " SOURCE_FULL, source->path,
				 cidr_format(at, prefix), text_quote(name, quoted),
				 names_count(source->names));
	if (error == -EINVAL)
		source_bad_record(source, at, "%s '%s' is not a region name: 1 to 15 printable "
				  "characters without space, quote, comma or '#'; "
				  "choose another field",
				  mmdb->field, text_quote(name, quoted));
	return error == -EINVAL ? 0 : error;
}

/* A bad record counts as nothing: the whole file is refused in the end. */
static int record_entry(struct mmdb *mmdb, const struct cidr *at, MMDB_entry_s *record,
			uint32_t *entry)
{
	MMDB_entry_data_s value;
	char number[24];
	struct text name;
	int status;

	*entry = SOURCE_UNKNOWN_ENTRY;
	status = MMDB_aget_value(record, &value, mmdb->key);
	if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR ||
	    status == MMDB_INVALID_LOOKUP_PATH_ERROR)
		return 0;
	if (status != MMDB_SUCCESS)
		return fail(mmdb, MMDB_strerror(status));
	if (!value.has_data)
		return 0;
	mmdb->named = true;
	name = value_name(mmdb, &value, number);
	if (name.start)
		return name_entry(mmdb, at, name, entry);
	source_bad_record(mmdb->source, at, "%s is neither a string nor an unsigned integer; "
			  "choose another field", mmdb->field);
	return 0;
}

static int add_record(struct mmdb *mmdb, const struct cidr *at, MMDB_entry_s *record,
		      struct range_list *list)
{
	uint32_t *entry = record_cache_find(&mmdb->cache, record->offset);
	int error;

	if (!entry) {
		uint32_t found;

		error = record_entry(mmdb, at, record, &found);
		if (error)
			return error;
		entry = record_cache_add(&mmdb->cache, record->offset, found);
		if (!entry)
			return -ENOMEM;
	}
	if (*entry == SOURCE_UNKNOWN_ENTRY)
		return 0;
	return range_list_add(list, at->addr.bits, cidr_last(at), *entry);
}

static int read_children(struct mmdb *mmdb, uint64_t number, struct child child[2])
{
	MMDB_search_node_s node;
	int status = MMDB_read_node(&mmdb->db, number, &node);

	if (status != MMDB_SUCCESS)
		return fail(mmdb, MMDB_strerror(status));
	if (mmdb->visits++ / VISITS_MAX > mmdb->db.metadata.node_count)
		return fail(mmdb, "its search tree refers to itself");
	child[0] = (struct child){ node.left_record, node.left_record_type,
				   node.left_record_entry };
	child[1] = (struct child){ node.right_record, node.right_record_type,
				   node.right_record_entry };
	return 0;
}

/* Lists what is below a child. Recursion is as deep as an address has bits. */
static int walk(struct mmdb *mmdb, const struct cidr *at, struct child *from,
		struct range_list *list)
{
	int bits = at->addr.family == AF_INET ? 32 : 128, error;
	struct cidr below = *at;
	struct child child[2];

	if (from->type == MMDB_RECORD_TYPE_EMPTY)
		return 0;
	if (from->type == MMDB_RECORD_TYPE_DATA)
		return add_record(mmdb, at, &from->entry, list);
	if (from->type != MMDB_RECORD_TYPE_SEARCH_NODE)
		return fail(mmdb, "its search tree is corrupt");
	if (at->length == bits)
		return fail(mmdb, "its search tree is deeper than an address");
	if (at->addr.family == AF_INET6 && mmdb->v4_node && from->node == mmdb->v4_node)
		return 0;
	error = read_children(mmdb, from->node, child);
	for (int i = 0; !error && i < 2; i++) {
		below.length = at->length + 1;
		below.addr.bits = at->addr.bits | (addr_bits)i << (128 - below.length);
		error = walk(mmdb, &below, &child[i], list);
	}
	return error;
}

/* What an IPv6 tree says about ::/96, or about the shorter prefix that holds it. */
static int find_v4(struct mmdb *mmdb, struct child *from)
{
	for (int depth = 0; depth < V4_DEPTH && from->type == MMDB_RECORD_TYPE_SEARCH_NODE;
	     depth++) {
		struct child child[2];
		int error = read_children(mmdb, from->node, child);

		if (error)
			return error;
		*from = child[0];
	}
	if (from->type == MMDB_RECORD_TYPE_SEARCH_NODE)
		mmdb->v4_node = from->node;
	return 0;
}

static int walk_all(struct mmdb *mmdb, struct range_set *set)
{
	struct child root = { 0, MMDB_RECORD_TYPE_SEARCH_NODE, { 0 } }, v4 = root;
	struct cidr all = { { 0, AF_INET }, 0 };
	int error = 0;

	if (!mmdb->db.metadata.node_count)
		return 0;
	if (mmdb->db.metadata.ip_version == 6)
		error = find_v4(mmdb, &v4);
	mmdb->visits = 0;
	if (!error)
		error = walk(mmdb, &all, &v4, &set->v4);
	if (error || mmdb->db.metadata.ip_version != 6)
		return error;
	all.addr.family = AF_INET6;
	return walk(mmdb, &all, &root, &set->v6);
}

static int read_open(struct mmdb *mmdb, struct range_set *set)
{
	int error = walk_all(mmdb, set);

	if (!error && mmdb->cache.count && !mmdb->named)
		error = log_error(-EINVAL, "no record of %s, a %s database, has the field %s; "
				  "choose another field", mmdb->source->path,
				  mmdb->db.metadata.database_type, mmdb->field);
	return error ? error : source_sum_up(mmdb->source, "record");
}

int source_read_mmdb(struct source *source, const char *field, struct range_set *set)
{
	struct mmdb mmdb = { .source = source, .field = field };
	char *copy = strdup(field);
	int error, status;

	if (!copy)
		return -ENOMEM;
	error = split_field(&mmdb, copy);
	if (error)
		goto out;
	status = MMDB_open(source->path, MMDB_MODE_MMAP, &mmdb.db);
	if (status != MMDB_SUCCESS) {
		error = fail(&mmdb, MMDB_strerror(status));
		goto out;
	}
	error = read_open(&mmdb, set);
	MMDB_close(&mmdb.db);
out:
	record_cache_free(&mmdb.cache);
	free(copy);
	return error;
}
