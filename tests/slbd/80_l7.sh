#!/bin/bash
# HTTPS through slb to nginx proxies and on to applications, by examples/l7: what clients get and applications see.
# timeout: 180
# lanes: qemu-6.1
. "$(dirname "$0")/../net/helpers/topo.sh"
. "$(dirname "$0")/helpers/ha.sh"
need nginx curl openssl nft haproxy slbd
plan
files=$SLB_TOP/examples/l7

# client -- lb -- two proxies -- applications
load_slb
load_toa
topo_ns client lb px1 px2 apps
topo_do "$lb" "link add back type bridge mcast_snooping 0" "link set back up" "addr add 10.1.0.1/24 dev back" \
	"addr add 2001:db8:b::1/64 dev back nodad"
topo_do "$apps" "link add front type bridge mcast_snooping 0" "link set front up"
topo_link "$client" eth0 "$lb" eth0
topo_do "$client" "addr add 10.0.0.11/24 dev eth0" "addr add 2001:db8:a::11/64 dev eth0 nodad"
topo_do "$lb" "addr add 10.0.0.1/24 dev eth0" "addr add 2001:db8:a::1/64 dev eth0 nodad" \
	"addr add 10.0.0.80/32 dev eth0" "addr add 2001:db8:a::80/128 dev eth0 nodad"
for n in 1 2; do
	ns=px$n
	topo_link "${!ns}" eth0 "$lb" "p$n"
	topo_do "$lb" "link set p$n master back"
	topo_link "${!ns}" eth1 "$apps" "p$n"
	topo_do "$apps" "link set p$n master front"
	topo_do "${!ns}" "addr add 10.1.0.1$n/24 dev eth0" "addr add 2001:db8:b::1$n/64 dev eth0 nodad" \
		"addr add 10.2.0.$n/24 dev eth1"
done
for n in 11 12 21 31; do
	topo_do "$apps" "addr add 10.2.0.$n/24 dev front"
done
topo_make
lb_all+=("$lb")

# Two certificates, the clients' trust in them, and the proxies' common key of tickets.
for name in shop img; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3000 -subj "/CN=$name.example" \
		-addext "subjectAltName=DNS:$name.example" -keyout "$SLB_TMP/$name.key" -out "$SLB_TMP/$name.pem" \
		2>/dev/null || bail "no certificate"
done
cat "$SLB_TMP/shop.pem" "$SLB_TMP/img.pem" >"$SLB_TMP/ca.pem"
openssl rand 80 >"$SLB_TMP/ticket.key"

# HAProxy's file is as good as its own check says.
mkdir -p "$SLB_TMP/haproxy/certs"
for name in shop img; do
	cat "$SLB_TMP/$name.pem" "$SLB_TMP/$name.key" >"$SLB_TMP/haproxy/certs/$name.pem"
done
cp "$files/503.http" "$SLB_TMP/haproxy"
for _ in 1 2 3; do
	base64 -w 0 "$SLB_TMP/ticket.key"
	echo
done >"$SLB_TMP/haproxy/ticket.keys"
sed "s,/etc/haproxy/,$SLB_TMP/haproxy/,g" "$files/haproxy.cfg" >"$SLB_TMP/haproxy/cfg"
check "HAProxy accepts its file" haproxy -c -f "$SLB_TMP/haproxy/cfg"

# The proxies: with other paths, and less time for what takes long; an answer may still take longer than another server
# may be asked (proxy_next_upstream_timeout).
late=$((10 + SLB_SLOW)) idle=$((2 * SLB_SLOW))
for n in 1 2; do
	ns=px$n
	dir=$SLB_TMP/px$n
	mkdir -p "$dir/tmp"
	cp -r "$files/html" "$SLB_TMP"/{shop,img}.{pem,key} "$SLB_TMP/ticket.key" "$dir"
	sed -e "s,/etc/nginx/,$dir/,; s,/run/nginx.pid,$dir/nginx.pid,; s,/var/log/nginx/,$dir/,; s/^user .*/user root;/" \
		-e "s/worker_processes auto/worker_processes 1/; s/proxy_read_timeout 60s/proxy_read_timeout ${late}s/" \
		-e "s/keepalive_timeout 15s/keepalive_timeout ${idle}s/; /^http {/a client_body_temp_path $dir/tmp/b; proxy_temp_path $dir/tmp/p;" \
		-e "/^http {/a fastcgi_temp_path $dir/tmp/f; uwsgi_temp_path $dir/tmp/u; scgi_temp_path $dir/tmp/s;" \
		"$files/nginx.conf" >"$dir/nginx.conf"
	near "${!ns}" slbadm toa replace 10.1.0.1 2001:db8:b::1 || bail "the receiver does not take the addresses"
	spawn_near "${!ns}" nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" -g 'daemon off;'
done
# HAProxy on one of them, on other ports.
sed -i "s/bind \(.*\):80/bind \1:81/; s/bind \(.*\):443/bind \1:444/; s/^\t\(user\|group\) .*/\t\1 root/; s/maxconn .*/maxconn 200/" \
	"$SLB_TMP/haproxy/cfg"
spawn_near "$px1" haproxy -db -f "$SLB_TMP/haproxy/cfg"
# A SYN stays with a dead server for longer than the test waits, if it is left to that.
near "$lb" slbadm --set syn-sent=$((60 * SLB_SLOW)) || bail "no timeout is set"
spawn_near "$lb" slbd -f -l stderr -c "$files/slb.conf"
check "all proxies are up" wait_for -t 20 all_up "$lb" 8 || diag "$(cat "$SLB_TMP"/px*/error.log "$spawned_log")"
SLB_TMP=$SLB_TMP APPS=$apps PROXY=$px2 LATE=$late IDLE=$idle run_cases "$client" "$SLB_TOP/tests/slbd/helpers/l7.py"
