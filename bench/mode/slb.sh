# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# slb, as an operator sets it up.
while read -r module; do
	[ -z "$module" ] || load "$module"
done </bench/slb.depends
insmod /bench/slb.ko || die "cannot load slb"

slb_services() {
	ports=$VPORT
	[ "$RANGES" = 0 ] || ports=$VPORT-$((VPORT + RANGES - 1))
	for proto in -t -u; do
		options="-s $SCHED"
		[ "$PERSIST" = 0 ] || options="$options -p $PERSIST"
		[ "$ACL" = 0 ] || options="$options --acl bench"
		[ "$LIMITS" = 0 ] || options="$options --max-conns 1000000 --max-rate 10000000"
		[ "$LIMITS" = 0 ] || options="$options --client-conns 1000000 --client-rate 10000000"
		[ $proto = -u ] || options="$options --toa $TOA --timestamps $TIMESTAMPS"
		echo "-A $proto $VIP4:$ports $options"
		echo "-A $proto [$VIP6]:$ports $options"
		each_server "-a $proto $VIP4:$ports -r %s:$RPORT -b -w 1" \
			"-a $proto [$VIP6]:$ports -r [%s]:$RPORT -b -w 1"
	done
	more_services -b
}

# As many prefixes that do not touch, half of each family.
slb_prefixes() {
	awk -v n="$ACL" 'BEGIN {
		for (i = 0; i < n / 2; i++) {
			at = i * 2
			printf "%d.%d.%d.0/24\n", 20 + int(at / 65536), int(at / 256) % 256, at % 256
			printf "2001:db9:%x:%x::/64\n", int(at / 65536), at % 65536
		}
	}'
}

mode_timeouts() {
	slbadm --set udp="$1" established="$2"
}

mode_connections() {
	slbadm info | awk '$1 == "conns" { print $2 }'
}

if [ "$SERVICES" -gt 0 ]; then
	slbadm -P -z "$LADDR4" || die "cannot add $LADDR4"
	slbadm -P -z "$LADDR6" || die "cannot add $LADDR6"
	[ "$ACL" = 0 ] || slb_prefixes | slbadm --add-acl bench --deny --file - || die "no access list"
	slb_services | slbadm -R || die "slbadm -R failed"
fi
echo fullnat >/proc/slbgen
