/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_fixture.h - a file, what source_read() makes of it, and what it logged.
 */
#ifndef TESTS_SOURCE_FIXTURE_H
#define TESTS_SOURCE_FIXTURE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "regions/source.h"

static char file[64];           /* path of the test's file */
static char logged[64 << 10];   /* to standard error by the last read */
static struct names *names;
static struct range_set set;

static inline int set_up(void **state)
{
	int fd;

	(void)state;
	strcpy(file, "/tmp/test_source.XXXXXX");
	fd = mkstemp(file);
	if (fd < 0)
		return -1;
	close(fd);
	names = names_new(ECDN_XDP_REGIONS_DEFAULT);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	range_set_free(&set);
	names_free(names);
	unlink(file);
	return 0;
}

static inline void write_file(const void *data, size_t size)
{
	FILE *out = fopen(file, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

/* Reads path into set, standard error into logged. */
static inline int read_path(const char *path, const char *field, unsigned int number)
{
	FILE *log = tmpfile();
	int saved = dup(STDERR_FILENO), result;

	assert_non_null(log);
	range_set_free(&set);
	fflush(stderr);
	dup2(fileno(log), STDERR_FILENO);
	result = source_read(path, field, number, names, &set);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(log);
	logged[fread(logged, 1, sizeof(logged) - 1, log)] = 0;
	fclose(log);
	return result;
}

static inline void check_logged(const char *expected)
{
	if (strcmp(logged, expected))
		fail_msg("logged:\n%sinstead of:\n%s", logged, expected);
}

static inline const struct range *find_range(const char *text)
{
	struct address address;
	const struct range_list *list;

	assert_int_equal(address_parse(text, &address), 0);
	list = strchr(text, ':') ? &set.v6 : &set.v4;
	for (size_t i = 0; i < list->count; i++)
		if (address.bits >= list->range[i].first && address.bits <= list->range[i].last)
			return &list->range[i];
	return NULL;
}

/* Name of an address's region; NULL where the set says nothing. */
static inline const char *region(const char *text)
{
	const struct range *range = find_range(text);

	return range ? names_of(names, range->entry & RANGE_REGION) : NULL;
}

static inline int read_text(const char *text)
{
	write_file(text, strlen(text));
	return read_path(file, SOURCE_MMDB_FIELD, 1);
}

static inline void check_region(const char *address, const char *name)
{
	const char *is = region(address);

	if (!name != !is || (name && strcmp(name, is)))
		fail_msg("%s is in %s, not in %s", address, is ?: "none", name ?: "none");
}

static inline void check_good(const char *text)
{
	if (read_text(text))
		fail_msg("refused: %s", logged);
	check_logged("");
}

#endif
