// SPDX-License-Identifier: GPL-2.0-only
/* The first object of a module: where the array of places that can lack memory begins. */
#include "../slb_alloc.h"
#include "alloc.h"

struct slb_alloc_site *slb_alloc_first[1] __used __section(SLB_ALLOC_SECTION);
