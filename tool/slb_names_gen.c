// SPDX-License-Identifier: GPL-2.0-only
/* Generated from include/slb.yaml by include/slb-gen.py. Do not edit. */
#include "slb_names_gen.h"

const struct slb_name slb_proto_names[] = {
	[SLB_PROTO_TCP] = { "tcp",
		"TCP" },
	[SLB_PROTO_UDP] = { "udp",
		"UDP" },
};

const struct slb_name slb_sched_names[] = {
	[SLB_SCHED_RR] = { "rr",
		"round robin" },
	[SLB_SCHED_WRR] = { "wrr",
		"weighted round robin, smooth" },
	[SLB_SCHED_WLC] = { "wlc",
		"weighted least connections" },
	[SLB_SCHED_LC] = { "lc",
		"least connections, whatever the weights" },
	[SLB_SCHED_SH] = { "sh",
		"by a hash of the client's address" },
	[SLB_SCHED_SH_PORT] = { "sh-port",
		"by a hash of the client's address and port" },
	[SLB_SCHED_MH] = { "mh",
		"by a hash of the client's address, few clients move when servers come and go (Maglev)" },
	[SLB_SCHED_MH_PORT] = { "mh-port",
		"the same by the client's address and port" },
	[SLB_SCHED_FO] = { "fo",
		"the server with the highest weight takes all" },
	[SLB_SCHED_P2C] = { "p2c",
		"of two servers drawn at random the one with fewer connections for its weight" },
};

const struct slb_name slb_fwd_names[] = {
	[SLB_FWD_FULLNAT] = { "fullnat",
		"both addresses and both ports are translated: needs a local address, and nothing of the network" },
	[SLB_FWD_NAT] = { "nat",
		"the client's address is kept: needs the server's route to the clients to lead back through the balancer" },
};

const struct slb_name slb_on_down_names[] = {
	[SLB_ON_DOWN_KEEP] = { "keep",
		"they go on" },
	[SLB_ON_DOWN_RESET] = { "reset",
		"both ends are reset" },
};

const struct slb_name slb_all_down_names[] = {
	[SLB_ALL_DOWN_RESET] = { "reset",
		"they are refused" },
	[SLB_ALL_DOWN_ANY] = { "any",
		"they are served as if all servers were up" },
};

const struct slb_name slb_timestamps_names[] = {
	[SLB_TIMESTAMPS_TRANSLATE] = { "translate",
		"shifted onto the balancer's clock" },
	[SLB_TIMESTAMPS_REMOVE] = { "remove",
		"the option in the client's SYN becomes NOPs" },
	[SLB_TIMESTAMPS_KEEP] = { "keep",
		"passed as they are" },
};

const struct slb_name slb_unknown_names[] = {
	[SLB_UNKNOWN_RESET] = { "reset",
		"a RST to its sender" },
	[SLB_UNKNOWN_DROP] = { "drop",
		"none" },
	[SLB_UNKNOWN_PASS] = { "pass",
		"the packet goes on to the host" },
};

const struct slb_name slb_fast_names[] = {
	[SLB_FAST_ON] = { "on",
		"it serves packets" },
	[SLB_FAST_NO_DEVICE] = { "no-device",
		"there is no interface of that name" },
	[SLB_FAST_NO_MEMORY] = { "no-memory",
		"there was no memory for its hook" },
	[SLB_FAST_LOOPBACK] = { "loopback",
		"a loopback interface has none" },
	[SLB_FAST_ENSLAVED] = { "enslaved",
		"the interface is a port of a bridge, a bond or the like" },
	[SLB_FAST_VRF] = { "vrf",
		"the interface belongs to a VRF" },
	[SLB_FAST_HOOK] = { "hook",
		"the netfilter hook of somebody else would miss packets" },
	[SLB_FAST_POLICY] = { "policy",
		"IPsec policies are to be looked at" },
};

const struct slb_name slb_state_names[] = {
	[SLB_STATE_NONE] = { "none",
		"no packet judged yet" },
	[SLB_STATE_SYN_SENT] = { "syn-sent",
		"client's SYN forwarded" },
	[SLB_STATE_SYN_RECV] = { "syn-recv",
		"server answered with SYN/ACK" },
	[SLB_STATE_ESTABLISHED] = { "established",
		"handshake completed" },
	[SLB_STATE_FIN_WAIT] = { "fin-wait",
		"the server has closed its half" },
	[SLB_STATE_CLOSE_WAIT] = { "close-wait",
		"the client has closed its half" },
	[SLB_STATE_LAST_ACK] = { "last-ack",
		"both halves closed and the last acknowledgement is missing" },
	[SLB_STATE_TIME_WAIT] = { "time-wait",
		"both halves closed and acknowledged" },
	[SLB_STATE_CLOSE] = { "close",
		"reset" },
	[SLB_STATE_UDP] = { "udp",
		"a UDP flow" },
};

const struct slb_name slb_why_names[] = {
	[SLB_WHY_NONE] = { "none",
		"it has not" },
	[SLB_WHY_CLOSED] = { "closed",
		"both ends have closed it" },
	[SLB_WHY_CLIENT_RST] = { "client-rst",
		"the client has reset it" },
	[SLB_WHY_SERVER_RST] = { "server-rst",
		"the server has reset it" },
	[SLB_WHY_REFUSED] = { "refused",
		"the server answered the SYN by a RST" },
	[SLB_WHY_UNANSWERED] = { "unanswered",
		"nobody answered the SYN" },
	[SLB_WHY_TIMEOUT] = { "timeout",
		"no packet came for as long as its state allows" },
	[SLB_WHY_KILLED] = { "killed",
		"by the command conn-del" },
	[SLB_WHY_REMOVED] = { "removed",
		"its service or server was removed or drained, or an access list keeps its client out" },
	[SLB_WHY_RECLAIMED] = { "reclaimed",
		"its local port was taken for another connection" },
	[SLB_WHY_FAILED] = { "failed",
		"its first packet could not be sent on" },
};

const struct slb_name slb_step_names[] = {
	[SLB_STEP_CONNECTION] = { "connection",
		"is there one of this client already" },
	[SLB_STEP_SERVICE] = { "service",
		"is there such a service" },
	[SLB_STEP_ACCESS] = { "access",
		"do its access lists let the client in" },
	[SLB_STEP_ADMISSION] = { "admission",
		"does it take new connections" },
	[SLB_STEP_SERVER] = { "server",
		"which server does its scheduling method choose" },
	[SLB_STEP_SOURCE] = { "source",
		"where will the server see the connection come from" },
	[SLB_STEP_PERSISTENCE] = { "persistence",
		"does the client stay with the server of its last connection" },
	[SLB_STEP_LIMIT] = { "limit",
		"would a limit refuse it: of the service, of several, of the client, of the server" },
};

const struct slb_name slb_drop_names[] = {
	[SLB_DROP_NONE] = { "none",
		"not dropped" },
	[SLB_DROP_MALFORMED_IP] = { "malformed-ip",
		"the IP header is truncated or contradicts the packet's length" },
	[SLB_DROP_MALFORMED_L4] = { "malformed-l4",
		"the TCP or UDP header is truncated or contradicts the packet's length" },
	[SLB_DROP_MALFORMED_OPTION] = { "malformed-option",
		"a TCP option's length is impossible" },
	[SLB_DROP_MARTIAN] = { "martian",
		"the source address is loopback, multicast, broadcast, unspecified, IPv4-mapped or the host's own" },
	[SLB_DROP_RP_FILTER] = { "rp-filter",
		"the first packet of a connection came by an interface that does not lead back to its source" },
	[SLB_DROP_FRAGMENT] = { "fragment",
		"a fragment that reassembly did not take" },
	[SLB_DROP_UNKNOWN_TCP] = { "unknown-tcp",
		"a TCP packet to a service fits no connection and is no SYN" },
	[SLB_DROP_DISABLED] = { "disabled",
		"the service is disabled" },
	[SLB_DROP_NO_SERVER] = { "no-server",
		"no server of the service can take a connection" },
	[SLB_DROP_NO_LADDR] = { "no-laddr",
		"the service's pool has no local address of its family" },
	[SLB_DROP_NO_PORT] = { "no-port",
		"every local port towards the chosen server is in use and none could be reclaimed" },
	[SLB_DROP_CONN_MAX] = { "conn-max",
		"the namespace holds as many connections as conn-max allows" },
	[SLB_DROP_NO_MEMORY] = { "no-memory",
		"no memory for a connection or a packet" },
	[SLB_DROP_TUPLE_CONFLICT] = { "tuple-conflict",
		"another connection already uses the translated tuple" },
	[SLB_DROP_NO_ROUTE] = { "no-route",
		"no route to the translated destination" },
	[SLB_DROP_TTL] = { "ttl",
		"the TTL or hop limit ran out and the sender was told" },
	[SLB_DROP_TOO_BIG] = { "too-big",
		"the packet exceeds the path's MTU and the sender was told" },
	[SLB_DROP_POLICY] = { "policy",
		"IPsec policy forbids the packet" },
	[SLB_DROP_LRO] = { "lro",
		"an LRO aggregate cannot be forwarded" },
	[SLB_DROP_LOCAL_CLASH] = { "local-clash",
		"the host itself used a local port that is leased" },
	[SLB_DROP_SERVER_GONE] = { "server-gone",
		"the connection's server was removed; both ends are reset" },
	[SLB_DROP_CLOSED] = { "closed",
		"the connection was ended by the balancer; a late packet is answered by a RST" },
	[SLB_DROP_UDP_UNREACH] = { "udp-unreach",
		"no server for the datagram; its sender was told port unreachable" },
	[SLB_DROP_AUTH_OPTION] = { "auth-option",
		"the packet is signed by TCP-AO or TCP-MD5, which translation would break" },
	[SLB_DROP_SOURCE_ROUTE] = { "source-route",
		"an IPv4 source route, which would lead past the server" },
	[SLB_DROP_EXT_HEADER] = { "ext-header",
		"IPv6 extension headers that cannot be translated: routing, home address, jumbo payload or too many" },
	[SLB_DROP_LOOP] = { "loop",
		"the packet has been through the same service before, whose servers lead back to it" },
	[SLB_DROP_DENIED] = { "denied",
		"an access list of the service keeps the client out" },
	[SLB_DROP_LIMIT_CONNS] = { "limit-conns",
		"the service, or the limit that it shares with others, has as many connections as allowed" },
	[SLB_DROP_LIMIT_RATE] = { "limit-rate",
		"the service, or the limit that it shares with others, has had as many new connections as allowed" },
	[SLB_DROP_LIMIT_CLIENT] = { "limit-client",
		"the client, or others of its prefix, have as many connections or new ones to the service as allowed" },
	[SLB_DROP_LIMIT_SERVER] = { "limit-server",
		"every server of the service that could be chosen is at its limit" },
	[SLB_DROP_BANDWIDTH] = { "bandwidth",
		"the packet exceeds the bandwidth of its service" },
};

const struct slb_name slb_count_names[] = {
	[SLB_COUNT_SEEN] = { "seen",
		"packets to or from an address of ours" },
	[SLB_COUNT_FORWARDED] = { "forwarded",
		"packets translated and sent on" },
	[SLB_COUNT_PASSED] = { "passed",
		"packets to an address of ours that were left to the host" },
	[SLB_COUNT_CONN_CREATED] = { "conn-created",
		"connections opened" },
	[SLB_COUNT_CONN_DESTROYED] = { "conn-destroyed",
		"connections ended and freed" },
	[SLB_COUNT_CONN_EXPIRED] = { "conn-expired",
		"connections ended by their timeout" },
	[SLB_COUNT_CONN_REOPENED] = { "conn-reopened",
		"SYNs that replaced a closing connection" },
	[SLB_COUNT_RECLAIMED] = { "reclaimed",
		"local ports taken back from closing or unanswered connections" },
	[SLB_COUNT_IDLE_RESET] = { "idle-reset",
		"connections reset at both ends because they were idle" },
	[SLB_COUNT_RST_SENT] = { "rst-sent",
		"RSTs sent to either end" },
	[SLB_COUNT_RST_LIMITED] = { "rst-limited",
		"RSTs not sent because of the rate limit" },
	[SLB_COUNT_UNREACH_SENT] = { "unreach-sent",
		"ICMP unreachable messages sent" },
	[SLB_COUNT_RST_IGNORED] = { "rst-ignored",
		"RSTs outside the window forwarded without effect" },
	[SLB_COUNT_TOA_INSERTED] = { "toa-inserted",
		"client addresses inserted into a packet" },
	[SLB_COUNT_TOA_AHEAD] = { "toa-ahead",
		"client addresses sent in an empty ACK ahead of the data" },
	[SLB_COUNT_TOA_NO_ROOM] = { "toa-no-room",
		"packets that should have carried the client address and had no room" },
	[SLB_COUNT_TOA_STRIPPED] = { "toa-stripped",
		"TOA options of clients removed" },
	[SLB_COUNT_TOA_PASSED] = { "toa-passed",
		"TOA options of trusted sources passed through" },
	[SLB_COUNT_TFO_STRIPPED] = { "tfo-stripped",
		"TCP Fast Open requests turned into NOPs" },
	[SLB_COUNT_MPTCP_STRIPPED] = { "mptcp-stripped",
		"MP_CAPABLE options turned into NOPs" },
	[SLB_COUNT_MSS_CLAMPED] = { "mss-clamped",
		"MSS options lowered" },
	[SLB_COUNT_ROUTE_LOOKUP] = { "route-lookup",
		"routes looked up" },
	[SLB_COUNT_EXPIRE_LATE] = { "expire-late",
		"connections removed more than two seconds after their deadline" },
	[SLB_COUNT_TABLE_SPLIT] = { "table-split",
		"buckets split while the connection table grew" },
	[SLB_COUNT_TABLE_NOMEM] = { "table-nomem",
		"splits put off for lack of memory" },
	[SLB_COUNT_ICMP_TRANSLATED] = { "icmp-translated",
		"ICMP errors about a connection that were translated and sent on" },
	[SLB_COUNT_PMTU_LEARNED] = { "pmtu-learned",
		"path MTUs learned from such errors" },
	[SLB_COUNT_OUT_OF_WINDOW] = { "out-of-window",
		"TCP packets whose numbers cannot be their sender's, forwarded without effect" },
	[SLB_COUNT_NAT_PORT_CHANGED] = { "nat-port-changed",
		"connections in nat mode whose source port was translated, because another one had the client's" },
	[SLB_COUNT_FAST] = { "fast",
		"packets that the fast path of their interface translated and sent on" },
	[SLB_COUNT_FAST_LEFT] = { "fast-left",
		"packets to or from an address of ours that a fast path left to the normal way" },
	[SLB_COUNT_PERSISTED] = { "persisted",
		"connections that went to the server of their client's last one" },
	[SLB_COUNT_PERSIST_FULL] = { "persist-full",
		"connections of persistent services that were not remembered, for persist-max or lack of memory" },
	[SLB_COUNT_CLIENT_UNCOUNTED] = { "client-uncounted",
		"connections that a limit of clients does not count because its table is full" },
	[SLB_COUNT_KILLED] = { "killed",
		"connections ended by the command conn-del" },
	[SLB_COUNT_FLOW_LOST] = { "flow-lost",
		"messages of the flow log that nobody was sent for lack of room or memory" },
};

const struct slb_name slb_acl_mode_names[] = {
	[SLB_ACL_MODE_ALLOW] = { "allow",
		"its members pass and nobody else" },
	[SLB_ACL_MODE_DENY] = { "deny",
		"its members do not pass" },
};

const struct slb_name slb_acl_op_names[] = {
	[SLB_ACL_OP_REPLACE] = { "replace",
		"those given take the place of all" },
	[SLB_ACL_OP_ADD] = { "add",
		"those given come in" },
	[SLB_ACL_OP_REMOVE] = { "remove",
		"those given go; each must be there" },
};

const struct slb_name slb_owner_names[] = {
	[SLB_OWNER_HAND] = { "hand",
		"whoever sends commands, the default" },
	[SLB_OWNER_CONF] = { "conf",
		"the file slb.conf: reading it again deletes the object if the file no longer has it" },
};

static const struct slb_attr_name slb_service_attrs_list[] = {
	[SLB_A_SVC_PROTO] = { "proto" },
	[SLB_A_SVC_ADDR] = { "addr" },
	[SLB_A_SVC_PORT] = { "port" },
	[SLB_A_SVC_VRF] = { "vrf" },
	[SLB_A_SVC_SCHED] = { "sched" },
	[SLB_A_SVC_ENABLED] = { "enabled" },
	[SLB_A_SVC_TOA] = { "toa" },
	[SLB_A_SVC_TOA_KIND] = { "toa-kind" },
	[SLB_A_SVC_TIMESTAMPS] = { "timestamps" },
	[SLB_A_SVC_UNKNOWN] = { "unknown" },
	[SLB_A_SVC_POOL] = { "pool" },
	[SLB_A_SVC_IDLE] = { "idle" },
	[SLB_A_SVC_TIMEOUTS] = { "timeouts", &slb_timeouts_attrs },
	[SLB_A_SVC_STATS] = { "stats", &slb_stats_attrs },
	[SLB_A_SVC_SERVERS] = { "servers" },
	[SLB_A_SVC_PAD] = { "pad" },
	[SLB_A_SVC_ACL] = { "acl" },
	[SLB_A_SVC_ACL_NONE] = { "acl-none" },
	[SLB_A_SVC_PURGE] = { "purge" },
	[SLB_A_SVC_GROUP] = { "group" },
	[SLB_A_SVC_PERSIST] = { "persist" },
	[SLB_A_SVC_PERSIST_LEN] = { "persist-len" },
	[SLB_A_SVC_LIMITS] = { "limits", &slb_limits_attrs },
	[SLB_A_SVC_NAME] = { "name" },
	[SLB_A_SVC_COMMENT] = { "comment" },
	[SLB_A_SVC_ZERO_DELAY] = { "zero-delay" },
	[SLB_A_SVC_REMOVAL_DELAY] = { "removal-delay" },
	[SLB_A_SVC_ON_DOWN] = { "on-down" },
	[SLB_A_SVC_MIN_ALIVE] = { "min-alive" },
	[SLB_A_SVC_PORT_LAST] = { "port-last" },
	[SLB_A_SVC_FWMARK] = { "fwmark" },
	[SLB_A_SVC_IPV6] = { "ipv6" },
	[SLB_A_SVC_SLOW_START] = { "slow-start" },
	[SLB_A_SVC_OWNER] = { "owner" },
	[SLB_A_SVC_ALL_DOWN] = { "all-down" },
	[SLB_A_SVC_CHECKED] = { "checked" },
	[SLB_A_SVC_TABLE_SIZE] = { "table-size" },
	[SLB_A_SVC_CONNS] = { "conns" },
};

const struct slb_attr_set slb_service_attrs = {
	slb_service_attrs_list, SLB_A_SVC_CONNS + 1
};

static const struct slb_attr_name slb_service_key_attrs_list[] = {
	[SLB_A_SVC_PROTO] = { "proto" },
	[SLB_A_SVC_ADDR] = { "addr" },
	[SLB_A_SVC_PORT] = { "port" },
	[SLB_A_SVC_VRF] = { "vrf" },
	[SLB_A_SVC_PORT_LAST] = { "port-last" },
	[SLB_A_SVC_FWMARK] = { "fwmark" },
	[SLB_A_SVC_IPV6] = { "ipv6" },
};

const struct slb_attr_set slb_service_key_attrs = {
	slb_service_key_attrs_list, SLB_A_SVC_IPV6 + 1
};

static const struct slb_attr_name slb_server_attrs_list[] = {
	[SLB_A_SRV_SERVICE] = { "service", &slb_service_key_attrs },
	[SLB_A_SRV_ADDR] = { "addr" },
	[SLB_A_SRV_PORT] = { "port" },
	[SLB_A_SRV_WEIGHT] = { "weight" },
	[SLB_A_SRV_FWD] = { "fwd" },
	[SLB_A_SRV_ACTIVE] = { "active" },
	[SLB_A_SRV_INACTIVE] = { "inactive" },
	[SLB_A_SRV_STATS] = { "stats", &slb_stats_attrs },
	[SLB_A_SRV_PAD] = { "pad" },
	[SLB_A_SRV_GROUP] = { "group" },
	[SLB_A_SRV_LIMITS] = { "limits", &slb_limits_attrs },
	[SLB_A_SRV_NAME] = { "name" },
	[SLB_A_SRV_COMMENT] = { "comment" },
	[SLB_A_SRV_PRIORITY] = { "priority" },
	[SLB_A_SRV_DOWN] = { "down" },
	[SLB_A_SRV_DRAINING] = { "draining" },
	[SLB_A_SRV_LEFT] = { "left" },
	[SLB_A_SRV_STANDBY] = { "standby" },
	[SLB_A_SRV_RAMP] = { "ramp" },
	[SLB_A_SRV_OWNER] = { "owner" },
	[SLB_A_SRV_REASON] = { "reason" },
	[SLB_A_SRV_SINCE] = { "since" },
	[SLB_A_SRV_UNPROVED] = { "unproved" },
};

const struct slb_attr_set slb_server_attrs = {
	slb_server_attrs_list, SLB_A_SRV_UNPROVED + 1
};

static const struct slb_attr_name slb_laddr_attrs_list[] = {
	[SLB_A_LADDR_POOL] = { "pool" },
	[SLB_A_LADDR_ADDR] = { "addr" },
	[SLB_A_LADDR_VRF] = { "vrf" },
	[SLB_A_LADDR_DEDICATED] = { "dedicated" },
	[SLB_A_LADDR_PORT_FIRST] = { "port-first" },
	[SLB_A_LADDR_PORT_LAST] = { "port-last" },
	[SLB_A_LADDR_LEASES] = { "leases" },
	[SLB_A_LADDR_EXHAUSTED] = { "exhausted" },
	[SLB_A_LADDR_RECLAIMED] = { "reclaimed" },
	[SLB_A_LADDR_DYING] = { "dying" },
	[SLB_A_LADDR_PAD] = { "pad" },
	[SLB_A_LADDR_OWNER] = { "owner" },
	[SLB_A_LADDR_PORTS] = { "ports" },
};

const struct slb_attr_set slb_laddr_attrs = {
	slb_laddr_attrs_list, SLB_A_LADDR_PORTS + 1
};

static const struct slb_attr_name slb_timeouts_attrs_list[] = {
	[SLB_A_TO_SYN_SENT] = { "syn-sent" },
	[SLB_A_TO_SYN_RECV] = { "syn-recv" },
	[SLB_A_TO_ESTABLISHED] = { "established" },
	[SLB_A_TO_FIN_WAIT] = { "fin-wait" },
	[SLB_A_TO_CLOSE_WAIT] = { "close-wait" },
	[SLB_A_TO_LAST_ACK] = { "last-ack" },
	[SLB_A_TO_TIME_WAIT] = { "time-wait" },
	[SLB_A_TO_CLOSE] = { "close" },
	[SLB_A_TO_UDP] = { "udp" },
};

const struct slb_attr_set slb_timeouts_attrs = {
	slb_timeouts_attrs_list, SLB_A_TO_UDP + 1
};

static const struct slb_attr_name slb_settings_attrs_list[] = {
	[SLB_A_SET_TIMEOUTS] = { "timeouts", &slb_timeouts_attrs },
	[SLB_A_SET_IDLE_RESET] = { "idle-reset" },
	[SLB_A_SET_RECLAIM_UNANSWERED] = { "reclaim-unanswered" },
	[SLB_A_SET_RECLAIM_UDP] = { "reclaim-udp" },
	[SLB_A_SET_CONN_MAX] = { "conn-max" },
	[SLB_A_SET_RESET_RATE] = { "reset-rate" },
	[SLB_A_SET_TOA_TRUSTED] = { "toa-trusted", &slb_prefix_attrs },
	[SLB_A_SET_TOA_TRUSTED_NONE] = { "toa-trusted-none" },
	[SLB_A_SET_FASTPATH_FORCE] = { "fastpath-force" },
	[SLB_A_SET_FASTPATH] = { "fastpath" },
	[SLB_A_SET_FASTPATH_NONE] = { "fastpath-none" },
	[SLB_A_SET_PERSIST_MAX] = { "persist-max" },
	[SLB_A_SET_ACCOUNTING] = { "accounting" },
};

const struct slb_attr_set slb_settings_attrs = {
	slb_settings_attrs_list, SLB_A_SET_ACCOUNTING + 1
};

static const struct slb_attr_name slb_prefix_attrs_list[] = {
	[SLB_A_PREFIX_ADDR] = { "addr" },
	[SLB_A_PREFIX_LEN] = { "len" },
};

const struct slb_attr_set slb_prefix_attrs = {
	slb_prefix_attrs_list, SLB_A_PREFIX_LEN + 1
};

static const struct slb_attr_name slb_stats_attrs_list[] = {
	[SLB_A_STATS_CONNS] = { "conns" },
	[SLB_A_STATS_IN_PKTS] = { "in-pkts" },
	[SLB_A_STATS_OUT_PKTS] = { "out-pkts" },
	[SLB_A_STATS_IN_BYTES] = { "in-bytes" },
	[SLB_A_STATS_OUT_BYTES] = { "out-bytes" },
	[SLB_A_STATS_SYN_UNANSWERED] = { "syn-unanswered" },
	[SLB_A_STATS_SYN_RESET] = { "syn-reset" },
	[SLB_A_STATS_SERVER_RST] = { "server-rst" },
	[SLB_A_STATS_CLIENT_RST] = { "client-rst" },
	[SLB_A_STATS_IDLE_RESET] = { "idle-reset" },
	[SLB_A_STATS_PAD] = { "pad" },
	[SLB_A_STATS_DENIED_PKTS] = { "denied-pkts" },
	[SLB_A_STATS_DENIED_BYTES] = { "denied-bytes" },
	[SLB_A_STATS_LIMIT_CONNS] = { "limit-conns" },
	[SLB_A_STATS_LIMIT_RATE] = { "limit-rate" },
	[SLB_A_STATS_LIMIT_CLIENT] = { "limit-client" },
	[SLB_A_STATS_LIMIT_SERVER] = { "limit-server" },
	[SLB_A_STATS_IN_LIMITED] = { "in-limited" },
	[SLB_A_STATS_OUT_LIMITED] = { "out-limited" },
};

const struct slb_attr_set slb_stats_attrs = {
	slb_stats_attrs_list, SLB_A_STATS_OUT_LIMITED + 1
};

static const struct slb_attr_name slb_conn_attrs_list[] = {
	[SLB_A_CONN_PROTO] = { "proto" },
	[SLB_A_CONN_CLIENT_ADDR] = { "client-addr" },
	[SLB_A_CONN_CLIENT_PORT] = { "client-port" },
	[SLB_A_CONN_CLIENT_LEN] = { "client-len" },
	[SLB_A_CONN_SVC_ADDR] = { "svc-addr" },
	[SLB_A_CONN_SVC_PORT] = { "svc-port" },
	[SLB_A_CONN_VRF] = { "vrf" },
	[SLB_A_CONN_LADDR] = { "laddr" },
	[SLB_A_CONN_LPORT] = { "lport" },
	[SLB_A_CONN_SRV_ADDR] = { "srv-addr" },
	[SLB_A_CONN_SRV_PORT] = { "srv-port" },
	[SLB_A_CONN_STATE] = { "state" },
	[SLB_A_CONN_EXPIRES] = { "expires" },
	[SLB_A_CONN_SEQ_SHIFT] = { "seq-shift" },
	[SLB_A_CONN_TS_SHIFT] = { "ts-shift" },
	[SLB_A_CONN_TOA_PENDING] = { "toa-pending" },
	[SLB_A_CONN_ALL] = { "all" },
	[SLB_A_CONN_ENDED] = { "ended" },
	[SLB_A_CONN_REASON] = { "reason" },
	[SLB_A_CONN_DURATION] = { "duration" },
	[SLB_A_CONN_IN_PKTS] = { "in-pkts" },
	[SLB_A_CONN_OUT_PKTS] = { "out-pkts" },
	[SLB_A_CONN_IN_BYTES] = { "in-bytes" },
	[SLB_A_CONN_OUT_BYTES] = { "out-bytes" },
	[SLB_A_CONN_LOST] = { "lost" },
	[SLB_A_CONN_PAD] = { "pad" },
	[SLB_A_CONN_SVC_PORT_LAST] = { "svc-port-last" },
	[SLB_A_CONN_FWMARK] = { "fwmark" },
};

const struct slb_attr_set slb_conn_attrs = {
	slb_conn_attrs_list, SLB_A_CONN_FWMARK + 1
};

static const struct slb_attr_name slb_counter_attrs_list[] = {
	[SLB_A_CTR_COUNTS] = { "counts" },
	[SLB_A_CTR_DROPS] = { "drops" },
};

const struct slb_attr_set slb_counter_attrs = {
	slb_counter_attrs_list, SLB_A_CTR_DROPS + 1
};

static const struct slb_attr_name slb_info_attrs_list[] = {
	[SLB_A_INFO_VERSION] = { "version" },
	[SLB_A_INFO_FEATURES] = { "features" },
	[SLB_A_INFO_SERVICES] = { "services" },
	[SLB_A_INFO_SERVERS] = { "servers" },
	[SLB_A_INFO_LADDRS] = { "laddrs" },
	[SLB_A_INFO_CONNS] = { "conns" },
	[SLB_A_INFO_CREATED] = { "created" },
	[SLB_A_INFO_DESTROYED] = { "destroyed" },
	[SLB_A_INFO_BUCKETS] = { "buckets" },
	[SLB_A_INFO_CONN_BYTES4] = { "conn-bytes4" },
	[SLB_A_INFO_CONN_BYTES6] = { "conn-bytes6" },
	[SLB_A_INFO_PAD] = { "pad" },
	[SLB_A_INFO_FASTPATH] = { "fastpath", &slb_fastpath_attrs },
	[SLB_A_INFO_ACLS] = { "acls" },
	[SLB_A_INFO_PERSISTENT] = { "persistent" },
	[SLB_A_INFO_LIMIT_CLIENTS] = { "limit-clients" },
};

const struct slb_attr_set slb_info_attrs = {
	slb_info_attrs_list, SLB_A_INFO_LIMIT_CLIENTS + 1
};

static const struct slb_attr_name slb_fastpath_attrs_list[] = {
	[SLB_A_FAST_NAME] = { "name" },
	[SLB_A_FAST_STATE4] = { "state4" },
	[SLB_A_FAST_STATE6] = { "state6" },
	[SLB_A_FAST_HOOK4] = { "hook4" },
	[SLB_A_FAST_HOOK6] = { "hook6" },
};

const struct slb_attr_set slb_fastpath_attrs = {
	slb_fastpath_attrs_list, SLB_A_FAST_HOOK6 + 1
};

static const struct slb_attr_name slb_acl_attrs_list[] = {
	[SLB_A_ACL_NAME] = { "name" },
	[SLB_A_ACL_MODE] = { "mode" },
	[SLB_A_ACL_OP] = { "op" },
	[SLB_A_ACL_PREFIX] = { "prefix", &slb_prefix_attrs },
	[SLB_A_ACL_MORE] = { "more" },
	[SLB_A_ACL_PURGE] = { "purge" },
	[SLB_A_ACL_ENTRIES] = { "entries" },
	[SLB_A_ACL_SERVICES] = { "services" },
	[SLB_A_ACL_OWNER] = { "owner" },
};

const struct slb_attr_set slb_acl_attrs = {
	slb_acl_attrs_list, SLB_A_ACL_OWNER + 1
};

static const struct slb_attr_name slb_persist_attrs_list[] = {
	[SLB_A_PERSIST_PROTO] = { "proto" },
	[SLB_A_PERSIST_SVC_ADDR] = { "svc-addr" },
	[SLB_A_PERSIST_SVC_PORT] = { "svc-port" },
	[SLB_A_PERSIST_VRF] = { "vrf" },
	[SLB_A_PERSIST_CLIENT_ADDR] = { "client-addr" },
	[SLB_A_PERSIST_CLIENT_LEN] = { "client-len" },
	[SLB_A_PERSIST_SRV_ADDR] = { "srv-addr" },
	[SLB_A_PERSIST_SRV_PORT] = { "srv-port" },
	[SLB_A_PERSIST_EXPIRES] = { "expires" },
	[SLB_A_PERSIST_SVC_PORT_LAST] = { "svc-port-last" },
	[SLB_A_PERSIST_FWMARK] = { "fwmark" },
	[SLB_A_PERSIST_IPV6] = { "ipv6" },
};

const struct slb_attr_set slb_persist_attrs = {
	slb_persist_attrs_list, SLB_A_PERSIST_IPV6 + 1
};

static const struct slb_attr_name slb_limits_attrs_list[] = {
	[SLB_A_LIM_CONNS] = { "conns" },
	[SLB_A_LIM_RATE] = { "rate" },
	[SLB_A_LIM_CONNS_LOW] = { "conns-low" },
	[SLB_A_LIM_NAME] = { "name" },
	[SLB_A_LIM_CLIENT_CONNS] = { "client-conns" },
	[SLB_A_LIM_CLIENT_RATE] = { "client-rate" },
	[SLB_A_LIM_CLIENT_LEN4] = { "client-len4" },
	[SLB_A_LIM_CLIENT_LEN6] = { "client-len6" },
	[SLB_A_LIM_BANDWIDTH_IN] = { "bandwidth-in" },
	[SLB_A_LIM_BANDWIDTH_OUT] = { "bandwidth-out" },
	[SLB_A_LIM_NOW] = { "now" },
};

const struct slb_attr_set slb_limits_attrs = {
	slb_limits_attrs_list, SLB_A_LIM_NOW + 1
};

static const struct slb_attr_name slb_limit_attrs_list[] = {
	[SLB_A_LIMIT_NAME] = { "name" },
	[SLB_A_LIMIT_CONNS] = { "conns" },
	[SLB_A_LIMIT_RATE] = { "rate" },
	[SLB_A_LIMIT_NOW] = { "now" },
	[SLB_A_LIMIT_SERVICES] = { "services" },
	[SLB_A_LIMIT_LIMIT_CONNS] = { "limit-conns" },
	[SLB_A_LIMIT_LIMIT_RATE] = { "limit-rate" },
	[SLB_A_LIMIT_PAD] = { "pad" },
	[SLB_A_LIMIT_OWNER] = { "owner" },
};

const struct slb_attr_set slb_limit_attrs = {
	slb_limit_attrs_list, SLB_A_LIMIT_OWNER + 1
};

static const struct slb_attr_name slb_group_attrs_list[] = {
	[SLB_A_GROUP_NAME] = { "name" },
	[SLB_A_GROUP_PROTO] = { "proto" },
	[SLB_A_GROUP_SCHED] = { "sched" },
	[SLB_A_GROUP_SERVERS] = { "servers" },
	[SLB_A_GROUP_SERVICES] = { "services" },
	[SLB_A_GROUP_COMMENT] = { "comment" },
	[SLB_A_GROUP_ZERO_DELAY] = { "zero-delay" },
	[SLB_A_GROUP_REMOVAL_DELAY] = { "removal-delay" },
	[SLB_A_GROUP_ON_DOWN] = { "on-down" },
	[SLB_A_GROUP_MIN_ALIVE] = { "min-alive" },
	[SLB_A_GROUP_TIER] = { "tier" },
	[SLB_A_GROUP_SLOW_START] = { "slow-start" },
	[SLB_A_GROUP_OWNER] = { "owner" },
	[SLB_A_GROUP_ALL_DOWN] = { "all-down" },
	[SLB_A_GROUP_CHECKED] = { "checked" },
	[SLB_A_GROUP_TABLE_SIZE] = { "table-size" },
};

const struct slb_attr_set slb_group_attrs = {
	slb_group_attrs_list, SLB_A_GROUP_TABLE_SIZE + 1
};

static const struct slb_attr_name slb_explain_attrs_list[] = {
	[SLB_A_EXPLAIN_PROTO] = { "proto" },
	[SLB_A_EXPLAIN_CLIENT_ADDR] = { "client-addr" },
	[SLB_A_EXPLAIN_CLIENT_PORT] = { "client-port" },
	[SLB_A_EXPLAIN_SVC_ADDR] = { "svc-addr" },
	[SLB_A_EXPLAIN_SVC_PORT] = { "svc-port" },
	[SLB_A_EXPLAIN_VRF] = { "vrf" },
	[SLB_A_EXPLAIN_STEP] = { "step", &slb_step_attrs },
	[SLB_A_EXPLAIN_DROP] = { "drop" },
	[SLB_A_EXPLAIN_SRV_ADDR] = { "srv-addr" },
	[SLB_A_EXPLAIN_SRV_PORT] = { "srv-port" },
	[SLB_A_EXPLAIN_FWMARK] = { "fwmark" },
};

const struct slb_attr_set slb_explain_attrs = {
	slb_explain_attrs_list, SLB_A_EXPLAIN_FWMARK + 1
};

static const struct slb_attr_name slb_step_attrs_list[] = {
	[SLB_A_STEP_STEP] = { "step" },
	[SLB_A_STEP_DROP] = { "drop" },
	[SLB_A_STEP_TEXT] = { "text" },
};

const struct slb_attr_set slb_step_attrs = {
	slb_step_attrs_list, SLB_A_STEP_TEXT + 1
};

static const struct slb_attr_name slb_client_attrs_list[] = {
	[SLB_A_CLIENT_SERVICE] = { "service", &slb_service_key_attrs },
	[SLB_A_CLIENT_ADDR] = { "addr" },
	[SLB_A_CLIENT_LEN] = { "len" },
	[SLB_A_CLIENT_CONNS] = { "conns" },
	[SLB_A_CLIENT_FULL] = { "full" },
};

const struct slb_attr_set slb_client_attrs = {
	slb_client_attrs_list, SLB_A_CLIENT_FULL + 1
};

const struct slb_cmd_name slb_cmd_names[] = {
	[SLB_CMD_INFO_GET] = { "info-get", &slb_info_attrs },
	[SLB_CMD_SVC_GET] = { "svc-get", &slb_service_attrs },
	[SLB_CMD_SVC_NEW] = { "svc-new", &slb_service_attrs },
	[SLB_CMD_SVC_DEL] = { "svc-del", &slb_service_attrs },
	[SLB_CMD_SVC_NTF] = { "svc-ntf", &slb_service_attrs },
	[SLB_CMD_SRV_GET] = { "srv-get", &slb_server_attrs },
	[SLB_CMD_SRV_NEW] = { "srv-new", &slb_server_attrs },
	[SLB_CMD_SRV_DEL] = { "srv-del", &slb_server_attrs },
	[SLB_CMD_SRV_NTF] = { "srv-ntf", &slb_server_attrs },
	[SLB_CMD_LADDR_GET] = { "laddr-get", &slb_laddr_attrs },
	[SLB_CMD_LADDR_NEW] = { "laddr-new", &slb_laddr_attrs },
	[SLB_CMD_LADDR_DEL] = { "laddr-del", &slb_laddr_attrs },
	[SLB_CMD_LADDR_NTF] = { "laddr-ntf", &slb_laddr_attrs },
	[SLB_CMD_CONN_GET] = { "conn-get", &slb_conn_attrs },
	[SLB_CMD_SETTINGS_GET] = { "settings-get", &slb_settings_attrs },
	[SLB_CMD_SETTINGS_SET] = { "settings-set", &slb_settings_attrs },
	[SLB_CMD_SETTINGS_NTF] = { "settings-ntf", &slb_settings_attrs },
	[SLB_CMD_COUNTER_GET] = { "counter-get", &slb_counter_attrs },
	[SLB_CMD_ZERO] = { "zero", &slb_service_attrs },
	[SLB_CMD_FLUSH] = { "flush", &slb_service_attrs },
	[SLB_CMD_FLUSH_NTF] = { "flush-ntf", &slb_service_attrs },
	[SLB_CMD_ACL_GET] = { "acl-get", &slb_acl_attrs },
	[SLB_CMD_ACL_NEW] = { "acl-new", &slb_acl_attrs },
	[SLB_CMD_ACL_DEL] = { "acl-del", &slb_acl_attrs },
	[SLB_CMD_ACL_NTF] = { "acl-ntf", &slb_acl_attrs },
	[SLB_CMD_ACL_ENTRY_GET] = { "acl-entry-get", &slb_acl_attrs },
	[SLB_CMD_GROUP_GET] = { "group-get", &slb_group_attrs },
	[SLB_CMD_GROUP_NEW] = { "group-new", &slb_group_attrs },
	[SLB_CMD_GROUP_DEL] = { "group-del", &slb_group_attrs },
	[SLB_CMD_GROUP_NTF] = { "group-ntf", &slb_group_attrs },
	[SLB_CMD_PERSIST_GET] = { "persist-get", &slb_persist_attrs },
	[SLB_CMD_PERSIST_FLUSH] = { "persist-flush", &slb_persist_attrs },
	[SLB_CMD_LIMIT_GET] = { "limit-get", &slb_limit_attrs },
	[SLB_CMD_LIMIT_NEW] = { "limit-new", &slb_limit_attrs },
	[SLB_CMD_LIMIT_DEL] = { "limit-del", &slb_limit_attrs },
	[SLB_CMD_LIMIT_NTF] = { "limit-ntf", &slb_limit_attrs },
	[SLB_CMD_CONN_DEL] = { "conn-del", &slb_conn_attrs },
	[SLB_CMD_CONN_OPEN_NTF] = { "conn-open-ntf", &slb_conn_attrs },
	[SLB_CMD_CONN_CLOSE_NTF] = { "conn-close-ntf", &slb_conn_attrs },
	[SLB_CMD_CONN_LOST_NTF] = { "conn-lost-ntf", &slb_conn_attrs },
	[SLB_CMD_EXPLAIN] = { "explain", &slb_explain_attrs },
	[SLB_CMD_CLIENT_GET] = { "client-get", &slb_client_attrs },
	[SLB_CMD_HEALTH_NTF] = { "health-ntf", &slb_server_attrs },
};
