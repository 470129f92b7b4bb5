// SPDX-License-Identifier: BSD-2-Clause
#include "guard/region_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/quantity.h"
#include "base/scoped.h"
#include "kernel/maps.h"
#include "kernel/pins_beside.h"

#define PIN "region_sources"

static int refuse_length(const char *what)
{
	return log_error(-ENAMETOOLONG, "%.60s...: longer than the %zu characters that can be kept "
			 "for `region reload`", what, sizeof(struct ecdn_xdp_source) - 1);
}

static int put_text(int map, __u32 index, const char *text)
{
	struct ecdn_xdp_source value = {};

	if (!text)
		return 0;
	if (strlen(text) >= sizeof(value.path))
		return refuse_length(text);
	strcpy(value.path, text);
	return maps_set(map, PIN, &index, &value);
}

static int put_path(int map, __u32 index, const char *path)
{
	scoped_free char *absolute = NULL, *here = *path == '/' ? NULL : getcwd(NULL, 0);

	if (here && asprintf(&absolute, "%s/%s", here, path) < 0)
		return log_error(-ENOMEM, "out of memory");
	return put_text(map, index, absolute ?: path);
}

static int put_number(int map, __u32 index, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return put_text(map, index, text);
}

static int put_sources(int map, const struct region_sources *sources)
{
	int err = 0;

	for (unsigned int i = 0; i < sources->count && !err; i++)
		err = put_path(map, ECDN_XDP_SOURCE_FILE + i, sources->file[i]);
	err = err ?: put_text(map, ECDN_XDP_SOURCE_MMDB_FIELD, sources->mmdb_field);
	err = err ?: put_number(map, ECDN_XDP_SOURCE_KEEP_LARGEST, sources->keep_largest);
	err = err ?: put_text(map, ECDN_XDP_SOURCE_KEEP, sources->keep);
	return err ?: put_text(map, ECDN_XDP_SOURCE_REST, sources->rest);
}

int region_files_make(const struct region_sources *sources, uint64_t generation)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	scoped_fd int map = bpf_map_create(BPF_MAP_TYPE_HASH, PIN, sizeof(__u32),
					   sizeof(struct ecdn_xdp_source), ECDN_XDP_SOURCE_MAX,
					   &options);
	int err = map < 0 ? log_error(map, "cannot create map " PIN ": %s", strerror(-map)) :
			    put_sources(map, sources);

	err = err ?: put_number(map, ECDN_XDP_SOURCE_GENERATION, generation);
	return err ?: take_fd(&map);
}

int region_files_put(const char *dir, int map)
{
	return pins_has(dir, PIN) ? pins_beside_replace(dir, PIN, map) : pins_put(dir, PIN, map);
}

/* A text of the map, or NULL if it has none. */
static const char *get_text(struct region_files *files, int map, __u32 index)
{
	struct ecdn_xdp_source *to = &files->text[index];

	if (bpf_map_lookup_elem(map, &index, to))
		return NULL;
	to->path[sizeof(to->path) - 1] = 0;
	return to->path;
}

static int check_file(const char *path)
{
	struct stat stat_of;

	if (!strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6))
		return log_error(-EINVAL, "%s was a pipe, or a file of another command, which "
				 "cannot be read again; `ecdn-xdp region load` names the files "
				 "anew", path);
	if (stat(path, &stat_of))
		return log_error(-errno, "cannot read %s again: %s", path, strerror(errno));
	return S_ISREG(stat_of.st_mode) ? 0 :
	       log_error(-EINVAL, "%s is no file that can be read again; `ecdn-xdp region load` "
			 "names the files anew", path);
}

static int get_number(struct region_files *files, int map, __u32 index, uint64_t max,
		      uint64_t *number)
{
	const char *text = get_text(files, map, index);

	return text && !quantity_parse_whole(text, max, number) ? 0 :
	       log_error(-EPROTO, "map " PIN " is damaged");
}

static int read_all(struct region_files *files, int map)
{
	struct region_sources *sources = &files->sources;
	uint64_t largest = 0;
	int err = get_number(files, map, ECDN_XDP_SOURCE_KEEP_LARGEST, UINT32_MAX, &largest);

	err = err ?: get_number(files, map, ECDN_XDP_SOURCE_GENERATION, UINT64_MAX,
				&files->generation);

	for (__u32 i = 0; i < ECDN_XDP_TABLE_SOURCES && !err; i++) {
		const char *path = get_text(files, map, ECDN_XDP_SOURCE_FILE + i);

		if (!path)
			break;
		err = check_file(path);
		sources->file[sources->count++] = path;
	}
	sources->keep_largest = largest;
	sources->mmdb_field = get_text(files, map, ECDN_XDP_SOURCE_MMDB_FIELD);
	sources->keep = get_text(files, map, ECDN_XDP_SOURCE_KEEP);
	sources->rest = get_text(files, map, ECDN_XDP_SOURCE_REST);
	return err;
}

/* The kernel copies as many bytes as the map's values have, whatever is expected. */
static int check_map(int map)
{
	struct bpf_map_info info;
	int err = maps_info(map, PIN, &info);

	if (err || (info.key_size == sizeof(__u32) &&
		    info.value_size == sizeof(struct ecdn_xdp_source)))
		return err;
	return log_error(-EPROTO, "map " PIN " is another's");
}

int region_files_read(struct region_files *files, const char *dir)
{
	scoped_fd int map = -1;
	int err;

	memset(files, 0, sizeof(*files));
	if (!pins_has(dir, PIN))
		return log_error(-ENOENT, "which region files the table was read from is not "
				 "known: an earlier version has loaded it; `ecdn-xdp region load` "
				 "names them");
	map = pins_get(dir, PIN);
	err = map < 0 ? map : check_map(map);
	err = err ?: read_all(files, map);
	if (!err && !files->sources.count)
		err = log_error(-ENOENT, "no region file has been loaded; `ecdn-xdp region load` "
				"names them");
	return err;
}
