# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# nftables: destination by numgen over a map, source by snat.
modprobe nf_conntrack hashsize=1048576 || die "cannot load nf_conntrack"
load nf_nat nf_tables nft_chain_nat nft_nat nft_numgen
echo 1048576 >/proc/sys/net/netfilter/nf_conntrack_max

mode_timeouts() {
	conntrack_timeouts "$@"
}

mode_connections() {
	conntrack_connections
}

# nft_map FUNCTION: "0 : ADDRESS . PORT, 1 : ..."
nft_map() {
	awk -v n="$SERVERS" -v port="$RPORT" "$ADDRESSES"'
		BEGIN { for (i = 0; i < n; i++) printf "%d : %s . %s, ", i, '"$1"'(i), port }'
}

# One service is a rule; more are the elements of a map.
nft_match() {
	if [ "$SERVICES" = 1 ]; then
		echo "ip daddr $VIP4 meta l4proto { tcp, udp } th dport $VPORT dnat ip to" \
			"numgen inc mod $SERVERS map { $(nft_map server4) }"
		return
	fi
	echo "ip daddr . meta l4proto . th dport vmap {"
	echo "$VIP4 . tcp . $VPORT : goto service, $VIP4 . udp . $VPORT : goto service,"
	more_services '' | awk '
		$1 == "-A" {
			split($3, at, ":")
			print at[1] " . " ($2 == "-t" ? "tcp" : "udp") " . " at[2] " : goto other,"
		}'
	echo "}"
}

nft -f - <<END || die "nft failed"
table ip nat {
	chain service {
		meta l4proto { tcp, udp } dnat ip to numgen inc mod $SERVERS map { $(nft_map server4) }
	}
	chain other {
		meta l4proto { tcp, udp } dnat ip to $SERVER4:$RPORT
	}
	chain pre {
		type nat hook prerouting priority dstnat;
		$(nft_match)
	}
	chain post {
		type nat hook postrouting priority srcnat;
		ip daddr $SRV_NET4 snat to $LADDR4
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
