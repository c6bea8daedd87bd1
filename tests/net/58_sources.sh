#!/bin/bash
# Sources that cannot be a client's, and reverse path filtering: strict, loose, off, with and without a route to the service.
# timeout: 60
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$helpers/sources.py"
