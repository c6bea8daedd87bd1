#!/bin/bash
# Odd TCP by hand-made packets: numbers that nobody has sent, RST and FIN at every place, SYNs in every
# state, both opening at once, data in SYN and FIN, numbers that wrap, SACK, ECN, MPTCP, signatures.
# timeout: 180
#
# Shown elsewhere: both closing at once, a client that has restarted, SYNs that come again, late packets
# (40_states); TOA next to every kind of option, Fast Open and MP_CAPABLE as NOPs (70_toa_sender); SYNs
# with TCP-MD5 and TCP-AO (50_unknown); captures that map one to one under loss (30_seqts); single
# packets byte by byte (pkt/10_tables); the same oddities between real kernels (52_oddtcp_real).
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/oddtcp.py"
