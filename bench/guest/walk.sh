#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC1091 # the guest's own path
# What goes through all connections, by the name of the row that runs it (kmod/gen_wait.c).
. /bench/topology.sh

case $1 in
dump) slbadm -L -c -n ;;
filter) slbadm -L -c -n --client "$CLIENT4/32" ;;
kill) slbadm kill "$2" "$VIP4:$VPORT" ;;
*) exit 1 ;;
esac >/dev/null 2>/dev/ttyS0
