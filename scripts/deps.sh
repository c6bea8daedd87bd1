#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes sure that the Debian packages needed are there:
#
#   deps.sh [--list] [build|tests|demo|bench|style|dkms|package]...      default: build
#
# As root it installs what is missing; otherwise it says what is and exits 1. --list only prints.
set -u
. "$(dirname "$0")/common.sh"

list=0
[ "${1-}" = --list ] && list=1 && shift
[ $# -gt 0 ] || set -- build

packages() {
	case $1 in
	build)
		# The modules, the generator, the tool and the daemon. Headers come from the cache where the
		# running kernel has none installed.
		echo build-essential kmod libcurl4-openssl-dev libev-dev libmicrohttpd-dev libmnl-dev libncurses-dev libsystemd-dev \
			libyaml-dev pkg-config python3 python3-yaml xz-utils
		;;
	vm)
		echo busybox-static iproute2 kmod procps qemu-system-x86 xz-utils
		;;
	demo)
		packages build
		packages vm
		echo curl nginx-light
		;;
	bench)
		packages build
		packages vm
		echo ethtool ipvsadm nftables
		;;
	tests)
		packages demo
		# The sanitizer kernel
		echo bc bison flex libelf-dev linux-source-6.1 patch
		echo bind9-dnsutils bird2 bpftrace conntrack dkms dnsmasq-base ethtool haproxy iperf3 iptables iputils-ping \
			ipvsadm jq keepalived libnl-3-dev libnl-genl-3-dev netcat-openbsd nftables openssl prometheus psmisc \
			python3-pyte python3-scapy socat strace systemd tcpdump traceroute wrk
		;;
	style)
		packages build
		echo codespell git linux-source-6.1 perl shellcheck sparse
		;;
	dkms) echo dkms ;;
	package)
		packages build
		echo debhelper dh-dkms dpkg-dev fakeroot git lintian
		;;
	*) die "unknown purpose '$1'" ;;
	esac
}

wanted=$(for purpose; do packages "$purpose" || exit 1; done) || exit 1
wanted=$(echo "$wanted" | tr ' ' '\n' | sort -u)
if [ "$list" = 1 ]; then
	echo "$wanted"
	exit
fi
command -v dpkg-query >/dev/null || {
	say "no Debian here; these packages or their like are needed:" "$wanted"
	exit 0
}

missing=()
for package in $wanted; do
	dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "missing Debian packages; as root: apt-get install ${missing[*]}" >&2
	exit 1
fi
say "installing ${missing[*]}"
install() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 install "${missing[@]}" >&2
}
# A policy that keeps what we install from starting: the host does not need an nginx for our tests.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
	trap 'rm -f "$policy"' EXIT
fi
apt-get -q -o DPkg::Lock::Timeout=600 update >&2
install
