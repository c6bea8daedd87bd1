# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # used by guest/init and mode/*.sh
# Who is who in the measured guest. cli0 and srv0 are slbgen's devices.
#
#   clients --(gateway)-- cli0 [balancer] srv0 -- servers
#                                            `---(gateway)-- other
CLI_DEV=cli0
SRV_DEV=srv0
VPORT=80
RPORT=8080

VIP4=10.0.0.80			VIP6=2001:db8::80
CLI_ADDR4=10.8.0.1/24		CLI_ADDR6=2001:db8:8::1/64
CLI_GW4=10.8.0.254		CLI_GW6=2001:db8:8::fe
CLIENT_NET4=198.18.0.0/16	CLIENT_NET6=2001:db8:c::/64
CLIENT4=198.18.0.0		CLIENT6=2001:db8:c::
LADDR4=10.1.0.1			LADDR6=2001:db8:1::1
SRV_NET4=10.1.0.0/16		SRV_NET6=2001:db8:1::/64
SERVER4=10.1.1.1		SERVER6=2001:db8:1::1:1
OTHER_GW4=10.1.0.254		OTHER_GW6=2001:db8:1::fe
OTHER_NET4=10.2.0.0/16		OTHER_NET6=2001:db8:2::/64
OTHER4=10.2.0.1			OTHER6=2001:db8:2::1

# What a lab changes. SERVICES counts each family's and protocol's; with 0 slb has nothing to do.
SERVERS=100
SERVICES=1
SCHED=wrr
TOA=on
PERSIST=0		# seconds
ACL=0			# prefixes of a list that denies, none of them a client's
LIMITS=0		# 1: services and client prefixes have limits that nobody reaches
RANGES=0		# more than one port: all services have so many
TIMESTAMPS=translate

# Addresses by number, from 0. A line's %s is replaced by the address.
ADDRESSES='
function server4(n) { n += 257; return "10.1." int(n / 256) "." n % 256 }
function server6(n) { return sprintf("2001:db8:1::1:%x", n + 1) }
function vip4(n) { return "10.3." int(n / 256) "." n % 256 }
function line(format, address) { sub(/%s/, address, format); print format }
'

# each_server FORMAT4 FORMAT6: prints one line per server, %s being its address.
each_server() {
	awk -v n="$SERVERS" -v f4="$1" -v f6="$2" "$ADDRESSES"'
		BEGIN { for (i = 0; i < n; i++) { line(f4, server4(i)); line(f6, server6(i)) } }'
}

# more_services OPTION: services in ipvsadm's words that get no packet, TCP and UDP in turn, 250 at
# an address, with one server each; OPTION is the forwarding method.
more_services() {
	awk -v n="$SERVICES" -v servers="$SERVERS" -v how="$1" -v sched="$SCHED" -v port="$RPORT" -v ports="$RANGES" \
		"$ADDRESSES"'
		BEGIN {
			for (i = 1; i < n; i++) {
				first = 1000 + i % 250 * (ports ? ports : 1)
				service = (i % 2 ? "-t " : "-u ") vip4(int(i / 250)) ":" first
				if (ports)
					service = service "-" first + ports - 1
				print "-A " service " -s " sched
				print "-a " service " -r " server4(i % servers) ":" port " " how " -w 1"
			}
		}'
}
