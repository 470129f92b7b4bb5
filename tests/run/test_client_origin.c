// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_client_origin.c - libecdn-xdp counts what a proxy says of origins: in the row that is the
 * origin's now, with a guard and without, while either comes and goes, and from many threads.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "client_pins.h"
#include "ecdn-xdp.h"
#include "harness.h"
#include "origin_pins.h"

#define SECOND 1000000000ULL
#define THREADS 3
#define COUNTS 10000
#define ORIGINS 64

static struct client_pins guard;
static struct origin_pins pins;
static char alone[80];          /* a directory without a guard's pins */
static char said[4096];

static void collect(void *context, const char *message)
{
	size_t length = strlen(said);

	(void)context;
	snprintf(said + length, sizeof(said) - length, "%s\n", message);
}

static void check(const char *name, long long wanted, long long found)
{
	char why[80] = "";

	if (wanted != found)
		snprintf(why, sizeof(why), "%lld instead of %lld", found, wanted);
	report(name, why);
}

static void check_said(const char *name, const char *wanted)
{
	report(name, strstr(said, wanted) ? "" : *said ? said : "nothing was said");
	*said = 0;
}

/* "192.0.2.1", "2001:db8::1". */
static const struct sockaddr *at(const char *address, unsigned int port)
{
	static __thread struct sockaddr_in6 in6;
	struct sockaddr_in *in = (struct sockaddr_in *)&in6;

	memset(&in6, 0, sizeof(in6));
	in->sin_family = strchr(address, ':') ? AF_INET6 : AF_INET;
	in->sin_port = htons(port);
	need(inet_pton(in->sin_family, address,
		       in->sin_family == AF_INET ? (void *)&in->sin_addr : &in6.sin6_addr) == 1,
	     address);
	return (struct sockaddr *)&in6;
}

static int count(struct ecdn_xdp_client *client, const char *address)
{
	return ecdn_xdp_origin_count(client, at(address, 443), ECDN_XDP_RESULT_ANSWERED, 404);
}

/* The library looks at the pins once a second. */
static int count_until(struct ecdn_xdp_client *client, const char *address, int wanted)
{
	uint64_t end_ns = now_ns() + 5 * SECOND;
	int error;

	while ((error = count(client, address)) != wanted && now_ns() < end_ns)
		usleep(20000);
	return error;
}

static uint64_t answered(unsigned int row)
{
	struct ecdn_xdp_origin_requests sum;

	origin_pins_sum(&pins, row, &sum);
	return sum.said[ECDN_XDP_ORIGIN_SAID_ANSWERED];
}

static void check_nothing(void)
{
	struct ecdn_xdp_client *client = ecdn_xdp_open(alone, collect, NULL);
	struct sockaddr other = { .sa_family = AF_UNIX };

	need(client, "open a client");
	check("without an observer nothing is counted", -ENOENT, count(client, "192.0.2.1"));
	check("a client of NULL", -EINVAL, count(NULL, "192.0.2.1"));
	check("an address of NULL", -EINVAL,
	      ecdn_xdp_origin_count(client, NULL, ECDN_XDP_RESULT_ANSWERED, 200));
	check("another family", -EINVAL,
	      ecdn_xdp_origin_count(client, &other, ECDN_XDP_RESULT_ANSWERED, 200));
	check("a result that is none", -EINVAL,
	      ecdn_xdp_origin_count(client, at("192.0.2.1", 443),
				    ECDN_XDP_RESULT_TIMED_OUT + 1, 200));
	check("... nor one below", -EINVAL,
	      ecdn_xdp_origin_count(client, at("192.0.2.1", 443), -1, 200));
	ecdn_xdp_close(client);
	*said = 0;
}

static void check_rows(struct ecdn_xdp_client *client)
{
	struct ecdn_xdp_origin_requests sum;
	uint64_t none = answered(0);

	count(client, "192.0.2.7");
	check("an origin without a row counts in row 0", none + 1, answered(0));
	origin_pins_set(&pins, 2, "192.0.2.7:443");
	usleep(1200000);
	count(client, "192.0.2.7");
	check("... and in its own once it has one", 1, answered(2));
	check("... alone", none + 1, answered(0));
	count(client, "::ffff:192.0.2.7");
	check("an address in IPv6's clothes is IPv4's", 2, answered(2));
	origin_pins_set(&pins, 3, "[2001:db8::7]:443");
	count(client, "2001:db8::7");
	check("IPv6 has rows, too", 1, answered(3));
	ecdn_xdp_origin_count(client, at("192.0.2.7", 80), ECDN_XDP_RESULT_ANSWERED, 200);
	check("another port is another origin", none + 2, answered(0));
	origin_pins_set(&pins, 2, "192.0.2.8:443");
	count(client, "192.0.2.8");
	check("a row that another origin takes is that one's", 3, answered(2));
	count(client, "192.0.2.7");
	check("... and no more the first one's", none + 3, answered(0));
	check("... of which nothing comes here", 3, answered(2));
	check("loopback is no error", 0, count(client, "127.0.0.1"));
	check("... of IPv6 neither", 0, count(client, "::1"));
	check("... and no origin", none + 3, answered(0));
	ecdn_xdp_origin_count(client, at("2001:db8::7", 443), ECDN_XDP_RESULT_TRUNCATED, 503);
	ecdn_xdp_origin_count(client, at("2001:db8::7", 443), ECDN_XDP_RESULT_NO_CONNECT, 502);
	origin_pins_sum(&pins, 3, &sum);
	check("a status counts if the origin sent it", 1, sum.status[ECDN_XDP_ORIGIN_503]);
	check("... by its class, too", 1, sum.status[ECDN_XDP_ORIGIN_5XX]);
	check("... and what became of it", 1, sum.said[ECDN_XDP_ORIGIN_SAID_TRUNCATED]);
	check("... and not what the proxy made itself", 0, sum.status[ECDN_XDP_ORIGIN_502]);
}

static void name_of(unsigned int origin, char name[16])
{
	snprintf(name, 16, "198.51.100.%u", origin);
}

/* Some counts; whether all of them were made. */
static bool count_some(struct ecdn_xdp_client *client)
{
	unsigned int seed = (uintptr_t)pthread_self();
	char name[16];

	for (int i = 0; i < COUNTS; i++) {
		name_of(rand_r(&seed) % ORIGINS, name);
		if (count(client, name))
			return false;
	}
	return true;
}

static bool stop;

/* Returns how often it counted COUNTS; 0: a count failed. */
static void *count_on(void *client)
{
	uintptr_t times = 0;

	do {
		if (!count_some(client))
			return NULL;
		times++;
	} while (!__atomic_load_n(&stop, __ATOMIC_RELAXED));
	return (void *)times;
}

static uint64_t all_answered(void)
{
	uint64_t sum = 0;

	for (unsigned int row = 0; row < ECDN_XDP_ORIGINS; row++)
		sum += answered(row);
	return sum;
}

/* Rows move, and tables are swapped, which changes views; no count is lost. */
static void check_threads(struct ecdn_xdp_client *client)
{
	uint64_t before = all_answered(), end_ns = now_ns() + 2 * SECOND;
	pthread_t thread[THREADS];
	unsigned int seed = 1;
	uint64_t times = 0;
	bool all = true;
	char name[24];

	for (unsigned int i = 0; i < ORIGINS; i++) {
		snprintf(name, sizeof(name), "198.51.100.%u:443", i);
		origin_pins_set(&pins, 100 + i, name);
	}
	for (int i = 0; i < THREADS; i++)
		need(!pthread_create(&thread[i], NULL, count_on, client), "start a thread");
	for (int i = 0; now_ns() < end_ns; i++) {
		snprintf(name, sizeof(name), "198.51.100.%u:443", rand_r(&seed) % ORIGINS);
		origin_pins_set(&pins, 100 + rand_r(&seed) % (2 * ORIGINS), name);
		client_pins_swap(&guard, i % PINS_TABLES);
		usleep(1000);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		need(!pthread_join(thread[i], &result), "end a thread");
		all = all && result;
		times += (uintptr_t)result;
	}
	check("threads count while rows and tables change", true, all);
	check("... each of them", before + times * COUNTS, all_answered());
}

static void check_fork(struct ecdn_xdp_client *client)
{
	uint64_t before = all_answered();
	pid_t pid = fork();
	int status;

	need(pid >= 0, "fork");
	if (!pid)
		_exit(!count_some(client));
	count_some(client);
	need(waitpid(pid, &status, 0) == pid, "wait for a child");
	check("after fork() both count", before + 2 * COUNTS, all_answered());
	check("... and the child ends well", 0, status);
}

static bool refused(struct ecdn_xdp_client *client)
{
	return ecdn_xdp_verdict(client, at("192.0.2.1", 0), NULL) == ECDN_XDP_LIMITED;
}

static void wait_verdicts(const char *name, struct ecdn_xdp_client *client, bool wanted)
{
	uint64_t end_ns = now_ns() + 5 * SECOND;

	while (refused(client) != wanted && now_ns() < end_ns)
		usleep(20000);
	check(name, wanted, refused(client));
}

/* An observer in the guard's directory: each goes without the other. */
static void check_beside(void)
{
	struct ecdn_xdp_client *client = ecdn_xdp_open(guard.dir, collect, NULL);

	need(client, "open a client");
	check("a guard without an observer", -ENOENT, count(client, "192.0.2.7"));
	check("... answers", true, refused(client));
	origin_pins_make(&pins, guard.dir);
	check("an observer that is loaded later counts", 0, count_until(client, "192.0.2.7", 0));
	check("... and the guard answers", true, refused(client));
	check_threads(client);
	check_fork(client);
	origin_pins_unpin(guard.dir);
	check("one that is unloaded is noticed", -ENOENT,
	      count_until(client, "192.0.2.7", -ENOENT));
	check("... and the guard answers still", true, refused(client));
	origin_pins_close(&pins);
	origin_pins_make(&pins, guard.dir);
	check("another one counts", 0, count_until(client, "192.0.2.7", 0));
	check("... in its own rows", 1, answered(0));
	ecdn_xdp_close(client);
	origin_pins_unpin(guard.dir);
	origin_pins_close(&pins);
	*said = 0;
}

/* The guard's pins come to the observer's, and leave them: the directory stays. */
static void check_guard_comes(void)
{
	struct ecdn_xdp_client *client;
	char path[128], other[128];

	origin_pins_make(&pins, alone);
	origin_pins_set(&pins, 1, "192.0.2.1:443");
	client = ecdn_xdp_open(alone, collect, NULL);
	need(client, "open a client");
	check_said("without a guard the observer is named", "but an observer of origins");
	check("an observer without a guard counts", 0, count(client, "192.0.2.1"));
	check("... in the row", 1, answered(1));
	check("... and tells that there is no guard", -ENOENT, ecdn_xdp_ready(client));
	check_rows(client);
	for (const char *const *name = (const char *const[]){ "public_config", "region_state",
	     "region_lines", "request_stats", NULL }; *name; name++) {
		int fd;

		snprintf(path, sizeof(path), "%s/%s", alone, *name);
		snprintf(other, sizeof(other), "%s/%s", guard.dir, *name);
		fd = bpf_obj_get(other);
		need(fd >= 0 && !bpf_obj_pin(fd, path), "pin a map elsewhere");
		close(fd);
	}
	wait_verdicts("a guard that comes answers", client, true);
	check("... and the observer counts", 0, count(client, "192.0.2.1"));
	check("... in the same row", 2, answered(1));
	for (const char *const *name = (const char *const[]){ "public_config", "region_state",
	     "region_lines", "request_stats", NULL }; *name; name++) {
		snprintf(path, sizeof(path), "%s/%s", alone, *name);
		unlink(path);
	}
	wait_verdicts("a guard that goes lets everybody pass", client, false);
	check("... and the observer counts on", 0, count(client, "192.0.2.1"));
	check("... where it did", 3, answered(1));
	ecdn_xdp_close(client);
	origin_pins_unpin(alone);
	origin_pins_close(&pins);
	*said = 0;
}

/* Maps of a version that this library does not know. */
static void check_other_version(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	struct ecdn_xdp_client *client;
	char path[128];
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "wider", sizeof(__u32),
				2 * sizeof(struct ecdn_xdp_origin_requests),
				ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS, &options);

	origin_pins_make(&pins, alone);
	snprintf(path, sizeof(path), "%s/origin_requests", alone);
	unlink(path);
	need(fd >= 0 && !bpf_obj_pin(fd, path), "pin a map");
	client = ecdn_xdp_open(alone, collect, NULL);
	need(client, "open a client");
	check("maps of another version are left alone", -ENOENT, count(client, "192.0.2.1"));
	check_said("... which is said", "the observer in");
	usleep(1200000);
	check("... and still so when it has looked again", -ENOENT, count(client, "192.0.2.1"));
	check("... once", 0, *said);
	close(fd);
	ecdn_xdp_close(client);
	origin_pins_unpin(alone);
	origin_pins_close(&pins);
}

static void remove_alone(void)
{
	origin_pins_unpin(alone);
	rmdir(alone);
}

int main(void)
{
	client_pins_open(&guard);
	snprintf(alone, sizeof(alone), "%s-alone", guard.dir);
	need(!mkdir(alone, 0755) && !atexit(remove_alone), "make a directory");
	client_pins_load(&guard, 0);
	check_nothing();
	check_guard_comes();
	check_beside();
	check_other_version();
	client_pins_unload(&guard);
	client_pins_close(&guard);
	return report_end();
}
