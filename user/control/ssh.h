/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssh.h - would this command cut off the SSH session that it was typed in?
 */
#ifndef CONTROL_SSH_H
#define CONTROL_SSH_H

#include "control/request.h"

/* Warns if so, and names the command that allows the session's client. Called before the
 * maps change, while the warning still arrives. */
void ssh_warn(const struct request *request, const struct pins *pins);

#endif
