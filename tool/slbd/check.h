/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What slbd is told to check: the border between the readers of its files and the daemon.
 *
 * A reader fills a struct slbd_conf; it need not know what a check consists of, slbd_check_set()
 * takes each setting by its name. The daemon copies what it needs.
 */
#ifndef SLBD_CHECK_H
#define SLBD_CHECK_H

#include <stdio.h>

#include "../model.h"

#define SLBD_CHECK_BYTES	1024	/* longest request and answer of udp */
#define SLBD_CHECK_ARGS		64	/* words of exec */
#define SLBD_CHECK_TEXT		256
#define SLBD_CODE_MAX		600	/* codes of HTTP are below */

enum slbd_check_type {
	SLBD_CHECK_NONE,	/* always up */
	SLBD_CHECK_MANUAL,	/* up or down by hand */
	SLBD_CHECK_TCP,
	SLBD_CHECK_SYN,
	SLBD_CHECK_HTTP,
	SLBD_CHECK_HTTPS,
	SLBD_CHECK_UDP,
	SLBD_CHECK_DNS,
	SLBD_CHECK_PING,
	SLBD_CHECK_EXEC,
	SLBD_CHECK_TYPES
};

enum slbd_http_method {
	SLBD_HTTP_HEAD,
	SLBD_HTTP_GET,
};

/**
 * struct slbd_bytes - a request or an answer
 * @len: bytes in use
 * @b: the bytes
 */
struct slbd_bytes {
	__u16	len;
	__u8	b[SLBD_CHECK_BYTES];
};

/**
 * struct slbd_check_conf - how servers are checked
 * @type: enum slbd_check_type
 * @interval: milliseconds from one probe to the next; 0 is the type's default
 * @timeout: milliseconds that a probe may take; 0 is the type's default
 * @rise: successes in a row that bring a server up
 * @fall: failures in a row that take it down
 * @addr: met there; length 0 is the server's address
 * @port: met there; 0 is the server's port
 * @source: probes come from there; length 0 is a local address of the group's pool
 * @mark: of the probes' packets
 * @vrf: interface index of the VRF they are sent in; 0 is the main one. Not set by readers
 * @method: http: enum slbd_http_method
 * @http10: http: speak HTTP/1.0
 * @verify: https: the certificate must be valid
 * @code: http: bit n: answer n is one of a healthy server
 * @path: http: what is asked for
 * @host: http: Host; NULL is the server's address
 * @body: http: text that the answer must contain, or NULL
 * @ca: https: file of certificates to verify by; NULL is the system's
 * @sni: https: name in the handshake and to verify; NULL is @host
 * @ping: udp: an ICMP echo must be answered first
 * @request: udp: sent; empty is an empty datagram
 * @expect: udp: the answer must contain it; empty: none is awaited
 * @query: dns: name that is asked for
 * @arg: exec: the program and its arguments
 * @arg_count: entries in @arg
 *
 * Texts are malloc()ed.
 */
struct slbd_check_conf {
	enum slbd_check_type	type;
	__u32			interval;
	__u32			timeout;
	__u8			rise;
	__u8			fall;
	struct slb_addr		addr;
	__u16			port;
	struct slb_addr		source;
	__u32			mark;
	__u32			vrf;
	enum slbd_http_method	method;
	bool			http10;
	bool			verify;
	__u32			code[(SLBD_CODE_MAX + 31) / 32];
	char			*path;
	char			*host;
	char			*body;
	char			*ca;
	char			*sni;
	bool			ping;
	struct slbd_bytes	*request;
	struct slbd_bytes	*expect;
	char			*query;
	char			**arg;
	size_t			arg_count;
};

/**
 * struct slbd_conf_srv - a server that is checked in its own way
 * @end: the server, as in the group
 * @check: how
 */
struct slbd_conf_srv {
	struct slb_end		end;
	struct slbd_check_conf	check;
};

/**
 * struct slbd_conf_group - how the servers of a group are checked
 * @group: the named group, or empty
 * @svc: without @group: the service that has the group for its own
 * @check: how
 * @srv: exceptions
 * @srv_count: entries in @srv
 */
struct slbd_conf_group {
	char			group[SLB_NAME_MAX + 1];
	struct slb_svc_key	svc;
	struct slbd_check_conf	check;
	struct slbd_conf_srv	*srv;
	size_t			srv_count;
};

/**
 * struct slbd_conf - all checks
 * @group: the groups
 * @group_count: entries in @group
 * @metrics: where the metrics are to be had; port 0 is nowhere
 */
struct slbd_conf {
	struct slbd_conf_group	*group;
	size_t			group_count;
	struct slb_end		metrics;
};

extern const struct slb_words slbd_check_types;

/* check.c */
void slbd_check_init(struct slbd_check_conf *conf, enum slbd_check_type type);
void slbd_check_copy(struct slbd_check_conf *to, const struct slbd_check_conf *from);
void slbd_check_args_free(struct slbd_check_conf *conf);
void slbd_check_free(struct slbd_check_conf *conf);
bool slbd_check_is_equal(const struct slbd_check_conf *a, const struct slbd_check_conf *b);
__u32 slbd_check_hash(const struct slbd_check_conf *conf);
__u32 slbd_check_interval(const struct slbd_check_conf *conf);
__u32 slbd_check_timeout(const struct slbd_check_conf *conf);
__u64 slbd_check_worst(const struct slbd_check_conf *conf);
const char *slbd_check_text(char *buf, const struct slbd_check_conf *conf);
bool slbd_check_probes(const struct slbd_check_conf *conf);
void slbd_conf_free(struct slbd_conf *conf);
struct slbd_conf_group *slbd_conf_group_add(struct slbd_conf *conf);
struct slbd_conf_srv *slbd_conf_srv_add(struct slbd_conf_group *group);

/* setting.c */
const char *slbd_check_has(const struct slbd_check_conf *conf, const char *name);
const char *slbd_check_set(struct slbd_check_conf *conf, const char *name, const char *value);
const char *slbd_check_arg_add(struct slbd_check_conf *conf, const char *word);
const char *slbd_check_wrong(const struct slbd_check_conf *conf);

/* lines.c */
int slbd_lines_read(const char *file, struct slbd_conf *conf);

/* health.c: takes over what is checked; checks that stay equal go on where they are. */
void slbd_checks_apply(const struct slbd_conf *conf);

#endif
