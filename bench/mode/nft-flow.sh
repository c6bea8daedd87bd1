# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC1091
# nftables as in nft.sh, established flows by a software flowtable.
. /bench/mode/nft.sh
load nf_flow_table nf_flow_table_inet nft_flow_offload

nft -f - <<END || die "nft flowtable failed"
table inet fast {
	flowtable f {
		hook ingress priority 0
		devices = { $CLI_DEV, $SRV_DEV }
	}
	chain forward {
		type filter hook forward priority 0
		meta l4proto { tcp, udp } flow add @f
	}
}
END
