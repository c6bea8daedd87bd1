#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slbd and slb.conf: start, reload by signal and by slbadm, death, under connections that go on; 5000 services.
# timeout: 240
. "$(dirname "$0")/../net/helpers/topo.sh"
need slbd
plan
cluster 1
run_cases "$lb" "$(dirname "$0")/helpers/reload.py"
