/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Expiry: one wheel per CPU and namespace, slots of four ticks (about one second). A connection is
 * filed once; that its deadline has moved on is noticed when its slot comes, so packets touch no
 * timer.
 */
#ifndef _SLB_WHEEL_H
#define _SLB_WHEEL_H

#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include "slb_conn.h"
#include "slb_svc.h"

struct slb_net;

#define SLB_WHEEL_SLOTS		1024	/* a later deadline waits in the last slot, then goes on */
#define SLB_WHEEL_BATCH		500	/* entries looked at in one timer softirq */
#define SLB_WHEEL_TICKS		4	/* ticks per slot */

/**
 * struct slb_wheel - the connections that were opened on one CPU, by when to look at them
 * @lock: BH off; guards everything here, conn->wheel, conn->slot and conn->cpu of its entries
 * @tick: the slots up to this tick are worked off; a multiple of SLB_WHEEL_TICKS
 * @stopped: the timer is not to be armed any more
 * @entries: connections in all slots
 * @timer: pinned; armed while there are entries; another CPU runs it when this one goes offline
 * @sn: the namespace
 * @slot: slot i holds what is due at ticks congruent to i * SLB_WHEEL_TICKS
 */
struct slb_wheel {
	spinlock_t		lock;		/* BH off */
	u16			tick;
	bool			stopped;
	u32			entries;
	struct timer_list	timer;
	struct slb_net		*sn;
	struct hlist_head	slot[SLB_WHEEL_SLOTS];
};

/**
 * slb_conn_timeout() - idle time after which an entry ends
 * @conn: the entry
 *
 * Context: any, inside RCU or with the entry held by a wheel's lock.
 * Return: ticks.
 */
static inline u16 slb_conn_timeout(const struct slb_conn *conn)
{
	u8 state = READ_ONCE(slb_conn_way4(conn, SLB_DIR_ORIG)->state);

	return READ_ONCE(conn->svc->ticks[state]);
}

int slb_wheel_init(struct slb_net *sn);
void slb_wheel_stop(struct slb_net *sn);
void slb_wheel_exit(struct slb_net *sn);
void slb_wheel_file(struct slb_net *sn, struct slb_conn *conn, u16 deadline);
void slb_wheel_refile(struct slb_net *sn, struct slb_conn *conn, u16 deadline);
void slb_wheel_remove(struct slb_net *sn, struct slb_conn *conn);

#endif
