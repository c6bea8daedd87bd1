// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the state table: every transition is listed here as a sentence; what is not listed
 * stays.
 */
#include "check.h"

#define SLB_ST_ANY	0xff

struct slb_st {
	u8	from;
	u8	dir;		/* or SLB_ST_ANY */
	u8	event;
	u8	to;
};

static const struct slb_st slb_st_list[] = {
	/* Opening. */
	{ SLB_STATE_NONE, SLB_DIR_ORIG, SLB_EVENT_SYN, SLB_STATE_SYN_SENT },
	{ SLB_STATE_SYN_SENT, SLB_DIR_REPLY, SLB_EVENT_SYNACK, SLB_STATE_SYN_RECV },
	{ SLB_STATE_SYN_SENT, SLB_DIR_REPLY, SLB_EVENT_SYN, SLB_STATE_SYN_RECV },
	{ SLB_STATE_SYN_RECV, SLB_DIR_ORIG, SLB_EVENT_ACK, SLB_STATE_ESTABLISHED },
	{ SLB_STATE_SYN_RECV, SLB_DIR_ORIG, SLB_EVENT_ACK_FIN, SLB_STATE_ESTABLISHED },
	/* The first half closes. */
	{ SLB_STATE_SYN_RECV, SLB_DIR_ORIG, SLB_EVENT_FIN, SLB_STATE_CLOSE_WAIT },
	{ SLB_STATE_SYN_RECV, SLB_DIR_REPLY, SLB_EVENT_FIN, SLB_STATE_FIN_WAIT },
	{ SLB_STATE_ESTABLISHED, SLB_DIR_ORIG, SLB_EVENT_FIN, SLB_STATE_CLOSE_WAIT },
	{ SLB_STATE_ESTABLISHED, SLB_DIR_REPLY, SLB_EVENT_FIN, SLB_STATE_FIN_WAIT },
	/* The second half closes, and that is acknowledged. */
	{ SLB_STATE_CLOSE_WAIT, SLB_DIR_REPLY, SLB_EVENT_FIN, SLB_STATE_LAST_ACK },
	{ SLB_STATE_FIN_WAIT, SLB_DIR_ORIG, SLB_EVENT_FIN, SLB_STATE_LAST_ACK },
	{ SLB_STATE_LAST_ACK, SLB_ST_ANY, SLB_EVENT_ACK_FIN, SLB_STATE_TIME_WAIT },
	/* A RST that counts. */
	{ SLB_STATE_NONE, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
	{ SLB_STATE_SYN_SENT, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
	{ SLB_STATE_SYN_RECV, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
	{ SLB_STATE_ESTABLISHED, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
	{ SLB_STATE_FIN_WAIT, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
	{ SLB_STATE_CLOSE_WAIT, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
	{ SLB_STATE_LAST_ACK, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
	{ SLB_STATE_TIME_WAIT, SLB_ST_ANY, SLB_EVENT_RST, SLB_STATE_CLOSE },
};

static u8 slb_st_expected(u8 state, int dir, u8 event)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slb_st_list); i++) {
		const struct slb_st *st = &slb_st_list[i];

		if (st->from == state && st->event == event &&
		    (st->dir == dir || st->dir == SLB_ST_ANY))
			return st->to;
	}
	return state;
}

/**
 * slb_selftest_state() - tests of slb_state
 *
 * Context: process, at module load.
 * Return: number of broken expectations.
 */
int slb_selftest_state(void)
{
	int dir, fails = 0;
	u8 state, event;

	for (dir = SLB_DIR_ORIG; dir <= SLB_DIR_REPLY; dir++)
		for (event = 0; event < SLB_EVENT_COUNT; event++)
			for (state = 0; state < SLB_STATE_COUNT; state++)
				slb_check(&fails, slb_state_next(state, dir, event) ==
					  slb_st_expected(state, dir, event));
	for (state = 0; state < SLB_STATE_COUNT; state++) {
		slb_check(&fails, slb_state_reopens(state) ==
			  !!(BIT(state) & (BIT(SLB_STATE_LAST_ACK) | BIT(SLB_STATE_TIME_WAIT) |
					   BIT(SLB_STATE_CLOSE))));
		slb_check(&fails, slb_state_open(state) ==
			  !!(BIT(state) & (BIT(SLB_STATE_ESTABLISHED) | BIT(SLB_STATE_FIN_WAIT) |
					   BIT(SLB_STATE_CLOSE_WAIT))));
		slb_check(&fails, slb_state_active(state) ==
			  !!(BIT(state) & (BIT(SLB_STATE_ESTABLISHED) | BIT(SLB_STATE_UDP))));
	}
	return fails;
}
