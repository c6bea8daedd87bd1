#!/bin/bash
# slbd on this kernel, without the module: 10 000 tcp checks in half a core and without bunching, and an hour's
# worth of probes of each type, hurried, with sanitizers, without a leak of memory or of file descriptors.
# lanes: host
# timeout: 240
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
	log_format path '\$uri'; access_log $SLB_TMP/n/access path if=\$counted;
	map \$uri \$counted { default 0; /x 1; /six 1; }
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

# Two probes at once: two servers say nothing, the third probe waits for one of them to end.
spawn nc -l -k 10.9.0.1 9005
echo "-t 10.0.0.80:80 -r 10.20.0.1:81 type=tcp interval=2 fall=10" >"$SLB_TMP/one"
{
	cat "$SLB_TMP/one"
	echo "-t 10.0.0.81:80 -r 10.9.0.1:9005 type=http interval=1 timeout=300"
	echo "-t 10.0.0.82:80 -r 10.9.0.1:9005 type=http interval=1 timeout=300 path=/other"
} >"$SLB_TMP/few"
(ulimit -n 66 && exec "$daemon" -d -f -l stderr -n --checks "$SLB_TMP/few") 2>"$SLB_TMP/few.log" &
few=$!
check "a probe waits for others" wait_for -t 20 grep -q 'slbd: probes wait for others to end, 2 at once' "$SLB_TMP/few.log"
matches "that there are more checks than descriptors is said" "$(cat "$SLB_TMP/few.log")" \
	'3 checks, 2 probes at once are the most; .*LimitNOFILE='
cp "$SLB_TMP/one" "$SLB_TMP/few"
kill -HUP "$few"
wait_for -t 10 grep -q reloaded "$SLB_TMP/few.log"
before=$(grep -c 'refused, ' "$SLB_TMP/few.log")
check "it is made when they are wanted no more" \
	wait_for -t 10 sh -c "[ \$(grep -c 'refused, ' $SLB_TMP/few.log) -gt $((before + 1)) ]"
kill "$few" && wait "$few"

# Two programs at once: four are to run, each for a while; none ever sees more than one other.
mkdir "$SLB_TMP/running"
cat >"$SLB_TMP/program" <<END
#!/bin/sh
mkdir $SLB_TMP/running/\$\$
ls $SLB_TMP/running | wc -l >>$SLB_TMP/seen
sleep 0.2
rmdir $SLB_TMP/running/\$\$
END
chmod 755 "$SLB_TMP/program"
for i in 1 2 3 4; do
	echo "-t 10.0.0.80:80 -r 10.20.0.$i:80 type=exec interval=1 timeout=20 command=$SLB_TMP/program"
done >"$SLB_TMP/programs"
spawn "$daemon" -f -l stderr -n --hurry 10 --programs 2 --checks "$SLB_TMP/programs"
check "programs wait for others" wait_for -t 20 grep -q 'programs of checks wait for others to end, 2 at once' "$spawned_log"
check "all have their turn" wait_for -t 20 sh -c "[ \$(grep -c 'is up' $spawned_log) = 4 -a \$(wc -l <$SLB_TMP/seen) -gt 12 ]"
is "never more than were allowed" "$(sort -n "$SLB_TMP/seen" | tail -n 1)" 2
stop "$spawned"
matches "how many is a number" "$("$daemon" --programs 0 2>&1)" "programs: .0' is not 1-10000"

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

printf '#!/bin/sh\necho >>%s\n' "$SLB_TMP/ran" >"$SLB_TMP/true" && chmod 755 "$SLB_TMP/true"
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
-t [fd00::80]:82 -r [fd00::1]:80 type=http interval=2 path=/six
-t [fd00::80]:83 -r [fd00::1]:80 type=ping interval=2
-u [fd00::80]:82 -r [fd00::1]:5353 type=dns interval=2
END
if [ ! -x "$careful" ]; then
	skip "an hour of all checks, hurried" "make -C tool ASAN=1 was not run"
	exit
fi
# Memory that is freed is to be given back, or what grows could not be told from what rests.
export ASAN_OPTIONS=quarantine_size_mb=1:malloc_context_size=4:${ASAN_OPTIONS-}
: >"$SLB_TMP/now"
spawn "$careful" -f -l stderr -n --hurry 100 --checks "$SLB_TMP/now"
each=$spawned
log=$spawned_log
wait_for -t 20 grep -q 'is ready' "$log" || bail "slbd does not begin: $(cat "$log")"

# checks FILE: are made from now on.
checks() {
	local seen

	seen=$(grep -c reloaded "$log")
	cat "$1" >"$SLB_TMP/now"
	kill -HUP "$each"
	wait_for -t 20 sh -c "[ \$(grep -c reloaded $log) -gt $seen ]"
}

# resting: with no check at all, descriptors and KiB of memory.
resting() {
	checks /dev/null
	wait_for test "$(pgrep -c -P "$each")" = 0
	echo "$(descriptors "$each") $(awk '/VmRSS/ { print $2 }' "/proc/$each/status")"
}

# made N: each of the checks that can be counted has been made so often.
made() {
	local path

	[ "$(wc -l <"$SLB_TMP/ran")" -ge "$1" ] || return
	for path in /x /six; do
		[ "$(grep -cx "$path" "$SLB_TMP/n/access")" -ge "$1" ] || return
	done
}

checks "$SLB_TMP/each"
check "each type says something" wait_for -t 20 sh -c "[ \$(grep -cE 'is (up|down):' $log) -ge 20 ]"
wait_for -t 60 made 100
read -r files first < <(resting)
: >"$SLB_TMP/n/access"
: >"$SLB_TMP/ran"
checks "$SLB_TMP/each"
check "an hour's worth of checks is made: 1800 of each" wait_for -t 120 made 1800
most=$(descriptors "$each")
read -r files_later last < <(resting)
diag "$(wc -l <"$SLB_TMP/ran") of one, $(wc -l <"$SLB_TMP/n/access") of two; memory $first KiB and later $last KiB;" \
	"$most descriptors, $files without checks"
is "as many files are open as before" "$files_later" "$files"
check "memory stays as it was" test "$last" -lt $((first + 4000))
stop "$each"
is "it ends well: the sanitizers find nothing, no memory is left" "$?" 0
is "and said nothing" "$(grep -cE 'ERROR|runtime error|Sanitizer' "$log")" 0
