/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz.h - what libFuzzer's targets share. Each reads its input as the agent would and
 * must neither crash, leak nor hang; what the headers promise of a result is checked.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A crash to libFuzzer unless holds. */
static inline void check(_Bool holds)
{
	if (!holds)
		__builtin_trap();
}

#define FUZZ_PATH_SIZE 32

/* A file in memory of that content, and its path. The caller closes the fd. */
static inline int fuzz_file(const uint8_t *data, size_t size, char path[FUZZ_PATH_SIZE])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, FUZZ_PATH_SIZE, "/proc/self/fd/%d", fd);
	return fd;
}

/* The content as a string that ends where the memory does. The caller frees it. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	for (size_t i = 0; i < size; i++)
		text[i] = (char)data[i];
	text[size] = 0;
	return text;
}

#endif
