#!/bin/bash
# slbd as its unit runs it, with a user of its own and two capabilities: it configures the module and checks servers.
# timeout: 90
# lanes: uml
. "$(dirname "$0")/../net/helpers/topo.sh"
. "$SLB_TOP/tests/slbd/helpers/unit.sh"
need setpriv python3
plan
cluster 1
chmod 755 "$SLB_TMP"
export SLB_RUN_DIR=$SLB_TMP/run
# As RuntimeDirectory= makes it.
mkdir "$SLB_RUN_DIR" && chown 65534:65534 "$SLB_RUN_DIR"
conf=$SLB_TMP/slb.conf
cat >"$conf" <<'END_CONF'
laddrs:
  - address: 10.2.0.1
  - address: fd00:2::1
services:
  - listen: tcp 10.0.0.80:80
    check: { type: tcp, interval: 1 }
    servers:
      - address: 10.1.1.11:8080
  - listen: tcp 10.0.0.80:81
    check: { type: syn, interval: 1, fall: 1 }
    servers:
      - address: 10.1.1.11:8081
  - listen: tcp [fd00::80]:80
    check: { type: http, interval: 1, codes: 403 }
    servers:
      - address: "[fd00:1:1::11]:8080"
END_CONF
chmod 644 "$conf"
serve 1	# nothing at /

# With what systemd/slbd.service gives.
read -ra given < <(unit_setpriv)
spawn_ns "$lb" "${given[@]}" "$(command -v slbd)" -f -l stderr -c "$conf"
slbd=$spawned log=$spawned_log
check "it is ready" wait_for -t 20 grep -q 'is ready' "$log"
matches "nobody is root there" "$(grep -E '^(Uid|CapEff):' "/proc/$slbd/status" | tr -s '\t\n' ' ')" \
	'Uid: 65534 65534 65534 65534 CapEff: 0000000000003000'
is "the module is configured" "$(slb -L -n | grep -c '^TCP')" 3
check "a tcp check, from the local address" wait_for -t 20 grep -q '10.1.1.11:8080 is up' "$log"
check "a syn check" wait_for -t 20 grep -q '10.1.1.11:8081 is down: refused' "$log"
check "an http check over IPv6" wait_for -t 20 grep -q 'fd00:1:1::11\]:8080 is up' "$log"
check "the module knows" wait_for sh -c "nsenter --net=/run/netns/$lb slbadm health -n | grep -q '8081 *down'"
sed -i 's/interval: 1 }/interval: 2 }/; /listen: .*:81/s/81/82/' "$conf"
check "root has it reload" near "$lb" slbadm reload
is "which it does" "$(slb -L -n | grep -c 10.0.0.80:82)" 1
sed -i 's/:82/:83/' "$conf"
check "and so can its own user, as ExecReload does" near "$lb" setpriv --reuid=65534 --clear-groups slbadm reload
is "which it does, too" "$(slb -L -n | grep -c 10.0.0.80:83)" 1
[ "$tap_failed" = 0 ] || diag "$(cat "$log")"
kill "$slbd"
check "it ends" wait_for sh -c "! kill -0 $slbd"
is "and traffic goes on" "$(slb -L -n | grep -c '^TCP')" 3
