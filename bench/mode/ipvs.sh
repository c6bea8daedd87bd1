# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# IPVS in NAT mode (-m), without conntrack: the servers' route leads back through the balancer.
modprobe ip_vs conn_tab_bits=20 || die "cannot load ip_vs"
load ip_vs_wrr

ipvs_services() {
	for proto in -t -u; do
		echo "-A $proto $VIP4:$VPORT -s wrr"
		echo "-A $proto [$VIP6]:$VPORT -s wrr"
		each_server "-a $proto $VIP4:$VPORT -r %s:$RPORT -m -w 1" \
			"-a $proto [$VIP6]:$VPORT -r [%s]:$RPORT -m -w 1"
	done
}

ipvs_services | ipvsadm -R || die "ipvsadm failed"
echo nat >/proc/slbgen
