// SPDX-License-Identifier: BSD-2-Clause
#include "reference.h"

#include <string.h>

/* A frame as far as it may be believed. */
struct view {
	const uint8_t *byte;
	uint32_t size;
};

static bool reaches(const struct view *view, uint32_t end)
{
	return end <= view->size;
}

static uint32_t big_endian(const struct view *view, uint32_t at, int bytes)
{
	uint32_t value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | view->byte[at + i];
	return value;
}

static void believe_until(struct view *view, uint32_t end)
{
	if (end < view->size)
		view->size = end;
}

/* RFC 9000, 17.2.2; RFC 9369, 3.2: the version decides which type is an Initial. */
static bool opens_quic(const struct view *view, uint32_t at)
{
	uint32_t form, version;

	if (!reaches(view, at + 5))
		return false;
	form = view->byte[at] >> 4;
	version = big_endian(view, at + 1, 4);
	return (version == 1 && form == 12) || (version == 0x6b3343cf && form == 13);
}

static void read_ports(const struct view *view, uint32_t at, uint32_t header,
		       struct reference *reference)
{
	if (!reaches(view, at + header)) {
		reference->event = "upper_truncated";
		return;
	}
	reference->has_port = true;
	reference->port = big_endian(view, at + 2, 2);
}

static void name_protocol(uint8_t protocol, struct reference *reference)
{
	reference->maybe_tcp = protocol == 6;
	reference->maybe_udp = protocol == 17;
}

static void read_upper(const struct view *view, uint32_t at, uint8_t protocol,
		       struct reference *reference)
{
	name_protocol(protocol, reference);
	if (protocol == 6) {
		read_ports(view, at, 20, reference);
		/* RFC 9293, 3.1: SYN is bit 1 and ACK bit 4 of byte 13. */
		if (reference->has_port)
			reference->connection = (view->byte[at + 13] & 0x12) == 0x02;
	} else if (protocol == 17) {
		read_ports(view, at, 8, reference);
		reference->connection = reference->has_port && opens_quic(view, at + 8);
	}
}

static void hide_upper(struct reference *reference, const char *event)
{
	reference->maybe_tcp = reference->maybe_udp = true;
	reference->event = event;
}

/* Not the first one. IANA reserves 255: it says nothing about the protocol. */
static void read_fragment(uint8_t protocol, struct reference *reference)
{
	name_protocol(protocol, reference);
	if (protocol == 255)
		hide_upper(reference, "fragment");
	reference->event = "fragment";
}

/* RFC 791, 3.1; a length of 0 is what Linux's BIG TCP has, and ends with the frame. */
static void read_ipv4(struct view *view, uint32_t at, struct reference *reference)
{
	uint32_t words;

	if (!reaches(view, at + 20)) {
		reference->event = "truncated";
		return;
	}
	words = view->byte[at] & 15;
	if (view->byte[at] >> 4 != 4 || words < 5) {
		reference->event = "bad_header";
		return;
	}
	reference->family = 4;
	memcpy(reference->source, view->byte + at + 12, 4);
	if (big_endian(view, at + 6, 2) % 8192) {
		read_fragment(view->byte[at + 9], reference);
		return;
	}
	if (big_endian(view, at + 2, 2))
		believe_until(view, at + big_endian(view, at + 2, 2));
	read_upper(view, at + 4 * words, view->byte[at + 9], reference);
}

/* Those of IANA's "IPv6 Extension Header Types" whose length can be read. */
static bool is_extension(uint8_t protocol)
{
	static const uint8_t types[] = { 0, 43, 44, 51, 60, 135, 139, 140 };

	return memchr(types, protocol, sizeof(types));
}

/* RFC 8200, 4; RFC 4302, 2.2 counts in other units, RFC 8200, 4.5 not at all. */
static uint32_t extension_size(const struct view *view, uint32_t at, uint8_t protocol)
{
	if (protocol == 44)
		return 8;
	return protocol == 51 ? view->byte[at + 1] * 4 + 8 : view->byte[at + 1] * 8 + 8;
}

static void read_extensions(const struct view *view, uint32_t at, uint8_t protocol,
			    struct reference *reference)
{
	int left = 8;

	while (is_extension(protocol)) {
		uint8_t next;

		if (!left--) {
			hide_upper(reference, "ext_headers");
			return;
		}
		if (!reaches(view, at + 8)) {
			hide_upper(reference, "upper_truncated");
			return;
		}
		next = view->byte[at];
		if (protocol == 44 && big_endian(view, at + 2, 2) >> 3) {
			/* RFC 8200, 4.5: what counts is the first fragment's next header. */
			hide_upper(reference, "fragment");
			return;
		}
		at += extension_size(view, at, protocol);
		protocol = next;
	}
	read_upper(view, at, protocol, reference);
}

/* A payload length of 0: RFC 2675, or BIG TCP without the option. */
static void read_ipv6(struct view *view, uint32_t at, struct reference *reference)
{
	uint32_t payload;

	if (!reaches(view, at + 40)) {
		reference->event = "truncated";
		return;
	}
	if (view->byte[at] >> 4 != 6) {
		reference->event = "bad_header";
		return;
	}
	reference->family = 6;
	memcpy(reference->source, view->byte + at + 8, 16);
	payload = big_endian(view, at + 4, 2);
	if (payload)
		believe_until(view, at + 40 + payload);
	/* RFC 4861, 4: router and neighbour messages and redirects, hop limit 255. */
	reference->neighbour = view->byte[at + 6] == 58 && view->byte[at + 7] == 255 &&
			       payload && reaches(view, at + 41) && view->byte[at + 40] >= 133 &&
			       view->byte[at + 40] <= 137;
	read_extensions(view, at + 40, view->byte[at + 6], reference);
}

void reference_parse(const uint8_t *frame, uint32_t size, struct reference *reference)
{
	struct view view = { frame, size };
	uint32_t at = 12, type;

	memset(reference, 0, sizeof(*reference));
	type = big_endian(&view, at, 2);
	for (int tags = 0; type == 0x8100 || type == 0x88a8; tags++) {
		if (tags == 8) {
			reference->event = "vlan_depth";
			reference->too_deep = true;
			return;
		}
		at += 4;
		if (!reaches(&view, at + 2)) {
			reference->event = "truncated";
			return;
		}
		type = big_endian(&view, at, 2);
	}
	if (type == 0x0800)
		read_ipv4(&view, at + 2, reference);
	else if (type == 0x86dd)
		read_ipv6(&view, at + 2, reference);
	else
		reference->event = type == 0x0806 ? "arp" : "other_ethertype";
}
