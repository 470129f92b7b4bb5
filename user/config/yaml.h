/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * yaml.h - walks a YAML document by tables of keys, so that every error is logged with its
 * line.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stdio.h>
#include <yaml.h>

struct yaml_words {
	char **word;
	unsigned int count;
};

struct reader {
	const char *path;
	struct yaml_words *words; /* texts that outlive the document */
	yaml_document_t *document;
	unsigned int errors;
};

/* Reads one node into *to, and passes what is wrong with it to yaml_bad(). */
typedef void take_node(struct reader *reader, const yaml_node_t *node, void *to);
typedef void take_pair(struct reader *reader, const yaml_node_t *key,
		       const yaml_node_t *value, void *to);

/* One key of a mapping, and the function that takes its value. The last row of a table has
 * a NULL name. */
struct yaml_key {
	const char *name;
	take_node *take;
};

/* Reads the file and passes its root to take. Returns 0, or -EINVAL after errors, which it
 * has logged. */
int yaml_read(struct reader *reader, FILE *file, take_node *take, void *to);

/* Logs an error at node: the first ten are logged, all are counted. */
void yaml_bad(struct reader *reader, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns the text of a scalar, or NULL if the node is none. */
const char *yaml_text(const yaml_node_t *node);

unsigned int yaml_line(const yaml_node_t *node);

/* Returns a copy that outlives the document, or NULL when out of memory. */
char *yaml_keep(struct reader *reader, const char *word);
void yaml_forget(struct yaml_words *words);

/* Calls take for each item of a list, or for the scalar that stands in its place. */
void yaml_each_item(struct reader *reader, const yaml_node_t *value, void *to,
		    take_node *take);

/* Calls take for each pair of a mapping. Keys must be plain words, and no two alike. */
void yaml_each_pair(struct reader *reader, const yaml_node_t *map, void *to,
		    take_pair *take);

/* Reads a mapping that may have these keys and no others. */
void yaml_take_keys(struct reader *reader, const yaml_node_t *map,
		    const struct yaml_key *keys, void *to);

/* These take a scalar as a const char *, as a uint64_t, and as a uint64_t in nanoseconds. */
take_node yaml_take_word, yaml_take_rate, yaml_take_duration;

#endif
