// SPDX-License-Identifier: BSD-2-Clause
#include "origin_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "attach/cgroup_open.h"
#include "harness.h"
#include "net/netns.h"
#include "origin.skel.h"
#include "origin_error.skel.h"
#include "origin_in.skel.h"
#include "origin_out.skel.h"
#include "steer_fixture.h"

#define WAIT_MS 5000
#define BACKLOG 64

static char cgroup_name[64];
static int cgroup_root = -1;

/* The same maps as the first object's. */
static void share(struct bpf_object *object, const struct bpf_object *with)
{
	const struct bpf_map *same;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		same = bpf_object__find_map_by_name(with, bpf_map__name(map));
		if (same)
			must(!bpf_map__reuse_fd(map, bpf_map__fd(same)), bpf_map__name(map));
	}
}

static void load(struct observer *observer)
{
	observer->skel = origin_bpf__open_and_load();
	must(observer->skel, "load origin");
	observer->in = origin_in_bpf__open();
	must(observer->in, "open origin_in");
	share(observer->in->obj, observer->skel->obj);
	must(!origin_in_bpf__load(observer->in), "load origin_in");
	observer->out = origin_out_bpf__open();
	must(observer->out, "open origin_out");
	share(observer->out->obj, observer->skel->obj);
	must(!origin_out_bpf__load(observer->out), "load origin_out");
	observer->error = NULL;
	if (libbpf_find_vmlinux_btf_id("inet_sk_error_report", BPF_TRACE_RAW_TP) < 0)
		return;
	observer->error = origin_error_bpf__open();
	must(observer->error, "open origin_error");
	share(observer->error->obj, observer->skel->obj);
	must(!origin_error_bpf__load(observer->error), "load origin_error");
}

static void move_to(int cgroup)
{
	int procs = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	must(procs >= 0 && write(procs, "0", 1) == 1, "move into a cgroup");
	close(procs);
}

static void enter_cgroup(struct observer *observer)
{
	char why[CGROUP_WHY_SIZE];

	cgroup_root = cgroup_open(NULL, why);
	must(cgroup_root >= 0, why);
	snprintf(cgroup_name, sizeof(cgroup_name), "ecdn-origin-test-%d", getpid());
	must(!mkdirat(cgroup_root, cgroup_name, 0755), "make a cgroup");
	observer->cgroup = openat(cgroup_root, cgroup_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(observer->cgroup >= 0, "open a cgroup");
	move_to(observer->cgroup);
}

static void set(uint8_t ports[8192], uint16_t port)
{
	ports[port / 8] |= 1U << port % 8;
}

void observer_open(struct observer *observer)
{
	steer_enter_netns();
	must(!system("ip route add local 10.0.0.0/8 dev lo"), "route addresses to lo");
	load(observer);
	enter_cgroup(observer);
	observer->config = calloc(1, sizeof(*observer->config));
	must(observer->config, "memory");
	observer->config->content = 1;
	observer->config->netns = netns_own();
	observer->config->since_ns = now_ns();
	set(observer->config->ports, ORIGIN_TLS_PORT);
	set(observer->config->ports, ORIGIN_HTTP_PORT);
	set(observer->config->plain, ORIGIN_HTTP_PORT);
	observer_configure(observer);
	observer_attach(observer);
}

void observer_close(struct observer *observer)
{
	observer_detach(observer);
	move_to(cgroup_root);
	close(observer->cgroup);
	unlinkat(cgroup_root, cgroup_name, AT_REMOVEDIR);
	close(cgroup_root);
	origin_error_bpf__destroy(observer->error);
	origin_out_bpf__destroy(observer->out);
	origin_in_bpf__destroy(observer->in);
	origin_bpf__destroy(observer->skel);
	free(observer->config);
}

static int attach(const struct observer *observer, const struct bpf_program *program,
		  enum bpf_attach_type type)
{
	int target = type == BPF_TRACE_RAW_TP ? 0 : observer->cgroup;
	int link = bpf_link_create(bpf_program__fd(program), target, type, NULL);

	must(link >= 0, bpf_program__name(program));
	return link;
}

void observer_attach(struct observer *observer)
{
	observer->links[0] = attach(observer, observer->in->progs.origin_in,
				    BPF_CGROUP_INET_INGRESS);
	observer->links[1] = attach(observer, observer->out->progs.origin_out,
				    BPF_CGROUP_INET_EGRESS);
	observer->links[2] = attach(observer, observer->skel->progs.origin, BPF_CGROUP_SOCK_OPS);
	observer->links[3] = -1;
	if (!observer->error)
		return;
	observer->links[3] = bpf_raw_tracepoint_open(
		NULL, bpf_program__fd(observer->error->progs.origin_error));
	must(observer->links[3] >= 0, "attach origin_error");
}

void observer_detach(struct observer *observer)
{
	for (int i = 0; i < 4; i++)
		if (observer->links[i] >= 0)
			close(observer->links[i]);
}

void observer_configure(struct observer *observer)
{
	uint32_t slot = 0;

	must(!bpf_map_update_elem(bpf_map__fd(observer->skel->maps.origin_config), &slot,
				  observer->config, BPF_ANY), "configure the observer");
}

static void put(const struct bpf_map *map, uint32_t key, const void *value)
{
	must(!bpf_map_update_elem(bpf_map__fd(map), &key, value, BPF_ANY), bpf_map__name(map));
}

void observer_reset(struct observer *observer)
{
	static const struct ecdn_xdp_origin_failure failure;
	static const struct ecdn_xdp_origin_stats stats;
	static const struct ecdn_xdp_origin_head head;
	struct ecdn_xdp_origin_key key;
	const struct bpf_map *origins = observer->skel->maps.origins;

	while (!bpf_map_get_next_key(bpf_map__fd(origins), NULL, &key))
		must(!bpf_map_delete_elem(bpf_map__fd(origins), &key), "forget an origin");
	memset(&key, 0, sizeof(key));
	for (uint32_t row = 0; row < ECDN_XDP_ORIGINS; row++) {
		put(observer->skel->maps.origin_stats, row, &stats);
		put(observer->skel->maps.origin_keys, row, &key);
	}
	for (uint32_t place = 0; place < ECDN_XDP_ORIGIN_FAILURES; place++)
		put(observer->skel->maps.origin_failures, place, &failure);
	put(observer->skel->maps.origin_head, 0, &head);
}

static socklen_t parse(const char *text, uint16_t port, struct sockaddr_storage *address)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	must(inet_pton(AF_INET6, text, &v6->sin6_addr) == 1, text);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	return sizeof(*v6);
}

uint32_t observer_row(const struct observer *observer, const char *text, uint16_t port)
{
	struct ecdn_xdp_origin_key key = { .port = port, .family = 4 };
	uint32_t row;

	if (inet_pton(AF_INET, text, key.addr) != 1) {
		must(inet_pton(AF_INET6, text, key.addr) == 1, text);
		key.family = 6;
	}
	if (bpf_map_lookup_elem(bpf_map__fd(observer->skel->maps.origins), &key, &row))
		return 0;
	return row;
}

void observer_stats(const struct observer *observer, uint32_t row,
		    struct ecdn_xdp_origin_stats *stats)
{
	must(!bpf_map_lookup_elem(bpf_map__fd(observer->skel->maps.origin_stats), &row, stats),
	     "read a row");
}

void observer_head(const struct observer *observer, struct ecdn_xdp_origin_head *head)
{
	must(!bpf_map_lookup_elem(bpf_map__fd(observer->skel->maps.origin_head), &(__u32){ 0 },
				  head), "read the head");
}

void observer_failure(const struct observer *observer, struct ecdn_xdp_origin_failure *failure)
{
	struct ecdn_xdp_origin_head head;
	uint32_t place;

	observer_head(observer, &head);
	place = head.number % ECDN_XDP_ORIGIN_FAILURES;
	must(!bpf_map_lookup_elem(bpf_map__fd(observer->skel->maps.origin_failures), &place,
				  failure), "read a failure");
}

int origin_listen(uint16_t port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	must(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) &&
	     !bind(fd, (struct sockaddr *)&any, sizeof(any)) && !listen(fd, BACKLOG),
	     "listen");
	return fd;
}

int origin_connect(const char *text, uint16_t port, void (*prepare)(int fd))
{
	struct sockaddr_storage address;
	socklen_t size = parse(text, port, &address);
	int fd = socket(address.ss_family, SOCK_STREAM, 0), err;

	must(fd >= 0 && !setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)),
	     "make a socket");
	if (prepare)
		prepare(fd);
	if (!connect(fd, (struct sockaddr *)&address, size))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

struct pair pair_open(int listener, const char *text, uint16_t port)
{
	struct pair pair = { .node = origin_connect(text, port, NULL) };

	must(pair.node >= 0, "connect");
	pair.origin = accept(listener, NULL, NULL);
	must(pair.origin >= 0 && !setsockopt(pair.origin, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 },
					     sizeof(int)), "accept");
	return pair;
}

static void transfer(int from, int to, const void *bytes, size_t size)
{
	char buffer[4096];
	ssize_t got;

	must(write(from, bytes, size) == (ssize_t)size, "write");
	while (size) {
		got = read(to, buffer, sizeof(buffer));
		must(got > 0, "read");
		size -= got;
	}
}

void pair_ask(const struct pair *pair, const void *bytes, size_t size)
{
	transfer(pair->node, pair->origin, bytes, size);
}

void pair_answer(const struct pair *pair, const void *bytes, size_t size)
{
	transfer(pair->origin, pair->node, bytes, size);
}

static void close_first(int first, int second, bool reset)
{
	const struct linger now = { .l_onoff = 1 };
	struct pollfd poll_second = { .fd = second, .events = POLLRDHUP };

	if (reset)
		setsockopt(first, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(first);
	must(poll(&poll_second, 1, WAIT_MS) == 1, "see the other side's end");
	close(second);
}

void pair_close_origin(struct pair *pair, bool reset)
{
	close_first(pair->origin, pair->node, reset);
}

void pair_close_node(struct pair *pair, bool reset)
{
	close_first(pair->node, pair->origin, reset);
}
