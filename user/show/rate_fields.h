/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rate_fields.h - what readers show of the traffic of a trusted prefix, a node or an allowed
 * one, and of its ceilings.
 */
#ifndef SHOW_RATE_FIELDS_H
#define SHOW_RATE_FIELDS_H

#include "show/fields.h"
#include "view/view_rates.h"

/* The highest rank of its columns; lists that have more go on from there. */
#define RATE_FIELDS_SPARE_CPS 1
#define RATE_FIELDS_SPARE_CEILING 2
#define RATE_FIELDS_SPARE_CPS_CEILING 3

/* Rows of a struct that has a struct view_rate as its member `rate`, in the forms `shown`;
 * present: whether it was measured. */
#define RATE_FIELDS(type, shown, is_measured) \
	{ FIELD_RATE, ">PPS", "traffic.pps", .in = shown, .unit = "packets/s", \
	  .present = is_measured, FIELD_AT(type, rate.pps) }, \
	{ FIELD_LIMIT, ">CEILING", "traffic.ceiling_pps", .in = shown, .unit = "packets/s", \
	  .rank = RATE_FIELDS_SPARE_CEILING, \
	  .present = is_measured, FIELD_AT(type, rate.ceiling_pps) }, \
	{ FIELD_RATE, ">CPS", "traffic.cps", .in = shown, .unit = "connections/s", \
	  .rank = RATE_FIELDS_SPARE_CPS, \
	  .present = is_measured, FIELD_AT(type, rate.cps) }, \
	{ FIELD_LIMIT, ">CPS-CEILING", "traffic.ceiling_cps", .in = shown, \
	  .unit = "connections/s", .rank = RATE_FIELDS_SPARE_CPS_CEILING, \
	  .present = is_measured, FIELD_AT(type, rate.ceiling_cps) }, \
	{ FIELD_FLAG, .key = "traffic.own_ceiling", .in = shown, .present = is_measured, \
	  FIELD_AT(type, rate.own) }, \
	{ FIELD_COUNT, .key = "traffic.packets", .in = shown, .present = is_measured, \
	  .metric = "ecdn_xdp_trusted_packets_total", .unit = "packets", \
	  .help = "Packets of a node to protected ports.", \
	  FIELD_AT(type, rate.packets) }, \
	{ FIELD_COUNT, .key = "traffic.bytes", .in = shown, .present = is_measured, \
	  .metric = "ecdn_xdp_trusted_bytes_total", .unit = "bytes", \
	  .help = "Bytes of a node to protected ports.", \
	  FIELD_AT(type, rate.bytes) }, \
	{ FIELD_COUNT, .key = "traffic.connections", .in = shown, .present = is_measured, \
	  .metric = "ecdn_xdp_trusted_connections_total", .unit = "connections", \
	  .help = "New connections of a node to protected ports.", \
	  FIELD_AT(type, rate.connections) }, \
	{ FIELD_COUNT, ">ABOVE", "traffic.over_packets", .in = shown, .present = is_measured, \
	  .metric = "ecdn_xdp_trusted_over_packets_total", .unit = "packets", \
	  .help = "Packets of a node above a ceiling, which their region's limits hold for.", \
	  FIELD_AT(type, rate.over_packets) }, \
	{ FIELD_COUNT, .key = "traffic.over_bytes", .in = shown, .present = is_measured, \
	  .metric = "ecdn_xdp_trusted_over_bytes_total", .unit = "bytes", \
	  .help = "Bytes of packets of a node above a ceiling.", \
	  FIELD_AT(type, rate.over_bytes) }, \
	{ FIELD_AGO, ">LAST-PACKET", "traffic.last_seen", .in = shown, .present = is_measured, \
	  .unit = "seconds", FIELD_AT(type, rate.last_seen_ns) }

/* Of struct view_allowance: how many there are. Of each of them there is no metric, as a prefix
 * is no label: there may be any number. */
extern const struct field rate_fields_allowance[];

/* Of struct view_allowed. */
extern const struct field rate_fields_allowed[];

#endif
