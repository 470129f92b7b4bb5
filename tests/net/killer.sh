# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# killer.sh - commands that are killed half-way. Sourced after lib.sh.

# A library with which a program dies of its KILL_CALL-th call of KILL_AT.
build_killer() {
	cat >"$work/killer.c" <<-'END'
		#include <dlfcn.h>
		#include <signal.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>

		static void die(const char *function)
		{
			static int calls;
			const char *at = getenv("KILL_AT"), *after = getenv("KILL_CALL");

			if (at && after && !strcmp(at, function) && ++calls == atoi(after))
				raise(SIGKILL);
		}

		#define DIE_OR_CALL(function, ...)				\
			die(#function);						\
			return ((typeof(function) *)dlsym(RTLD_NEXT, #function))(__VA_ARGS__)

		int rename(const char *from, const char *to) { DIE_OR_CALL(rename, from, to); }
		int remove(const char *path) { DIE_OR_CALL(remove, path); }
		int bpf_obj_pin(int fd, const char *path) { DIE_OR_CALL(bpf_obj_pin, fd, path); }
		int bpf_link_update(int link, int program, const void *options)
		{
			DIE_OR_CALL(bpf_link_update, link, program, options);
		}
		int bpf_map_update_elem(int map, const void *key, const void *value,
					unsigned long long flags)
		{
			DIE_OR_CALL(bpf_map_update_elem, map, key, value, flags);
		}
	END
	clang -D_GNU_SOURCE -shared -fPIC -o "$work/killer.so" "$work/killer.c"
}

# killed NAME FUNCTION N VERB WORD...: it dies of its N-th call of libc's function.
killed() {
	local what=$1 at=$2 call=$3 verb=$4 status=0

	shift 4
	# The shell says who was killed.
	{ LD_PRELOAD=$work/killer.so KILL_AT=$at KILL_CALL=$call ecdn "$verb" "$@"; } \
		>/dev/null 2>&1 || status=$?
	is "$what: it was killed" 137 "$status"
}
