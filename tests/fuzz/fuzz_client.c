// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_client.c - libecdn-xdp over memory that holds anything and changes meanwhile: every
 * answer must come, and be one. The tables begin as random words, of which half are
 * children, so that walks go far. The input's first 16 bytes are the address that is asked
 * for; then each 8 bytes are a word's place and its new value.
 */
#include "fuzz.h"

#include <netinet/in.h>
#include <pthread.h>
#include <string.h>

#include "client/client.h"
#include "client/view.h"

#define REGIONS 256
#define CPUS 4096

static struct ecdn_xdp_client client;

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* The bytes of a view that maps are in, but for the counts. */
static size_t shown(void)
{
	return AT_ORIGINS + ORIGINS_BYTES;
}

static void change(uint32_t at, uint32_t value)
{
	volatile uint32_t *word = (volatile uint32_t *)client.memory;

	word[at % (shown() / sizeof(*word))] = value;
}

static void *change_on(void *state)
{
	for (;;) {
		uint64_t value = next_random(state);

		change((uint32_t)(value >> 32), (uint32_t)value);
	}
	return NULL;
}

/* A view that nobody looks for the pins of. */
static void open_client(void)
{
	static uint64_t state = 88172645463325252, other = 521288629;
	pthread_t thread;

	client.cpus = CPUS;
	check(!view_reserve(&client));
	check(!mprotect(client.memory, shown(), PROT_READ | PROT_WRITE));
	for (size_t i = 0; i < shown() / sizeof(uint64_t); i++)
		((uint64_t *)client.memory)[i] = next_random(&state);
	client.view[0].max_regions = REGIONS;
	client.view[0].trusted_generation = 1;
	client.view[0].origins_error = 0;
	client.look_ns = client.retry_ns = UINT64_MAX;
	check(!pthread_create(&thread, NULL, change_on, &other));
}

static void ask(const struct sockaddr *address)
{
	struct ecdn_xdp_info info = { .size = sizeof(info) };
	enum ecdn_xdp_verdict verdict;
	struct ecdn_xdp_region region;

	verdict = ecdn_xdp_verdict(&client, address, &region);
	check(verdict == ECDN_XDP_PASS || verdict == ECDN_XDP_LIMITED ||
	      verdict == ECDN_XDP_BLOCKED);
	check(region.id < REGIONS && memchr(region.name, 0, sizeof(region.name)));
	verdict = ecdn_xdp_verdict(&client, address, NULL);
	check(verdict <= ECDN_XDP_BLOCKED);
	verdict = ecdn_xdp_verdict_info(&client, address, &info);
	check(verdict == info.verdict && verdict <= ECDN_XDP_BLOCKED);
	check(info.reason <= ECDN_XDP_REASON_BLOCKED && *info.state);
	check(info.region.id < REGIONS && memchr(info.region.name, 0, sizeof(info.region.name)));
	check(info.since_ms >= -1 && info.until_ms >= -1);
	check(info.retry_after <= ECDN_XDP_RETRY_AFTER_MAX);
	check((ecdn_xdp_is_node(&client, address) & ~1) == 0);
	check(!ecdn_xdp_count(&client, region.id, ECDN_XDP_STATUS));
	check(!ecdn_xdp_origin_count(&client, address, ECDN_XDP_RESULT_ANSWERED, region.id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	uint32_t patch[2];

	if (!client.memory)
		open_client();
	if (size < sizeof(v6.sin6_addr))
		return 0;
	memcpy(&v6.sin6_addr, data, sizeof(v6.sin6_addr));
	memcpy(&v4.sin_addr, data, sizeof(v4.sin_addr));
	for (size_t i = sizeof(v6.sin6_addr); i + sizeof(patch) <= size; i += sizeof(patch)) {
		memcpy(patch, data + i, sizeof(patch));
		change(patch[0], patch[1]);
	}
	ask((const struct sockaddr *)&v4);
	ask((const struct sockaddr *)&v6);
	return 0;
}
