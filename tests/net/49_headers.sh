#!/bin/bash
# IPv6 extension headers and IPv4 options: translated, left to the host or refused with a reason, never misread.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/headers.py"
