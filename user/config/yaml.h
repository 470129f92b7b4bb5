/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * yaml.h - a YAML document walked by tables of keys, so that whatever is wrong
 * is told with its line.
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
	struct yaml_words *words; /* what outlives the document */
	yaml_document_t *document;
	unsigned int errors;
};

/* Takes one node into *to; what is wrong with it goes to yaml_bad(). */
typedef void take_node(struct reader *reader, const yaml_node_t *node, void *to);
typedef void take_pair(struct reader *reader, const yaml_node_t *key,
		       const yaml_node_t *value, void *to);

/* One key of a mapping and what takes its value. Tables end with a NULL name. */
struct yaml_key {
	const char *name;
	take_node *take;
};

/* Reads the file and hands its root to take. 0, or -EINVAL after errors, said. */
int yaml_read(struct reader *reader, FILE *file, take_node *take, void *to);

/* An error at node: the first ten are said, all are counted. */
void yaml_bad(struct reader *reader, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What a scalar says, or 0. */
const char *yaml_text(const yaml_node_t *node);

unsigned int yaml_line(const yaml_node_t *node);

/* A copy that outlives the document, or 0 when out of memory. */
char *yaml_keep(struct reader *reader, const char *word);
void yaml_forget(struct yaml_words *words);

/* Each item of a list, or the scalar that stands in its place. */
void yaml_each_item(struct reader *reader, const yaml_node_t *value, void *to,
		    take_node *take);

/* Each pair of a mapping, its keys plain words and no two alike. */
void yaml_each_pair(struct reader *reader, const yaml_node_t *map, void *to,
		    take_pair *take);

/* A mapping with these keys and no others. */
void yaml_take_keys(struct reader *reader, const yaml_node_t *map,
		    const struct yaml_key *keys, void *to);

/* Scalars: const char **, uint64_t *, uint64_t * in ns. */
take_node yaml_take_word, yaml_take_rate, yaml_take_duration;

#endif
