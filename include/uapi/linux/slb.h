/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Generated from include/slb.yaml by include/slb-gen.py. Do not edit. */
#ifndef _UAPI_LINUX_SLB_H
#define _UAPI_LINUX_SLB_H

/*
 * Configuration and inspection of the slb load balancer of the caller's network namespace.
 *
 * An address is a binary attribute of 4 (IPv4) or 16 (IPv6) bytes in network byte order; its
 * length tells the family. Ports are u16 in network byte order. Durations are seconds unless
 * the name says otherwise. A service is named by protocol, address, port or ports, and VRF, or
 * by a packet mark, family and VRF; a group by its name; a server by its group, or by its
 * service if that has no named one, and its own address and port; a local address by pool and
 * address.
 *
 * NEW commands honour the NLM_F flags: CREATE|EXCL adds and fails with EEXIST; REPLACE alone
 * changes what exists, only in the attributes given, and fails with ENOENT; CREATE|REPLACE does
 * either. Without any of them NEW means CREATE|EXCL. A refused request changes nothing. Each
 * error carries a sentence and, where one is to blame, the attribute. Each change is announced
 * by the command's "-ntf" message.
 */

#define SLB_FAMILY_NAME	"slb"
#define SLB_FAMILY_VERSION	1

/* version of the modules and the tool this header came with */
#define SLB_RELEASE	"0.1.0"

/* longest name of a pool or group, in bytes without the terminating zero */
#define SLB_NAME_MAX	80

/* longest comment, in characters */
#define SLB_COMMENT_MAX	255

/* longest time, in seconds, that connections of a server may stay */
#define SLB_DELAY_MAX	3600

/* in place of such a time they stay until they end */
#define SLB_DELAY_KEEP	4294967295

/* priorities are 0 to this less one */
#define SLB_TIERS	16

/* largest weight of a server */
#define SLB_WEIGHT_MAX	65535

/* kind of the TCP option that carries the client's address, unless a service has another */
#define SLB_TOA_KIND_DEFAULT	254

/* most prefixes whose TOA passes */
#define SLB_TRUSTED_MAX	64

/* most interfaces with a fast path */
#define SLB_FASTPATH_MAX	64

/* most prefixes of an access list */
#define SLB_ACL_ENTRIES_MAX	200000

/* lowest local port that is ever leased */
#define SLB_LPORT_FIRST	1024

/* highest local port that is ever leased; those above are kept for health checks */
#define SLB_LPORT_LAST	60999

/**
 * enum slb_proto - layer-4 protocol, as its IANA number
 * @SLB_PROTO_TCP: TCP
 * @SLB_PROTO_UDP: UDP
 */
enum slb_proto {
	SLB_PROTO_TCP = 6,
	SLB_PROTO_UDP = 17,
};

/**
 * enum slb_sched - scheduling method
 * @SLB_SCHED_RR: round robin
 * @SLB_SCHED_WRR: weighted round robin, smooth
 * @SLB_SCHED_WLC: weighted least connections
 * @SLB_SCHED_LC: least connections, whatever the weights
 * @SLB_SCHED_SH: by a hash of the client's address
 * @SLB_SCHED_SH_PORT: by a hash of the client's address and port
 * @SLB_SCHED_MH: by a hash of the client's address, few clients move when servers come and go
 *	(Maglev)
 * @SLB_SCHED_MH_PORT: the same by the client's address and port
 * @SLB_SCHED_FO: the server with the highest weight takes all
 * @SLB_SCHED_P2C: of two servers drawn at random the one with fewer connections for its weight
 * @SLB_SCHED_COUNT: (how many)
 */
enum slb_sched {
	SLB_SCHED_RR,
	SLB_SCHED_WRR,
	SLB_SCHED_WLC,
	SLB_SCHED_LC,
	SLB_SCHED_SH,
	SLB_SCHED_SH_PORT,
	SLB_SCHED_MH,
	SLB_SCHED_MH_PORT,
	SLB_SCHED_FO,
	SLB_SCHED_P2C,

	SLB_SCHED_COUNT
};

/**
 * enum slb_fwd - forwarding mode of a server
 * @SLB_FWD_FULLNAT: both addresses and both ports are translated: needs a local address, and
 *	nothing of the network
 * @SLB_FWD_NAT: the client's address is kept: needs the server's route to the clients to lead
 *	back through the balancer
 * @SLB_FWD_COUNT: (how many)
 */
enum slb_fwd {
	SLB_FWD_FULLNAT,
	SLB_FWD_NAT,

	SLB_FWD_COUNT
};

/**
 * enum slb_on_down - what happens to the TCP connections of a server that is down; UDP flows
 *	choose anew
 * @SLB_ON_DOWN_KEEP: they go on
 * @SLB_ON_DOWN_RESET: both ends are reset
 * @SLB_ON_DOWN_COUNT: (how many)
 */
enum slb_on_down {
	SLB_ON_DOWN_KEEP,
	SLB_ON_DOWN_RESET,

	SLB_ON_DOWN_COUNT
};

/**
 * enum slb_all_down - what happens to new connections when every server of a group is down
 * @SLB_ALL_DOWN_RESET: they are refused
 * @SLB_ALL_DOWN_ANY: they are served as if all servers were up
 * @SLB_ALL_DOWN_COUNT: (how many)
 */
enum slb_all_down {
	SLB_ALL_DOWN_RESET,
	SLB_ALL_DOWN_ANY,

	SLB_ALL_DOWN_COUNT
};

/**
 * enum slb_timestamps - what happens to TCP timestamps of connections to a service
 * @SLB_TIMESTAMPS_TRANSLATE: shifted onto the balancer's clock
 * @SLB_TIMESTAMPS_REMOVE: the option in the client's SYN becomes NOPs
 * @SLB_TIMESTAMPS_KEEP: passed as they are
 * @SLB_TIMESTAMPS_COUNT: (how many)
 */
enum slb_timestamps {
	SLB_TIMESTAMPS_TRANSLATE,
	SLB_TIMESTAMPS_REMOVE,
	SLB_TIMESTAMPS_KEEP,

	SLB_TIMESTAMPS_COUNT
};

/**
 * enum slb_unknown - answer to a TCP packet to a service that fits no connection and is no SYN
 * @SLB_UNKNOWN_RESET: a RST to its sender
 * @SLB_UNKNOWN_DROP: none
 * @SLB_UNKNOWN_PASS: the packet goes on to the host
 * @SLB_UNKNOWN_COUNT: (how many)
 */
enum slb_unknown {
	SLB_UNKNOWN_RESET,
	SLB_UNKNOWN_DROP,
	SLB_UNKNOWN_PASS,

	SLB_UNKNOWN_COUNT
};

/**
 * enum slb_fast - what an interface's fast path does
 * @SLB_FAST_ON: it serves packets
 * @SLB_FAST_NO_DEVICE: there is no interface of that name
 * @SLB_FAST_NO_MEMORY: there was no memory for its hook
 * @SLB_FAST_LOOPBACK: a loopback interface has none
 * @SLB_FAST_ENSLAVED: the interface is a port of a bridge, a bond or the like
 * @SLB_FAST_VRF: the interface belongs to a VRF
 * @SLB_FAST_HOOK: the netfilter hook of somebody else would miss packets
 * @SLB_FAST_POLICY: IPsec policies are to be looked at
 * @SLB_FAST_COUNT: (how many)
 */
enum slb_fast {
	SLB_FAST_ON,
	SLB_FAST_NO_DEVICE,
	SLB_FAST_NO_MEMORY,
	SLB_FAST_LOOPBACK,
	SLB_FAST_ENSLAVED,
	SLB_FAST_VRF,
	SLB_FAST_HOOK,
	SLB_FAST_POLICY,

	SLB_FAST_COUNT
};

/**
 * enum slb_state - state of a connection
 * @SLB_STATE_NONE: no packet judged yet
 * @SLB_STATE_SYN_SENT: client's SYN forwarded
 * @SLB_STATE_SYN_RECV: server answered with SYN/ACK
 * @SLB_STATE_ESTABLISHED: handshake completed
 * @SLB_STATE_FIN_WAIT: the server has closed its half
 * @SLB_STATE_CLOSE_WAIT: the client has closed its half
 * @SLB_STATE_LAST_ACK: both halves closed and the last acknowledgement is missing
 * @SLB_STATE_TIME_WAIT: both halves closed and acknowledged
 * @SLB_STATE_CLOSE: reset
 * @SLB_STATE_UDP: a UDP flow
 * @SLB_STATE_COUNT: (how many)
 */
enum slb_state {
	SLB_STATE_NONE,
	SLB_STATE_SYN_SENT,
	SLB_STATE_SYN_RECV,
	SLB_STATE_ESTABLISHED,
	SLB_STATE_FIN_WAIT,
	SLB_STATE_CLOSE_WAIT,
	SLB_STATE_LAST_ACK,
	SLB_STATE_TIME_WAIT,
	SLB_STATE_CLOSE,
	SLB_STATE_UDP,

	SLB_STATE_COUNT
};

/**
 * enum slb_why - why a connection ended
 * @SLB_WHY_NONE: it has not
 * @SLB_WHY_CLOSED: both ends have closed it
 * @SLB_WHY_CLIENT_RST: the client has reset it
 * @SLB_WHY_SERVER_RST: the server has reset it
 * @SLB_WHY_REFUSED: the server answered the SYN by a RST
 * @SLB_WHY_UNANSWERED: nobody answered the SYN
 * @SLB_WHY_TIMEOUT: no packet came for as long as its state allows
 * @SLB_WHY_KILLED: by the command conn-del
 * @SLB_WHY_REMOVED: its service or server was removed or drained, or an access list keeps its
 *	client out
 * @SLB_WHY_RECLAIMED: its local port was taken for another connection
 * @SLB_WHY_FAILED: its first packet could not be sent on
 * @SLB_WHY_COUNT: (how many)
 */
enum slb_why {
	SLB_WHY_NONE,
	SLB_WHY_CLOSED,
	SLB_WHY_CLIENT_RST,
	SLB_WHY_SERVER_RST,
	SLB_WHY_REFUSED,
	SLB_WHY_UNANSWERED,
	SLB_WHY_TIMEOUT,
	SLB_WHY_KILLED,
	SLB_WHY_REMOVED,
	SLB_WHY_RECLAIMED,
	SLB_WHY_FAILED,

	SLB_WHY_COUNT
};

/**
 * enum slb_step - what is asked, one after the other, before a connection is opened
 * @SLB_STEP_CONNECTION: is there one of this client already
 * @SLB_STEP_SERVICE: is there such a service
 * @SLB_STEP_ACCESS: do its access lists let the client in
 * @SLB_STEP_ADMISSION: does it take new connections
 * @SLB_STEP_SERVER: which server does its scheduling method choose
 * @SLB_STEP_SOURCE: where will the server see the connection come from
 * @SLB_STEP_PERSISTENCE: does the client stay with the server of its last connection
 * @SLB_STEP_LIMIT: would a limit refuse it: of the service, of several, of the client, of the
 *	server
 * @SLB_STEP_COUNT: (how many)
 */
enum slb_step {
	SLB_STEP_CONNECTION,
	SLB_STEP_SERVICE,
	SLB_STEP_ACCESS,
	SLB_STEP_ADMISSION,
	SLB_STEP_SERVER,
	SLB_STEP_SOURCE,
	SLB_STEP_PERSISTENCE,
	SLB_STEP_LIMIT,

	SLB_STEP_COUNT
};

/**
 * enum slb_drop - why a packet was dropped; each has a counter, a tracepoint value and this
 *	sentence
 * @SLB_DROP_NONE: not dropped
 * @SLB_DROP_MALFORMED_IP: the IP header is truncated or contradicts the packet's length
 * @SLB_DROP_MALFORMED_L4: the TCP or UDP header is truncated or contradicts the packet's length
 * @SLB_DROP_MALFORMED_OPTION: a TCP option's length is impossible
 * @SLB_DROP_MARTIAN: the source address is loopback, multicast, broadcast, unspecified,
 *	IPv4-mapped or the host's own
 * @SLB_DROP_RP_FILTER: the first packet of a connection came by an interface that does not lead
 *	back to its source
 * @SLB_DROP_FRAGMENT: a fragment that reassembly did not take
 * @SLB_DROP_UNKNOWN_TCP: a TCP packet to a service fits no connection and is no SYN
 * @SLB_DROP_DISABLED: the service is disabled
 * @SLB_DROP_NO_SERVER: no server of the service can take a connection
 * @SLB_DROP_NO_LADDR: the service's pool has no local address of its family
 * @SLB_DROP_NO_PORT: every local port towards the chosen server is in use and none could be
 *	reclaimed
 * @SLB_DROP_CONN_MAX: the namespace holds as many connections as conn-max allows
 * @SLB_DROP_NO_MEMORY: no memory for a connection or a packet
 * @SLB_DROP_TUPLE_CONFLICT: another connection already uses the translated tuple
 * @SLB_DROP_NO_ROUTE: no route to the translated destination
 * @SLB_DROP_TTL: the TTL or hop limit ran out and the sender was told
 * @SLB_DROP_TOO_BIG: the packet exceeds the path's MTU and the sender was told
 * @SLB_DROP_POLICY: IPsec policy forbids the packet
 * @SLB_DROP_LRO: an LRO aggregate cannot be forwarded
 * @SLB_DROP_LOCAL_CLASH: the host itself used a local port that is leased
 * @SLB_DROP_SERVER_GONE: the connection's server was removed; both ends are reset
 * @SLB_DROP_CLOSED: the connection was ended by the balancer; a late packet is answered by a
 *	RST
 * @SLB_DROP_UDP_UNREACH: no server for the datagram; its sender was told port unreachable
 * @SLB_DROP_AUTH_OPTION: the packet is signed by TCP-AO or TCP-MD5, which translation would
 *	break
 * @SLB_DROP_SOURCE_ROUTE: an IPv4 source route, which would lead past the server
 * @SLB_DROP_EXT_HEADER: IPv6 extension headers that cannot be translated: routing, home
 *	address, jumbo payload or too many
 * @SLB_DROP_LOOP: the packet has been through the same service before, whose servers lead back
 *	to it
 * @SLB_DROP_DENIED: an access list of the service keeps the client out
 * @SLB_DROP_LIMIT_CONNS: the service, or the limit that it shares with others, has as many
 *	connections as allowed
 * @SLB_DROP_LIMIT_RATE: the service, or the limit that it shares with others, has had as many
 *	new connections as allowed
 * @SLB_DROP_LIMIT_CLIENT: the client, or others of its prefix, have as many connections or new
 *	ones to the service as allowed
 * @SLB_DROP_LIMIT_SERVER: every server of the service that could be chosen is at its limit
 * @SLB_DROP_BANDWIDTH: the packet exceeds the bandwidth of its service
 * @SLB_DROP_COUNT: (how many)
 */
enum slb_drop {
	SLB_DROP_NONE,
	SLB_DROP_MALFORMED_IP,
	SLB_DROP_MALFORMED_L4,
	SLB_DROP_MALFORMED_OPTION,
	SLB_DROP_MARTIAN,
	SLB_DROP_RP_FILTER,
	SLB_DROP_FRAGMENT,
	SLB_DROP_UNKNOWN_TCP,
	SLB_DROP_DISABLED,
	SLB_DROP_NO_SERVER,
	SLB_DROP_NO_LADDR,
	SLB_DROP_NO_PORT,
	SLB_DROP_CONN_MAX,
	SLB_DROP_NO_MEMORY,
	SLB_DROP_TUPLE_CONFLICT,
	SLB_DROP_NO_ROUTE,
	SLB_DROP_TTL,
	SLB_DROP_TOO_BIG,
	SLB_DROP_POLICY,
	SLB_DROP_LRO,
	SLB_DROP_LOCAL_CLASH,
	SLB_DROP_SERVER_GONE,
	SLB_DROP_CLOSED,
	SLB_DROP_UDP_UNREACH,
	SLB_DROP_AUTH_OPTION,
	SLB_DROP_SOURCE_ROUTE,
	SLB_DROP_EXT_HEADER,
	SLB_DROP_LOOP,
	SLB_DROP_DENIED,
	SLB_DROP_LIMIT_CONNS,
	SLB_DROP_LIMIT_RATE,
	SLB_DROP_LIMIT_CLIENT,
	SLB_DROP_LIMIT_SERVER,
	SLB_DROP_BANDWIDTH,

	SLB_DROP_COUNT
};

/**
 * enum slb_count - counters of the namespace that are not drops
 * @SLB_COUNT_SEEN: packets to or from an address of ours
 * @SLB_COUNT_FORWARDED: packets translated and sent on
 * @SLB_COUNT_PASSED: packets to an address of ours that were left to the host
 * @SLB_COUNT_CONN_CREATED: connections opened
 * @SLB_COUNT_CONN_DESTROYED: connections ended and freed
 * @SLB_COUNT_CONN_EXPIRED: connections ended by their timeout
 * @SLB_COUNT_CONN_REOPENED: SYNs that replaced a closing connection
 * @SLB_COUNT_RECLAIMED: local ports taken back from closing or unanswered connections
 * @SLB_COUNT_IDLE_RESET: connections reset at both ends because they were idle
 * @SLB_COUNT_RST_SENT: RSTs sent to either end
 * @SLB_COUNT_RST_LIMITED: RSTs not sent because of the rate limit
 * @SLB_COUNT_UNREACH_SENT: ICMP unreachable messages sent
 * @SLB_COUNT_RST_IGNORED: RSTs outside the window forwarded without effect
 * @SLB_COUNT_TOA_INSERTED: client addresses inserted into a packet
 * @SLB_COUNT_TOA_AHEAD: client addresses sent in an empty ACK ahead of the data
 * @SLB_COUNT_TOA_NO_ROOM: packets that should have carried the client address and had no room
 * @SLB_COUNT_TOA_STRIPPED: TOA options of clients removed
 * @SLB_COUNT_TOA_PASSED: TOA options of trusted sources passed through
 * @SLB_COUNT_TFO_STRIPPED: TCP Fast Open requests turned into NOPs
 * @SLB_COUNT_MPTCP_STRIPPED: MP_CAPABLE options turned into NOPs
 * @SLB_COUNT_MSS_CLAMPED: MSS options lowered
 * @SLB_COUNT_ROUTE_LOOKUP: routes looked up
 * @SLB_COUNT_EXPIRE_LATE: connections removed more than two seconds after their deadline
 * @SLB_COUNT_TABLE_SPLIT: buckets split while the connection table grew
 * @SLB_COUNT_TABLE_NOMEM: splits put off for lack of memory
 * @SLB_COUNT_ICMP_TRANSLATED: ICMP errors about a connection that were translated and sent on
 * @SLB_COUNT_PMTU_LEARNED: path MTUs learned from such errors
 * @SLB_COUNT_OUT_OF_WINDOW: TCP packets whose numbers cannot be their sender's, forwarded
 *	without effect
 * @SLB_COUNT_NAT_PORT_CHANGED: connections in nat mode whose source port was translated,
 *	because another one had the client's
 * @SLB_COUNT_FAST: packets that the fast path of their interface translated and sent on
 * @SLB_COUNT_FAST_LEFT: packets to or from an address of ours that a fast path left to the
 *	normal way
 * @SLB_COUNT_PERSISTED: connections that went to the server of their client's last one
 * @SLB_COUNT_PERSIST_FULL: connections of persistent services that were not remembered, for
 *	persist-max or lack of memory
 * @SLB_COUNT_CLIENT_UNCOUNTED: connections that a limit of clients does not count because its
 *	table is full
 * @SLB_COUNT_KILLED: connections ended by the command conn-del
 * @SLB_COUNT_FLOW_LOST: messages of the flow log that nobody was sent for lack of room or
 *	memory
 * @SLB_COUNT_COUNT: (how many)
 */
enum slb_count {
	SLB_COUNT_SEEN,
	SLB_COUNT_FORWARDED,
	SLB_COUNT_PASSED,
	SLB_COUNT_CONN_CREATED,
	SLB_COUNT_CONN_DESTROYED,
	SLB_COUNT_CONN_EXPIRED,
	SLB_COUNT_CONN_REOPENED,
	SLB_COUNT_RECLAIMED,
	SLB_COUNT_IDLE_RESET,
	SLB_COUNT_RST_SENT,
	SLB_COUNT_RST_LIMITED,
	SLB_COUNT_UNREACH_SENT,
	SLB_COUNT_RST_IGNORED,
	SLB_COUNT_TOA_INSERTED,
	SLB_COUNT_TOA_AHEAD,
	SLB_COUNT_TOA_NO_ROOM,
	SLB_COUNT_TOA_STRIPPED,
	SLB_COUNT_TOA_PASSED,
	SLB_COUNT_TFO_STRIPPED,
	SLB_COUNT_MPTCP_STRIPPED,
	SLB_COUNT_MSS_CLAMPED,
	SLB_COUNT_ROUTE_LOOKUP,
	SLB_COUNT_EXPIRE_LATE,
	SLB_COUNT_TABLE_SPLIT,
	SLB_COUNT_TABLE_NOMEM,
	SLB_COUNT_ICMP_TRANSLATED,
	SLB_COUNT_PMTU_LEARNED,
	SLB_COUNT_OUT_OF_WINDOW,
	SLB_COUNT_NAT_PORT_CHANGED,
	SLB_COUNT_FAST,
	SLB_COUNT_FAST_LEFT,
	SLB_COUNT_PERSISTED,
	SLB_COUNT_PERSIST_FULL,
	SLB_COUNT_CLIENT_UNCOUNTED,
	SLB_COUNT_KILLED,
	SLB_COUNT_FLOW_LOST,

	SLB_COUNT_COUNT
};

/**
 * enum slb_acl_mode - what an access list is for
 * @SLB_ACL_MODE_ALLOW: its members pass and nobody else
 * @SLB_ACL_MODE_DENY: its members do not pass
 * @SLB_ACL_MODE_COUNT: (how many)
 */
enum slb_acl_mode {
	SLB_ACL_MODE_ALLOW,
	SLB_ACL_MODE_DENY,

	SLB_ACL_MODE_COUNT
};

/**
 * enum slb_acl_op - what a request does with the prefixes of an access list
 * @SLB_ACL_OP_REPLACE: those given take the place of all
 * @SLB_ACL_OP_ADD: those given come in
 * @SLB_ACL_OP_REMOVE: those given go; each must be there
 * @SLB_ACL_OP_COUNT: (how many)
 */
enum slb_acl_op {
	SLB_ACL_OP_REPLACE,
	SLB_ACL_OP_ADD,
	SLB_ACL_OP_REMOVE,

	SLB_ACL_OP_COUNT
};

/**
 * enum slb_owner - who configures an object; the kernel keeps it and does not care
 * @SLB_OWNER_HAND: whoever sends commands, the default
 * @SLB_OWNER_CONF: the file slb.conf: reading it again deletes the object if the file no longer
 *	has it
 * @SLB_OWNER_COUNT: (how many)
 */
enum slb_owner {
	SLB_OWNER_HAND,
	SLB_OWNER_CONF,

	SLB_OWNER_COUNT
};

/**
 * enum slb_a_svc - A service.
 * @SLB_A_SVC_PROTO: (u8) protocol
 * @SLB_A_SVC_ADDR: (binary) virtual address
 * @SLB_A_SVC_PORT: (be16) virtual port; 0 is all ports of the address
 * @SLB_A_SVC_VRF: (u32) interface index of the VRF device; absent or 0 is the main one
 * @SLB_A_SVC_SCHED: (u8) scheduling method of its own group; default wlc
 * @SLB_A_SVC_ENABLED: (u8) 0 refuses new connections; default 1
 * @SLB_A_SVC_TOA: (u8) insert the client's address; default 1 for TCP
 * @SLB_A_SVC_TOA_KIND: (u8) TCP option kind of the client's address; default 254
 * @SLB_A_SVC_TIMESTAMPS: (u8) default translate
 * @SLB_A_SVC_UNKNOWN: (u8) default reset
 * @SLB_A_SVC_POOL: (string) pool of local addresses; the empty name is the default pool
 * @SLB_A_SVC_IDLE: (u32) idle time of an established connection or UDP flow, 10-4000 s; 0 takes
 *	the namespace's
 * @SLB_A_SVC_TIMEOUTS: (nest of enum slb_a_to) overrides of the namespace's timeouts; 0 takes
 *	the namespace's
 * @SLB_A_SVC_STATS: (nest of enum slb_a_stats) counters; in answers only
 * @SLB_A_SVC_SERVERS: (u32) number of servers; in answers only
 * @SLB_A_SVC_PAD: (pad) padding
 * @SLB_A_SVC_ACL: (string, any number) access lists, one that allows and one that denies at
 *	most; the names given replace those it has
 * @SLB_A_SVC_ACL_NONE: (flag) takes the access lists away
 * @SLB_A_SVC_PURGE: (flag) connections of clients that the access lists now keep out are reset
 *	at both ends; in requests only
 * @SLB_A_SVC_GROUP: (string) the named group of servers that it uses; empty, the default, is
 *	its own
 * @SLB_A_SVC_PERSIST: (u32) seconds for which a client's next connection goes to the server of
 *	the last; 0, the default, for none. Not with sh, sh-port and mh, which need no memory for
 *	that
 * @SLB_A_SVC_PERSIST_LEN: (u8) bits of the client's address that count for that; default all,
 *	32 or 128
 * @SLB_A_SVC_LIMITS: (nest of enum slb_a_lim) limits, those given; absent in an answer: none
 * @SLB_A_SVC_NAME: (string) its name for people, 1-80 characters; empty takes it away
 * @SLB_A_SVC_COMMENT: (string) a comment, 1-255 characters; empty takes it away
 * @SLB_A_SVC_ZERO_DELAY: (u32) of its own group
 * @SLB_A_SVC_REMOVAL_DELAY: (u32) of its own group
 * @SLB_A_SVC_ON_DOWN: (u8) of its own group
 * @SLB_A_SVC_MIN_ALIVE: (u32) of its own group
 * @SLB_A_SVC_PORT_LAST: (be16) last port of a range that begins with port
 * @SLB_A_SVC_FWMARK: (u32) instead of proto, addr and port: takes packets with this mark
 * @SLB_A_SVC_IPV6: (flag) with fwmark: IPv6 packets; else IPv4
 * @SLB_A_SVC_SLOW_START: (u32) of its own group: seconds in which a server that comes in ramps
 *	up to its weight; default 0, at once
 * @SLB_A_SVC_OWNER: (u8) whose it is; default hand
 * @SLB_A_SVC_ALL_DOWN: (u8) of its own group
 * @SLB_A_SVC_CHECKED: (u8) of its own group
 * @SLB_A_SVC_TABLE_SIZE: (u32) of its own group
 * @SLB_A_SVC_CONNS: (u32) connections in every state; in answers only
 * @__SLB_A_SVC_MAX: (one more)
 * @SLB_A_SVC_MAX: (the last)
 */
enum slb_a_svc {
	SLB_A_SVC_PROTO = 1,
	SLB_A_SVC_ADDR,
	SLB_A_SVC_PORT,
	SLB_A_SVC_VRF,
	SLB_A_SVC_SCHED,
	SLB_A_SVC_ENABLED,
	SLB_A_SVC_TOA,
	SLB_A_SVC_TOA_KIND,
	SLB_A_SVC_TIMESTAMPS,
	SLB_A_SVC_UNKNOWN,
	SLB_A_SVC_POOL,
	SLB_A_SVC_IDLE,
	SLB_A_SVC_TIMEOUTS,
	SLB_A_SVC_STATS,
	SLB_A_SVC_SERVERS,
	SLB_A_SVC_PAD,
	SLB_A_SVC_ACL,
	SLB_A_SVC_ACL_NONE,
	SLB_A_SVC_PURGE,
	SLB_A_SVC_GROUP,
	SLB_A_SVC_PERSIST,
	SLB_A_SVC_PERSIST_LEN,
	SLB_A_SVC_LIMITS,
	SLB_A_SVC_NAME,
	SLB_A_SVC_COMMENT,
	SLB_A_SVC_ZERO_DELAY,
	SLB_A_SVC_REMOVAL_DELAY,
	SLB_A_SVC_ON_DOWN,
	SLB_A_SVC_MIN_ALIVE,
	SLB_A_SVC_PORT_LAST,
	SLB_A_SVC_FWMARK,
	SLB_A_SVC_IPV6,
	SLB_A_SVC_SLOW_START,
	SLB_A_SVC_OWNER,
	SLB_A_SVC_ALL_DOWN,
	SLB_A_SVC_CHECKED,
	SLB_A_SVC_TABLE_SIZE,
	SLB_A_SVC_CONNS,

	__SLB_A_SVC_MAX,
	SLB_A_SVC_MAX = __SLB_A_SVC_MAX - 1
};

/**
 * enum slb_a_srv - A server of a named group, or of a service's own.
 * @SLB_A_SRV_SERVICE: (nest of enum slb_a_svc) the service, by what names it, unless the group
 *	is named
 * @SLB_A_SRV_ADDR: (binary) server's address
 * @SLB_A_SRV_PORT: (be16) server's port; 0, where the service has more than one: the port that
 *	the client asks for
 * @SLB_A_SRV_WEIGHT: (u32) share of new connections; 0 takes none; default 1
 * @SLB_A_SRV_FWD: (u8) mode of new connections; default fullnat
 * @SLB_A_SRV_ACTIVE: (u32) connections in ESTABLISHED or live UDP flows; in answers only
 * @SLB_A_SRV_INACTIVE: (u32) connections in every other state; in answers only
 * @SLB_A_SRV_STATS: (nest of enum slb_a_stats) counters; in answers only
 * @SLB_A_SRV_PAD: (pad) padding
 * @SLB_A_SRV_GROUP: (string) the named group
 * @SLB_A_SRV_LIMITS: (nest of enum slb_a_lim) limits, those given; absent in an answer: none
 * @SLB_A_SRV_NAME: (string) its name for people, 1-80 characters; empty takes it away
 * @SLB_A_SRV_COMMENT: (string) a comment, 1-255 characters; empty takes it away
 * @SLB_A_SRV_PRIORITY: (u8) its tier, 0 first; default 0
 * @SLB_A_SRV_DOWN: (u8) operational state: 1 takes no new connections; 0 for a new server
 * @SLB_A_SRV_DRAINING: (flag) removed and waiting for its connections; in answers only
 * @SLB_A_SRV_LEFT: (u32) seconds until its connections are reset, while there is such a time;
 *	in answers only
 * @SLB_A_SRV_STANDBY: (flag) it could take connections and another tier does; in answers only
 * @SLB_A_SRV_RAMP: (u8) percent of its weight that count, while it ramps up; in answers only
 * @SLB_A_SRV_OWNER: (u8) whose it is; default hand
 * @SLB_A_SRV_REASON: (string) why it went up or down, 1-255 characters; in requests with down
 * @SLB_A_SRV_SINCE: (u32) seconds since it went up or down, or was proved; absent if it never
 *	has; in answers only
 * @SLB_A_SRV_UNPROVED: (flag) its group is checked and nobody has said yet that it is up: it
 *	takes no new connections unless no other server can; in answers only
 * @__SLB_A_SRV_MAX: (one more)
 * @SLB_A_SRV_MAX: (the last)
 */
enum slb_a_srv {
	SLB_A_SRV_SERVICE = 1,
	SLB_A_SRV_ADDR,
	SLB_A_SRV_PORT,
	SLB_A_SRV_WEIGHT,
	SLB_A_SRV_FWD,
	SLB_A_SRV_ACTIVE,
	SLB_A_SRV_INACTIVE,
	SLB_A_SRV_STATS,
	SLB_A_SRV_PAD,
	SLB_A_SRV_GROUP,
	SLB_A_SRV_LIMITS,
	SLB_A_SRV_NAME,
	SLB_A_SRV_COMMENT,
	SLB_A_SRV_PRIORITY,
	SLB_A_SRV_DOWN,
	SLB_A_SRV_DRAINING,
	SLB_A_SRV_LEFT,
	SLB_A_SRV_STANDBY,
	SLB_A_SRV_RAMP,
	SLB_A_SRV_OWNER,
	SLB_A_SRV_REASON,
	SLB_A_SRV_SINCE,
	SLB_A_SRV_UNPROVED,

	__SLB_A_SRV_MAX,
	SLB_A_SRV_MAX = __SLB_A_SRV_MAX - 1
};

/**
 * enum slb_a_laddr - A local address of fullNAT.
 * @SLB_A_LADDR_POOL: (string) pool's name; absent or empty is the default pool
 * @SLB_A_LADDR_ADDR: (binary) the address
 * @SLB_A_LADDR_VRF: (u32) VRF towards the servers; 0 is the main one
 * @SLB_A_LADDR_DEDICATED: (u8) 1: the host itself does not use the address, so
 *	ip_local_port_range is leased too
 * @SLB_A_LADDR_PORT_FIRST: (u16) lowest port to lease (host byte order), default 1024
 * @SLB_A_LADDR_PORT_LAST: (u16) highest port to lease (host byte order), default 60999
 * @SLB_A_LADDR_LEASES: (u32) leases in use; in answers only
 * @SLB_A_LADDR_EXHAUSTED: (u64) connections refused because no port was free; in answers only
 * @SLB_A_LADDR_RECLAIMED: (u64) leases taken back; in answers only
 * @SLB_A_LADDR_DYING: (flag) removed and waiting for its connections; in answers only
 * @SLB_A_LADDR_PAD: (pad) padding
 * @SLB_A_LADDR_OWNER: (u8) whose it is; default hand
 * @SLB_A_LADDR_PORTS: (u32) ports that may be leased towards each server; in answers only
 * @__SLB_A_LADDR_MAX: (one more)
 * @SLB_A_LADDR_MAX: (the last)
 */
enum slb_a_laddr {
	SLB_A_LADDR_POOL = 1,
	SLB_A_LADDR_ADDR,
	SLB_A_LADDR_VRF,
	SLB_A_LADDR_DEDICATED,
	SLB_A_LADDR_PORT_FIRST,
	SLB_A_LADDR_PORT_LAST,
	SLB_A_LADDR_LEASES,
	SLB_A_LADDR_EXHAUSTED,
	SLB_A_LADDR_RECLAIMED,
	SLB_A_LADDR_DYING,
	SLB_A_LADDR_PAD,
	SLB_A_LADDR_OWNER,
	SLB_A_LADDR_PORTS,

	__SLB_A_LADDR_MAX,
	SLB_A_LADDR_MAX = __SLB_A_LADDR_MAX - 1
};

/**
 * enum slb_a_to - Timeouts in seconds, by state.
 * @SLB_A_TO_SYN_SENT: (u32) default 30
 * @SLB_A_TO_SYN_RECV: (u32) default 30
 * @SLB_A_TO_ESTABLISHED: (u32) default 900
 * @SLB_A_TO_FIN_WAIT: (u32) default 60
 * @SLB_A_TO_CLOSE_WAIT: (u32) default 60
 * @SLB_A_TO_LAST_ACK: (u32) default 30
 * @SLB_A_TO_TIME_WAIT: (u32) default 60
 * @SLB_A_TO_CLOSE: (u32) default 10
 * @SLB_A_TO_UDP: (u32) default 300
 * @__SLB_A_TO_MAX: (one more)
 * @SLB_A_TO_MAX: (the last)
 */
enum slb_a_to {
	SLB_A_TO_SYN_SENT = 1,
	SLB_A_TO_SYN_RECV,
	SLB_A_TO_ESTABLISHED,
	SLB_A_TO_FIN_WAIT,
	SLB_A_TO_CLOSE_WAIT,
	SLB_A_TO_LAST_ACK,
	SLB_A_TO_TIME_WAIT,
	SLB_A_TO_CLOSE,
	SLB_A_TO_UDP,

	__SLB_A_TO_MAX,
	SLB_A_TO_MAX = __SLB_A_TO_MAX - 1
};

/**
 * enum slb_a_set - Settings of the namespace.
 * @SLB_A_SET_TIMEOUTS: (nest of enum slb_a_to) timeouts, 1-14400 s
 * @SLB_A_SET_IDLE_RESET: (u8) reset both ends when an established connection expires; default 1
 * @SLB_A_SET_RECLAIM_UNANSWERED: (u32) a lease whose SYN is unanswered so long may be
 *	reclaimed; default 3
 * @SLB_A_SET_RECLAIM_UDP: (u32) a lease of a UDP flow idle so long may be reclaimed; default 10
 * @SLB_A_SET_CONN_MAX: (u32) most connections at a time; 0, the default, is no limit
 * @SLB_A_SET_RESET_RATE: (u32) most RSTs a second in answer to TCP packets that fit no
 *	connection; default 1000
 * @SLB_A_SET_TOA_TRUSTED: (nest of enum slb_a_prefix, any number) source prefixes whose TOA
 *	passes; the ones given replace the list
 * @SLB_A_SET_TOA_TRUSTED_NONE: (flag) empties the list
 * @SLB_A_SET_FASTPATH_FORCE: (u8) 1: the fast path passes by other netfilter hooks too; default
 *	0
 * @SLB_A_SET_FASTPATH: (string, any number) interfaces with a fast path; the names given
 *	replace the list
 * @SLB_A_SET_FASTPATH_NONE: (flag) empties the list
 * @SLB_A_SET_PERSIST_MAX: (u32) most client prefixes that persistence remembers; default 262144
 * @SLB_A_SET_ACCOUNTING: (u8) 1: new connections count their own packets and bytes; default 0
 * @__SLB_A_SET_MAX: (one more)
 * @SLB_A_SET_MAX: (the last)
 */
enum slb_a_set {
	SLB_A_SET_TIMEOUTS = 1,
	SLB_A_SET_IDLE_RESET,
	SLB_A_SET_RECLAIM_UNANSWERED,
	SLB_A_SET_RECLAIM_UDP,
	SLB_A_SET_CONN_MAX,
	SLB_A_SET_RESET_RATE,
	SLB_A_SET_TOA_TRUSTED,
	SLB_A_SET_TOA_TRUSTED_NONE,
	SLB_A_SET_FASTPATH_FORCE,
	SLB_A_SET_FASTPATH,
	SLB_A_SET_FASTPATH_NONE,
	SLB_A_SET_PERSIST_MAX,
	SLB_A_SET_ACCOUNTING,

	__SLB_A_SET_MAX,
	SLB_A_SET_MAX = __SLB_A_SET_MAX - 1
};

/**
 * enum slb_a_prefix - An address prefix.
 * @SLB_A_PREFIX_ADDR: (binary) address with no bit set behind the prefix
 * @SLB_A_PREFIX_LEN: (u8) length in bits
 * @__SLB_A_PREFIX_MAX: (one more)
 * @SLB_A_PREFIX_MAX: (the last)
 */
enum slb_a_prefix {
	SLB_A_PREFIX_ADDR = 1,
	SLB_A_PREFIX_LEN,

	__SLB_A_PREFIX_MAX,
	SLB_A_PREFIX_MAX = __SLB_A_PREFIX_MAX - 1
};

/**
 * enum slb_a_stats - Counters of a service or server; bytes are those of layer 3 as received.
 * @SLB_A_STATS_CONNS: (u64) connections opened
 * @SLB_A_STATS_IN_PKTS: (u64) packets from clients
 * @SLB_A_STATS_OUT_PKTS: (u64) packets from servers
 * @SLB_A_STATS_IN_BYTES: (u64) bytes from clients
 * @SLB_A_STATS_OUT_BYTES: (u64) bytes from servers
 * @SLB_A_STATS_SYN_UNANSWERED: (u64) SYNs that no server answered before the timeout
 * @SLB_A_STATS_SYN_RESET: (u64) SYNs answered by a RST
 * @SLB_A_STATS_SERVER_RST: (u64) established connections reset by the server
 * @SLB_A_STATS_CLIENT_RST: (u64) established connections reset by the client
 * @SLB_A_STATS_IDLE_RESET: (u64) connections reset by the balancer after idling
 * @SLB_A_STATS_PAD: (pad) padding
 * @SLB_A_STATS_DENIED_PKTS: (u64) packets of clients that an access list keeps out; of services
 *	only
 * @SLB_A_STATS_DENIED_BYTES: (u64) bytes of those packets
 * @SLB_A_STATS_LIMIT_CONNS: (u64) connections refused because of a limit of connections
 * @SLB_A_STATS_LIMIT_RATE: (u64) connections refused because of a limit of new connections a
 *	second
 * @SLB_A_STATS_LIMIT_CLIENT: (u64) connections refused because of a limit of client prefixes
 * @SLB_A_STATS_LIMIT_SERVER: (u64) connections refused because every server was at its limit
 * @SLB_A_STATS_IN_LIMITED: (u64) packets from clients dropped because of the service's
 *	bandwidth
 * @SLB_A_STATS_OUT_LIMITED: (u64) packets from servers dropped because of the service's
 *	bandwidth
 * @__SLB_A_STATS_MAX: (one more)
 * @SLB_A_STATS_MAX: (the last)
 */
enum slb_a_stats {
	SLB_A_STATS_CONNS = 1,
	SLB_A_STATS_IN_PKTS,
	SLB_A_STATS_OUT_PKTS,
	SLB_A_STATS_IN_BYTES,
	SLB_A_STATS_OUT_BYTES,
	SLB_A_STATS_SYN_UNANSWERED,
	SLB_A_STATS_SYN_RESET,
	SLB_A_STATS_SERVER_RST,
	SLB_A_STATS_CLIENT_RST,
	SLB_A_STATS_IDLE_RESET,
	SLB_A_STATS_PAD,
	SLB_A_STATS_DENIED_PKTS,
	SLB_A_STATS_DENIED_BYTES,
	SLB_A_STATS_LIMIT_CONNS,
	SLB_A_STATS_LIMIT_RATE,
	SLB_A_STATS_LIMIT_CLIENT,
	SLB_A_STATS_LIMIT_SERVER,
	SLB_A_STATS_IN_LIMITED,
	SLB_A_STATS_OUT_LIMITED,

	__SLB_A_STATS_MAX,
	SLB_A_STATS_MAX = __SLB_A_STATS_MAX - 1
};

/**
 * enum slb_a_conn - A connection; in a dump request the attributes given are filters.
 * @SLB_A_CONN_PROTO: (u8) protocol
 * @SLB_A_CONN_CLIENT_ADDR: (binary) client's address; in a request with client-len a prefix
 * @SLB_A_CONN_CLIENT_PORT: (be16) client's port
 * @SLB_A_CONN_CLIENT_LEN: (u8) prefix length of client-addr; in requests only
 * @SLB_A_CONN_SVC_ADDR: (binary) service's address
 * @SLB_A_CONN_SVC_PORT: (be16) service's port
 * @SLB_A_CONN_VRF: (u32) VRF of the service
 * @SLB_A_CONN_LADDR: (binary) source address towards the server: a local address, or in nat
 *	mode the client's
 * @SLB_A_CONN_LPORT: (be16) source port towards the server
 * @SLB_A_CONN_SRV_ADDR: (binary) server's address
 * @SLB_A_CONN_SRV_PORT: (be16) server's port
 * @SLB_A_CONN_STATE: (u8) state
 * @SLB_A_CONN_EXPIRES: (u32) seconds until the connection expires if no packet comes
 * @SLB_A_CONN_SEQ_SHIFT: (u32) added to the client's sequence numbers, modulo 2^32
 * @SLB_A_CONN_TS_SHIFT: (u32) added to the client's timestamps, modulo 2^32
 * @SLB_A_CONN_TOA_PENDING: (flag) the client's packets still carry its address
 * @SLB_A_CONN_ALL: (flag) conn-del: every connection; in requests only
 * @SLB_A_CONN_ENDED: (u32) connections that conn-del has ended; in answers only
 * @SLB_A_CONN_REASON: (u8) why it ended; in messages of the group conn only
 * @SLB_A_CONN_DURATION: (u64) milliseconds since it was opened; of one that has ended, until
 *	its last packet
 * @SLB_A_CONN_IN_PKTS: (u64) packets from the client, where the setting accounting was on
 * @SLB_A_CONN_OUT_PKTS: (u64) packets from the server
 * @SLB_A_CONN_IN_BYTES: (u64) bytes from the client
 * @SLB_A_CONN_OUT_BYTES: (u64) bytes from the server
 * @SLB_A_CONN_LOST: (u64) messages of the group conn that could not be sent
 * @SLB_A_CONN_PAD: (pad) padding
 * @SLB_A_CONN_SVC_PORT_LAST: (be16) last of a range of service's ports; in requests only
 * @SLB_A_CONN_FWMARK: (u32) mark of the service
 * @__SLB_A_CONN_MAX: (one more)
 * @SLB_A_CONN_MAX: (the last)
 */
enum slb_a_conn {
	SLB_A_CONN_PROTO = 1,
	SLB_A_CONN_CLIENT_ADDR,
	SLB_A_CONN_CLIENT_PORT,
	SLB_A_CONN_CLIENT_LEN,
	SLB_A_CONN_SVC_ADDR,
	SLB_A_CONN_SVC_PORT,
	SLB_A_CONN_VRF,
	SLB_A_CONN_LADDR,
	SLB_A_CONN_LPORT,
	SLB_A_CONN_SRV_ADDR,
	SLB_A_CONN_SRV_PORT,
	SLB_A_CONN_STATE,
	SLB_A_CONN_EXPIRES,
	SLB_A_CONN_SEQ_SHIFT,
	SLB_A_CONN_TS_SHIFT,
	SLB_A_CONN_TOA_PENDING,
	SLB_A_CONN_ALL,
	SLB_A_CONN_ENDED,
	SLB_A_CONN_REASON,
	SLB_A_CONN_DURATION,
	SLB_A_CONN_IN_PKTS,
	SLB_A_CONN_OUT_PKTS,
	SLB_A_CONN_IN_BYTES,
	SLB_A_CONN_OUT_BYTES,
	SLB_A_CONN_LOST,
	SLB_A_CONN_PAD,
	SLB_A_CONN_SVC_PORT_LAST,
	SLB_A_CONN_FWMARK,

	__SLB_A_CONN_MAX,
	SLB_A_CONN_MAX = __SLB_A_CONN_MAX - 1
};

/**
 * enum slb_a_ctr - Counters of the namespace.
 * @SLB_A_CTR_COUNTS: (binary) u64 for each entry of enum count, in its order
 * @SLB_A_CTR_DROPS: (binary) u64 for each entry of enum drop, in its order
 * @__SLB_A_CTR_MAX: (one more)
 * @SLB_A_CTR_MAX: (the last)
 */
enum slb_a_ctr {
	SLB_A_CTR_COUNTS = 1,
	SLB_A_CTR_DROPS,

	__SLB_A_CTR_MAX,
	SLB_A_CTR_MAX = __SLB_A_CTR_MAX - 1
};

/**
 * enum slb_a_info - The module and its limits.
 * @SLB_A_INFO_VERSION: (string) version of the module
 * @SLB_A_INFO_FEATURES: (u32) bits for what this module can do; none is defined in this version
 * @SLB_A_INFO_SERVICES: (u32) live services
 * @SLB_A_INFO_SERVERS: (u32) live servers
 * @SLB_A_INFO_LADDRS: (u32) live local addresses
 * @SLB_A_INFO_CONNS: (u32) live connections
 * @SLB_A_INFO_CREATED: (u64) objects ever created in this namespace: services, servers, local
 *	addresses, lease maps, connections
 * @SLB_A_INFO_DESTROYED: (u64) objects ever freed
 * @SLB_A_INFO_BUCKETS: (u32) buckets of the connection table
 * @SLB_A_INFO_CONN_BYTES4: (u32) bytes of an IPv4 connection
 * @SLB_A_INFO_CONN_BYTES6: (u32) bytes of an IPv6 connection
 * @SLB_A_INFO_PAD: (pad) padding
 * @SLB_A_INFO_FASTPATH: (nest of enum slb_a_fast, any number) an interface of the setting
 *	fastpath
 * @SLB_A_INFO_ACLS: (u32) access lists
 * @SLB_A_INFO_PERSISTENT: (u32) client prefixes that persistence remembers
 * @SLB_A_INFO_LIMIT_CLIENTS: (u32) client prefixes that a limit keeps count of
 * @__SLB_A_INFO_MAX: (one more)
 * @SLB_A_INFO_MAX: (the last)
 */
enum slb_a_info {
	SLB_A_INFO_VERSION = 1,
	SLB_A_INFO_FEATURES,
	SLB_A_INFO_SERVICES,
	SLB_A_INFO_SERVERS,
	SLB_A_INFO_LADDRS,
	SLB_A_INFO_CONNS,
	SLB_A_INFO_CREATED,
	SLB_A_INFO_DESTROYED,
	SLB_A_INFO_BUCKETS,
	SLB_A_INFO_CONN_BYTES4,
	SLB_A_INFO_CONN_BYTES6,
	SLB_A_INFO_PAD,
	SLB_A_INFO_FASTPATH,
	SLB_A_INFO_ACLS,
	SLB_A_INFO_PERSISTENT,
	SLB_A_INFO_LIMIT_CLIENTS,

	__SLB_A_INFO_MAX,
	SLB_A_INFO_MAX = __SLB_A_INFO_MAX - 1
};

/**
 * enum slb_a_fast - The fast path of an interface.
 * @SLB_A_FAST_NAME: (string) interface
 * @SLB_A_FAST_STATE4: (u8) of IPv4 packets
 * @SLB_A_FAST_STATE6: (u8) of IPv6 packets
 * @SLB_A_FAST_HOOK4: (string) with state hook: the function and its place
 * @SLB_A_FAST_HOOK6: (string) the same for IPv6
 * @__SLB_A_FAST_MAX: (one more)
 * @SLB_A_FAST_MAX: (the last)
 */
enum slb_a_fast {
	SLB_A_FAST_NAME = 1,
	SLB_A_FAST_STATE4,
	SLB_A_FAST_STATE6,
	SLB_A_FAST_HOOK4,
	SLB_A_FAST_HOOK6,

	__SLB_A_FAST_MAX,
	SLB_A_FAST_MAX = __SLB_A_FAST_MAX - 1
};

/**
 * enum slb_a_acl - An access list, or a part of its prefixes.
 * @SLB_A_ACL_NAME: (string) 1-80 letters, digits, '.', '_', ':' and '-'
 * @SLB_A_ACL_MODE: (u8) must be given when the list is added
 * @SLB_A_ACL_OP: (u8) what becomes of the prefixes; default replace
 * @SLB_A_ACL_PREFIX: (nest of enum slb_a_prefix, any number) a prefix
 * @SLB_A_ACL_MORE: (flag) the request goes on in the next one of the same socket, with the same
 *	name and op; only the last changes anything
 * @SLB_A_ACL_PURGE: (flag) connections of clients that the list now keeps out are reset at both
 *	ends; in the last request
 * @SLB_A_ACL_ENTRIES: (u32) number of prefixes; in answers only
 * @SLB_A_ACL_SERVICES: (u32) number of services that use the list; in answers only
 * @SLB_A_ACL_OWNER: (u8) whose it is; default hand
 * @__SLB_A_ACL_MAX: (one more)
 * @SLB_A_ACL_MAX: (the last)
 */
enum slb_a_acl {
	SLB_A_ACL_NAME = 1,
	SLB_A_ACL_MODE,
	SLB_A_ACL_OP,
	SLB_A_ACL_PREFIX,
	SLB_A_ACL_MORE,
	SLB_A_ACL_PURGE,
	SLB_A_ACL_ENTRIES,
	SLB_A_ACL_SERVICES,
	SLB_A_ACL_OWNER,

	__SLB_A_ACL_MAX,
	SLB_A_ACL_MAX = __SLB_A_ACL_MAX - 1
};

/**
 * enum slb_a_persist - What persistence remembers of a client prefix; in requests the
 *	attributes given are filters.
 * @SLB_A_PERSIST_PROTO: (u8) protocol of the service
 * @SLB_A_PERSIST_SVC_ADDR: (binary) service's address
 * @SLB_A_PERSIST_SVC_PORT: (be16) service's port
 * @SLB_A_PERSIST_VRF: (u32) VRF of the service
 * @SLB_A_PERSIST_CLIENT_ADDR: (binary) the client prefix; in a request the prefixes in it, and
 *	those it is in
 * @SLB_A_PERSIST_CLIENT_LEN: (u8) its length; in a request default the whole address
 * @SLB_A_PERSIST_SRV_ADDR: (binary) server's address
 * @SLB_A_PERSIST_SRV_PORT: (be16) server's port
 * @SLB_A_PERSIST_EXPIRES: (u32) seconds until it is forgotten if the client does not come back;
 *	in answers only
 * @SLB_A_PERSIST_SVC_PORT_LAST: (be16) last port of the service if it has a range
 * @SLB_A_PERSIST_FWMARK: (u32) mark of the service, in place of proto, svc-addr and svc-port
 * @SLB_A_PERSIST_IPV6: (flag) with fwmark: IPv6 packets; else IPv4
 * @__SLB_A_PERSIST_MAX: (one more)
 * @SLB_A_PERSIST_MAX: (the last)
 */
enum slb_a_persist {
	SLB_A_PERSIST_PROTO = 1,
	SLB_A_PERSIST_SVC_ADDR,
	SLB_A_PERSIST_SVC_PORT,
	SLB_A_PERSIST_VRF,
	SLB_A_PERSIST_CLIENT_ADDR,
	SLB_A_PERSIST_CLIENT_LEN,
	SLB_A_PERSIST_SRV_ADDR,
	SLB_A_PERSIST_SRV_PORT,
	SLB_A_PERSIST_EXPIRES,
	SLB_A_PERSIST_SVC_PORT_LAST,
	SLB_A_PERSIST_FWMARK,
	SLB_A_PERSIST_IPV6,

	__SLB_A_PERSIST_MAX,
	SLB_A_PERSIST_MAX = __SLB_A_PERSIST_MAX - 1
};

/**
 * enum slb_a_lim - Limits of a service or server; 0 is no limit.
 * @SLB_A_LIM_CONNS: (u32) most connections at a time
 * @SLB_A_LIM_RATE: (u32) most new connections a second; a tenth of it, or ten, may come at once
 * @SLB_A_LIM_CONNS_LOW: (u32) server: once it had its most connections it takes new ones below
 *	this; 0 is three quarters of it
 * @SLB_A_LIM_NAME: (string) service: named limit that counts its connections too; the empty
 *	name is none
 * @SLB_A_LIM_CLIENT_CONNS: (u32) service: most connections at a time of each client prefix
 * @SLB_A_LIM_CLIENT_RATE: (u32) service: most new connections a second of each client prefix
 * @SLB_A_LIM_CLIENT_LEN4: (u8) service: bits of an IPv4 client prefix, default 32
 * @SLB_A_LIM_CLIENT_LEN6: (u8) service: bits of an IPv6 client prefix, default 64
 * @SLB_A_LIM_BANDWIDTH_IN: (u32) service: most kbit/s from clients, layer 3, 1000-100000000
 * @SLB_A_LIM_BANDWIDTH_OUT: (u32) service: most kbit/s from servers, layer 3, 1000-100000000
 * @SLB_A_LIM_NOW: (u32) service: connections counted; in answers only
 * @__SLB_A_LIM_MAX: (one more)
 * @SLB_A_LIM_MAX: (the last)
 */
enum slb_a_lim {
	SLB_A_LIM_CONNS = 1,
	SLB_A_LIM_RATE,
	SLB_A_LIM_CONNS_LOW,
	SLB_A_LIM_NAME,
	SLB_A_LIM_CLIENT_CONNS,
	SLB_A_LIM_CLIENT_RATE,
	SLB_A_LIM_CLIENT_LEN4,
	SLB_A_LIM_CLIENT_LEN6,
	SLB_A_LIM_BANDWIDTH_IN,
	SLB_A_LIM_BANDWIDTH_OUT,
	SLB_A_LIM_NOW,

	__SLB_A_LIM_MAX,
	SLB_A_LIM_MAX = __SLB_A_LIM_MAX - 1
};

/**
 * enum slb_a_limit - A named limit that services share; 0 is no limit.
 * @SLB_A_LIMIT_NAME: (string) its name
 * @SLB_A_LIMIT_CONNS: (u32) most connections at a time of all its services together
 * @SLB_A_LIMIT_RATE: (u32) most new connections a second of all its services together
 * @SLB_A_LIMIT_NOW: (u32) connections counted; in answers only
 * @SLB_A_LIMIT_SERVICES: (u32) services that use it; in answers only
 * @SLB_A_LIMIT_LIMIT_CONNS: (u64) connections refused because of conns; in answers only
 * @SLB_A_LIMIT_LIMIT_RATE: (u64) connections refused because of rate; in answers only
 * @SLB_A_LIMIT_PAD: (pad) padding
 * @SLB_A_LIMIT_OWNER: (u8) whose it is; default hand
 * @__SLB_A_LIMIT_MAX: (one more)
 * @SLB_A_LIMIT_MAX: (the last)
 */
enum slb_a_limit {
	SLB_A_LIMIT_NAME = 1,
	SLB_A_LIMIT_CONNS,
	SLB_A_LIMIT_RATE,
	SLB_A_LIMIT_NOW,
	SLB_A_LIMIT_SERVICES,
	SLB_A_LIMIT_LIMIT_CONNS,
	SLB_A_LIMIT_LIMIT_RATE,
	SLB_A_LIMIT_PAD,
	SLB_A_LIMIT_OWNER,

	__SLB_A_LIMIT_MAX,
	SLB_A_LIMIT_MAX = __SLB_A_LIMIT_MAX - 1
};

/**
 * enum slb_a_group - A named group of servers.
 * @SLB_A_GROUP_NAME: (string) its name
 * @SLB_A_GROUP_PROTO: (u8) protocol of its servers and services; it cannot be changed
 * @SLB_A_GROUP_SCHED: (u8) scheduling method; default wlc
 * @SLB_A_GROUP_SERVERS: (u32) number of servers; in answers only
 * @SLB_A_GROUP_SERVICES: (u32) number of services that use it; in answers only
 * @SLB_A_GROUP_COMMENT: (string) a comment, 1-255 characters; empty takes it away
 * @SLB_A_GROUP_ZERO_DELAY: (u32) seconds, 0-3600, after which connections of a server are reset
 *	whose weight became 0, or delay-keep, the default
 * @SLB_A_GROUP_REMOVAL_DELAY: (u32) the same for a server that was removed; default 0
 * @SLB_A_GROUP_ON_DOWN: (u8) default keep
 * @SLB_A_GROUP_MIN_ALIVE: (u32) servers that a tier must have to take new connections: weight
 *	above 0, and up; default 1
 * @SLB_A_GROUP_TIER: (u8) the tier that takes new connections; in answers only
 * @SLB_A_GROUP_SLOW_START: (u32) seconds in which a server that comes in ramps up to its
 *	weight; default 0, at once
 * @SLB_A_GROUP_OWNER: (u8) whose it is; default hand
 * @SLB_A_GROUP_ALL_DOWN: (u8) default reset
 * @SLB_A_GROUP_CHECKED: (u8) 1: servers that are added from now on are unproved until somebody
 *	says that they are up; default 0
 * @SLB_A_GROUP_TABLE_SIZE: (u32) entries of the table of mh and mh-port, a prime; default 65537
 * @__SLB_A_GROUP_MAX: (one more)
 * @SLB_A_GROUP_MAX: (the last)
 */
enum slb_a_group {
	SLB_A_GROUP_NAME = 1,
	SLB_A_GROUP_PROTO,
	SLB_A_GROUP_SCHED,
	SLB_A_GROUP_SERVERS,
	SLB_A_GROUP_SERVICES,
	SLB_A_GROUP_COMMENT,
	SLB_A_GROUP_ZERO_DELAY,
	SLB_A_GROUP_REMOVAL_DELAY,
	SLB_A_GROUP_ON_DOWN,
	SLB_A_GROUP_MIN_ALIVE,
	SLB_A_GROUP_TIER,
	SLB_A_GROUP_SLOW_START,
	SLB_A_GROUP_OWNER,
	SLB_A_GROUP_ALL_DOWN,
	SLB_A_GROUP_CHECKED,
	SLB_A_GROUP_TABLE_SIZE,

	__SLB_A_GROUP_MAX,
	SLB_A_GROUP_MAX = __SLB_A_GROUP_MAX - 1
};

/**
 * enum slb_a_explain - What would become of a new connection.
 * @SLB_A_EXPLAIN_PROTO: (u8) protocol
 * @SLB_A_EXPLAIN_CLIENT_ADDR: (binary) client's address
 * @SLB_A_EXPLAIN_CLIENT_PORT: (be16) client's port; default 0, no port in particular
 * @SLB_A_EXPLAIN_SVC_ADDR: (binary) service's address
 * @SLB_A_EXPLAIN_SVC_PORT: (be16) service's port
 * @SLB_A_EXPLAIN_VRF: (u32) VRF by which the client's packet comes; absent or 0 is the main one
 * @SLB_A_EXPLAIN_STEP: (nest of enum slb_a_step, any number) the steps in their order; in
 *	answers only
 * @SLB_A_EXPLAIN_DROP: (u8) why there will be none; in answers only
 * @SLB_A_EXPLAIN_SRV_ADDR: (binary) the server's address; in answers only
 * @SLB_A_EXPLAIN_SRV_PORT: (be16) the server's port; in answers only
 * @SLB_A_EXPLAIN_FWMARK: (u32) mark of the client's packet; svc-addr and svc-port are then not
 *	needed
 * @__SLB_A_EXPLAIN_MAX: (one more)
 * @SLB_A_EXPLAIN_MAX: (the last)
 */
enum slb_a_explain {
	SLB_A_EXPLAIN_PROTO = 1,
	SLB_A_EXPLAIN_CLIENT_ADDR,
	SLB_A_EXPLAIN_CLIENT_PORT,
	SLB_A_EXPLAIN_SVC_ADDR,
	SLB_A_EXPLAIN_SVC_PORT,
	SLB_A_EXPLAIN_VRF,
	SLB_A_EXPLAIN_STEP,
	SLB_A_EXPLAIN_DROP,
	SLB_A_EXPLAIN_SRV_ADDR,
	SLB_A_EXPLAIN_SRV_PORT,
	SLB_A_EXPLAIN_FWMARK,

	__SLB_A_EXPLAIN_MAX,
	SLB_A_EXPLAIN_MAX = __SLB_A_EXPLAIN_MAX - 1
};

/**
 * enum slb_a_step - One step on the way to a connection.
 * @SLB_A_STEP_STEP: (u8) what is asked
 * @SLB_A_STEP_DROP: (u8) none if it goes on
 * @SLB_A_STEP_TEXT: (string) the answer
 * @__SLB_A_STEP_MAX: (one more)
 * @SLB_A_STEP_MAX: (the last)
 */
enum slb_a_step {
	SLB_A_STEP_STEP = 1,
	SLB_A_STEP_DROP,
	SLB_A_STEP_TEXT,

	__SLB_A_STEP_MAX,
	SLB_A_STEP_MAX = __SLB_A_STEP_MAX - 1
};

/**
 * enum slb_a_client - What a client prefix has of a service that limits each of them.
 * @SLB_A_CLIENT_SERVICE: (nest of enum slb_a_svc) the service, by what names it
 * @SLB_A_CLIENT_ADDR: (binary) the prefix; in requests: only those in this one, or around it
 * @SLB_A_CLIENT_LEN: (u8) its length
 * @SLB_A_CLIENT_CONNS: (u32) connections counted; in answers only
 * @SLB_A_CLIENT_FULL: (flag) it could not open another one now; in answers only
 * @__SLB_A_CLIENT_MAX: (one more)
 * @SLB_A_CLIENT_MAX: (the last)
 */
enum slb_a_client {
	SLB_A_CLIENT_SERVICE = 1,
	SLB_A_CLIENT_ADDR,
	SLB_A_CLIENT_LEN,
	SLB_A_CLIENT_CONNS,
	SLB_A_CLIENT_FULL,

	__SLB_A_CLIENT_MAX,
	SLB_A_CLIENT_MAX = __SLB_A_CLIENT_MAX - 1
};

/**
 * enum slb_cmd - commands
 * @SLB_CMD_INFO_GET: Versions, limits and live object counts.
 * @SLB_CMD_SVC_GET: One service, or a dump of all. Request: proto, addr, port, vrf, port-last,
 *	fwmark, ipv6.
 * @SLB_CMD_SVC_NEW: Adds or changes a service. Request: proto, addr, port, vrf, sched, enabled,
 *	toa, toa-kind, timestamps, unknown, pool, idle, timeouts, acl, acl-none, purge, group,
 *	persist, persist-len, limits, name, comment, zero-delay, removal-delay, on-down, min-alive,
 *	port-last, fwmark, ipv6, slow-start, owner, all-down, checked, table-size. Needs
 *	CAP_NET_ADMIN.
 * @SLB_CMD_SVC_DEL: Removes a service; its connections are reset at both ends. Request: proto,
 *	addr, port, vrf, port-last, fwmark, ipv6. Needs CAP_NET_ADMIN.
 * @SLB_CMD_SVC_NTF: A service was added, changed or removed (then only its key is given).
 * @SLB_CMD_SRV_GET: A dump of the servers, of one service or group if it is given. Request:
 *	service, group.
 * @SLB_CMD_SRV_NEW: Adds or changes a server. Request: service, addr, port, weight, fwd, group,
 *	limits, name, comment, priority, down, owner, reason. Needs CAP_NET_ADMIN.
 * @SLB_CMD_SRV_DEL: Removes a server; its connections are reset at both ends when its group's
 *	removal-delay is over. Request: service, addr, port, group. Needs CAP_NET_ADMIN.
 * @SLB_CMD_SRV_NTF: A server was added, changed or removed (then only its key is given).
 * @SLB_CMD_LADDR_GET: A dump of the local addresses, of one pool if it is given. Request: pool.
 * @SLB_CMD_LADDR_NEW: Adds or changes a local address. Request: pool, addr, vrf, dedicated,
 *	port-first, port-last, owner. Needs CAP_NET_ADMIN.
 * @SLB_CMD_LADDR_DEL: Removes a local address; connections that use it go on to their end.
 *	Request: pool, addr, vrf. Needs CAP_NET_ADMIN.
 * @SLB_CMD_LADDR_NTF: A local address was added, changed or removed (then only its key is
 *	given).
 * @SLB_CMD_CONN_GET: A dump of the connections that match the filters; an entry that lives
 *	through the dump is in it. Request: proto, client-addr, client-port, client-len, svc-addr,
 *	svc-port, vrf, srv-addr, srv-port, state, svc-port-last, fwmark. Needs CAP_NET_ADMIN.
 * @SLB_CMD_SETTINGS_GET: The settings.
 * @SLB_CMD_SETTINGS_SET: Changes the settings given. Request: timeouts, idle-reset,
 *	reclaim-unanswered, reclaim-udp, conn-max, reset-rate, toa-trusted, toa-trusted-none,
 *	fastpath-force, fastpath, fastpath-none, persist-max, accounting. Needs CAP_NET_ADMIN.
 * @SLB_CMD_SETTINGS_NTF: The settings changed.
 * @SLB_CMD_COUNTER_GET: The counters of the namespace.
 * @SLB_CMD_ZERO: Sets the counters of one service and its servers, or without one every
 *	counter, to zero. Request: proto, addr, port, vrf, port-last, fwmark, ipv6. Needs
 *	CAP_NET_ADMIN.
 * @SLB_CMD_FLUSH: Removes every service, group, local address, access list and named limit; the
 *	services' connections are reset at both ends. Needs CAP_NET_ADMIN.
 * @SLB_CMD_FLUSH_NTF: Every service, group, local address, access list and named limit was
 *	removed.
 * @SLB_CMD_ACL_GET: A dump of the access lists, without their prefixes. Request: name.
 * @SLB_CMD_ACL_NEW: Adds or changes an access list. Many prefixes go in several requests that
 *	all but the last have the flag "more". They are kept for the socket and published together by
 *	the last one; an error, or the end of the socket, drops them and leaves the list as it was.
 *	Request: name, mode, op, prefix, more, purge, owner. Needs CAP_NET_ADMIN.
 * @SLB_CMD_ACL_DEL: Removes an access list that no service uses. Request: name. Needs
 *	CAP_NET_ADMIN.
 * @SLB_CMD_ACL_NTF: An access list was added, changed or removed (then only its name is given).
 * @SLB_CMD_ACL_ENTRY_GET: A dump of the prefixes of all access lists, or of one; each answer
 *	has its name and some prefixes, in their order. Request: name. Needs CAP_NET_ADMIN.
 * @SLB_CMD_GROUP_GET: One named group, or a dump of all. Request: name.
 * @SLB_CMD_GROUP_NEW: Adds or changes a named group. Request: name, proto, sched, comment,
 *	zero-delay, removal-delay, on-down, min-alive, slow-start, owner, all-down, checked,
 *	table-size. Needs CAP_NET_ADMIN.
 * @SLB_CMD_GROUP_DEL: Removes a group that no service uses, with its servers. Request: name.
 *	Needs CAP_NET_ADMIN.
 * @SLB_CMD_GROUP_NTF: A group was added, changed or removed (then only its name is given).
 * @SLB_CMD_PERSIST_GET: A dump of what persistence remembers and matches the filters. Request:
 *	proto, svc-addr, svc-port, vrf, client-addr, client-len, srv-addr, srv-port, svc-port-last,
 *	fwmark, ipv6. Needs CAP_NET_ADMIN.
 * @SLB_CMD_PERSIST_FLUSH: Forgets what persistence remembers and matches the filters;
 *	connections go on. Request: proto, svc-addr, svc-port, vrf, client-addr, client-len,
 *	srv-addr, srv-port, svc-port-last, fwmark, ipv6. Needs CAP_NET_ADMIN.
 * @SLB_CMD_LIMIT_GET: A dump of the named limits.
 * @SLB_CMD_LIMIT_NEW: Adds or changes a named limit. Request: name, conns, rate, owner. Needs
 *	CAP_NET_ADMIN.
 * @SLB_CMD_LIMIT_DEL: Removes a named limit that no service uses. Request: name. Needs
 *	CAP_NET_ADMIN.
 * @SLB_CMD_LIMIT_NTF: A named limit was added, changed or removed (then only its name is
 *	given).
 * @SLB_CMD_CONN_DEL: Ends the connections that match the filters, with a RST to both ends;
 *	needs a filter or "all". Request: proto, client-addr, client-port, client-len, svc-addr,
 *	svc-port, vrf, srv-addr, srv-port, state, all, svc-port-last, fwmark. Needs CAP_NET_ADMIN.
 * @SLB_CMD_CONN_OPEN_NTF: A connection was opened. Who joins the group is heard within half a
 *	second.
 * @SLB_CMD_CONN_CLOSE_NTF: A connection has ended.
 * @SLB_CMD_CONN_LOST_NTF: Messages about connections could not be sent; those before this one
 *	are complete.
 * @SLB_CMD_EXPLAIN: Which server a new connection would get and why. Nothing is opened and no
 *	method's state changed. Request: proto, client-addr, client-port, svc-addr, svc-port, vrf,
 *	fwmark. Needs CAP_NET_ADMIN.
 * @SLB_CMD_CLIENT_GET: A dump of the client prefixes that a service's limits count. Request:
 *	service, addr, len. Needs CAP_NET_ADMIN.
 * @SLB_CMD_HEALTH_NTF: A server went up or down, by hand too, or was proved. It is told as
 *	srv-ntf tells it, which goes to the group config at the same time.
 * @__SLB_CMD_MAX: (one more)
 * @SLB_CMD_MAX: (the last)
 */
enum slb_cmd {
	SLB_CMD_INFO_GET = 1,
	SLB_CMD_SVC_GET,
	SLB_CMD_SVC_NEW,
	SLB_CMD_SVC_DEL,
	SLB_CMD_SVC_NTF,
	SLB_CMD_SRV_GET,
	SLB_CMD_SRV_NEW,
	SLB_CMD_SRV_DEL,
	SLB_CMD_SRV_NTF,
	SLB_CMD_LADDR_GET,
	SLB_CMD_LADDR_NEW,
	SLB_CMD_LADDR_DEL,
	SLB_CMD_LADDR_NTF,
	SLB_CMD_CONN_GET,
	SLB_CMD_SETTINGS_GET,
	SLB_CMD_SETTINGS_SET,
	SLB_CMD_SETTINGS_NTF,
	SLB_CMD_COUNTER_GET,
	SLB_CMD_ZERO,
	SLB_CMD_FLUSH,
	SLB_CMD_FLUSH_NTF,
	SLB_CMD_ACL_GET,
	SLB_CMD_ACL_NEW,
	SLB_CMD_ACL_DEL,
	SLB_CMD_ACL_NTF,
	SLB_CMD_ACL_ENTRY_GET,
	SLB_CMD_GROUP_GET,
	SLB_CMD_GROUP_NEW,
	SLB_CMD_GROUP_DEL,
	SLB_CMD_GROUP_NTF,
	SLB_CMD_PERSIST_GET,
	SLB_CMD_PERSIST_FLUSH,
	SLB_CMD_LIMIT_GET,
	SLB_CMD_LIMIT_NEW,
	SLB_CMD_LIMIT_DEL,
	SLB_CMD_LIMIT_NTF,
	SLB_CMD_CONN_DEL,
	SLB_CMD_CONN_OPEN_NTF,
	SLB_CMD_CONN_CLOSE_NTF,
	SLB_CMD_CONN_LOST_NTF,
	SLB_CMD_EXPLAIN,
	SLB_CMD_CLIENT_GET,
	SLB_CMD_HEALTH_NTF,

	__SLB_CMD_MAX,
	SLB_CMD_MAX = __SLB_CMD_MAX - 1
};

#define SLB_MCGRP_CONFIG	"config"
#define SLB_MCGRP_HEALTH	"health"
#define SLB_MCGRP_CONN	"conn"

#endif /* _UAPI_LINUX_SLB_H */
