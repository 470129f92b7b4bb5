// SPDX-License-Identifier: BSD-2-Clause
#include "base/gunzip.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_ONLY (15 + 16)     /* the largest window, and a header of gzip */
#define ROOM_AT_FIRST (256UL << 10)

bool gunzip_knows(const char *data, size_t size)
{
	return size >= 2 && data[0] == '\x1f' && data[1] == '\x8b';
}

/* Data while it is unpacked. */
struct gunzip {
	z_stream stream;
	char *out;
	size_t room, used;
	size_t most;            /* that may come out */
	const char *reason;
};

static int fail(struct gunzip *gunzip, int err, const char *reason)
{
	gunzip->reason = reason;
	return err;
}

static int grow(struct gunzip *gunzip)
{
	size_t room = gunzip->room ? 2 * gunzip->room : ROOM_AT_FIRST;
	char *out = realloc(gunzip->out, room);

	if (!out)
		return fail(gunzip, -ENOMEM, "out of memory");
	gunzip->out = out;
	gunzip->room = room;
	return 0;
}

/* The next member, if something follows the one that has ended. 1: all are done. */
static int next_member(struct gunzip *gunzip)
{
	if (!gunzip->stream.avail_in)
		return 1;
	if (!gunzip_knows((const char *)gunzip->stream.next_in, gunzip->stream.avail_in))
		return fail(gunzip, -EINVAL, "something follows its gzip data");
	return inflateReset(&gunzip->stream) == Z_OK ? 0 : fail(gunzip, -EINVAL, "zlib failed");
}

/* Unpacks into the room that is left. 1: all is done. */
static int step(struct gunzip *gunzip)
{
	size_t room = gunzip->room - gunzip->used;
	int status;

	gunzip->stream.next_out = (Bytef *)gunzip->out + gunzip->used;
	gunzip->stream.avail_out = room < UINT_MAX ? room : UINT_MAX;
	room = gunzip->stream.avail_out;
	status = inflate(&gunzip->stream, Z_NO_FLUSH);
	gunzip->used += room - gunzip->stream.avail_out;
	if (gunzip->used > gunzip->most)
		return fail(gunzip, -EFBIG, "its gzip data unpacks to more than a list can be");
	if (status == Z_STREAM_END)
		return next_member(gunzip);
	if (status == Z_MEM_ERROR)
		return fail(gunzip, -ENOMEM, "out of memory");
	if (status != Z_OK && status != Z_BUF_ERROR)
		return fail(gunzip, -EINVAL, "its gzip data is damaged");
	if (!gunzip->stream.avail_in && gunzip->stream.avail_out)
		return fail(gunzip, -EINVAL, "its gzip data is cut off");
	return 0;
}

static int unpack(struct gunzip *gunzip)
{
	int done = inflateInit2(&gunzip->stream, GZIP_ONLY) == Z_OK ? 0 :
		   fail(gunzip, -ENOMEM, "out of memory");

	if (done < 0)
		return done;
	while (!done) {
		done = gunzip->used == gunzip->room ? grow(gunzip) : 0;
		done = done ?: step(gunzip);
	}
	inflateEnd(&gunzip->stream);
	return done < 0 ? done : 0;
}

int gunzip(const char *data, size_t size, size_t out_max, char **out, size_t *out_size,
	   const char **reason)
{
	size_t plausible = size < out_max / GUNZIP_RATIO ? size * GUNZIP_RATIO : out_max;
	struct gunzip state = {};
	int err;

	*out = NULL;
	if (size > UINT_MAX) {
		*reason = "its gzip data is too large";
		return -EFBIG;
	}
	state.stream.next_in = (Bytef *)data;
	state.stream.avail_in = size;
	state.most = plausible > GUNZIP_SMALL ? plausible :
		     GUNZIP_SMALL < out_max ? GUNZIP_SMALL : out_max;
	err = unpack(&state);
	*reason = state.reason;
	if (err) {
		free(state.out);
		return err;
	}
	*out = state.out;
	*out_size = state.used;
	return 0;
}
