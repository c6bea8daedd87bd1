# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by the demo inside its machine: the network, the programs in it, and how things are told.
# Every host is a network namespace that has the host's name.

set -u
WWW=/srv/demo
bold='' green='' red='' plain=''
if [ "${SLB_DEMO_COLOR:-0}" = 1 ]; then
	bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

#
# Telling
#

# title TEXT
title() {
	printf '\n%s== %s%s\n\n' "$bold" "$*" "$plain"
}

tell() {
	printf '%s\n' "$@"
}

# fact TEXT COMMAND...: TEXT is true if the command succeeds; if it is not, the demo ends.
fact() {
	local text=$1

	shift
	if "$@" >"$WWW/fact" 2>&1; then
		printf '%s[true]%s %s\n' "$green" "$plain" "$text"
	else
		printf '%s[WRONG]%s %s\n' "$red" "$plain" "$text"
		sed 's/^/        /' "$WWW/fact"
		exit 1
	fi
}

# quote WORD...: as one would type them.
quote() {
	local word

	for word; do
		case $word in
		*[!][A-Za-z0-9_./:=,@%+-]* | '') printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
}

# at HOST COMMAND...: shown and run on that host; its output is also left in $WWW/shown.
at() {
	local host=$1

	shift
	printf '%s%s$%s%s\n' "$bold" "$host" "$(quote "$@")" "$plain"
	ip netns exec "$host" "$@" 2>&1 | tee "$WWW/shown"
	[ "${PIPESTATUS[0]}" = 0 ] && return
	printf '%s[WRONG]%s the command failed\n' "$red" "$plain"
	exit 1
}

# root COMMAND...: shown and run outside of the namespaces.
root() {
	printf '%s$%s%s\n' "$bold" "$(quote "$@")" "$plain"
	"$@" && return
	printf '%s[WRONG]%s the command failed\n' "$red" "$plain"
	exit 1
}

# wait_for COMMAND...: until it succeeds, 20 s at most.
wait_for() {
	local end=$((SECONDS + 20))

	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { tell "waited in vain for: $*"; return 1; }
		sleep 0.1
	done
}

#
# The network
#

net_picture() {
	cat <<'END'
                                  service
  alice 10.0.0.11 ---+            10.0.0.80:80              +--- web1 10.1.0.11:8080
  2001:db8:a::11     |          [2001:db8:a::80]:80         |    2001:db8:b::11
                     +---------------- lb ------------------+--- web2 10.1.0.12:8080
  bob   10.0.0.12 ---+                       local address  |    2001:db8:b::12
  2001:db8:a::12                             10.1.0.1       +--- web3 10.1.0.13:8080
                                             2001:db8:b::1       2001:db8:b::13
END
}

# net_host NAME SUBNET(a|b) NUMBER: a host on one of the two subnets, which are bridges in lb. It has
# no route to anywhere else.
net_host() {
	local net=0

	[ "$2" = b ] && net=1
	ip netns add "$1"
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
	ip link add eth0 netns "$1" type veth peer name "$1" netns lb
	ip -n "$1" -batch - <<-END
		link set lo up
		link set eth0 up
		addr add 10.$net.0.$3/24 dev eth0
		addr add 2001:db8:$2::$3/64 dev eth0 nodad
	END
	ip -n lb link set "$1" master "net-$2" up
}

net_up() {
	mkdir -p "$WWW"
	ip netns add lb
	ip netns exec lb sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
	ip -n lb -batch - <<-END
		link set lo up
		link add net-a type bridge
		link add net-b type bridge
		link set net-a up
		link set net-b up
		addr add 10.0.0.80/24 dev net-a
		addr add 2001:db8:a::80/64 dev net-a nodad
		addr add 10.1.0.1/24 dev net-b
		addr add 2001:db8:b::1/64 dev net-b nodad
	END
	net_host alice a 11
	net_host bob a 12
	net_host web1 b 11
	net_host web2 b 12
	net_host web3 b 13
}

#
# The servers: nginx as Debian ships it
#

web_conf() {
	cat <<END
pid $WWW/$1/nginx.pid;
error_log $WWW/$1/error.log;
worker_processes 1;
events { worker_connections 64; }
http {
	log_format seen '\$remote_addr port \$remote_port "\$request" \$status';
	access_log $WWW/$1/access.log seen;
	keepalive_timeout 0;
	default_type text/plain;
	server {
		listen 8080;
		listen [::]:8080;
		root $WWW/files;
		limit_rate 512k;
		location / { return 200 "$1 to \$remote_addr port \$remote_port"; }
		location /file/ { }
	}
}
END
}

web_start() {
	local web

	mkdir -p "$WWW/files/file"
	head -c 6m /dev/urandom >"$WWW/files/file/big"
	for web; do
		mkdir -p "$WWW/$web"
		web_conf "$web" >"$WWW/$web/nginx.conf"
		: >"$WWW/$web/access.log"
		ip netns exec "$web" nginx -c "$WWW/$web/nginx.conf" -e "$WWW/$web/error.log" || return
	done
}

web_stop() {
	local pid

	pid=$(cat "$WWW/$1/nginx.pid") || return
	ip netns exec "$1" nginx -c "$WWW/$1/nginx.conf" -e "$WWW/$1/error.log" -s stop
	wait_for test ! -e "/proc/$pid"
}

#
# The modules
#

# module_load NAME: with what it needs; said as one would do it from the repository.
module_load() {
	local dep

	for dep in $(modinfo -F depends "$SLB_BUILD/$1.ko" | tr ',' ' '); do
		modprobe "$dep"
	done
	root insmod "${SLB_BUILD#"$PWD"/}/$1.ko"
}
