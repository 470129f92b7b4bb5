// SPDX-License-Identifier: BSD-2-Clause
#include "config/config_agent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/quantity.h"
#include "base/words.h"

static void take_flag(struct reader *reader, const yaml_node_t *value, bool *flag)
{
	const char *text = yaml_text(value) ?: "";

	if (strcmp(text, "true") && strcmp(text, "false"))
		yaml_bad(reader, value, "must be true or false");
	else
		*flag = !strcmp(text, "true");
}

static void take_number(struct reader *reader, const yaml_node_t *value, unsigned int most,
			unsigned int *number)
{
	const char *text = yaml_text(value);
	uint64_t read;

	if (!text || quantity_parse_rate(text, &read) || read > most)
		yaml_bad(reader, value, "must be a number up to %u", most);
	else
		*number = read;
}

static void take_word_item(struct reader *reader, const yaml_node_t *item, void *to)
{
	struct agent_words *words = to;
	const char *text = yaml_text(item);
	char *kept;

	if (!text || !*text) {
		yaml_bad(reader, item, "must be a word");
		return;
	}
	if (words->count == AGENT_SETTINGS_WORDS) {
		yaml_bad(reader, item, "more than %d words", AGENT_SETTINGS_WORDS);
		return;
	}
	kept = yaml_keep(reader, text);
	if (kept)
		words->word[words->count++] = kept;
	else
		yaml_bad(reader, item, "out of memory");
}

static void take_words(struct reader *reader, const yaml_node_t *value, struct agent_words *words)
{
	*words = (struct agent_words){};
	yaml_each_item(reader, value, words, take_word_item);
}

/* --- metrics */

static void take_listen(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct agent_settings *settings = to;

	yaml_take_word(reader, value, &settings->metrics.listen);
}

static void take_hosts(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_words(reader, value, &((struct agent_settings *)to)->metrics.hosts);
}

static void take_regions(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_number(reader, value, 250, &((struct agent_settings *)to)->metrics.regions);
}

static void take_nodes(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_number(reader, value, 1000, &((struct agent_settings *)to)->metrics.nodes);
}

static void take_detail(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value) ?: "";

	if (strcmp(text, "full") && strcmp(text, "brief"))
		yaml_bad(reader, value, "\"%s\" is no detail; use full or brief", text);
	else
		((struct agent_settings *)to)->metrics.full = !strcmp(text, "full");
}

static void take_metrics(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = {
		{ "listen", take_listen }, { "hosts", take_hosts }, { "regions", take_regions },
		{ "nodes", take_nodes }, { "detail", take_detail }, { NULL, NULL },
	};
	const char *text = yaml_text(value);

	if (text && !strcmp(text, "off"))
		((struct agent_settings *)to)->metrics.listen = NULL;
	else if (value->type == YAML_MAPPING_NODE)
		yaml_take_keys(reader, value, keys, to);
	else
		yaml_bad(reader, value, "must be off, or a map with keys such as listen");
}

/* --- events */

static void take_events(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const char *const names[] = {
		[AGENT_REPORT_AUTO] = "auto", [AGENT_REPORT_JOURNAL] = "journal",
		[AGENT_REPORT_PLAIN] = "plain", [AGENT_REPORT_OFF] = "off",
	};
	const char *text = yaml_text(value) ?: "";
	int report = words_index(names, sizeof(names) / sizeof(*names), text);

	if (report < 0)
		yaml_bad(reader, value, "\"%s\" is no way to report; use auto, journal, plain or "
			 "off", text);
	else
		((struct agent_settings *)to)->report = report;
}

static void take_hook(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_words(reader, value, &((struct agent_settings *)to)->hook.argv);
}

static void take_hook_user(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value) ?: "";

	if (words_parse_user(text, &((struct agent_settings *)to)->hook.user))
		yaml_bad(reader, value, "there is no user \"%s\"", text);
}

/* --- watching */

static void take_links(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_flag(reader, value, &((struct agent_settings *)to)->watch.links);
}

static void take_addresses(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_flag(reader, value, &((struct agent_settings *)to)->watch.addresses);
}

static void take_listeners(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_flag(reader, value, &((struct agent_settings *)to)->watch.listeners);
}

static void take_files(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_flag(reader, value, &((struct agent_settings *)to)->watch.files);
}

static void take_watch(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = {
		{ "links", take_links }, { "addresses", take_addresses },
		{ "listeners", take_listeners }, { "files", take_files }, { NULL, NULL },
	};

	yaml_take_keys(reader, value, keys, to);
}

/* --- learned limits */

static void take_state(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value) ?: "";

	if (*text != '/')
		yaml_bad(reader, value, "must be an absolute path");
	else
		yaml_take_word(reader, value, &((struct agent_settings *)to)->learn.state);
}

static void take_factor(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value) ?: "";
	char *end = NULL;
	double factor = strtod(text, &end);

	if (!*text || *end || !isfinite(factor) || factor < 1.2 || factor > 100)
		yaml_bad(reader, value, "must be a number from 1.2 to 100");
	else
		((struct agent_settings *)to)->learn.factor = factor;
}

static void take_carries_pps(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_take_rate(reader, value, &((struct agent_settings *)to)->learn.carries[0]);
}

static void take_carries_bps(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_take_rate(reader, value, &((struct agent_settings *)to)->learn.carries[1]);
}

static void take_carries_cps(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_take_rate(reader, value, &((struct agent_settings *)to)->learn.carries[2]);
}

static void take_carries(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = {
		{ "pps", take_carries_pps }, { "bps", take_carries_bps },
		{ "cps", take_carries_cps }, { NULL, NULL },
	};

	yaml_take_keys(reader, value, keys, to);
}

static void take_learn(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = {
		{ "state", take_state }, { "factor", take_factor }, { "carries", take_carries },
		{ NULL, NULL },
	};
	const char *text = yaml_text(value);

	if (text && !strcmp(text, "off"))
		((struct agent_settings *)to)->learn.on = false;
	else if (value->type == YAML_MAPPING_NODE)
		yaml_take_keys(reader, value, keys, to);
	else
		yaml_bad(reader, value, "must be off, or a map with keys such as factor");
}

void config_agent_take(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = {
		{ "metrics", take_metrics }, { "events", take_events }, { "hook", take_hook },
		{ "hook_user", take_hook_user }, { "watch", take_watch }, { "learn", take_learn },
		{ NULL, NULL },
	};

	yaml_take_keys(reader, value, keys, to);
}
