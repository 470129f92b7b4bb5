/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_past_file.h - the file of view_past.h: where it is, how it comes there as a whole, and a
 * copy of it. Its name ends as that of the pin directory's lock does.
 */
#ifndef VIEW_VIEW_PAST_FILE_H
#define VIEW_VIEW_PAST_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of /proc/sys/kernel/random/boot_id, with room and a NUL. */
#define VIEW_PAST_FILE_BOOT_SIZE 40

struct view_past_header {
	char magic[8];          /* VIEW_PAST_MAGIC, without a NUL */
	uint32_t version;
	uint32_t slots;         /* VIEW_PAST_SLOTS */
	uint64_t step_ns;       /* VIEW_PAST_STEP_NS */
	char boot[VIEW_PAST_FILE_BOOT_SIZE]; /* /proc/sys/kernel/random/boot_id, NUL-terminated */
	uint32_t rows;
	uint32_t sequence;
	uint64_t number;        /* of the newest value; 0: there is none */
	uint64_t reserved[5];
};

struct view_past_file {
	int dir;                /* that it is in */
	char name[192], next[200]; /* of the file, and of the one that is to replace it */
	void *at;               /* mapped, as zeros; the caller's to unmap */
};

/* Makes the file that is to replace it; the memory of what it holds is there from then on. 0 or a
 * negative errno, logged. view_past_file_publish() follows if it is 0. */
int view_past_file_make(struct view_past_file *file, const char *pin_dir, size_t size);

/* Puts it in its place. 0 or a negative errno, logged. */
int view_past_file_publish(struct view_past_file *file);

/* A copy of a file that is root's alone to write, no larger than `most`, in *copy, which the caller
 * frees. 0, -ENOENT or -ENOMEM, silent. */
int view_past_file_read(const char *pin_dir, size_t most, struct view_past_header **copy,
			size_t *size);

/* Writes the boot's id; an empty one if the kernel does not tell. */
void view_past_file_boot(char boot[VIEW_PAST_FILE_BOOT_SIZE]);

#endif
