// SPDX-License-Identifier: BSD-2-Clause
#include "cli/origin_name.h"

#include <errno.h>

#include "base/log.h"
#include "cli/cli_tell.h"
#include "control/bring_up.h"
#include "ecdn-xdp-origin-rows.h"
#include "origin/origin_address.h"

static int read_name(const char *name)
{
	const char *wrong = origin_names_wrong(name);

	return wrong ? log_error(CLI_USAGE, "'%s': %s", name, wrong) : 0;
}

static int read_address(const char *word, const char *name, struct origin_names *names)
{
	struct ecdn_xdp_origin_key key;
	int err;

	if (origin_address_parse(word, &key))
		return log_error(CLI_USAGE, "%s is no address of an origin; write it as "
				 "203.0.113.7, 203.0.113.7:443, 2001:db8::7 or [2001:db8::7]:443; "
				 "nothing was changed", word);
	if (ecdn_xdp_origin_loopback(&key))
		return log_error(CLI_USAGE, "%s is this host's loopback, and connections to it are "
				 "not watched; nothing was changed", word);
	err = origin_names_append(names, &key, name, NULL);
	return err == -EEXIST ? 0 : err;
}

static int read_add(int count, char **words, const char *sni, struct origin_request *request)
{
	const char *wrong = sni ? origin_names_wrong_sni(sni) : NULL;
	int err = read_name(words[0]);

	if (!err && wrong)
		err = log_error(CLI_USAGE, "--sni %s: %s", sni, wrong);
	for (int i = 1; i < count && !err; i++)
		err = read_address(words[i], words[0], &request->names);
	request->name = words[0];
	request->sni = sni;
	return err;
}

int origin_name_add(const struct verb *verb, const struct cli *cli, int count, char **words,
		    const struct origin_words *given)
{
	struct request request;
	int err;

	if (count < 2)
		return cli_usage(verb, "`origin add` takes a name and addresses");
	request_init(&request);
	err = read_add(count, words, given->sni, &request.origin);
	err = err ?: bring_up_change(cli->pin_dir, &request);
	if (!err)
		cli_tell(cli, "named %zu address%s %s", request.origin.names.count,
			 request.origin.names.count == 1 ? "" : "es", words[0]);
	request_free(&request);
	return err;
}

int origin_name_del(const struct verb *verb, const struct cli *cli, int count, char **words,
		    const struct origin_words *given)
{
	struct request request;
	int err;

	(void)given;
	if (count != 1)
		return cli_usage(verb, "`origin del` takes a name");
	err = read_name(words[0]);
	if (err)
		return err;
	request_init(&request);
	request.origin.name = words[0];
	request.origin.remove = true;
	err = bring_up_change(cli->pin_dir, &request);
	if (!err)
		cli_tell(cli, "%s: names no origin any more", words[0]);
	request_free(&request);
	return err;
}
