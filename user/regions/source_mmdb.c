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
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"
#include "regions/source_entry.h"
#include "regions/source_mmdb_cache.h"

/* The metadata at the end of the file starts with the marker, at most this far from the end. */
#define MARKER "\xab\xcd\xefMaxMind.com"
#define METADATA_MAX (128 << 10)

#define KEYS_MAX 16
#define ASN_KEY "autonomous_system_number"
#define NUMBER_SIZE 24          /* of "AS" and 64 bits in decimal, NUL included */

/* How often the nodes of a tree are read on average before it counts as corrupt: a tree whose
 * nodes share children can take for ever. Only IPv4 is shared in good ones. */
#define VISITS_MAX 16

/* The bits before IPv4 in an IPv6 tree, which has it at ::/96. */
#define V4_DEPTH 96

struct mmdb {
	struct source *source;
	MMDB_s db;
	const char *key[KEYS_MAX + 1]; /* of the field; ends with NULL, as the library wants it */
	bool asn;               /* the field holds numbers that are named AS1, AS2, ... */
	struct source_mmdb_cache cache;
	bool named;             /* a record with the field was found */
	uint64_t visits;
	uint64_t v4_node;       /* root of IPv4 in an IPv6 tree; 0: a leaf, or none */
};

/* A child of a node: another node, a data record, or nothing. */
struct child {
	uint64_t node;
	uint8_t type;
	MMDB_entry_s entry;
};

static bool has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path), size = strlen(suffix);

	return length >= size && !strcmp(path + length - size, suffix);
}

static int has_marker(const struct file *file)
{
	size_t length = file->size < METADATA_MAX ? file->size : METADATA_MAX;

	return !!memmem(file->data + file->size - length, length, MARKER, strlen(MARKER));
}

int source_mmdb_knows(const struct source *source)
{
	const char *path = source->file.path;

	return has_suffix(path, ".mmdb") || has_suffix(path, ".mmdb.gz") ||
	       has_marker(&source->file);
}

static int fail(const struct mmdb *mmdb, const char *reason)
{
	return log_error(-EINVAL, "cannot read %s as a MaxMind DB: %s", mmdb->source->file.path,
			 reason);
}

/* Cuts a copy of the field's path into keys, which point into it. */
static int split_field(struct mmdb *mmdb, char *copy)
{
	int count = 0;
	char *key;

	while ((key = strsep(&copy, "."))) {
		if (!*key || count == KEYS_MAX)
			return log_error(-EINVAL, "'%s' is not the path of a field: "
					 "1 to %d keys, separated by points",
					 mmdb->source->field, KEYS_MAX);
		mmdb->key[count++] = key;
	}
	mmdb->asn = !strcmp(mmdb->key[count - 1], ASN_KEY);
	return 0;
}

/* The name that a value stands for, in the file's memory or in number. name.start is NULL if
 * the value cannot be a name. */
static struct text value_name(const struct mmdb *mmdb, const MMDB_entry_data_s *value,
			      char number[NUMBER_SIZE])
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

/* A fault is reported and the record taken for unknown: the reading goes on to find the other
 * faults, before the file is refused as a whole. */
static int value_entry(struct mmdb *mmdb, const struct cidr *at, const MMDB_entry_data_s *value,
		       uint32_t *entry)
{
	struct source *source = mmdb->source;
	char number[NUMBER_SIZE];
	struct text name = value_name(mmdb, value, number);
	int err;

	if (!name.start) {
		report_record(&source->report, at, "%s is neither a string nor an unsigned "
			      "integer; choose another field", source->field);
		return 0;
	}
	err = source_entry_of_record(source, name, at, entry);
	return err == -EINVAL ? 0 : err;
}

static int record_entry(struct mmdb *mmdb, const struct cidr *at, MMDB_entry_s *record,
			uint32_t *entry)
{
	MMDB_entry_data_s value;
	int status;

	*entry = SOURCE_ENTRY_UNKNOWN;
	status = MMDB_aget_value(record, &value, mmdb->key);
	if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR ||
	    status == MMDB_INVALID_LOOKUP_PATH_ERROR)
		return 0;
	if (status != MMDB_SUCCESS)
		return fail(mmdb, MMDB_strerror(status));
	if (!value.has_data)
		return 0;
	mmdb->named = true;
	return value_entry(mmdb, at, &value, entry);
}

static int add_record(struct mmdb *mmdb, const struct cidr *at, MMDB_entry_s *record,
		      struct range_list *list)
{
	const uint32_t *cached = source_mmdb_cache_find(&mmdb->cache, record->offset);
	uint32_t entry = cached ? *cached : SOURCE_ENTRY_UNKNOWN;
	int err = 0;

	if (!cached) {
		err = record_entry(mmdb, at, record, &entry);
		err = err ?: source_mmdb_cache_add(&mmdb->cache, record->offset, entry);
	}
	if (err || entry == SOURCE_ENTRY_UNKNOWN)
		return err;
	return range_list_add(list, at->addr.bits, cidr_last(at), entry);
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

static int walk(struct mmdb *mmdb, const struct cidr *at, struct child *from,
		struct range_list *list);

static int walk_node(struct mmdb *mmdb, const struct cidr *at, uint64_t node,
		     struct range_list *list)
{
	struct cidr below = *at;
	struct child child[2];
	int err;

	if (at->length == address_family_bits(at->addr.family))
		return fail(mmdb, "its search tree is deeper than an address");
	err = read_children(mmdb, node, child);
	for (int i = 0; !err && i < 2; i++) {
		below.length = at->length + 1;
		below.addr.bits = at->addr.bits | (addr_bits)i << (128 - below.length);
		err = walk(mmdb, &below, &child[i], list);
	}
	return err;
}

/* Lists what is below a child. The recursion is at most as deep as an address has bits. */
static int walk(struct mmdb *mmdb, const struct cidr *at, struct child *from,
		struct range_list *list)
{
	switch (from->type) {
	case MMDB_RECORD_TYPE_EMPTY:
		return 0;
	case MMDB_RECORD_TYPE_DATA:
		return add_record(mmdb, at, &from->entry, list);
	case MMDB_RECORD_TYPE_SEARCH_NODE:
		/* IPv4 inside IPv6 has been listed as IPv4; the tree can refer to it again. */
		if (at->addr.family == AF_INET6 && mmdb->v4_node && from->node == mmdb->v4_node)
			return 0;
		return walk_node(mmdb, at, from->node, list);
	}
	return fail(mmdb, "its search tree is corrupt");
}

/* Follows an IPv6 tree from *from to what it says about ::/96, or about the shorter prefix that
 * holds it. */
static int find_v4(struct mmdb *mmdb, struct child *from)
{
	for (int depth = 0; depth < V4_DEPTH && from->type == MMDB_RECORD_TYPE_SEARCH_NODE;
	     depth++) {
		struct child child[2];
		int err = read_children(mmdb, from->node, child);

		if (err)
			return err;
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
	bool has_v6 = mmdb->db.metadata.ip_version == 6;
	int err = 0;

	if (!mmdb->db.metadata.node_count)
		return 0;
	if (has_v6)
		err = find_v4(mmdb, &v4);
	mmdb->visits = 0;
	err = err ?: walk(mmdb, &all, &v4, &set->v4);
	if (err || !has_v6)
		return err;
	all.addr.family = AF_INET6;
	return walk(mmdb, &all, &root, &set->v6);
}

static int read_open(struct mmdb *mmdb, struct range_set *set)
{
	const struct source *source = mmdb->source;
	int err = walk_all(mmdb, set);

	if (!err && mmdb->cache.count && !mmdb->named)
		err = log_error(-EINVAL, "no record of %s, a %s database, has the field %s; "
				"choose another field", source->file.path,
				mmdb->db.metadata.database_type, source->field);
	return err ?: report_finish(&source->report, "record");
}

/* A file in memory that holds what was read; fd, or a negative errno, logged but for -ENOMEM. */
static int copy_file(const struct file *file)
{
	scoped_fd int fd = memfd_create("mmdb", MFD_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < file->size) {
		ssize_t put = write(fd, file->data + done, file->size - done);

		if (put < 0 && errno != EINTR)
			break;
		done += put > 0 ? put : 0;
	}
	if (fd < 0 || done < file->size)
		return errno == ENOSPC ? -ENOMEM :
		       log_error(-errno, "cannot copy %s to memory: %s", file->path,
				 strerror(errno));
	return take_fd(&fd);
}

/* The library maps a file by its name. It gets a copy that nobody else can write: one that is cut
 * short while it is mapped would kill the process with SIGBUS. */
static int open_and_read(struct mmdb *mmdb, struct range_set *set)
{
	scoped_fd int fd = copy_file(&mmdb->source->file);
	char path[sizeof("/proc/self/fd/") + 3 * sizeof(fd)];
	int status, err;

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	status = MMDB_open(path, MMDB_MODE_MMAP, &mmdb->db);
	if (status != MMDB_SUCCESS)
		return fail(mmdb, MMDB_strerror(status));
	err = read_open(mmdb, set);
	MMDB_close(&mmdb->db);
	return err;
}

int source_mmdb_read(struct source *source, struct range_set *set)
{
	struct mmdb mmdb = { .source = source };
	scoped_free char *keys = strdup(source->field);
	int err;

	if (!keys)
		return -ENOMEM;
	err = split_field(&mmdb, keys);
	err = err ?: open_and_read(&mmdb, set);
	source_mmdb_cache_free(&mmdb.cache);
	return err;
}
