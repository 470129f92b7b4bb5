// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "config/config.h"
#include "core/group.h"
#include "core/log.h"

enum given {
	GIVEN_MODE = 1 << 0,
	GIVEN_PROTECT = 1 << 1,
	GIVEN_MAX_REGIONS = 1 << 2,
};

struct load_words {
	const char *mode, *protect, *config, *mmdb_field, *proxy_group;
	struct option_list regions;
	unsigned int max_regions;
	bool monitor, enforce;
};

static int read_words(const struct load_words *words, unsigned int given,
		      struct load_request *request)
{
	struct settings *settings = &request->settings;

	if (given & GIVEN_MODE && attach_mode_parse(words->mode, &request->mode))
		return log_error(CLI_USAGE, "-m %s: not a mode; native, skb and auto are",
				 words->mode);
	if (given & GIVEN_PROTECT) {
		memset(&settings->ports, 0, sizeof(settings->ports));
		settings->protect = 0;
		settings->has_ports = true;
		if (parse_ports(words->protect, &settings->ports, &settings->protect))
			return log_error(CLI_USAGE, "--protect %s: must be PORT[-PORT][/tcp|/udp], "
					 "several joined by commas, or all", words->protect);
	}
	if (given & GIVEN_MAX_REGIONS) {
		if (words->max_regions < 2 || words->max_regions > ECDN_XDP_REGIONS_MAX)
			return log_error(CLI_USAGE, "--max-regions %u: must be from 2 to %d",
					 words->max_regions, ECDN_XDP_REGIONS_MAX);
		request->max_regions = words->max_regions;
	}
	if (words->proxy_group && parse_group(words->proxy_group, &request->proxy_group))
		return log_error(CLI_USAGE, "--proxy-group %s: there is no such group",
				 words->proxy_group);
	if (words->monitor && words->enforce)
		return log_error(CLI_USAGE, "--monitor and --enforce exclude each other");
	if (words->monitor || words->enforce)
		settings->monitor = words->monitor;
	return 0;
}

/* Files and interfaces on the command line stand in for those of the configuration. */
static int read_lists(const struct load_words *words, char **ifaces, int count,
		      struct load_request *request)
{
	int err = 0;

	if (words->regions.count)
		request->sources.count = 0;
	for (unsigned int i = 0; i < words->regions.count && !err; i++)
		err = sources_add(&request->sources, words->regions.value[i]);
	if (words->mmdb_field)
		request->sources.mmdb_field = words->mmdb_field;
	if (count) {
		request->ifaces = ifaces;
		request->iface_count = count;
	}
	return err;
}

/* Then there is something to change even where no interface is named. */
static bool is_loaded(const char *pin_dir)
{
	struct pins pins;

	return !pins_init(&pins, pin_dir) && pins_exist(&pins);
}

static int load(const struct verb *verb, const struct cli *cli, const struct load_words *words,
		char **ifaces, int count)
{
	struct config config = {};
	struct load_request request;
	const char *pin_dir;
	int err;

	config_init(&config);
	err = words->config ? config_read(&config, words->config) : 0;
	if (err)
		return err;
	request = config.request;
	pin_dir = cli->given_pin_dir ?: config.pin_dir ?: cli->pin_dir;
	err = read_words(words, cli->given, &request);
	err = err ?: read_lists(words, ifaces, count, &request);
	if (!err && !request.iface_count && !is_loaded(pin_dir))
		err = cli_usage(verb, "nothing is loaded yet: name an interface");
	err = err ?: guard_load(pin_dir, &request);
	config.request.settings = request.settings;
	config_free(&config);
	return err;
}

int cli_load(const struct verb *verb, int argc, char **argv)
{
	struct load_words words = {};
	const struct option_row rows[] = {
		{ "mode", 'm', OPTION_TEXT, &words.mode, "MODE",
		  "native, skb, or auto: native, else skb (auto)", GIVEN_MODE },
		{ "regions", 'r', OPTION_LIST, &words.regions, "FILE",
		  "range CSV, CIDR lines or MMDB; later ones override earlier ones", 0 },
		{ "mmdb-field", 0, OPTION_TEXT, &words.mmdb_field, "PATH",
		  "what names the region in an MMDB (country.iso_code)", 0 },
		{ "max-regions", 0, OPTION_COUNT, &words.max_regions, "N",
		  "room for that many regions (4096)", GIVEN_MAX_REGIONS },
		{ "protect", 'p', OPTION_TEXT, &words.protect, "PORTS",
		  "ports that may lose packets: PORT[-PORT][/tcp|/udp],... or all (80,443)",
		  GIVEN_PROTECT },
		{ "proxy-group", 0, OPTION_TEXT, &words.proxy_group, "GROUP",
		  "whose processes may count their requests here", 0 },
		{ "monitor", 0, OPTION_FLAG, &words.monitor, NULL,
		  "count what would be dropped, drop nothing", 0 },
		{ "enforce", 0, OPTION_FLAG, &words.enforce, NULL, "end monitor mode", 0 },
		{ "config", 'c', OPTION_TEXT, &words.config, "FILE",
		  "read all of this, and limits, from a YAML file", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, false, rows, sizeof(rows) / sizeof(*rows));

	return count < 0 ? count : load(verb, &cli, &words, argv, count);
}
