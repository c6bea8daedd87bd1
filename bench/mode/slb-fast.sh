# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC1091
# slb with the fast path on both interfaces.
. /bench/mode/slb.sh
slbadm --set "fastpath=$CLI_DEV,$SRV_DEV" || die "cannot set the fast path"
