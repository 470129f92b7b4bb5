/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp-maps.h - the whole contract between the BPF programs and everything
 * that reads or fills their maps.
 *
 * The maps are pinned by name in /sys/fs/bpf/ecdn-xdp/ (or --pin-dir DIR).
 * Integers are in host byte order unless their name ends in _be. Times named
 * _ns are CLOCK_MONOTONIC nanoseconds, the clock of bpf_ktime_get_ns(); the
 * kernel reads it once per jiffy and CPU, so they are exact to one jiffy.
 * Counters only ever grow, and survive reload, upgrade and the death of any
 * process.
 *
 * The structs change only together with ECDN_XDP_ABI, which is the first word
 * of the map "config": read it before anything else.
 */
#ifndef ECDN_XDP_MAPS_H
#define ECDN_XDP_MAPS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include "ecdn-xdp-table.h"

#define ECDN_XDP_ABI 2

#define ECDN_XDP_PIN_DIR "/sys/fs/bpf/ecdn-xdp"

/* Bytes of a region's name, its terminating NUL included. */
#define ECDN_XDP_NAME_SIZE 16

/* Region 0: no region known for the address. */
#define ECDN_XDP_REGION_NONE 0
#define ECDN_XDP_REGION_NONE_NAME "--"

/* Regions a node holds unless told otherwise, and at the most: ids fit 14 bits. */
#define ECDN_XDP_REGIONS_DEFAULT 4096
#define ECDN_XDP_REGIONS_MAX 16384

/*
 * config: ARRAY of one. Written by the agent, read by every packet.
 */
struct ecdn_xdp_limits {
	__u64 pps;           /* packets/s that declare a surge; 0: no limit */
	__u64 bps;           /* bits/s that declare a surge; 0: no limit */
	__u64 cps;           /* new connections/s that declare a surge; 0: no limit */
	__u64 prefix_pps;    /* while limited: packets/s that pass per source prefix; 0: all */
	__u64 answer_cps;    /* while limited: new connections/s that pass; 0: all */
	__u64 hold_ns;       /* how long every rate must stay below 80 % to end a surge */
	__u64 exempt_until_ns; /* never limited before this time; ~0: for good */
	__u64 released_ns;   /* a surge declared before this time is over */
	__u32 blocked;       /* 1: drop all that may be dropped */
	__u32 own;           /* bit N: member N is the region's own; others follow the default */
};

enum ecdn_xdp_protect {
	ECDN_XDP_PROTECT_TCP = 1 << 0, /* some TCP port is protected */
	ECDN_XDP_PROTECT_UDP = 1 << 1, /* some UDP port is protected */
	ECDN_XDP_PROTECT_ALL = 1 << 2, /* every packet is, ports or not */
};

struct ecdn_xdp_config {
	__u32 abi;             /* ECDN_XDP_ABI; always the first word */
	__u32 generation;      /* grows with each change of config or region_limits */
	__u32 monitor;         /* 1: count what would be dropped, pass it */
	__u32 protect;         /* enum ecdn_xdp_protect */
	__u32 trusted;         /* prefixes in the trusted table; 0: no packet looks there */
	__u32 max_regions;     /* entries of every per-region map */
	__u64 hash_seed;       /* secret: keeps sources from choosing their bucket */
	struct ecdn_xdp_limits default_limits; /* of regions without their own */
};

/* protected_ports: ARRAY of one; bit port % 8 of byte port / 8. */
struct ecdn_xdp_protected_ports {
	__u8 tcp[8192];
	__u8 udp[8192];
};

/* region_name: ARRAY by region id. An id keeps its name until unload --all. */
struct ecdn_xdp_region_name {
	char name[ECDN_XDP_NAME_SIZE]; /* NUL-terminated; empty: id not in use */
};

/* region_limits: ARRAY by region id of struct ecdn_xdp_limits. */

/*
 * region_state: mmapable ARRAY by region id, frozen. Written by the kernel alone:
 * with the packets of the region, and when a command changes its limits.
 */
enum ecdn_xdp_state {
	ECDN_XDP_STATE_NORMAL,
	ECDN_XDP_STATE_LIMITED,
	ECDN_XDP_STATE_EXEMPT,
	ECDN_XDP_STATE_BLOCKED,
	ECDN_XDP_STATE_MAX,
};

struct ecdn_xdp_region_state {
	__u32 state;           /* enum ecdn_xdp_state */
	__u32 reserved;
	__u64 since_ns;        /* when it entered that state */
	__u64 until_ns;        /* from then on it is normal, unless a packet came; ~0: never */
};

/*
 * public_config: mmapable ARRAY of one, frozen: what readers without privileges
 * may know of the configuration. Written by the kernel alone, when a command
 * changed something.
 */
struct ecdn_xdp_public_config {
	__u32 abi;             /* ECDN_XDP_ABI; always the first word */
	__u32 monitor;         /* 1: nobody is to be refused */
	__u32 max_regions;
	__u32 gone;            /* 1: unloaded; the pins are not these maps' any more */
	__u64 table_generation;   /* of region_lines; 0: none */
	__u64 trusted_generation; /* of trusted_lines; 0: none */
};

/*
 * request_stats: mmapable ARRAY of [possible CPUs][max_regions]: what proxies say
 * that they answered. Written by proxies, by nobody else; who may open it for
 * writing can spoil these counts and nothing else.
 */
struct ecdn_xdp_requests {
	__u64 requests;
	__u64 refused;         /* of them, with status 513 */
};

/* region_stats: PERCPU_ARRAY by region id. */
struct ecdn_xdp_traffic {
	__u64 packets;
	__u64 bytes;           /* of whole frames, from the Ethernet header on */
};

struct ecdn_xdp_drops {
	struct ecdn_xdp_traffic blocked;    /* the region is blocked */
	struct ecdn_xdp_traffic prefix_pps; /* limited, and its prefix above prefix_pps */
	struct ecdn_xdp_traffic answer_cps; /* limited, a new connection beyond answer_cps */
};

struct ecdn_xdp_region_stats {
	__u64 packets;
	__u64 bytes;
	__u64 connections;     /* TCP SYN without ACK; QUIC Initial from a client */
	__u64 reserved;
	struct ecdn_xdp_drops dropped;
	struct ecdn_xdp_drops would_drop; /* monitor mode: counted here, passed */
};

/*
 * region_rate: ARRAY by region id. The limiter's own: rates of protected
 * traffic, measured before any drop, over two sliding windows.
 */
struct ecdn_xdp_load {
	__u64 packets;
	__u64 bits;
	__u64 connections;
};

struct ecdn_xdp_window {
	__u64 number;          /* of the current window: now_ns >> span */
	struct ecdn_xdp_load current;
	struct ecdn_xdp_load previous;
};

struct ecdn_xdp_rate {
	__u32 limited;         /* 1: a surge was declared and is not over */
	__u32 reserved;
	__u64 limited_ns;      /* when it was declared */
	__u64 below_ns;        /* below 80 % since then; 0: not below */
	__u64 measured_ns;     /* last hand-over from any CPU */
	__u64 answer_ns;       /* answer_cps: tokens are spent up to this time */
	struct ecdn_xdp_window fast;
	struct ecdn_xdp_window slow;
};

struct ecdn_xdp_region_rate {
	struct bpf_spin_lock lock;
	struct ecdn_xdp_rate rate;
};

/*
 * prefixes: mmapable ARRAY of [possible CPUs][ECDN_XDP_PREFIX_SETS] sets: the
 * heavy source prefixes (/24, /48), by d-way random admission. See bpf/prefix.h
 * for the algorithm and its error bound. Way N of a set is in use when key[N]
 * is not 0. Written by the kernel alone, a CPU its own sets.
 */
#define ECDN_XDP_PREFIX_SETS 4096
#define ECDN_XDP_PREFIX_WAYS 4

/* A key is prefix << 16 | family << 14 | region; the prefix right-aligned. */
#define ECDN_XDP_PREFIX_SHIFT 16
#define ECDN_XDP_PREFIX_V4 (1 << 14)
#define ECDN_XDP_PREFIX_V6 (2 << 14)
#define ECDN_XDP_PREFIX_FAMILY (3 << 14)
#define ECDN_XDP_PREFIX_REGION (ECDN_XDP_REGIONS_MAX - 1)

/* A CPU's share of a token bucket: what may pass before it leases more. */
struct ecdn_xdp_credit {
	__u32 tokens;
	__u32 denied;          /* jiffy (low 32 bits) in which a lease was refused */
};

struct ecdn_xdp_prefix {
	__u64 packets;         /* since it was admitted */
	__u64 bytes;
	__u64 last_seen_ns;
	struct ecdn_xdp_credit credit; /* the limiter's */
};

struct ecdn_xdp_prefix_set {
	__u64 key[ECDN_XDP_PREFIX_WAYS];
	__u32 weight[ECDN_XDP_PREFIX_WAYS]; /* what defends a way against eviction */
	__u32 epoch;           /* weights are halved once per epoch */
	__u32 reserved[3];
	struct ecdn_xdp_prefix prefix[ECDN_XDP_PREFIX_WAYS];
};

/*
 * prefix_buckets: ARRAY of sets, shared by all CPUs: the token buckets of
 * prefixes that meet the limiter.
 */
#define ECDN_XDP_BUCKET_SETS 8192
#define ECDN_XDP_BUCKET_WAYS 4

struct ecdn_xdp_bucket {
	__u64 key;             /* as in prefixes */
	__u64 spent_ns;        /* tokens are spent up to this time */
};

struct ecdn_xdp_bucket_set {
	struct bpf_spin_lock lock;
	struct ecdn_xdp_bucket bucket[ECDN_XDP_BUCKET_WAYS];
};

/*
 * steer_listeners: HASH of struct ecdn_xdp_steer_key: to which listener new
 * connections to a protected port go when their region is limited or blocked. The
 * key's family is the listener's: without one of its own, a connection's family
 * tries the other's, which a listener of [::] without IPV6_V6ONLY can serve.
 */
#define ECDN_XDP_STEER_MAX 256
#define ECDN_XDP_STEER_SOCKETS 16      /* of one listener: one of each SO_REUSEPORT worker */

struct ecdn_xdp_steer_key {
	__u16 port;            /* protected, to which connections come */
	__u8 protocol;         /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 family;           /* 4 or 6 */
};

struct ecdn_xdp_steer {
	__u32 first_socket;    /* its sockets' place in steer_sockets */
	__u16 listener_port;
	__u16 reserved;
	__u8 listener_addr[16]; /* network byte order; IPv4: the first four */
};

/* steer_sockets: SOCKMAP of [ECDN_XDP_STEER_MAX][ECDN_XDP_STEER_SOCKETS]; its values
 * are sockets, and read as their cookies. A socket that is closed leaves by itself. */

/* steer_stats: PERCPU_HASH of struct ecdn_xdp_steer_key, the family a connection's.
 * What is counted are the kernel's look-ups of a listener: a SYN, again when it is
 * sent again, the ACK that completes a SYN cookie, and every datagram. */
struct ecdn_xdp_steer_stats {
	__u64 steered;
	__u64 no_socket;       /* fell back: no socket of the listener is open */
	__u64 refused;         /* fell back: the socket does not serve this family */
	__u64 would_steer;     /* monitor mode */
};

/*
 * ping_config: ARRAY of one. What becomes of ICMP and ICMPv6 echo requests.
 */
enum ecdn_xdp_ping_mode {
	ECDN_XDP_PING_ANSWER,  /* a node's request is turned into its reply and sent back */
	ECDN_XDP_PING_PASS,    /* it goes on to the stack, with the mark */
	ECDN_XDP_PING_MAX,
};

/* Set in the mark of a node's request that goes on; other bits stay as they are. */
#define ECDN_XDP_PING_MARK 0x0ec00000U

struct ecdn_xdp_ping_config {
	__u32 mode;            /* enum ecdn_xdp_ping_mode */
	__u32 only_nodes;      /* 1: requests of all others to this host are dropped */
	__u64 rate;            /* requests/s of a node that are answered or go on */
	__u64 burst;           /* requests that may come at once */
	__u8 ttl;              /* of IPv4 answers */
	__u8 hop_limit;        /* of IPv6 answers on interfaces without their own */
	__u8 reserved[6];
};

/* ping_interfaces: HASH by interface index: the hop limit of IPv6 answers that leave there,
 * as routers or the operator have set it. */
#define ECDN_XDP_PING_INTERFACES_MAX 4096

struct ecdn_xdp_ping_interface {
	__u8 hop_limit;
	__u8 reserved[3];
};

/*
 * local_addresses: LPM_TRIE of this host's own unicast addresses, as of the last command
 * that wrote it: requests to others are not answered. The family is the first part of
 * the prefix, so that neither can match the other; a value is 1.
 */
#define ECDN_XDP_LOCAL_MAX 4096

struct ecdn_xdp_local_key {
	__u32 prefix_len;      /* 32 + the prefix's own */
	__u32 family;          /* 4 or 6 */
	__u8 addr[16];         /* network byte order; IPv4: the first four */
};

/*
 * node_stats: PERCPU_HASH by node index (struct ecdn_xdp_trusted_row) of those nodes
 * that were heard from. A node that is taken off the list loses its row.
 */
struct ecdn_xdp_node_stats {
	__u64 requests;        /* echo requests to this host: the sum of the next two */
	__u64 answered;        /* or with the mark gone on to the stack */
	__u64 over_rate;       /* dropped */
	__u64 bytes;           /* of requests, from the Ethernet header on */
	__u64 first_seen_ns;   /* of this CPU; 0: not seen */
	__u64 last_seen_ns;
	__u32 denied;          /* jiffy (low 32 bits) in which the bucket was empty */
	__u32 reserved;
};

/* node_buckets: HASH by node index: a node's token bucket, shared by all CPUs. */
struct ecdn_xdp_node_bucket {
	struct bpf_spin_lock lock;
	__u32 reserved;
	__u64 spent_ns;        /* tokens are spent up to this time */
};

/* ping_events: PERCPU_ARRAY of one: echo requests that were not a node's to this host,
 * and why a node's was left to the stack. What IPv6 headers hide may be one and counts:
 * behind more of them than are followed, or in the fragment after the first. */
struct ecdn_xdp_ping_events {
	__u64 stranger;        /* from no node: left to the host's own policy */
	__u64 stranger_dropped; /* the same with only_nodes */
	__u64 not_local;       /* to an address that is not this host's */
	__u64 fragment;        /* a node's, in fragments */
	__u64 options;         /* a node's, with a source route or IPv6 extension headers */
	__u64 truncated;       /* ends before its ICMP header does */
	__u64 give_up;         /* no row for a node's counters, or the frame is not writable */
};

/* events: PERCPU_ARRAY of one. Why packets passed without a region, and give-ups. */
struct ecdn_xdp_events {
	/* No region: passed, counted here alone. */
	__u64 arp;
	__u64 other_ethertype;
	__u64 vlan_depth;      /* more than two tags */
	__u64 truncated;       /* ends before its IP header does */
	__u64 bad_header;      /* version or header length that cannot be */
	/* Counted in their region, but with no view of the upper layer. */
	__u64 fragment;        /* not the first: no ports */
	__u64 upper_truncated; /* ends before its ports do */
	__u64 ext_headers;     /* more IPv6 extension headers than are followed */
	/* The house's own limits. */
	__u64 no_table;        /* counted as region 0: no table is loaded */
	__u64 bucket_evicted;  /* prefix_buckets was full: one still in use was given up */
	__u64 map_missing;     /* a lookup that cannot fail did: passed */
};

ECDN_XDP_SIZE(struct ecdn_xdp_limits, 72);
ECDN_XDP_SIZE(struct ecdn_xdp_config, 104);
ECDN_XDP_SIZE(struct ecdn_xdp_protected_ports, 16384);
ECDN_XDP_SIZE(struct ecdn_xdp_region_state, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_public_config, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_requests, 16);
ECDN_XDP_SIZE(struct ecdn_xdp_steer_key, 4);
ECDN_XDP_SIZE(struct ecdn_xdp_steer, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_steer_stats, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_region_stats, 128);
ECDN_XDP_SIZE(struct ecdn_xdp_region_rate, 160);
ECDN_XDP_SIZE(struct ecdn_xdp_prefix_set, 192);
ECDN_XDP_SIZE(struct ecdn_xdp_bucket_set, 72);
ECDN_XDP_SIZE(struct ecdn_xdp_ping_config, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_ping_interface, 4);
ECDN_XDP_SIZE(struct ecdn_xdp_local_key, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_node_stats, 56);
ECDN_XDP_SIZE(struct ecdn_xdp_node_bucket, 16);
ECDN_XDP_SIZE(struct ecdn_xdp_ping_events, 56);
ECDN_XDP_SIZE(struct ecdn_xdp_events, 88);

#endif
