// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/log.h"
#include "base/report.h"

struct node_line {
	struct trust_node node;
	unsigned int line;
};

struct node_list {
	struct node_line *at;
	size_t count;
};

/* Returns -EINVAL for a line that was reported as bad; the caller goes on with the next
 * line. */
static int read_line(struct report *report, struct text line, unsigned int number,
		     struct trust_node *node)
{
	struct text prefix = text_word(&line), name = text_word(&line);
	char quoted[TEXT_QUOTE_SIZE];
	int error = text_cidr(prefix, &node->cidr);

	line = text_trim(line);
	if (error) {
		report_cidr(report, number, prefix, error, &node->cidr);
		return -EINVAL;
	}
	if (line.start < line.end) {
		report_line(report, number, "not CIDR [NAME]");
		return -EINVAL;
	}
	if (name.start == name.end)
		return 0;
	if (!trust_list_name_valid(name.start, text_length(name))) {
		report_line(report, number, "'%s' is not a node's name: 1 to %d printable "
			    "characters without space, quote, comma or '#'",
			    text_quote(name, quoted), ECDN_XDP_TRUSTED_NAME_SIZE - 1);
		return -EINVAL;
	}
	memcpy(node->name, name.start, text_length(name));
	return 0;
}

static int read_lines(struct report *report, struct text text, struct node_list *list)
{
	struct text_lines lines = { .rest = text };
	struct text line;

	while (text_next_line(&lines, &line)) {
		struct node_line next = { .line = lines.number };

		if (!read_line(report, line, lines.number, &next.node) &&
		    array_append(list->at, list->count, &next))
			return -ENOMEM;
	}
	return 0;
}

static int by_cidr(const void *left, const void *right)
{
	const struct node_line *a = left, *b = right;
	const struct cidr *x = &a->node.cidr, *y = &b->node.cidr;

	if (x->addr.family != y->addr.family)
		return x->addr.family < y->addr.family ? -1 : 1;
	if (x->addr.bits != y->addr.bits)
		return x->addr.bits < y->addr.bits ? -1 : 1;
	if (x->length != y->length)
		return x->length - y->length;
	return a->line < b->line ? -1 : a->line > b->line;
}

static bool same_cidr(const struct cidr *a, const struct cidr *b)
{
	return a->addr.family == b->addr.family && a->addr.bits == b->addr.bits &&
	       a->length == b->length;
}

/* A prefix on two lines is refused, as the names on them may differ. */
static void find_repeated(struct report *report, struct node_list *list)
{
	char text[CIDR_TEXT_SIZE];

	if (list->count)
		qsort(list->at, list->count, sizeof(*list->at), by_cidr);
	for (size_t i = 1; i < list->count; i++) {
		const struct node_line *first = &list->at[i - 1], *again = &list->at[i];

		if (same_cidr(&first->node.cidr, &again->node.cidr))
			report_line(report, again->line, "%s is on line %u too",
				    cidr_format(&again->node.cidr, text), first->line);
	}
}

static int take_nodes(const struct node_list *list, struct trust_node **nodes, size_t *count)
{
	*nodes = calloc(list->count + 1, sizeof(**nodes));
	if (!*nodes)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		(*nodes)[i] = list->at[i].node;
	*count = list->count;
	return 0;
}

static int read_nodes(struct report *report, struct node_list *list)
{
	struct file file;
	int error = file_open(&file, report->path);

	error = error ?: file_text(&file, "not text");
	error = error ?: read_lines(report, file.text, list);
	file_close(&file);
	if (error)
		return error;
	find_repeated(report, list);
	return report_finish(report, "line");
}

int trust_file_read(const char *path, struct trust_node **nodes, size_t *count)
{
	struct report report = { .path = path };
	struct node_list list = {};
	int error = read_nodes(&report, &list);

	error = error ?: take_nodes(&list, nodes, count);
	free(list.at);
	if (error == -ENOMEM)
		log_error(error, "cannot read %s: out of memory", path);
	return error;
}
