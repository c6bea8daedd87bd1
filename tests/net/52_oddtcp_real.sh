#!/bin/bash
# Odd TCP between real kernels: RSTs and strangers' packets, restarts, both opening or closing at once,
# Fast Open, urgent data, closed windows, D-SACK, ECN, reused ports, MPTCP.
# timeout: 180
. "$(dirname "$0")/helpers/topo.sh"
need tc
plan
cluster 1
run_cases "$lb" "$helpers/oddtcp_real.py"
