/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP state table: a pure function of (state, direction, event).
 */
#ifndef _SLB_STATE_H
#define _SLB_STATE_H

#include <linux/types.h>
#include <uapi/linux/slb.h>

/* Highest priority first: a packet is one event. */
enum slb_event {
	SLB_EVENT_RST,		/* a RST inside the window */
	SLB_EVENT_SYN,
	SLB_EVENT_SYNACK,
	SLB_EVENT_FIN,
	SLB_EVENT_ACK_FIN,	/* no FIN, acknowledges the highest end the other side has sent */
	SLB_EVENT_ACK,		/* anything else */
	SLB_EVENT_COUNT,
};

u8 slb_state_next(u8 state, int dir, enum slb_event event);
bool slb_state_reopens(u8 state);
bool slb_state_open(u8 state);
bool slb_state_active(u8 state);

#endif
