// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TCP state table. The states are those of the two endpoints together, as far as they can be
 * told from between them; include/slb.yaml says what each means.
 */
#include <linux/kernel.h>
#include "slb_conn.h"
#include "slb_state.h"

/* Columns of the table. */
enum {
	NON = SLB_STATE_NONE,
	SYS = SLB_STATE_SYN_SENT,
	SYR = SLB_STATE_SYN_RECV,
	EST = SLB_STATE_ESTABLISHED,
	FIW = SLB_STATE_FIN_WAIT,	/* the server has closed its half */
	CLW = SLB_STATE_CLOSE_WAIT,	/* the client has closed its half */
	LAC = SLB_STATE_LAST_ACK,	/* both have, the last ACK is missing */
	TIW = SLB_STATE_TIME_WAIT,
	CLO = SLB_STATE_CLOSE,
	UDP = SLB_STATE_UDP,
};

/*
 * Notes, by row:
 * - A client's SYN only begins; whether one opens afresh is not decided here.
 * - A server's SYN is a simultaneous open: both SYNs are out, as after a SYN/ACK. The client
 *   answers it with a SYN/ACK of its own, and its next ACK completes the handshake.
 * - A server's ACK in SYN_SENT is a challenge (RFC 5961) out of an older connection. Its ACKs and
 *   data in SYN_RECV (a fast open) do not tell that the client has its SYN/ACK.
 * - A FIN that comes again tells nothing new; the other side's makes the second half closed.
 * - In CLOSE nothing is believed here; the caller may bring the old state back.
 */
static const u8 slb_state_table[2][SLB_EVENT_COUNT][SLB_STATE_COUNT] = {
	[SLB_DIR_ORIG] = {
		/* from:               NON  SYS  SYR  EST  FIW  CLW  LAC  TIW  CLO  UDP */
		[SLB_EVENT_RST]     = {CLO, CLO, CLO, CLO, CLO, CLO, CLO, CLO, CLO, UDP},
		[SLB_EVENT_SYN]     = {SYS, SYS, SYR, EST, FIW, CLW, LAC, TIW, CLO, UDP},
		[SLB_EVENT_SYNACK]  = {NON, SYS, SYR, EST, FIW, CLW, LAC, TIW, CLO, UDP},
		[SLB_EVENT_FIN]     = {NON, SYS, CLW, CLW, LAC, CLW, LAC, TIW, CLO, UDP},
		[SLB_EVENT_ACK_FIN] = {NON, SYS, EST, EST, FIW, CLW, TIW, TIW, CLO, UDP},
		[SLB_EVENT_ACK]     = {NON, SYS, EST, EST, FIW, CLW, LAC, TIW, CLO, UDP},
	},
	[SLB_DIR_REPLY] = {
		/* from:               NON  SYS  SYR  EST  FIW  CLW  LAC  TIW  CLO  UDP */
		[SLB_EVENT_RST]     = {CLO, CLO, CLO, CLO, CLO, CLO, CLO, CLO, CLO, UDP},
		[SLB_EVENT_SYN]     = {NON, SYR, SYR, EST, FIW, CLW, LAC, TIW, CLO, UDP},
		[SLB_EVENT_SYNACK]  = {NON, SYR, SYR, EST, FIW, CLW, LAC, TIW, CLO, UDP},
		[SLB_EVENT_FIN]     = {NON, SYS, FIW, FIW, FIW, LAC, LAC, TIW, CLO, UDP},
		[SLB_EVENT_ACK_FIN] = {NON, SYS, SYR, EST, FIW, CLW, TIW, TIW, CLO, UDP},
		[SLB_EVENT_ACK]     = {NON, SYS, SYR, EST, FIW, CLW, LAC, TIW, CLO, UDP},
	},
};

static_assert(ARRAY_SIZE(slb_state_table[0][0]) == UDP + 1);

/**
 * slb_state_next() - state after a packet
 * @state: enum slb_state
 * @dir: enum slb_dir
 * @event: enum slb_event
 *
 * Context: any; pure.
 * Return: the new state; @state itself when nothing changes.
 */
u8 slb_state_next(u8 state, int dir, enum slb_event event)
{
	return slb_state_table[dir][event][state];
}

/**
 * slb_state_reopens() - does a client's SYN open afresh in this state?
 * @state: enum slb_state
 *
 * Its number plays no part: one that a stranger has made up lies above the old ones as often as
 * not. Where something is left to lose the SYN goes on to the server, whose challenge ACK makes a
 * restarted client reset (RFC 5961 section 4); the client's next SYN opens afresh then.
 *
 * Context: any; pure.
 * Return: true when nothing of the old connection is left to lose.
 */
bool slb_state_reopens(u8 state)
{
	return state == SLB_STATE_LAST_ACK || state == SLB_STATE_TIME_WAIT ||
	       state == SLB_STATE_CLOSE;
}

/**
 * slb_state_open() - may either end still send data in this state?
 * @state: enum slb_state
 *
 * Context: any; pure.
 * Return: true when the handshake is over and not both ends have closed.
 */
bool slb_state_open(u8 state)
{
	return state == SLB_STATE_ESTABLISHED || state == SLB_STATE_FIN_WAIT ||
	       state == SLB_STATE_CLOSE_WAIT;
}

/**
 * slb_state_active() - is a connection in this state counted as active?
 * @state: enum slb_state
 *
 * Context: any; pure.
 * Return: true; false if it is counted as inactive.
 */
bool slb_state_active(u8 state)
{
	return state == SLB_STATE_ESTABLISHED || state == SLB_STATE_UDP;
}

#ifdef SLB_SELFTEST
#include "selftest/state.c"
#endif
