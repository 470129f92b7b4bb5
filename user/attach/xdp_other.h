/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xdp_other.h - an XDP program of somebody else on an interface: whose it is, and what takes it
 * off.
 */
#ifndef ATTACH_XDP_OTHER_H
#define ATTACH_XDP_OTHER_H

/* Logs what is on an interface of this network namespace, and how to remove it; dir is the pin
 * directory of this command, others are looked for beside it. What the kernel does not tell this
 * process is left out. Returns -EBUSY. */
int xdp_other_refuse(const char *iface, int ifindex, const char *dir);

#endif
