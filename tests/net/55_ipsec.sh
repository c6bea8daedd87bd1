#!/bin/bash
# IPsec between balancer and server, transport and tunnel mode; clients that must come by IPsec; a device gone under it.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
for module in xfrm_user esp4 esp6; do
	modprobe -q $module
done
cluster 1
near "$lb" ip xfrm policy >/dev/null 2>&1 || skip_all "no IPsec here"
run_cases "$lb" "$helpers/ipsec.py"
