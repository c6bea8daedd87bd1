/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounds of the array of places that can lack memory; each has one element that is NULL. */
#ifndef _SLB_SELFTEST_ALLOC_H
#define _SLB_SELFTEST_ALLOC_H

struct slb_alloc_site;

extern struct slb_alloc_site *slb_alloc_first[];
extern struct slb_alloc_site *slb_alloc_last[];

#endif
