/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the balancer is configured with, as plain structs: the command line, restore files and the
 * kernel's answers all become these. An attribute that is one number lives in value[], indexed by
 * its number in the netlink family; bit n of @given says that value[n] (or the member named after
 * attribute n) was given.
 */
#ifndef SLB_MODEL_H
#define SLB_MODEL_H

#include <net/if.h>
#include <netinet/in.h>
#include <linux/slb.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "addr.h"
#include "names.h"

#define SLB_GIVEN(attr)		(1ULL << (attr))
#define SLB_VRF_TEXT		16	/* IF_NAMESIZE */
#define SLB_OBJECT_TEXT		(2 * SLB_END_TEXT + 8 * SLB_NAME_MAX)

/**
 * struct slb_words - names of the values of an enumeration
 * @word: the names; a hole has none
 * @count: entries in @word
 */
struct slb_words {
	const struct slb_name	*word;
	unsigned int		count;
};

/**
 * struct slb_field - a numeric attribute that has the same name everywhere the user meets it
 * @name: long option, key of --set and JSON key
 * @attr: attribute and index into value[]
 * @wide: a u32 attribute, else u8
 * @kind: how the value is written: as a number, on|off, one of @words, or a number or keep
 * @tcp: means something to TCP services only
 * @min: smallest value
 * @max: largest value
 * @zero: 0 is allowed besides @min to @max
 * @dflt: value in force when it was never given
 * @words: names of the values
 */
struct slb_field {
	const char	*name;
	__u16		attr;
	bool		wide;
	enum { SLB_FIELD_NUMBER, SLB_FIELD_SWITCH, SLB_FIELD_WORD, SLB_FIELD_DELAY } kind;
	bool		tcp;
	__u32		min;
	__u32		max;
	bool		zero;
	__u32		dflt;
	const struct slb_words *words;
};

/**
 * struct slb_svc_key - what names a service
 * @proto: IPPROTO_TCP or IPPROTO_UDP; 0 with @mark: both
 * @end: its address and first port; port 0 is all; with @mark only the length of the address counts
 * @last: its last port: that of @end unless there are several
 * @mark: takes packets with this mark, wherever they go; 0: not by mark
 * @vrf: interface index; 0 is the main one
 */
struct slb_svc_key {
	__u8		proto;
	struct slb_end	end;
	__u16		last;
	__u32		mark;
	__u32		vrf;
};

static inline bool slb_svc_key_has_tcp(const struct slb_svc_key *key)
{
	return key->proto == IPPROTO_TCP || key->mark;
}

/* Seconds by state; 0 in a service takes the namespace's. */
struct slb_timeouts {
	__u64	given;
	__u32	value[SLB_A_TO_MAX + 1];
};

struct slb_stats {
	__u64	value[SLB_A_STATS_MAX + 1];
};

/* Limits of a service, a server or, with its name, a named limit; bandwidth in kbit/s. */
struct slb_limits {
	__u64	given;
	__u32	value[SLB_A_LIM_MAX + 1];
	char	name[SLB_NAME_MAX + 1];
};

struct slb_limit {
	struct slb_limits	limits;
	__u64			given;		/* but for the limits */
	__u32			owner;
	__u32			services;
	__u64			refused_conns;
	__u64			refused_rate;
};

/* What people call a service, group (without name) or server; a character has up to four bytes. */
struct slb_label {
	char	name[4 * SLB_NAME_MAX + 1];
	char	comment[4 * SLB_COMMENT_MAX + 1];
	bool	name_given;
	bool	comment_given;
};

struct slb_svc {
	struct slb_svc_key	key;
	struct slb_label	label;
	__u64			given;
	__u32			value[SLB_A_SVC_MAX + 1];
	struct slb_timeouts	timeouts;
	struct slb_stats	stats;
	struct slb_limits	limits;
	char			pool[SLB_NAME_MAX + 1];
	char			acl[SLB_ACL_MODE_COUNT][SLB_NAME_MAX + 1];	/* "" is none */
	char			group[SLB_NAME_MAX + 1];
};

/* A named group. */
struct slb_group {
	struct slb_label	label;
	char	name[SLB_NAME_MAX + 1];
	__u64	given;
	__u32	value[SLB_A_GROUP_MAX + 1];
};

/* A server of a named group, or of a service's own if @group is empty; @reason says why it is up or down. */
struct slb_srv {
	struct slb_label	label;
	char			reason[4 * SLB_COMMENT_MAX + 1];
	char			group[SLB_NAME_MAX + 1];
	struct slb_svc_key	svc;
	struct slb_end		end;
	__u64			given;
	__u32			value[SLB_A_SRV_MAX + 1];
	struct slb_stats	stats;
	struct slb_limits	limits;
};

struct slb_laddr {
	struct slb_addr	addr;
	__u64		given;
	__u32		value[SLB_A_LADDR_MAX + 1];
	__u64		exhausted;
	__u64		reclaimed;
	char		pool[SLB_NAME_MAX + 1];
};

/* An access list; it may be but a change of one. */
struct slb_acl {
	char			name[SLB_NAME_MAX + 1];
	__u64			given;
	__u32			value[SLB_A_ACL_MAX + 1];
	struct slb_prefix	*prefix;	/* malloc()ed */
	size_t			prefix_count;
};

struct slb_settings {
	__u64			given;
	__u32			value[SLB_A_SET_MAX + 1];
	struct slb_timeouts	timeouts;
	struct slb_prefix	*trusted;	/* malloc()ed */
	size_t			trusted_count;
	char			fastpath[SLB_FASTPATH_MAX][IFNAMSIZ];
	size_t			fastpath_count;
};

/**
 * struct slb_config - everything that -S writes
 * @svc: services, sorted by key
 * @svc_count: entries in @svc
 * @srv: servers, sorted by service and endpoint, then those of named groups likewise
 * @srv_count: entries in @srv
 * @laddr: local addresses, sorted by pool and address
 * @laddr_count: entries in @laddr
 * @acl: access lists, sorted by name
 * @acl_count: entries in @acl
 * @group: named groups, sorted by name
 * @group_count: entries in @group
 * @settings: settings of the namespace
 * @limit: named limits, sorted by name
 * @limit_count: entries in @limit
 */
struct slb_config {
	struct slb_svc		*svc;
	size_t			svc_count;
	struct slb_srv		*srv;
	size_t			srv_count;
	struct slb_laddr	*laddr;
	size_t			laddr_count;
	struct slb_acl		*acl;
	size_t			acl_count;
	struct slb_group	*group;
	size_t			group_count;
	struct slb_settings	settings;
	struct slb_limit	*limit;
	size_t			limit_count;
};

extern const struct slb_field slb_svc_fields[];
extern const struct slb_field slb_srv_fields[];
extern const struct slb_field slb_group_fields[];
extern const struct slb_field slb_set_fields[];
extern const struct slb_field slb_to_fields[];
extern const struct slb_words slb_states;
extern const struct slb_words slb_ends;
extern const struct slb_words slb_owners;

const struct slb_field *slb_field_find(const struct slb_field *fields, const char *name);
const char *slb_field_parse(const struct slb_field *field, __u32 *value, const char *text);
const char *slb_field_text(const struct slb_field *field, __u32 value, char *buf, size_t size);
const char *slb_field_range(const struct slb_field *field, char *buf, size_t size);

void slb_field_default(const struct slb_field *field, __u64 *given, __u32 *value, bool tcp);
void slb_field_print(const struct slb_field *field, __u32 value, bool flags);
void slb_timeouts_print(const struct slb_timeouts *timeouts, bool flags);
void slb_svc_persist_view(const struct slb_svc *svc, bool flags);

const char *slb_word(const struct slb_words *words, unsigned int value);
const char *slb_proto_text(__u8 proto);
const char *slb_vrf_text(char *buf, __u32 vrf);
const char *slb_svc_key_text(char *buf, const struct slb_svc_key *key);
const char *slb_listen_text(char *buf, const struct slb_svc_key *key);
void slb_listen_warn(const struct slb_svc_key *key);

int slb_svc_key_compare(const struct slb_svc_key *a, const struct slb_svc_key *b);
int slb_srv_compare(const struct slb_srv *a, const struct slb_srv *b);
int slb_laddr_compare(const struct slb_laddr *a, const struct slb_laddr *b);

void slb_svc_persist_default(struct slb_svc *svc);
bool slb_svc_field_is_own(const struct slb_svc *svc, const struct slb_field *field);
void slb_svc_default(struct slb_svc *svc);
void slb_srv_default(struct slb_srv *srv);
void slb_laddr_default(struct slb_laddr *laddr);
void slb_limits_default(struct slb_limits *limits, bool srv);
void slb_limits_print(const struct slb_limits *limits, bool srv, bool flags);

void *slb_list_add(void *list, size_t *count, size_t size);
struct slb_svc *slb_config_svc_add(struct slb_config *config);
struct slb_srv *slb_config_srv_add(struct slb_config *config);
struct slb_laddr *slb_config_laddr_add(struct slb_config *config);
void slb_config_sort(struct slb_config *config);
bool slb_config_srv_is_of(const struct slb_config *config, size_t srv, size_t svc);
/* Bytes of a text with all interfaces of fastpath. */
#define SLB_FASTPATH_TEXT	(SLB_FASTPATH_MAX * IFNAMSIZ + 5)
const char *slb_fastpath_text(char *text, const struct slb_settings *set);
void slb_config_free(struct slb_config *config);

#endif
