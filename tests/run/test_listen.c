// SPDX-License-Identifier: BSD-2-Clause
/*
 * listen on the root of all cgroups: which sockets it puts into steer_sockets as they begin to
 * listen, and which connections it counts.
 */
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach/cgroup_open.h"
#include "harness.h"
#include "listen.skel.h"
#include "net/netns.h"
#include "steer.skel.h"
#include "steer/steer_rule.h"
#include "steer_check.h"

#define STRANGER 65534
#define OTHER 65533

static struct world world;
static struct listen_bpf *listening;
static int cgroup = -1, attached = -1;

static void share(struct bpf_map *map, const struct bpf_map *of)
{
	must(!bpf_map__reuse_fd(map, bpf_map__fd(of)), "share a map");
}

static void load_listen(void)
{
	char why[CGROUP_WHY_SIZE];

	listening = listen_bpf__open();
	must(listening, "open listen");
	share(listening->maps.steer_sockets, world.skel->maps.steer_sockets);
	share(listening->maps.steer_rules, world.skel->maps.steer_rules);
	share(listening->maps.steer_stats, world.skel->maps.steer_stats);
	share(listening->maps.config, world.skel->maps.config);
	share(listening->maps.region_table, world.skel->maps.region_table);
	must(!bpf_map__set_max_entries(listening->maps.region_cpu, 64 * ECDN_XDP_REGIONS_DEFAULT),
	     "size region_cpu");
	must(!listen_bpf__load(listening), "load listen");
	cgroup = cgroup_open(NULL, why);
	must(cgroup >= 0, why);
	attached = bpf_link_create(bpf_program__fd(listening->progs.listen), cgroup,
				   BPF_CGROUP_SOCK_OPS, NULL);
	must(attached >= 0, "attach listen");
	world.config.listen_hook = 1;
	world_configure(&world);
}

static uint64_t region_steered(uint32_t region)
{
	struct ecdn_xdp_region_cpu row;
	uint64_t sum = 0;

	for (__u32 i = 0; i < 64; i++)
		if (!bpf_map_lookup_elem(bpf_map__fd(listening->maps.region_cpu),
					 &(__u32){ i * ECDN_XDP_REGIONS_DEFAULT + region }, &row))
			sum += row.steered;
	return sum;
}

/* A rule whose listener nobody has looked for. */
static void add_rule(const char *listener, uint32_t user, uint32_t port_user, uint32_t netns)
{
	struct steer_rule rule = { .port = STEERED_PORT, .protocol = IPPROTO_TCP };
	const uint64_t before[ECDN_XDP_STEER_SOCKETS] = {};
	struct steer_entry entry = { .rule = { .netns = netns, .user = user } };

	must(!steer_rule_parse_listener(listener, &rule), listener);
	entry.key = steer_rule_key(&rule);
	steer_rule_value(&rule, &entry.value);
	must(!steer_maps_prepare(&world.maps, &entry), "prepare a rule");
	entry.rule.port_user = port_user;
	must(!steer_maps_put(&world.maps, &entry, before, NULL, 0), "add a rule");
}

/* The socket belongs to whom the process acts for when it is made. */
static int wait_as(uid_t user, const char *address, uint16_t port, unsigned int options)
{
	int fd;

	must(!seteuid(user), "act for another user");
	fd = wait_on(IPPROTO_TCP, address, port, options);
	must(!seteuid(0), "act for root again");
	return fd;
}

static void count_sockets(const char *what, const struct family *family, unsigned int wanted)
{
	check_number(what, &tcp, family, wanted,
		     world_sockets(&world, IPPROTO_TCP, family->number));
}

/* One listener: whether it is taken, and leaves when it is closed. */
static void try_one(const char *what, const struct family *family, uid_t user,
		    const char *address, unsigned int options, unsigned int wanted)
{
	int fd = wait_as(user, address, LISTENER_PORT, options);

	count_sockets(what, family, wanted);
	close(fd);
	if (wanted)
		count_sockets("it leaves when it is closed", family, 0);
}

static void test_addresses(void)
{
	add_rule("127.0.0.1:8513", 0, 0, netns_own());
	add_rule("[::1]:8513", 0, 0, netns_own());
	try_one("its address", &v4, 0, "127.0.0.1", 0, 1);
	try_one("any address", &v4, 0, "0.0.0.0", 0, 1);
	try_one("another address", &v4, 0, "127.0.0.2", 0, 0);
	try_one("any address of both families", &v4, 0, "::", 0, 1);
	try_one("any address of IPv6 alone", &v4, 0, "::", V6_ONLY, 0);
	try_one("its address, mapped", &v4, 0, "::ffff:127.0.0.1", 0, 1);
	try_one("its address", &v6, 0, "::1", V6_ONLY, 1);
	try_one("any address", &v6, 0, "::", V6_ONLY, 1);
	try_one("any address of both families", &v6, 0, "::", 0, 1);
	try_one("any address of IPv4", &v6, 0, "0.0.0.0", 0, 0);
	try_one("another address", &v6, 0, "fd00::2", V6_ONLY, 0);
	world_steer_end(&world, IPPROTO_TCP);
	/* A socket that serves the port itself is no listener for its surges. */
	add_rule("127.0.0.1:8080", 0, 0, netns_own());
	int fd = wait_on(IPPROTO_TCP, "0.0.0.0", STEERED_PORT, 0);

	count_sockets("the port's own", &v4, 0);
	close(fd);
	world_steer_end(&world, IPPROTO_TCP);
}

static void test_users(void)
{
	add_rule("127.0.0.1:8513", 0, 0, netns_own());
	try_one("a stranger's", &v4, STRANGER, "127.0.0.1", 0, 0);
	add_rule("127.0.0.1:8513", STRANGER, 0, netns_own());
	try_one("of the user who is named", &v4, STRANGER, "127.0.0.1", 0, 1);
	try_one("root's, too", &v4, 0, "127.0.0.1", 0, 1);
	try_one("of another than is named", &v4, OTHER, "127.0.0.1", 0, 0);
	add_rule("127.0.0.1:8513", 0, STRANGER, netns_own());
	try_one("of the port's user", &v4, STRANGER, "127.0.0.1", 0, 1);
	try_one("of another than the port's", &v4, OTHER, "127.0.0.1", 0, 0);
	add_rule("127.0.0.1:8513", 0, 0, netns_own() + 1);
	try_one("in another network namespace", &v4, 0, "127.0.0.1", 0, 0);
	add_rule("127.0.0.1:8513", 0, 0, 0);
	try_one("in a namespace that is not known", &v4, 0, "127.0.0.1", 0, 0);
	world_steer_end(&world, IPPROTO_TCP);
}

static void test_mptcp(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(LISTENER_PORT),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		skip("an MPTCP socket", "this kernel makes none");
		return;
	}
	add_rule("127.0.0.1:8513", 0, 0, netns_own());
	must(!listen(fd, 1), "listen");
	count_sockets("an MPTCP socket", &v4, 0);
	close(fd);
	world_steer_end(&world, IPPROTO_TCP);
}

static void test_row(void)
{
	int fds[ECDN_XDP_STEER_SOCKETS + 2];

	add_rule("127.0.0.1:8513", 0, 0, netns_own());
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS + 2; i++)
		fds[i] = wait_on(IPPROTO_TCP, "127.0.0.1", LISTENER_PORT, REUSE_PORT);
	count_sockets("a row takes so many", &v4, ECDN_XDP_STEER_SOCKETS);
	close(fds[ECDN_XDP_STEER_SOCKETS + 1]);
	count_sockets("one is closed", &v4, ECDN_XDP_STEER_SOCKETS - 1);
	fds[ECDN_XDP_STEER_SOCKETS + 1] =
		wait_on(IPPROTO_TCP, "127.0.0.1", LISTENER_PORT, REUSE_PORT);
	count_sockets("another gets its place", &v4, ECDN_XDP_STEER_SOCKETS);
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS + 2; i++)
		close(fds[i]);
	count_sockets("all are closed", &v4, 0);
	world_steer_end(&world, IPPROTO_TCP);
}

/* A proxy with more sockets than a row takes hands over to another. */
static void test_handing_over(void)
{
	enum { SOCKETS = ECDN_XDP_STEER_SOCKETS + 4 };
	int before[SOCKETS], after[SOCKETS];
	unsigned int last;

	add_rule("127.0.0.1:8513", 0, 0, netns_own());
	for (int i = 0; i < SOCKETS; i++)
		before[i] = wait_on(IPPROTO_TCP, "127.0.0.1", LISTENER_PORT, REUSE_PORT);
	for (int i = 0; i < SOCKETS; i++)
		after[i] = wait_on(IPPROTO_TCP, "127.0.0.1", LISTENER_PORT, REUSE_PORT);
	for (int i = 0; i < SOCKETS; i++)
		close(before[i]);
	last = world_sockets(&world, IPPROTO_TCP, 4);
	report("a full row has sockets of the proxy that stays", last ? "" : "it has none");
	for (int i = 0; i < SOCKETS - 1; i++)
		close(after[i]);
	count_sockets("and the newest among them", &v4, 1);
	close(after[SOCKETS - 1]);
	count_sockets("which leaves when it is closed", &v4, 0);
	world_steer_end(&world, IPPROTO_TCP);
}

enum { GROUP = 2 * ECDN_XDP_STEER_SOCKETS + 4 };

/* Another process opens them, in this one's table of fds, and ends. */
static void another_opens(const struct family *family, int fds[GROUP])
{
	const size_t size = GROUP * sizeof(*fds);
	int *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	must(shared != MAP_FAILED, "share the fds");
	child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	for (int i = 0; !child && i < GROUP; i++)
		shared[i] = wait_on(IPPROTO_TCP, family->number == 4 ? "127.0.0.1" : "::1",
				    LISTENER_PORT, REUSE_PORT);
	if (!child)
		_exit(0);
	must(child > 0 && waitpid(child, NULL, 0) == child, "have another process listen");
	memcpy(fds, shared, size);
	munmap(shared, size);
}

static void close_all(int fds[GROUP])
{
	for (int i = 0; i < GROUP; i++)
		close(fds[i]);
}

/* Those that listened first are the last to go, as when a proxy reloads with fewer workers. */
static void close_newest_first(const char *what, const struct family *family, int fds[GROUP])
{
	char text[128] = "";

	for (int stay = GROUP - 1; stay > 0; stay--) {
		close(fds[stay]);
		if (!*text && !world_sockets(&world, IPPROTO_TCP, family->number))
			snprintf(text, sizeof(text), "none with the first %d of %d", stay, GROUP);
	}
	close(fds[0]);
	report(what, text);
}

/* More sockets than a row takes, of which fewer and fewer stay; in a row of its own, in one that
 * had another proxy's, and in one that has those of this proxy's own first sockets. */
static void test_fewer_stay(const struct family *family, const char *listener)
{
	int one[GROUP], other[GROUP];

	add_rule(listener, 0, 0, netns_own());
	another_opens(family, one);
	close_newest_first("fewer stay: a row has one of the first", family, one);
	another_opens(family, one);
	another_opens(family, other);
	close_all(one);
	close_newest_first("fewer stay of another proxy", family, other);
	another_opens(family, one);
	another_opens(family, other);
	close_all(one);
	another_opens(family, one);
	close_all(other);
	close_newest_first("fewer stay of a third proxy", family, one);
	another_opens(family, one);
	another_opens(family, other);
	close_all(other);
	close_newest_first("fewer stay of the first, as the other one ended", family, one);
	world_steer_end(&world, IPPROTO_TCP);
}

/* A listener that is shut down, and listens again, in a row that is full and in one that is not. */
static void test_listening_again(void)
{
	int fds[ECDN_XDP_STEER_SOCKETS];

	add_rule("127.0.0.1:8513", 0, 0, netns_own());
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		fds[i] = wait_on(IPPROTO_TCP, "127.0.0.1", LISTENER_PORT, REUSE_PORT);
	for (int i = 0; i < 3 * ECDN_XDP_STEER_SOCKETS; i++) {
		must(!shutdown(fds[0], SHUT_RD), "shut down");
		must(!listen(fds[0], 1), "listen again");
	}
	count_sockets("the row is full: its sockets stay", &v4, ECDN_XDP_STEER_SOCKETS);
	for (int i = 1; i < ECDN_XDP_STEER_SOCKETS; i++)
		close(fds[i]);
	count_sockets("it has its one place", &v4, 1);
	for (int i = 0; i < 3 * ECDN_XDP_STEER_SOCKETS; i++) {
		must(!shutdown(fds[0], SHUT_RD), "shut down");
		must(!listen(fds[0], 1), "listen again");
	}
	close(fds[0]);
	count_sockets("it leaves every place when it is closed", &v4, 0);
	world_steer_end(&world, IPPROTO_TCP);
}

static void check_steered(const char *what, const struct family *family, uint64_t before,
			  unsigned int wanted)
{
	check_number(what, &tcp, family, wanted, region_steered(REGION_SURGING) - before);
}

static bool is_marked(int fd, uint16_t port)
{
	struct ecdn_xdp_steer_mark mark = {};

	return !bpf_map_lookup_elem(bpf_map__fd(listening->maps.steer_marks), &fd, &mark) &&
	       mark.port == port;
}

/* What a listener accepts is told by the mark that it inherits. */
static void test_marks(void)
{
	int listener, client, accepted = -1;

	add_rule("127.0.0.1:8513", 0, 0, netns_own());
	listener = wait_on(IPPROTO_TCP, "127.0.0.1", LISTENER_PORT, 0);
	report("a listener that is taken is marked", is_marked(listener, LISTENER_PORT) ? "" :
	       "it is not");
	client = knock(IPPROTO_TCP, v4.surging, "127.0.0.1", LISTENER_PORT);
	must(client >= 0 && !answered_by(IPPROTO_TCP, &listener, 1, &accepted), "connect");
	report("so is what it accepts", is_marked(accepted, LISTENER_PORT) ? "" : "it is not");
	hang_up(client);
	hang_up(accepted);
	close(listener);
	world_steer_end(&world, IPPROTO_TCP);
}

/* Comes once the listener is there, which nobody but the hook has seen. */
static void test_counts(const struct family *family, const char *listener)
{
	uint64_t before = region_steered(REGION_SURGING);
	int places[PLACES];

	add_rule(listener, 0, 0, netns_own());
	open_places(&tcp, family, places);
	world_set_state(&world, REGION_SURGING, ECDN_XDP_STATE_LIMITED, FOR_EVER,
			ECDN_XDP_STATE_NORMAL);
	for (int i = 0; i < 3; i++)
		check(&world, "steered", &tcp, family, family->surging, places, REFUSING,
		      &one_steered);
	check_steered("counted in its region", family, before, 3);
	check(&world, "of another region", &tcp, family, family->quiet, places, NORMAL, &nothing);
	close(places[REFUSING]);
	check(&world, "gone", &tcp, family, family->surging, places, NORMAL, &one_without_socket);
	places[REFUSING] = wait_on(IPPROTO_TCP, family->to, LISTENER_PORT, V6_ONLY);
	check(&world, "back", &tcp, family, family->surging, places, REFUSING, &one_steered);
	check_steered("counted in its region again", family, before, 4);
	world_steer_end(&world, IPPROTO_TCP);
	close_places(places);
}

/* The guard looks for the sockets of what may be forged. */
static void test_guard_looks(void)
{
	const struct ecdn_xdp_cpu looks = { .looks_up = 1 }, none = {};
	int places[PLACES], cpu = bpf_map__fd(world.skel->maps.cpu);

	open_places(&tcp, &v4, places);
	must(pin_to_cpu(0), "stay on one CPU");
	must(!bpf_map_update_elem(cpu, &(__u32){ 0 }, &looks, BPF_ANY), "have the guard look");
	world.config.listen_hook = 0;
	world_configure(&world);
	world_steer(&world, IPPROTO_TCP, 4, &places[REFUSING], 1);
	check(&world, "the guard looks: steered, not counted", &tcp, &v4, v4.surging, places,
	      REFUSING, &nothing);
	must(!bpf_map_update_elem(cpu, &(__u32){ 0 }, &none, BPF_ANY), "have it look no more");
	check(&world, "without the hook look-ups count", &tcp, &v4, v4.surging, places, REFUSING,
	      &one_steered);
	world_steer_end(&world, IPPROTO_TCP);
	close_places(places);
}

int main(void)
{
	world_open(&world);
	load_listen();
	test_addresses();
	test_users();
	test_mptcp();
	test_row();
	test_handing_over();
	test_fewer_stay(&v4, "127.0.0.1:8513");
	test_fewer_stay(&v6, "[::1]:8513");
	test_listening_again();
	test_marks();
	test_counts(&v4, "127.0.0.1:8513");
	test_counts(&v6, "[::1]:8513");
	test_guard_looks();
	close(attached);
	close(cgroup);
	listen_bpf__destroy(listening);
	world_close(&world);
	return report_end();
}
