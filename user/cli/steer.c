// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "show/columns.h"
#include "base/log.h"
#include "control/bring_up.h"
#include "view/view_steer.h"

/* "nginx[812]", and how many more. */
static void process_cell(struct columns *columns, const struct view_listener *view)
{
	const struct holder *first = view->holders;

	if (!view->holder_count)
		columns_cell(columns, "-");
	else if (view->holder_count == 1)
		columns_cell(columns, "%s[%d]", first->name, first->pid);
	else
		columns_cell(columns, "%s[%d]+%u", first->name, first->pid,
			     view->holder_count - 1);
}

static void family_cells(struct columns *columns, const struct view_family *family)
{
	if (!family->own) {
		columns_cell(columns, "-");
		columns_cell(columns, "-");
		return;
	}
	columns_cell(columns, "%llu", family->stats.steered);
	columns_cell(columns, "%llu", family->stats.no_socket + family->stats.refused);
}

static void add_row(struct columns *columns, const struct view_listener *view)
{
	char port[STEER_PORT_TEXT_SIZE], listener[LISTENER_TEXT_SIZE];
	const struct steer_rule *rule = &view->rule;

	columns_cell(columns, "%s", steer_format_port(rule->port, rule->protocol, port));
	columns_cell(columns, "%s", listener_format(&rule->listener, rule->listener_port,
						     listener));
	process_cell(columns, view);
	columns_cell(columns, "%s", view_steer_state_name(view->state));
	family_cells(columns, &view->v4);
	family_cells(columns, &view->v6);
}

/* What a row does not say: what to do about it. */
static void advise(const struct view_steer *view)
{
	bool waits = false;

	for (unsigned int i = 0; i < view->count; i++)
		waits |= view->listener[i].waits;
	if (view->count && !view->attached)
		log_warning("steer is attached nowhere, so nobody is steered; `ecdn-xdp steer "
			    "refresh` attaches it");
	else if (view->count && !view->here)
		log_warning("steer is attached to another network namespace; processes are "
			    "shown there");
	else if (waits)
		log_warning("a listener has sockets that connections do not go to yet; "
			    "`ecdn-xdp steer refresh` has them go there");
}

static void print_text(const struct view_steer *view)
{
	static const char *const heads[] = {
		"<PORT", "<LISTENER", "<PROCESS", "<STATE", ">STEERED4", ">FALLEN-BACK4",
		">STEERED6", ">FALLEN-BACK6", NULL
	};
	struct columns *columns = columns_new(heads);

	for (unsigned int i = 0; i < view->count; i++)
		add_row(columns, &view->listener[i]);
	columns_print(columns);
	advise(view);
}

static json_t *processes_json(const struct view_listener *view)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < view->holder_count; i++)
		json_array_append_new(array, json_pack("{s:i, s:o}", "pid", view->holders[i].pid,
			"name", json_string(view->holders[i].name) ?: json_null()));
	return array;
}

static json_t *serves_json(const struct view_listener *view)
{
	json_t *array = json_array();

	if (view->v4.served)
		json_array_append_new(array, json_string("ipv4"));
	if (view->v6.served)
		json_array_append_new(array, json_string("ipv6"));
	return array;
}

static json_t *family_json(const struct view_family *family)
{
	const struct ecdn_xdp_steer_stats *stats = &family->stats;

	if (!family->own)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I}", "steered", (json_int_t)stats->steered,
			 "no_socket", (json_int_t)stats->no_socket,
			 "refused", (json_int_t)stats->refused,
			 "would_steer", (json_int_t)stats->would_steer);
}

static json_t *listener_json(const struct view_listener *view)
{
	const struct steer_rule *rule = &view->rule;
	char text[LISTENER_TEXT_SIZE];

	return json_pack("{s:i, s:s, s:s, s:s, s:o, s:i, s:s, s:b, s:o, s:o, s:o}",
			 "port", rule->port,
			 "protocol", rule->protocol == IPPROTO_UDP ? "udp" : "tcp",
			 "listener", listener_format(&rule->listener, rule->listener_port, text),
			 "family", rule->listener.family == AF_INET ? "ipv4" : "ipv6",
			 "processes", processes_json(view), "sockets", (int)view->sockets,
			 "state", view_steer_state_name(view->state), "refresh", view->waits,
			 "serves", serves_json(view),
			 "ipv4", family_json(&view->v4), "ipv6", family_json(&view->v6));
}

static int print_json(const struct view_steer *view)
{
	json_t *listeners = json_array();

	for (unsigned int i = 0; i < view->count; i++)
		json_array_append_new(listeners, listener_json(&view->listener[i]));
	return cli_print_json(json_pack("{s:b, s:b, s:o}", "attached", view->attached,
					"here", view->here, "steer", listeners));
}

static int list(const struct cli *cli)
{
	struct view_steer view;
	int err = view_steer_read(&view, cli->pin_dir);

	if (err)
		return err;
	if (cli->json)
		err = print_json(&view);
	else
		print_text(&view);
	view_steer_free(&view);
	return err;
}

/* --udp says the same as /udp. */
static int read_port(const char *text, bool udp, struct steer_rule *rule)
{
	if (steer_parse_port(text, rule))
		return log_error(CLI_USAGE, "%s: not a port; write it as 443, or 443/udp", text);
	if (udp && strstr(text, "/tcp"))
		return log_error(CLI_USAGE, "%s and --udp exclude each other", text);
	if (udp)
		rule->protocol = IPPROTO_UDP;
	return 0;
}

static int change_rule(const char *pin_dir, const struct steer_rule *rule)
{
	struct request request;
	int err;

	request_init(&request);
	request.steer.must_listen = true;
	err = steer_rules_add(&request.steer.rules, rule);
	if (err)
		log_error(err, "out of memory");
	err = err ?: bring_up_change(pin_dir, &request);
	request_free(&request);
	return err;
}

static int remove_port(const char *pin_dir, const struct steer_rule *rule)
{
	struct request request;

	request_init(&request);
	request.steer.remove = true;
	request.steer.port = rule->port;
	request.steer.protocol = rule->protocol;
	return bring_up_change(pin_dir, &request);
}

/* Without listeners there is nothing to look for. */
static int refresh(const char *pin_dir)
{
	struct view_steer view;
	struct request request;
	unsigned int count;
	int err = view_steer_read(&view, pin_dir);

	if (err)
		return err;
	count = view.count;
	view_steer_free(&view);
	request_init(&request);
	request.steer.refresh = true;
	return count ? bring_up_change(pin_dir, &request) : 0;
}

static int add(const struct cli *cli, char **words, bool udp)
{
	struct steer_rule rule;
	int err = read_port(words[0], udp, &rule);

	if (err)
		return err;
	if (steer_parse_listener(words[1], &rule))
		return log_error(CLI_USAGE, "%s: not a listener; write it as 127.0.0.1:8513 or "
				 "[::1]:8513", words[1]);
	if (steer_is_own(&rule))
		return log_error(CLI_USAGE, "port %s cannot be steered to itself; have the "
				 "listener wait on another port, or on 127.0.0.1 or [::1] alone",
				 words[0]);
	return change_rule(cli->pin_dir, &rule);
}

static int del(const struct cli *cli, char **words, bool udp)
{
	struct steer_rule rule;
	int err = read_port(words[0], udp, &rule);

	return err ?: remove_port(cli->pin_dir, &rule);
}

int cli_steer(const struct verb *verb, int argc, char **argv)
{
	bool udp = false;
	const struct option_row rows[] = {
		{ "udp", 0, OPTION_FLAG, &udp, NULL, "PORT is UDP's: QUIC", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, 1);

	if (count < 0)
		return count;
	if (!count && !udp)
		return list(&cli);
	if (count == 3 && !strcmp(argv[0], "add"))
		return add(&cli, argv + 1, udp);
	if (count == 2 && !strcmp(argv[0], "del"))
		return del(&cli, argv + 1, udp);
	if (count == 1 && !udp && !strcmp(argv[0], "refresh"))
		return refresh(cli.pin_dir);
	return cli_usage(verb, "must be `steer`, `steer add PORT LISTENER`, `steer del PORT` or "
			 "`steer refresh`");
}
