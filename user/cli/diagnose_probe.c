// SPDX-License-Identifier: BSD-2-Clause
#include "cli/diagnose_probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "diagnose/finding_probe.h"
#include "origin/origin_address.h"
#include "origin/origin_names.h"
#include "probe/probe_run.h"
#include "show/finding_fields.h"
#include "show/finding_text.h"
#include "show/output.h"
#include "show/probe_fields.h"
#include "show/probe_text.h"
#include "view/view_origins.h"

#define PORT 443                /* of an origin that has no port of its own */
#define PROTOCOL_HTTP 2         /* of struct ecdn_xdp_origin_stats */

struct targets {
	struct probe_target *at; /* to be freed */
	unsigned int count;
	unsigned int plain;     /* addresses that are left out, as they speak plain HTTP */
	bool failed;            /* one is missing for want of memory */
};

/* What is shared by all addresses of an origin. */
struct probes {
	const char *name;       /* empty: it is an address */
	const char *list;
	struct probe_offer offer;
	bool json;
	bool shows;             /* progress, on standard error */
	json_t *all;            /* of JSON */
	struct findings findings;
};

static void append(struct targets *targets, const struct ecdn_xdp_origin_key *key,
		   const char *host)
{
	struct probe_target target = { .port = key->port ?: PORT };

	address_from_bytes(&target.address, address_family(key->family), key->addr);
	snprintf(target.host, sizeof(target.host), "%s", host);
	if (array_append(targets->at, targets->count, &target))
		targets->failed = true;
}

/* What was merely seen is passed over: whoever can make a proxy connect somewhere would have this
 * host knock there. */
static void found(const struct view_origin *origin, void *context)
{
	struct targets *targets = context;

	if (!origin->named || !origin->key.family)
		return;
	/* A name without a port has those of plain HTTP, too, where no handshake is to be had. */
	if (origin->stats.tls == PROTOCOL_HTTP)
		targets->plain++;
	else
		append(targets, &origin->key, origin->host);
}

static int find_named(const struct cli *cli, const char *name, struct targets *targets)
{
	struct view_origins view = {};
	int count = view_origins_read(&view, cli->pin_dir);

	if (!count && !view.loaded)
		count = log_error(-ENOENT, "%s is no address, and origins have no names: no "
				  "observer is loaded; `ecdn-xdp load --origin` loads it", name);
	if (!count)
		count = view_origins_find(&view, name, found, targets);
	view_origins_free(&view);
	if (count < 0)
		return count;
	if (targets->failed)
		return log_error(-ENOMEM, "out of memory for the origin's addresses");
	if (!targets->count && targets->plain)
		return log_error(-EPROTO, "%s was asked by plain HTTP alone, which has no "
				 "handshake; `ecdn-xdp diagnose 538 ADDR:PORT --probe` asks a port "
				 "all the same", name);
	if (!targets->count && count)
		return log_error(-EPERM, "%s was seen, and not named, so it is not probed; "
				 "`ecdn-xdp origin add NAME ADDR` names it, or give its address",
				 name);
	if (!targets->count)
		return log_error(CLI_USAGE, "%s is no address and no name of an origin; `ecdn-xdp "
				 "origin` lists those", name);
	return 0;
}

static int find_targets(const struct cli *cli, const char *origin, const char *sni,
			struct targets *targets, bool *typed)
{
	struct ecdn_xdp_origin_key key;
	int err = 0;

	*typed = !origin_address_parse(origin, &key);
	if (*typed)
		append(targets, &key, "");
	else
		err = find_named(cli, origin, targets);
	for (unsigned int i = 0; i < targets->count && sni; i++)
		snprintf(targets->at[i].host, sizeof(targets->at[i].host), "%s", sni);
	return err ?: targets->failed ? -ENOMEM : 0;
}

static void progress(unsigned int connections, void *context)
{
	const struct probe_target *target = context;
	char room[PROBE_WORDS_SIZE];

	fprintf(stderr, "\r%s: %u of up to %d connections", probe_words_origin(target, room),
		connections, PROBE_CONNECTIONS);
	fflush(stderr);
}

/* The line is gone before anything else is printed. */
static void end_progress(void)
{
	fprintf(stderr, "\r\033[K");
	fflush(stderr);
}

static int show(struct probes *probes, const struct probe_words_item *item)
{
	const struct fields fields = { probe_fields, 0, NULL };

	if (!probes->json)
		return probe_text_print(item);
	if (json_array_append_new(probes->all, fields_object(&fields, item)))
		return log_error(-ENOMEM, "out of memory");
	return 0;
}

static int probe(struct probes *probes, struct probe_target *target)
{
	struct probe_result *result = calloc(1, sizeof(*result));
	struct probe_words_item item = { probes->name, probes->list, target, &probes->offer,
					 result, 0 };
	int err;

	if (!result)
		return log_error(-ENOMEM, "out of memory for the probe");
	if (probes->shows)
		progress(0, target);
	err = probe_run(target, &probes->offer, probes->shows ? progress : NULL, target, result);
	if (probes->shows)
		end_progress();
	item.now = time(NULL);
	if (!err)
		err = show(probes, &item);
	if (!err)
		err = finding_probe(&item, &probes->findings);
	free(result);
	return err;
}

static int print_json(struct probes *probes)
{
	const struct fields fields = { finding_fields, 0, NULL };
	json_t *list = json_array(), *all = probes->all;

	probes->all = NULL;
	for (unsigned int i = 0; i < probes->findings.count; i++)
		json_array_append_new(list, fields_object(&fields, &probes->findings.at[i]));
	return output_json(json_pack("{s:b, s:o, s:o}", "ok", !findings_wrong(&probes->findings),
				     "probes", all, "findings", list));
}

static int print_findings(struct probes *probes)
{
	findings_sort(&probes->findings);
	if (probes->json)
		return print_json(probes);
	for (unsigned int i = 0; i < probes->findings.count; i++) {
		putchar('\n');
		finding_text_print(&probes->findings.at[i]);
	}
	return 0;
}

static int probe_all(struct probes *probes, const struct targets *targets)
{
	int err = 0;

	probes->all = json_array();
	for (unsigned int i = 0; i < targets->count && !err; i++) {
		if (i && !probes->json)
			putchar('\n');
		err = probe(probes, &targets->at[i]);
		fflush(stdout);
	}
	err = err ?: print_findings(probes);
	json_decref(probes->all);
	return err;
}

int diagnose_probe(const struct cli *cli, const char *origin,
		   const struct diagnose_probe_words *words)
{
	struct probes probes = { .list = words->offer, .json = cli->json,
				 .shows = !cli->quiet && isatty(STDERR_FILENO) };
	struct targets targets = {};
	const char *wrong = words->sni ? origin_names_wrong_sni(words->sni) : NULL;
	bool typed;
	int err;

	if (wrong)
		return log_error(CLI_USAGE, "--sni %s: %s", words->sni, wrong);
	err = probe_offer_read(words->offer, &probes.offer);
	err = err ?: find_targets(cli, origin, words->sni, &targets, &typed);
	if (!err) {
		probes.name = typed ? "" : origin;
		err = probe_all(&probes, &targets);
	}
	if (!err && words->exit_code && findings_wrong(&probes.findings))
		err = CLI_NO;
	findings_free(&probes.findings);
	free(targets.at);
	return err;
}
