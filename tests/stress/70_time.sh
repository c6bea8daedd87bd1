#!/bin/bash
# Days go by: jiffies and stamps wrap, timeouts of hours are kept to two seconds, local ports are used again.
# lanes: time
# timeout: 500000
# (in seconds of this lane)
. "$(dirname "$0")/helpers/stress.sh"
plan
rig
run_cases "$wire" "$stress/hours.py"
