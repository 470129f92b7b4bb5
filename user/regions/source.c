// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "regions/source_formats.h"

/* An MMDB's metadata starts with the marker, this far from the end at most. */
#define MMDB_MARKER "\xab\xcd\xefMaxMind.com"
#define MMDB_TAIL (128 << 10)

/* Against what has no end; the world's ranges are 25 MB. */
#define TEXT_MAX (1UL << 30)
#define TEXT_ROOM (64UL << 10)

static bool has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path), size = strlen(suffix);

	return length >= size && !strcmp(path + length - size, suffix);
}

/* Only of a regular file: its end is looked at first. */
static int is_mmdb(int fd, off_t size, bool *mmdb)
{
	size_t length = size < MMDB_TAIL ? size : MMDB_TAIL;
	char *tail = malloc(length + 1);
	ssize_t got;

	if (!tail)
		return -ENOMEM;
	got = pread(fd, tail, length, size - length);
	*mmdb = got > 0 && memmem(tail, got, MMDB_MARKER, strlen(MMDB_MARKER));
	free(tail);
	return 0;
}

/*
 * The file is copied, not mapped: one that is cut short meanwhile is an error
 * and not the process's end, and pipes work.
 */
static int read_all(const char *path, int fd, size_t room, char **data, size_t *size)
{
	*size = 0;
	for (;;) {
		char *grown;
		ssize_t got;

		grown = realloc(*data, room);
		if (!grown)
			return -ENOMEM;
		*data = grown;
		do
			got = read(fd, *data + *size, room - *size);
		while (got < 0 && errno == EINTR);
		if (got < 0)
			return log_error(-errno, "cannot read %s: %s", path, strerror(errno));
		if (!got)
			return 0;
		*size += got;
		if (*size > TEXT_MAX)
			return log_error(-EFBIG, "%s is larger than 1 GiB: not region data", path);
		if (*size == room)
			room *= 2;
	}
}

static unsigned int line_of(struct text data, const char *at)
{
	unsigned int line = 1;

	for (const char *c = data.start; c < at; c++)
		line += *c == '\n';
	return line;
}

/* The first line that says something decides. */
static bool is_csv(struct text data)
{
	struct line_reader reader = { data.start, data.end, 0 };
	struct text line;
	int commas = 0;

	if (!line_next(&reader, &line))
		return false;
	for (const char *c = line.start; c < line.end; c++)
		commas += *c == ',';
	return commas == 2;
}

/* nul: what to say of a file that holds one. */
static int clean_text(const struct source *source, struct text *text, const char *nul)
{
	static const char bom[] = "\xef\xbb\xbf";
	const char *at = memchr(text->start, 0, text_length(*text));

	if (at) {
		log_at(source->path, line_of(*text, at), "a NUL byte: %s", nul);
		return -EINVAL;
	}
	if (text_length(*text) >= strlen(bom) && !memcmp(text->start, bom, strlen(bom)))
		text->start += strlen(bom);
	return 0;
}

static int read_text(struct source *source, struct text data, struct range_set *set)
{
	int error = clean_text(source, &data, "neither text nor a whole MaxMind DB, which "
			       "would have its metadata at the end");

	if (error)
		return error;
	if (is_csv(data))
		return source_read_csv(source, data, set);
	return source_read_cidr(source, data, set);
}

int source_read_text(struct source *source, char **data, struct text *text)
{
	size_t size = 0;
	int error, fd;

	*data = NULL;
	fd = open(source->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return log_error(-errno, "cannot open %s: %s", source->path, strerror(errno));
	error = read_all(source->path, fd, TEXT_ROOM, data, &size);
	close(fd);
	*text = (struct text){ *data, *data + size };
	return error ?: clean_text(source, text, "not text");
}

static int read_file(struct source *source, int fd, const char *mmdb_field,
		     struct range_set *set)
{
	size_t size = 0, room = TEXT_ROOM;
	char *data = NULL;
	struct stat stat;
	int error = 0;
	bool mmdb = has_suffix(source->path, ".mmdb");

	if (fstat(fd, &stat))
		return log_error(-errno, "cannot read %s: %s", source->path, strerror(errno));
	if (S_ISDIR(stat.st_mode))
		return log_error(-EISDIR, "cannot read %s: it is a directory", source->path);
	if (S_ISREG(stat.st_mode)) {
		if (!mmdb)
			error = is_mmdb(fd, stat.st_size, &mmdb);
		if (stat.st_size < (off_t)TEXT_MAX)
			room = stat.st_size + 1;
	}
	if (error)
		return error;
	if (mmdb)
		return source_read_mmdb(source, mmdb_field, set);
	error = read_all(source->path, fd, room, &data, &size);
	if (!error)
		error = read_text(source, (struct text){ data, data + size }, set);
	free(data);
	return error;
}

int source_read(const char *path, const char *mmdb_field, unsigned int number,
		struct names *names, struct range_set *set)
{
	struct source source = { .path = path, .number = number, .names = names };
	struct range_set read = { 0 };
	int error, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return log_error(-errno, "cannot open %s: %s", path, strerror(errno));
	error = read_file(&source, fd, mmdb_field, &read);
	close(fd);
	if (error == -ENOMEM)
		log_error(error, "cannot read %s: out of memory", path);
	if (error)
		range_set_free(&read);
	else
		*set = read;
	return error;
}
