// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "base/log.h"
#include "control/verb_note.h"
#include "kernel/libbpf_log.h"

/* Families of verbs, each a file of cli/ that ends with its rows, FILE_verbs[]. */
#define FAMILIES(family) \
	family(load) \
	family(unload) \
	family(status) \
	family(stats) \
	family(prefix) \
	family(events) \
	family(explain) \
	family(check) \
	family(region) \
	family(limit) \
	family(layer) \
	family(power) \
	family(allow) \
	family(node) \
	family(steer)

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
	each_verb(verb)
		fprintf(to, "  %-9s %s\n", verb->name, verb->summary);
	fprintf(to, "\n`ecdn-xdp VERB --help` shows a verb's options; `ecdn-xdp --version` "
		"prints the version.\n");
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

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct verb *verb;

	/* A line is written at once, so that the lines of two commands do not mix. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	libbpf_log_adopt();
	/* Proxies have to find their pins, whatever umask root has. */
	umask(022);
	if (!strcmp(name, "--version")) {
		puts("ecdn-xdp " ECDN_XDP_VERSION);
		return exit_code(written(0));
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		print_usage(stdout);
		return exit_code(written(0));
	}
	verb = find_verb(name);
	verb_note_begin(argc - 1, argv + 1);
	if (verb)
		return exit_code(written(verb->run(verb, argc - 2, argv + 2)));
	if (argc > 1)
		log_error(0, "unknown verb %s", name);
	print_usage(stderr);
	return 2;
}
