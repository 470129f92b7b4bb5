/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * node_check.h - does the platform's ping reach this host? Which nodes were never heard
 * from, where ping is gone from, which addresses it does not know, and what to do where
 * the platform answers 529.
 */
#ifndef CLI_NODE_CHECK_H
#define CLI_NODE_CHECK_H

#include <stdbool.h>

/* 0; CLI_NO if exit_code is set and something is wrong; or a negative errno, logged. */
int node_check(const char *pin_dir, bool json, bool exit_code);

#endif
