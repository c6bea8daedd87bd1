# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Topologies that many tests share; sourced instead of lib.sh. Starting a program is what costs most
# in these machines, so namespaces, links, addresses and routes are written down first and made by a
# few calls of ip.

# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

helpers=$SLB_TOP/tests/net/helpers
python=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1

topo_root=()
declare -A topo_of=()

# topo_ns NAME...: as setup_ns, made by topo_make.
topo_ns() {
	local name ns

	for name; do
		ns=$name-$RANDOM$RANDOM
		topo_root+=("netns add $ns")
		ns_all+=("$ns")
		printf -v "$name" %s "$ns"
		topo_of[$ns]="link set lo up"
	done
}

# topo_do NS LINE...: lines for ip there.
topo_do() {
	local ns=$1 line

	shift
	for line; do
		topo_of[$ns]+=$'\n'$line
	done
}

topo_mac=0

# topo_link NS1 DEV1 NS2 DEV2: a cable. Link-local addresses are given by hand, because the kernel's
# own cannot be used for a second.
topo_link() {
	topo_mac=$((topo_mac + 1))
	topo_root+=("link add $2 netns $1 address 02:00:00:00:0$topo_mac:01 type veth peer name $4 address 02:00:00:00:0$topo_mac:02 netns $3")
	topo_do "$1" "link set $2 addrgenmode none" "link set $2 up" "addr add fe80::$topo_mac:1/64 dev $2 nodad"
	topo_do "$3" "link set $4 addrgenmode none" "link set $4 up" "addr add fe80::$topo_mac:2/64 dev $4 nodad"
}

topo_make() {
	local ns

	printf '%s\n' "${topo_root[@]}" | ip -batch - || bail "cannot make the namespaces"
	for ns in "${!topo_of[@]}"; do
		printf '%s\n' "${topo_of[$ns]}" | ip -n "$ns" -batch - || bail "cannot set $ns up"
	done
	topo_root=()
	topo_of=()
}

# near NS COMMAND...: like in_ns, without a mount namespace, which costs time.
near() {
	local ns=$1

	shift
	nsenter --net="/run/netns/$ns" "$@"
}

# spawn_near NS COMMAND...: as spawn_ns; $spawned is the program itself.
spawn_near() {
	local ns=$1

	shift
	spawn nsenter --net="/run/netns/$ns" "$@"
}

# addresses of every topology here
# shellcheck disable=SC2034 # for the tests
{
	vip4=10.0.0.80 vip6=fd00::80
	laddr4=10.2.0.1 laddr6=fd00:2::1
	second4=10.2.0.2 second6=fd00:2::2
}

# rig: a balancer, $lb, both of whose links end in the namespace $wire, which has no address, so that
# a Python program there plays all clients and servers (see wire.py).
rig() {
	load_slb
	topo_ns lb wire
	topo_link "$lb" c0 "$wire" cw
	topo_link "$lb" s0 "$wire" sw
	topo_do "$wire" "addr flush dev cw" "addr flush dev sw"
	topo_do "$lb" \
		"addr add 10.200.1.1/30 dev c0" "addr add 10.200.2.1/30 dev s0" \
		"addr add fd00:c1::1/64 dev c0 nodad" "addr add fd00:c2::1/64 dev s0 nodad" \
		"neigh add 10.200.1.2 lladdr 02:00:00:00:01:02 dev c0" \
		"neigh add 10.200.2.2 lladdr 02:00:00:00:02:02 dev s0" \
		"neigh add fd00:c1::2 lladdr 02:00:00:00:01:02 dev c0" \
		"neigh add fd00:c2::2 lladdr 02:00:00:00:02:02 dev s0" \
		"route add 10.9.0.0/16 via 10.200.1.2" "route add 10.1.0.0/16 via 10.200.2.2" \
		"route add fd00:9::/32 via fd00:c1::2" "route add fd00:1::/32 via fd00:c2::2"
	lb_addresses
	topo_make
	lb_all+=("$lb")
	fastpath_on
}

# fastpath_on: with SLB_FASTPATH=1 in the environment every interface that a test may make on the
# balancer has a fast path.
fastpath_on() {
	[ -n "${SLB_FASTPATH-}" ] || return 0
	slb --set fastpath=c0,d0,s0,s1,s2,s3,s4,t0,cv,sv,p0,b1,b2,bond0,br0,bv fastpath-force=off ||
		bail "cannot switch the fast path on"
}

lb_addresses() {
	local a

	for a in $vip4/32 10.0.0.81/32 $vip6/128 fd00::81/128 10.2.0.1/32 10.2.0.2/32 fd00:2::1/128 fd00:2::2/128; do
		case $a in
		*:*) topo_do "$lb" "addr add $a dev lo nodad" ;;
		*) topo_do "$lb" "addr add $a dev lo" ;;
		esac
	done
}

# cluster SERVERS: $client -- $lb -- $srv1, $srv2 ... with a kernel in each. Clients and servers are
# on networks of their own; a server knows the way to local addresses only, so an untranslated
# packet finds no way back. The client has the addresses 10.9.1.2 to .5 and fd00:9:1::2 to ::5.
cluster() {
	local n=$1 i ns

	load_slb
	topo_ns lb client
	topo_link "$client" eth0 "$lb" c0
	topo_do "$lb" "addr add 10.9.1.1/24 dev c0" "addr add fd00:9:1::1/64 dev c0 nodad"
	for i in 2 3 4 5; do
		topo_do "$client" "addr add 10.9.1.$i/24 dev eth0" "addr add fd00:9:1::$i/64 dev eth0 nodad"
	done
	topo_do "$client" "route add default via 10.9.1.1 src 10.9.1.2" \
		"route add default via fd00:9:1::1 src fd00:9:1::2"
	for ((i = 1; i <= n; i++)); do
		topo_ns "srv$i"
		ns=srv$i
		ns=${!ns}
		topo_link "$ns" eth0 "$lb" "s$i"
		topo_do "$lb" "addr add 10.1.$i.1/24 dev s$i" "addr add fd00:1:$i::1/64 dev s$i nodad"
		topo_do "$ns" "addr add 10.1.$i.11/24 dev eth0" "addr add fd00:1:$i::11/64 dev eth0 nodad" \
			"route add 10.2.0.0/16 via 10.1.$i.1" "route add fd00:2::/32 via fd00:1:$i::1"
	done
	lb_addresses
	topo_make
	lb_all+=("$lb")
	fastpath_on
	SLB_CLIENT=$client SLB_SERVERS=$(for ((i = 1; i <= n; i++)); do ns=srv$i && echo "${!ns}"; done)
	export SLB_CLIENT SLB_SERVERS
}

# slb WORD...: slbadm on the balancer. slb_conf: a restore file from standard input.
slb() {
	near "$lb" slbadm "$@"
}

slb_conf() {
	near "$lb" slbadm -R || bail "the configuration is refused"
}

# serve N...: nginx on each of the servers, port 8080, both families. It answers with its name and the
# peer's address; /hold answers after a body that never ends; the log has the peer's address and port.
# serve_also: further ports.
serve_also=()
serve() {
	local i ns dir also

	also=$(for i in 8080 "${serve_also[@]}"; do
		echo "listen $i backlog=1024; listen [::]:$i ipv6only=on backlog=1024;"
	done)
	for i; do
		ns=srv$i
		ns=${!ns}
		dir=$SLB_TMP/srv$i
		mkdir -p "$dir/tmp" "$dir/html"
		cat >"$dir/nginx.conf" <<-END
			daemon off; master_process off; pid $dir/nginx.pid; error_log $dir/error.log;
			events { worker_connections 2048; multi_accept on; }
			http {
				log_format peer '\$remote_addr \$remote_port \$request';
				access_log $dir/access.log peer;
				default_type text/plain;
				client_body_temp_path $dir/tmp/b; proxy_temp_path $dir/tmp/p;
				fastcgi_temp_path $dir/tmp/f; uwsgi_temp_path $dir/tmp/u; scgi_temp_path $dir/tmp/s;
				keepalive_timeout 600; lingering_close off; client_max_body_size 0;
				server {
					$also
					root $dir/html;
					location = /who { return 200 "srv$i \$remote_addr \$remote_port\n"; }
				}
			}
		END
		spawn_near "$ns" nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log"
	done
	for i; do
		ns=srv$i
		wait_for test -s "$SLB_TMP/srv$i/nginx.pid" || bail "nginx of srv$i: $(cat "$SLB_TMP/srv$i/error.log")"
	done
}

# run_cases NS FILE [ARGUMENT]: test points that a program writes (see cases.py) become KTAP. An empty NS
# is where the test itself is.
run_cases() {
	local ns=$1 file=$2 result name detail status=0 last=0
	local net=(nsenter --net="/run/netns/$ns")

	shift 2
	[ -n "$ns" ] || net=()
	while IFS=$'\t' read -r result name detail; do
		case $result in
		ok) ok "$name" ;;
		skip) skip "$name" "$detail" ;;
		"not ok") not_ok "$name" "$detail" ;;
		exit) last=$name ;;
		*) diag "$result $name $detail" ;;
		esac
	done < <(SLB_LB=$lb PYTHONPATH=$helpers "${net[@]}" "$python" "$file" "$@" 2>&1
		printf 'exit\t%s\n' $?)
	status=$last
	[ "$status" = 0 ] || not_ok "${file##*/} came to its end" "status $status"
}
