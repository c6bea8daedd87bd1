#!/bin/bash
# Servers whose health somebody checks: unproved ones, all of them down, reasons, messages, slbadm health.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
need nft
plan
cluster 2
run_cases "$lb" "$helpers/health.py"
