// SPDX-License-Identifier: GPL-2.0-only
/* Whose word about a client is believed: prefixes of balancers.
 *
 * A list never changes: a writer builds the next one and swaps the pointer, so
 * a reader sees the old or the new list, whole. Two prefixes are either apart
 * or one lies in the other; with the covered ones left out those that remain
 * are apart, and a binary search finds the only one that could match:
 * O(log n) for a packet, O(n log n) for a change.
 */
#include <linux/ctype.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <uapi/linux/slb_toa.h>
#include "slb_alloc.h"
#include "toa_trust.h"

static void slb_toa_addr_split(u64 *hi, u64 *lo, const void *addr, u8 family)
{
	if (family == AF_INET) {
		*hi = (u64)get_unaligned_be32(addr) << 32;
		*lo = 0;
	} else {
		*hi = get_unaligned_be64(addr);
		*lo = get_unaligned_be64(addr + sizeof(*hi));
	}
}

static bool slb_toa_prefix_covers(const struct slb_toa_prefix *prefix, u64 hi,
				  u64 lo)
{
	if (!prefix->len)
		return true;
	if (prefix->len <= 64)
		return !((prefix->hi ^ hi) >> (64 - prefix->len));
	return prefix->hi == hi && !((prefix->lo ^ lo) >> (128 - prefix->len));
}

/**
 * slb_toa_prefix_set() - fill in a prefix
 * @prefix: what to fill
 * @addr: 4 or 16 bytes in network order, any alignment
 * @family: AF_INET or AF_INET6
 * @len: length in bits
 *
 * Context: any.
 * Return: 0, -ERANGE when @len is too long for the family, -EINVAL when a bit
 * behind the prefix is set.
 */
int slb_toa_prefix_set(struct slb_toa_prefix *prefix, const void *addr,
		       u8 family, u8 len)
{
	u64 hi_host = 0;
	u64 lo_host = 0;

	if (len > (family == AF_INET ? 32 : 128))
		return -ERANGE;

	memset(prefix, 0, sizeof(*prefix));
	prefix->family = family;
	prefix->len = len;
	slb_toa_addr_split(&prefix->hi, &prefix->lo, addr, family);

	if (len < 64)
		hi_host = U64_MAX >> len;
	if (len < 128)
		lo_host = len > 64 ? U64_MAX >> (len - 64) : U64_MAX;
	return (prefix->hi & hi_host) || (prefix->lo & lo_host) ? -EINVAL : 0;
}

/**
 * slb_toa_prefix_addr() - a prefix's address as it goes over the wire
 * @prefix: the prefix
 * @addr: filled with 4 or 16 bytes in network order, any alignment
 *
 * Context: any.
 */
void slb_toa_prefix_addr(const struct slb_toa_prefix *prefix, void *addr)
{
	if (prefix->family == AF_INET) {
		put_unaligned_be32(prefix->hi >> 32, addr);
	} else {
		put_unaligned_be64(prefix->hi, addr);
		put_unaligned_be64(prefix->lo, addr + sizeof(prefix->hi));
	}
}

/**
 * slb_toa_prefix_parse() - read a prefix as an operator writes it
 * @prefix: what to fill
 * @text: ADDRESS or ADDRESS/LENGTH
 *
 * Context: process.
 * Return: 0, -ERANGE or -EINVAL.
 */
int slb_toa_prefix_parse(struct slb_toa_prefix *prefix, const char *text)
{
	u8 addr[sizeof(struct in6_addr)];
	const char *end = NULL;
	u8 family;
	u8 len;

	if (in4_pton(text, -1, addr, '/', &end)) {
		family = AF_INET;
		len = 32;
	} else if (in6_pton(text, -1, addr, '/', &end)) {
		family = AF_INET6;
		len = 128;
	} else {
		return -EINVAL;
	}
	if (*end == '/' && (!isdigit(end[1]) || kstrtou8(end + 1, 10, &len)))
		return -EINVAL;
	return slb_toa_prefix_set(prefix, addr, family, len);
}

static int slb_toa_prefix_cmp(const void *left, const void *right)
{
	const struct slb_toa_prefix *a = left;
	const struct slb_toa_prefix *b = right;

	if (a->family != b->family)
		return a->family == AF_INET ? -1 : 1;
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return (int)a->len - (int)b->len;
}

static struct slb_toa_trust *slb_toa_trust_alloc(u32 nr, gfp_t gfp)
{
	struct slb_toa_trust *trust;

	/* All of them once, and those that count for the search again. */
	trust = slb_alloc(kvzalloc(struct_size(trust, all, 2 * nr), gfp));
	if (trust)
		trust->nr = nr;
	return trust;
}

/* @all is filled: bring it in order, drop doubles, build what is searched.
 * A covering prefix sorts before what it covers, and what it covers follows it
 * without a gap, so the last one kept is the only one to compare with.
 */
static void slb_toa_trust_build(struct slb_toa_trust *trust)
{
	struct slb_toa_prefix *kept = NULL;
	struct slb_toa_prefix *out;
	u32 nr = 0;
	u32 i;

	sort(trust->all, trust->nr, sizeof(*trust->all), slb_toa_prefix_cmp,
	     NULL);
	for (i = 0; i < trust->nr; i++)
		if (!i || slb_toa_prefix_cmp(&trust->all[i], &trust->all[i - 1]))
			trust->all[nr++] = trust->all[i];
	trust->nr = nr;

	out = trust->all + nr;
	trust->v4 = out;
	trust->v6 = out;
	for (i = 0; i < nr; i++) {
		const struct slb_toa_prefix *next = &trust->all[i];

		if (kept && kept->family == next->family &&
		    slb_toa_prefix_covers(kept, next->hi, next->lo))
			continue;
		kept = out++;
		*kept = *next;
		if (next->family == AF_INET) {
			trust->nr_v4++;
			trust->v6 = out;
		} else {
			trust->nr_v6++;
		}
	}
}

/**
 * slb_toa_trust_create() - a trust list of given prefixes
 * @list: the prefixes, in any order; doubles are dropped
 * @nr: how many
 *
 * Context: process, may sleep.
 * Return: the list, to be freed by kvfree() or kvfree_rcu(), or NULL when memory
 * is short.
 */
struct slb_toa_trust *slb_toa_trust_create(const struct slb_toa_prefix *list,
					   u32 nr)
{
	struct slb_toa_trust *trust = slb_toa_trust_alloc(nr, SLB_GFP_CONFIG);

	if (!trust)
		return NULL;
	memcpy(trust->all, list, nr * sizeof(*list));
	slb_toa_trust_build(trust);
	return trust;
}

/* Index of @prefix in @trust->all, or @trust->nr. */
static u32 slb_toa_trust_find(const struct slb_toa_trust *trust,
			      const struct slb_toa_prefix *prefix)
{
	u32 i;

	for (i = 0; i < trust->nr; i++)
		if (!slb_toa_prefix_cmp(&trust->all[i], prefix))
			break;
	return i;
}

/**
 * slb_toa_trust_add() - a trust list with one prefix more
 * @trust: the list as it is
 * @prefix: what to add
 *
 * Context: process, may sleep; @trust must not go away meanwhile.
 * Return: the new list, ERR_PTR(-EEXIST), ERR_PTR(-ENOSPC) or ERR_PTR(-ENOMEM).
 */
struct slb_toa_trust *slb_toa_trust_add(const struct slb_toa_trust *trust,
					const struct slb_toa_prefix *prefix)
{
	struct slb_toa_trust *next;

	if (slb_toa_trust_find(trust, prefix) < trust->nr)
		return ERR_PTR(-EEXIST);
	if (trust->nr >= SLB_TOA_TRUST_MAX)
		return ERR_PTR(-ENOSPC);

	next = slb_toa_trust_alloc(trust->nr + 1, SLB_GFP_CONFIG);
	if (!next)
		return ERR_PTR(-ENOMEM);
	memcpy(next->all, trust->all, trust->nr * sizeof(*prefix));
	next->all[trust->nr] = *prefix;
	slb_toa_trust_build(next);
	return next;
}

/**
 * slb_toa_trust_del() - a trust list with one prefix less
 * @trust: the list as it is
 * @prefix: what to remove
 *
 * Context: process, may sleep; @trust must not go away meanwhile.
 * Return: the new list, ERR_PTR(-ENOENT) or ERR_PTR(-ENOMEM).
 */
struct slb_toa_trust *slb_toa_trust_del(const struct slb_toa_trust *trust,
					const struct slb_toa_prefix *prefix)
{
	u32 at = slb_toa_trust_find(trust, prefix);
	struct slb_toa_trust *next;

	if (at == trust->nr)
		return ERR_PTR(-ENOENT);

	/* Smaller than the list that it replaces. */
	next = slb_toa_trust_alloc(trust->nr - 1, GFP_KERNEL);
	if (!next)
		return ERR_PTR(-ENOMEM);
	memcpy(next->all, trust->all, at * sizeof(*prefix));
	memcpy(next->all + at, trust->all + at + 1,
	       (trust->nr - at - 1) * sizeof(*prefix));
	slb_toa_trust_build(next);
	return next;
}

/**
 * slb_toa_trust_match() - is an address in the list?
 * @trust: the list, held by RCU or otherwise
 * @addr: 4 or 16 bytes in network order
 * @family: AF_INET or AF_INET6
 *
 * Context: any.
 * Return: whether a prefix covers @addr.
 */
bool slb_toa_trust_match(const struct slb_toa_trust *trust, const void *addr,
			 u8 family)
{
	const struct slb_toa_prefix *list;
	u32 first = 0;
	u32 end;
	u64 hi;
	u64 lo;

	list = family == AF_INET ? trust->v4 : trust->v6;
	end = family == AF_INET ? trust->nr_v4 : trust->nr_v6;
	slb_toa_addr_split(&hi, &lo, addr, family);

	/* All before @first begin at or below the address, all from @end on
	 * above it.
	 */
	while (first < end) {
		u32 mid = first + (end - first) / 2;

		if (list[mid].hi < hi ||
		    (list[mid].hi == hi && list[mid].lo <= lo))
			first = mid + 1;
		else
			end = mid;
	}
	return first && slb_toa_prefix_covers(&list[first - 1], hi, lo);
}
