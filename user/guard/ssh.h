/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssh.h - warns if a command would cut off the SSH session in which it was typed.
 */
#ifndef GUARD_SSH_H
#define GUARD_SSH_H

#include "guard/guard_request.h"

/*
 * Logs a warning that names the command which allows the session's client. Called when the
 * new table and the trusted list are in place and the limits are not, so that the warning
 * is true and still arrives. protect: the flags of the configuration as it is.
 */
void ssh_warn(const struct guard_request *request, const struct guard_maps *maps,
	      uint32_t protect, const struct pins *pins);

#endif
