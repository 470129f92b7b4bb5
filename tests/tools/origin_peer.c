// SPDX-License-Identifier: BSD-2-Clause
/*
 * origin_peer: an origin that fails in the way it is told to. A connection gets its answer from a
 * file, or all that a real server says, as a relay; after so many bytes of that, it ends by a
 * reset or a FIN, or nothing comes any more.
 *
 *	origin_peer [OPTION...] ADDR:PORT...
 *
 * Prints "ready" once connections can come, and ends when it is killed. A process for each
 * connection, no more than 60 s each.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "base/options.h"
#include "listener.h"

#define CONNECTION_SECONDS 60
#define NEVER UINT64_MAX

enum end { END_FIN, END_RST, END_SILENCE };

struct peer {
	const char *to_word, *answer_file, *hear_word, *by_word;
	struct steer_rule to;   /* the real server, if to_word is given */
	enum end by;
	uint64_t cut_after;     /* bytes of the answer */
	uint64_t wait_ns;       /* before the end */
	unsigned int segment, share, seed;
	char *answer;
	size_t answer_length;
};

static int listen_at(const char *word)
{
	struct steer_rule at = {};
	struct sockaddr_in6 room;
	socklen_t length;
	int fd;

	errno = EINVAL;
	must(!steer_rule_parse_listener(word, &at), word);
	length = listener_address(&at, &room);
	fd = socket(at.listener.family, SOCK_STREAM, 0);
	must(fd >= 0, "socket");
	must(!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)), "SO_REUSEADDR");
	must(!bind(fd, (struct sockaddr *)&room, length), word);
	must(!listen(fd, 1024), "listen");
	return fd;
}

static int connect_to(const struct steer_rule *to)
{
	struct sockaddr_in6 room;
	socklen_t length = listener_address(to, &room);
	int fd = socket(to->listener.family, SOCK_STREAM, 0);

	must(fd >= 0, "socket");
	must(!connect(fd, (struct sockaddr *)&room, length), "connect");
	return fd;
}

/* Until what was sent is with the other side: a reset throws away what is not. */
static void wait_until_taken(int fd)
{
	int left = 0;

	for (int i = 0; i < 5000; i++) {
		if (ioctl(fd, SIOCOUTQ, &left) || !left)
			return;
		usleep(1000);
	}
}

/* Reads until the other side ends: what is not read would make a FIN a reset. */
static void drain(int fd)
{
	char bytes[65536];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static void end_connection(const struct peer *peer, int fd)
{
	wait_until_taken(fd);
	usleep(peer->wait_ns / 1000);
	if (peer->by == END_RST)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 },
			   sizeof(struct linger));
	if (peer->by == END_FIN)
		shutdown(fd, SHUT_WR);
	if (peer->by != END_RST)
		drain(fd);
	close(fd);
}

static bool send_all(int fd, const char *bytes, size_t length, size_t segment)
{
	for (size_t done = 0; done < length;) {
		size_t part = segment && length - done > segment ? segment : length - done;
		ssize_t sent = send(fd, bytes + done, part, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		done += sent;
	}
	return true;
}

/* Reads the request: nothing of it, what comes first, or all of an HTTP head. */
static void hear(const struct peer *peer, int fd)
{
	char head[65536];
	ssize_t part;
	size_t length = 0;

	if (!strcmp(peer->hear_word, "nothing"))
		return;
	while (length < sizeof(head) - 1) {
		part = read(fd, head + length, sizeof(head) - 1 - length);
		if (part <= 0)
			return;
		length += part;
		head[length] = '\0';
		if (!strcmp(peer->hear_word, "some") || strstr(head, "\r\n\r\n"))
			return;
	}
}

static void serve_file(const struct peer *peer, int fd)
{
	size_t length = peer->answer_length;

	hear(peer, fd);
	if (length > peer->cut_after)
		length = peer->cut_after;
	if (send_all(fd, peer->answer, length, peer->segment))
		end_connection(peer, fd);
}

/*
 * Passes bytes on both ways. Returns true when cut_after bytes of the server's have been passed,
 * false when either side has ended; the server's end is passed on.
 */
static bool relay(const struct peer *peer, int client, int server, uint64_t cut_after)
{
	struct pollfd at[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
	char bytes[65536];

	for (uint64_t passed = 0; passed < cut_after;) {
		uint64_t left = cut_after - passed;
		ssize_t part;

		if (poll(at, 2, -1) < 0)
			return false;
		if (at[0].revents) {
			part = read(client, bytes, sizeof(bytes));
			if (part <= 0 || !send_all(server, bytes, part, 0))
				return false;
		}
		if (!at[1].revents)
			continue;
		part = read(server, bytes, left < sizeof(bytes) ? left : sizeof(bytes));
		if (part <= 0) {
			shutdown(client, SHUT_WR);
			drain(client);
			return false;
		}
		if (!send_all(client, bytes, part, peer->segment))
			return false;
		passed += part;
	}
	return true;
}

static void serve_relay(const struct peer *peer, int fd, bool cut)
{
	int server = connect_to(&peer->to);

	if (relay(peer, fd, server, cut ? peer->cut_after : NEVER))
		end_connection(peer, fd);
}

static void serve(const struct peer *peer, int fd, bool cut)
{
	alarm(CONNECTION_SECONDS);
	/* What is written leaves as it was written. */
	if (peer->segment)
		must(!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)),
		     "TCP_NODELAY");
	if (peer->to_word)
		serve_relay(peer, fd, cut);
	else
		serve_file(peer, fd);
}

static void serve_next(const struct peer *peer, int listener)
{
	bool cut = rand() % 100 < (int)peer->share;
	int fd = accept(listener, NULL, NULL);
	pid_t child;

	if (fd < 0)
		return;
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(peer, fd, cut);
		_exit(0);
	}
	close(fd);
}

static void read_answer(struct peer *peer)
{
	struct stat about;
	int fd = open(peer->answer_file, O_RDONLY | O_CLOEXEC);

	must(fd >= 0 && !fstat(fd, &about), peer->answer_file);
	peer->answer = malloc(about.st_size + 1);
	must(peer->answer && read(fd, peer->answer, about.st_size) == about.st_size,
	     peer->answer_file);
	peer->answer_length = about.st_size;
	close(fd);
}

static bool read_words(struct peer *peer)
{
	static const char *const ends[] = { "fin", "rst", "silence" };
	unsigned int by = 0;

	while (by < 3 && strcmp(ends[by], peer->by_word))
		by++;
	peer->by = by;
	if (by == 3 || (peer->to_word && steer_rule_parse_listener(peer->to_word, &peer->to)))
		return false;
	return !strcmp(peer->hear_word, "nothing") || !strcmp(peer->hear_word, "some") ||
	       !strcmp(peer->hear_word, "head");
}

static void run(const struct peer *peer, char **words, int count)
{
	struct pollfd at[OPTION_LIST_MAX];

	for (int i = 0; i < count; i++)
		at[i] = (struct pollfd){ listen_at(words[i]), POLLIN, 0 };
	puts("ready");
	fflush(stdout);
	while (poll(at, count, -1) >= 0)
		for (int i = 0; i < count; i++)
			if (at[i].revents)
				serve_next(peer, at[i].fd);
}

int main(int argc, char **argv)
{
	static struct peer peer = { .hear_word = "nothing", .by_word = "fin", .cut_after = NEVER,
				    .share = 100, .seed = 1 };
	const struct option_row rows[] = {
		{ "to", 0, OPTION_TEXT, &peer.to_word, "ADDR:PORT", "relay to this server", 0 },
		{ "answer", 0, OPTION_TEXT, &peer.answer_file, "FILE", "say this", 0 },
		{ "hear", 0, OPTION_TEXT, &peer.hear_word, "WHAT",
		  "first, without --to: nothing, some or head (nothing)", 0 },
		{ "cut-after", 0, OPTION_RATE, &peer.cut_after, "BYTES", "of what is said", 0 },
		{ "by", 0, OPTION_TEXT, &peer.by_word, "HOW", "fin, rst or silence (fin)", 0 },
		{ "wait", 0, OPTION_DURATION, &peer.wait_ns, "DURATION", "before that", 0 },
		{ "segment", 0, OPTION_COUNT, &peer.segment, "BYTES", "of a segment at most", 0 },
		{ "share", 0, OPTION_COUNT, &peer.share, "PERCENT", "of a relay's are cut", 0 },
		{ "seed", 0, OPTION_COUNT, &peer.seed, "N", "of which these are (1)", 0 },
	};
	int count = options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), NULL);

	if (count < 1 || count > OPTION_LIST_MAX || !read_words(&peer)) {
		fprintf(stderr, "usage: origin_peer [OPTION...] ADDR:PORT...\n");
		options_help(rows, sizeof(rows) / sizeof(*rows));
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	srand(peer.seed);
	if (peer.answer_file)
		read_answer(&peer);
	run(&peer, argv + 1, count);
	return 0;
}
