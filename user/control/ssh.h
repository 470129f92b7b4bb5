/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssh.h - warns if a command would cut off the SSH session in which it was typed.
 */
#ifndef CONTROL_SSH_H
#define CONTROL_SSH_H

#include "control/request.h"

/* Logs a warning that names the command which allows the session's client. Called before
 * the maps change, while the warning still arrives. */
void ssh_warn(const struct request *request, const struct pins *pins);

#endif
