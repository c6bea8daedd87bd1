#!/bin/bash
# Sequence numbers, acknowledgements, SACK edges and timestamps: captures on both sides map one to one.
# timeout: 200
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
need tc
plan
cluster 1
run_cases "$lb" "$helpers/seqts.py"
