#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The time of day steps by hours and days, there and back, under a running agent: it goes on, tells
# each event once, with the time of day as it is then, and nothing else happens but that blocks and
# exemptions until a time of day end at that time.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/agent.sh
source "$(dirname "$0")/agent.sh"

# A library by which the time of day is so many seconds off as the file $STEP says. A timer that is
# to be cancelled as the clock is set looks at that file.
build_clock() {
	cat >"$work/clock.c" <<-'END'
		#include <errno.h>
		#include <fcntl.h>
		#include <stdlib.h>
		#include <sys/mman.h>
		#include <sys/time.h>
		#include <sys/syscall.h>
		#include <sys/timerfd.h>
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

		static int timer = -1;
		static long armed_at;

		int timerfd_settime(int fd, int flags, const struct itimerspec *to,
				    struct itimerspec *before)
		{
			const struct itimerspec looks = { { 0, 50000000 }, { 0, 50000000 } };

			if (!(flags & TFD_TIMER_CANCEL_ON_SET))
				return syscall(SYS_timerfd_settime, fd, flags, to, before);
			timer = fd;
			armed_at = step();
			return syscall(SYS_timerfd_settime, fd, 0, &looks, before);
		}

		ssize_t read(int fd, void *to, size_t size)
		{
			ssize_t got = syscall(SYS_read, fd, to, size);

			if (fd != timer || step() == armed_at)
				return got;
			errno = ECANCELED;
			return -1;
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

# What is exempt, and then what is blocked, and how many minutes each lasts yet, to the next five: for
# two of them the test may take.
lasting() {
	{
		ecdn exempt --json
		ecdn block --json
	} 2>/dev/null | jq -rs '[.[] | (.exempt // .blocked)[] |
		"\(.region) \(.left / 300 | round * 5)"] | join(" ")'
}

last() {
	[ "$(lasting)" = "$1" ]
}

at_hours() {
	date -d "+$1 hours" '+%F %T'
}

moved_verbs() {
	ecdn events --json | grep -c 'the clock was set' || true
}

# noted COUNT: so many entries; the agent makes one once the ends have moved.
noted() {
	[ "$(moved_verbs)" = "$1" ]
}

rows() {
	bpftool -j map dump pinned "$pin/region_until" | jq length
}

test_ends() {
	ecdn exempt -q BETA --until "$(at_hours 2)"
	ecdn block -q BETA --until "$(at_hours 5)"
	ecdn block -q ALPHA --for 2h
	is "ends" "BETA 120 ALPHA 120 BETA 300" "$(lasting)"
	step_to 3600
	does "an hour ahead: what has a time of day ends sooner" wait_for 5 \
		last "BETA 60 ALPHA 120 BETA 240"
	does "and the agent says so" says 'the clock was set: 2 ends of blocks and exemptions moved'
	wait_for 5 noted 1 || true
	is "as events do" 1 "$(ecdn events | grep -c 'agent: the clock was set, 2 ends moved')"
	step_to 10800
	does "beyond an end: it is over" wait_for 5 last "ALPHA 120 BETA 120"
	is "for everybody" blocked "$(state BETA)"
	step_to -1800
	does "back: that time comes again" wait_for 5 last "BETA 150 ALPHA 120 BETA 330"
	is "everybody knows" exempt "$(state BETA)"
	exec {lock}<"$(echo /run/ecdn-xdp/"$(basename "$pin")"-*)"
	flock "$lock"
	step_to 0
	sleep 0.5
	is "another command is at work: nothing is changed" "BETA 150 ALPHA 120 BETA 330" \
		"$(lasting)"
	exec {lock}<&-
	does "it is done: they are moved" wait_for 5 last "BETA 120 ALPHA 120 BETA 300"
	agent_end TERM
	step_to 1800
	agent_start --config "$work/agent.yaml"
	does "before the agent began" wait_for 5 last "BETA 90 ALPHA 120 BETA 270"
	wait_for 5 noted 5 || true
	is "each step is an entry" 5 "$(moved_verbs)"
	sleep 1.2
	is "and one alone" 5 "$(moved_verbs)"
}

# The commands have the true time of day.
test_load() {
	agent_end TERM
	has "without an agent, a load moves them" 'the clock was set: 2 ends' \
		"$(ecdn load e0 2>&1)"
	is "to their time" "BETA 120 ALPHA 120 BETA 300" "$(lasting)"
	lacks "once" 'the clock was set' "$(ecdn load e0 2>&1)"
	is "what is known of them" 2 "$(rows)"
	ecdn exempt -q BETA --for 1h
	is "goes with another end" 1 "$(rows)"
	ecdn release -q BETA
	is "and by release" 0 "$(rows)"
}

# Pins of the last release lack the map.
test_earlier() {
	rm "$pin/region_until"
	ecdn exempt -q BETA --until "$(at_hours 2)"
	step_to 3600
	agent_start --config "$work/agent.yaml"
	sleep 1.2
	is "earlier pins: an end stays" "BETA 120 ALPHA 120" "$(lasting)"
	agent_end TERM
	ecdn load -q e0
	ecdn exempt -q BETA --until "$(at_hours 2)"
	agent_start --config "$work/agent.yaml"
	does "earlier pins: a load makes the map" wait_for 5 last "BETA 60 ALPHA 120"
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
# How long ago something was learned differs, and until when it holds.
limits_now() {
	ecdn limit --json | jq 'del(.. | .age?, .gives_way?)'
}
limits=$(limits_now)
stepped 3600
stepped -7200
stepped 900000
stepped 0
is "limits are as they were" "$limits" "$(limits_now)"
test_ends
test_load
test_earlier
lacks "nothing was wrong" 'warning|cannot|error' "$(<"$agent_said")"
agent_end TERM
is "it ends well" 0 "$agent_status"
stop $notifier
finish
