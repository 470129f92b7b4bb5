// SPDX-License-Identifier: BSD-2-Clause
#include "exporter_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zlib.h>

#include "agent/agent_metrics_wire.h"
#include "base/clock.h"
#include "base/scoped.h"

#define PAGE_MAX (128UL << 20)

bool exporter_page_is_fresh(const struct exporter_page *page)
{
	return page->read_ns &&
	       clock_monotonic_ns() - page->read_ns < AGENT_METRICS_WIRE_FRESH_NS;
}

int exporter_page_ask(struct exporter_page *page)
{
	const char word = AGENT_METRICS_WIRE_PAGE;

	if (page->asked_ns)
		return 0;
	if (send(page->socket, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1 && errno != EAGAIN)
		return -errno;
	page->asked_ns = clock_monotonic_ns();
	return 0;
}

/* Gives a response the type of the page. */
static void add_head(struct MHD_Response *response, bool packed)
{
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; version=0.0.4; charset=utf-8");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
	if (packed)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

static struct MHD_Response *respond(char *text, size_t size, bool packed)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);

	if (response)
		add_head(response, packed);
	else
		free(text);
	return response;
}

/* A response lives on while a connection sends it. */
static void drop(struct exporter_page *page)
{
	if (page->plain)
		MHD_destroy_response(page->plain);
	if (page->packed)
		MHD_destroy_response(page->packed);
	page->plain = page->packed = NULL;
	page->text = NULL;
	page->size = 0;
}

static char *read_whole(int fd, uint64_t size)
{
	char *text = size && size < PAGE_MAX ? malloc(size) : NULL;
	uint64_t used = 0;

	while (text && used < size) {
		ssize_t got = pread(fd, text + used, size - used, used);

		if (got <= 0) {
			free(text);
			return NULL;
		}
		used += got;
	}
	return text;
}

/* The message, and the fd that came with it, or -1. */
static int receive(int socket, struct agent_metrics_wire *wire, int *fd)
{
	struct iovec piece = { wire, sizeof(*wire) };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	const struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	*fd = -1;
	if (got < 0)
		return -errno;
	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(head), sizeof(*fd));
	return got == sizeof(*wire) ? 0 : -EPIPE;
}

int exporter_page_take(struct exporter_page *page)
{
	struct agent_metrics_wire wire = {};
	scoped_fd int fd = -1;
	int err = receive(page->socket, &wire, &fd);

	if (err)
		return err == -EAGAIN || err == -EINTR ? 0 : err;
	drop(page);
	page->asked_ns = 0;
	page->read_ns = clock_monotonic_ns();
	page->text = fd < 0 ? NULL : read_whole(fd, wire.size);
	page->size = wire.size;
	page->plain = page->text ? respond(page->text, page->size, false) : NULL;
	return 0;
}

void exporter_page_give_up(struct exporter_page *page)
{
	drop(page);
	page->asked_ns = page->read_ns = 0;
}

static char *pack(const char *text, uint64_t size, uint64_t *packed_size)
{
	z_stream stream = {};
	char *packed = NULL;
	size_t most;

	/* 16 more than the window's bits: with gzip's head. */
	if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	most = deflateBound(&stream, size);
	packed = malloc(most);
	stream.next_in = (Bytef *)text;
	stream.avail_in = size;
	stream.next_out = (Bytef *)packed;
	stream.avail_out = most;
	if (packed && deflate(&stream, Z_FINISH) != Z_STREAM_END) {
		free(packed);
		packed = NULL;
	}
	*packed_size = stream.total_out;
	deflateEnd(&stream);
	return packed;
}

struct MHD_Response *exporter_page_response(struct exporter_page *page, bool packed)
{
	if (packed && page->plain && !page->packed) {
		uint64_t size;
		char *text = pack(page->text, page->size, &size);

		page->packed = text ? respond(text, size, true) : NULL;
	}
	return packed && page->packed ? page->packed : page->plain;
}
