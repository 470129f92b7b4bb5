// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_ceiling.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/quantity.h"

/* Takes an option's word: a number, or the word for what `load` has set. */
static int take(const char *word, unsigned int what, uint64_t *value, struct trust_ceiling *to)
{
	if (!word)
		return 0;
	to->what |= what;
	if (!strcmp(word, "default"))
		return 0;
	to->to.own |= what;
	return quantity_parse_rate(word, value);
}

static int parse(const struct cli_ceiling *ceiling, struct trust_ceiling *to)
{
	uint64_t pps = 0, cps = 0;
	int err = take(ceiling->pps, ECDN_XDP_CEILING_PPS, &pps, to);

	if (err)
		return log_error(CLI_USAGE, "--pps %s: must be a number of packets/s, as 50k, or "
				 "default", ceiling->pps);
	err = take(ceiling->cps, ECDN_XDP_CEILING_CPS, &cps, to);
	if (err)
		return log_error(CLI_USAGE, "--cps %s: must be a number of connections/s, as 5k, "
				 "or default", ceiling->cps);
	to->to.pps = pps;
	to->to.cps = cps;
	return 0;
}

int cli_ceiling_check(const struct cli_ceiling *ceiling)
{
	struct trust_ceiling to = {};

	return parse(ceiling, &to);
}

static void say(char text[CLI_CEILING_TEXT_SIZE], const char *word, const char *unit)
{
	size_t used = strlen(text);
	uint64_t number;

	if (!word)
		return;
	if (!strcmp(word, "default"))
		word = "the default of";
	else if (!quantity_parse_rate(word, &number) && !number)
		word = "none of";
	snprintf(text + used, CLI_CEILING_TEXT_SIZE - used, "%s%s %s", used ? ", " : "", word,
		 unit);
}

char *cli_ceiling_format(const struct cli_ceiling *ceiling, char text[CLI_CEILING_TEXT_SIZE])
{
	*text = 0;
	say(text, ceiling->pps, "pps");
	say(text, ceiling->cps, "cps");
	return text;
}

int cli_ceiling_request(const struct cli_ceiling *ceiling, const struct cli_cidrs *cidrs,
			struct trust_request *request)
{
	struct trust_ceiling to = {};
	int err = parse(ceiling, &to);

	for (size_t i = 0; i < cidrs->count && !err && to.what; i++) {
		to.cidr = cidrs->at[i];
		err = trust_request_ceiling(request, &to);
	}
	return err;
}
