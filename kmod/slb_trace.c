// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints themselves; what they tell is in the header.
 */
#include "slb_net.h"
#include "slb_pkt.h"

#define CREATE_TRACE_POINTS
#include "slb_trace.h"
