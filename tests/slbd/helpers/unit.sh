# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What slbd's unit says; sourced behind lib.sh or topo.sh.
unit_file=$SLB_TOP/systemd/slbd.service

# unit_words KEY: the words of a setting, one a line, sorted
unit_words() {
	sed -n "s/^$1=//p" "$unit_file" | tr -s ' ' '\n' | sort
}

# unit_caps KEY: capabilities as setpriv wants them
unit_caps() {
	printf %s -all
	unit_words "$1" | tr '[:upper:]' '[:lower:]' | sed 's/^cap_/,+/' | tr -d '\n'
}

# unit_setpriv: a command that gives what the unit gives, to nobody. An ambient capability is inheritable, too.
unit_setpriv() {
	local ambient

	ambient=$(unit_caps AmbientCapabilities)
	echo setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps="$ambient" \
		--ambient-caps="$ambient" --bounding-set="$(unit_caps CapabilityBoundingSet)"
}
