#!/bin/bash
# A thousand changes of the configuration a second while a thousand flows run: not one of them notices.
# lanes: uml qemu smp
# timeout: 400
. "$(dirname "$0")/helpers/stress.sh"
plan

cluster 2
seconds=8
[ "${SLB_FULL:-0}" = 1 ] && seconds=60
run_cases "$lb" "$stress/flows.py" "$seconds"
