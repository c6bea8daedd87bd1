// SPDX-License-Identifier: GPL-2.0-only
/* The first object of slb_toa: where its places that can lack memory begin. */
#include "../../selftest/alloc_first.c"
