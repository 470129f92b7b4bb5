// SPDX-License-Identifier: BSD-2-Clause
#include "config/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "base/quantity.h"
#include "base/scoped.h"

#define ERRORS_MAX 10

void yaml_bad(struct reader *reader, const yaml_node_t *node, const char *format, ...)
{
	scoped_free char *reason = NULL;
	va_list args;

	if (reader->errors++ >= ERRORS_MAX)
		return;
	va_start(args, format);
	if (vasprintf(&reason, format, args) > 0)
		log_at(reader->path, yaml_line(node), "%s", reason);
	va_end(args);
}

static const yaml_node_t *node_at(struct reader *reader, int index)
{
	return yaml_document_get_node(reader->document, index);
}

const char *yaml_text(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	return node->type == YAML_SCALAR_NODE && strlen(text) == node->data.scalar.length ?
	       text : NULL;
}

/* A list may be written as its only item. */
void yaml_each_item(struct reader *reader, const yaml_node_t *value, void *to,
		    take_node *take)
{
	if (value->type == YAML_SCALAR_NODE) {
		take(reader, value, to);
		return;
	}
	if (value->type != YAML_SEQUENCE_NODE) {
		yaml_bad(reader, value, "must be a list");
		return;
	}
	for (yaml_node_item_t *item = value->data.sequence.items.start;
	     item < value->data.sequence.items.top; item++)
		take(reader, node_at(reader, *item), to);
}

/* A key of a mapping, and which of its pairs it is of. */
struct place {
	const char *name;
	size_t at;
};

static int by_name(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return strcmp(a->name, b->name) ?: a->at < b->at ? -1 : a->at > b->at;
}

/* Returns for each pair whether its key is a pair's before it, too; to be freed. NULL: out of
 * memory. */
static bool *find_repeated(struct reader *reader, const yaml_node_t *map, size_t count)
{
	scoped_free struct place *places = calloc(count + 1, sizeof(*places));
	bool *repeated = calloc(count + 1, sizeof(*repeated));
	size_t names = 0;

	if (!places || !repeated) {
		free(repeated);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = yaml_text(node_at(reader, map->data.mapping.pairs.start[i].key));

		if (name)
			places[names++] = (struct place){ name, i };
	}
	qsort(places, names, sizeof(*places), by_name);
	for (size_t i = 1; i < names; i++)
		repeated[places[i].at] = !strcmp(places[i - 1].name, places[i].name);
	return repeated;
}

/* For mappings whose keys are names that the configuration chooses, such as regions. */
void yaml_each_pair(struct reader *reader, const yaml_node_t *map, void *to,
		    take_pair *take)
{
	scoped_free bool *repeated = NULL;
	size_t count;

	if (map->type != YAML_MAPPING_NODE) {
		yaml_bad(reader, map, "must be a mapping of NAME: VALUE");
		return;
	}
	count = map->data.mapping.pairs.top - map->data.mapping.pairs.start;
	repeated = find_repeated(reader, map, count);
	for (size_t i = 0; repeated && i < count; i++) {
		const yaml_node_pair_t *pair = &map->data.mapping.pairs.start[i];
		const yaml_node_t *key = node_at(reader, pair->key);

		if (!yaml_text(key))
			yaml_bad(reader, key, "a key must be a plain word");
		else if (repeated[i])
			yaml_bad(reader, key, "\"%s\" is given twice", yaml_text(key));
		else
			take(reader, key, node_at(reader, pair->value), to);
	}
	if (!repeated)
		yaml_bad(reader, map, "out of memory");
}

struct keyed {
	const struct yaml_key *keys;
	void *to;
};

static void take_key(struct reader *reader, const yaml_node_t *key, const yaml_node_t *value,
		     void *to)
{
	const struct keyed *keyed = to;
	char known[512] = "";

	for (const struct yaml_key *k = keyed->keys; k->name; k++) {
		if (!strcmp(k->name, yaml_text(key))) {
			k->take(reader, value, keyed->to);
			return;
		}
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			 *known ? ", " : "", k->name);
	}
	yaml_bad(reader, key, "unknown key \"%s\"; known are %s", yaml_text(key), known);
}

void yaml_take_keys(struct reader *reader, const yaml_node_t *map, const struct yaml_key *keys,
		      void *to)
{
	struct keyed keyed = { keys, to };

	yaml_each_pair(reader, map, &keyed, take_key);
}

char *yaml_keep(struct reader *reader, const char *word)
{
	struct yaml_words *words = reader->words;
	char *copy = strdup(word);

	if (copy && !array_append(words->word, words->count, &copy))
		return copy;
	reader->errors++;
	log_error(-ENOMEM, "out of memory");
	free(copy);
	return NULL;
}

void yaml_forget(struct yaml_words *words)
{
	for (unsigned int i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
}

unsigned int yaml_line(const yaml_node_t *node)
{
	return node->start_mark.line + 1;
}

void yaml_take_word(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || !*text)
		yaml_bad(reader, value, "must be one word");
	else
		*(const char **)to = yaml_keep(reader, text);
}

void yaml_take_rate(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || quantity_parse_rate(text, to))
		yaml_bad(reader, value, "\"%s\" is not a number; write it as 50000, 50k, 1.5M or "
			 "2G",
		    text ?: "this");
}

void yaml_take_duration(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || quantity_parse_duration(text, to))
		yaml_bad(reader, value, "\"%s\" is not a duration; write it as 500ms, 30s, 10m or "
			 "1h30m",
		    text ?: "this");
}

/* A second document is refused, because it would be ignored. */
static void refuse_more(struct reader *reader, yaml_parser_t *parser)
{
	yaml_document_t more;

	if (!yaml_parser_load(parser, &more)) {
		reader->errors++;
		log_at(reader->path, parser->problem_mark.line + 1, "not YAML: %s",
		       parser->problem ?: "cannot be read");
		return;
	}
	if (yaml_document_get_root_node(&more)) {
		reader->errors++;
		log_at(reader->path, more.start_mark.line + 1, "a second document begins here; "
		       "write only one");
	}
	yaml_document_delete(&more);
}

int yaml_read(struct reader *reader, FILE *file, take_node *take, void *to)
{
	yaml_document_t document;
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser))
		return log_error(-ENOMEM, "out of memory");
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &document)) {
		const yaml_node_t *root = yaml_document_get_root_node(&document);

		/* cppcheck-suppress autoVariables; it is taken back below. */
		reader->document = &document;
		if (root)
			take(reader, root, to);
		reader->document = NULL;
		yaml_document_delete(&document);
		refuse_more(reader, &parser);
	} else {
		reader->errors++;
		log_at(reader->path, parser.problem_mark.line + 1, "not YAML: %s",
		       parser.problem ?: "cannot be read");
	}
	yaml_parser_delete(&parser);
	if (reader->errors > ERRORS_MAX)
		log_error(0, "%u more errors in %s", reader->errors - ERRORS_MAX, reader->path);
	return reader->errors ? -EINVAL : 0;
}
