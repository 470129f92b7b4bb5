// SPDX-License-Identifier: BSD-2-Clause
#include "steer_fixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "harness.h"
#include "regions/table.h"
#include "trust/trust_table.h"
#include "steer.skel.h"

#define ANSWER_MS 2000
#define BACKLOG 4096

static void add_address(const char *text, int lo)
{
	struct in6_ifreq request = { .ifr6_prefixlen = 128, .ifr6_ifindex = lo };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	must(inet_pton(AF_INET6, text, &request.ifr6_addr) == 1, text);
	must(fd >= 0 && !ioctl(fd, SIOCSIFADDR, &request), "give lo an IPv6 address");
	close(fd);
}

void steer_enter_netns(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	must(!unshare(CLONE_NEWNET), "make a network namespace");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	must(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &request), "bring lo up");
	close(fd);
	add_address("fd00::2", if_nametoindex("lo"));
	add_address("fd00::3", if_nametoindex("lo"));
}

/* Writes what was compiled as the table of a map of tables. */
static void set_table(const struct world *world, const struct bpf_map *outer,
		      const struct ecdn_xdp_table_line *lines)
{
	static const struct ecdn_xdp_table_line empty;
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = world->table_flags);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "lines", sizeof(uint32_t),
				sizeof(struct ecdn_xdp_table_line), ECDN_XDP_TABLE_LINES_MAX, &opts);

	must(fd >= 0, "create a table");
	for (uint32_t i = 0; i < ECDN_XDP_TABLE_LINES_MAX; i++)
		if (memcmp(&lines[i], &empty, sizeof(empty)))
			must(!bpf_map_update_elem(fd, &i, &lines[i], BPF_ANY), "write a table");
	must(!bpf_map_update_elem(bpf_map__fd(outer), &(__u32){ 0 }, &fd, BPF_ANY),
	     "put a table in place");
	close(fd);
}

static struct ecdn_xdp_table_line *new_lines(void)
{
	struct ecdn_xdp_table_line *lines = calloc(ECDN_XDP_TABLE_LINES_MAX, sizeof(*lines));

	must(lines, "allocate memory");
	return lines;
}

static void load_regions(struct world *world)
{
	struct ecdn_xdp_table_line *lines = new_lines();
	const struct table_room room = { 0 };
	struct range_set set = {};

	set_region(&set, "127.0.0.2/32", REGION_SURGING);
	set_region(&set, "127.0.0.3/32", REGION_QUIET);
	set_region(&set, "fd00::2/128", REGION_SURGING);
	set_region(&set, "fd00::3/128", REGION_QUIET);
	must(!table_compile(&set, &room, lines, ECDN_XDP_TABLE_LINES_MAX),
	     "compile a region table");
	range_set_free(&set);
	set_table(world, world->skel->maps.region_table, lines);
	free(lines);
}

void world_trust(struct world *world, const char *cidr)
{
	struct ecdn_xdp_table_line *lines = new_lines();
	struct trust_list list = {};
	struct cidr parsed;

	if (cidr) {
		must(!cidr_parse(cidr, &parsed) && !trust_list_allow(&list, &parsed, 1, 1) &&
		     !trust_table_compile(&list, lines, ECDN_XDP_TABLE_LINES_MAX),
		     "compile a trusted table");
		set_table(world, world->skel->maps.trusted_table, lines);
	}
	trust_list_free(&list);
	free(lines);
	world->config.trusted = !!cidr;
	world_configure(world);
}

void world_drop_table(struct world *world)
{
	must(!bpf_map_delete_elem(world->guard.region_table, &(__u32){ 0 }), "drop the table");
}

static void find_maps(struct world *world)
{
	struct steer_bpf *skel = world->skel;

	guard_maps_init(&world->guard);
	world->config_map = bpf_map__fd(skel->maps.config);
	world->guard.protected_ports = bpf_map__fd(skel->maps.protected_ports);
	world->guard.region_table = bpf_map__fd(skel->maps.region_table);
	world->guard.region_state = bpf_map__fd(skel->maps.region_state);
	world->maps.steer_listeners = bpf_map__fd(skel->maps.steer_listeners);
	world->maps.steer_sockets = bpf_map__fd(skel->maps.steer_sockets);
	world->maps.steer_stats = bpf_map__fd(skel->maps.steer_stats);
	world->maps.steer_rules = bpf_map__fd(skel->maps.steer_rules);
	world->maps.steer_marks = -1;
}

void world_open(struct world *world)
{
	int netns;

	memset(world, 0, sizeof(*world));
	steer_enter_netns();
	world->skel = steer_bpf__open();
	must(world->skel, "open steer");
	world->table_flags = bpf_map__map_flags(bpf_map__inner_map(world->skel->maps.region_table));
	must(!steer_bpf__load(world->skel), "load steer");
	find_maps(world);
	load_regions(world);
	world->config.abi = ECDN_XDP_ABI;
	world->config.max_regions = ECDN_XDP_REGIONS_DEFAULT;
	world_protect(world, true, true);
	netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	must(netns >= 0, "open /proc/self/ns/net");
	world->link = bpf_program__attach_netns(world->skel->progs.steer, netns);
	must(world->link, "attach steer");
	close(netns);
}

void world_close(struct world *world)
{
	bpf_link__destroy(world->link);
	steer_bpf__destroy(world->skel);
}

void world_configure(struct world *world)
{
	world->config.generation++;
	must(!maps_set(world->config_map, "config", &(__u32){ 0 }, &world->config), "write the configuration");
}

void world_protect(struct world *world, bool tcp, bool udp)
{
	struct ecdn_xdp_protected_ports ports = {};

	ports.tcp[STEERED_PORT / 8] = tcp << STEERED_PORT % 8;
	ports.udp[STEERED_PORT / 8] = udp << STEERED_PORT % 8;
	must(!maps_set(world->guard.protected_ports, "protected_ports", &(__u32){ 0 }, &ports),
	     "protect a port");
	world->config.protect = (tcp ? ECDN_XDP_PROTECT_TCP : 0) |
				(udp ? ECDN_XDP_PROTECT_UDP : 0);
	world_configure(world);
}

void world_set_state(struct world *world, uint32_t region, enum ecdn_xdp_state state,
		     uint64_t until_ns, enum ecdn_xdp_state next)
{
	const struct ecdn_xdp_region_state value = {
		.state = state, .next = next, .until_ns = until_ns,
	};

	must(!maps_set(world->guard.region_state, "region_state", &region, &value),
	     "set a region's state");
}

void world_set_next(struct world *world, uint32_t region, uint64_t next_until_ns)
{
	struct ecdn_xdp_region_state value;

	must(!maps_get(world->guard.region_state, "region_state", &region, &value),
	     "read a region's state");
	value.next_until_ns = next_until_ns;
	must(!maps_set(world->guard.region_state, "region_state", &region, &value),
	     "set a region's state");
}

static struct ecdn_xdp_steer_key key_of(uint8_t protocol, int family)
{
	return (struct ecdn_xdp_steer_key){ STEERED_PORT, protocol, family };
}

void world_stats(const struct world *world, uint8_t protocol, int family,
		 struct ecdn_xdp_steer_stats *stats)
{
	struct ecdn_xdp_steer_key key = key_of(protocol, family);

	must(!steer_maps_read_stats(&world->maps, &key, stats), "read steer's counters");
}

uint64_t cookie_of(int socket)
{
	uint64_t cookie;
	socklen_t length = sizeof(cookie);

	must(!getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &length),
	     "tell a socket's cookie");
	return cookie;
}

static void steer_over(struct world *world, struct steer_entry *entry,
		       const uint64_t before[ECDN_XDP_STEER_SOCKETS], const int *sockets,
		       unsigned int count)
{
	struct steer_socket wanted[ECDN_XDP_STEER_SOCKETS] = {};

	for (unsigned int i = 0; i < count; i++) {
		wanted[i].fd = sockets[i];
		wanted[i].cookie = cookie_of(sockets[i]);
	}
	must(!steer_maps_put(&world->maps, entry, before, wanted, count), "steer to a listener");
}

void world_steer(struct world *world, uint8_t protocol, int family, const int *sockets,
		 unsigned int count)
{
	struct steer_entry entry = { .key = key_of(protocol, family) };
	uint64_t row[ECDN_XDP_STEER_SOCKETS];

	must(!steer_maps_prepare(&world->maps, &entry), "find a row for a listener");
	steer_maps_read_row(&world->maps, entry.value.first_socket, row);
	steer_over(world, &entry, row, sockets, count);
}

void world_steer_late(struct world *world, uint8_t protocol, int family,
		      const uint64_t before[ECDN_XDP_STEER_SOCKETS], const int *sockets,
		      unsigned int count)
{
	struct steer_entry entry = { .key = key_of(protocol, family) };

	must(!steer_maps_prepare(&world->maps, &entry), "find a row for a listener");
	steer_over(world, &entry, before, sockets, count);
}

void world_steer_unknown(struct world *world, uint8_t protocol, int family)
{
	struct steer_entry entry = { .key = key_of(protocol, family) };

	must(!steer_maps_prepare(&world->maps, &entry) &&
	     !steer_maps_keep(&world->maps, &entry), "steer to a listener that was not found");
}

void world_steer_end(struct world *world, uint8_t protocol)
{
	for (int family = 4; family <= 6; family += 2) {
		struct ecdn_xdp_steer_key key = key_of(protocol, family);

		must(!steer_maps_remove(&world->maps, &key), "steer no more");
	}
}

unsigned int world_sockets(const struct world *world, uint8_t protocol, int family)
{
	struct ecdn_xdp_steer_key key = key_of(protocol, family);
	uint64_t cookies[ECDN_XDP_STEER_SOCKETS];
	const struct steer_entry *entry;
	struct steer_table table;
	unsigned int count = 0;

	must(!steer_maps_read(&world->maps, &table), "read steer's listeners");
	entry = steer_maps_find(&table, &key);
	must(entry, "find a listener's entry");
	steer_maps_read_row(&world->maps, entry->value.first_socket, cookies);
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		count += !!cookies[i];
	return count;
}

static socklen_t make_address(const char *text, uint16_t port, struct sockaddr_in6 *room)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)room;

	memset(room, 0, sizeof(*room));
	if (inet_pton(AF_INET6, text, &room->sin6_addr) == 1) {
		room->sin6_family = AF_INET6;
		room->sin6_port = htons(port);
		return sizeof(*room);
	}
	must(inet_pton(AF_INET, text, &v4->sin_addr) == 1, text);
	v4->sin_family = AF_INET;
	v4->sin_port = htons(port);
	return sizeof(*v4);
}

static int bound(uint8_t protocol, const char *address, uint16_t port, unsigned int options)
{
	int type = protocol == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM, one = 1;
	int v6only = !!(options & V6_ONLY);
	struct sockaddr_in6 room;
	socklen_t length = make_address(address, port, &room);
	int fd = socket(room.sin6_family, type | SOCK_CLOEXEC, 0);

	must(fd >= 0, "make a socket");
	must(!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), "SO_REUSEADDR");
	if (options & REUSE_PORT)
		must(!setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)), "SO_REUSEPORT");
	if (room.sin6_family == AF_INET6)
		must(!setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only)),
		     "IPV6_V6ONLY");
	must(!bind(fd, (struct sockaddr *)&room, length), "bind a socket");
	return fd;
}

int wait_on(uint8_t protocol, const char *address, uint16_t port, unsigned int options)
{
	int fd = bound(protocol, address, port, options);

	if (protocol == IPPROTO_TCP)
		must(!listen(fd, BACKLOG), "listen");
	return fd;
}

int knock(uint8_t protocol, const char *from, const char *to, uint16_t port)
{
	struct sockaddr_in6 room;
	socklen_t length = make_address(to, port, &room);
	int fd = bound(protocol, from, 0, 0);

	if (connect(fd, (struct sockaddr *)&room, length) ||
	    (protocol == IPPROTO_UDP && send(fd, "?", 1, 0) != 1)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void take_answer(uint8_t protocol, int socket, int *accepted)
{
	char room[16];
	int fd = -1;

	if (protocol == IPPROTO_UDP)
		must(recv(socket, room, sizeof(room), 0) == 1, "receive a datagram");
	else
		must((fd = accept4(socket, NULL, NULL, SOCK_CLOEXEC)) >= 0,
		     "accept a connection");
	if (accepted)
		*accepted = fd;
	else if (fd >= 0)
		hang_up(fd);
}

int answered_by(uint8_t protocol, const int *sockets, unsigned int count, int *accepted)
{
	struct pollfd polled[ECDN_XDP_STEER_SOCKETS];

	for (unsigned int i = 0; i < count; i++)
		polled[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
	if (poll(polled, count, ANSWER_MS) <= 0)
		return -1;
	for (unsigned int i = 0; i < count; i++) {
		if (!(polled[i].revents & POLLIN))
			continue;
		take_answer(protocol, sockets[i], accepted);
		return i;
	}
	return -1;
}

void hang_up(int fd)
{
	const struct linger at_once = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}
