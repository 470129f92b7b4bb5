#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The time of day steps by hours and days, there and back, under a running agent: it goes on, tells
# each event once, with the time of day as it is then, and nothing else happens.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

# A library by which the time of day is so many seconds off as the file $STEP says.
build_clock() {
	cat >"$work/clock.c" <<-'END'
		#include <dlfcn.h>
		#include <fcntl.h>
		#include <stdlib.h>
		#include <sys/mman.h>
		#include <sys/time.h>
		#include <sys/syscall.h>
		#include <time.h>
		#include <unistd.h>

		static const volatile char *text;

		static long step(void)
		{
			if (!text) {
				int fd = open(getenv("STEP"), O_RDONLY | O_CLOEXEC);

				text = mmap(NULL, 32, PROT_READ, MAP_SHARED, fd, 0);
				close(fd);
			}
			return atol((const char *)text);
		}

		int clock_gettime(clockid_t clock, struct timespec *now)
		{
			int err = syscall(SYS_clock_gettime, clock, now);

			if (!err && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
				now->tv_sec += step();
			return err;
		}

		int gettimeofday(struct timeval *now, void *zone)
		{
			struct timespec at;

			(void)zone;
			clock_gettime(CLOCK_REALTIME, &at);
			*now = (struct timeval){ at.tv_sec, at.tv_nsec / 1000 };
			return 0;
		}

		time_t time(time_t *to)
		{
			struct timespec at;

			clock_gettime(CLOCK_REALTIME, &at);
			if (to)
				*to = at.tv_sec;
			return at.tv_sec;
		}
	END
	clang -D_GNU_SOURCE -shared -fPIC -o "$work/clock.so" "$work/clock.c"
}

# In place, as the agent has the file mapped.
step_to() {
	printf '%-31s\n' "$1" | dd of="$work/step" conv=notrunc status=none
	offset=$1
}

# block_and_release WHAT: two events, which the agent tells.
block_and_release() {
	local so_far

	so_far=$(times '^[0-9-]+ [0-9:.]+ +ALPHA')
	ecdn block -q ALPHA
	ecdn release -q ALPHA
	does "$1: both events are told" says '^[0-9-]+ [0-9:.]+ +ALPHA' $((so_far + 2))
	sleep 0.5
	is "$1: once" $((so_far + 2)) "$(times '^[0-9-]+ [0-9:.]+ +ALPHA')"
}

# How many seconds the last event's time differs from the time of day as the agent sees it.
last_off() {
	local told

	told=$(grep -E '^[0-9-]+ [0-9:.]+ +ALPHA' "$agent_said" | tail -n 1 | cut -c1-19)
	echo $(($(date +%s) + offset - $(date -d "$told" +%s)))
}

stepped() {
	step_to "$1"
	sleep 1.2
	block_and_release "step to $1"
	between "step to $1: the time of the event is that of the day" -5 5 "$(last_off)"
	between "step to $1: it does not spin" 0 30 "$(busy_percent)"
}

# Of a second.
busy_percent() {
	local before after

	read -r before _ <"/proc/$agent/schedstat"
	sleep 1
	read -r after _ <"/proc/$agent/schedstat"
	echo $(((after - before) / 10000000))
}

client_and_edge
listen_notify
build_clock
printf '%-31s\n' 0 >"$work/step"
offset=0
cat >"$work/agent.yaml" <<-END
	agent:
	  metrics: {listen: "unix:$work/metrics"}
	  events: plain
	  learn: {state: $work/learned}
END
ecdn load -q --regions "$regions" e0
ecdn limit set -q BETA --auto --pps 9k
RUN=(env LD_PRELOAD="$work/clock.so" STEP="$work/step" TZ=UTC)
TZ=UTC
export TZ
agent_start --config "$work/agent.yaml"
block_and_release "before"
# How long ago something was learned differs.
limits_now() {
	ecdn limit --json | jq 'del(.. | .age?)'
}
limits=$(limits_now)
stepped 3600
stepped -7200
stepped 900000
stepped 0
is "limits are as they were" "$limits" "$(limits_now)"
lacks "nothing was wrong" 'warning|cannot|error' "$(<"$agent_said")"
agent_end TERM
is "it ends well" 0 "$agent_status"
stop $notifier
finish
