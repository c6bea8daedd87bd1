/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rate held by one number: the time at which all that was taken so far would have come, had it come
 * evenly (the generic cell rate algorithm, a token bucket without a bucket). Taking is one comparison
 * with the clock and one cmpxchg, from any number of CPUs, with no lock and no division.
 *
 * Time is counted in units of 1/64 ns, so that 40 bytes at 100 Gbit/s are still 205 of them. It wraps
 * after nine years; all comparisons are of differences. What lies ahead of the clock by more than any
 * packet could have put it there is the past, seen across half a turn.
 */
#ifndef _SLB_GCRA_H
#define _SLB_GCRA_H

#include <linux/atomic.h>
#include <linux/math64.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

#define SLB_GCRA_SECOND		(NSEC_PER_SEC << 6)	/* units */
#define SLB_GCRA_FRACTION	16			/* bits of slb_gcra_rate.per behind the point */
#define SLB_GCRA_MOST		(1U << 20)		/* most tokens taken at a time */

/**
 * struct slb_gcra - what was taken so far
 * @tat: theoretical arrival time of the next token, in units
 */
struct slb_gcra {
	atomic64_t	tat;
};

/**
 * struct slb_gcra_rate - a rate; written while others read, each field by itself
 * @per: units for a token, with SLB_GCRA_FRACTION bits behind the point; 0: no limit
 * @depth: how far ahead of the clock tokens may be taken, in units
 * @far: how far ahead tokens can ever have been taken, in units
 */
struct slb_gcra_rate {
	u64	per;
	u64	depth;
	u64	far;
};

static inline u64 slb_gcra_now(void)
{
	return ktime_get_ns() << 6;
}

/* Units that @n tokens take, rounded. At 1 Mbit/s and the most tokens at a time 2^55 before the shift. */
static inline u64 slb_gcra_cost(u64 per, u32 n)
{
	return (per * n + (1ULL << (SLB_GCRA_FRACTION - 1))) >> SLB_GCRA_FRACTION;
}

/**
 * slb_gcra_set() - set a rate
 * @rate: the answer
 * @tokens: a second; 0 is no limit
 * @depth: units that may be taken at once after a pause
 * @most: tokens that are taken at a time, at most SLB_GCRA_MOST
 *
 * A rate below 125 000 a second is for takings of one token only: the products have 64 bits.
 *
 * Context: any. Whoever takes meanwhile may mix old and new for that once.
 */
static inline void slb_gcra_set(struct slb_gcra_rate *rate, u64 tokens, u64 depth, u32 most)
{
	u64 per = tokens ? div64_u64(SLB_GCRA_SECOND << SLB_GCRA_FRACTION, tokens) : 0;

	WRITE_ONCE(rate->depth, depth);
	WRITE_ONCE(rate->far, depth + slb_gcra_cost(per, most) + SLB_GCRA_SECOND);
	WRITE_ONCE(rate->per, per);
}

/*
 * From where tokens are taken when @old is what was taken so far: @base. False if the rate allows none
 * now.
 */
static inline bool slb_gcra_base(const struct slb_gcra_rate *rate, s64 old, u64 now, u64 *base)
{
	s64 ahead = old - now;

	*base = old;
	if (ahead > 0 && (u64)ahead <= READ_ONCE(rate->far))
		return (u64)ahead <= READ_ONCE(rate->depth);
	*base = now;
	return true;
}

/* Would slb_gcra_take() take? Nothing is taken. */
static inline bool slb_gcra_allows(const struct slb_gcra *gcra, const struct slb_gcra_rate *rate)
{
	u64 base;

	return slb_gcra_base(rate, atomic64_read(&gcra->tat), slb_gcra_now(), &base);
}

/**
 * slb_gcra_take() - take tokens, if the rate allows
 * @gcra: what was taken so far
 * @rate: the rate
 * @n: tokens
 * @now: slb_gcra_now()
 *
 * All of them or none; after them the next ones wait as long as they take.
 *
 * Context: any.
 * Return: false if the rate does not allow it; then nothing was taken.
 */
static inline bool slb_gcra_take(struct slb_gcra *gcra, const struct slb_gcra_rate *rate, u32 n,
				 u64 now)
{
	u64 cost = slb_gcra_cost(READ_ONCE(rate->per), n);
	s64 old = atomic64_read(&gcra->tat);
	u64 base;

	do {
		if (!slb_gcra_base(rate, old, now, &base))
			return false;
	} while (!atomic64_try_cmpxchg(&gcra->tat, &old, base + cost));
	return true;
}

/* Gives back @n tokens that were taken and not used. */
static inline void slb_gcra_give(struct slb_gcra *gcra, const struct slb_gcra_rate *rate, u32 n)
{
	atomic64_sub(slb_gcra_cost(READ_ONCE(rate->per), n), &gcra->tat);
}

/* true: all is as if nothing had ever been taken */
static inline bool slb_gcra_is_idle(const struct slb_gcra *gcra, const struct slb_gcra_rate *rate,
				    u64 now)
{
	s64 ahead = atomic64_read(&gcra->tat) - now;

	return ahead <= 0 || (u64)ahead > READ_ONCE(rate->far);
}

#endif
