#!/bin/bash
# Tables of packets: what goes in, what must come out byte for byte, and the few bytes that may differ.
# timeout: 120
. "$(dirname "$0")/../net/helpers/topo.sh"
"$python" -c 'import scapy' 2>/dev/null || skip_all "scapy is not installed"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/pkt/tables.py"
