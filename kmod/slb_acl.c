// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access lists: who may open a connection to a service.
 *
 * Prefixes are kept twice: as configured, and as ranges of addresses that neither overlap nor touch.
 * Of the ranges only the addresses are kept where membership begins or ends, in order. As many of
 * them lie at or before a member as are odd, and a binary search tells how many: 300 prefixes take
 * 10 steps, 100 000 take 18, whatever their lengths.
 *
 * A set never changes. A change builds another one beside it and publishes it as a whole; packets
 * see the one or the other, and the old one is freed behind RCU.
 */
#include <linux/slab.h>
#include <linux/sort.h>
#include "slb_acl.h"
#include "slb_alloc.h"
#include "slb_net.h"

static bool slb_acl_before(const struct slb_acl_at6 *a, const struct slb_acl_at6 *b)
{
	return a->hi < b->hi || (a->hi == b->hi && a->lo < b->lo);
}

/* An IPv4 address, in the first word, as a number, or an IPv6 address. */
static struct slb_acl_at6 slb_acl_number(const __be32 *addr, bool v6)
{
	if (!v6)
		return (struct slb_acl_at6) { .lo = ntohl(addr[0]) };
	return (struct slb_acl_at6) {
		.hi = (u64)ntohl(addr[0]) << 32 | ntohl(addr[1]),
		.lo = (u64)ntohl(addr[2]) << 32 | ntohl(addr[3]),
	};
}

/* The lowest @n bits, at most 64. */
static u64 slb_acl_ones(int n)
{
	return n <= 0 ? 0 : n >= 64 ? U64_MAX : (1ull << n) - 1;
}

static struct slb_acl_at6 slb_acl_first(const struct slb_prefix *prefix)
{
	return slb_acl_number(prefix->addr.s6_addr32, prefix->v6);
}

static struct slb_acl_at6 slb_acl_last(const struct slb_prefix *prefix)
{
	struct slb_acl_at6 last = slb_acl_first(prefix);
	int host = (prefix->v6 ? 128 : 32) - prefix->len;

	last.hi |= slb_acl_ones(host - 64);
	last.lo |= slb_acl_ones(host);
	return last;
}

static void slb_acl_put(struct slb_acl_set *set, bool v6, u32 i, const struct slb_acl_at6 *at)
{
	if (set && v6)
		set->at6[i] = *at;
	else if (set)
		set->at4[i] = at->lo;
}

/*
 * Where membership changes, from prefixes of one family in order: one that begins inside the range
 * so far, or right behind it, makes it longer. Counts only if @set is NULL. Nothing follows the last
 * address there is.
 */
static u32 slb_acl_ranges(struct slb_acl_set *set, const struct slb_prefix *prefix, u32 n, bool v6)
{
	const struct slb_acl_at6 max = { .hi = v6 ? U64_MAX : 0, .lo = v6 ? U64_MAX : U32_MAX };
	struct slb_acl_at6 first, last, end = {};	/* @end: last address of the range so far */
	struct slb_acl_at6 behind = {};
	u32 count = 0, i;

	for (i = 0; i < n; i++) {
		first = slb_acl_first(&prefix[i]);
		last = slb_acl_last(&prefix[i]);
		if (count && (!slb_acl_before(&end, &max) || !slb_acl_before(&behind, &first))) {
			if (!slb_acl_before(&end, &last))
				continue;
		} else {
			if (count)
				slb_acl_put(set, v6, count++, &behind);
			slb_acl_put(set, v6, count++, &first);
		}
		end = last;
		behind = end;
		behind.hi += !++behind.lo;
	}
	if (count && slb_acl_before(&end, &max))
		slb_acl_put(set, v6, count++, &behind);
	return count;
}

static int slb_acl_compare(const void *a, const void *b)
{
	const struct slb_prefix *pa = a;
	const struct slb_prefix *pb = b;
	int order;

	if (pa->v6 != pb->v6)
		return pa->v6 - pb->v6;
	order = memcmp(&pa->addr, &pb->addr, sizeof(pa->addr));
	return order ?: pa->len - pb->len;
}

/* In order, each once; returns how many are left. */
static u32 slb_acl_sort(struct slb_prefix *prefix, u32 n)
{
	u32 kept = 0, i;

	sort(prefix, n, sizeof(*prefix), slb_acl_compare, NULL);
	for (i = 0; i < n; i++)
		if (!kept || slb_acl_compare(&prefix[kept - 1], &prefix[i]))
			prefix[kept++] = prefix[i];
	return kept;
}

/* A set of prefixes that are in order, each once; NULL: no memory. */
static struct slb_acl_set *slb_acl_set_make(const struct slb_prefix *prefix, u32 n, gfp_t gfp)
{
	struct slb_acl_set *set;
	u32 n4 = 0, at4, at6;

	while (n4 < n && !prefix[n4].v6)
		n4++;
	at4 = slb_acl_ranges(NULL, prefix, n4, false);
	at6 = slb_acl_ranges(NULL, prefix + n4, n - n4, true);
	/* At most SLB_ACL_ENTRIES_MAX of each, or twice that: no overflow. */
	set = slb_alloc(kvzalloc(sizeof(*set) + at6 * sizeof(*set->at6) + at4 * sizeof(*set->at4) +
				 n * sizeof(*prefix), gfp));
	if (!set)
		return NULL;
	set->at6 = (struct slb_acl_at6 *)(set + 1);
	set->at4 = (u32 *)(set->at6 + at6);
	set->prefix = (struct slb_prefix *)(set->at4 + at4);
	set->n4 = slb_acl_ranges(set, prefix, n4, false);
	set->n6 = slb_acl_ranges(set, prefix + n4, n - n4, true);
	set->n = n;
	memcpy(set->prefix, prefix, n * sizeof(*prefix));
	return set;
}

static bool slb_acl_has4(const struct slb_acl_set *set, u32 addr)
{
	const u32 *at = set->at4;
	u32 n = set->n4;

	if (!n || addr < *at)
		return false;
	while (n > 1) {		/* at[0] <= addr, and what is searched for is below at[n] */
		u32 half = n / 2;

		at += at[half] <= addr ? half : 0;
		n -= half;
	}
	return !((at - set->at4) & 1);
}

static bool slb_acl_has6(const struct slb_acl_set *set, const struct slb_acl_at6 *addr)
{
	const struct slb_acl_at6 *at = set->at6;
	u32 n = set->n6;

	if (!n || slb_acl_before(addr, at))
		return false;
	while (n > 1) {
		u32 half = n / 2;

		at += slb_acl_before(addr, &at[half]) ? 0 : half;
		n -= half;
	}
	return !((at - set->at6) & 1);
}

static bool slb_acl_set_has(const struct slb_acl_set *set, const __be32 *addr, bool v6)
{
	struct slb_acl_at6 number;

	if (!v6)
		return slb_acl_has4(set, ntohl(addr[0]));
	number = slb_acl_number(addr, true);
	return slb_acl_has6(set, &number);
}

/**
 * slb_acl_denies_rcu() - do a service's access lists keep a client out?
 * @svc: the service
 * @addr: the client's address, 1 or 4 words
 * @v6: its family
 *
 * Who is on a list that denies stays out, also when on one that allows.
 *
 * Context: any, inside RCU.
 * Return: true if so.
 */
bool slb_acl_denies_rcu(const struct slb_svc *svc, const __be32 *addr, bool v6)
{
	const struct slb_acl *deny = rcu_dereference(svc->acl[SLB_ACL_MODE_DENY]);
	const struct slb_acl *allow = rcu_dereference(svc->acl[SLB_ACL_MODE_ALLOW]);

	if (deny && slb_acl_set_has(rcu_dereference(deny->set), addr, v6))
		return true;
	return allow && !slb_acl_set_has(rcu_dereference(allow->set), addr, v6);
}

/**
 * slb_acl_denies_conn_rcu() - would a connection's client be kept out now?
 * @conn: the connection
 *
 * Context: any, inside RCU.
 * Return: true if so.
 */
bool slb_acl_denies_conn_rcu(const struct slb_conn *conn)
{
	return READ_ONCE(conn->svc->features) & SLB_SVC_ACL &&
	       slb_acl_denies_rcu(conn->svc, slb_conn_way(conn, SLB_DIR_ORIG)->addr,
				  slb_conn_is_v6(conn));
}

/**
 * slb_acl_find_locked() - find an access list
 * @sn: the namespace's balancer
 * @name: its name
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the list, valid as long as the mutex is held, or NULL.
 */
struct slb_acl *slb_acl_find_locked(struct slb_net *sn, const char *name)
{
	struct slb_acl *acl;

	lockdep_assert_held(&sn->cfg_mutex);
	list_for_each_entry(acl, &sn->acls, list)
		if (!strcmp(acl->name, name))
			return acl;
	return NULL;
}

/**
 * slb_acl_of_locked() - a service's access list of a mode
 * @svc: the service
 * @mode: enum slb_acl_mode
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the list or NULL.
 */
struct slb_acl *slb_acl_of_locked(const struct slb_svc *svc, u8 mode)
{
	return rcu_dereference_protected(svc->acl[mode], lockdep_is_held(&svc->sn->cfg_mutex));
}

/**
 * slb_acl_set_locked() - what an access list holds
 * @sn: the namespace's balancer
 * @acl: the list
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the set.
 */
struct slb_acl_set *slb_acl_set_locked(const struct slb_net *sn, const struct slb_acl *acl)
{
	return rcu_dereference_protected(acl->set, lockdep_is_held(&sn->cfg_mutex));
}

/**
 * slb_acl_use_locked() - give a service other access lists
 * @svc: the service
 * @acl: by mode; NULL: none
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_acl_use_locked(struct slb_svc *svc, struct slb_acl *const acl[SLB_ACL_MODE_COUNT])
{
	u8 features = svc->features & ~SLB_SVC_ACL;
	struct slb_acl *old;
	int mode;

	for (mode = 0; mode < SLB_ACL_MODE_COUNT; mode++) {
		old = slb_acl_of_locked(svc, mode);
		if (acl[mode]) {
			acl[mode]->users++;
			features |= SLB_SVC_ACL;
		}
		rcu_assign_pointer(svc->acl[mode], acl[mode]);
		if (old)
			old->users--;
	}
	WRITE_ONCE(svc->features, features);
}

static u32 slb_acl_index(const struct slb_acl_set *set, const struct slb_prefix *prefix)
{
	u32 low = 0, high = set->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (slb_acl_compare(&set->prefix[mid], prefix) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * slb_acl_has_locked() - does an access list have this very prefix?
 * @sn: the namespace's balancer
 * @acl: the list
 * @prefix: the prefix
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if so; a wider or narrower one does not count.
 */
bool slb_acl_has_locked(const struct slb_net *sn, const struct slb_acl *acl,
			const struct slb_prefix *prefix)
{
	const struct slb_acl_set *set = slb_acl_set_locked(sn, acl);
	u32 i = slb_acl_index(set, prefix);

	return i < set->n && !slb_acl_compare(&set->prefix[i], prefix);
}

/* @old with those given; NULL: no memory. ERR_PTR(-E2BIG): too many. */
static struct slb_acl_set *slb_acl_set_with(const struct slb_acl_set *old,
					    const struct slb_prefix *prefix, u32 n)
{
	struct slb_acl_set *set = NULL;
	struct slb_prefix *all;

	all = slb_alloc(kvmalloc_array(old->n + n, sizeof(*all), SLB_GFP_CONFIG));
	if (!all)
		return NULL;
	memcpy(all, old->prefix, old->n * sizeof(*all));
	memcpy(all + old->n, prefix, n * sizeof(*all));
	n = slb_acl_sort(all, old->n + n);
	set = n > SLB_ACL_ENTRIES_MAX ? ERR_PTR(-E2BIG) : slb_acl_set_make(all, n, SLB_GFP_CONFIG);
	kvfree(all);
	return set;
}

/* @old without those given, which are in order; NULL: no memory. ERR_PTR(-ENOENT): one is not there. */
static struct slb_acl_set *slb_acl_set_without(const struct slb_acl_set *old,
					       const struct slb_prefix *prefix, u32 n)
{
	struct slb_acl_set *set = NULL;
	struct slb_prefix *left;
	u32 i, gone = 0;

	/* Smaller than what it replaces, hence not charged. */
	left = slb_alloc(kvmalloc_array(old->n + 1, sizeof(*left), GFP_KERNEL));
	if (!left)
		return NULL;
	for (i = 0; i < old->n; i++) {
		if (gone < n && !slb_acl_compare(&old->prefix[i], &prefix[gone]))
			gone++;
		else
			left[i - gone] = old->prefix[i];
	}
	set = gone < n ? ERR_PTR(-ENOENT) : slb_acl_set_make(left, old->n - n, GFP_KERNEL);
	kvfree(left);
	return set;
}

/**
 * slb_acl_add_locked() - add an access list
 * @sn: the namespace's balancer
 * @name: no list has it
 * @mode: enum slb_acl_mode
 * @prefix: its prefixes; they are put in order
 * @n: entries in @prefix, at most SLB_ACL_ENTRIES_MAX
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the list, or NULL with nothing changed if there is no memory.
 */
struct slb_acl *slb_acl_add_locked(struct slb_net *sn, const char *name, u8 mode,
				   struct slb_prefix *prefix, u32 n)
{
	struct slb_acl *acl = slb_alloc(kzalloc(sizeof(*acl), SLB_GFP_CONFIG));
	struct slb_acl_set *set;

	if (!acl)
		return NULL;
	set = slb_acl_set_make(prefix, slb_acl_sort(prefix, n), SLB_GFP_CONFIG);
	if (!set) {
		kfree(acl);
		return NULL;
	}
	RCU_INIT_POINTER(acl->set, set);
	strscpy(acl->name, name, sizeof(acl->name));
	acl->mode = mode;
	acl->serial = ++sn->acl_serial;
	list_add_tail(&acl->list, &sn->acls);
	sn->n_acls++;
	slb_net_changed_locked(sn);
	return acl;
}

/**
 * slb_acl_change_locked() - change an access list as a whole
 * @sn: the namespace's balancer
 * @acl: the list
 * @op: enum slb_acl_op
 * @prefix: what to do it with; they are put in order
 * @n: entries in @prefix, at most SLB_ACL_ENTRIES_MAX
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0, or -ENOMEM, -E2BIG or -ENOENT with nothing changed.
 */
int slb_acl_change_locked(struct slb_net *sn, struct slb_acl *acl, u8 op,
			  struct slb_prefix *prefix, u32 n)
{
	struct slb_acl_set *old = slb_acl_set_locked(sn, acl);
	struct slb_acl_set *set;

	n = slb_acl_sort(prefix, n);
	if (op == SLB_ACL_OP_ADD)
		set = slb_acl_set_with(old, prefix, n);
	else if (op == SLB_ACL_OP_REMOVE)
		set = slb_acl_set_without(old, prefix, n);
	else
		set = slb_acl_set_make(prefix, n, SLB_GFP_CONFIG);
	if (!set)
		return -ENOMEM;
	if (IS_ERR(set))
		return PTR_ERR(set);
	rcu_assign_pointer(acl->set, set);
	kvfree_rcu(old, rcu);
	slb_net_changed_locked(sn);
	return 0;
}

/**
 * slb_acl_remove_locked() - remove an access list
 * @sn: the namespace's balancer
 * @acl: no service uses it
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_acl_remove_locked(struct slb_net *sn, struct slb_acl *acl)
{
	struct slb_acl_set *set = slb_acl_set_locked(sn, acl);

	WARN_ON_ONCE(acl->users);
	list_del(&acl->list);
	sn->n_acls--;
	kvfree_rcu(set, rcu);
	kfree_rcu(acl, rcu);
	slb_net_changed_locked(sn);
}

/**
 * slb_acl_remove_all_locked() - remove every access list
 * @sn: the namespace's balancer; has no services
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_acl_remove_all_locked(struct slb_net *sn)
{
	struct slb_acl *acl, *next;

	lockdep_assert_held(&sn->cfg_mutex);
	list_for_each_entry_safe(acl, next, &sn->acls, list)
		slb_acl_remove_locked(sn, acl);
}

#ifdef SLB_SELFTEST
#include "selftest/acl.c"
#endif
