// SPDX-License-Identifier: BSD-2-Clause
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "refresh.h"
#include "say.h"
#include "set.h"
#include "view.h"

#define POSSIBLE_CPUS "/sys/devices/system/cpu/possible"

/* One more than the greatest id of a CPU, by which the agent sizes request_stats: 12 of
 * "0-3,8-11". */
static unsigned int cpu_rows(void)
{
	FILE *file = fopen(POSSIBLE_CPUS, "re");
	unsigned int first, last, rows = 0;
	int found;

	while (file && (found = fscanf(file, "%u-%u", &first, &last)) > 0) {
		if (found == 1)
			last = first;
		if (last >= rows)
			rows = last + 1;
		if (fgetc(file) != ',')
			break;
	}
	if (file)
		fclose(file);
	return rows ? rows : 1;
}

/* Takes the path without the slashes at its end. -EINVAL if it is not absolute or too long. */
static int take_dir(struct ecdn_xdp_client *client, const char *dir)
{
	size_t length = strlen(dir);

	while (length > 1 && dir[length - 1] == '/')
		length--;
	if (*dir != '/' || length >= sizeof(client->dir))
		return -EINVAL;
	memcpy(client->dir, dir, length);
	client->dir[length] = 0;
	return 0;
}

struct ecdn_xdp_client *ecdn_xdp_open(const char *pin_dir, ecdn_xdp_say *say, void *context)
{
	struct ecdn_xdp_client *client;
	int err;

	if (posix_memalign((void **)&client, CACHE_LINE, sizeof(*client))) {
		errno = ENOMEM;
		return NULL;
	}
	memset(client, 0, sizeof(*client));
	client->dir_fd = -1;
	client->set.origins_error = -ENOENT;
	client->say = say ? say : say_to_stderr;
	client->context = context;
	client->cpus = cpu_rows();
	err = take_dir(client, pin_dir ? pin_dir : ECDN_XDP_PIN_DIR);
	if (!err)
		err = view_reserve(client);
	if (err) {
		free(client);
		errno = -err;
		return NULL;
	}
	refresh(client, clock_ns());
	return client;
}

void ecdn_xdp_close(struct ecdn_xdp_client *client)
{
	static const struct set none;

	if (!client)
		return;
	view_release(client);
	set_close(&client->set, &none);
	if (client->dir_fd >= 0)
		close(client->dir_fd);
	free(client);
}

const char *ecdn_xdp_version(void)
{
	return ECDN_XDP_VERSION;
}

int ecdn_xdp_ready(struct ecdn_xdp_client *client)
{
	unsigned int sequence;

	if (!client)
		return -EINVAL;
	keep_up(client, clock_ns());
	sequence = __atomic_load_n(&client->sequence, __ATOMIC_ACQUIRE);
	return __atomic_load_n(&client->view[sequence & 1].error, __ATOMIC_RELAXED);
}
