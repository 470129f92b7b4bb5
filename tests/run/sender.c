// SPDX-License-Identifier: BSD-2-Clause
#include "sender.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <linux/bpf.h>

#define SLEEP_NS 500000
/* What a bucket saves up for its user while the clock stands still. */
#define STALL_NS 10000000

/* One by one: where the kernel repeats a frame by itself, it patches code before. */
static void send_due(struct sender *sender, uint64_t due)
{
	for (; due; due--) {
		const struct frame *frame = &sender->frame[sender->sent++ % sender->frames];

		sender->dropped += guard_run(sender->guard, frame->data, frame->length) ==
				   XDP_DROP;
	}
}

static void *sender_main(void *arg)
{
	const struct timespec nap = { .tv_nsec = SLEEP_NS };
	const struct sched_param urgent = { .sched_priority = 1 };
	struct sender *sender = arg;
	uint64_t now;

	/* It sleeps most of the time, but must not be late. */
	pthread_setschedparam(pthread_self(), SCHED_FIFO, &urgent);
	pin_to_cpu(sender->cpu);
	sender->first_ns = sender->last_ns = now_ns();
	do {
		nanosleep(&nap, NULL);
		now = now_ns();
		send_due(sender, (now - sender->first_ns) * sender->pps / 1e9 - sender->sent);
		if (now - sender->last_ns > STALL_NS)
			sender->stalled_ns += now - sender->last_ns - STALL_NS;
		sender->last_ns = now;
	} while (now < sender->first_ns + sender->duration_ns);
	/* On a slow machine the last burst takes a while. */
	sender->last_ns = now_ns();
	return NULL;
}

void senders_run(struct sender *senders, int count)
{
	pthread_t threads[SENDERS_MAX];
	int started = 0;

	while (started < count && started < SENDERS_MAX &&
	       !pthread_create(&threads[started], NULL, sender_main, &senders[started]))
		started++;
	while (started--)
		pthread_join(threads[started], NULL);
}
