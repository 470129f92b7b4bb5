/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp-maps.h - all maps, one row each: the whole contract between the BPF programs
 * and everything that reads or fills their maps.
 *
 *	map              type           key          value            written by      mode  part
 *	config           ARRAY, mmap    0            config           agent, guard    0600  all
 *	protected_ports  ARRAY          0            protected_ports  agent           0600  guard
 *	region_table     ARRAY_OF_MAPS  0            region_lines     agent           0600  guard
 *	region_lines     ARRAY, mmap    line         table_line       agent           0666t guard
 *	region_name      ARRAY          region       region_name      agent           0600s guard
 *	region_limits    ARRAY          region       limits           guard, publish  0600s guard
 *	region_rate      ARRAY          region       region_rate      guard, publish  0600s guard
 *	region_state     ARRAY, mmap    region       region_state     guard, publish  0666b guard
 *	region_cpu       ARRAY, mmap    cpu, region  region_cpu       guard           0600s guard
 *	prefixes         ARRAY, mmap    cpu, set     prefix_set       guard           0600s guard
 *	prefix_buckets   ARRAY          set          bucket_set       guard           0600  guard
 *	known            ARRAY, mmap    line         known_line       guard, proven   0600  guard
 *	armed            LRU_HASH       armed_key    armed            guard, proven   0600  guard
 *	shield_ifaces    HASH           ifindex      __u32            agent           0600  guard
 *	fast_opens       SK_STORAGE     socket       __u32            proven          0600  guard
 *	region_history   ARRAY          region       region_history   guard, publish  0600s guard
 *	change_head      ARRAY          0            change_head      guard, publish  0600s guard
 *	changes          ARRAY, mmap    place        change           guard, publish  0600s guard
 *	verbs            ARRAY, mmap    place        verb             agent           0600s guard
 *	region_notes     HASH           note_key     note             agent           0600s guard
 *	region_until     HASH           note_key     until            agent           0600  guard
 *	region_learned   HASH           region       learned          agent           0600s guard
 *	region_sources   HASH           index        source           agent           0600  guard
 *	cpu              ARRAY, mmap    cpu          cpu              guard           0600  guard
 *	cpu_events       ARRAY, mmap    cpu          events           guard           0600s guard
 *	capture_rule     ARRAY          0            capture_rule     agent           0600  guard
 *	capture_cpu      ARRAY, mmap    cpu          capture_cpu      guard           0600  guard
 *	capture_packets  PERF_EVENT_ARRAY cpu        perf event       agent           0600  guard
 *	public_config    ARRAY, mmap    0            public_config    publish         0666b publish
 *	request_stats    ARRAY, mmap    cpu, region  requests         proxies         0600c publish
 *	trusted_table    ARRAY_OF_MAPS  0            trusted_lines    agent           0600  trust
 *	trusted_lines    ARRAY, mmap    line         table_line       agent           0666t trust
 *	trusted_rates    HASH           index        trusted_rate     guard, agent    0600  guard
 *	trusted_cpu      ARRAY, mmap    cpu, line    trusted_line     guard           0600  guard
 *	trusted_ceilings HASH           index        trusted_ceiling  agent           0600  guard
 *	steer_listeners  HASH           steer_key    steer            agent           0600  steer
 *	steer_sockets    SOCKMAP        place        socket           agent, listen   0600  steer
 *	steer_rules      ARRAY          row          steer_rule       agent           0600  steer
 *	steer_stats      PERCPU_HASH    steer_key    steer_stats      steer, listen   0600  steer
 *	steer_marks      SK_STORAGE     socket       steer_mark       agent, listen   0600  steer
 *	ping_config      ARRAY          0            ping_config      agent           0600  ping
 *	ping_interfaces  HASH           ifindex      ping_interface   agent           0600  ping
 *	ping_events      PERCPU_ARRAY   0            ping_events      ping            0600  ping
 *	local_addresses  LPM_TRIE       local_key    1                agent           0600  ping
 *	node_stats       PERCPU_HASH    node         node_stats       ping, agent     0600  ping
 *	node_buckets     HASH           node         node_bucket      ping, agent     0600  ping
 *	origin_config    ARRAY          0            origin_config    agent           0600s origin
 *	origin_names     HASH           origin_key   origin_name      agent           0600s origin
 *	origins          HASH           origin_key   __u32            origin          0600  origin
 *	origin_keys      ARRAY, mmap    row          origin_key       origin          0666b origin
 *	origin_stats     ARRAY, mmap    row          origin_stats     origin          0600s origin
 *	origin_spans     ARRAY          row          origin_spans     origin          0600s origin
 *	origin_requests  ARRAY, mmap    stripe, row  origin_requests  proxies         0600c origin
 *	origin_head      ARRAY          0            origin_head      origin          0600s origin
 *	origin_failures  ARRAY, mmap    place        origin_failure   origin          0600  origin
 *	origin_conns     SK_STORAGE     socket       origin_conn      origin          0600  origin
 *
 * The maps are pinned by name in /sys/fs/bpf/ecdn-xdp/ (or --pin-dir DIR). A value is the
 * struct ecdn_xdp_ of that name, or what the file defines that is named. The agent is any run
 * of ecdn-xdp; guard, proven, publish, steer, listen, ping and origin are BPF programs. Mode is the
 * pin's, which root owns: 0600 opens to root alone, 0666 to all. Letters tell what groups change
 * in it, that of `ecdn-xdp load --proxy-group` and that of --stats-group:
 *
 *	s  0640 of the stats group, which reads it and cannot map it
 *	t  0660 of the proxy group, which alone opens tables then
 *	b  0660 of the proxy group; stays 0666 where there is a stats group, too
 *	c  0660 of the proxy group, which writes it; else 0640 of the stats group; with both 0664
 *
 * What has t or b is frozen: no process can write it, the agent after it has filled it neither,
 * but one that maps it has to open it for writing. A map is loaded with its part; config with
 * any part, trust with guard, steer, publish and ping.
 *
 * A map's size is its number of entries as the kernel tells it. Tables have the lines that they
 * use and a quarter more; region_table and trusted_table have an entry for each 1,024 lines of
 * their tables, of which the first holds the table in use and the others are empty. node_stats
 * and node_buckets have room for twice the nodes of the list, trusted_rates for four times
 * its prefixes. When these maps are full, they are replaced: whoever keeps one open reads the
 * old one.
 *
 * "cpu, region" is the index cpu * max_regions + region, and likewise for the others. Such
 * maps have a row for each id of a CPU up to the greatest that this host may have. A CPU
 * writes its own rows alone, so a reader adds up all rows that the map has: region_cpu and
 * cpu_events may have one more, which has what an earlier version counted. A process may map a
 * map marked mmap and read it without a system call: a counter is one aligned 64-bit word,
 * which is never seen half written.
 *
 * Integers are in host byte order unless their name ends in _be. Times named _ns are
 * CLOCK_MONOTONIC nanoseconds, the clock of bpf_ktime_get_ns(); the guard reads it once
 * per jiffy and CPU, so its times are exact to one jiffy. Counters only ever grow, and
 * survive reload, upgrade and the death of any process.
 *
 * The structs change only together with ECDN_XDP_ABI, which is the first word of the map
 * "config": read it before anything else. Members named reserved are zeros, and readers leave
 * them alone; a version that knows more may use them.
 */
#ifndef ECDN_XDP_MAPS_H
#define ECDN_XDP_MAPS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include "ecdn-xdp-origin.h"
#include "ecdn-xdp-table.h"
#include "ecdn-xdp-trusted.h"

#define ECDN_XDP_ABI 3

#define ECDN_XDP_PIN_DIR "/sys/fs/bpf/ecdn-xdp"

/* Bytes of a region's name, its terminating NUL included. */
#define ECDN_XDP_NAME_SIZE 16

/* Region 0 stands for addresses whose region is not known. */
#define ECDN_XDP_REGION_NONE 0
#define ECDN_XDP_REGION_NONE_NAME "--"

/* Regions that a host holds unless told otherwise, and at the most: ids fit 14 bits. */
#define ECDN_XDP_REGIONS_DEFAULT 4096
#define ECDN_XDP_REGIONS_MAX 16384

/*
 * Limits of a region: the values of region_limits, and the default in config. The program
 * publish writes them under the lock of the region's rate, where the guard reads them, so
 * that no packet meets half of a change. The guard writes them there too, at learned_until_ns.
 */
struct ecdn_xdp_limits {
	__u64 pps;           /* packets/s that declare a surge; 0: no limit */
	__u64 bps;           /* bits/s that declare a surge; 0: no limit */
	__u64 cps;           /* new connections/s that declare a surge; 0: no limit */
	__u64 prefix_pps;    /* packets/s of a source prefix that pass while limited; 0: all */
	__u64 answer_cps;    /* new connections/s that pass while limited; 0: all */
	__u64 hold_ns;       /* how long every rate must stay below 80 % to end a surge */
	__u64 exempt_until_ns; /* the region is never limited before this time; ~0: for good */
	__u64 released_ns;   /* a surge declared before this time is over */
	__u32 blocked;       /* 1: all packets that may be dropped are, while no exemption
				holds */
	__u32 own;           /* enum ecdn_xdp_own: the region's own; others follow the default */
	__u64 grace_ns;      /* how long a surge must stand before the region is limited */
	__u64 shield_cps;    /* new connections/s that pass while shielded; 0: all */
	__u64 aggregate_pps[2]; /* unproven packets/s that pass in a surge from each /20 or /40
				   [0], and from each /32 of IPv6 [1]; 0: all */
	__u64 blocked_until_ns; /* the block ends at this time; 0: it has no end */
	__u64 learned_until_ns; /* pps, bps and cps follow from what was learned of an hour, and do
				   until this time; 0: they have no such end. See struct
				   ecdn_xdp_learned */
	__u64 reserved[1];
};

/* Which limits are a region's own. What nobody has set of these follows from other limits:
 * answer_cps is four times cps, aggregate_pps 4 and 16 times prefix_pps. */
enum ecdn_xdp_own {
	ECDN_XDP_OWN_PPS = 1 << 0,
	ECDN_XDP_OWN_BPS = 1 << 1,
	ECDN_XDP_OWN_CPS = 1 << 2,
	ECDN_XDP_OWN_PREFIX_PPS = 1 << 3,
	ECDN_XDP_OWN_ANSWER_CPS = 1 << 4,
	ECDN_XDP_OWN_HOLD = 1 << 5,
	ECDN_XDP_OWN_GRACE = 1 << 6,
	ECDN_XDP_OWN_SHIELD_CPS = 1 << 7,
	ECDN_XDP_OWN_AGGREGATE_PPS = 1 << 8,
	ECDN_XDP_OWN_AUTO = 1 << 9,    /* pps, bps and cps are those that region_learned follows
					  from, or less: see struct ecdn_xdp_learned */
};

enum ecdn_xdp_protect {
	ECDN_XDP_PROTECT_TCP = 1 << 0, /* at least one TCP port is protected */
	ECDN_XDP_PROTECT_UDP = 1 << 1, /* at least one UDP port is protected */
	ECDN_XDP_PROTECT_ALL = 1 << 2, /* every packet is protected, whatever its port */
};

/* Parts, as bits of config.parts. */
enum ecdn_xdp_part {
	ECDN_XDP_PART_TRUST = 1 << 0,
	ECDN_XDP_PART_GUARD = 1 << 1,
	ECDN_XDP_PART_STEER = 1 << 2,
	ECDN_XDP_PART_PING = 1 << 3,
	ECDN_XDP_PART_ORIGIN = 1 << 4,
};

/* config: every packet reads its first 64 bytes, a line of the cache that nobody writes
 * but a command. */
struct ecdn_xdp_config {
	__u32 abi;             /* ECDN_XDP_ABI; always the first word */
	__u32 generation;      /* grows with each change of config or region_limits by a command
				  or the agent */
	__u32 monitor;         /* 1: what would be dropped is counted and passes: monitor mode
				  is configured, or the tool is switched off */
	__u32 protect;         /* enum ecdn_xdp_protect */
	__u32 trusted;         /* prefixes in the trusted table; 0: no packet is looked up there */
	__u32 max_regions;     /* entries of per-region maps; of those by CPU, of each CPU */
	__u64 hash_seed;       /* a secret, so that sources cannot choose their bucket */
	__u32 parts;           /* enum ecdn_xdp_part: whose pins belong here; the pin of one
				  that is missing has been removed by somebody else */
	__u32 shield;          /* enum ecdn_xdp_shield */
	__u32 netns;           /* inode of the network namespace whose connections prove */
	__u32 listen_hook;     /* 1: steer counts connections where they are established, and
				  not where a listener is looked up */
	__u32 off;             /* 1: `ecdn-xdp off` holds, whatever is configured */
	__u32 monitor_wanted;  /* what is configured: 1: monitor mode */
	__u32 unguarded;       /* 1: no interface has the guard, so nobody is to be refused */
	__u32 capture;         /* dropped packets are captured until now_ns >> ECDN_XDP_CAPTURE_SPAN
				  comes to this number; 0: they are not. Whoever captures puts it
				  off again and again, so that it ends with that process; the
				  guard writes the 0 then */
	struct ecdn_xdp_limits default_limits; /* of regions without limits of their own */
	__u64 node_pps;        /* ceilings of each node's prefix: protected packets/s ... */
	__u64 node_cps;        /* ... and new connections/s; 0: none */
	__u64 allow_pps;       /* the same of each allowed prefix that is in no node's */
	__u64 allow_cps;
	__u64 ceiling_from_ns; /* packets above a ceiling may be dropped from this time on; 0:
				  no version has set the ceilings yet */
	__u64 reserved_more[3];
};

/* Whether a region is limited by what is proven, and if not, why. */
enum ecdn_xdp_shield {
	ECDN_XDP_SHIELD_UNSET,   /* pins of a version without it: limited by what arrives */
	ECDN_XDP_SHIELD_OFF,     /* as the operator asked: limited by what arrives */
	ECDN_XDP_SHIELD_ON,      /* limited by what is proven, shielded by what arrives */
	ECDN_XDP_SHIELD_NO_CGROUP, /* limited by what arrives: there is no cgroup of version 2 */
	ECDN_XDP_SHIELD_REFUSED, /* the same: the kernel did not attach the program */
	ECDN_XDP_SHIELD_NETNS,   /* the same: the guard is in several network namespaces */
	ECDN_XDP_SHIELD_MAX,
};

/* protected_ports: a port is protected if bit port % 8 of byte port / 8 is set. */
struct ecdn_xdp_protected_ports {
	__u8 tcp[8192];
	__u8 udp[8192];
};

/* region_name: an id keeps its name until `ecdn-xdp region forget`, or until ids run out and
 * nothing was counted of the region for 30 days. Ids in between may have no name. */
struct ecdn_xdp_region_name {
	char name[ECDN_XDP_NAME_SIZE]; /* NUL-terminated; empty: the id is not in use */
};

/*
 * region_state: written with the packets of the region, and when a command changes its
 * limits. In between it may be out of date, as when a region's users come through nodes alone: so
 * it tells what follows by itself, and a reader asks ecdn_xdp_state_at() what it is now.
 */
enum ecdn_xdp_state {
	ECDN_XDP_STATE_NORMAL,
	ECDN_XDP_STATE_LIMITED,
	ECDN_XDP_STATE_EXEMPT,
	ECDN_XDP_STATE_BLOCKED,
	ECDN_XDP_STATE_SHIELDED, /* a surge of what anybody can forge: nobody is refused */
	ECDN_XDP_STATE_MAX,
};

struct ecdn_xdp_region_state {
	__u32 state;           /* enum ecdn_xdp_state */
	__u32 next;            /* the state that follows at until_ns */
	__u64 since_ns;        /* when the region entered that state */
	__u64 until_ns;        /* when `next` follows if no further packet arrives; ~0: it does
				  not */
	__u64 next_until_ns;   /* when NORMAL follows upon `next` in the same way, as where a
				  block outlasts an exemption; ~0: it does not; 0: the same, as
				  an earlier version has written */
};

/* The state at that time if no packet has arrived since it was written. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_state_at(const volatile struct ecdn_xdp_region_state *state,
					       __u64 now_ns)
{
	__u64 next_until_ns = state->next_until_ns;
	__u32 is = state->state;

	if (is == ECDN_XDP_STATE_NORMAL || now_ns < state->until_ns)
		return is;
	return next_until_ns && now_ns >= next_until_ns ? (__u32)ECDN_XDP_STATE_NORMAL :
							  state->next;
}

/*
 * public_config: what readers without privileges may know of the configuration. Written
 * when a command has changed something.
 */
struct ecdn_xdp_public_config {
	__u32 abi;             /* ECDN_XDP_ABI; always the first word */
	__u32 monitor;         /* 1: nobody is to be refused */
	__u32 max_regions;
	__u32 gone;            /* 1: unloaded, and these maps have no pins any more */
	__u64 table_generation;   /* of region_lines; 0: no table is loaded */
	__u64 trusted_generation; /* of trusted_lines; 0: no table is loaded */
};

/*
 * request_stats, [CPU ids][max_regions]: requests that proxies report as answered.
 * Nobody else writes it; a process that may open it for writing can spoil these counts
 * and nothing else.
 */
struct ecdn_xdp_requests {
	__u64 requests;
	__u64 refused;         /* how many of these were answered with status 513 */
};

/* What was counted of some packets. */
struct ecdn_xdp_traffic {
	__u64 packets;
	__u64 bytes;           /* of whole frames, from the Ethernet header on */
};

struct ecdn_xdp_drops {
	struct ecdn_xdp_traffic blocked;    /* as the region is blocked */
	struct ecdn_xdp_traffic prefix_pps; /* in a surge, of prefixes above prefix_pps or of
					       wider ones above aggregate_pps */
	struct ecdn_xdp_traffic answer_cps; /* new connections above answer_cps while limited, or
					       above shield_cps while shielded */
	struct ecdn_xdp_traffic vlan_depth; /* more VLAN tags than are followed; region 0 alone */
	struct ecdn_xdp_traffic no_socket;  /* in a surge, TCP that no socket here knows of */
	struct ecdn_xdp_traffic trusted_pps; /* of nodes and allowed prefixes above a ceiling */
};

/* A CPU's share of a token bucket: the packets that may pass before it leases more. */
struct ecdn_xdp_credit {
	__u32 tokens;
	__u32 denied;          /* jiffy (low 32 bits) in which a lease was refused */
};

/* What a CPU leases at once from a token bucket (bpf/bucket.h). */
struct ecdn_xdp_lease {
	__u64 cost_ns;         /* what the batch costs, in ns of the bucket */
	__u64 depth_ns;        /* of the bucket */
	__u32 batch;           /* tokens; 0: there is no limit */
	__u32 reserved;
};

/*
 * region_cpu, [CPU ids][max_regions]: what a CPU has counted of a region, and what it keeps of
 * its limits between two hand-overs to region_rate. In a region that is not limited all packets
 * but the first of a jiffy touch the first 64 bytes, a line of the cache, alone.
 */
struct ecdn_xdp_region_cpu {
	__u64 packets;
	__u64 bytes;
	__u64 connections;     /* TCP SYN without ACK; QUIC Initial from a client */
	__u64 jiffies;         /* of the last hand-over */
	__u32 generation;      /* of the configuration that the state follows from */
	__u32 state;           /* enum ecdn_xdp_state, as of the last hand-over */
	__u32 load_packets;    /* protected packets since then ... */
	__u32 load_connections; /* ... the connections that they may open ... */
	__u64 load_bits;       /* ... and their bits */
	__u64 load_proven_bits; /* bits of those that belong to a socket ... */

	__u64 measured_ns;     /* time of the last hand-over */
	struct ecdn_xdp_lease prefix_lease; /* of each prefix's bucket */
	struct ecdn_xdp_lease answer_lease; /* of the region's bucket for answers */
	/* [0] for prefixes that behave, [1] for prefixes that flood */
	struct ecdn_xdp_credit answer_credit[2];
	struct ecdn_xdp_drops dropped;
	struct ecdn_xdp_drops would_drop; /* in monitor mode: packets that passed all the same */

	__u64 proven_packets;  /* of sockets, counted in a surge alone */
	__u64 proven_bytes;
	__u64 proven_connections; /* handshakes that were completed */
	__u64 proven_taken;    /* of these, how many were handed over */
	__u64 proven_jiffies;  /* when the program proven last handed over ... */
	__u64 proven_ns;       /* ... and the time */
	__u64 load_proven_packets; /* ... and their number, since the last hand-over */
	__u64 steered;         /* connections that the listener for 513 got */
	struct ecdn_xdp_lease aggregate_lease[2]; /* of each wider prefix's bucket */
	struct ecdn_xdp_credit known_credit; /* for addresses that have connected before */
};

/*
 * region_rate: the rates by which the limiter declares surges: of protected traffic,
 * over two sliding windows (bpf/rate.h). What is claimed is what arrives, before any drop;
 * what is proven belongs to a socket, or is a handshake that was completed.
 */
struct ecdn_xdp_load {
	__u64 packets;
	__u64 bits;
	__u64 connections;
};

struct ecdn_xdp_window {
	__u64 number;          /* of the current span: now_ns >> the span's bits */
	struct ecdn_xdp_load current;
	struct ecdn_xdp_load previous;
};

struct ecdn_xdp_rate {
	__u32 surge;           /* 1: a surge was declared and is not over; 2: it has stood for
				  grace_ns */
	__u32 pressed_us;      /* for how long it has stood, less half of the time it paused */
	__u64 surge_ns;        /* when it was declared, or last paused within its grace */
	__u64 below_ns;        /* every rate is below 80 % since then; 0: one is not */
	__u64 measured_ns;     /* when the last packets from any CPU were measured */
	__u64 judged_ns;       /* up to when pressed_us is */
	struct ecdn_xdp_window fast;
	struct ecdn_xdp_window slow;
};

struct ecdn_xdp_region_rate {
	struct bpf_spin_lock lock;
	__u32 reserved;
	struct ecdn_xdp_rate claimed;
	struct ecdn_xdp_rate proven;
	__u64 answer_ns;       /* the bucket of answer_cps and shield_cps: tokens are spent up to
				  this time */
};

/* region_history: what is kept of a region's past. The program proven writes it too, as it does
 * the next two maps. Peaks are written under the lock of the region's rate, the others under that
 * of change_head. */
struct ecdn_xdp_region_history {
	__u64 peak_pps;        /* the highest rates of what is claimed, over the slow window; */
	__u64 peak_bps;        /* looked at each time a new span of the fast one begins */
	__u64 peak_cps;
	__u64 peak_pps_ns;     /* when each was measured; 0: never */
	__u64 peak_bps_ns;
	__u64 peak_cps_ns;
	__u64 flap;            /* number of the last change, if it was one between NORMAL and
				  SHIELDED, else 0 */
	__u64 flap_ns;         /* when the first one that it stands for was */
};

/*
 * changes: the last ECDN_XDP_CHANGES changes of a region's state, written by whatever program
 * makes one. Change N stands at place N % ECDN_XDP_CHANGES; numbers begin at 1, and the last one
 * is in change_head. A reader copies a change and takes it only if its number is the same before
 * and after. Changes of one region are in the order of time_ns, and their numbers may not be.
 *
 * A state that ends while no packet comes makes no change here at once: region_state.until_ns
 * tells it. The next packet of the region makes a change that is `silent` and has that time.
 */
#define ECDN_XDP_CHANGES 4096
#define ECDN_XDP_FLAP_NS (60 * 1000000000ULL)

enum ecdn_xdp_measure {
	ECDN_XDP_MEASURE_NONE, /* a command made the change, or rates that fell, or a time that
				  was over */
	ECDN_XDP_MEASURE_PPS,
	ECDN_XDP_MEASURE_BPS,
	ECDN_XDP_MEASURE_CPS,
	ECDN_XDP_MEASURE_MAX,
};

struct ecdn_xdp_change {
	__u64 number;          /* 0: this place is empty, or is being written */
	__u64 time_ns;
	__u64 last_ns;         /* time of the last change that it stands for */
	__u64 rate;            /* what was measured ... */
	__u64 limit;           /* ... and the limit that it was held against; 0: none */
	__u64 until_ns;        /* of the new state, as in region_state */
	__u32 region;
	__u32 count;           /* changes between NORMAL and SHIELDED of a region within
				  ECDN_XDP_FLAP_NS are one entry: how many they are */
	__u8 from;             /* enum ecdn_xdp_state; of the first of them ... */
	__u8 to;               /* ... and of the last */
	__u8 measure;          /* enum ecdn_xdp_measure */
	__u8 proven;           /* 1: the rate is of what is proven; 0: of what is claimed */
	__u8 family;           /* of the packet that made the change: 4 or 6; 0: none did */
	__u8 silent;           /* 1: `from` ended by itself at time_ns, while no packet came */
	__u8 reserved[2];
	__u8 addr[16];         /* its source, network byte order; IPv4: the first four */
	__u64 reserved_more[2];
};

struct ecdn_xdp_change_head {
	struct bpf_spin_lock lock;
	__u32 reserved;
	__u64 number;          /* of the last change; 0: none */
};

/*
 * verbs: the last ECDN_XDP_VERBS commands that changed something. Traffic cannot turn this ring
 * over. Command N stands at place N % ECDN_XDP_VERBS; numbers begin at 1.
 */
#define ECDN_XDP_VERBS 1024

struct ecdn_xdp_verb {
	__u64 number;          /* 0: this place is empty */
	__u64 time_ns;
	__u32 login_uid;       /* as the kernel's audit knows it; ~0: unknown */
	__u32 uid;
	char user[32];         /* SUDO_USER, else the login's name, else that of uid;
				  NUL-terminated, as the others */
	char words[160];       /* the command line, from the verb on; what has no room is cut */
	char reason[96];
};

/* region_notes: what is known of a block or an exemption beyond its times. */
enum ecdn_xdp_note_kind {
	ECDN_XDP_NOTE_EXEMPT,
	ECDN_XDP_NOTE_BLOCK,
};

struct ecdn_xdp_note_key {
	__u32 region;
	__u32 kind;            /* enum ecdn_xdp_note_kind */
};

struct ecdn_xdp_note {
	__u64 since_ns;        /* when a command set it */
	__u32 login_uid;       /* as in struct ecdn_xdp_verb */
	__u32 from_file;       /* 1: a configuration file asked for it */
	char user[32];
	char reason[96];
	char lasts[32];        /* how long it lasts or until when, as it was written */
};

/*
 * region_until: of a block or an exemption whose end was given as a time of day. Its end in
 * region_limits, on the monotonic clock, is to be another one when the time of day is set.
 */
struct ecdn_xdp_until {
	__u64 until_ns;        /* since the epoch */
	__u64 end_ns;          /* what the limits have for that; if they have another end, a version
				  without this map has set it since, and it stays */
};

/*
 * region_learned: regions whose limits are learned (`limit: auto`), with limits.own having
 * ECDN_XDP_OWN_AUTO. The agent writes `learned` once a minute from what it has seen of the region;
 * the limit in force, in region_limits, is the least of the learned one, and of the operator's:
 * `fixed` where that bit of limits.own is set, else the default. [0] is packets/s, [1] bits/s, [2]
 * new connections/s, as in enum ecdn_xdp_measure less 1.
 *
 * What was learned of an hour of the night would refuse people in the morning, so it gives way by
 * itself if no agent renews it. limits.learned_until_ns is its end, ten minutes after the agent
 * wrote it, which each writing puts off. With the first packet of the region that comes to a
 * protected port from then on the guard puts in force what follows from `busiest` in the place of
 * `learned`, and sets limits.learned_until_ns to 0; until_ns stays. So a region whose row has an
 * until_ns and whose limits have no end has given way, whatever time it is, and stays so until the
 * agent writes again. A row whose until_ns is 0 has no end: an agent that ended in order, and left
 * the limits of the busiest hour, wrote it, or one of an earlier version.
 */
#define ECDN_XDP_LEARNED_MEASURES 3

struct ecdn_xdp_learned {
	__u64 fixed[ECDN_XDP_LEARNED_MEASURES]; /* the operator's; 0: no limit, if its bit of
				  limits.own is set */
	__u64 learned[ECDN_XDP_LEARNED_MEASURES]; /* 0: nothing is learned yet */
	__u64 peak[ECDN_XDP_LEARNED_MEASURES]; /* the busiest of the hours around this one */
	__u32 level[ECDN_XDP_LEARNED_MEASURES]; /* the last half hour by what is usual, in
				  thousandths */
	__u32 creep[ECDN_XDP_LEARNED_MEASURES]; /* what being limited for hours has added, in
				  thousandths; 1000: nothing */
	__u64 floor[ECDN_XDP_LEARNED_MEASURES]; /* no learned limit is below it */
	__u64 learned_ns;      /* when the agent last wrote these; 0: never */
	__u32 factor;          /* limit by peak, in thousandths */
	__u8 hour;             /* of the day, UTC, in the middle of the hours of the peak */
	__u8 days;             /* of history; below one nothing is learned */
	__u8 hours;            /* of history beyond these days */
	__u8 reserved;
	__u64 since_ns;        /* when a command had them learned, which the agent leaves as it is;
				  0: it is not known */
	__u64 until_ns;        /* what limits.learned_until_ns was set to with these; 0: no end */
	__u64 busiest[ECDN_XDP_LEARNED_MEASURES]; /* the learned limits of the busiest hour of the
				  day, none of which is below that of `learned` */
	__u64 reserved_more[1];
};

/*
 * region_sources: what the region table was read from, for `region reload`: the files from index 1
 * on, in their order, and options that were given. Each table has a map of its own.
 */
enum ecdn_xdp_source_index {
	ECDN_XDP_SOURCE_FILE = 1,
	ECDN_XDP_SOURCE_MMDB_FIELD = ECDN_XDP_SOURCE_FILE + ECDN_XDP_TABLE_SOURCES,
	ECDN_XDP_SOURCE_KEEP_LARGEST, /* a number */
	ECDN_XDP_SOURCE_KEEP,  /* NAME[,NAME]... */
	ECDN_XDP_SOURCE_REST,
	ECDN_XDP_SOURCE_GENERATION, /* of the table; another one's files are not known */
	ECDN_XDP_SOURCE_MAX,
};

struct ecdn_xdp_source {
	char path[1024];       /* absolute, or what an option says; NUL-terminated */
};

/*
 * prefixes, [CPU ids][ECDN_XDP_PREFIX_SETS]: the heavy source prefixes (/24, /48), by d-way
 * random admission. See bpf/prefix.h for the algorithm and its error bound. Way N of a set is
 * in use when key[N] is not 0.
 */
#define ECDN_XDP_PREFIX_SETS 4096
#define ECDN_XDP_PREFIX_WAYS 4

/*
 * A key is prefix << 16 | family << 14 | region; the prefix right-aligned. What regions in a surge
 * add: wider prefixes, and of limited ones the packets that belong to a socket, apart from those
 * of the same prefix that do not.
 */
#define ECDN_XDP_PREFIX_SHIFT 16
#define ECDN_XDP_PREFIX_V4 (1 << 14)
#define ECDN_XDP_PREFIX_V6 (2 << 14)
#define ECDN_XDP_PREFIX_WIDER (3 << 14) /* the prefix is kind << 40 | prefix, see below */
#define ECDN_XDP_PREFIX_FAMILY (3 << 14)
#define ECDN_XDP_PREFIX_REGION (ECDN_XDP_REGIONS_MAX - 1)
/* Of packets of sockets. Those of other packets of known addresses in 2000::/3, where all global
 * addresses are, have bit 47 of the prefix set. */
#define ECDN_XDP_PREFIX_PROVEN_V6 (0 << 14)
#define ECDN_XDP_PREFIX_KNOWN_V6 (1ULL << 47)
/* The same of what belongs to sockets and is above prefix_pps, which counts twice, therefore. */
#define ECDN_XDP_PREFIX_MORE_V6 (1ULL << 46)
/* The same of what completes SYN cookies. */
#define ECDN_XDP_PREFIX_COOKIE_V6 (3ULL << 45)

enum ecdn_xdp_prefix_kind {
	ECDN_XDP_PREFIX_V4_20 = 1,
	ECDN_XDP_PREFIX_V6_40,
	ECDN_XDP_PREFIX_V6_32,
	ECDN_XDP_PREFIX_PROVEN_V4, /* a /24, of packets of sockets */
	ECDN_XDP_PREFIX_KNOWN_V4, /* a /24, of other packets of addresses that are known */
	ECDN_XDP_PREFIX_MORE_V4, /* a /24, of what is PROVEN_V4 and above prefix_pps */
	ECDN_XDP_PREFIX_COOKIE_V4, /* the same of what completes SYN cookies */
};

struct ecdn_xdp_prefix {
	__u64 packets;         /* since the prefix was admitted, as the bytes */
	__u64 bytes;
	__u64 last_seen_ns;
	struct ecdn_xdp_credit credit; /* under prefix_pps */
};

struct ecdn_xdp_prefix_set {
	__u64 key[ECDN_XDP_PREFIX_WAYS];
	__u32 weight[ECDN_XDP_PREFIX_WAYS]; /* defends a way against eviction */
	__u32 epoch;           /* weights are halved once per epoch */
	__u32 sampled;         /* bit N: way N's counts are estimates, see bpf/prefix.h */
	__u16 alone[ECDN_XDP_PREFIX_WAYS]; /* of a prefix that finds no bucket: tokens are spent
				  up to this time, in units of 2^19 ns */
	struct ecdn_xdp_prefix prefix[ECDN_XDP_PREFIX_WAYS];
};

/* prefix_buckets: the token buckets of prefixes that meet the limiter, for all CPUs. */
#define ECDN_XDP_BUCKET_SETS 8192
#define ECDN_XDP_BUCKET_WAYS 4

#define ECDN_XDP_BUCKET_APART (1 << 14) /* of a share that is proven, or of known addresses */

struct ecdn_xdp_bucket {
	__u64 key;             /* hash of the prefix << 15 | ECDN_XDP_BUCKET_APART | region */
	__u64 spent_ns;        /* tokens are spent up to this time */
};

struct ecdn_xdp_bucket_set {
	struct bpf_spin_lock lock;
	struct ecdn_xdp_bucket bucket[ECDN_XDP_BUCKET_WAYS];
};

/*
 * known: addresses that have completed a handshake with this host in the last 9 to 18 minutes,
 * as a Bloom filter. A hash of the address (IPv4), or of its /64 (IPv6), and of config.hash_seed
 * chooses a line, and two cells of it. Each holds the number of the span of 2^39 ns, 9 minutes,
 * in which it was last set, from 1 to 255 and from 1 again: so nobody needs to clear it, and
 * CPUs can set cells of one line at a time. For 18 minutes after 39 hours an old cell counts again.
 */
#define ECDN_XDP_KNOWN_LINES (1 << 15)
#define ECDN_XDP_KNOWN_SPAN 39

struct ecdn_xdp_known_line {
	__u8 cell[64];
};

/*
 * armed: local addresses and ports at which this host has seen a connection in the last 20
 * minutes (ECDN_XDP_ARMED_NS). To these alone the guard looks for a packet's socket, and it drops
 * what has none only when look-ups have found enough sockets.
 */
#define ECDN_XDP_ARMED_MAX 4096
#define ECDN_XDP_ARMED_FOUND 16        /* look-ups that must have found a socket */
#define ECDN_XDP_ARMED_NS (1200 * 1000000000ULL)

struct ecdn_xdp_armed_key {
	__u8 addr[16];         /* network byte order; IPv4: the first four, then zeros */
	__u16 port;
	__u8 family;           /* 4 or 6 */
	__u8 reserved;
};

struct ecdn_xdp_armed {
	__u64 connected_ns;    /* when a connection was last seen, exact to a minute */
	__u64 found;           /* look-ups that found a socket, sampled in normal times ... */
	__u64 missed_known;    /* ... that found none for an address which is known ... */
	__u64 missed;          /* ... and that found none for another one, which may be forged */
	__u64 missed_bits;     /* bit N: of addresses that were known, one whose owner's hash is
				  N: an IPv4 address, or a /48 */
	__u64 disarmed_ns;     /* when known addresses had no socket too often, as their packets
				  go elsewhere: for ECDN_XDP_ARMED_NS nothing is dropped for
				  want of one; 0: no */
};

/* shield_ifaces: the interfaces by which what the guard has seen reaches sockets: those that have
 * it, VLANs upon them, and bonds, bridges and VRFs all of whose ports are among these. The value
 * is 1. */
#define ECDN_XDP_SHIELD_IFACES_MAX 4096

/* fast_opens: sockets that TCP Fast Open has made for a SYN alone. They prove something once the
 * first ACK has come. The value is 1 from then on. */

/*
 * steer_listeners: to which listener new connections to a protected port go when their
 * region is limited or blocked. The key's family is the listener's: where a connection's
 * family has no listener, the other family's is tried, as one of [::] without IPV6_V6ONLY
 * serves both.
 */
#define ECDN_XDP_STEER_MAX 256
#define ECDN_XDP_STEER_SOCKETS 16      /* of a listener: each SO_REUSEPORT worker has one */

struct ecdn_xdp_steer_key {
	__u16 port;            /* the protected port that connections come to */
	__u8 protocol;         /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 family;           /* 4 or 6 */
};

struct ecdn_xdp_steer {
	__u32 first_socket;    /* index of its first socket in steer_sockets */
	__u16 listener_port;
	__u16 reserved;
	__u8 listener_addr[16]; /* network byte order; IPv4: the first four */
};

/*
 * steer_sockets, [ECDN_XDP_STEER_MAX][ECDN_XDP_STEER_SOCKETS]: a value is a socket, and
 * read as its cookie. A socket that is closed leaves the map by itself; one that is shut down may
 * stay, and be in two places once it listens again.
 */

/*
 * steer_rules, by first_socket / ECDN_XDP_STEER_SOCKETS: whose sockets belong into that row of
 * steer_sockets. The program listen puts a socket there when it begins to listen.
 */
struct ecdn_xdp_steer_rule {
	__u8 listener_addr[16]; /* network byte order; IPv4: the first four */
	__u16 listener_port;
	__u16 port;            /* the protected port */
	__u8 protocol;         /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 family;           /* the listener's, 4 or 6; 0: there is no rule */
	__u16 reserved;
	__u32 netns;           /* inode of the network namespace of the listener; 0: unknown */
	/* Who may own the sockets besides root; 0: nobody. */
	__u32 user;            /* the uid that the operator has named ... */
	__u32 port_user;       /* ... and that of the port's own server, if other users may not
				  take its place */
};

/*
 * steer_marks: sockets in steer_sockets, and what they accept. A connection which arrives at
 * another port or address than its listener waits at was steered.
 */
struct ecdn_xdp_steer_mark {
	__u32 addr_be[4];      /* of the listener; IPv4: the first one; zeros: any */
	__u16 port;
	__u8 family;           /* 4 or 6 */
	__u8 reserved;
};

/*
 * steer_stats: the key's family is the connection's. While config.listen_hook is 1, each TCP
 * connection that was steered counts once, when it is established. Otherwise, in the other
 * members, and for UDP each look-up of a listener by the kernel counts: a SYN, also one that is
 * sent again, the ACK that completes a SYN cookie, and every datagram.
 */
struct ecdn_xdp_steer_stats {
	__u64 steered;
	__u64 no_socket;       /* not steered, as no socket of the listener is open */
	__u64 refused;         /* not steered, as the socket does not serve this family */
	__u64 would_steer;     /* not steered, as monitor mode is on or no interface guarded */
};

/*
 * trusted_rates: by a prefix's index in the trusted table, what of a node or an allowed prefix
 * has come to protected ports, and the token buckets of its ceilings. The agent makes a row for
 * each prefix of the list, and no packet makes any. A row whose key has ECDN_XDP_NODE_CARRIED too
 * holds what was counted before the map was replaced by a larger one: a reader adds both rows up,
 * and the lines of trusted_cpu that have the index and the row's `born`.
 */
struct ecdn_xdp_trusted_rate {
	struct bpf_spin_lock lock;
	__u32 born;            /* tells rows apart that had the index one after the other; not 0 */
	__u64 packets;         /* all, those above a ceiling too */
	__u64 bytes;
	__u64 connections;     /* that they may open */
	__u64 over_packets;    /* above a ceiling: judged by the limits of their region ... */
	__u64 over_bytes;      /* ... and dropped only if those say so */
	__u64 last_seen_ns;    /* 0: never */
	__u64 pps_ns, cps_ns;  /* the buckets of both ceilings: tokens are spent up to this time */
	__u64 span;            /* number of the current span of the rate: time >> 30 */
	__u32 span_packets[2]; /* [0] in the current span, [1] in the one before */
	__u32 span_connections[2];
	__u64 reserved[4];
};

/*
 * trusted_cpu, [CPU ids][ECDN_XDP_TRUSTED_LINES]: what a CPU has counted of prefixes since it
 * last handed over to trusted_rates, which it does in each jiffy that has packets. A prefix has
 * the line that a hash of its index over a secret names; of those that share it the last one that
 * came has it.
 */
#define ECDN_XDP_TRUSTED_LINES 1024

struct ecdn_xdp_trusted_line {
	__u32 key;             /* ECDN_XDP_ENTRY_NODE and _NO_NODE of a leaf; 0: nobody's */
	__u32 jiffy;           /* of the last hand-over (low 32 bits) */
	__u32 packets;         /* since then, as the others */
	__u32 connections;
	__u64 bytes;
	__u32 over_packets;
	__u32 born;            /* of the row that these belong to; 0: there was none */
	__u64 over_bytes;
	struct ecdn_xdp_credit pps, cps; /* leases from the buckets of the ceilings */
	__u64 seen_ns;         /* the last packet; exact to one jiffy */
};

/* trusted_ceilings: ceilings of a prefix's own, by its index. Others are those in config. */
#define ECDN_XDP_TRUSTED_CEILINGS_MAX 4096

enum ecdn_xdp_ceiling_own {
	ECDN_XDP_CEILING_PPS = 1 << 0,
	ECDN_XDP_CEILING_CPS = 1 << 1,
};

struct ecdn_xdp_trusted_ceiling {
	__u64 pps;             /* packets/s; 0: none */
	__u64 cps;             /* new connections/s; 0: none */
	__u32 own;             /* enum ecdn_xdp_ceiling_own: which of them are set */
	__u32 reserved;
};

/* ping_config: what becomes of ICMP and ICMPv6 echo requests. */
enum ecdn_xdp_ping_mode {
	ECDN_XDP_PING_ANSWER,  /* a node's request is turned into its reply and sent back */
	ECDN_XDP_PING_PASS,    /* it goes on to the host's stack, with ECDN_XDP_PING_MARK */
	ECDN_XDP_PING_MAX,
};

/* Bits that are set in the mark of a node's request that goes on to the stack. */
#define ECDN_XDP_PING_MARK 0x0ec00000U

struct ecdn_xdp_ping_config {
	__u32 mode;            /* enum ecdn_xdp_ping_mode */
	__u32 only_nodes;      /* 1: requests to this host that come from no node are dropped,
				  unless config.off is 1 */
	__u64 rate;            /* requests/s of a node that are answered or go on */
	__u64 burst;           /* requests of a node that may come at once */
	__u8 ttl;              /* of IPv4 answers */
	__u8 hop_limit;        /* of IPv6 answers on interfaces without their own */
	__u8 reserved[6];
};

/* ping_interfaces: the hop limit of IPv6 answers that leave by an interface, as routers or the
 * operator have set it. The key is the interface's index. */
#define ECDN_XDP_PING_INTERFACES_MAX 4096

struct ecdn_xdp_ping_interface {
	__u8 hop_limit;
	__u8 reserved[3];
};

/*
 * local_addresses: this host's own unicast addresses when a command last wrote them;
 * requests to other addresses are not answered. The family comes first in the prefix, so
 * that an address of one cannot match the other's.
 */
#define ECDN_XDP_LOCAL_MAX 4096

struct ecdn_xdp_local_key {
	__u32 prefix_len;      /* 32 bits of the family, and those of the address */
	__u32 family;          /* 4 or 6 */
	__u8 addr[16];         /* network byte order; IPv4: the first four */
};

/*
 * node_stats: by the node's index (struct ecdn_xdp_trusted_row), of nodes that have sent a
 * request. A node that is taken off the list loses its row.
 */
struct ecdn_xdp_node_stats {
	__u64 requests;        /* echo requests to this host: the sum of the next two */
	__u64 answered;        /* answered, or passed to the stack with the mark */
	__u64 over_rate;       /* dropped, as they came faster than ping_config.rate; left to the
				  stack while config.off is 1 */
	__u64 bytes;           /* of requests, from the Ethernet header on */
	__u64 first_seen_ns;   /* by this CPU; 0: never */
	__u64 last_seen_ns;
	__u32 denied;          /* jiffy (low 32 bits) in which the bucket was empty */
	__u32 reserved;
};

/* The row of a node whose key has this bit too holds what was counted before the map was
 * replaced by a larger one: a reader adds both rows up. */
#define ECDN_XDP_NODE_CARRIED 0x80000000U

/* node_buckets: by the node's index, its token bucket, shared by all CPUs. */
struct ecdn_xdp_node_bucket {
	struct bpf_spin_lock lock;
	__u32 reserved;
	__u64 spent_ns;        /* tokens are spent up to this time */
};

/*
 * ping_events: echo requests that came from no node or went to another host, and reasons
 * why a node's request was left to the stack. An IPv6 packet that may hide a request is
 * counted as one: behind more headers than are followed, or in the fragment after the
 * first.
 */
struct ecdn_xdp_ping_events {
	__u64 stranger;        /* from no node: left to the host's own policy */
	__u64 stranger_dropped; /* from no node: dropped, as only_nodes is set */
	__u64 not_local;       /* to an address that is not this host's */
	__u64 fragment;        /* from a node, in fragments */
	__u64 options;         /* from a node, with a source route or IPv6 extension headers */
	__u64 truncated;       /* the packet ends before its ICMP header does */
	__u64 give_up;         /* from a node, and cannot be answered: no room for its counters, a
				  frame that is read-only, or one whose source MAC is a group's */
};

/* cpu_events: reasons why packets passed without a region, and what the guard gave up. */
struct ecdn_xdp_events {
	/* These packets have no region: they pass, and are counted here alone. */
	__u64 arp;
	__u64 other_ethertype;
	__u64 truncated;       /* the packet ends before its IP header does */
	__u64 bad_header;      /* a version or header length that cannot be */
	/* These are counted in their region too, but their ports cannot be seen. */
	__u64 vlan_depth;      /* more VLAN tags than are followed; the region is 0 */
	__u64 fragment;        /* any fragment but the first */
	__u64 upper_truncated; /* the packet ends before its ports do */
	__u64 ext_headers;     /* more IPv6 extension headers than are followed */
	/* Something that the guard needs was missing. */
	__u64 no_table;        /* no table is loaded: the packet is counted in region 0 */
	__u64 bucket_evicted;  /* prefix_buckets had no room: a bucket in use went to another
				  prefix, within a region with what it holds, else full */
	__u64 map_missing;     /* a lookup that cannot fail did: the packet passes */
	/* In a surge, TCP packets that open nothing and have no socket, and are not dropped as
	 * no_socket. They are judged afterwards, and prefix_pps may drop them. */
	__u64 cookie;          /* they complete a SYN cookie */
	__u64 known;           /* their address has connected before */
	/* Connections that prove nothing, as they came by an interface without the guard. */
	__u64 unproven;
	/* Others use all buckets of a set: each CPU limits the prefix by itself. */
	__u64 bucket_full;
	__u64 reserved[1];
};

/*
 * cpu, by the CPU's id: its clock, which saves a packet the kernel's, and whether it samples.
 * A jiffy's first packet on the CPU brings it up to date.
 */
struct ecdn_xdp_cpu {
	__u64 jiffies;
	__u64 now_ns;          /* CLOCK_MONOTONIC, as of the jiffy's first packet */
	__u64 random;          /* xorshift64 state */
	__u64 span_ns;         /* when the present span of 2^ECDN_XDP_CPU_SPAN ns began */
	__u32 packets;         /* since then, with a region */
	__u32 sampled;         /* 1: one packet in ECDN_XDP_PREFIX_STEP is accounted to its
				  source prefix, unless its region is limited */
	__u32 skip;            /* packets until the next one that is */
	__u32 looks_up;        /* 1: the guard looks for a socket, which is no connection */
	__u64 sampled_jiffies; /* in which the guard last looked for one in normal times */
	__u64 reserved_more;
};

/*
 * capture_rule: which dropped packets are sent to capture_packets, while config.capture says so.
 * What is sent is a struct ecdn_xdp_captured, and the first snap_bytes of the frame.
 */
#define ECDN_XDP_CAPTURE_SPAN 30       /* 2^30 ns: 1.07 s */
#define ECDN_XDP_CAPTURE_SNAP_MAX 2048

/* Reasons of drops, as bits; the members of struct ecdn_xdp_drops in their order. */
enum ecdn_xdp_drop_reason {
	ECDN_XDP_DROP_BLOCKED,
	ECDN_XDP_DROP_PREFIX_PPS,
	ECDN_XDP_DROP_ANSWER_CPS,
	ECDN_XDP_DROP_VLAN_DEPTH,
	ECDN_XDP_DROP_NO_SOCKET,
	ECDN_XDP_DROP_TRUSTED_PPS,
	ECDN_XDP_DROP_MAX,
};

struct ecdn_xdp_capture_rule {
	__u32 region;          /* ~0: all */
	__u32 reasons;         /* bit N: reason N of enum ecdn_xdp_drop_reason */
	__u32 snap_bytes;      /* of each frame, at most ECDN_XDP_CAPTURE_SNAP_MAX */
	__u32 per_jiffy_q16;   /* packets that a CPU may send in a jiffy, times 65536 */
	__u64 reserved[2];
};

/* capture_cpu: what a CPU has met since the capture began; whoever captures clears it. */
struct ecdn_xdp_capture_cpu {
	__u64 jiffies;         /* of the last packet that was asked about */
	__u64 credit_q16;      /* packets that may be sent, times 65536 */
	__u64 matched;         /* dropped packets that the rule names ... */
	__u64 sent;            /* ... and how many of them were sent; others were too many ... */
	__u64 failed;          /* ... or failed, as the reader is gone or does not keep up */
	__u64 reserved[3];
};

struct ecdn_xdp_captured {
	__u64 time_ns;         /* exact to the nanosecond */
	__u64 matched;         /* this CPU's, with this packet */
	__u64 sent;
	__u32 region;
	__u32 reason;          /* enum ecdn_xdp_drop_reason */
	__u32 bytes;           /* of the whole frame */
	__u32 snap_bytes;      /* of it that follow */
	__u32 ifindex;
	__u32 queue;
	__u32 cpu;
	__u32 monitor;         /* 1: it passed all the same */
};

#define ECDN_XDP_CPU_SPAN 25           /* 2^25 ns: 34 ms */
#define ECDN_XDP_PREFIX_STEP 8         /* what a sampled packet counts for */
/* Packets of a CPU in a span from which on it samples: 250,000 a second. */
#define ECDN_XDP_CPU_BUSY (250000ULL * (1 << ECDN_XDP_CPU_SPAN) / 1000000000)

ECDN_XDP_SIZE(struct ecdn_xdp_limits, 128);
ECDN_XDP_SIZE(struct ecdn_xdp_config, 256);
ECDN_XDP_SIZE(struct ecdn_xdp_protected_ports, 16384);
ECDN_XDP_SIZE(struct ecdn_xdp_region_state, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_public_config, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_requests, 16);
ECDN_XDP_SIZE(struct ecdn_xdp_steer_key, 4);
ECDN_XDP_SIZE(struct ecdn_xdp_steer, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_steer_rule, 36);
ECDN_XDP_SIZE(struct ecdn_xdp_steer_mark, 20);
ECDN_XDP_SIZE(struct ecdn_xdp_steer_stats, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_region_cpu, 448);
ECDN_XDP_SIZE(struct ecdn_xdp_cpu, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_region_rate, 320);
ECDN_XDP_SIZE(struct ecdn_xdp_region_history, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_change, 96);
ECDN_XDP_SIZE(struct ecdn_xdp_change_head, 16);
ECDN_XDP_SIZE(struct ecdn_xdp_verb, 312);
ECDN_XDP_SIZE(struct ecdn_xdp_note_key, 8);
ECDN_XDP_SIZE(struct ecdn_xdp_note, 176);
ECDN_XDP_SIZE(struct ecdn_xdp_until, 16);
ECDN_XDP_SIZE(struct ecdn_xdp_source, 1024);
ECDN_XDP_SIZE(struct ecdn_xdp_learned, 184);
ECDN_XDP_SIZE(struct ecdn_xdp_capture_rule, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_capture_cpu, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_captured, 56);
ECDN_XDP_SIZE(struct ecdn_xdp_prefix_set, 192);
ECDN_XDP_SIZE(struct ecdn_xdp_bucket_set, 72);
ECDN_XDP_SIZE(struct ecdn_xdp_known_line, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_armed_key, 20);
ECDN_XDP_SIZE(struct ecdn_xdp_armed, 48);
ECDN_XDP_SIZE(struct ecdn_xdp_trusted_rate, 128);
ECDN_XDP_SIZE(struct ecdn_xdp_trusted_line, 64);
ECDN_XDP_SIZE(struct ecdn_xdp_trusted_ceiling, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_ping_config, 32);
ECDN_XDP_SIZE(struct ecdn_xdp_ping_interface, 4);
ECDN_XDP_SIZE(struct ecdn_xdp_local_key, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_node_stats, 56);
ECDN_XDP_SIZE(struct ecdn_xdp_node_bucket, 16);
ECDN_XDP_SIZE(struct ecdn_xdp_ping_events, 56);
ECDN_XDP_SIZE(struct ecdn_xdp_events, 128);

#endif
