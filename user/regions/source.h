/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.h - reads files of region data: range CSV as in Debian's tor-geoipdb, lines of
 * `CIDR NAME`, MaxMind DB. The content tells which of them a file is, but a file that is
 * called *.mmdb must be a MaxMind DB.
 *
 * Two names are special. "??" means that the region is not known: the file says nothing
 * about these addresses, and what an earlier source says about them stands. "--" means
 * region 0: the file says that these addresses are in no region.
 */
#ifndef REGIONS_SOURCE_H
#define REGIONS_SOURCE_H

#include "regions/names.h"
#include "table/range.h"

#define SOURCE_MMDB_FIELD "country.iso_code"

/*
 * Reads one file into *set, which is empty. The regions get their ids from names, and the
 * entries are marked as those of source `number`, 1 to ECDN_XDP_TABLE_SOURCES. mmdb_field
 * is the path of the name in a MaxMind DB's records: keys and array indexes, separated by
 * points.
 *
 * A file with bad lines is refused as a whole. 0, or a negative errno with the reason
 * logged and *set untouched; names may have grown.
 */
int source_read(const char *path, const char *mmdb_field, unsigned int number,
		struct names *names, struct range_set *set);

#endif
