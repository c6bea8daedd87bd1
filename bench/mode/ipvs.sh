# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# IPVS in NAT mode (-m), without conntrack: the servers' route leads back through the balancer.
modprobe ip_vs conn_tab_bits=20 || die "cannot load ip_vs"
load "ip_vs_$SCHED"

ipvs_services() {
	for proto in -t -u; do
		echo "-A $proto $VIP4:$VPORT -s $SCHED"
		echo "-A $proto [$VIP6]:$VPORT -s $SCHED"
		each_server "-a $proto $VIP4:$VPORT -r %s:$RPORT -m -w 1" \
			"-a $proto [$VIP6]:$VPORT -r [%s]:$RPORT -m -w 1"
	done
	more_services -m
}

mode_timeouts() {
	ipvsadm --set "$2" 30 "$1"
}

mode_connections() {
	tail -n +2 /proc/net/ip_vs_conn | wc -l
}

ipvs_services | ipvsadm -R || die "ipvsadm failed"
echo nat >/proc/slbgen
