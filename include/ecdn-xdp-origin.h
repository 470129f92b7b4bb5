/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp-origin.h - the values of the origin observer's maps, of which ecdn-xdp-maps.h has the
 * table: what becomes of the connections that this host makes to a watched port.
 *
 * A connection's record hangs on its socket, so nothing that comes from outside makes one. An
 * origin is an address and a port, and has a row of ECDN_XDP_ORIGINS; row 0 stands for those that
 * have none of their own. A connection whose origin loses its row meanwhile has begun in that and
 * ends in row 0, where more may have ended than begun. Units, byte order and the ABI are those of
 * ecdn-xdp-maps.h.
 */
#ifndef ECDN_XDP_ORIGIN_H
#define ECDN_XDP_ORIGIN_H

#include <linux/bpf.h>
#include <linux/types.h>

#include "ecdn-xdp-table.h"

#define ECDN_XDP_ORIGINS 4096
#define ECDN_XDP_ORIGIN_NONE_NAME "--"
#define ECDN_XDP_ORIGIN_NAME_SIZE 64   /* bytes of a name, its terminating NUL included */

/* A socket with this mark (SO_MARK) is not watched: a probe's failures are not its origin's. */
#define ECDN_XDP_ORIGIN_MARK 0x0ec00001U

struct ecdn_xdp_origin_key {
	__u8 addr[16];         /* network byte order; IPv4: the first four, then zeros */
	__u16 port;            /* in origin_names alone 0: every watched port */
	__u8 family;           /* 4 or 6; 0: the row is free */
	__u8 reserved;
};

/* A value of origin_keys as it lies where that map is mapped: the kernel gives each a multiple of 8
 * bytes. */
struct ecdn_xdp_origin_place {
	struct ecdn_xdp_origin_key key;
	__u32 reserved;
};

/* origin_config: what is watched. */
struct ecdn_xdp_origin_config {
	__u32 content;         /* 1: TLS records and HTTP heads are read; 0: sockets alone */
	__u32 netns;           /* inode of the network namespace that is watched; 0: all */
	__u64 since_ns;        /* when the observer was first loaded: connections that were open
				  then are not seen */
	__u8 ports[8192];      /* bit port % 8 of byte port / 8: connections to that port */
	__u8 plain[8192];      /* the same: of these, ports of HTTP without TLS, where content does
				  not tell */
};

/* origin_names: what the operator has named. Such an origin is never displaced. */
struct ecdn_xdp_origin_name {
	char name[ECDN_XDP_ORIGIN_NAME_SIZE]; /* NUL-terminated, as sni */
	char sni[ECDN_XDP_ORIGIN_NAME_SIZE]; /* host name for a probe; empty: the name,
						if it is one */
};

/* How a connection to an origin ended. What follows FIRST_538 up to FIRST_564 is a code of 538, and
 * so on; those from FIRST_HERE on are this host's own doing. */
enum ecdn_xdp_origin_cause {
	ECDN_XDP_ORIGIN_OK,            /* as it should */
	/* 538: the handshake failed. First TCP's. */
	ECDN_XDP_ORIGIN_FIRST_538,
	ECDN_XDP_ORIGIN_REFUSED = ECDN_XDP_ORIGIN_FIRST_538, /* by RST, or port unreachable */
	ECDN_XDP_ORIGIN_NO_ANSWER_TO_SYN, /* the proxy gave up before the kernel did */
	ECDN_XDP_ORIGIN_CONNECT_TIMEOUT, /* the kernel gave up */
	ECDN_XDP_ORIGIN_UNREACHABLE,   /* ICMP says so, or there is no neighbour */
	/* TLS's. */
	ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN,
	ECDN_XDP_ORIGIN_ALERT_BY_NODE, /* the proxy on this host does not accept the origin */
	ECDN_XDP_ORIGIN_HUNG_UP_BY_NODE, /* after a whole handshake, without a request */
	ECDN_XDP_ORIGIN_REFUSED_AFTER_FINISHED, /* TLS 1.3: a sealed alert or an end of
						   the origin */
	ECDN_XDP_ORIGIN_NOT_TLS,
	ECDN_XDP_ORIGIN_HANDSHAKE_RESET,
	ECDN_XDP_ORIGIN_HANDSHAKE_CLOSED,
	ECDN_XDP_ORIGIN_HANDSHAKE_SILENCE, /* the proxy gave up */
	ECDN_XDP_ORIGIN_HANDSHAKE_TIMEOUT, /* the kernel gave up */
	/* 564: a TLS connection ended abnormally after its handshake. */
	ECDN_XDP_ORIGIN_FIRST_564,
	ECDN_XDP_ORIGIN_RESET = ECDN_XDP_ORIGIN_FIRST_564,
	ECDN_XDP_ORIGIN_NO_CLOSE_NOTIFY, /* FIN amid an answer */
	ECDN_XDP_ORIGIN_STALLED,       /* amid an answer; the proxy gave up */
	ECDN_XDP_ORIGIN_TIMEOUT,       /* the kernel gave up */
	ECDN_XDP_ORIGIN_NO_ANSWER,     /* to a request over TLS; the proxy gave up */
	/* 522: an answer over plain HTTP is incomplete or malformed. */
	ECDN_XDP_ORIGIN_FIRST_522,
	ECDN_XDP_ORIGIN_CUT = ECDN_XDP_ORIGIN_FIRST_522, /* ended amid the head or the body */
	ECDN_XDP_ORIGIN_MALFORMED,     /* no status line of HTTP/1 */
	ECDN_XDP_ORIGIN_CLOSED_UNANSWERED, /* by FIN or RST after the request, without an answer */
	ECDN_XDP_ORIGIN_HTTP_NO_ANSWER, /* the proxy gave up */
	ECDN_XDP_ORIGIN_HTTP_STALLED,  /* amid an answer; the proxy gave up */
	ECDN_XDP_ORIGIN_HTTP_TIMEOUT,  /* the kernel gave up */
	/* Not the origin's. */
	ECDN_XDP_ORIGIN_FIRST_HERE,
	ECDN_XDP_ORIGIN_REJECTED_HERE = ECDN_XDP_ORIGIN_FIRST_HERE, /* by this host's firewall */
	/* No failures. */
	ECDN_XDP_ORIGIN_FIRST_OTHER,
	ECDN_XDP_ORIGIN_IDLE = ECDN_XDP_ORIGIN_FIRST_OTHER, /* ended by either side while idle */
	ECDN_XDP_ORIGIN_ABORTED,       /* the proxy ended it amid an answer that still came */
	ECDN_XDP_ORIGIN_UNTOLD,        /* not TLS nor HTTP/1, or the observer lost the thread */
	ECDN_XDP_ORIGIN_CAUSES,
};

#define ECDN_XDP_ORIGIN_CAUSES_ROOM 40

/* Statuses of answers that are counted each by itself, besides their class. */
enum ecdn_xdp_origin_status {
	ECDN_XDP_ORIGIN_1XX,
	ECDN_XDP_ORIGIN_2XX,
	ECDN_XDP_ORIGIN_3XX,
	ECDN_XDP_ORIGIN_4XX,           /* 404 and the others below count here, too */
	ECDN_XDP_ORIGIN_5XX,
	ECDN_XDP_ORIGIN_STRANGE,       /* below 100 or from 600 on */
	ECDN_XDP_ORIGIN_400,
	ECDN_XDP_ORIGIN_401,
	ECDN_XDP_ORIGIN_403,
	ECDN_XDP_ORIGIN_404,
	ECDN_XDP_ORIGIN_429,
	ECDN_XDP_ORIGIN_500,
	ECDN_XDP_ORIGIN_502,
	ECDN_XDP_ORIGIN_503,
	ECDN_XDP_ORIGIN_504,
	ECDN_XDP_ORIGIN_513,
	ECDN_XDP_ORIGIN_522,
	ECDN_XDP_ORIGIN_529,
	ECDN_XDP_ORIGIN_538,
	ECDN_XDP_ORIGIN_564,
	ECDN_XDP_ORIGIN_STATUSES,
};

#define ECDN_XDP_ORIGIN_STATUSES_ROOM 24

/* The index of a status that is counted by itself; ECDN_XDP_ORIGIN_STATUSES if it is not. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_origin_status(__u32 status)
{
	switch (status) {
	case 400: return ECDN_XDP_ORIGIN_400;
	case 401: return ECDN_XDP_ORIGIN_401;
	case 403: return ECDN_XDP_ORIGIN_403;
	case 404: return ECDN_XDP_ORIGIN_404;
	case 429: return ECDN_XDP_ORIGIN_429;
	case 500: return ECDN_XDP_ORIGIN_500;
	case 502: return ECDN_XDP_ORIGIN_502;
	case 503: return ECDN_XDP_ORIGIN_503;
	case 504: return ECDN_XDP_ORIGIN_504;
	case 513: return ECDN_XDP_ORIGIN_513;
	case 522: return ECDN_XDP_ORIGIN_522;
	case 529: return ECDN_XDP_ORIGIN_529;
	case 538: return ECDN_XDP_ORIGIN_538;
	case 564: return ECDN_XDP_ORIGIN_564;
	}
	return ECDN_XDP_ORIGIN_STATUSES;
}

/* The index of a status's class. */
static ECDN_XDP_INLINE __u32 ecdn_xdp_origin_class(__u32 status)
{
	return status < 100 || status >= 600 ? (__u32)ECDN_XDP_ORIGIN_STRANGE :
	       status < 200 ? (__u32)ECDN_XDP_ORIGIN_1XX :
	       status < 300 ? (__u32)ECDN_XDP_ORIGIN_2XX :
	       status < 400 ? (__u32)ECDN_XDP_ORIGIN_3XX :
	       status < 500 ? (__u32)ECDN_XDP_ORIGIN_4XX : (__u32)ECDN_XDP_ORIGIN_5XX;
}

/*
 * origin_stats: what was counted of a row's origin since it got the row. Connections are few
 * beside packets, so CPUs share the counters and add to them by atomic instructions.
 */
struct ecdn_xdp_origin_stats {
	__u64 connections;     /* that the host began */
	__u64 established;
	__u64 handshakes;      /* of TLS, that both sides completed */
	__u64 resumed;         /* of these, those that took up an earlier session */
	__u64 cause[ECDN_XDP_ORIGIN_CAUSES_ROOM]; /* by enum ecdn_xdp_origin_cause: connections
						     that ended */
	__u64 status[ECDN_XDP_ORIGIN_STATUSES_ROOM]; /* by enum ecdn_xdp_origin_status: answers
							over plain HTTP */
	__u64 rtt_us;          /* sum of the smoothed RTTs of connections that ended ... */
	__u64 rtts;            /* ... and their number */
	__u64 retransmits;     /* segments that this host sent again */
	__u64 received;        /* bytes of TCP payload, of connections that ended */
	__u64 sent;            /* as acknowledged */
	__u64 first_ns;        /* when the row was made; tells rows apart that came one after the
				  other, as one may displace another */
	__u64 last_ns;         /* the last connection that began */
	__u64 failure_ns;      /* the last failure; 0: none */
	__u32 failure;         /* its enum ecdn_xdp_origin_cause */
	__u32 weight;          /* defends the row, as a prefix's does its way (bpf/prefix.h) */
	__u32 epoch;
	__u32 named;           /* 1: it was in origin_names when a connection last began */
	__u32 tls;             /* 1: the last connection spoke TLS, 2: HTTP; 0: not known */
	__u32 version;         /* of TLS that was last chosen: 0x0303 is 1.2; 0: none yet */
	__u64 reserved[4];
	char sni[ECDN_XDP_ORIGIN_NAME_SIZE]; /* the last host name that a ClientHello had;
						NUL-terminated, cut if it is longer */
};

/*
 * origin_spans: connections that ended in the last spans of 2^33 ns, 8.6 s, for verdicts on the
 * last minutes. Span N stands at place N % ECDN_XDP_ORIGIN_SPANS.
 */
#define ECDN_XDP_ORIGIN_SPANS 16
#define ECDN_XDP_ORIGIN_SPAN 33

struct ecdn_xdp_origin_span {
	__u32 number;          /* time >> ECDN_XDP_ORIGIN_SPAN; another one's counts are old */
	__u32 ended;           /* connections that ended, failures among them */
	__u32 network;         /* failures: 538 by TCP, or amid the handshake by reset, close or
				  silence ... */
	__u32 handshake;       /* ... 538 for other causes ... */
	__u32 abnormal;        /* ... 564 ... */
	__u32 response;        /* ... 522 */
};

struct ecdn_xdp_origin_spans {
	struct bpf_spin_lock lock;
	__u32 reserved;
	struct ecdn_xdp_origin_span span[ECDN_XDP_ORIGIN_SPANS];
};

/*
 * origin_requests, [ECDN_XDP_ORIGIN_STRIPES][ECDN_XDP_ORIGINS]: what proxies say of the answers
 * that they got, which nobody else sees inside TLS. A proxy adds to the stripe of its CPU's id %
 * ECDN_XDP_ORIGIN_STRIPES, by atomic instructions.
 */
#define ECDN_XDP_ORIGIN_STRIPES 4

/* What a proxy says of one attempt to get an answer. The values are those of enum
 * ecdn_xdp_origin_result in ecdn-xdp.h. */
enum ecdn_xdp_origin_said {
	ECDN_XDP_ORIGIN_SAID_ANSWERED,
	ECDN_XDP_ORIGIN_SAID_NO_CONNECT, /* TCP or TLS failed */
	ECDN_XDP_ORIGIN_SAID_NO_ANSWER, /* closed without an answer */
	ECDN_XDP_ORIGIN_SAID_MALFORMED,
	ECDN_XDP_ORIGIN_SAID_TRUNCATED, /* the status counts, too */
	ECDN_XDP_ORIGIN_SAID_TIMED_OUT, /* no answer in time */
	ECDN_XDP_ORIGIN_SAID_MAX,
};

struct ecdn_xdp_origin_requests {
	__u64 said[8];         /* by enum ecdn_xdp_origin_said */
	__u64 status[ECDN_XDP_ORIGIN_STATUSES_ROOM];
};

/* origin_head: the number of the last failure, free rows, and what was given up. */
struct ecdn_xdp_origin_head {
	struct bpf_spin_lock lock;
	__u32 rows;            /* rows from 1 to this are in use */
	__u64 number;          /* of the last failure; 0: none */
	__u64 no_row;          /* connections that were counted in row 0 for want of another */
	__u64 displaced;       /* rows that another origin took */
	__u64 no_memory;       /* connections that are not watched, as there was no memory */
	__u64 unseen;          /* connections that were open before the observer was, and sent
				  something since; and such as a server here accepted from a
				  watched port, if it has stopped listening */
	__u64 lost;            /* connections of which it lost the thread: they end UNTOLD */
	__u64 reserved[4];
};

/* origin_failures: the last ECDN_XDP_ORIGIN_FAILURES, as changes are kept: number N stands at
 * place N % ECDN_XDP_ORIGIN_FAILURES. */
#define ECDN_XDP_ORIGIN_FAILURES 1024

enum ecdn_xdp_origin_side {
	ECDN_XDP_ORIGIN_SIDE_NONE,     /* nobody can tell, or the network */
	ECDN_XDP_ORIGIN_SIDE_ORIGIN,
	ECDN_XDP_ORIGIN_SIDE_NODE,     /* the proxy on this host */
	ECDN_XDP_ORIGIN_SIDE_HOST,     /* this host's kernel or firewall */
	ECDN_XDP_ORIGIN_SIDES,
};

enum ecdn_xdp_origin_phase {
	ECDN_XDP_ORIGIN_SYN,           /* the SYN is sent */
	ECDN_XDP_ORIGIN_SYN_ACK,       /* connected, and nothing sent yet */
	ECDN_XDP_ORIGIN_CLIENT_HELLO,  /* sent */
	ECDN_XDP_ORIGIN_SERVER_HELLO,  /* the origin has begun its answer to that */
	ECDN_XDP_ORIGIN_FINISHED,      /* the handshake is done, and no request sent */
	ECDN_XDP_ORIGIN_REQUEST,       /* sent, over TLS or plain */
	ECDN_XDP_ORIGIN_ANSWER,        /* has begun */
	ECDN_XDP_ORIGIN_BETWEEN,       /* the last answer is whole */
	ECDN_XDP_ORIGIN_PHASES,
};

/* Versions of TLS, as bits of failure.offered. */
#define ECDN_XDP_ORIGIN_OFFERED(version) (1U << ((version) & 7)) /* 0x0303, TLS 1.2: bit 3 */

struct ecdn_xdp_origin_failure {
	__u64 number;          /* 0: this place is empty, or is being written */
	__u64 time_ns;
	struct ecdn_xdp_origin_key origin;
	__u32 row;
	__u64 ms;              /* since the connection began */
	__u64 received;        /* bytes of TCP payload */
	__u64 sent;
	__u64 need;            /* bytes of the body by Content-Length; ~0: not known */
	__u64 got;             /* of these */
	__u32 retransmits;
	__u32 error;           /* errno of the socket; 0: none */
	__u32 netns;           /* inode of its network namespace */
	__u16 version;         /* of TLS that the ServerHello chose; 0: none seen */
	__u16 cipher;          /* its cipher suite; 0: none seen */
	__u8 cause;            /* enum ecdn_xdp_origin_cause */
	__u8 side;             /* enum ecdn_xdp_origin_side */
	__u8 phase;            /* enum ecdn_xdp_origin_phase, in which it ended */
	__u8 alert;            /* its description; 255: none seen, or sealed */
	__u8 offered;          /* ECDN_XDP_ORIGIN_OFFERED() of the ClientHello */
	__u8 tls;              /* 1: TLS, 2: HTTP, 0: not known */
	__u16 status;          /* of the last answer over plain HTTP; 0: none */
	char sni[ECDN_XDP_ORIGIN_NAME_SIZE];
	__u64 reserved[2];
};

/*
 * origin_conns: the record of a connection, which hangs on its socket. It is the programs' own;
 * who reads it copies what another CPU may be writing. What is of one direction is written by the
 * program of that direction alone.
 */
enum ecdn_xdp_origin_watch {
	ECDN_XDP_ORIGIN_WATCHED = 1,
	ECDN_XDP_ORIGIN_UNSEEN,        /* it was open before the observer was: not watched */
	ECDN_XDP_ORIGIN_SKIPPED,       /* marked, to this host, or of another network namespace */
	ECDN_XDP_ORIGIN_JUDGED,        /* it has ended, and is counted */
};

/* Whether what an origin has sent behind TLS 1.3's handshake is session tickets alone. */
enum ecdn_xdp_origin_tickets {
	ECDN_XDP_ORIGIN_NO_TICKETS,
	ECDN_XDP_ORIGIN_TICKET_MAYBE,  /* a record: a ticket, or an answer */
	ECDN_XDP_ORIGIN_TICKETS,
};

/* What is read of one direction: how far, and where in a record or message that is. At the end of
 * a record or an answer left, step and lack are zero. */
struct ecdn_xdp_origin_flow {
	__u64 left;            /* bytes of the record, body or chunk that were not read */
	__u32 next;            /* sequence number of the next byte to read */
	__u32 ahead_from;      /* bytes that came before others in front of them, and were ... */
	__u32 ahead_to;        /* ... not read; the same: none did */
	__u32 value;           /* the number that is being read */
	__u32 hash;            /* of the word that is being read */
	__u32 skip;            /* bytes of a message that need not be read */
	__u32 message;         /* bytes left of a handshake message; bytes of a head so far */
	__u32 list;            /* bytes left of the message's extensions, or of one */
	__u8 step;             /* what is being read; of tls.h or http.h */
	__u8 lack;             /* bytes that a record's head lacks */
	__u8 field;            /* what is being read of a message; of tls.h or http.h */
	__u8 width;            /* bytes that value lacks */
	__u8 type;             /* of the record; what a head says of its body */
	__u8 ready;            /* 1: next is known */
	__u8 lost;             /* 1: the thread is lost: what is next is not known */
	__u8 begun;            /* 1: a byte of it was read */
	__u8 strange;          /* 1: it is not what the protocol has here */
	__u8 hello;            /* 1: TLS: this side's hello was read */
	__u8 changed;          /* 1: TLS: this side's ChangeCipherSpec was read */
	__u8 done;             /* 1: TLS: this side has done its part of the handshake */
	__u8 alerted;          /* 1: TLS: an alert came before the handshake was done, and before
				  one of the other side */
	__u8 alert;            /* its description; 255: sealed */
	__u8 goodbye;          /* 1: TLS: the last record after the handshake is an alert, and
				  close_notify most likely */
	__u8 copied;           /* bytes of the host name so far */
	__u8 fresh;            /* 1: a status was read, and is not counted */
	__u8 tail;             /* 1: what was not read ends as an alert does */
	__u8 reserved[2];
	__u32 ack;             /* what the packet acknowledges */
	__u8 chunk[32];        /* bytes of the packet that are being read */
};

struct ecdn_xdp_origin_conn {
	struct ecdn_xdp_origin_key origin;
	__u32 row;             /* where it counts ... */
	__u64 row_ns;          /* ... as long as first_ns there is this */
	__u64 began_ns;
	__u64 asked_ns;        /* the last payload that was sent; 0: none */
	__u64 answered_ns;     /* the last payload that came; 0: none */
	__u64 finished_ns;     /* the handshake was done; TCP's, until TLS's is */
	__u64 closed_ns;       /* the first side ended it; 0: none did */
	__u64 need;            /* as in a failure; ~0: not known */
	__u64 got;
	__u64 heads;           /* bit N: the Nth request of those without an answer is HEAD */
	__u32 netns;
	__u32 error;           /* an errno that ICMP told; 0: none */
	__u32 requests;        /* over TLS: records after the handshake that are no alerts */
	__u32 answers;         /* the same, of the origin; over HTTP: those that are whole */
	__u16 version;         /* as in a failure, and so on */
	__u16 cipher;
	__u16 status;
	__u16 ticket;          /* length of the origin's first record after TLS 1.3's handshake */
	__u32 asked_seq;       /* sequence number of the first request */
	__u16 ticket_requests; /* requests before that record */
	__u8 watch;            /* enum ecdn_xdp_origin_watch */
	__u8 content;          /* 1: its packets are read */
	__u8 plain;            /* 1: to a port of plain HTTP */
	__u8 tls;
	__u8 offered;
	__u8 established;      /* 1: TCP's handshake is done */
	__u8 first;            /* who ended it first: enum ecdn_xdp_origin_side */
	__u8 reset;            /* 1: by RST */
	__u8 idle;             /* 1: nothing was owed or under way then, */
	__u8 leaving;          /* 1: and the node had said goodbye, or an alert */
	__u8 phase;            /* enum ecdn_xdp_origin_phase, in which it was then */
	__u8 owed;             /* 1: TLS: a request waits for an answer */
	__u8 retry;            /* 1: the origin sent a HelloRetryRequest */
	__u8 resumed;          /* 1: an earlier session */
	__u8 shaken;           /* 1: TLS's handshake is done, and counted */
	__u8 sealed;           /* 1: the node sealed a record that is no Finished, in TLS 1.3's */
	__u8 tickets;          /* enum ecdn_xdp_origin_tickets */
	__u8 dismissed;        /* 1: TLS: the origin said goodbye before the node did or ended it */
	__u8 reserved[16];
	struct ecdn_xdp_origin_flow out; /* to the origin */
	struct ecdn_xdp_origin_flow in;
	char sni[ECDN_XDP_ORIGIN_NAME_SIZE];
};

ECDN_XDP_SIZE(struct ecdn_xdp_origin_key, 20);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_place, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_config, 16400);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_name, 128);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_stats, 728);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_span, 24);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_spans, 392);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_requests, 256);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_head, 88);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_failure, 184);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_flow, 96);
ECDN_XDP_SIZE(struct ecdn_xdp_origin_conn, 416);

#endif
