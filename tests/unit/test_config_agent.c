// SPDX-License-Identifier: BSD-2-Clause
/* "agent:" of the configuration file: what it sets, what it leaves, and what is wrong with it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "config/config.h"
#include "logged.h"

static char path[64];
static struct config config;

/* Reads a file of that text. */
static int read_text(const char *text)
{
	FILE *file = fopen(path, "w");
	int err;

	fputs(text, file);
	fclose(file);
	logged_begin();
	err = config_read(&config, path);
	logged_end();
	return err;
}

static int set_up(void **state)
{
	int fd;

	(void)state;
	strcpy(path, "/tmp/test_config.XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

/* Of all members, so that one which a file without the key changes is seen. */
static void nothing_named(void **state)
{
	struct agent_settings unset;

	(void)state;
	memset(&unset, 0, sizeof(unset));
	agent_settings_init(&unset);
	assert_int_equal(read_text("interfaces: [e0]\n"), 0);
	assert_memory_equal(&config.agent, &unset, sizeof(unset));
	config_free(&config);
	assert_string_equal(unset.metrics.listen, "127.0.0.1:9513");
	assert_int_equal(unset.metrics.regions, 100);
	assert_int_equal(unset.hook.argv.count, 0);
	assert_true(unset.watch.links && unset.watch.addresses && unset.watch.listeners);
	assert_false(unset.watch.files);
	assert_true(unset.learn.on && unset.learn.factor == 2);
}

static void all_named(void **state)
{
	const struct agent_settings *set = &config.agent;

	(void)state;
	assert_int_equal(read_text(
		"agent:\n"
		"  metrics: {listen: 'unix:/run/x', hosts: [a.example, b], regions: 250, nodes: 0,"
		" detail: brief}\n"
		"  events: journal\n"
		"  hook: [/bin/hook, -v, 'two words']\n"
		"  hook_user: nobody\n"
		"  watch: {links: false, addresses: false, listeners: false, files: true}\n"
		"  learn: {state: /var/x, factor: 2.5, carries: {pps: 1M, bps: 1G, cps: 7}}\n"), 0);
	assert_string_equal(set->metrics.listen, "unix:/run/x");
	assert_int_equal(set->metrics.hosts.count, 2);
	assert_string_equal(set->metrics.hosts.word[1], "b");
	assert_null(set->metrics.hosts.word[2]);
	assert_int_equal(set->metrics.regions, 250);
	assert_int_equal(set->metrics.nodes, 0);
	assert_false(set->metrics.full);
	assert_int_equal(set->report, AGENT_REPORT_JOURNAL);
	assert_int_equal(set->hook.argv.count, 3);
	assert_string_equal(set->hook.argv.word[2], "two words");
	assert_null(set->hook.argv.word[3]);
	assert_int_equal(set->hook.user, 65534);
	assert_false(set->watch.links || set->watch.addresses || set->watch.listeners);
	assert_true(set->watch.files);
	assert_string_equal(set->learn.state, "/var/x");
	assert_true(set->learn.factor == 2.5);
	assert_int_equal(set->learn.carries[0], 1000000);
	assert_int_equal(set->learn.carries[1], 1000000000);
	assert_int_equal(set->learn.carries[2], 7);
	config_free(&config);
}

static void switched_off(void **state)
{
	(void)state;
	assert_int_equal(read_text("agent: {metrics: off, events: off, learn: off}\n"), 0);
	assert_null(config.agent.metrics.listen);
	assert_int_equal(config.agent.report, AGENT_REPORT_OFF);
	assert_false(config.agent.learn.on);
	config_free(&config);
}

/* A key that is named alone leaves its neighbours. */
static void one_named(void **state)
{
	(void)state;
	assert_int_equal(read_text("agent: {metrics: {nodes: 5}, watch: {files: true}}\n"), 0);
	assert_string_equal(config.agent.metrics.listen, AGENT_SETTINGS_LISTEN);
	assert_int_equal(config.agent.metrics.nodes, 5);
	assert_true(config.agent.watch.links && config.agent.watch.files);
	config_free(&config);
}

/* A word stands alone for a list of one. */
static void one_word(void **state)
{
	(void)state;
	assert_int_equal(read_text("agent: {hook: /bin/hook}\n"), 0);
	assert_int_equal(config.agent.hook.argv.count, 1);
	config_free(&config);
}

static void refused(void **state)
{
	static const struct {
		const char *text;       /* of the second line */
		const char *told;
	} cases[] = {
		{ "  metrics: on", "must be off, or a map" },
		{ "  metrics: [off]", "must be off, or a map" },
		{ "  metrics: {regions: 251}", "must be a number up to 250" },
		{ "  metrics: {regions: -1}", "must be a number up to 250" },
		{ "  metrics: {nodes: 1001}", "must be a number up to 1000" },
		{ "  metrics: {detail: some}", "\"some\" is no detail" },
		{ "  metrics: {listen: [a]}", "" },
		{ "  metrics: {port: 1}", "port" },
		{ "  events: loud", "\"loud\" is no way to report" },
		{ "  events: {to: journal}", "is no way to report" },
		{ "  hook: {a: b}", "" },
		{ "  hook: ['']", "must be a word" },
		{ "  hook_user: nobody-has-this", "there is no user" },
		{ "  watch: {links: maybe}", "must be true or false" },
		{ "  watch: {links: 1}", "must be true or false" },
		{ "  watch: [links]", "" },
		{ "  watch: {doors: true}", "doors" },
		{ "  learn: {state: here}", "must be an absolute path" },
		{ "  learn: {factor: 1.1}", "from 1.2 to 100" },
		{ "  learn: {factor: nan}", "from 1.2 to 100" },
		{ "  learn: {factor: inf}", "from 1.2 to 100" },
		{ "  learn: {factor: 2x}", "from 1.2 to 100" },
		{ "  learn: {factor: ''}", "from 1.2 to 100" },
		{ "  learn: {carries: 5}", "" },
		{ "  learn: {carries: {pps: much}}", "" },
		{ "  learn: on", "must be off, or a map" },
		{ "  lern: off", "lern" },
	};
	char text[256], at[80];

	(void)state;
	snprintf(at, sizeof(at), "%s:2: ", path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text), "agent:\n%s\n", cases[i].text);
		if (!read_text(text))
			fail_msg("taken:%s", cases[i].text);
		if (!strstr(logged, at) || !strstr(logged, cases[i].told))
			fail_msg("%s: %s", cases[i].text, logged);
	}
}

static void too_many_words(void **state)
{
	char text[1024] = "agent:\n  hook: [";

	(void)state;
	for (int i = 0; i < AGENT_SETTINGS_WORDS; i++)
		strcat(text, i ? ", w" : "w");
	strcat(text, "]\n");
	assert_int_equal(read_text(text), 0);
	assert_int_equal(config.agent.hook.argv.count, AGENT_SETTINGS_WORDS);
	assert_null(config.agent.hook.argv.word[AGENT_SETTINGS_WORDS]);
	config_free(&config);
	strcpy(strrchr(text, ']'), ", w]\n");
	assert_int_not_equal(read_text(text), 0);
	assert_non_null(strstr(logged, "more than 32 words"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_named), cmocka_unit_test(all_named),
		cmocka_unit_test(switched_off), cmocka_unit_test(one_named),
		cmocka_unit_test(one_word), cmocka_unit_test(refused),
		cmocka_unit_test(too_many_words),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
