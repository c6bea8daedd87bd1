// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps that every packet takes, compiled together: the compiler makes one function of them, which
 * saves an established connection's packet a hundred instructions.
 */
#include "slb_pkt.c"
#include "slb_fit.c"
#include "slb_nat.c"
#include "slb_toa.c"
#include "slb_track.c"
#include "slb_xmit.c"
#include "slb_open_fill.c"
#include "slb_open.c"
#include "slb_explain.c"
#include "slb_path.c"
#include "slb_hook.c"
#include "slb_fast.c"
