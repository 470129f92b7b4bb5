/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp.h - libecdn-xdp: what a proxy asks the guard. From which region is
 * this address, is that region limited or blocked now, is this peer one of the
 * platform's intermediate nodes? And what a proxy tells of its origins' answers.
 *
 * Answers come from memory shared with the kernel: a question costs no system
 * call, no lock and no allocation. Once a second, and when ecdn-xdp has put
 * another table in place, one question looks at the pins and maps what is new.
 * Pins that are missing are no error: the answer is ECDN_XDP_PASS, the reason is
 * logged once, and pins that appear are picked up.
 *
 * A client that is NULL, as ecdn_xdp_open() returns it where it fails, may be given to every
 * function: it lets everybody pass, so that a proxy without a guard answers as usual.
 *
 * Threads: all functions but ecdn_xdp_open() and ecdn_xdp_close() may be called by
 * any number of threads at once. After fork() each process goes on by itself; fork
 * while no other thread is inside a call.
 *
 * Privileges: none from Linux 5.19 on. Before that the kernel opens pins for CAP_BPF
 * alone: open the client in the privileged parent and let the workers inherit it. The
 * workers then keep the region table of that time, and follow the regions' states. The
 * same holds where /sys/fs/bpf is closed to others (mode 0700, as systemd mounts it),
 * but there workers follow new tables too, until `ecdn-xdp unload --all`.
 */
#ifndef ECDN_XDP_H
#define ECDN_XDP_H

#include <stddef.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a region's name, its terminating NUL included. */
#define ECDN_XDP_REGION_NAME_SIZE 16

/* The HTTP status that refuses a request because its region surges. */
#define ECDN_XDP_STATUS 513

enum ecdn_xdp_verdict {
	ECDN_XDP_PASS,          /* answer as usual */
	ECDN_XDP_LIMITED,       /* the region surges: answer with ECDN_XDP_STATUS */
	ECDN_XDP_BLOCKED,       /* the region is blocked: answer with ECDN_XDP_STATUS */
};

struct ecdn_xdp_region {
	unsigned int id;        /* 0: no region is known for the address */
	char name[ECDN_XDP_REGION_NAME_SIZE]; /* NUL-terminated; "--" for id 0 */
};

/* Why a verdict is what it is. Later versions may have more reasons, at the end. */
enum ecdn_xdp_reason {
	ECDN_XDP_REASON_NO_GUARD,  /* passes: no guard answers; ecdn_xdp_ready() tells why */
	ECDN_XDP_REASON_NO_ADDRESS, /* passes: neither an IPv4 nor an IPv6 address */
	ECDN_XDP_REASON_NORMAL,    /* passes: the region is below its limits */
	ECDN_XDP_REASON_SHIELDED,  /* passes: what surges may be forged, so nobody is refused */
	ECDN_XDP_REASON_EXEMPT,    /* passes: `ecdn-xdp exempt` */
	ECDN_XDP_REASON_ALLOWED,   /* passes: `ecdn-xdp allow`, whatever the region's state */
	ECDN_XDP_REASON_NODE,      /* passes: an intermediate node, whatever the region's state */
	ECDN_XDP_REASON_LOOPBACK,  /* passes: this host's own, while `--` is refused */
	ECDN_XDP_REASON_MONITOR,   /* passes: would be refused, but nobody is: monitor mode, the
				      guard is switched off or on no interface */
	ECDN_XDP_REASON_LIMITED,   /* refused: the region surges */
	ECDN_XDP_REASON_BLOCKED,   /* refused: `ecdn-xdp block` */
};

/* The longest time after which a refused client is told to try again, in seconds: a day. */
#define ECDN_XDP_RETRY_AFTER_MAX 86400

/*
 * All that the guard tells of an address. Later versions may have more members, at the end:
 * the library fills those that it and the caller both know, and sets others to 0.
 */
struct ecdn_xdp_info {
	size_t size;            /* set by the caller: sizeof(struct ecdn_xdp_info) */
	enum ecdn_xdp_verdict verdict;
	enum ecdn_xdp_reason reason;
	struct ecdn_xdp_region region;
	/* The region's state, as `ecdn-xdp stats` names it: "normal", "shielded", "limited",
	 * "exempt" or "blocked"; "unknown" where no guard answers. Never freed, never NULL. */
	const char *state;
	long long since_ms;     /* for how long, in milliseconds; -1: not known */
	/* When that state ends by itself, in milliseconds from now; -1: not by itself, or not
	 * known. A surge that goes on moves its end. */
	long long until_ms;
	/* For the header Retry-After, in seconds: the same time, rounded up, from 1 to
	 * ECDN_XDP_RETRY_AFTER_MAX. 0: the address is not refused, or has no such time. */
	unsigned int retry_after;
};

/*
 * What became of one attempt to get an answer from an origin. 502 and 504 that a proxy makes
 * itself are no answers of the origin: they are one of the others.
 */
enum ecdn_xdp_origin_result {
	ECDN_XDP_RESULT_ANSWERED, /* with a status, and as far as it is known, completely */
	ECDN_XDP_RESULT_NO_CONNECT, /* TCP could not connect, or the TLS handshake failed */
	ECDN_XDP_RESULT_NO_ANSWER, /* connected, and closed before any byte of an answer */
	ECDN_XDP_RESULT_MALFORMED, /* what came is no answer: a status line or header that cannot
				      be, or the end before the header's */
	ECDN_XDP_RESULT_TRUNCATED, /* the status came, and the body ended too early */
	ECDN_XDP_RESULT_TIMED_OUT, /* the proxy gave up before it had the header */
};

struct ecdn_xdp_client;

/* Logs one line, given without a line end; any thread that asks a question may call it. */
typedef void ecdn_xdp_say(void *context, const char *message);

/*
 * Opens what is pinned in pin_dir, an absolute path; NULL: /sys/fs/bpf/ecdn-xdp.
 * say logs what the operator should know; NULL: to standard error. Returns a client
 * that ecdn_xdp_close() frees, or NULL with errno EINVAL for a path that cannot be, or
 * ENOMEM. Pins that are missing are no error.
 */
struct ecdn_xdp_client *ecdn_xdp_open(const char *pin_dir, ecdn_xdp_say *say, void *context);
void ecdn_xdp_close(struct ecdn_xdp_client *client);

/* The version of the library that runs, such as "0.1.0"; never freed. */
const char *ecdn_xdp_version(void);

/*
 * 0 if answers come from the guard; else the reason why they are all ECDN_XDP_PASS, a
 * negative errno: -ENOENT nothing is loaded, -EACCES or -EPERM the pins may not be
 * opened, -EPROTO they are of another ABI than this library, -EKEYREJECTED the directory
 * was made by somebody else than root, -EINVAL client is NULL.
 */
int ecdn_xdp_ready(struct ecdn_xdp_client *client);

/*
 * What to do with a request from address, an AF_INET or AF_INET6 one in network byte
 * order as sockets give it; an IPv4-mapped one is IPv4. Other families pass. Allowed
 * prefixes and intermediate nodes pass, and so do loopback addresses that have no region,
 * and everybody in monitor mode. A NULL address passes.
 * *region, unless NULL, becomes the region whatever the verdict.
 */
enum ecdn_xdp_verdict ecdn_xdp_verdict(struct ecdn_xdp_client *client,
				       const struct sockaddr *address,
				       struct ecdn_xdp_region *region);

/*
 * The same verdict with its reason, and until when it holds, for logs and Retry-After: a
 * second question about the same address may have another answer. info->size must be set;
 * info may be NULL. Costs what ecdn_xdp_verdict() costs, without a system call.
 */
enum ecdn_xdp_verdict ecdn_xdp_verdict_info(struct ecdn_xdp_client *client,
					    const struct sockaddr *address,
					    struct ecdn_xdp_info *info);

/* 1 if address is one of the intermediate nodes (`ecdn-xdp node`), else 0. */
int ecdn_xdp_is_node(struct ecdn_xdp_client *client, const struct sockaddr *address);

/*
 * Counts a request that was answered with an HTTP status, for `ecdn-xdp stats`:
 * region is the id that ecdn_xdp_verdict() gave; ECDN_XDP_STATUS counts as refused.
 * 0; -ENOENT without a guard or for an id that cannot be, -EACCES where this process
 * may not write the counts, which `ecdn-xdp load --proxy-group GROUP` allows, -EINVAL if
 * client is NULL.
 */
int ecdn_xdp_count(struct ecdn_xdp_client *client, unsigned int region, int status);

/*
 * Counts one attempt to get an answer from an origin, for `ecdn-xdp origin`: what the proxy
 * alone knows, as nobody else sees inside TLS. origin is the address and port that the proxy
 * connected to, of AF_INET or AF_INET6 as sockets give it; an IPv4-mapped one is IPv4. Nothing
 * is counted of loopback addresses, to which no connection is observed. what is of enum
 * ecdn_xdp_origin_result. status is the HTTP status that the origin sent, and counts where what
 * is ANSWERED or TRUNCATED; else it is ignored.
 *
 * It needs the observer (`ecdn-xdp load --origin`), and no guard. An origin has a row there from
 * the first connection on that the observer sees; what is said of others counts in the row "--".
 * No system call; an address that is met for the first time costs a search of all rows,
 * microseconds, as does one without a row once a second.
 *
 * 0; -ENOENT without an observer, or if it is not of this library's version; -EACCES where this
 * process may not write the counts, which `ecdn-xdp load --proxy-group GROUP` allows; -EINVAL if
 * client or origin is NULL, the address of another family, or what is none of these.
 */
int ecdn_xdp_origin_count(struct ecdn_xdp_client *client, const struct sockaddr *origin, int what,
			  int status);

#ifdef __cplusplus
}
#endif

#endif
