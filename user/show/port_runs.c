// SPDX-License-Identifier: BSD-2-Clause
#include "show/port_runs.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool has_port(const uint8_t bits[8192], unsigned int port)
{
	return port < 65536 && bits[port / 8] & 1 << port % 8;
}

void port_runs_append(char text[FIELD_TEXT_SIZE], const uint8_t in[8192], const char *suffix)
{
	for (unsigned int port = 0; port < 65536; port++) {
		unsigned int last = port;
		size_t used = strlen(text);

		if (!has_port(in, port))
			continue;
		while (has_port(in, last + 1))
			last++;
		used += snprintf(text + used, FIELD_TEXT_SIZE - used, "%s%u", used ? "," : "",
				 port);
		if (last > port && used < FIELD_TEXT_SIZE)
			used += snprintf(text + used, FIELD_TEXT_SIZE - used, "-%u", last);
		if (used < FIELD_TEXT_SIZE)
			snprintf(text + used, FIELD_TEXT_SIZE - used, "%s", suffix);
		port = last;
	}
}
