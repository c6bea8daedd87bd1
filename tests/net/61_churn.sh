#!/bin/bash
# A thousand short connections in a tight loop over ten local ports all succeed.
# timeout: 200
. "$(dirname "$0")/helpers/topo.sh"
plan
cluster 1
run_cases "$lb" "$helpers/churn.py"
