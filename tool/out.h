/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output: one call prints a value as text or as JSON, so that the two cannot drift apart.
 *
 * A key belongs to JSON, a format to text; without a key the call prints text only, without a
 * format JSON only. JSON is streamed: nothing is kept, so a list of a million connections costs
 * no memory.
 */
#ifndef SLB_OUT_H
#define SLB_OUT_H

#include <linux/types.h>
#include <stdbool.h>

#include "addr.h"
#include "err.h"

void slb_out_begin(bool json, bool numeric);
int slb_out_end(void);
bool slb_out_json(void);

void slb_out_object(const char *key);
void slb_out_array(const char *key);
void slb_out_close(void);

__printf(1, 2) void slb_out_text(const char *fmt, ...);
void slb_out_str(const char *key, const char *fmt, const char *value);
void slb_out_u64(const char *key, const char *fmt, __u64 value);
void slb_out_bool(const char *key, bool value);
void slb_out_ports(const char *addr_key, const char *port_key, int width,
		   const struct slb_end *end, __u16 last, __u8 proto);
void slb_out_addr(const char *key, int width, const struct slb_addr *addr);
void slb_out_end_point(const char *addr_key, const char *port_key, int width,
		       const struct slb_end *end, __u8 proto);

#endif
