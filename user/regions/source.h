/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.h - files of region data: range CSV as in Debian's tor-geoipdb, lines
 * of `CIDR NAME`, MaxMind DB; told apart by content. What is called *.mmdb must
 * be one.
 *
 * Two names are special: "??" stands for not known, the file says nothing about
 * these addresses, and what an earlier source says stands; "--" for region 0,
 * the file says that they are in no region.
 */
#ifndef REGIONS_SOURCE_H
#define REGIONS_SOURCE_H

#include "regions/names.h"
#include "table/range.h"

#define SOURCE_MMDB_FIELD "country.iso_code"

/*
 * Reads one file into *set, which is empty. Its regions' ids are from names, its
 * entries marked as of source `number` (1 to ECDN_XDP_TABLE_SOURCES). mmdb_field:
 * the path of the name in an MMDB's records, keys and array indexes separated by
 * points.
 *
 * A file with bad lines is refused as a whole: up to ten are reported as
 * FILE:LINE: REASON, then how many more there were. Returns 0; on error a
 * negative errno with the reason said and *set untouched; names may have grown.
 */
int source_read(const char *path, const char *mmdb_field, unsigned int number,
		struct names *names, struct range_set *set);

#endif
