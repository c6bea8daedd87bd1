/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_STORE_H
#define _SLB_TOA_STORE_H

#include <linux/rhashtable-types.h>
#include "toa_parse.h"

/**
 * struct slb_toa_store - the clients of a namespace's living connections
 * @table: entries by socket cookie; grows and shrinks by itself
 * @max: most entries at a time; READ_ONCE/WRITE_ONCE
 */
struct slb_toa_store {
	struct rhashtable	table;
	u32			max;
};

int slb_toa_store_cache_create(void);
void slb_toa_store_cache_destroy(void);

int slb_toa_store_init(struct slb_toa_store *store, u32 max);
void slb_toa_store_exit(struct slb_toa_store *store);
int slb_toa_store_add(struct slb_toa_store *store, u64 cookie,
		      const struct slb_toa_addr *addr);
bool slb_toa_store_get(struct slb_toa_store *store, u64 cookie,
		       struct slb_toa_addr *addr);
bool slb_toa_store_del(struct slb_toa_store *store, u64 cookie);
u32 slb_toa_store_count(const struct slb_toa_store *store);

#endif /* _SLB_TOA_STORE_H */
