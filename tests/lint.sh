#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tests/lint.sh - asks clang-tidy, cppcheck and shellcheck about the source, by
# compile_commands.json. Shows what they find; the last line is N passed, N failed, of
# the three. What they are not asked stands in .clang-tidy and below, with the
# reason; a single false finding, in the line that it is about.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
passed=0
failed=0

# A file at a time: with several, its check of va_list takes one for uninitialized in a file
# because of what it saw in another.
clang_tidy() {
	jq -r '.[].file' compile_commands.json | grep -v '\.bpf\.c$' | sort -u |
		xargs -P "$(nproc)" -n 1 clang-tidy -p . --quiet 2>/dev/null
}

# Macros of libbpf and cmocka are all that it lacks of headers that it does not read.
# selfAssignment: `err = err ?: next()` passes an error on.
# internalAstError, uninitvar: it cannot parse all compound literals and LIBBPF_OPTS,
#   and compilers and clang-tidy know better.
# memleak: it does not know __attribute__((cleanup)) either, see .clang-tidy.
# arithOperationsOnVoidPointer: is defined in GNU C.
cpp_check() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability -j "$(nproc)" \
		--inline-suppr --error-exitcode=1 --template='{file}:{line}: {id}: {message}' \
		--suppress=missingIncludeSystem --suppress=selfAssignment \
		--suppress=internalAstError --suppress=uninitvar \
		--suppress=memleak --suppress=arithOperationsOnVoidPointer \
		-Iinclude -Ibpf -Iuser -D_GNU_SOURCE -D__x86_64__ \
		-D'SEC(name)=' -D'LIBBPF_OPTS(type,name,...)=struct type name = { __VA_ARGS__ }' \
		user tests include bpf 2>&1
}

# Scripts that are run, and with them what they source. Notes are about style.
shell_check() {
	find .ci bpf tests user \( -name '*.sh' -o -path .ci/run -o -path tests/kernels/init \) \
		-perm -u+x -print0 |
		xargs -0 -P "$(nproc)" -n 4 shellcheck -x -a -S warning -f gcc
}

# lint NAME COMMAND
lint() {
	local found

	if found=$("$2"); then
		echo "ok - $1"
		passed=$((passed + 1))
	else
		echo "not ok - $1"
		grep -v '^[0-9]* warnings* generated' <<<"$found" | sed "s|$PWD/||" | uniq
		failed=$((failed + 1))
	fi
}

lint clang-tidy clang_tidy
lint cppcheck cpp_check
lint shellcheck shell_check
echo "$passed passed, $failed failed"
((failed == 0))
