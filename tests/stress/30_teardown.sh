#!/bin/bash
# The module is unloaded, the namespace deleted, everything removed, all while traffic flows.
# lanes: uml qemu-6.12 smp
# timeout: 900
. "$(dirname "$0")/helpers/stress.sh"
need gcc jq
plan 12

# In the sanitizer lane a hundred in all, or of each.
rounds=$(amount 20 10 100)
keep=$(amount 1000 400 1500)
compile requests
load_slb
topo_ns lb client srv1 srv2

# lb_up: the balancer's addresses, links and routes, all of which went with its namespace.
# shellcheck disable=SC2154 # set by topo_ns
lb_up() {
	local i ns

	topo_mac=0
	topo_link "$client" eth0 "$lb" c0
	topo_do "$lb" "addr add 10.9.1.1/24 dev c0" "addr add fd00:9:1::1/64 dev c0 nodad"
	topo_do "$client" "addr add 10.9.1.2/24 dev eth0" "addr add fd00:9:1::2/64 dev eth0 nodad" \
		"route add default via 10.9.1.1" "route add default via fd00:9:1::1"
	for i in 1 2; do
		ns=srv$i
		ns=${!ns}
		topo_link "$ns" eth0 "$lb" "s$i"
		topo_do "$lb" "addr add 10.1.$i.1/24 dev s$i" "addr add fd00:1:$i::1/64 dev s$i nodad"
		topo_do "$ns" "addr add 10.1.$i.11/24 dev eth0" "addr add fd00:1:$i::11/64 dev eth0 nodad" \
			"route add 10.2.0.0/16 via 10.1.$i.1" "route add fd00:2::/32 via fd00:1:$i::1"
	done
	lb_addresses
	topo_make
}

configure() {
	slb_conf <<-CONF
		-A -t $vip4:80 -s wlc
		-a -t $vip4:80 -r 10.1.1.11:8080 -b
		-a -t $vip4:80 -r 10.1.2.11:8080 -b
		-A -t [$vip6]:80 -s rr
		-a -t [$vip6]:80 -r [fd00:1:1::11]:8080
		-a -t [$vip6]:80 -r [fd00:1:2::11]:8080
		-P $laddr4
		-P $laddr6
	CONF
}

# traffic BATCH KEEP PATIENCE: in the background; $progress tells how far it is. A client gives up after so many
# seconds.
progress=$SLB_TMP/progress
traffic() {
	echo 0 0 >"$progress"
	spawn "$SLB_TMP/requests" -b "$1" -k "$2" -w "$3" -f "$progress" "$vip4" "$vip6" 80 8080 \
		"$client" "$srv1" "$srv2"
	traffic=$spawned
	traffic_log=$spawned_log
}

answered() {
	read -r served echoed <"$progress"
}

# flows: waits until requests are answered and held connections echo.
flows() {
	local served=0 echoed=0 first first_echoed end=$((SECONDS + 20 * SLB_SLOW))

	answered
	first=$served
	first_echoed=$echoed
	until [ "$served" -gt $((first + 20)) ] && [ "$echoed" -gt $((first_echoed + 20000)) ]; do
		[ $SECONDS -lt $end ] || { diag "no traffic after $1: $(cat "$progress")"; return 1; }
		nap 0.05
		answered
	done
}

# linked: the client still has its link to the old balancer.
linked() {
	local name rest

	# shellcheck disable=SC2034 # the rest of the line
	while read -r name rest; do
		[ "$name" = eth0: ] && return 0
	done <"/proc/$traffic/net/dev"
	return 1
}

end_traffic() {
	stop "$traffic"
	diag "$(cat "$traffic_log")"
}

lb_up
lb_all+=("$lb")
configure
traffic 20 20 2
flows "the start" || bail "no traffic"

bad=0
begun=$SECONDS
for ((i = 0; i < rounds && !bad; i++)); do
	rmmod slb || { bad=1; break; }
	# Half of the time the client meets a host without a balancer for a while.
	((i & 1)) && nap 0.1
	insmod "$SLB_BUILD/slb.ko" && configure && flows "unloading $i" || bad=1
done
is "unloaded $rounds times while traffic flows" "$i $bad" "$rounds 0"
diag "$((SECONDS - begun)) s"

bad=0
begun=$SECONDS
for ((i = 0; i < rounds && !bad; i++)); do
	ip netns del "$lb"
	end=$((SECONDS + 30 * SLB_SLOW))
	while linked; do
		[ $SECONDS -lt $end ] || { bad=1; diag "the namespace does not go"; break; }
		nap 0.02
	done
	topo_root+=("netns add $lb")
	topo_of[$lb]="link set lo up"
	lb_up
	configure && flows "deletion $i" || bad=1
done
is "its namespace deleted $rounds times while traffic flows" "$i $bad" "$rounds 0"
diag "$((SECONDS - begun)) s"
end_traffic

# conns: how many live. conns_at SERVER: established ones there.
conns() {
	slb info --json | jq .conns
}

conns_at() {
	slb -L -c -n --json --state established --server "$1" | jq '.connections | length'
}

many() {
	[ "$(slb -L -c -n --json --state established | jq '.connections | length')" -ge "$keep" ]
}

none() {
	[ "$(conns_at "$1")" = 0 ]
}

empty() {
	[ "$(conns)" = 0 ]
}

# begin: $keep connections live and echo, beside short requests.
begin() {
	traffic 10 "$keep" $((2 * SLB_SLOW))
	wait_for -t 60 many || bail "not enough connections"
}

begin
is "servers have their part of $keep connections" \
	"$(($(conns_at 10.1.1.11) > keep / 5)) $(($(conns_at '[fd00:1:1::11]') > keep / 5))" "1 1"
slb -d -t $vip4:80 -r 10.1.1.11:8080
slb -d -t [$vip6]:80 -r '[fd00:1:1::11]:8080'
check "a removed server's connections are gone" wait_for none 10.1.1.11
check "with IPv6 too" wait_for none '[fd00:1:1::11]'
check "their clients were told and came back" wait_for -t 60 many
check "requests go on" flows "removal of servers"
slb -D -t $vip4:80
slb -D -t [$vip6]:80
check "removed services take their connections along" wait_for -t 30 empty
configure 2>/dev/null || slb -C && configure
check "clients come back to a new service" wait_for -t 60 many
slb -C
check "-C takes every connection along" wait_for -t 30 empty
end_traffic
is "every broken connection was reset, none was left waiting" \
	"$(grep -E '^error' "$traffic_log" | grep -vE 'reset by peer|refused|closed too early|Broken pipe')" ""
check "kmemleak finds nothing" kmemleak_check
