# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Two balancers: clients that come again and again, and how long nobody answered them; sourced behind topo.sh.

example=$SLB_TOP/examples/ha
# Of a request to a balancer that is not there.
ha_patience=$(awk -v slow="$SLB_SLOW" 'BEGIN { print slow / 2 }')

# clients NS HOST...: each is asked in a loop until the test's end, see clients.py.
clients() {
	local ns=$1

	shift
	spawn_near "$ns" "$python" "$SLB_TOP/tests/slbd/helpers/clients.py" "$ha_patience" "$SLB_TMP" "$@"
}

# answered N SINCE: the client N had an answer to a request that it began later
answered() {
	awk -v since="$2" '$1 > since && !$3 { ok = 1 } END { exit !ok }' "$SLB_TMP/asked.$1"
}

# steady N: the last five requests of the client N were answered
steady() {
	[ "$(tail -n 5 "$SLB_TMP/asked.$1" | awk '!$3' | wc -l)" = 5 ]
}

# outage N SINCE [UNTIL]: the longest time in ms in between in which no request of the client N was answered
outage() {
	awk -v since="$2" -v until="${3:-9e9}" '
		!$3 && $2 <= since { last = $2 }
		!$3 && $2 > since && $2 < until { if (last && $2 - last > longest) longest = $2 - last; last = $2 }
		END { printf "%d\n", longest * 1000 }' "$SLB_TMP/asked.$1"
}

# timely MS QUIET: not more than three seconds, and what this machine takes when nothing happens; more where the
# processor is emulated
timely() {
	[ "$1" -gt 0 ] && [ "$1" -le $((3000 * SLB_SLOW + $2)) ]
}

# failed N SINCE: how many requests that the client N began since then were not answered
failed() {
	awk -v since="$2" '$1 > since && $3 { n++ } END { print n + 0 }' "$SLB_TMP/asked.$1"
}

# has NS ADDRESS...: are these addresses the namespace's?
has() {
	local ns=$1 all a

	shift
	all=$(ip -n "$ns" -o addr show)
	for a; do
		[[ $all == *" $a/"* ]] || return 1
	done
}

# has_not NS ADDRESS...: none of them
has_not() {
	local ns=$1 all a

	shift
	all=$(ip -n "$ns" -o addr show)
	for a; do
		[[ $all != *" $a/"* ]] || return 1
	done
}

# all_up NS N: N servers are up there, and no other is there
all_up() {
	[ "$(near "$1" slbadm health -n | awk 'NR > 1 { print $2 }' | sort | uniq -c | xargs)" = "$2 up" ]
}

# ha_plug NS DEV BRIDGE: on that network
ha_plug() {
	topo_link "$1" "$2" "$lan" "p$((topo_mac + 1))"
	topo_do "$lan" "link set p$topo_mac master $3"
}

# ha_lans: $lb1 and $lb2 with eth0 on the network `front' and eth1 on that of the servers $srv1 and $srv2; for
# topo_make.
ha_lans() {
	local n=2 ns

	topo_ns lan lb1 lb2 srv1 srv2
	topo_do "$lan" "link add front type bridge mcast_snooping 0" "link add back type bridge mcast_snooping 0" \
		"link set front up" "link set back up"
	for ns in "$lb1" "$lb2"; do
		ha_plug "$ns" eth0 front
		ha_plug "$ns" eth1 back
		topo_do "$ns" "addr add 10.0.0.$n/24 dev eth0" "addr add 2001:db8:a::$n/64 dev eth0 nodad" \
			"addr add 10.1.0.$n/24 dev eth1" "addr add 2001:db8:b::$n/64 dev eth1 nodad"
		n=$((n + 1))
	done
	n=11
	for ns in "$srv1" "$srv2"; do
		ha_plug "$ns" eth0 back
		topo_do "$ns" "addr add 10.1.0.$n/24 dev eth0" "addr add 2001:db8:b::$n/64 dev eth0 nodad"
		n=$((n + 1))
	done
	lb_all+=("$lb1" "$lb2")
}

# ha_daemons DIRECTORY: slbd on both balancers, with the example's files of that directory. A link that comes back has
# its addresses, as after a boot.
ha_daemons() {
	local n ns

	for n in 1 2; do
		ns=lb$n
		near "${!ns}" sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1
		mkdir -p "$SLB_TMP/lb$n"
		cp "$1/slb.conf" "$SLB_TMP/lb$n"
		cp "$example/keepalived/lb$n.conf" "$SLB_TMP/lb$n/balancer.conf"
		spawn_near "${!ns}" slbd -f -l stderr -c "$SLB_TMP/lb$n/slb.conf"
	done
}
