// SPDX-License-Identifier: BSD-2-Clause
/*
 * capture.c - the verb capture: some of the packets that the guard drops, in a file.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/quantity.h"
#include "base/text.h"
#include "cli/capture_blocks.h"
#include "cli/capture_file.h"
#include "cli/cli.h"

#define RATE_DEFAULT 100
#define SNAP_DEFAULT 128
#define NUMBER_(number) #number
#define NUMBER(number) NUMBER_(number)

/* No errno: as many packets as were asked for are written. */
#define ENOUGH 1

struct asked {
	const char *path, *rate, *reasons;
	struct capture_feed_request request;
	unsigned int count, snap_bytes;
	uint64_t for_ns;
	bool quiet;
};

struct capturing {
	const struct asked *asked;
	struct capture_file file;
	struct capture_blocks blocks;
	struct capture_feed *feed;
};

static volatile sig_atomic_t caught;

static void catch(int number)
{
	caught = number;
}

/* The second of these signals is not caught. A pipe that nobody reads is told by write(2). */
static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = catch, .sa_flags = SA_RESETHAND };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* --- words */

static int refuse_reason(struct text word)
{
	char name[32], known[WORDS_GUESS_SIZE];
	struct words_guess guess = { .word = name };

	snprintf(name, sizeof(name), "%.*s", (int)text_length(word), word.start);
	for (unsigned int i = 0; i < ECDN_XDP_DROP_MAX; i++)
		words_guess_add(&guess, capture_blocks_reasons[i]);
	return log_error(CLI_USAGE, "--reason %s: no such reason; %s", name, guess.count ?
			 words_guess_text(&guess, "", known) : "there are blocked, prefix_pps, "
			 "answer_cps, vlan_depth, no_socket and trusted_pps");
}

static int find_reason(struct text word)
{
	for (int i = 0; i < ECDN_XDP_DROP_MAX; i++)
		if (text_is(word, capture_blocks_reasons[i]))
			return i;
	return refuse_reason(word);
}

static int read_reasons(struct asked *asked)
{
	const char *at = asked->reasons;

	if (!at) {
		asked->request.reasons = (1U << ECDN_XDP_DROP_MAX) - 1;
		return 0;
	}
	for (;; at++) {
		const char *start = at;
		int reason;

		at += strcspn(at, ",");
		reason = find_reason((struct text){ start, at });
		if (reason < 0)
			return reason;
		asked->request.reasons |= 1U << reason;
		if (!*at)
			return 0;
	}
}

static int read_rate(struct asked *asked)
{
	char number[32];
	size_t length;

	if (!asked->rate) {
		asked->request.rate = RATE_DEFAULT;
		return 0;
	}
	length = strlen(asked->rate);
	if (length > 2 && !strcmp(asked->rate + length - 2, "/s"))
		length -= 2;
	snprintf(number, sizeof(number), "%.*s", (int)length, asked->rate);
	if (length >= sizeof(number) || quantity_parse_rate(number, &asked->request.rate) ||
	    !asked->request.rate || asked->request.rate > CAPTURE_FEED_RATE_MAX)
		return log_error(CLI_USAGE, "--rate %s: not a rate from 1/s to "
				 NUMBER(CAPTURE_FEED_RATE_MAX) "/s; write it as 100/s or 1k/s",
				 asked->rate);
	return 0;
}

static int read_asked(const struct verb *verb, struct asked *asked)
{
	int err = read_rate(asked) ?: read_reasons(asked);

	if (err)
		return err;
	if (!asked->path)
		return cli_usage(verb, "-w FILE is missing; -w - writes to a pipe");
	if (!asked->snap_bytes || asked->snap_bytes > ECDN_XDP_CAPTURE_SNAP_MAX)
		return log_error(CLI_USAGE, "--snaplen %u: not from 1 to "
				 NUMBER(ECDN_XDP_CAPTURE_SNAP_MAX) " bytes", asked->snap_bytes);
	asked->request.snap_bytes = asked->snap_bytes;
	return capture_file_check(asked->path);
}

/* --- at work */

static int take(const struct capture_feed_packet *packet, void *context)
{
	struct capturing *capturing = context;
	struct capture_blocks *blocks = &capturing->blocks;
	int err = capture_blocks_add(blocks, packet);

	if (err)
		return err;
	return capturing->asked->count && blocks->written >= capturing->asked->count ? ENOUGH : 0;
}

static int follow(struct capturing *capturing)
{
	uint64_t for_ns = capturing->asked->for_ns, start_ns = clock_monotonic_ns();
	int err = capture_file_flush(&capturing->file);

	while (!err && !caught && (!for_ns || clock_monotonic_ns() - start_ns < for_ns)) {
		capturing->blocks.moment = clock_now();
		err = capture_feed_read(capturing->feed, take, capturing);
		if (!err && capture_file_is_left(&capturing->file))
			return -EPIPE;
		err = err ?: capture_file_flush(&capturing->file);
	}
	return err;
}

/* What was written is left as a whole file, but for what keeps it from being written. */
static int end(struct capturing *capturing, int err)
{
	int failed = 0;

	if (err && err != ENOUGH && err != -ESTALE)
		return err;
	if (err != ENOUGH)
		failed = capture_feed_end(capturing->feed, take, capturing);
	failed = failed == ENOUGH ? 0 : failed;
	failed = failed ?: capture_blocks_end(&capturing->blocks);
	failed = failed ?: capture_file_flush(&capturing->file);
	return failed ?: err == ENOUGH ? 0 : err;
}

static void tell(const struct capturing *capturing)
{
	char text[QUANTITY_DURATION_SIZE];
	struct capture_feed_counts counts;

	capture_feed_counts(capturing->feed, &counts);
	if (counts.missed_ns)
		log_warning("for %s nothing was captured, as this process did not run, or nobody "
			    "read what it wrote", quantity_about(counts.missed_ns, text));
	if (!capturing->asked->quiet)
		log_note("%lu packets matched, %lu written, %lu lost", counts.matched,
			 capturing->blocks.written, counts.lost);
}

static int add_interface(uint32_t ifindex, const char *name, void *context)
{
	return capture_blocks_interface(context, ifindex, name);
}

static int begin(struct capturing *capturing)
{
	const struct asked *asked = capturing->asked;
	int err = capture_file_open(&capturing->file, asked->path);

	err = err ?: capture_blocks_begin(&capturing->blocks, &capturing->file,
					  asked->request.snap_bytes);
	err = err ?: capture_feed_interfaces(capturing->feed, add_interface, &capturing->blocks);
	if (!err && !asked->quiet && isatty(STDERR_FILENO))
		log_note("capturing dropped packets, up to %lu/s; ^C ends it",
			 asked->request.rate);
	return err;
}

/* The guard is asked first: if it cannot be, FILE stays as it is. */
static int capture(const char *pin_dir, const struct asked *asked)
{
	struct capturing capturing = { .asked = asked, .file = { .fd = -1 } };
	int err = capture_feed_open(&capturing.feed, pin_dir, &asked->request);

	if (err)
		return err;
	catch_signals();
	err = begin(&capturing);
	if (!err) {
		err = end(&capturing, follow(&capturing));
		if (!err || err == -ESTALE)
			tell(&capturing);
	}
	capture_blocks_free(&capturing.blocks);
	capture_file_close(&capturing.file);
	capture_feed_close(capturing.feed);
	return err == -EPIPE ? 0 : err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct asked asked = { .snap_bytes = SNAP_DEFAULT };
	const struct option_row rows[] = {
		{ "write", 'w', OPTION_TEXT, &asked.path, "FILE",
		  "write pcapng there, which root alone can read; -: to a pipe", 0 },
		{ "region", 0, OPTION_TEXT, &asked.request.region, "REGION",
		  "packets of that region (all)", 0 },
		{ "reason", 0, OPTION_TEXT, &asked.reasons, "REASON[,REASON]",
		  "packets dropped for these reasons, as `stats --json` has them (all)", 0 },
		{ "rate", 0, OPTION_TEXT, &asked.rate, "N/s",
		  "so many packets of a second at most (" NUMBER(RATE_DEFAULT) "/s)", 0 },
		{ "count", 0, OPTION_COUNT, &asked.count, "N",
		  "end after N packets; 0: at ^C (0)", 0 },
		{ "for", 0, OPTION_DURATION, &asked.for_ns, "DURATION", "end after that time", 0 },
		{ "snaplen", 0, OPTION_COUNT, &asked.snap_bytes, "BYTES",
		  "of each packet, up to " NUMBER(ECDN_XDP_CAPTURE_SNAP_MAX) " ("
		  NUMBER(SNAP_DEFAULT) ")", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, false, rows, sizeof(rows) / sizeof(*rows));

	if (count < 0)
		return count;
	if (count)
		return cli_usage(verb, "it takes no words");
	asked.quiet = cli.quiet;
	return read_asked(verb, &asked) ?: capture(cli.pin_dir, &asked);
}

const struct verb capture_verbs[] = {
	{ "capture", run, "[--region REGION] [--reason REASON[,REASON]] [--rate N/s] [--count N] "
	  "[--for DURATION] [--snaplen BYTES] -w FILE|-",
	  "Write some of the packets that are dropped to a pcapng file, or to a pipe",
	  { "capture -w - | tcpdump -nr -",
	    "capture --region XX --reason blocked -w drops.pcapng" } },
	{},
};
