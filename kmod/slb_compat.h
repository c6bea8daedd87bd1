/* SPDX-License-Identifier: GPL-2.0-only */
/* Today's kernel interfaces on yesterday's kernels; included before every file
 * by the compiler's command line. The only file that asks for the version.
 */
#ifndef _SLB_COMPAT_H
#define _SLB_COMPAT_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "slb needs Linux 6.1 or later"
#endif

/* 6.12 moved the header. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/* 6.2 gave every architecture accessors for what an ftrace callback is handed. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define ftrace_regs_get_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#define ftrace_regs_set_instruction_pointer(fregs, addr) \
	instruction_pointer_set(&(fregs)->regs, addr)

/* Until 6.2 a generic netlink operation came whole. */
#define genl_split_ops genl_ops
#endif

/* Later kernels, and 6.1 since some patch level, know that an aggregate's jumbo option goes. */
#include <linux/ipv6.h>
#ifndef IP6SKB_FAKEJUMBO
#define IP6SKB_FAKEJUMBO 0
#endif

/* 6.5 gave segmentation a header of its own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

/* Who may join a multicast group: 6.1's later patch levels have a word of their own for it. */
#include <net/genetlink.h>
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

/* 6.6 let dumps have what other requests have: here at least the attributes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

#endif /* _SLB_COMPAT_H */
