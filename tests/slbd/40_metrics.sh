#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slbd's metrics of the module: they move by what was sent, say who is healthy and what was refused, and are what
# slbadm tells. promtool finds nothing wrong with them.
# timeout: 120
# lanes: uml
. "$(dirname "$0")/../net/helpers/topo.sh"
need slbd
plan
cluster 2
run_cases "$lb" "$(dirname "$0")/helpers/metrics.py"
