# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC1091
# IPVS with conntrack and masquerading towards the servers: fullNAT as it is had without slb.
. /bench/mode/ipvs.sh
modprobe nf_conntrack hashsize=1048576 || die "cannot load nf_conntrack"
load nf_nat nf_tables nft_chain_nat nft_masq
echo 1 >/proc/sys/net/ipv4/vs/conntrack
echo 1048576 >/proc/sys/net/netfilter/nf_conntrack_max

mode_timeouts() {
	ipvsadm --set "$2" 30 "$1"
	conntrack_timeouts "$@"
}

mode_connections() {
	echo $(($(tail -n +2 /proc/net/ip_vs_conn | wc -l) + $(conntrack_connections)))
}

nft -f - <<END || die "nft failed"
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat;
		ip daddr $SRV_NET4 masquerade
	}
}
table ip6 nat {
	chain post {
		type nat hook postrouting priority srcnat;
		ip6 daddr $SERVER6/112 masquerade
	}
}
END
echo fullnat >/proc/slbgen
