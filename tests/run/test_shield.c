// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_shield: what the guard makes of TCP packets that open nothing while their region is
 * shielded, by the sockets that they meet: real ones, in a network namespace of the test's own.
 * Each packet comes plain, behind VLAN tags and, over IPv6, behind extension headers.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/ip.h>

#include "checksum.h"
#include "guard.skel.h"
#include "harness.h"
#include "known_cell.h"
#include "shield_frame.h"
#include "shield_socket.h"

#define REGION 5
#define NOBODY 443
#define FORGER_PORT 4321
#define FORGER_SEQ 1000

/* What is to become of a packet. */
enum fate { PROVEN, PASSES, COOKIE, KNOWN, NO_SOCKET };

/* Any packet shields the region, for good. */
static const struct ecdn_xdp_limits shielding = {
	.pps = 1, .hold_ns = UINT64_MAX, .grace_ns = UINT64_MAX,
};

static struct guard guard;

static uint32_t run(const struct packet_words *words, enum dress dress)
{
	uint8_t frame[SHIELD_FRAME_MAX];
	size_t length = shield_frame(words, dress, frame);

	return guard_run(&guard, frame, length);
}

/* --- what the guard made of it */

static struct ecdn_xdp_armed_key key_of(const struct family *family, uint16_t port)
{
	struct ecdn_xdp_armed_key key = { .port = port, .family = family->domain == AF_INET ? 4 : 6 };

	inet_pton(family->domain, family->server, key.addr);
	return key;
}

static void arm(const struct family *family, uint16_t port, uint64_t found)
{
	struct ecdn_xdp_armed_key key = key_of(family, port);
	struct ecdn_xdp_armed value = { .connected_ns = now_ns(), .found = found };

	must(!bpf_map_update_elem(bpf_map__fd(guard.skel->maps.armed), &key, &value, BPF_ANY),
	     "arm an address");
}

static void disarm(const struct family *family, uint16_t port)
{
	struct ecdn_xdp_armed_key key = key_of(family, port);

	must(!bpf_map_delete_elem(bpf_map__fd(guard.skel->maps.armed), &key), "disarm an address");
}

static void forget_known(void)
{
	const struct ecdn_xdp_known_line nothing = {};

	for (uint32_t i = 0; i < ECDN_XDP_KNOWN_LINES; i++)
		must(!bpf_map_update_elem(bpf_map__fd(guard.skel->maps.known), &i, &nothing,
					  BPF_ANY), "forget who is known");
}

static void know(const struct family *family, const char *text)
{
	uint8_t number = family->domain == AF_INET ? 4 : 6, span = known_span(now_ns());
	struct ecdn_xdp_known_line line;
	uint32_t addr_be[4] = {}, index;
	uint64_t hash;

	inet_pton(family->domain, text, addr_be);
	hash = known_hash(number, addr_be, guard.config.hash_seed);
	index = hash & (ECDN_XDP_KNOWN_LINES - 1);
	memset(&line, span, sizeof(line));
	must(!bpf_map_update_elem(bpf_map__fd(guard.skel->maps.known), &index, &line, BPF_ANY),
	     "have an address known");
}

/* Of a packet; each of the four is 0 or 1. */
static void tell(char why[160], enum fate wanted, const struct region_counts was[2],
		 const struct ecdn_xdp_events event[2], uint32_t action)
{
	unsigned int proven = was[1].proven_packets - was[0].proven_packets;
	unsigned int dropped = was[1].dropped.no_socket.packets - was[0].dropped.no_socket.packets;
	unsigned int cookie = event[1].cookie - event[0].cookie;
	unsigned int known = event[1].known - event[0].known;

	if (proven != (wanted == PROVEN) || dropped != (wanted == NO_SOCKET) ||
	    cookie != (wanted == COOKIE) || known != (wanted == KNOWN) ||
	    action != (wanted == NO_SOCKET ? XDP_DROP : XDP_PASS))
		snprintf(why, 160, "proven %u, no_socket %u, cookie %u, known %u, action %u", proven,
			 dropped, cookie, known, action);
}

static void expect(const char *what, enum fate wanted, const struct packet_words *words)
{
	static const char *const dressed[] = { "", ", tagged", ", behind extension headers" };
	int last = words->family->domain == AF_INET ? TAGGED : EXTENDED;

	for (enum dress dress = PLAIN; (int)dress <= last; dress++) {
		struct region_counts was[2];
		struct ecdn_xdp_events event[2];
		char name[120], why[160] = "";
		uint32_t action;

		guard_counts(&guard, REGION, &was[0]);
		guard_events(&guard, &event[0]);
		action = run(words, dress);
		guard_counts(&guard, REGION, &was[1]);
		guard_events(&guard, &event[1]);
		tell(why, wanted, was, event, action);
		snprintf(name, sizeof(name), "%s: %s%s", words->family->name, what, dressed[dress]);
		report(name, why);
	}
}

/* --- the sockets */

static void test_established(const struct family *family, int listener)
{
	struct packet_words words = { family, family->client, 0, SERVED, 1, 1 };
	int client = connect_to(family, &words.sport), server = accept(listener, NULL, NULL);

	must(server >= 0, "accept");
	expect("established", PROVEN, &words);
	arm(family, SERVED, 0);
	expect("established, not known yet where sockets are", PROVEN, &words);
	disarm(family, SERVED);
	expect("established, not armed", PASSES, &words);
	arm(family, SERVED, ECDN_XDP_ARMED_FOUND);
	words.sport ^= 1;
	expect("another port than the open connection's", NO_SOCKET, &words);
	words.sport ^= 1;
	close(server);
	close(client);
	usleep(10000);
	expect("TIME_WAIT", PASSES, &words);
}

/* Who has forged a SYN does not know what it was answered. */
static void test_handshake(const struct family *family, int listener)
{
	struct packet_words words = { family, family->client, 0, SERVED, 1, 1 };
	int client = connect_half(family, listener, &words);

	expect("a handshake that is not complete", PASSES, &words);
	words.ack++;
	expect("a handshake, and a wrong number", NO_SOCKET, &words);
	reset_half(client, listener);
}

/* The listeners of steer are in a map of sockets, and of their requests the kernel does not tell
 * the number; nor of those of MPTCP's. */
static void test_handshake_untold(const struct family *family, int listener)
{
	struct packet_words words = { family, family->client, 0, SERVED, 1, 1 };
	int map = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, NULL, sizeof(int), sizeof(int), 1, NULL);
	int client;

	must(map >= 0 && !bpf_map_update_elem(map, &(int){ 0 }, &listener, BPF_ANY),
	     "put the listener into a map");
	client = connect_half(family, listener, &words);
	forget_known();
	expect("a handshake with a listener in a map of sockets", PASSES, &words);
	know(family, family->client);
	expect("the same, from who is known", KNOWN, &words);
	reset_half(client, listener);
	must(!bpf_map_delete_elem(map, &(int){ 0 }), "take the listener out of the map");
	close(map);
}

/* The sequence number of the SYN-ACK that a SYN of the forger's address gets: a cookie. */
static uint32_t syn_cookie_of(const struct family *family)
{
	struct tcphdr tcp = { .source = htons(FORGER_PORT), .dest = htons(SERVED), .doff = 5,
			      .seq = htonl(FORGER_SEQ), .window = htons(1000), .syn = 1 };
	int fd = socket(family->domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	struct { uint8_t addresses[32]; uint8_t zero, proto; uint16_t length_be; } pseudo = {
		.proto = IPPROTO_TCP, .length_be = htons(sizeof(tcp)) };
	size_t skip = family->domain == AF_INET ? sizeof(struct iphdr) : 0;
	struct sockaddr_storage at;
	uint8_t frame[256];

	must(fd >= 0 && !bind(fd, (struct sockaddr *)&at,
			      fill_address(&at, family, family->forger, 0)),
	     "open a raw socket");
	inet_pton(family->domain, family->forger, pseudo.addresses);
	inet_pton(family->domain, family->server, pseudo.addresses + 16);
	tcp.check = htons(checksum(sum_words(&pseudo, sizeof(pseudo)) +
				   sum_words(&tcp, sizeof(tcp))));
	must(sendto(fd, &tcp, sizeof(tcp), 0, (struct sockaddr *)&at,
		    fill_address(&at, family, family->server, 0)) == sizeof(tcp), "send a SYN");
	for (int i = 0; i < 10; i++) {
		ssize_t size = recv(fd, frame, sizeof(frame), 0);

		must(size >= (ssize_t)(skip + sizeof(tcp)), "receive a SYN-ACK");
		memcpy(&tcp, frame + skip, sizeof(tcp));
		if (tcp.syn && tcp.ack && ntohs(tcp.dest) == FORGER_PORT)
			break;
	}
	close(fd);
	return ntohl(tcp.seq);
}

static void test_listener(const struct family *family)
{
	struct packet_words words = { family, family->forger, FORGER_PORT, SERVED,
				      FORGER_SEQ + 1, 0 };

	forget_known();
	words.ack = syn_cookie_of(family) + 1;
	words.ack ^= 1 << 20;
	expect("a listener, and a wrong cookie", NO_SOCKET, &words);
	words.ack ^= 1 << 20;
	words.seq++;
	expect("a listener, and the cookie of another SYN", NO_SOCKET, &words);
	words.seq--;
	expect("a listener, and a cookie", COOKIE, &words);
	words.ack = 1;
	expect("a listener, from who is known", KNOWN, &words);
	forget_known();
	expect("a listener, from who was known", NO_SOCKET, &words);
	arm(family, SERVED, ECDN_XDP_ARMED_FOUND - 1);
	expect("a listener, not known yet where sockets are", PASSES, &words);
	disarm(family, SERVED);
	expect("a listener, not armed", PASSES, &words);
	words.dport = NOBODY;
	expect("nobody, not armed", PASSES, &words);
	arm(family, NOBODY, ECDN_XDP_ARMED_FOUND);
	expect("nobody, who may be a transparent proxy", PASSES, &words);
	disarm(family, NOBODY);
}

/* Of one prefix as many pass as of two limits, with their bursts: this CPU's lease and 16 tokens of
 * each, and what is added meanwhile. */
#define REPLAY_PPS 100
#define REPLAY_MOST(ns) (4 * 16 + 2 * 20 + 2 * REPLAY_PPS * (ns) / NS_PER_SECOND)
#define REPLAYS 2000

/* Packets, each in another jiffy. */
#define SAMPLES 20

/*
 * An ACK that completes a cookie can be sent again from anywhere while the cookie is valid, and
 * makes a connection whenever the one before it is gone: so it is limited as SYNs are, and not as
 * what belongs to a connection.
 */
static void test_replay(const struct family *family)
{
	struct packet_words words = { family, family->forger, FORGER_PORT, SERVED,
				      FORGER_SEQ + 1, 0 };
	struct ecdn_xdp_limits limits = shielding;
	unsigned int passed = 0;
	char why[160] = "", name[120];
	uint64_t begin_ns;

	arm(family, SERVED, ECDN_XDP_ARMED_FOUND);
	limits.prefix_pps = REPLAY_PPS;
	limits.aggregate_pps[0] = limits.aggregate_pps[1] = 1000 * REPLAY_PPS;
	guard_set_limits(&guard, REGION, &limits);
	words.ack = syn_cookie_of(family) + 1;
	begin_ns = now_ns();
	for (int i = 0; i < REPLAYS; i++)
		passed += run(&words, PLAIN) == XDP_PASS;
	if (passed < 16 || passed > REPLAY_MOST(now_ns() - begin_ns))
		snprintf(why, sizeof(why), "%u of %d passed, at prefix_pps %d", passed, REPLAYS,
			 REPLAY_PPS);
	snprintf(name, sizeof(name), "%s: a cookie that is sent again and again", family->name);
	report(name, why);
	guard_set_limits(&guard, REGION, &shielding);
}

/* What of the packets of a time without a surge tells whether they have sockets here. */
static void expect_samples(const char *what, const struct packet_words *words, bool missed)
{
	struct ecdn_xdp_armed_key key = key_of(words->family, words->dport);
	struct ecdn_xdp_armed entry;
	char name[120], why[160] = "";

	arm(words->family, words->dport, 0);
	for (int i = 0; i < SAMPLES; i++) {
		run(words, PLAIN);
		usleep(11000);
	}
	must(!bpf_map_lookup_elem(bpf_map__fd(guard.skel->maps.armed), &key, &entry),
	     "read an armed address");
	if (entry.found || entry.missed || !entry.missed_known == missed)
		snprintf(why, sizeof(why), "found %llu, missed %llu, missed_known %llu",
			 entry.found, entry.missed, entry.missed_known);
	snprintf(name, sizeof(name), "%s: without a surge, %s", words->family->name, what);
	report(name, why);
	disarm(words->family, words->dport);
}

static void test_samples(const struct family *family)
{
	struct packet_words words = { family, family->client, 1, SERVED, 1, 1 };
	int map = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, NULL, sizeof(int), sizeof(int), 1, NULL);
	int listener = listen_at(family), client;

	know(family, family->client);
	expect_samples("who is known meets a listener: counts as missed", &words, true);
	words.dport = NOBODY;
	expect_samples("who is known meets nobody: tells nothing", &words, false);
	must(map >= 0 && !bpf_map_update_elem(map, &(int){ 0 }, &listener, BPF_ANY),
	     "put the listener into a map");
	words.dport = SERVED;
	client = connect_half(family, listener, &words);
	expect_samples("a request, which may be forged: tells nothing", &words, false);
	reset_half(client, listener);
	close(map);
	close(listener);
}

static void shield(void)
{
	struct packet_words words = { &family_v4, family_v4.client, 1, NOBODY, 1, 1 };
	struct range_set regions = {};
	struct region_counts counts;
	struct ecdn_xdp_region_state state;

	set_region(&regions, "127.0.0.0/8", REGION);
	set_region(&regions, "2001:db8::/32", REGION);
	set_region(&regions, "fd00::/8", REGION);
	guard_set_regions(&guard, &regions);
	range_set_free(&regions);
	guard.config.shield = ECDN_XDP_SHIELD_ON;
	guard_set_limits(&guard, REGION, &shielding);
	for (int i = 0; i < 200; i++) {
		run(&words, PLAIN);
		usleep(500);
	}
	guard_state(&guard, REGION, &state);
	guard_counts(&guard, REGION, &counts);
	report("forged packets shield the region, and prove nothing",
	       state.state != ECDN_XDP_STATE_SHIELDED || counts.proven_packets ?
	       "it is in another state, or something is proven" : "");
}

static void test_family(const struct family *family)
{
	int listener = listen_at(family);

	arm(family, SERVED, ECDN_XDP_ARMED_FOUND);
	test_established(family, listener);
	test_handshake(family, listener);
	test_handshake_untold(family, listener);
	test_listener(family);
	test_replay(family);
	close(listener);
}

static void test_outside(void)
{
	int listener = listen_at(&family_outside);

	test_replay(&family_outside);
	close(listener);
}

static void test_quiet(void)
{
	const struct ecdn_xdp_limits none = {};

	guard_set_limits(&guard, REGION, &none);
	test_samples(&family_v4);
	test_samples(&family_v6);
}

int main(void)
{
	guard_open(&guard);
	pin_to_cpu(nth_cpu(0));
	own_netns();
	shield();
	test_family(&family_v4);
	test_family(&family_v6);
	test_outside();
	test_quiet();
	guard_close(&guard);
	return report_end();
}
