/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_CONN_H
#define _SLB_TOA_CONN_H

#include <net/sock.h>
#include "toa_parse.h"

void slb_toa_conn_accept(struct sock *sk, const struct sk_buff *skb);
void slb_toa_conn_report(struct sock *sk, struct sockaddr *peer);
bool slb_toa_conn_client(struct sock *sk, struct slb_toa_addr *addr);
void slb_toa_conn_forget(struct sock *sk);

#endif /* _SLB_TOA_CONN_H */
