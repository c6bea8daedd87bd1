#!/bin/bash
# Two balancers announce services by BIRD to a router that spreads connections; who has no servers, or is dead, gets none.
# timeout: 150
# lanes: uml
. "$(dirname "$0")/../net/helpers/topo.sh"
. "$(dirname "$0")/helpers/ha.sh"
need bird nginx curl slbd
plan
files=$example/bird
vip4=10.0.80.80 vip6=2001:db8:80::80

load_slb
topo_ns client router
ha_lans
ha_plug "$router" eth0 front
topo_link "$client" eth0 "$router" eth1
topo_do "$router" "addr add 10.0.0.1/24 dev eth0" "addr add 2001:db8:a::1/64 dev eth0 nodad" \
	"addr add 10.9.1.1/24 dev eth1" "addr add fd00:9:1::1/64 dev eth1 nodad"
topo_do "$client" "addr add 10.9.1.2/24 dev eth0" "addr add fd00:9:1::2/64 dev eth0 nodad" \
	"route add default via 10.9.1.1" "route add default via fd00:9:1::1"
n=1
for ns in "$lb1" "$lb2"; do
	topo_do "$ns" "route add default via 10.0.0.1" "route add default via 2001:db8:a::1" \
		"addr add 10.1.0.2$n/32 dev eth1" "addr add 2001:db8:b::2$n/128 dev eth1 nodad"
	n=$((n + 1))
done
topo_make
near "$router" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1
serve 1 2
for n in 1 2; do
	: >"$SLB_TMP/srv$n/html/alive"
	truncate -s 1M "$SLB_TMP/srv$n/html/large"
done
ha_daemons "$files"

# run_bird NAME NS CONFIGURATION
run_bird() {
	mkdir -p "$SLB_TMP/bird-$1"
	cp "$files/$3" "$SLB_TMP/bird-$1/bird.conf"
	[ ! -f "$files/$1.conf" ] || cp "$files/$1.conf" "$SLB_TMP/bird-$1/balancer.conf"
	rm -f "$SLB_TMP/bird-$1/ctl"
	spawn_near "$2" bird -f -c "$SLB_TMP/bird-$1/bird.conf" -s "$SLB_TMP/bird-$1/ctl"
}
run_bird router "$router" router.conf
# What slb-announce asks slbadm fails while there is a file.
mkdir "$SLB_TMP/bin"
cat >"$SLB_TMP/bin/slbadm" <<END
#!/bin/sh
if [ "\$1" = -L ] && [ -e "\$FAIL" ]; then
	echo failed >>"\$FAIL.log"
	exit 1
fi
exec "$(command -v slbadm)" "\$@"
END
chmod +x "$SLB_TMP/bin/slbadm"
for n in 1 2; do
	ns=lb$n
	run_bird "lb$n" "${!ns}" bird.conf
	bird[n]=$spawned
	spawn_near "${!ns}" env PATH="$SLB_TMP/bin:$PATH" FAIL="$SLB_TMP/fail$n" "$files/slb-announce" slb0 \
		10.0.80.0/24 2001:db8:80::/64
	announce[n]=$spawned_log
done

# ways N...: the router has so many next hops to the IPv4 and to the IPv6 address
ways() {
	[ "$(ip -n "$router" route show $vip4 | grep -o 'via' | wc -l) $(ip -n "$router" -6 route show $vip6 |
		grep -o 'via' | wc -l)" = "$1 $1" ]
}
seen() {
	diag "$(cat "${announce[@]}"; ip -n "$router" route; ip -n "$router" -6 route
		birdc -s "$SLB_TMP/bird-router/ctl" show protocols; near "$lb1" slbadm health)"
}
check "the router knows both services by both balancers" wait_for -t 40 ways 2 || seen

# shellcheck disable=SC2016 # for the inner shell
many() {
	near "$client" bash -c 'curl -sS -m "$0" -H "Connection: close" "http://$1/who?[1-20]" "http://$2/who?[1-20]"' \
		"$((20 * SLB_SLOW))" $vip4 "[$vip6]"
}
answers=$(many)
is "40 clients are answered" "$(wc -l <<<"$answers")" 40
is "both balancers have taken some, of each family" "$(cut -d ' ' -f 2 <<<"$answers" | sort -u | xargs)" \
	"10.1.0.21 10.1.0.22 2001:db8:b::21 2001:db8:b::22"
for host in $vip4 "[$vip6]"; do
	is "a download stays with its balancer: $host" \
		"$(near "$client" curl -sS -m $((30 * SLB_SLOW)) "http://$host/large" | wc -c)" 1048576
done

# One balancer loses its servers, by the network behind it.
clients "$client" $vip4 $vip6
wait_for steady 0
wait_for steady 1
: >"$SLB_TMP/fail1"
ip -n "$lb1" link set eth1 down
all_down() {
	[ "$(near "$lb1" slbadm health -n | awk 'NR > 1 { print $2 }' | sort -u)" = down ]
}
# When slb-announce asks for the second time it has done with the first.
failed_twice() {
	[ "$(wc -l <"$SLB_TMP/fail1.log")" -ge 2 ]
}
check "its servers are down" wait_for -t 20 all_down || seen
: >"$SLB_TMP/fail1.log"
check "slb-announce asks slbadm, which fails, and asks again" wait_for -t 40 failed_twice || seen
check "what was announced stays" has "$lb1" $vip4 $vip6
rm "$SLB_TMP/fail1"
check "a balancer that reaches no server withdraws the services" wait_for -t 20 ways 1 || seen
matches "it says so" "$(cat "${announce[1]}")" "^$vip4 is withdrawn"
answers=$(many)
is "all clients go by the other one" "$(cut -d ' ' -f 2 <<<"$answers" | sort | uniq -c | xargs)" \
	"20 10.1.0.22 20 2001:db8:b::22"
ip -n "$lb1" link set eth1 up
check "it announces them again when it reaches them" wait_for -t 20 ways 2 || seen

# A balancer dies.
wait_for steady 0
wait_for steady 1
died=$EPOCHREALTIME
ip -n "$lb2" link set eth0 down
ip -n "$lb2" link set eth1 down
{
	kill -9 "${bird[2]}"
	wait "${bird[2]}"
} 2>/dev/null
check "the router notices that a balancer is dead" wait_for -t 20 ways 1 || seen
for n in 0 1; do
	wait_for answered "$n" "$EPOCHREALTIME"
	wait_for steady "$n"
	diag "IPv$((4 + 2 * n)): nobody was answered for $(outage "$n" "$died") ms after its death"
	check "IPv$((4 + 2 * n)): all clients are answered by the other one" steady "$n"
done

# No server is left.
for n in 1 2; do
	kill "$(cat "$SLB_TMP/srv$n/nginx.pid")"
done
check "with no server left the services are withdrawn" wait_for -t 20 ways 0 || seen
serve 1 2
check "and come back with one" wait_for -t 20 ways 1 || seen
is "clients are answered" "$(many | wc -l)" 40
