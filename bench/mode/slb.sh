# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# slb, as an operator sets it up.
while read -r module; do
	[ -z "$module" ] || load "$module"
done </bench/slb.depends
insmod /bench/slb.ko || die "cannot load slb"

slb_services() {
	for proto in -t -u; do
		options="-s $SCHED"
		[ $proto = -u ] || options="$options --toa $TOA --timestamps $TIMESTAMPS"
		echo "-A $proto $VIP4:$VPORT $options"
		echo "-A $proto [$VIP6]:$VPORT $options"
		each_server "-a $proto $VIP4:$VPORT -r %s:$RPORT -b -w 1" \
			"-a $proto [$VIP6]:$VPORT -r [%s]:$RPORT -b -w 1"
	done
	more_services -b
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
	slb_services | slbadm -R || die "slbadm -R failed"
fi
echo fullnat >/proc/slbgen
