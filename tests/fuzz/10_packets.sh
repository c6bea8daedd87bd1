#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Millions of packets that are recorded, changed and invented go through the balancer's hooks, and
# what comes out is looked at: kmod/ is the module that does it, packets.py drives it, corpus/ is
# what capture.py recorded.
#
#   tests/vm/boot.sh --uml -- tests/run.sh fuzz/10_packets.sh
#   tests/vm/boot.sh --uml --timeout 9000 -- env SLB_FUZZ_PACKETS=10000000 tests/fuzz/10_packets.sh
#   tests/vm/boot.sh --uml -- env SLB_FUZZ_SECONDS=60 SLB_FUZZ_SEED=7 tests/fuzz/10_packets.sh
#   tests/vm/boot.sh --uml -- tests/fuzz/10_packets.sh --replay SEED:N
#
# One run has a seed that is always the same (1, or what is said), the other a fresh one. Seed and
# number of a packet are in the message of what failed, and in the kernel's last words when it panics;
# --replay repeats the round that packet N is in, up to N, and shows the last packets. What timers did
# is not repeated.
# lanes: uml qemu
# timeout: 200
. "$(dirname "$0")/../net/helpers/topo.sh"

fuzz=$SLB_TOP/tests/fuzz
module=$SLB_BUILD_SELFTEST/slb_fuzz.ko
[ -f "$module" ] || skip_all "$module is not built (make SELFTEST=1)"
replay=
[ "${1-}" = --replay ] && replay=${2:?SEED:N}
seconds=${SLB_FUZZ_SECONDS:-18}
[ "$SLB_LANE" = uml ] || seconds=${SLB_FUZZ_SECONDS:-4}
packets=$((${SLB_FUZZ_PACKETS:-0} / 2))
points=2
[ "$packets" = 0 ] || seconds=0 points=3
[ -z "$replay" ] || points=1
plan "$points"

"$python" "$fuzz/helpers/corpus.py" "$fuzz/corpus" "$SLB_TMP/corpus" || bail "there is no corpus"
load_slb
topo_ns lb
topo_make
load_module "$module" "corpus=$SLB_TMP/corpus" ${replay:+show=1} || bail "cannot load slb_fuzz"
ip -batch - <<-END || bail "cannot move the devices"
	link set c0 netns $lb
	link set s0 netns $lb
END
topo_do "$lb" \
	"link set c0 addrgenmode none" "link set s0 addrgenmode none" "link set c0 up" "link set s0 up" \
	"addr add 10.200.1.1/24 dev c0" "addr add 10.200.2.1/24 dev s0" \
	"addr add fd00:c1::1/64 dev c0 nodad" "addr add fd00:c2::1/64 dev s0 nodad" \
	"addr add fe80::1/64 dev c0 nodad" "addr add fe80::2/64 dev s0 nodad" \
	"neigh add 10.200.1.2 lladdr 02:00:00:00:01:02 dev c0" \
	"neigh add 10.200.2.2 lladdr 02:00:00:00:02:02 dev s0" \
	"neigh add fd00:c1::2 lladdr 02:00:00:00:01:02 dev c0" \
	"neigh add fd00:c2::2 lladdr 02:00:00:00:02:02 dev s0" \
	"route add 10.9.0.0/16 via 10.200.1.2" "route add 10.1.0.0/16 via 10.200.2.2" \
	"route add 10.182.0.0/16 via 10.200.1.2" \
	"route add default via 10.200.1.2" "route add default via fd00:c1::2" \
	"route add fd00:9::/32 via fd00:c1::2" "route add fd00:1::/32 via fd00:c2::2" \
	"addr add 10.0.178.65/32 dev lo" "addr add fd00::b241:4100/128 dev lo nodad"
lb_addresses
topo_make
lb_all+=("$lb")
# Nothing but the balancer forwards here, and errors are answered without end.
near "$lb" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 net.ipv6.conf.all.accept_ra=0 \
	net.ipv6.conf.c0.accept_redirects=0 net.ipv6.conf.s0.accept_redirects=0 net.ipv4.icmp_ratelimit=0 \
	net.ipv4.icmp_msgs_per_sec=1000000 net.ipv6.icmp.ratelimit=0 net.ipv4.ipfrag_time=1 \
	net.ipv6.ip6frag_time=1 net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.c0.accept_redirects=0 \
	net.ipv4.conf.s0.accept_redirects=0 net.ipv4.conf.all.rp_filter=0
# IPv6 reassembly of the host and that of netfilter have one name for it each.
near "$lb" sysctl -qw net.netfilter.nf_conntrack_frag6_timeout=1 2>/dev/null

if [ -n "$replay" ]; then
	run_cases "$lb" "$fuzz/helpers/packets.py" --replay "$replay"
	dmesg | grep slb_fuzz: | tail -n 40 | sed 's/^/# /'
	exit
fi
fresh=$((RANDOM * 32768 + RANDOM))
run_cases "$lb" "$fuzz/helpers/packets.py" "${SLB_FUZZ_SEED:-1}" "$seconds" "$packets"
run_cases "$lb" "$fuzz/helpers/packets.py" "$fresh" "$seconds" "$packets"
[ "$packets" = 0 ] || check "kmemleak finds nothing" kmemleak_check
