#!/bin/bash
# A configuration file applied by its difference: one message for one change, nothing for what is equal.
# timeout: 240
# lanes: uml qemu
[ -n "${SLB_TEST_NS:-}" ] || exec unshare -n env SLB_TEST_NS=1 "$0" "$@"
. "$(dirname "$0")/../lib.sh"

need slbadm python3
plan 19
load_slb
ip link set lo up
ip addr add 10.1.0.2 dev lo

tmp=$SLB_TMP

cat >"$tmp/a" <<'EOF'
--set established=600 toa-trusted=10.0.0.0/8
-P 10.1.0.2 --dedicated
-A -t 10.0.0.80:80 -s wrr --idle 60
-a -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 3
-a -t 10.0.0.80:80 -r 10.1.0.12:8080
-A -u 10.0.0.80:53
-A -t [2001:db8::80]:80 --disable
-a -t [2001:db8::80]:80 -r [2001:db8:1::11]:8080 -m
EOF
check "a file is applied to an empty namespace" slbadm --sync "$tmp/a"
is "what it says is in force" "$(slbadm -S | tail -n +2)" "-P 10.1.0.2 --dedicated
-A -t 10.0.0.80:80 -s wrr --idle 60
-a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 3
-a -t 10.0.0.80:80 -r 10.1.0.12:8080 -b -w 1
-A -t [2001:db8::80]:80 -s wlc --disable
-a -t [2001:db8::80]:80 -r [2001:db8:1::11]:8080 -m -w 1
-A -u 10.0.0.80:53 -s wlc"
is "nothing differs then" "$(slbadm --check "$tmp/a"; echo "status $?")" "status 0"
is "and applying it again sends nothing" "$(told slbadm --sync "$tmp/a")" 0
sed 's/-w 3/-w 5/' "$tmp/a" >"$tmp/b"
matches "one server differs: --check prints the change" "$(slbadm --check "$tmp/b"; echo "status $?")" \
	'^-e -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 5'
is "with status 1" "$(slbadm --check "$tmp/b" >/dev/null; echo $?)" 1
is "and --sync sends one message" "$(told slbadm --sync "$tmp/b")" 1
is "the weight is the new one" "$(slbadm -S | grep -c -- '-w 5')" 1
grep -v '10.1.0.12' "$tmp/b" | sed 's/-u 10.0.0.80:53/-u 10.0.0.80:54/; s/established=600/established=700/' >"$tmp/c"
is "a server goes, a service comes and one goes" "$(told slbadm --sync "$tmp/c")" 3
is "a setting was changed with them" "$(slbadm --set | grep ^established)" "established=700"
is "nothing differs" "$(slbadm --check "$tmp/c")" ""

before=$(slbadm -S)
printf -- '-A -t 10.0.0.80:80 -s rr\n-D -t 10.0.0.80:80\n' >"$tmp/d"
matches "a line that deletes is refused with its place" "$(slbadm --sync "$tmp/d" 2>&1)" 'd:2: -D .*takes lines as'
printf -- '-A -t 10.0.0.80:81 -s rr\n-A -t 10.0.0.80:82 -s nonsense\n' >"$tmp/d"
slbadm --sync "$tmp/d" 2>/dev/null
is "and a file that is not understood changes nothing" "$(slbadm -S)" "$before"

# Each kind of object goes when the file no longer has it; what is not said is as it is by itself.
{
	cat "$tmp/c"
	printf -- '--add-group web\n-a --group web -r 10.1.0.11:80\n--add-limit gold --max-conns 5\n'
	printf -- '--add-acl good --allow 10.0.0.0/8\n'
	printf -- '-A -t 10.0.0.82:80 --group web --limit gold --acl good\n'
} >"$tmp/kinds"
slbadm --sync "$tmp/kinds" 2>/dev/null
is "of each kind one: nothing differs, and all of it goes again" \
	"$(slbadm --check "$tmp/kinds"; told slbadm --sync "$tmp/c"; slbadm --check "$tmp/c")" 5

# A change that the kernel refuses takes those before it back: a deletion, an addition, an edit, a setting.
sed '/10.1.0.12/d; s/-s wrr/-s rr/; s/established=700/established=710/; s/-u 10.0.0.80:54/-u 10.0.0.80:55/' \
	"$tmp/c" >"$tmp/e"
printf -- '-A -t 10.0.0.81:80 -s rr\n-a -t 10.0.0.81:80 -r 10.0.0.81:80\n' >>"$tmp/e"
out=$(slbadm --sync "$tmp/e" 2>&1)
matches "a refusal has its place" "$out" 'e:[0-9]+: add server 10.0.0.81:80 to tcp 10.0.0.81:80: '
matches "and is told" "$out" 'slbadm: nothing was changed'
is "which is so" "$(slbadm -S)" "$before"

# 10 000 services with a server each.
python3 - >"$tmp/many" <<'EOF'
print("-P 10.1.0.2")
for i in range(10000):
    vip = f"10.{100 + i // 2500}.{i // 250 % 250}.{i % 250 + 1}:80"
    print(f"-A -t {vip} -s wrr\n-a -t {vip} -r 10.1.0.11:8080 -w {i % 7 + 1}")
EOF
slbadm --sync "$tmp/many" 2>/dev/null
is "10 000 services: nothing differs" "$(slbadm --check "$tmp/many" | head -n 3)" ""
sed 's/^\(-a -t 10.101.13.9:80 .*\) -w .*/\1 -w 99/' "$tmp/many" >"$tmp/one"
is "one server's change is one message" "$(told slbadm --sync "$tmp/one")" 1
slbadm -C
