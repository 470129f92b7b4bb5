// SPDX-License-Identifier: BSD-2-Clause
#include "access/access_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/gunzip.h"
#include "base/log.h"

/* Twice the longest line at least. What was read before it was known to be packed fits either. */
#define BUFFER_SIZE (512U << 10)
#define GZIP_ONLY (15 + 16)     /* the largest window, and a header of gzip */

struct access_stream {
	const char *path;
	int fd;
	bool ended;             /* of the file */
	bool packed, unpacking; /* gzip; a member of it has begun */
	z_stream zlib;
	uint64_t bytes;
	char *start, *end;      /* what is plain and not yet a line */
	char raw[BUFFER_SIZE];
	char plain[BUFFER_SIZE];
};

static ssize_t read_some(struct access_stream *stream, char *to, size_t room)
{
	ssize_t got;

	do
		got = read(stream->fd, to, room);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return log_error(-errno, "cannot read %s: %s", stream->path, strerror(errno));
	stream->bytes += got;
	stream->ended = !got;
	return got;
}

static int damaged(const struct access_stream *stream, const char *reason)
{
	return log_error(-EINVAL, "cannot read %s: its gzip data is %s",
			 stream->path, reason);
}

/* A log may be several members, one behind the other: rotated files are joined so. */
static int next_member(struct access_stream *stream)
{
	stream->unpacking = false;
	return inflateReset(&stream->zlib) == Z_OK ? 0 : damaged(stream, "damaged");
}

static ssize_t unpack_some(struct access_stream *stream, char *to, size_t room)
{
	z_stream *zlib = &stream->zlib;
	int status;

	zlib->next_out = (Bytef *)to;
	zlib->avail_out = room;
	while (zlib->avail_out == room) {
		if (!zlib->avail_in && !stream->ended) {
			ssize_t got = read_some(stream, stream->raw, BUFFER_SIZE);

			if (got < 0)
				return got;
			zlib->next_in = (Bytef *)stream->raw;
			zlib->avail_in = got;
		}
		if (!zlib->avail_in)
			return stream->unpacking ? damaged(stream, "cut off") : 0;
		stream->unpacking = true;
		status = inflate(zlib, Z_NO_FLUSH);
		if (status == Z_MEM_ERROR)
			return log_error(-ENOMEM, "out of memory");
		if (status == Z_STREAM_END ? next_member(stream) :
		    status != Z_OK && status != Z_BUF_ERROR ? damaged(stream, "damaged") : 0)
			return -EINVAL;
	}
	return room - zlib->avail_out;
}

/* More of what is plain, behind what there is. 0 at the end. */
static ssize_t fill(struct access_stream *stream)
{
	size_t left = stream->end - stream->start;
	ssize_t got;

	memmove(stream->plain, stream->start, left);
	stream->start = stream->plain;
	stream->end = stream->plain + left;
	got = stream->packed ? unpack_some(stream, stream->end, BUFFER_SIZE - left) :
	      stream->ended ? 0 : read_some(stream, stream->end, BUFFER_SIZE - left);
	if (got > 0)
		stream->end += got;
	return got;
}

/* What begins as gzip's data does is unpacked from its first byte on. A pipe may give less than
 * that at first. */
static int find_packing(struct access_stream *stream)
{
	size_t held;
	ssize_t got = 1;

	while (stream->end - stream->start < 2 && got > 0)
		got = fill(stream);
	held = stream->end - stream->start;
	if (got < 0 || !gunzip_knows(stream->start, held))
		return got < 0 ? (int)got : 0;
	if (inflateInit2(&stream->zlib, GZIP_ONLY) != Z_OK)
		return log_error(-ENOMEM, "out of memory");
	stream->packed = true;
	memcpy(stream->raw, stream->start, held);
	stream->zlib.next_in = (Bytef *)stream->raw;
	stream->zlib.avail_in = held;
	stream->start = stream->end = stream->plain;
	return 0;
}

static int open_file(struct access_stream *stream)
{
	struct stat stat;

	stream->fd = strcmp(stream->path, "-") ? open(stream->path, O_RDONLY | O_CLOEXEC) :
		     STDIN_FILENO;
	if (stream->fd < 0)
		return log_error(-errno, "cannot open %s: %s", stream->path, strerror(errno));
	if (!fstat(stream->fd, &stat) && S_ISDIR(stat.st_mode))
		return log_error(-EISDIR, "cannot read %s: it is a directory", stream->path);
	return 0;
}

int access_stream_open(struct access_stream **stream, const char *path)
{
	struct access_stream *fresh = calloc(1, sizeof(*fresh));
	int err;

	*stream = fresh;
	if (!fresh)
		return log_error(-ENOMEM, "out of memory");
	fresh->path = path;
	fresh->start = fresh->end = fresh->plain;
	err = open_file(fresh);
	return err ?: find_packing(fresh);
}

void access_stream_close(struct access_stream *stream)
{
	if (!stream)
		return;
	if (stream->packed)
		inflateEnd(&stream->zlib);
	if (stream->fd > STDERR_FILENO)
		close(stream->fd);
	free(stream);
}

/* Passes over the rest of a line that is too long. */
static int skip_line(struct access_stream *stream)
{
	for (;;) {
		char *newline = memchr(stream->start, '\n', stream->end - stream->start);
		ssize_t got;

		if (newline) {
			stream->start = newline + 1;
			return 1;
		}
		stream->start = stream->end;
		got = fill(stream);
		if (got <= 0)
			return got < 0 ? (int)got : 1;
	}
}

/* The beginning stays valid, as it is moved to where nothing is read into. */
static int cut_line(struct access_stream *stream, struct text *line)
{
	static char beginning[TEXT_QUOTE_SIZE];

	memcpy(beginning, stream->start, sizeof(beginning));
	*line = (struct text){ beginning, beginning + sizeof(beginning) };
	return skip_line(stream);
}

int access_stream_line(struct access_stream *stream, struct text *line, bool *whole)
{
	char *searched = stream->start;

	*whole = true;
	for (;;) {
		char *newline = memchr(searched, '\n', stream->end - searched);
		size_t held = (newline ?: stream->end) - stream->start;
		ssize_t got;

		if (held > ACCESS_STREAM_LINE_MAX) {
			*whole = false;
			return cut_line(stream, line);
		}
		*line = (struct text){ stream->start, stream->start + held };
		if (newline) {
			stream->start = newline + 1;
			return 1;
		}
		got = fill(stream);
		if (got < 0)
			return got;
		*line = (struct text){ stream->start, stream->start + held };
		searched = stream->start + held;
		if (!got) {
			stream->start = stream->end;
			return held > 0;
		}
	}
}

uint64_t access_stream_bytes(const struct access_stream *stream)
{
	return stream->bytes;
}
