# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Plain forwarding: clients talk to the servers themselves. The floor.
echo direct >/proc/slbgen
