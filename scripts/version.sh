#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints the version that include/slb.yaml gives to modules and tool.
exec sed -n '/^    name: release$/,/value:/s/^    value: "\(.*\)"$/\1/p' "$(dirname "$0")/../include/slb.yaml"
