#!/bin/bash
# Requests with "Connection: close" over three weighted servers and both families: none fails, weights hold.
# lanes: uml qemu
# timeout: 900
. "$(dirname "$0")/helpers/stress.sh"
need gcc jq
plan 8

count=$(amount 50000 5000 200000)
cluster 3
compile requests
slb_conf <<CONF
--set syn-sent=5 syn-recv=5 fin-wait=3 close-wait=3 last-ack=2 time-wait=2 close=1
-A -t $vip4:80 -s wrr
-a -t $vip4:80 -r 10.1.1.11:8080 -b -w 1
-a -t $vip4:80 -r 10.1.2.11:8080 -b -w 2
-a -t $vip4:80 -r 10.1.3.11:8080 -b -w 3
-A -t [$vip6]:80 -s wrr
-a -t [$vip6]:80 -r [fd00:1:1::11]:8080 -w 1
-a -t [$vip6]:80 -r [fd00:1:2::11]:8080 -w 2
-a -t [$vip6]:80 -r [fd00:1:3::11]:8080 -w 3
-P $laddr4
-P $laddr6
CONF

out=$SLB_TMP/requests.out
# shellcheck disable=SC2154 # set by cluster
"$SLB_TMP/requests" -n "$count" -b 100 "$vip4" "$vip6" 80 8080 "$client" "$srv1" "$srv2" "$srv3" >"$out"
is "the client came to its end" $? 0
diag "$(cat "$out")"
is "$count requests are answered, none fails" \
	"$(field "$out" asked) $(field "$out" answered) $(field "$out" failed)" "$count $count 0"

# Shares of 1/6, 2/6 and 3/6, within 1 % of them (and the request that does not divide).
for v in 4 6; do
	is "IPv$v: the servers' counts match the weights within 1 %" \
		"$(awk -v col=$((v == 4 ? 3 : 4)) '
		$1 == "server" { n[$2] = $col; sum += $col }
		END {
			for (i = 1; i <= 3; i++) {
				want = sum * i / 6
				off = n[i] > want ? n[i] - want : want - n[i]
				if (off > 1 && off > want / 100)
					printf "server %d got %d of %d; ", i, n[i], sum
			}
			if (!sum)
				printf "nothing"
		}' "$out")" ""
done
is "the servers' counters agree with the servers" \
	"$(slb -L --stats --json | jq -r '.services | sort_by(.address) | .[].servers | sort_by(.address)[] | .stats.conns' | xargs)" \
	"$(awk '$1 == "server" { four = four " " $3; six = six " " $4 } END { print four six }' "$out" | xargs)"

gone() {
	[ "$(slb info --json | jq .conns)" = 0 ]
}
check "every connection expires" wait_for -t 20 gone
# shellcheck disable=SC2016 # Python's
is "as many connections are destroyed as were created" "$(near "$lb" env PYTHONPATH="$helpers" "$python" -c '
from slbnl import Slb
counts, drops = Slb().counters()
print(counts["conn-created"], counts["conn-destroyed"], sum(drops.values()), {n: v for n, v in drops.items() if v})')" \
	"$count $count 0 {}"
check "kmemleak finds nothing" kmemleak_check
