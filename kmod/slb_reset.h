/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RSTs of our own, and what answers a packet that is refused.
 */
#ifndef _SLB_RESET_H
#define _SLB_RESET_H

#include <linux/types.h>

struct slb_conn;
struct slb_net;
struct slb_pkt;

void slb_reset_conn(struct slb_net *sn, struct slb_conn *conn, int to);
void slb_reset_answer(const struct slb_pkt *pkt);
bool slb_reset_allowed(struct slb_net *sn);
void slb_reset_refuse(const struct slb_pkt *pkt);

#endif
