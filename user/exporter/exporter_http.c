// SPDX-License-Identifier: BSD-2-Clause
#include "exporter_http.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "exporter_host.h"

#define IDLE_SECONDS 5
#define MEMORY_MAX 16384        /* of a connection: a longer head is refused */
#define WAIT_MS 1000

/* How long a request and the taking of its answer may last in all. The second is for when no slot
 * is free: who sends a byte now and then must not keep others out. */
#define WHOLE_NS (10 * NS_PER_SECOND)
#define CROWDED_NS NS_PER_SECOND

#define ANSWER_NS (4 * NS_PER_SECOND)   /* for the agent */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result queued;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; charset=utf-8");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static struct exporter_http_slot *slot_of(struct exporter_http *http,
					  const struct MHD_Connection *connection)
{
	for (unsigned int i = 0; i < EXPORTER_HTTP_CONNECTIONS; i++)
		if (http->slot[i].connection == connection)
			return &http->slot[i];
	return NULL;
}

/* "gzip" as a whole item of the list, unless its weight is 0. */
static bool takes_gzip(struct MHD_Connection *connection)
{
	const char *list = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_ACCEPT_ENCODING);
	const char *end;

	for (; list && *list; list = *end ? end + 1 : end) {
		list += strspn(list, " \t");
		end = list + strcspn(list, ",");
		if (!strncasecmp(list, "gzip", 4) && strcspn(list, " \t;,") == 4) {
			const char *weight = strstr(list, "q=0");

			return !weight || weight > end || strspn(weight + 3, ".0") <
			       (size_t)(end - weight - 3);
		}
	}
	return false;
}

static enum MHD_Result answer_page(struct exporter_http *http, struct MHD_Connection *connection)
{
	bool packed = http->packs && takes_gzip(connection);
	struct MHD_Response *response = exporter_page_response(&http->page, packed);

	return response ? MHD_queue_response(connection, MHD_HTTP_OK, response) :
			  answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
				 "the agent has no page, or does not answer; its log tells why\n");
}

static enum MHD_Result page_wanted(struct exporter_http *http, struct MHD_Connection *connection)
{
	struct exporter_http_slot *slot = slot_of(http, connection);
	bool waited = slot && slot->waited;

	if (waited || exporter_page_is_fresh(&http->page) || !slot) {
		if (slot)
			slot->waited = false;
		return answer_page(http, connection);
	}
	if (exporter_page_ask(&http->page))
		return MHD_NO;
	slot->waits = true;
	MHD_suspend_connection(connection);
	return MHD_YES;
}

static bool is_ours(const struct exporter_http *http, struct MHD_Connection *connection,
		    const char *host)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return http->any_host ||
	       (info && exporter_host_is_ours(host, info->connect_fd, http->names));
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
				  const char *path, const char *method, const char *version,
				  const char *data, size_t *size, void **state)
{
	struct exporter_http *http = context;
	const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_HOST);

	(void)version;
	(void)data;
	(void)size;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD\n");
	/* The first call comes before a body that may follow; with an answer then, it closes. */
	if (!*state) {
		*state = http;
		return MHD_YES;
	}
	if (!host && !http->any_host)
		return answer(connection, MHD_HTTP_BAD_REQUEST, "there is no Host\n");
	if (!is_ours(http, connection, host ?: ""))
		return answer(connection, MHD_HTTP_FORBIDDEN,
			      "not by that name: agent: metrics: hosts lists others\n");
	if (!strcmp(path, "/metrics"))
		return page_wanted(http, connection);
	if (!strcmp(path, "/"))
		return answer(connection, MHD_HTTP_OK, "ecdn-xdp: metrics are at /metrics\n");
	return answer(connection, MHD_HTTP_NOT_FOUND, "metrics are at /metrics\n");
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
			  enum MHD_ConnectionNotificationCode code)
{
	struct exporter_http *http = context;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	bool starts = code == MHD_CONNECTION_NOTIFY_STARTED;
	struct exporter_http_slot *slot = slot_of(http, starts ? NULL : connection);

	(void)state;
	if (!slot)
		return;
	*slot = (struct exporter_http_slot){};
	if (starts) {
		slot->connection = connection;
		slot->socket = info ? info->connect_fd : -1;
		slot->since_ns = clock_monotonic_ns();
	}
}

static void on_answered(void *context, struct MHD_Connection *connection, void **state,
			enum MHD_RequestTerminationCode code)
{
	struct exporter_http_slot *slot = slot_of(context, connection);

	(void)state;
	(void)code;
	if (slot)
		slot->since_ns = clock_monotonic_ns();
}

/* What clients do wrong is theirs to see. */
static void say_nothing(void *context, const char *format, va_list args)
{
	(void)context;
	(void)format;
	(void)args;
}

int exporter_http_open(struct exporter_http *http, int listener)
{
	const union MHD_DaemonInfo *info;

	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
		on_request, http,
		MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
		MHD_OPTION_LISTEN_SOCKET, listener,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)EXPORTER_HTTP_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
		MHD_OPTION_NOTIFY_COMPLETED, on_answered, http,
		MHD_OPTION_END);
	info = http->daemon ? MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info)
		return log_error(-ENOMEM, "the server of metrics cannot be started");
	http->epoll = info->epoll_fd;
	return 0;
}

int exporter_http_timeout(const struct exporter_http *http)
{
	MHD_UNSIGNED_LONG_LONG left_ms;

	if (MHD_get_timeout(http->daemon, &left_ms) != MHD_YES || left_ms > WAIT_MS)
		return WAIT_MS;
	return left_ms;
}

/* Those who waited are answered, by what is there. */
static void wake(struct exporter_http *http)
{
	for (unsigned int i = 0; i < EXPORTER_HTTP_CONNECTIONS; i++) {
		struct exporter_http_slot *slot = &http->slot[i];

		if (!slot->waits)
			continue;
		slot->waits = false;
		slot->waited = true;
		MHD_resume_connection(slot->connection);
	}
}

/* MHD's own limit is one of silence. */
static void end_slow(struct exporter_http *http)
{
	uint64_t now_ns = clock_monotonic_ns();
	bool crowded = !slot_of(http, NULL);

	for (unsigned int i = 0; i < EXPORTER_HTTP_CONNECTIONS; i++) {
		struct exporter_http_slot *slot = &http->slot[i];

		if (slot->connection && !slot->waits && slot->socket >= 0 &&
		    now_ns - slot->since_ns > (crowded ? CROWDED_NS : WHOLE_NS))
			shutdown(slot->socket, SHUT_RDWR);
	}
}

int exporter_http_run(struct exporter_http *http)
{
	struct exporter_page *page = &http->page;
	int err = exporter_page_take(page);

	if (err)
		return err;
	if (page->asked_ns && clock_monotonic_ns() - page->asked_ns > ANSWER_NS)
		exporter_page_give_up(page);
	if (!page->asked_ns)
		wake(http);
	end_slow(http);
	MHD_run(http->daemon);
	return 0;
}
