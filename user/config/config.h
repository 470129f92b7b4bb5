/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.h - the configuration file, YAML: what flags and verbs can set.
 *
 *	interfaces: [eth0, eth1]
 *	mode: auto                      # native, skb
 *	pin_dir: /sys/fs/bpf/ecdn-xdp
 *	max_regions: 4096
 *	regions: [/usr/share/tor/geoip, /usr/share/tor/geoip6]
 *	mmdb_field: country.iso_code
 *	protect: [80, 443, 8443/tcp]    # or: all
 *	monitor: false
 *	proxy_group: www-data           # whose processes may count their requests
 *	limits:
 *	  default: {pps: 200k, bps: 2G, cps: 5k, prefix_pps: 1k, answer_cps: 200k, hold: 10s}
 *	  XX: {pps: 50k}
 *	exempt: {YY: 2h, ZZ: forever}
 *	block: [WW]
 *	allow: [192.0.2.0/24, "2001:db8::/32"]
 *	nodes: nodes.txt                # in the place of those there are
 *	steer:                          # to listeners that say 513
 *	  80: ["127.0.0.1:8513", "[::1]:8513"]
 *	  443/udp: "127.0.0.1:8514"
 *	ping:                           # of nodes; each key may be left out
 *	  interfaces: [eth0]            # without it, those of the guard
 *	  mode: answer                  # or: pass
 *	  only_nodes: false
 *	  rate: 100                     # a second, of each node; 0: no limit
 *	  burst: 200
 *	  tc: auto                      # tcx, clsact
 *
 * Read with libyaml itself, which keeps the line of every value: libcyaml checks
 * structure, but a rate, a duration or a prefix that is wrong has no line there.
 *
 * It sets what it names; what it does not name stays as it is. Files are
 * relative to the configuration file.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/yaml.h"
#include "plane/load.h"

struct config {
	const char *pin_dir;    /* 0: not set */
	struct load_request request;
	bool ping_follows;      /* ping goes where the guard does */
	struct yaml_words words; /* what the pointers above point into */
};

/* Nothing is set. */
void config_init(struct config *config);

/* Reads the file; a config that could not be read needs no config_free(). Errors
 * are said as FILE:LINE: REASON, up to ten. */
int config_read(struct config *config, const char *path);
void config_free(struct config *config);

#endif
