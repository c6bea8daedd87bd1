#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slbadm and the module: what is configured is listed, saved, restored and changed.
# timeout: 240
# A namespace of its own for the whole test saves entering it for each of its many commands.
[ -n "${SLB_TEST_NS:-}" ] || exec unshare -n env SLB_TEST_NS=1 "$0" "$@"
. "$(dirname "$0")/../lib.sh"

need slbadm python3
plan 57

load_slb
ip link set lo up
for address in 10.0.0.80 10.1.0.2 10.1.0.3 10.1.0.4 2001:db8::80 2001:db8:1::2; do
	ip addr add "$address" dev lo
done

# json EXPRESSION ARGUMENTS...: a Python expression about d, the JSON that slbadm prints.
json() {
	local expression=$1

	shift
	slbadm "$@" --json | python3 -c "import json, sys; d = json.load(sys.stdin); print($expression)" 2>&1
}

# What someone types who knows ipvsadm.
check "a service is added" slbadm -A -t 10.0.0.80:80 -s wrr
check "a server is added" slbadm -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 100
check "another, with the service's port" slbadm -a -t 10.0.0.80:80 -r 10.1.0.12
check "a local address is added" slbadm -P 10.1.0.2
is "they are listed as ipvsadm would" "$(slbadm -Ln | tail -n +2)" \
"Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.0.0.80:80 wrr
  -> 10.1.0.11:8080               FullNAT 100    0          0
  -> 10.1.0.12:80                 FullNAT 1      0          0"
matches "the first line says what there is" "$(slbadm -Ln)" \
	'^slb [0-9.]+ \(services=1 servers=2 connections=0\)$'
is "one service is listed by name" "$(slbadm -L -n -t 10.0.0.80:80 | grep -c '^TCP')" 1
settings=$(slbadm -S | head -n 1)
is "it is saved" "$(slbadm -S | tail -n +2)" \
"-P 10.1.0.2
-A -t 10.0.0.80:80 -s wrr
-a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 100
-a -t 10.0.0.80:80 -r 10.1.0.12:80 -b -w 1"
is "settings have their defaults" "$settings" \
"--set syn-sent=30 syn-recv=30 established=900 fin-wait=60 close-wait=60 last-ack=30 time-wait=60\
 close=10 udp=300 idle-reset=on reclaim-unanswered=3 reclaim-udp=10 conn-max=0 reset-rate=1000 persist-max=262144\
 fastpath-force=off accounting=off toa-trusted=none fastpath=none"

# Everything that can be said of a configuration.
cat >"$SLB_TMP/full" <<'END'
--set syn-sent=31 syn-recv=32 established=901 fin-wait=61 close-wait=62 last-ack=33 time-wait=63 close=11 udp=301 idle-reset=off reclaim-unanswered=4 reclaim-udp=11 conn-max=1000000 reset-rate=0 persist-max=5 fastpath-force=on accounting=on toa-trusted=10.9.0.0/16,2001:db8:9::/48 fastpath=eth0,lo,eth1.10
-P 10.1.0.2
-P 10.1.0.3 --ports 2000-3000
-P 2001:db8:1::2 --pool z.2:words --dedicated
-P 10.1.0.4 --pool blue --owner conf
--add-acl kept --deny --owner conf 10.9.0.0/16
--add-acl plain --allow 10.0.0.0/8
--add-group dns.v6 --proto udp -s rr
-a --group dns.v6 -r [2001:db8:1::11]:53 -b -w 1
-a --group dns.v6 -r [2001:db8:1::12]:53 -m -w 0
--add-group empty --proto tcp -s wlc --zero-delay 0 --removal-delay keep --on-down reset --min-alive 65535 --owner conf --comment "two words"
--add-group web --proto tcp -s wrr
-a --group web -r 10.1.0.11:80 -b -w 7 --owner conf
-a --group web -r 10.1.0.12:80 -b -w 1 --priority 15 --name "Zwölf" --comment spare
--add-limit gold --max-conns 10 --owner conf
-A -t 10.0.0.80:80 -s wlc --owner conf
-a -t 10.0.0.80:80 -r 10.1.0.11:80 -b -w 0
-a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 65535
-A -t 10.0.0.80:443 -s rr --disable --toa off --timestamps keep --unknown drop --idle 60 --timeout syn-sent=1,close=14400 --pool blue
-A -t 10.0.0.80:444 --group web --timeout close=1 --pool blue
-A -t 10.0.0.80:445 --group web --name "the other one"
-A -t 10.0.0.80:8443 -s wrr --toa-kind 200 --timestamps remove --unknown pass -p 360 -M 255.255.254.0 --pool blue
-A -t [2001:db8::80]:80 -s wrr --zero-delay 3600 --removal-delay 1 --on-down reset --min-alive 2 -p 300 -M 64 --pool z.2:words --name six --comment "# no comment"
-a -t [2001:db8::80]:80 -r [2001:db8:1::11]:80 -b -w 1
-a -t [2001:db8::80]:80 -r [2001:db8:1::12]:80 -m -w 2
-A -u 10.0.0.80:53 -s rr --idle 4000
-a -u 10.0.0.80:53 -r 10.1.0.11:53 -b -w 1
-a -u 10.0.0.80:53 -r 10.1.0.12:53 -m -w 1
-A -u [2001:db8::80]:53 --group dns.v6
END
sort_pools() {
	# Local addresses are saved in the order of their pools, the default one first.
	sed -n '1p' "$1"
	grep -- '^-P' "$1" | grep -v -- --pool
	grep -- '^-P' "$1" | grep -- '--pool blue'
	grep -- '^-P' "$1" | grep -- '--pool z'
	sed '1d; /^-P/d' "$1"
}
sort_pools "$SLB_TMP/full" >"$SLB_TMP/sorted"
check "everything is deleted" slbadm -C
check "a full configuration is restored" slbadm -R "$SLB_TMP/full"
is "and saved to the byte" "$(slbadm -S)" "$(cat "$SLB_TMP/sorted")"
slbadm -S >"$SLB_TMP/saved"
created() {
	slbadm info --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["created"])'
}
before=$(created)
check "it is restored on top of itself" slbadm -R "$SLB_TMP/saved"
is "which makes no object" "$(created)" "$before"
is "and changes nothing" "$(slbadm -S)" "$(cat "$SLB_TMP/saved")"
slbadm -E -t 10.0.0.80:80 -s rr --toa off --toa-kind 99 --timestamps keep --unknown drop --idle 99 \
	--timeout established=99,udp=99 --pool blue --disable
slbadm -e -t 10.0.0.80:80 -r 10.1.0.11:80 -m -w 99
slbadm -e -u 10.0.0.80:53 -r 10.1.0.12:53 -b
slbadm --edit-group web -s rr
slbadm -e --group web -r 10.1.0.11:80 -w 8
slbadm -E -t 10.0.0.80:445 --group '' --name '' --comment new
slbadm --edit-group empty --zero-delay 5 --min-alive 1 --comment ''
slbadm -e --group web -r 10.1.0.12:80 --priority 0 --name other --down
slbadm --edit-acl kept --owner hand
slbadm --edit-limit gold --owner hand
slbadm --edit-laddr 10.1.0.4 --owner hand
slbadm -E -t 10.0.0.80:80 --owner hand
slbadm -e --group web -r 10.1.0.11:80 --owner hand
slbadm --edit-laddr 10.1.0.2 --dedicated --ports 5000-6000
slbadm --set established=99 toa-trusted=10.0.0.0/8 idle-reset=on
check_fails "a change is a change" cmp -s <(slbadm -S) "$SLB_TMP/saved"
check "a restore takes it back" slbadm -R "$SLB_TMP/saved"
is "completely" "$(slbadm -S)" "$(cat "$SLB_TMP/saved")"
slbadm -C
is "clearing leaves the settings" "$(slbadm -S)" "$(head -n 1 "$SLB_TMP/saved")"
slbadm -S | slbadm -R
is "a restore from the standard input" "$?" 0

# Nothing is sent of a file with a mistake; what the kernel refuses has its line.
slbadm --set 900 60 300
slbadm -C
printf '%s\n' '-A -t 10.0.0.80:80' '-a -t 10.0.0.80:80 -r nonsense::' '-A -t 10.0.0.80:81' \
	>"$SLB_TMP/wrong"
out=$(slbadm -R "$SLB_TMP/wrong" 2>&1)
is "a mistake in a file is a usage error" "$?" 2
matches "with its line" "$out" "wrong:2: -r: \`nonsense::': not an address"
is "and nothing was done" "$(json 'len(d["services"])' -L)" 0
printf '%s\n' '-A -t 10.0.0.80:80' '' '-a -t 10.0.0.99:80 -r 10.1.0.11' '-A -t 10.0.0.80:81' \
	>"$SLB_TMP/refused"
out=$(slbadm -R "$SLB_TMP/refused" 2>&1)
is "a refused line ends a restore" "$?" 1
matches "with the line and the kernel's words" "$out" \
	'refused:3: add server 10.1.0.11:80 to tcp 10.0.0.99:80: no such service'
is "the lines before it are in force" "$(json '[s["port"] for s in d["services"]]' -L)" "[80]"

# Changes.
slbadm -a -t 10.0.0.80:80 -r 10.1.0.11 -w 5
slbadm -a -t 10.0.0.80:80 -r 10.1.0.12 -m
slbadm -e -t 10.0.0.80:80 -r 10.1.0.12 -w 6
is "a weight alone changes no forwarding mode" "$(slbadm -S | grep '^-a')" \
"-a -t 10.0.0.80:80 -r 10.1.0.11:80 -b -w 5
-a -t 10.0.0.80:80 -r 10.1.0.12:80 -m -w 6"
is "modes are listed" "$(slbadm -Ln | grep -- '->' | tail -n 2)" \
"  -> 10.1.0.11:80                 FullNAT 5      0          0
  -> 10.1.0.12:80                 NAT     6      0          0"
is "and in JSON" "$(json '[r["forward"] for r in d["services"][0]["servers"]]' -L)" "['fullnat', 'nat']"
slbadm -d -t 10.0.0.80:80 -r 10.1.0.12
slbadm -E -t 10.0.0.80:80 --idle 60
slbadm -E -t 10.0.0.80:80 -s rr
is "a change leaves the rest alone" "$(slbadm -S | grep '^-A')" "-A -t 10.0.0.80:80 -s rr --idle 60"
slbadm -E -t 10.0.0.80:80 --pool blue
check "a local address by service" slbadm -P -t 10.0.0.80:80 -z 10.1.0.3
is "goes to the service's pool" "$(slbadm -S | grep '^-P')" "-P 10.1.0.3 --pool blue"
is "where it is listed" "$(json '[a["address"] for a in d["laddrs"]]' -G -t 10.0.0.80:80)" \
	"['10.1.0.3']"
check "and deleted by service" slbadm -Q -t 10.0.0.80:80 -z 10.1.0.3
wait_for eval '! slbadm -G -n | grep -q 10.1.0.3'
is "it is gone" "$(json 'd["laddrs"]' -G)" "[]"

# Warnings.
out=$(slbadm -A -t 10.0.0.99:80 2>&1)
is "a foreign address is no error" "$?" 0
matches "but a warning" "$out" 'warning: add service tcp 10.0.0.99:80: .*not local'
is "an address of the host is none" "$(slbadm -A -t 10.0.0.80:99 2>&1)" ""
is "of IPv6 neither" "$(slbadm -A -t '[2001:db8::80]:99' 2>&1; slbadm -P 2001:db8:1::2 2>&1)" ""

# Groups that services share.
slbadm --add-group web -s rr
slbadm -a --group web -r 10.1.0.21:80 -w 3
slbadm -A -t 10.0.0.80:98 --group web
matches "a service is listed with its group" "$(slbadm -L -n)" '^TCP  10.0.0.80:98 rr group=web$'
is "asked for alone, with the group's servers" "$(slbadm -L -n -t 10.0.0.80:98 | tail -n 1)" \
	"  -> 10.1.0.21:80                 FullNAT 3      0          0"
is "groups are listed with their servers" "$(slbadm -L -n --groups)" \
"Group Prot Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
web tcp rr services=1
  -> 10.1.0.21:80                 FullNAT 3      0          0"
is "and in JSON" "$(json '[(g["name"], g["services"], [s["port"] for s in g["servers"]]) for g in d["groups"]]' \
	-L --group web)" "[('web', 1, [80])]"

# VRFs are named, and what lives in one is another service.
if ip link add blue type vrf table 10 2>/dev/null; then
	ip link set blue up
	check "a service in a VRF" slbadm -A -t 10.0.0.80:80 --vrf blue -s rr
	matches "is listed with it" "$(slbadm -L -n)" '^TCP  10.0.0.80:80 rr vrf=blue$'
	is "and saved with it" "$(slbadm -S | grep vrf)" "-A -t 10.0.0.80:80 --vrf blue -s rr"
	check "and deleted with it" slbadm -D -t 10.0.0.80:80 --vrf blue
else
	for what in "a service in a VRF" "listed" "saved" "deleted"; do
		skip "$what" "this kernel has no VRF"
	done
fi

# Views.
is "JSON of services" "$(json 'sorted(d["services"][0])' -L -t 10.0.0.80:80 --stats)" \
	"['acl', 'address', 'all-down', 'checked', 'enabled', 'idle', 'limits', 'min-alive', 'on-down', 'owner', 'persistent', 'persistent-len', 'pool', 'port', 'proto', 'removal-delay', 'scheduler', 'servers', 'slow-start', 'stats', 'table-size', 'timeouts', 'timestamps', 'toa', 'toa-kind', 'unknown', 'zero-delay']"
is "JSON of counters and drops" "$(json 'd["counters"]["conn-created"], d["drops"]["no-port"]' \
	-L --stats)" "0 0"
is "JSON of connections" "$(json d -L -c)" "{'connections': []}"
is "JSON of settings" "$(json 'd["settings"]["established"], d["settings"]["idle-reset"]' --set)" \
	"900 False"
is "JSON of the versions" "$(json 'd["loaded"], d["tool"] == d["module"]' --version)" "True True"
check "counters are set to zero" slbadm -Z
check "those of one service" slbadm -Z -t 10.0.0.80:80

# Size, and change while it is read.
slbadm -C
{
	for port in $(seq 1000 1099); do
		echo "-A -t 10.0.0.80:$port"
		for server in 11 12 13; do
			echo "-a -t 10.0.0.80:$port -r 10.1.0.$server"
		done
	done
} >"$SLB_TMP/many"
slbadm -R "$SLB_TMP/many"
slbadm -S >"$SLB_TMP/saved"
slbadm -C
slbadm -R "$SLB_TMP/saved"
is "hundreds of services come back as they were" "$(slbadm -S | md5sum)" "$(md5sum <"$SLB_TMP/saved")"
(
	trap 'exit 0' TERM	# and not before the command under way has ended
	while :; do
		slbadm -A -t 10.0.0.80:1
		slbadm -a -t 10.0.0.80:1 -r 10.1.0.11
		slbadm -D -t 10.0.0.80:1
	done
) >/dev/null 2>&1 &
changer=$!
wrong=0
for _ in $(seq 10); do
	[ "$(slbadm -S | grep -vc ':1 ')" = "$(wc -l <"$SLB_TMP/saved")" ] || wrong=$((wrong + 1))
done
stop "$changer"
is "a list is whole while services come and go" "$wrong" 0
slbadm -C
balanced() {
	[ "$(json 'd["created"] - d["destroyed"]' info)" = 0 ]
}
wait_for balanced
is "what was created is destroyed" "$(json 'd["created"] - d["destroyed"]' info)" 0
