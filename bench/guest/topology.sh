# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # used by guest/init and mode/*.sh
# Who is who in the measured guest. cli0 and srv0 are slbgen's devices.
#
#   clients --(gateway)-- cli0 [balancer] srv0 -- servers
#                                            `---(gateway)-- other
CLI_DEV=cli0
SRV_DEV=srv0
SERVERS=100
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

# server4 N, server6 N: the N-th server's address, from 0.
server4() {
	echo "10.1.1.$((1 + $1))"
}

server6() {
	printf '2001:db8:1::1:%x\n' $((1 + $1))
}

# each_server FORMAT4 FORMAT6: prints one line per server, %s being its address.
each_server() {
	n=0
	while [ $n -lt $SERVERS ]; do
		# shellcheck disable=SC2059
		printf "$1\n" "$(server4 $n)"
		# shellcheck disable=SC2059
		printf "$2\n" "$(server6 $n)"
		n=$((n + 1))
	done
}
