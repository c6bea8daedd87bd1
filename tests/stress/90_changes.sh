#!/bin/bash
# A thousand changes of the configuration a second while a thousand flows run: not one of them notices.
# lanes: uml qemu smp
# timeout: 400
. "$(dirname "$0")/helpers/stress.sh"
plan

cluster 2
run_cases "$lb" "$stress/flows.py" "$(amount 8 8 60)"
