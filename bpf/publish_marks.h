/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * publish_marks.h - what the agent asks of the program publish, by the mark of the packet
 * on which it runs it: a region, whose state is to be judged again, or one of these.
 */
#ifndef BPF_PUBLISH_MARKS_H
#define BPF_PUBLISH_MARKS_H

#define PUBLISH_CONFIG 0xffffffffU      /* public_config follows config and tables */
#define PUBLISH_GONE 0xfffffffeU        /* these maps are about to lose their pins */

#endif
