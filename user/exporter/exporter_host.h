/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exporter_host.h - by which names the page may be asked for. A name that a stranger's DNS points
 * at this host is none: his page would have a browser here read the metrics for him.
 */
#ifndef EXPORTER_HOST_H
#define EXPORTER_HOST_H

#include <stdbool.h>

/* host: what the request has as its Host; socket: the connection's; names: besides the address that
 * it was made to and "localhost", ended by NULL. */
bool exporter_host_is_ours(const char *host, int socket, char *const *names);

#endif
