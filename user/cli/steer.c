// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"
#include "cli/cli.h"
#include "cli/cli_tell.h"
#include "control/bring_up.h"
#include "show/output.h"
#include "show/steer_fields.h"
#include "view/view_steer.h"

/* Without its listener, users of limited and blocked regions are served, and the flood reaches
 * the proxy. */
static void tell_gone(const struct view_listener *view)
{
	char port[FIELD_TEXT_SIZE], at[FIELD_TEXT_SIZE];

	if (view->state == VIEW_STEER_GONE)
		log_warning("nobody listens at %s: connections to port %s of limited and "
			    "blocked regions get no 513; start the proxy that answers it, or "
			    "`ecdn-xdp steer del %s`",
			    listener_format(&view->rule.listener, view->rule.listener_port, at),
			    steer_rule_format_port(view->rule.port, view->rule.protocol, port),
			    port);
}

static void tell_unguarded(void)
{
	log_warning("no interface has the guard, so nobody is steered; `ecdn-xdp load IFACE` has "
		    "connections go to the listeners again");
}

/* Logs what to do where connections do not go to all of the listeners. */
static void advise(const struct view_steer *view)
{
	bool foreign = false;

	for (unsigned int i = 0; i < view->count; i++) {
		foreign |= view->listener[i].foreign;
		tell_gone(&view->listener[i]);
	}
	if (!view->count)
		log_note("no port is steered; `ecdn-xdp steer add PORT ADDR:PORT` names a listener "
			 "that answers 513 to users of limited and blocked regions");
	if (view->count && view->uncounted)
		log_warning("the cgroup whose listeners were found is gone, and with it what "
			    "counts: STEERED of TCP stands still until `ecdn-xdp steer refresh`, "
			    "and `ecdn-xdp load` finds listeners again");
	if (view->count && view->unguarded)
		tell_unguarded();
	else if (view->count && !view->attached)
		log_warning("steer is attached nowhere, so nobody is steered; `ecdn-xdp steer "
			    "refresh` attaches it");
	else if (view->count && !view->here)
		log_warning("steer is attached to another network namespace; processes are "
			    "shown there");
	else if (view_steer_waits(view))
		log_warning("a listener has sockets that connections do not go to yet; "
			    "`ecdn-xdp steer refresh` has them go there");
	else if (foreign)
		log_warning("a socket of another user listens where a listener should: no "
			    "connection goes there; `ecdn-xdp steer refresh` tells whose it is");
	else if (view->count && !view->hooked)
		log_warning("this host does not report listeners that start: when a proxy has "
			    "restarted, `ecdn-xdp steer refresh` has connections go there");
}

static int print_text(const struct view_steer *view)
{
	const struct fields fields = { steer_fields, 0, NULL };
	struct columns *columns = columns_new();
	int err;

	fields_heads(&fields, columns);
	for (unsigned int i = 0; i < view->count; i++)
		fields_cells(&fields, &view->listener[i], columns);
	err = columns_print(columns);
	advise(view);
	return err;
}

static int print_json(const struct view_steer *view)
{
	const struct fields fields = { steer_fields, 0, NULL };
	json_t *listeners = json_array();

	for (unsigned int i = 0; i < view->count; i++)
		json_array_append_new(listeners, fields_object(&fields, &view->listener[i]));
	return output_json(json_pack("{s:b, s:b, s:b, s:o}", "attached", view->attached,
				     "here", view->here, "finds_listeners", view->hooked,
				     "steer", listeners));
}

static bool all_ready(const struct view_steer *view)
{
	for (unsigned int i = 0; i < view->count; i++)
		if (view->listener[i].state != VIEW_STEER_READY)
			return false;
	return !view->count || view->here;
}

static int list(const struct cli *cli, bool exit_code)
{
	struct view_steer view;
	int err = view_steer_read(&view, cli->pin_dir);

	if (err)
		return err;
	err = cli->json ? print_json(&view) : print_text(&view);
	if (!err && exit_code && !all_ready(&view))
		err = CLI_NO;
	view_steer_free(&view);
	return err;
}

/* --udp means the same as /udp. */
static int read_port(const char *text, bool udp, struct steer_rule *rule)
{
	if (steer_rule_parse_port(text, rule))
		return log_error(CLI_USAGE, "%s: not a port; write it as 443, or 443/udp", text);
	if (udp && strstr(text, "/tcp"))
		return log_error(CLI_USAGE, "%s and --udp exclude each other", text);
	if (udp)
		rule->protocol = IPPROTO_UDP;
	return 0;
}

static int add_rule(const char *pin_dir, const struct steer_rule *rule)
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

/* Without listeners there are no sockets to look for. */
static int refresh(const struct cli *cli)
{
	struct view_steer view;
	struct request request;
	unsigned int count;
	bool unguarded;
	int err = view_steer_read(&view, cli->pin_dir);

	if (err)
		return err;
	count = view.count;
	unguarded = view.unguarded;
	view_steer_free(&view);
	request_init(&request);
	request.steer.refresh = true;
	err = count ? bring_up_change(cli->pin_dir, &request) : 0;
	if (!err)
		cli_tell(cli, "looked for the sockets of %u listener%s", count,
			 count == 1 ? "" : "s");
	if (!err && count && unguarded)
		tell_unguarded();
	return err;
}

static int add(const struct cli *cli, char **words, bool udp, const char *user)
{
	char port[STEER_PORT_TEXT_SIZE], at[LISTENER_TEXT_SIZE];
	struct steer_rule rule = {};
	int err = read_port(words[0], udp, &rule);

	if (err)
		return err;
	if (steer_rule_parse_listener(words[1], &rule))
		return log_error(CLI_USAGE, "%s: not a listener; write it as 127.0.0.1:513 or "
				 "[::1]:513", words[1]);
	if (steer_rule_is_own(&rule))
		return log_error(CLI_USAGE, "port %s cannot be steered to itself; have the "
				 "listener wait on another port, or on 127.0.0.1 or [::1] alone",
				 words[0]);
	if (user && words_parse_user(user, &rule.user))
		return log_error(CLI_USAGE, "%s: there is no such user", user);
	err = add_rule(cli->pin_dir, &rule);
	if (!err)
		cli_tell(cli, "port %s: new connections of limited and blocked regions go to %s",
			 steer_rule_format_port(rule.port, rule.protocol, port),
			 listener_format(&rule.listener, rule.listener_port, at));
	return err;
}

static int del(const struct cli *cli, char **words, bool udp)
{
	char port[STEER_PORT_TEXT_SIZE];
	struct steer_rule rule = {};
	int err = read_port(words[0], udp, &rule);

	err = err ?: remove_port(cli->pin_dir, &rule);
	if (!err)
		cli_tell(cli, "port %s: is steered no more",
			 steer_rule_format_port(rule.port, rule.protocol, port));
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	const char *user = NULL;
	bool udp = false, exit_code = false;
	const struct option_row rows[] = {
		{ "udp", 0, OPTION_FLAG, &udp, NULL, "PORT is of UDP: QUIC", 0 },
		{ "user", 0, OPTION_TEXT, &user, "NAME",
		  "take a listener of this user, and not of root alone", 0 },
		{ "exit-code", 0, OPTION_FLAG, &exit_code, NULL,
		  "exit with 3 unless all listeners are ready", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows,
			     sizeof(rows) / sizeof(*rows));

	if (count < 0)
		return count;
	if (count == 3 && !strcmp(argv[0], "add"))
		return add(&cli, argv + 1, udp, user);
	if (user)
		return cli_usage(verb, "takes --user with `steer add` alone");
	if (!count && !udp)
		return list(&cli, exit_code);
	if (exit_code)
		return cli_usage(verb, "takes --exit-code when it lists the listeners");
	if (count == 2 && !strcmp(argv[0], "del"))
		return del(&cli, argv + 1, udp);
	if (count == 1 && !udp && !strcmp(argv[0], "refresh"))
		return refresh(&cli);
	return cli_unknown(verb, count ? argv[0] : NULL,
			   (const char *const[]){ "add", "del", "refresh", NULL },
			   "must be `steer`, `steer add PORT ADDR:PORT`, `steer del PORT` or "
			   "`steer refresh`");
}

const struct verb steer_verbs[] = {
	{ "steer", run, "[add PORT ADDR:PORT [--udp] [--user NAME] | del PORT [--udp] | refresh]",
	  "Steer new connections of limited and blocked regions to a listener that answers 513",
	  { "steer add 443 127.0.0.1:543", "steer refresh" } },
	{},
};
