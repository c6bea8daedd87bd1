#!/bin/bash
# Configuration changes during traffic, many living connections, and memory that runs out.
# lanes: uml qemu smp
# timeout: 600
. "$(dirname "$0")/helpers/stress.sh"
need gcc jq
plan

seconds=$(amount 20 20 120)
count=$(amount 20000 20000 100000)
failslab=/sys/kernel/debug/failslab
compile requests
cluster 2
slb_conf <<CONF
-A -t $vip4:80
-a -t $vip4:80 -r 10.1.1.11:8080 -b
-a -t $vip4:80 -r 10.1.2.11:8080 -b
-A -t [$vip6]:80
-a -t [$vip6]:80 -r [fd00:1:1::11]:8080
-a -t [$vip6]:80 -r [fd00:1:2::11]:8080
-A -t $vip4:81
-A -t [$vip6]:81
-P $laddr4
-P $laddr6
CONF

# traffic LOG PORT SRVPORT OPTION...
traffic() {
	local port=$1 srvport=$2

	shift 2
	# shellcheck disable=SC2154 # set by cluster
	spawn "$SLB_TMP/requests" "$@" "$vip4" "$vip6" "$port" "$srvport" "$client" "$srv1" "$srv2"
}

traffic 80 8080 -b 16 -k 40
stable=$spawned stable_log=$spawned_log
traffic 81 8081 -b 8 -k 8 -w 2
other=$spawned other_log=$spawned_log
check "$seconds seconds of changes" near "$lb" env PYTHONPATH="$helpers" "$python" "$stress/churn.py" "$seconds"
stop "$other"
stop "$stable"
diag "the service that stays:
$(cat "$stable_log")"
diag "the service that is taken apart:
$(cat "$other_log")"
is "no change costs an unrelated flow anything" "$(field "$stable_log" failed) $(field "$stable_log" broken)" "0 0"
is "there was traffic" "$(($(field "$stable_log" answered) > 100)) $(($(field "$other_log" answered) > 20))" "1 1"

# Memory that runs out while packets and commands are worked on.
if [ -d $failslab ]; then
	slb -C
	slb_conf <<-CONF
		-A -t $vip4:80
		-a -t $vip4:80 -r 10.1.1.11:8080 -b
		-A -t [$vip6]:80
		-a -t [$vip6]:80 -r [fd00:1:1::11]:8080
		-P $laddr4
		-P $laddr6
	CONF
	traffic 80 8080 -b 16 -k 40 -w 3
	stable=$spawned stable_log=$spawned_log
	nap 1
	echo 0 >$failslab/verbose
	# What may not sleep, which packets' work is, and nothing else.
	echo Y >$failslab/ignore-gfp-wait
	echo -1 >$failslab/times
	echo 5 >$failslab/probability
	nap "$seconds"
	echo 0 >$failslab/probability
	nap 4
	stop "$stable"
	diag "$(cat "$stable_log")"
	traffic 80 8080 -n 500 -b 16
	wait "$spawned"
	is "requests go on after every twentieth allocation failed for a while, none fails" "$(field "$spawned_log" answered) $(field "$spawned_log" failed)" "500 0"
	# shellcheck disable=SC2016 # Python's
	diag "$(near "$lb" env PYTHONPATH="$helpers" "$python" -c '
from slbnl import Slb
counts, drops = Slb().counters()
print({n: v for n, v in (counts | drops).items() if v})')"
	slb -C
else
	skip "memory that runs out" "the kernel does not inject faults"
fi

topo_mac=0
rig
[ ! -d $failslab ] || run_cases "$lb" "$stress/faults.py"
run_cases "$wire" "$stress/living.py" "$count" "$SLB_TMP/conns"
check "kmemleak finds nothing" kmemleak_check
