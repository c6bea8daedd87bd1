#!/bin/bash
# slbd on this kernel, without the module: 10 000 tcp checks in half a core and without bunching, and an hour's
# worth of probes of each type, hurried, with sanitizers, without a leak of memory or of file descriptors.
# lanes: host
# timeout: 180
[ -n "${SLB_ALONE-}" ] || SLB_ALONE=1 exec unshare -n -m "$0" "$@"
. "$(dirname "$0")/../lib.sh"
need nginx dnsmasq nc python3
plan
daemon=${SLBD:-$SLB_TOP/build/tool/slbd}
careful=${SLBD_ASAN:-$SLB_TOP/build/tool-asan/slbd}
ip link set lo up
ip route add local 10.20.0.0/16 dev lo
ip addr add 10.9.0.1/32 dev lo
ip addr add fd00::1/128 dev lo nodad
sysctl -qw net.core.somaxconn=8192
mkdir "$SLB_TMP/n" && chmod 755 "$SLB_TMP" "$SLB_TMP/n"
cat >"$SLB_TMP/n/conf" <<END
daemon off; master_process off; pid $SLB_TMP/n/pid; error_log $SLB_TMP/n/error; worker_rlimit_nofile 65536;
events { worker_connections 20000; multi_accept on; }
http {
	access_log off;
	client_body_temp_path $SLB_TMP/n/b; proxy_temp_path $SLB_TMP/n/p; fastcgi_temp_path $SLB_TMP/n/f;
	uwsgi_temp_path $SLB_TMP/n/u; scgi_temp_path $SLB_TMP/n/s;
	server { listen 80 backlog=8192; listen [::]:80 ipv6only=on; location / { return 200 "fine"; } }
}
END
spawn nginx -p "$SLB_TMP/n" -c "$SLB_TMP/n/conf" -e "$SLB_TMP/n/error"
spawn dnsmasq -k -p 5353 -R --no-hosts --conf-file=/dev/null --local=/#/ --pid-file= -u root
wait_for test -s "$SLB_TMP/n/pid" || bail "no nginx"

# ticks PID: of the processor, used so far.
ticks() {
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

descriptors() {
	find "/proc/$1/fd" -mindepth 1 | wc -l
}

for ((a = 0; a < 40; a++)); do
	for ((b = 0; b < 250; b++)); do
		echo "-t 10.0.0.80:80 -r 10.20.$a.$b:80 type=tcp interval=2"
	done
done >"$SLB_TMP/many"
spawn "$daemon" -f -l stderr -n --checks "$SLB_TMP/many"
many=$spawned
check "10 000 servers are up" wait_for -t 20 sh -c "[ \$(grep -c 'is up' $spawned_log) -ge 10000 ]"
begin=$(date +%s%N)
used=$(ticks "$many")
: >"$SLB_TMP/opens"
for ((i = 0; i < 80; i++)); do
	echo "$(date +%s%N) $(awk '/^Tcp: [0-9]/ { print $6 }' /proc/net/snmp)" >>"$SLB_TMP/opens"
	sleep 0.1
done
used=$(($(ticks "$many") - used))
share=$((used * 1000000000 * 100 / $(getconf CLK_TCK) / ($(date +%s%N) - begin)))
diag "10 000 tcp checks every 2 s: $share % of a core, $(descriptors "$many") descriptors, $(awk '/VmRSS/ { print $2 }' "/proc/$many/status") KiB"
check "10 000 tcp checks every 2 s take less than half a core" test "$share" -lt 50
# The rate of each tenth of a second against the mean; some may be late on a busy machine, and made up for.
awk 'NR > 1 { print ($2 - c) * 1e9 / ($1 - t) } { t = $1; c = $2 }' "$SLB_TMP/opens" | sort -n >"$SLB_TMP/rates"
read -r rate low high < <(awk '
	{ r[n++] = $1; sum += $1 }
	END { mean = sum / n; print int(mean), int(r[int(n / 4)] * 100 / mean), int(r[int(n * 3 / 4)] * 100 / mean) }
	' "$SLB_TMP/rates")
diag "probes: $rate a second; half of all tenths of a second have $low to $high % of that"
check "they are made at the rate that was asked for" test "$rate" -gt 4000 -a "$rate" -lt 5500
check "and do not come in bunches" test "$low" -gt 60 -a "$high" -lt 140
is "none of them is down" "$(grep -c 'is down' "$spawned_log")" 0
stop "$many"

# Two probes at once: two programs take long, the third probe waits for one of them to end.
echo "-t 10.0.0.80:80 -r 10.20.0.1:81 type=tcp interval=2 fall=10" >"$SLB_TMP/one"
{
	cat "$SLB_TMP/one"
	echo "-t 10.0.0.80:80 -r 10.20.0.1:80 type=exec interval=1 timeout=300 command=/bin/sleep command=200"
	echo "-t 10.0.0.80:80 -r 10.20.0.2:80 type=exec interval=1 timeout=300 command=/bin/sleep command=200"
} >"$SLB_TMP/few"
(ulimit -n 66 && exec "$daemon" -d -f -l stderr -n --checks "$SLB_TMP/few") 2>"$SLB_TMP/few.log" &
few=$!
check "a probe waits for others" wait_for -t 20 grep -q 'probes wait for others' "$SLB_TMP/few.log"
cp "$SLB_TMP/one" "$SLB_TMP/few"
kill -HUP "$few"
wait_for -t 10 grep -q reloaded "$SLB_TMP/few.log"
before=$(grep -c 'refused, ' "$SLB_TMP/few.log")
check "it is made when they are wanted no more" \
	wait_for -t 10 sh -c "[ \$(grep -c 'refused, ' $SLB_TMP/few.log) -gt $((before + 1)) ]"
kill "$few" && wait "$few"

# The daemon stands still longer than a probe may take, and the probe ends well meanwhile.
cat >"$SLB_TMP/late" <<END
-t 10.0.0.80:80 -r 10.20.0.1:80 type=exec interval=1 timeout=2 fall=1 command=/bin/sh command=-c command="echo >>$SLB_TMP/begun; exec sleep 1"
END
spawn "$daemon" -f -l stderr -n --checks "$SLB_TMP/late"
late=$spawned
wait_for -t 10 grep -q 'is up' "$spawned_log"
: >"$SLB_TMP/begun"
wait_for -t 10 test -s "$SLB_TMP/begun"
kill -STOP "$late"
sleep 2.5
kill -CONT "$late"
: >"$SLB_TMP/begun"
check "it goes on" wait_for -t 10 test -s "$SLB_TMP/begun"
is "an answer that waits counts, though the time is over too" "$(grep -c 'is down' "$spawned_log")" 0
stop "$late"

# What the daemon has open is not for the programs that it runs.
cat >"$SLB_TMP/files" <<END
-t 10.0.0.80:80 -r 10.20.0.1:80 type=exec interval=1 fall=1 command=/bin/sh command=-c command="test ! -e /proc/self/fd/9"
END
spawn "$daemon" -f -l stderr -n --checks "$SLB_TMP/files" 9</dev/null
wait_for -t 10 grep -qE 'is (up|down):' "$spawned_log"
check "a program has no open file of the daemon" grep -q 'is up: exit status 0' "$spawned_log"
stop "$spawned"

# A daemon is in another directory than who started it.
for file in first second; do
	echo "-t 10.0.0.80:80 -r 10.20.0.1:80 type=exec interval=1 command=/bin/touch command=$SLB_TMP/$file" \
		>"$SLB_TMP/$file.checks"
done
ln -s first.checks "$SLB_TMP/link"
(cd "$SLB_TMP" && "$daemon" -n --checks link -p pid)
check "paths are those of where it was started" wait_for -t 10 test -s "$SLB_TMP/pid" -a -e "$SLB_TMP/first"
ln -sf second.checks "$SLB_TMP/link"
kill -HUP "$(cat "$SLB_TMP/pid")"
check "they are read again from there" wait_for -t 10 test -e "$SLB_TMP/second"
kill "$(cat "$SLB_TMP/pid")"
check "the file with its number goes" wait_for -t 10 test ! -e "$SLB_TMP/pid"

printf '#!/bin/sh\nexit 0\n' >"$SLB_TMP/true" && chmod 755 "$SLB_TMP/true"
spawn nc -u -l -k 10.9.0.1 9003
cat >"$SLB_TMP/each" <<END
-t 10.0.0.80:80 -r 10.9.0.1:80 type=tcp interval=2
-t 10.0.0.80:81 -r 10.9.0.1:80 type=syn interval=2
-t 10.0.0.80:82 -r 10.9.0.1:80 type=http interval=2 path=/x
-t 10.0.0.80:83 -r 10.9.0.1:80 type=http interval=2 body=fine
-t 10.0.0.80:84 -r 10.9.0.1:80 type=http interval=2 body=bad
-t 10.0.0.80:85 -r 10.9.0.1:81 type=http interval=2
-t 10.0.0.80:86 -r 10.9.0.1:80 type=https interval=2
-t 10.0.0.80:87 -r 10.9.0.1:81 type=tcp interval=2
-t 10.0.0.80:88 -r 10.9.0.1:81 type=syn interval=2
-t 10.0.0.80:89 -r 10.9.0.1:80 type=ping interval=2
-t 10.0.0.80:90 -r 10.9.0.1:80 type=exec interval=2 timeout=50 command=$SLB_TMP/true
-t 10.0.0.80:91 -r 10.9.0.1:80 type=exec interval=2 command=/bin/sleep command=1
-u 10.0.0.80:80 -r 10.9.0.1:9003 type=udp interval=2 timeout=2
-u 10.0.0.80:81 -r 10.9.0.1:9004 type=udp interval=2 timeout=2
-u 10.0.0.80:82 -r 10.9.0.1:5353 type=dns interval=2
-t [fd00::80]:80 -r [fd00::1]:80 type=tcp interval=2
-t [fd00::80]:81 -r [fd00::1]:80 type=syn interval=2
-t [fd00::80]:82 -r [fd00::1]:80 type=http interval=2
-t [fd00::80]:83 -r [fd00::1]:80 type=ping interval=2
-u [fd00::80]:82 -r [fd00::1]:5353 type=dns interval=2
END
if [ ! -x "$careful" ]; then
	skip "an hour of all checks, hurried" "make -C tool ASAN=1 was not run"
	exit
fi
spawn "$careful" -f -l stderr -n --hurry 100 --checks "$SLB_TMP/each"
each=$spawned
log=$spawned_log
check "each type says something" wait_for -t 20 sh -c "[ \$(grep -cE 'is (up|down):' $log) -ge 20 ]"
sleep 3
first=$(awk '/VmRSS/ { print $2 }' "/proc/$each/status")
most=0
for ((i = 0; i < 33; i++)); do
	sleep 1
	[ $((i % 8)) != 4 ] || kill -HUP "$each"
	now=$(descriptors "$each")
	[ "$now" -le "$most" ] || most=$now
done
last=$(awk '/VmRSS/ { print $2 }' "/proc/$each/status")
diag "memory $first KiB and later $last KiB; at most $most descriptors"
check "file descriptors stay few" test "$most" -lt 45
check "memory stays as it was" test "$last" -lt $((first + 20000))
stop "$each"
is "it ends well: the sanitizers find nothing, no memory is left" "$?" 0
is "and said nothing" "$(grep -cE 'ERROR|runtime error|Sanitizer' "$log")" 0
