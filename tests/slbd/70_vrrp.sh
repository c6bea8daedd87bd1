#!/bin/bash
# Two balancers share addresses by keepalived: one dies, new connections go on within 3 s; it comes back.
# timeout: 100
# lanes: uml
. "$(dirname "$0")/../net/helpers/topo.sh"
. "$(dirname "$0")/helpers/ha.sh"
need keepalived nginx curl slbd
plan
keep=$example/keepalived
vip4=10.0.0.80 vip6=2001:db8:a::80
one="$vip4 $vip6 10.1.0.21 2001:db8:b::21"
two="10.1.0.22 2001:db8:b::22"

load_slb
topo_ns client
ha_lans
ha_plug "$client" eth0 front
topo_do "$client" "addr add 10.0.0.11/24 dev eth0" "addr add 2001:db8:a::11/64 dev eth0 nodad"
topo_make
serve 1 2
for n in 1 2; do
	: >"$SLB_TMP/srv$n/html/alive"
	truncate -s 500M "$SLB_TMP/srv$n/html/large"
done

# keepalived N: with the example's files
declare -A keepalived_of
keepalived() {
	local ns=lb$1 dir=$SLB_TMP/lb$1

	rm -f "$dir"/*.pid
	spawn_near "${!ns}" keepalived --dont-fork --log-console --log-detail --vrrp --config-id "lb$1" \
		-f "$dir/keepalived.conf" -p "$dir/keepalived.pid" -r "$dir/vrrp.pid"
	keepalived_of[$1]=$spawned_log
	[ "$1" = 2 ] || master=$spawned
}
ha_daemons "$keep"
for n in 1 2; do
	cp "$keep/slb-check" "$SLB_TMP/lb$n"
	# The scripts cost more here than elsewhere.
	sed -e "s,/etc/keepalived/,$SLB_TMP/lb$n/," -e "s/interval 2/interval 10/" "$keep/keepalived.conf" \
		>"$SLB_TMP/lb$n/keepalived.conf"
done
chmod 755 "$SLB_TMP" "$SLB_TMP"/lb[12]
for n in 1 2; do
	keepalived "$n"
done

# shellcheck disable=SC2086 # words
both() {
	wait_for -t 20 has "$lb1" $one && wait_for -t 20 has "$lb2" $two && wait_for has_not "$lb2" $one &&
		wait_for has_not "$lb1" $two
}
check "the first balancer has the service's addresses, each its own local ones" both ||
	diag "$(cat "${keepalived_of[@]}")"
for ns in "$lb1" "$lb2"; do
	check "all servers are up for ${ns%%-*}" wait_for -t 20 all_up "$ns" 4
done

clients "$client" $vip4 $vip6
for n in 0 1; do
	wait_for -t 20 steady "$n"
done
check "IPv4: clients are answered" steady 0
check "IPv6: clients are answered" steady 1
is "the second balancer has no connections" "$(near "$lb2" slbadm -L -n -c | grep -cE '^(TCP|pro .*:80 )')" 0
# Two that last.
for url in "http://$vip4/large" "http://[$vip6]/large"; do
	spawn_near "$client" curl -s -o /dev/null --limit-rate 20k "$url"
done

# lasting: connections of the servers with local addresses of the first balancer
lasting() {
	local ns

	for ns in "$srv1" "$srv2"; do
		near "$ns" ss -Htn state established | grep -E '10\.1\.0\.21:|b::21]:'
	done
}
lasting_none() {
	[ -z "$(lasting)" ]
}
downloads() {
	[ "$(lasting | awk '$2 > 0' | wc -l)" -ge 2 ]
}
check "two downloads go on" wait_for downloads

# mac NS ADDRESS: who has the address, as a neighbour knows
mac() {
	ip -n "$1" neigh show "$2" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'
}

# The master dies, as by a power failure.
died=$EPOCHREALTIME
ip -n "$lb1" link set eth0 down
ip -n "$lb1" link set eth1 down
{
	kill -9 "$(cat "$SLB_TMP/lb1/keepalived.pid")" "$(cat "$SLB_TMP/lb1/vrrp.pid")"
	wait "$master"
} 2>/dev/null
# shellcheck disable=SC2086 # words
check "the second balancer takes its addresses" wait_for has "$lb2" $one $two
for n in 0 1; do
	v=$((4 + 2 * n))
	wait_for answered "$n" "$(awk -v d="$died" -v p="$ha_patience" 'BEGIN { printf "%.6f", d + p }')"
	wait_for steady "$n"
	ms=$(outage "$n" "$died")
	quiet=$(outage "$n" 0 "$died")
	diag "IPv$v: nobody was answered for $ms ms after the master's death, before for $quiet ms at most"
	check "IPv$v: new connections are answered within 3 s" timely "$ms" "$quiet"
done
is "the client has heard who has the IPv4 address" "$(mac "$client" $vip4)" "$(ip -n "$lb2" -br link show eth0 | awk '{ print $3 }')"
is "and who the IPv6 address" "$(mac "$client" $vip6)" "$(ip -n "$lb2" -br link show eth0 | awk '{ print $3 }')"
check "connections of the dead balancer are reset for the servers" wait_for -t 20 lasting_none
is "and new ones are from the second's addresses" \
	"$(tail -q -n 2 "$SLB_TMP"/srv[12]/access.log | grep /who | cut -d ' ' -f 1 | sort -u | xargs)" "$two"
is "no server was down" "$(near "$lb2" slbadm health -n | grep -c ' down ')" 0

# It comes back.
begin=$EPOCHREALTIME
keepalived 1
ip -n "$lb1" link set eth0 up
ip -n "$lb1" link set eth1 up
check "the first balancer takes its addresses back" both || diag "$(cat "${keepalived_of[@]}")"
back=$EPOCHREALTIME
for n in 0 1; do
	v=$((4 + 2 * n))
	wait_for answered "$n" "$back"
	wait_for steady "$n"
	ms=$(outage "$n" "$begin")
	diag "IPv$v: nobody was answered for $ms ms when it came back, $(failed "$n" "$begin") requests failed"
	check "IPv$v: new connections are answered within 3 s" timely "$ms" "$quiet"
done
is "the client has heard of it" "$(mac "$client" $vip4) $(mac "$client" $vip6)" \
	"$(ip -n "$lb1" -br link show eth0 | awk '{ print $3, $3 }')"
check "the first balancer has connections again" sh -c "nsenter --net=/run/netns/$lb1 slbadm -L -n -c | grep -q :80"
