// SPDX-License-Identifier: BSD-2-Clause
/*
 * records: how many sockets have a value in a pinned map of socket storage, which nothing else can
 * tell: such a map has no keys to go through. An iterator writes a byte for each.
 *
 *	records PIN
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define CODE(operation, to, from, where, value) \
	((struct bpf_insn){ .code = (operation), .dst_reg = (to), .src_reg = (from), \
			    .off = (where), .imm = (value) })

/* Of struct bpf_iter__bpf_sk_storage_map and struct bpf_iter_meta. */
#define META 0
#define VALUE 24
#define SEQ 0

static int load_iterator(void)
{
	const struct bpf_insn code[] = {
		CODE(BPF_LDX | BPF_MEM | BPF_DW, 2, 1, VALUE, 0),
		CODE(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 7, 0),
		CODE(BPF_LDX | BPF_MEM | BPF_DW, 1, 1, META, 0),
		CODE(BPF_LDX | BPF_MEM | BPF_DW, 1, 1, SEQ, 0),
		CODE(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, '.'),
		CODE(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		CODE(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8),
		CODE(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 1),
		CODE(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_seq_write),
		CODE(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		CODE(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	static char log[65536];
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_ITER,
		    .log_buf = log, .log_size = sizeof(log));
	int program, type = libbpf_find_vmlinux_btf_id("bpf_sk_storage_map", BPF_TRACE_ITER);

	if (type < 0)
		return type;
	options.attach_btf_id = type;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "records", "GPL", code,
				sizeof(code) / sizeof(*code), &options);
	if (program < 0)
		fputs(log, stderr);
	return program;
}

/* The number of records, or a negative errno. */
static long count_records(int map)
{
	union bpf_iter_link_info about = { .map.map_fd = map };
	LIBBPF_OPTS(bpf_link_create_opts, options, .iter_info = &about,
		    .iter_info_len = sizeof(about));
	int program = load_iterator(), link, file;
	char bytes[4096];
	long count = 0;
	ssize_t part;

	if (program < 0)
		return program;
	link = bpf_link_create(program, 0, BPF_TRACE_ITER, &options);
	file = link < 0 ? link : bpf_iter_create(link);
	if (file < 0)
		return file;
	while ((part = read(file, bytes, sizeof(bytes))) > 0)
		count += part;
	return part < 0 ? -errno : count;
}

int main(int argc, char **argv)
{
	int map = argc == 2 ? bpf_obj_get(argv[1]) : -EINVAL;
	long count;

	if (map < 0) {
		fprintf(stderr, "usage: records PIN\n");
		return 2;
	}
	count = count_records(map);
	if (count < 0) {
		fprintf(stderr, "records: %s\n", strerror(-count));
		return 1;
	}
	printf("%ld\n", count);
	return 0;
}
