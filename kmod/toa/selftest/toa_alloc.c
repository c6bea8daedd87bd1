// SPDX-License-Identifier: GPL-2.0-only
/* The last object of slb_toa: memory that is missing on demand. */
#include "../../selftest/alloc.c"
