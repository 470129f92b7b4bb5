// SPDX-License-Identifier: BSD-2-Clause
#include "random_frame.h"

#include <string.h>
#include <sys/socket.h>

#define FRAME_USUAL 1514

static uint64_t state;

void random_seed(uint64_t seed)
{
	state = seed;
}

/* Steele, Lea, Flood: SplitMix64 */
uint64_t random_bits(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint32_t random_below(uint32_t limit)
{
	return (random_bits() >> 32) * limit >> 32;
}

static bool chance(uint32_t percent)
{
	return random_below(100) < percent;
}

static addr_bits random_wide(void)
{
	return (addr_bits)random_bits() << 64 | random_bits();
}

/* The upper bits, so many of them. */
static addr_bits mask(int length)
{
	return length ? ~(addr_bits)0 << (128 - length) : 0;
}

bool prefix_has(const struct cidr *prefix, const struct address *address)
{
	return prefix->addr.family == address->family &&
	       !((prefix->addr.bits ^ address->bits) & mask(prefix->length));
}

static int family_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

static bool world_knows(const struct world *world, const struct cidr *prefix)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->prefix[i].length == prefix->length &&
		    prefix_has(&world->prefix[i], &prefix->addr))
			return true;
	return false;
}

/* Anywhere, or inside one that is there already. */
static void random_prefix(const struct world *world, struct cidr *prefix)
{
	const struct cidr *parent = &world->prefix[random_below(world->count + 1)];
	int shortest = 3;

	prefix->addr.family = chance(50) ? AF_INET : AF_INET6;
	prefix->addr.bits = random_wide();
	if (world->count && parent < world->prefix + world->count && chance(60)) {
		prefix->addr.family = parent->addr.family;
		shortest = parent->length;
		prefix->addr.bits &= ~mask(shortest);
		prefix->addr.bits |= parent->addr.bits;
	}
	prefix->length = shortest + random_below(family_bits(prefix->addr.family) - shortest + 1);
	prefix->addr.bits &= mask(prefix->length);
}

void world_create(struct world *world)
{
	struct cidr prefix;

	world->count = 0;
	while (world->count < WORLD_PREFIXES) {
		random_prefix(world, &prefix);
		if (!world_knows(world, &prefix))
			world->prefix[world->count++] = prefix;
	}
}

/* Inside a prefix, and often at its edges or just beyond them. */
static addr_bits random_source(const struct world *world, int family)
{
	const struct cidr *prefix;
	addr_bits host, one = (addr_bits)1 << (128 - family_bits(family));

	if (chance(10))
		return random_wide();
	do {
		prefix = &world->prefix[random_below(world->count)];
	} while (prefix->addr.family != family);
	host = ~mask(prefix->length);
	switch (random_below(8)) {
	case 0:
		return prefix->addr.bits;
	case 1:
		return prefix->addr.bits | host;
	case 2:
		return prefix->addr.bits - one;
	case 3:
		return (prefix->addr.bits | (host & mask(family_bits(family)))) + one;
	default:
		return prefix->addr.bits | (random_wide() & host);
	}
}

static void write_bits(uint8_t *at, addr_bits bits, int count)
{
	for (int i = 0; i < count / 8; i++)
		at[i] = bits >> (120 - 8 * i);
}

static void put(struct frame *frame, const char *bytes, uint32_t count)
{
	memcpy(frame->data + frame->length, bytes, count);
	frame->length += count;
}

static void put_random(struct frame *frame, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		frame->data[frame->length++] = random_bits() >> 56;
}

/* Ports that matter in half of all cases, flags and QUIC types at random. */
static void put_upper(struct frame *frame)
{
	static const uint8_t first[] = { 0xc0, 0xd0, 0xe0, 0x40, 0x80 };
	static const char *const port[] = { "\x01\xbb", "\x00\x50", "\x00\x16" };
	static const char *const version[] = { "\0\0\0\1", "\x6b\x33\x43\xcf", "\0\0\0\2" };

	put_random(frame, 2);
	if (chance(70))
		put(frame, port[random_below(3)], 2);
	else
		put_random(frame, 2);
	put_random(frame, 4);
	put_random(frame, 1);
	if (chance(80))
		frame->data[frame->length - 1] = first[random_below(5)] | random_below(16);
	put(frame, version[random_below(3)], 4);
	put_random(frame, random_below(chance(90) ? 40 : 1300));
}

static uint8_t random_protocol(void)
{
	static const uint8_t protocol[] = { 6, 6, 6, 17, 17, 17, 1, 58, 50, 47, 132, 59 };

	return chance(95) ? protocol[random_below(sizeof(protocol))] : random_below(256);
}

static void put_ipv4(struct frame *frame)
{
	uint32_t ip = frame->length, words = chance(70) ? 5 : random_below(16);

	frame->ip = ip;
	put_random(frame, 20);
	frame->data[ip] = 0x40 | words;
	frame->data[ip + 6] = chance(80) ? 0 : random_below(256);
	frame->data[ip + 7] = chance(80) ? 0 : random_below(256);
	frame->data[ip + 9] = chance(95) ? random_protocol() : random_below(256);
	put_random(frame, words > 5 ? words * 4 - 20 : 0);
	put_upper(frame);
	frame->data[ip + 2] = (frame->length - ip) >> 8;
	frame->data[ip + 3] = frame->length - ip;
}

/* Chains of headers whose lengths mostly fit. */
static uint32_t put_extensions(struct frame *frame, uint32_t next)
{
	static const uint8_t type[] = { 0, 43, 44, 51, 60, 135, 139, 140 };
	uint32_t count = chance(50) ? 0 : chance(80) ? random_below(4) : random_below(12);

	while (count--) {
		uint8_t protocol = type[random_below(sizeof(type))];
		uint32_t units = chance(80) ? random_below(3) : random_below(8);
		uint32_t at = frame->length;

		frame->data[next] = protocol;
		put_random(frame, protocol == 44 ? 8 : protocol == 51 ? units * 4 + 8 :
								       units * 8 + 8);
		frame->data[at + 1] = units;
		if (protocol == 44 && chance(80))
			memset(frame->data + at + 2, 0, 2);
		next = at;
	}
	return next;
}

static void put_ipv6(struct frame *frame)
{
	uint32_t ip = frame->length, next;

	frame->ip = ip;
	put_random(frame, 40);
	frame->data[ip] = 0x60 | random_below(16);
	next = put_extensions(frame, ip + 6);
	frame->data[next] = random_protocol();
	/* Neighbour discovery, or nearly. */
	if (next == ip + 6 && chance(3)) {
		frame->data[next] = 58;
		frame->data[ip + 7] = chance(80) ? 255 : 64;
		put_random(frame, 8);
		frame->data[ip + 40] = 132 + random_below(7);
	}
	put_upper(frame);
	frame->data[ip + 4] = (frame->length - ip - 40) >> 8;
	frame->data[ip + 5] = frame->length - ip - 40;
}

/* As BIG TCP has it. */
static void drop_length(struct frame *frame)
{
	uint8_t *ip = frame->data + frame->ip;

	if (frame->ip)
		memset(*ip >> 4 == 4 ? ip + 2 : ip + 4, 0, 2);
}

static void compose(struct frame *frame)
{
	uint32_t tags = chance(60) ? 0 : random_below(chance(80) ? 4 : 12);

	frame->length = frame->ip = 0;
	put_random(frame, 12);
	while (tags--) {
		put(frame, chance(50) ? "\x81\x00" : "\x88\xa8", 2);
		put_random(frame, 2);
	}
	if (chance(2)) {
		put(frame, "\x08\x06", 2);
		put_random(frame, 28);
	} else if (chance(50)) {
		put(frame, "\x08\x00", 2);
		put_ipv4(frame);
	} else {
		put(frame, "\x86\xdd", 2);
		put_ipv6(frame);
	}
}

static void move_source(const struct world *world, struct frame *frame)
{
	uint8_t *ip = frame->data + frame->ip;

	if (!frame->ip)
		return;
	if (*ip >> 4 == 4)
		write_bits(ip + 12, random_source(world, AF_INET), 32);
	else
		write_bits(ip + 8, random_source(world, AF_INET6), 128);
}

/* Bytes changed, the end cut off or lengthened. */
static void damage(struct frame *frame)
{
	if (chance(25))
		for (uint32_t i = random_below(4) + 1; i; i--)
			frame->data[12 + random_below(80)] ^= 1 << random_below(8);
	if (chance(15))
		frame->data[frame->ip + random_below(60)] = random_bits();
	if (chance(15))
		frame->length = 14 + random_below(frame->length - 13);
	else if (chance(15))
		put_random(frame, random_below(30));
}

void random_frame(const struct world *world, struct frame *frame)
{
	uint32_t kind = random_below(100);

	do {
		fixture_build(&fixtures[random_below(fixtures_count)], frame);
	} while (frame->length > FRAME_USUAL);
	if (kind < 60)
		compose(frame);
	move_source(world, frame);
	if (chance(3))
		drop_length(frame);
	if (kind < 95)
		damage(frame);
	else if (kind < 97)
		for (uint32_t i = kind & 1 ? 0 : 14; i < frame->length; i++)
			frame->data[i] = random_bits();
}
