/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMP and ICMPv6 errors of our own.
 */
#ifndef _SLB_ICMP_H
#define _SLB_ICMP_H

#include <linux/types.h>

struct slb_pkt;

void slb_icmp_port_unreach(const struct slb_pkt *pkt);
void slb_icmp_host_unreach(const struct slb_pkt *pkt);
void slb_icmp_time_exceeded(const struct slb_pkt *pkt);
void slb_icmp_too_big(const struct slb_pkt *pkt, u32 mtu);

#endif
