# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# killer.sh - commands that are killed half-way, or one of whose calls fails. Sourced after
# lib.sh.

# A library with which a program dies of its KILL_CALL-th call of KILL_AT, or with KILL_HOW=fail
# is told there that memory is out. KILL_AT is a function of libc, "bpf" for bpf(2) with any
# command, or "any" for all that are here. Writes how many there were into KILL_COUNT.
build_killer() {
	cat >"$work/killer.c" <<-'END'
		#include <dlfcn.h>
		#include <errno.h>
		#include <signal.h>
		#include <stdarg.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/stat.h>
		#include <sys/syscall.h>
		#include <unistd.h>

		static int calls;

		static int strikes(const char *function)
		{
			const char *at = getenv("KILL_AT"), *after = getenv("KILL_CALL");

			if (!at || (strcmp(at, function) && strcmp(at, "any")))
				return 0;
			if (++calls != (after ? atoi(after) : 0))
				return 0;
			if (!getenv("KILL_HOW"))
				raise(SIGKILL);
			errno = ENOMEM;
			return 1;
		}

		__attribute__((destructor)) static void tell(void)
		{
			FILE *file = getenv("KILL_COUNT") ? fopen(getenv("KILL_COUNT"), "w") : NULL;

			if (file)
				fprintf(file, "%d\n", calls);
		}

		#define STRIKE_OR_CALL(function, ...)				\
			if (strikes(#function))					\
				return -1;					\
			return ((typeof(function) *)dlsym(RTLD_NEXT, #function))(__VA_ARGS__)

		int rename(const char *from, const char *to) { STRIKE_OR_CALL(rename, from, to); }
		int renameat2(int a, const char *from, int b, const char *to, unsigned int flags)
		{
			STRIKE_OR_CALL(renameat2, a, from, b, to, flags);
		}
		int remove(const char *path) { STRIKE_OR_CALL(remove, path); }
		int mkdir(const char *path, mode_t mode) { STRIKE_OR_CALL(mkdir, path, mode); }
		int rmdir(const char *path) { STRIKE_OR_CALL(rmdir, path); }
		int unlink(const char *path) { STRIKE_OR_CALL(unlink, path); }
		int chmod(const char *path, mode_t mode) { STRIKE_OR_CALL(chmod, path, mode); }
		int symlink(const char *to, const char *path) { STRIKE_OR_CALL(symlink, to, path); }
		int bpf_obj_pin(int fd, const char *path) { STRIKE_OR_CALL(bpf_obj_pin, fd, path); }
		int bpf_link_update(int link, int program, const void *options)
		{
			STRIKE_OR_CALL(bpf_link_update, link, program, options);
		}
		int bpf_map_update_elem(int map, const void *key, const void *value,
					unsigned long long flags)
		{
			STRIKE_OR_CALL(bpf_map_update_elem, map, key, value, flags);
		}

		long syscall(long number, ...)
		{
			static long (*real)(long number, ...);
			long word[6];
			va_list words;

			va_start(words, number);
			for (int i = 0; i < 6; i++)
				word[i] = va_arg(words, long);
			va_end(words);
			if (number == SYS_bpf && strikes("bpf"))
				return -1;
			if (!real)
				real = dlsym(RTLD_NEXT, "syscall");
			return real(number, word[0], word[1], word[2], word[3], word[4], word[5]);
		}
	END
	clang -D_GNU_SOURCE -shared -fPIC -o "$work/killer.so" "$work/killer.c"
}

# killed NAME FUNCTION N VERB WORD...: it dies of its N-th call of that.
killed() {
	local what=$1 at=$2 call=$3 verb=$4 status=0

	shift 4
	# The shell says who was killed.
	{ LD_PRELOAD=$work/killer.so KILL_AT=$at KILL_CALL=$call ecdn "$verb" "$@"; } \
		>/dev/null 2>&1 || status=$?
	is "$what: it was killed" 137 "$status"
}

# calls_of FUNCTION VERB WORD...: carries it out, and prints how often it calls that.
calls_of() {
	local at=$1

	shift
	LD_PRELOAD=$work/killer.so KILL_AT=$at KILL_COUNT=$work/calls ecdn "$@" >/dev/null
	cat "$work/calls"
}
