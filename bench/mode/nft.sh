# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# nftables: destination by numgen over a map, source by snat.
modprobe nf_conntrack hashsize=1048576 || die "cannot load nf_conntrack"
load nf_nat nf_tables nft_chain_nat nft_nat nft_numgen
echo 1048576 >/proc/sys/net/netfilter/nf_conntrack_max

# nft_map FUNCTION: "0 : ADDRESS . PORT, 1 : ..."
nft_map() {
	i=0
	while [ $i -lt "$SERVERS" ]; do
		printf '%s : %s . %s, ' "$i" "$("$1" "$i")" "$RPORT"
		i=$((i + 1))
	done
}

nft -f - <<END || die "nft failed"
table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat;
		ip daddr $VIP4 meta l4proto { tcp, udp } th dport $VPORT dnat ip to numgen inc mod $SERVERS map { $(nft_map server4) }
	}
	chain post {
		type nat hook postrouting priority srcnat;
		ip daddr $SERVER4/24 snat to $LADDR4
	}
}
table ip6 nat {
	chain pre {
		type nat hook prerouting priority dstnat;
		ip6 daddr $VIP6 meta l4proto { tcp, udp } th dport $VPORT dnat ip6 to numgen inc mod $SERVERS map { $(nft_map server6) }
	}
	chain post {
		type nat hook postrouting priority srcnat;
		ip6 daddr $SERVER6/112 snat to $LADDR6
	}
}
END
echo fullnat >/proc/slbgen
