#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Access lists and slbadm: made, changed, listed, saved and restored, also with 100 000 prefixes.
# timeout: 180
# A namespace of its own for the whole test saves entering it for each of its many commands.
[ -n "${SLB_TEST_NS:-}" ] || exec unshare -n env SLB_TEST_NS=1 "$0" "$@"
. "$(dirname "$0")/../lib.sh"

need slbadm python3
plan 31

load_slb
ip link set lo up
ip addr add 10.0.0.80 dev lo

# json EXPRESSION ARGUMENTS...: a Python expression about d, the JSON that slbadm prints.
json() {
	local expression=$1

	shift
	slbadm "$@" --json | python3 -c "import json, sys; d = json.load(sys.stdin); print($expression)" 2>&1
}

# refused TEXT COMMAND...: status 1 and these words.
refused() {
	local text=$1 out status

	shift
	out=$("$@" 2>&1)
	status=$?
	is "$*: refused" "$status $out" "1 $text"
}

cat >"$SLB_TMP/bad" <<'END'
# who misbehaves
198.51.100.0/24  203.0.113.7

2001:db8:bad::/48	# of IPv6 too
END
check "a list that denies, from a file" slbadm --add-acl bad --deny --file "$SLB_TMP/bad"
check "one that allows, from the command line" slbadm --add-acl office.1 --allow 192.0.2.0/24 2001:db8::/32
check "an empty one, from the standard input" slbadm --add-acl nobody --allow --file - </dev/null
check "a service with two lists" slbadm -A -t 10.0.0.80:80 --acl bad,office.1
is "they are listed" "$(slbadm --get-acl)" \
"AccessList               Mode   Entries Services
bad                      deny         3        1
nobody                   allow        0        0
office.1                 allow        2        1"
is "one with its prefixes" "$(slbadm --get-acl bad --entries | tail -n +3)" \
"  198.51.100.0/24
  203.0.113.7
  2001:db8:bad::/48"
is "as JSON" "$(json "[(a['name'], a['mode'], a['entries'], a['services'], a['prefixes']) for a in d['acls']][1:]" --get-acl --entries)" \
	"[('nobody', 'allow', 0, 0, []), ('office.1', 'allow', 2, 1, ['192.0.2.0/24', '2001:db8::/32'])]"
is "the service names its lists" "$(slbadm -Ln | grep ^TCP)" "TCP  10.0.0.80:80 wlc acl=office.1,bad"
is "in JSON too" "$(json "d['services'][0]['acl']" -L)" "['office.1', 'bad']"
is "the counters of what was denied are there" \
	"$(json "[d['services'][0]['stats'][k] for k in ('denied-pkts', 'denied-bytes')]" -L --stats)" "[0, 0]"

slbadm --extend-acl bad 203.0.113.8 203.0.113.7
slbadm --shrink-acl bad 198.51.100.0/24 --purge
is "prefixes come in and go" "$(slbadm --get-acl bad --entries | tail -n +3 | tr -d '\n')" \
	"  203.0.113.7  203.0.113.8  2001:db8:bad::/48"
slbadm --edit-acl bad 198.51.100.0/24 --file "$SLB_TMP/bad" --purge
is "they are replaced by file and command line together" "$(json "d['acls'][0]['entries']" --get-acl bad)" 3
slbadm --edit-acl nobody --deny
is "a free list becomes one that denies" "$(json "d['acls'][0]['mode']" --get-acl nobody)" deny
slbadm --edit-acl office.1 --file /dev/null
is "a list is emptied" "$(json "d['acls'][0]['entries']" --get-acl office.1)" 0

saved=$(slbadm -S)
is "they are saved before the services" "$(tail -n +2 <<<"$saved")" \
"--add-acl bad --deny 198.51.100.0/24 203.0.113.7 2001:db8:bad::/48
--add-acl nobody --deny
--add-acl office.1 --allow
-A -t 10.0.0.80:80 -s wlc --acl office.1,bad"
refused "slbadm: add access list bad: the access list exists already (attribute name)" \
	slbadm --add-acl bad --deny
refused "slbadm: edit access list none: no such access list (attribute name)" slbadm --edit-acl none
refused "slbadm: delete access list bad: services use the access list (attribute name)" slbadm --del-acl bad
refused "slbadm: edit access list bad: services use the access list, so it stays what it is for (attribute mode)" \
	slbadm --edit-acl bad --allow
refused "slbadm: shrink access list bad: the access list does not have the prefix (attribute prefix)" \
	slbadm --shrink-acl bad 203.0.113.7 1.2.3.4
refused "slbadm: edit service tcp 10.0.0.80:80: no such access list (attribute acl)" \
	slbadm -E -t 10.0.0.80:80 --acl bad,none
refused "slbadm: get-acl: no such access list" slbadm --get-acl none
printf '10.0.0.0/8\n# fine so far\n10.0.0.1/8\n' >"$SLB_TMP/wrong"
out=$(slbadm --edit-acl bad --file "$SLB_TMP/wrong" 2>&1)
is "a mistake in a file is told with line and prefix" "$? $(head -n 1 <<<"$out")" \
	"2 slbadm: $SLB_TMP/wrong:3: \`10.0.0.1/8': bits are set behind the prefix"
is "none of that has changed anything" "$(slbadm -S)" "$saved"

# Two files with 100 000 prefixes, every second /26, and one with more than a list holds.
python3 - "$SLB_TMP" <<'END'
import ipaddress, sys
def write(name, first, count):
    with open(f"{sys.argv[1]}/{name}", "w") as file:
        for i in range(count):
            file.write(f"{ipaddress.IPv4Address(first + i * 128)}/26\n")
write("many", 0x0b000000, 99000)
with open(f"{sys.argv[1]}/many", "a") as file:
    for i in range(1000):
        file.write(f"2001:db8:{i:x}::/48\n")
write("more", 0x20000000, 200001)
END
check "100 000 prefixes are taken at once" slbadm --edit-acl bad --file "$SLB_TMP/many"
slbadm -S >"$SLB_TMP/first"
slbadm -C
is "clearing deletes the lists" "$(json "d['acls']" --get-acl)" "[]"
check "the saved configuration is restored" slbadm -R "$SLB_TMP/first"
slbadm -S >"$SLB_TMP/second"
check "save, restore, save: equal to the byte" cmp "$SLB_TMP/first" "$SLB_TMP/second"
slbadm -R "$SLB_TMP/first" && slbadm -S >"$SLB_TMP/second"
check "restored over itself, too" cmp "$SLB_TMP/first" "$SLB_TMP/second"
refused "slbadm: edit access list bad: more prefixes than an access list holds (200000) (attribute prefix)" \
	slbadm --edit-acl bad --file "$SLB_TMP/more"
slbadm -S >"$SLB_TMP/second"
check "and the list is what it was" cmp "$SLB_TMP/first" "$SLB_TMP/second"
slbadm -C
