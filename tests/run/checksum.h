/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum.h - the Internet checksum (RFC 1071).
 */
#ifndef RUN_CHECKSUM_H
#define RUN_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Sums up 16-bit words. The sums of parts may be added; each part but the last must
 * consist of whole words. */
static inline uint32_t sum_words(const void *data, size_t length)
{
	const uint8_t *bytes = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	return length & 1 ? sum + (bytes[length - 1] << 8) : sum;
}

/* Folds a sum into the checksum; it is 0 if the words include their own correct
 * checksum. */
static inline uint16_t checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif
