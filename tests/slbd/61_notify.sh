#!/bin/bash
# slbd as a service, without the module: what the service manager and the journal hear of it, units that are right.
# lanes: host
# timeout: 90
[ -n "${SLB_ALONE-}" ] || SLB_ALONE=1 exec unshare -n -m "$0" "$@"
. "$(dirname "$0")/../net/helpers/topo.sh"
. "$SLB_TOP/tests/slbd/helpers/unit.sh"
need python3 systemd-analyze setpriv
plan
export SLBD=${SLBD:-$SLB_TOP/build/tool/slbd}
SLB_UNIT_SETPRIV=$(unit_setpriv)
export SLB_UNIT_SETPRIV
ip link set lo up
# The journal's socket is at a fixed place.
mkdir -p /run/systemd
mount -t tmpfs tmpfs /run/systemd || bail "no place for a journal"
mkdir /run/systemd/journal
lb='' run_cases '' "$SLB_TOP/tests/slbd/helpers/notify.py"

# The units, as they would be installed: systemd knows every line, and what it thinks of the sandbox.
root=$SLB_TMP/root
make -s -C "$SLB_TOP/tool" install-units DESTDIR="$root" PREFIX=/usr >/dev/null
for unit in slbd slb-restore; do
	# The programs are elsewhere, and so are their manuals.
	sed -e "s,/usr/sbin/,$SLB_TOP/build/tool/,; /^Documentation=/d" "$root/usr/lib/systemd/system/$unit.service" \
		>"$SLB_TMP/$unit.service"
	is "$unit.service is understood" "$(systemd-analyze verify "$SLB_TMP/$unit.service" 2>&1 | grep "$unit")" ""
	check "its exposure is low" systemd-analyze security --offline=true --threshold=25 --no-pager "$SLB_TMP/$unit.service"
done
# Netlink for the module, UNIX for slbadm and the service manager, the others for checks; raw sockets are of these.
is "slbd has the address families that it uses" "$(unit_words RestrictAddressFamilies | xargs)" "AF_INET AF_INET6 AF_NETLINK AF_UNIX"
if command -v systemd-sysusers >/dev/null; then
	mkdir -p "$SLB_TMP/users/etc"
	systemd-sysusers --root="$SLB_TMP/users" "$root/usr/lib/sysusers.d/slbd.conf" >/dev/null 2>&1
	matches "the user is made" "$(cat "$SLB_TMP/users/etc/passwd")" '^slbd:'
fi
is "the module is loaded" "$(grep -v '^#' "$root/usr/lib/modules-load.d/slb.conf")" slb
sysctls=$root/usr/lib/sysctl.d/60-slb.conf
is "to install it sets no sysctl" "$(grep -v '^#' "$sysctls" | xargs)" ""
# Those have no space after the #, sentences have one.
is "its sysctls are settings without the #" "$(sed -nE '/^#( |$)|^$|^#-?[a-z0-9.*_]+( = [0-9]+)?$/!p' "$sysctls")" ""
