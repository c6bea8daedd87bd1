# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of races share; sourced instead of topo.sh. Each is one round of about
# SLB_SMP_SECONDS, which scripts/check-smp.sh repeats until its minutes are over.

# shellcheck source=tests/stress/helpers/stress.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../stress/helpers/stress.sh"

smp=$SLB_TOP/tests/smp/helpers
seconds=${SLB_SMP_SECONDS:-120}
need gcc jq

gcc -O2 -Wall -Wextra -pthread -o "$SLB_TMP/collide" "$smp/collide.c" || bail "collide.c does not compile"

# deaf: what has arrived in $wire and been seen there is of no interest to its kernel.
deaf() {
	local dev

	for dev in cw sw; do
		# shellcheck disable=SC2154 # set by rig
		near "$wire" tc qdisc add dev "$dev" clsact || bail "no clsact"
		near "$wire" tc filter add dev "$dev" ingress matchall action drop || bail "no matchall"
	done
}

# collide OPTION...: packets from every CPU, in the background; $collided is what it says.
collide() {
	spawn_near "$wire" "$SLB_TMP/collide" "$@"
	# shellcheck disable=SC2034 # for the tests
	collider=$spawned collided=$spawned_log
}

# services SCHEDULER: two of each protocol and family, two servers each; laddrs OPTION...
services() {
	local proto port

	for proto in -t -u; do
		for port in 80 81; do
			echo "-A $proto $vip4:$port -s $1"
			echo "-a $proto $vip4:$port -r 10.1.0.11:8080"
			echo "-a $proto $vip4:$port -r 10.1.0.12:8080"
			echo "-A $proto [$vip6]:$port -s $1"
			echo "-a $proto [$vip6]:$port -r [fd00:1::11]:8080"
			echo "-a $proto [$vip6]:$port -r [fd00:1::12]:8080"
		done
	done
}

# dumps FILE: the table is listed again and again until FILE exists.
dumps() {
	local n=0

	while [ ! -e "$1" ]; do
		slb -L -c -n >/dev/null || return
		slb -L --stats -n >/dev/null || return
		slb -S -n >/dev/null || return
		n=$((n + 1))
	done
	echo "dumps $n"
}

# counter NAME
counter() {
	# shellcheck disable=SC2154 # set by rig
	near "$lb" env PYTHONPATH="$helpers" "$python" -c '
import sys
from slbnl import Slb
print(Slb().counters()[0][sys.argv[1]])' "$1"
}

# counters: all that are not zero.
counters() {
	near "$lb" env PYTHONPATH="$helpers" "$python" -c '
from slbnl import Slb
counts, drops = Slb().counters()
print({n: v for n, v in (counts | drops).items() if v})'
}
