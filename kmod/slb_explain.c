// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which server would a new connection get, and why? The steps are those of slb_open(), whose
 * functions decide here too; they are only asked. What they would have to count or to change is left
 * out: a feature that takes part in the decision has its step here, in the order of slb_open().
 */
#include "slb_acl.h"
#include "slb_explain.h"
#include "slb_limit.h"
#include "slb_open.h"
#include "slb_path.h"
#include "slb_persist.h"
#include "slb_sched.h"

/* One step more; false if the connection ends with it. */
static __printf(4, 5) bool slb_explain_say(struct slb_explanation *ex, enum slb_step step,
					   enum slb_drop drop, const char *fmt, ...)
{
	struct slb_explain_step *to = &ex->step[ex->n];
	va_list args;

	ex->drop = drop;
	if (WARN_ON_ONCE(ex->n == SLB_EXPLAIN_STEPS))
		return !drop;
	ex->n++;
	to->step = step;
	to->drop = drop;
	va_start(args, fmt);
	vscnprintf(to->text, sizeof(to->text), fmt, args);
	va_end(args);
	return !drop;
}

/* Its packets would go on with the connection that there is. */
static bool slb_explain_is_known(const struct slb_pkt *pkt, struct slb_explanation *ex)
{
	struct slb_way *way;
	struct slb_conn *conn;

	if (!pkt->tuple.sport)
		return false;
	way = pkt->v6 ? slb_table_find6_rcu(&pkt->sn->table, &pkt->tuple) :
			slb_table_find4_rcu(&pkt->sn->table, &pkt->tuple);
	if (!way || slb_way_dir(way) != SLB_DIR_ORIG)
		return false;
	conn = slb_way_conn(way);
	ex->addr = conn->srv->ep->key.addr;
	ex->port = way->new_dport;
	ex->found = true;
	slb_explain_say(ex, SLB_STEP_CONNECTION, SLB_DROP_NONE,
			"the client has one already; a packet goes on with it");
	return true;
}

static bool slb_explain_access(const struct slb_pkt *pkt, const struct slb_svc *svc,
			       struct slb_explanation *ex)
{
	if (!(READ_ONCE(svc->features) & SLB_SVC_ACL))
		return slb_explain_say(ex, SLB_STEP_ACCESS, SLB_DROP_NONE, "no access list");
	if (slb_acl_denies_rcu(svc, pkt->v6 ? pkt->tuple.v6[0].s6_addr32 : pkt->tuple.v4, pkt->v6))
		return slb_explain_say(ex, SLB_STEP_ACCESS, SLB_DROP_DENIED,
				       "an access list keeps the client out");
	return slb_explain_say(ex, SLB_STEP_ACCESS, SLB_DROP_NONE,
			       "the access lists let the client in");
}

static bool slb_explain_admission(struct slb_pkt *pkt, struct slb_opening *open,
				  struct slb_explanation *ex)
{
	enum slb_drop drop = slb_open_forbidden(pkt, open);

	return slb_explain_say(ex, SLB_STEP_ADMISSION, drop, "%s",
			       drop ? "the service takes no new connection" :
				      "the service takes new connections");
}

#define SLB_EXPLAIN_NUMBERS	80

/* Such as "5 of 10 connections, at most 100 new ones a second (no more now)". */
static const char *slb_explain_numbers(char *buf, u32 conns, u32 conns_max, u32 rate,
				       enum slb_drop drop)
{
	int len = scnprintf(buf, SLB_EXPLAIN_NUMBERS, "%u", conns);

	if (conns_max)
		len += scnprintf(buf + len, SLB_EXPLAIN_NUMBERS - len, " of %u", conns_max);
	len += scnprintf(buf + len, SLB_EXPLAIN_NUMBERS - len, " connections");
	if (rate)
		len += scnprintf(buf + len, SLB_EXPLAIN_NUMBERS - len,
				 ", at most %u new ones a second", rate);
	if (drop)
		scnprintf(buf + len, SLB_EXPLAIN_NUMBERS - len, ", no more now");
	return buf;
}

static bool slb_explain_quota(struct slb_quota *quota, const char *what, const char *name,
			      struct slb_explanation *ex)
{
	u32 conns_max = READ_ONCE(quota->conns_max);
	enum slb_drop drop = slb_quota_ask(quota);
	u32 rate = READ_ONCE(quota->rate);
	char numbers[SLB_EXPLAIN_NUMBERS];

	if (!conns_max && !rate)
		return true;
	slb_explain_numbers(numbers, atomic_read(&quota->conns), conns_max, rate, drop);
	return slb_explain_say(ex, SLB_STEP_LIMIT, drop, "%s%s: %s", what, name, numbers);
}

static bool slb_explain_client(const struct slb_pkt *pkt, const struct slb_limits *limits,
			       struct slb_explanation *ex)
{
	const struct slb_client_rule *rule = &limits->client;
	char numbers[SLB_EXPLAIN_NUMBERS];
	enum slb_drop drop;
	u32 conns;

	drop = slb_client_ask(pkt->sn, rule, &pkt->tuple.v6[0], pkt->v6, &conns);
	slb_explain_numbers(numbers, conns, READ_ONCE(rule->conns_max), READ_ONCE(rule->rate), drop);
	return slb_explain_say(ex, SLB_STEP_LIMIT, drop, "the client's /%u: %s", rule->len[pkt->v6],
			       numbers);
}

static bool slb_explain_bandwidth(const struct slb_bandwidth *bandwidth,
				  struct slb_explanation *ex)
{
	bool allows = slb_gcra_allows(&bandwidth->gcra, &bandwidth->per);

	return slb_explain_say(ex, SLB_STEP_LIMIT, allows ? SLB_DROP_NONE : SLB_DROP_BANDWIDTH,
			       "%u kbit/s from clients%s", READ_ONCE(bandwidth->kbit),
			       allows ? "" : ", used up now");
}

/* As slb_limit_take(), in its order. */
static bool slb_explain_limits(const struct slb_pkt *pkt, const struct slb_opening *open,
			       struct slb_explanation *ex)
{
	struct slb_limits *limits = rcu_dereference(open->svc->limits);

	if (!limits)
		return true;
	return slb_explain_quota(&limits->own, "the service", "", ex) &&
	       (!limits->shared ||
		slb_explain_quota(&limits->shared->quota, "limit ", limits->shared->name, ex)) &&
	       (!limits->has_client || slb_explain_client(pkt, limits, ex)) &&
	       (!limits->shaped[SLB_DIR_ORIG] ||
		slb_explain_bandwidth(&limits->bandwidth[SLB_DIR_ORIG], ex));
}

/* The chosen server has limits: it, another one, or none. */
static bool slb_explain_room(const struct slb_pkt *pkt, struct slb_opening *open,
			     struct slb_group *group, struct slb_explanation *ex)
{
	struct slb_srv *srv = open->srv;
	enum slb_drop drop = slb_limit_srv_ask(srv);
	char numbers[SLB_EXPLAIN_NUMBERS];
	const char *then = "";

	slb_explain_numbers(numbers, max(atomic_read(&srv->active) + atomic_read(&srv->inactive), 0),
			    READ_ONCE(srv->cap.conns_max), READ_ONCE(srv->cap.rate), drop);
	open->srv = slb_limit_other_rcu(group, pkt, srv, true);
	if (!open->srv)
		then = "; nor do others";
	else if (open->srv != srv)
		then = "; another one takes it";
	ex->found = open->srv;
	return slb_explain_say(ex, SLB_STEP_LIMIT, open->srv ? SLB_DROP_NONE : SLB_DROP_LIMIT_SERVER,
			       "the server: %s%s", numbers, then);
}

static struct slb_srv *slb_explain_persistence(const struct slb_pkt *pkt, struct slb_svc *svc,
					       const struct slb_group *group,
					       struct slb_explanation *ex)
{
	struct slb_srv *srv;

	if (!(READ_ONCE(svc->features) & SLB_SVC_PERSIST))
		return NULL;
	srv = slb_persist_peek_rcu(svc, group, pkt);
	slb_explain_say(ex, SLB_STEP_PERSISTENCE, SLB_DROP_NONE, "%s",
			srv ? "the client's last server is remembered and can be chosen" :
			      "no server is remembered for the client, or it cannot be chosen");
	return srv;
}

static bool slb_explain_server(const struct slb_pkt *pkt, struct slb_opening *open,
			       struct slb_explanation *ex)
{
	struct slb_group *group = rcu_dereference(open->svc->group);
	const struct slb_roster *sched = rcu_dereference(group->sched);

	open->srv = slb_explain_persistence(pkt, open->svc, group, ex);
	if (!open->srv)
		open->srv = slb_sched_peek_rcu(group, pkt);
	if (!open->srv)
		return slb_explain_say(ex, SLB_STEP_SERVER, pkt->proto == IPPROTO_UDP ?
				       SLB_DROP_UDP_UNREACH : SLB_DROP_NO_SERVER,
				       "of %u servers none can be chosen", READ_ONCE(group->nservers));
	ex->found = true;
	slb_explain_say(ex, SLB_STEP_SERVER, SLB_DROP_NONE,
			"weight %u, %d connections active; chosen among %u of %u servers",
			READ_ONCE(open->srv->weight), max(atomic_read(&open->srv->active), 0),
			sched ? READ_ONCE(sched->n) : 0, READ_ONCE(group->nservers));
	return !READ_ONCE(open->srv->cap.on) || slb_explain_room(pkt, open, group, ex);
}

static void slb_explain_source(const struct slb_pkt *pkt, struct slb_opening *open,
			       struct slb_explanation *ex)
{
	const struct slb_pool *pool = rcu_dereference(open->svc->pool);
	const struct slb_laddr_set *set = rcu_dereference(pool->set[pkt->v6]);

	slb_open_set_mode(pkt, open);
	ex->addr = open->to->addr;
	ex->port = open->to->port;
	if (open->nat)
		slb_explain_say(ex, SLB_STEP_SOURCE, SLB_DROP_NONE,
				"nat: the client's own address");
	else if (!set || !set->n)
		slb_explain_say(ex, SLB_STEP_SOURCE, SLB_DROP_NO_LADDR,
				"fullnat: the pool has no local address of this family");
	else
		slb_explain_say(ex, SLB_STEP_SOURCE, SLB_DROP_NONE,
				"fullnat: a port of one of %u local addresses", set->n);
}

/**
 * slb_explain_rcu() - what would become of a client's first packet?
 * @pkt: who the client is, and the service's address: @sn, @net, @v6, @proto, @tuple; no packet
 * @mark: the packet's
 * @ex: zeroed; the answer
 *
 * Context: BH off, inside RCU. The namespace has had a service.
 */
void slb_explain_rcu(struct slb_pkt *pkt, u32 mark, struct slb_explanation *ex)
{
	struct slb_opening open = {};

	if (slb_explain_is_known(pkt, ex))
		return;
	open.svc = slb_listen_marked_rcu(pkt, mark);
	if (!open.svc) {
		slb_explain_say(ex, SLB_STEP_SERVICE, SLB_DROP_NONE,
				"there is none; the packet is left to the host");
		return;
	}
	slb_explain_say(ex, SLB_STEP_SERVICE, SLB_DROP_NONE, "found");
	if (slb_explain_access(pkt, open.svc, ex) && slb_explain_admission(pkt, &open, ex) &&
	    slb_explain_limits(pkt, &open, ex) && slb_explain_server(pkt, &open, ex))
		slb_explain_source(pkt, &open, ex);
}
