#!/bin/bash
# ICMP and ICMPv6 errors about a connection, by hand-made packets: translated with what they quote, both ways.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/icmp.py"
