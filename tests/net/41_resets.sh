#!/bin/bash
# What programs see when their connection is ended by the balancer: ECONNRESET at both ends.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
cluster 2
run_cases "$lb" "$helpers/resets.py"
