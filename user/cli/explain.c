// SPDX-License-Identifier: BSD-2-Clause
/*
 * explain.c - what a packet from an address meets, and what becomes of it.
 */
#include <errno.h>
#include <netinet/in.h>

#include "base/log.h"
#include "cli/cli.h"
#include "show/explain_fields.h"
#include "show/explain_text.h"
#include "show/explain_words.h"
#include "show/output.h"
#include "steer/steer_rule.h"
#include "view/view_explain.h"

static int print_text(const struct view_explain *view)
{
	if (view->parts > 1 || view->more)
		return explain_text_parts(view);
	explain_text_part(view, &view->part[0]);
	return 0;
}

static int print_json(const struct view_explain *view)
{
	const struct fields fields = { explain_fields, 0, &view->moment };
	json_t *parts = json_array();

	for (unsigned int i = 0; i < view->parts; i++) {
		const struct explain_words_item item = { view, &view->part[i] };

		json_array_append_new(parts, fields_object(&fields, &item));
	}
	return output_json(json_pack("{s:o, s:b}", "parts", parts, "more", view->more));
}

static bool any_refused(const struct view_explain *view)
{
	for (unsigned int i = 0; i < view->parts; i++)
		if (view_explain_refused(&view->part[i]))
			return true;
	return false;
}

static int explain(const struct cli *cli, const struct cidr *cidr, const struct steer_rule *to,
		   bool exit_code)
{
	struct view_explain view;
	int err = view_explain_read(&view, cli->pin_dir, cidr, to->port, to->protocol);

	err = err ?: cli->json ? print_json(&view) : print_text(&view);
	if (!err && exit_code && any_refused(&view))
		err = CLI_NO;
	view_explain_free(&view);
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct steer_rule to = { .port = 443, .protocol = IPPROTO_TCP };
	const char *port = NULL;
	bool exit_code = false;
	const struct option_row rows[] = {
		{ "port", 'p', OPTION_TEXT, &port, "PORT[/tcp|/udp]",
		  "where the packet goes (443/tcp)", 0 },
		{ "exit-code", 0, OPTION_FLAG, &exit_code, NULL,
		  "end with 3 if new connections are dropped or get 513", 0 },
	};
	struct cli cli = {};
	struct cidr cidr;
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows)), err;

	if (count < 0)
		return count;
	if (count != 1)
		return cli_usage(verb, "takes one address or prefix");
	if (port && steer_rule_parse_port(port, &to))
		return log_error(CLI_USAGE, "--port %s: must be PORT, PORT/tcp or PORT/udp", port);
	err = cidr_parse(argv[0], &cidr);
	if (err)
		return log_error(CLI_USAGE, "%s %s", argv[0], err == -ERANGE ?
				 "has bits set beyond its length" : "is not an address or CIDR");
	return explain(&cli, &cidr, &to, exit_code);
}

const struct verb explain_verbs[] = {
	{ "explain", run, "ADDR|CIDR [--port PORT[/tcp|/udp]] [--exit-code]",
	  "What a packet from there meets, what becomes of it, and which command changes that",
	  { "explain 203.0.113.7", "explain 2001:db8::/32 --port 443/udp --json" } },
	{},
};
