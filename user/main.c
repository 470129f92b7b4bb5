// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/wrap.h"
#include "base/words.h"
#include "cli/cli.h"
#include "control/verb_note.h"
#include "kernel/libbpf_log.h"

/* Families of verbs, each a file of cli/ that ends with its rows, FILE_verbs[]. */
#define FAMILIES(family) \
	family(load) \
	family(unload) \
	family(status) \
	family(stats) \
	family(top) \
	family(prefix) \
	family(events) \
	family(capture) \
	family(explain) \
	family(check) \
	family(diagnose) \
	family(region) \
	family(limit) \
	family(layer) \
	family(power) \
	family(allow) \
	family(node) \
	family(steer) \
	family(origin) \
	family(agent)

#define DECLARE(family) extern const struct verb family##_verbs[];
#define LIST(family) family##_verbs,

FAMILIES(DECLARE)

static const struct verb *const families[] = { FAMILIES(LIST) };

#define each_verb(verb) \
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) \
		for (const struct verb *verb = families[i]; verb->name; verb++)

static const struct verb *find_verb(const char *name)
{
	each_verb(verb)
		if (!strcmp(verb->name, name))
			return verb;
	return NULL;
}

static void print_usage(FILE *to)
{
	fprintf(to, "Usage: ecdn-xdp VERB [OPTIONS] ...\n\n");
	each_verb(verb) {
		int column = fprintf(to, "  %-9s ", verb->name);

		wrap_help(to, column, verb->summary, WRAP_WORDS);
		fputc('\n', to);
	}
	fprintf(to, "\n`ecdn-xdp VERB --help` shows a verb's options; `ecdn-xdp --version` "
		"prints\nthe version.\n");
}

static int exit_code(int result)
{
	if (result == CLI_USAGE)
		return 2;
	if (result == CLI_NO)
		return 3;
	return result < 0 && result != CLI_HELP;
}

/* If output could not be written the command has failed, whatever the verb returned. */
static int written(int result)
{
	if (!fflush(stdout) && !ferror(stdout))
		return result;
	return log_error(-EIO, "cannot write to standard output");
}

static int unknown_verb(const char *name)
{
	struct words_guess guess = { .word = name };
	char text[WORDS_GUESS_SIZE];

	each_verb(verb)
		words_guess_add(&guess, verb->name);
	return log_error(CLI_USAGE, "unknown verb %s; %s", name, guess.count ?
			 words_guess_text(&guess, "", text) : "`ecdn-xdp --help` lists the verbs");
}

static int run(int argc, char **argv)
{
	bool help = false, version = false;
	int found = cli_find_verb(argc, argv, &help, &version);
	const struct verb *verb;

	if (found < 0)
		return found;
	if (version)
		return puts("ecdn-xdp " ECDN_XDP_VERSION) < 0 ? -EIO : 0;
	if (!found || !strcmp(argv[0], "help")) {
		print_usage(help || found ? stdout : stderr);
		return help || found ? 0 : CLI_USAGE;
	}
	verb = find_verb(argv[0]);
	verb_note_begin(argc, argv);
	return verb ? verb->run(verb, argc - 1, argv + 1) : unknown_verb(argv[0]);
}

int main(int argc, char **argv)
{
	/* A line is written at once, so that the lines of two commands do not mix. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	libbpf_log_adopt();
	/* Proxies have to find their pins, whatever umask root has. */
	umask(022);
	return exit_code(written(argc ? run(argc - 1, argv + 1) : CLI_USAGE));
}
