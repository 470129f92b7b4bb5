// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/log.h"
#include "plane/load.h"

static int cidr_error(const char *word, int err)
{
	if (err == -ERANGE)
		return log_error(-EINVAL, "%s has bits set beyond its length; nothing was changed",
				 word);
	return log_error(-EINVAL, "%s is not an address or CIDR; nothing was changed", word);
}

static int read_cidrs(struct settings *settings, int count, char **words)
{
	for (int i = 0; i < count; i++) {
		struct cidr cidr;
		int err = parse_cidr(words[i], &cidr);

		if (err)
			return cidr_error(words[i], err);
		err = settings_allow(settings, &cidr);
		if (err)
			return err;
	}
	return 0;
}

static int print_cidr(const struct cidr *cidr, void *context)
{
	char text[CIDR_TEXT_SIZE];

	(void)context;
	puts(format_cidr(cidr, text));
	return 0;
}

static int add_json(const struct cidr *cidr, void *array)
{
	char text[CIDR_TEXT_SIZE];

	return json_array_append_new(array, json_string(format_cidr(cidr, text)));
}

static int list(const struct cli *cli)
{
	json_t *allowed = json_array();
	struct maps maps;
	int err = maps_open(&maps, cli->pin_dir);

	if (!err)
		err = maps_each_allowed(&maps, cli->json ? add_json : print_cidr, allowed);
	if (!err && cli->json)
		err = cli_print_json(json_pack("{s:O}", "allow", allowed));
	json_decref(allowed);
	maps_close(&maps);
	return err;
}

int cli_allow(const struct verb *verb, int argc, char **argv)
{
	struct settings settings;
	struct cli cli = {};
	int err, count = cli_read(&cli, verb, argc, argv, true, NULL, 0);

	if (count <= 0)
		return count ? count : list(&cli);
	if (count < 2 || (strcmp(argv[0], "add") && strcmp(argv[0], "del")))
		return cli_usage(verb, "must be `allow`, `allow add CIDR...` or `allow del CIDR...`");
	settings_init(&settings);
	err = read_cidrs(&settings, count - 1, argv + 1);
	if (!err && !strcmp(argv[0], "add"))
		err = guard_change(cli.pin_dir, &settings);
	else if (!err)
		err = guard_disallow(cli.pin_dir, settings.allow, settings.allow_count);
	settings_free(&settings);
	return err;
}
