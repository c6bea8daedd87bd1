#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The demo's story, told inside its machine. Everything shown is run, every claim is checked; the exit
# status is 0 only if all were true.
. "$(dirname "$0")/net.sh"

# Requests answered so far: "CLIENT PORT SERVER", from what curl says of its own end of the connection
# and what the server says of the other.
asked=$WWW/asked
seen=$WWW/seen

# ask HOST URL: requests as a user would do them, each on a connection of its own.
ask() {
	at "$1" curl -sS -m 20 -w '; I am %{local_ip} port %{local_port}\n' "$2"
	cat "$WWW/shown" >>"$asked"
}

# Each line of $asked is "web1 to ADDRESS port PORT; I am ADDRESS port PORT".
answers() {
	grep -cE '^web[123] to [0-9a-f.:]+ port [0-9]+; I am [0-9a-f.:]+ port [0-9]+$' "$asked"
}

all_answered() {
	[ "$(answers)" = "$1" ] && [ "$(wc -l <"$asked")" = "$1" ] && return
	echo "$(answers) of $1 requests were answered:"
	cat "$asked"
	return 1
}

# answered_by SERVER: how many
answered_by() {
	grep -c "^$1 to " "$asked"
}

# share WEB1 WEB2 WEB3: so many requests went to each.
share() {
	local got

	got="$(answered_by web1) $(answered_by web2) $(answered_by web3)"
	[ "$got" = "$*" ] || { echo "got $got"; return 1; }
}

balancer_everywhere() {
	! grep -vE ' to (10\.1\.0\.1|2001:db8:b::1) port ' "$asked"
}

clients_everywhere() {
	! sed -E 's/^web. to (.*); I am (.*)$/\1|\2/' "$asked" | awk -F '|' '$1 != $2' | grep .
}

# The servers' logs and the clients' own words, line by line; the logs are written a moment after the
# answers.
logs_complete() {
	cat "$WWW"/web?/access.log >"$seen"
	[ "$(wc -l <"$seen")" -ge "$(wc -l <"$asked")" ]
}

logs_name_clients() {
	wait_for logs_complete || return
	diff <(sed -E 's/^.*; I am //' "$asked" | sort) <(sed -E 's/ ".*//' "$seen" | sort)
}

forget() {
	local web

	: >"$asked"
	for web in web1 web2 web3; do
		: >"$WWW/$web/access.log"
	done
}

nothing_dropped() {
	! grep -A 30 '^Dropped packets' "$WWW/shown"
}

# Connections of all services in the table of --stats.
conns_counted() {
	local sum

	sum=$(awk '$1 == "TCP" { sum += $3 } END { print sum + 0 }' "$WWW/shown")
	[ "$sum" = "$1" ] || { echo "the services count $sum connections, not $1"; return 1; }
}

log_is_clean() {
	! dmesg | grep -E 'BUG|WARNING|Oops|general protection|refcount_t'
}

#
title "The network"
#
net_up || exit 1
web_start web1 web2 web3 || exit 1
: >"$asked"
net_picture
tell '' \
	'Two clients, a balancer, three nginx servers; each is a network namespace of this machine.' \
	'The servers have no route to the clients: whoever they answer must be on their own subnet.'
at web1 ip route
at web1 ip -6 route
fact 'a server cannot reach a client' eval '! ip netns exec web1 ip route get 10.0.0.11'

#
title "The balancer"
#
module_load slb
at lb slbadm -P 10.1.0.1
at lb slbadm -A -t 10.0.0.80:80 -s wrr
at lb slbadm -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 2
at lb slbadm -a -t 10.0.0.80:80 -r 10.1.0.12:8080 -w 1
at lb slbadm -a -t 10.0.0.80:80 -r 10.1.0.13:8080 -w 1
tell '' 'IPv6 is no different, only the addresses stand in brackets.'
at lb slbadm -P 2001:db8:b::1
at lb slbadm -A -t '[2001:db8:a::80]:80' -s wrr
for number in 11 12 13; do
	at lb slbadm -a -t '[2001:db8:a::80]:80' -r "[2001:db8:b::$number]:8080"
done
at lb slbadm -L -n

#
title "A client asks"
#
ask alice 'http://10.0.0.80/[1-4]'
fact 'all 4 requests were answered' all_answered 4
fact 'web1, which has twice the weight, answered twice as many' share 2 1 1
fact 'but to the servers every client is the balancer' balancer_everywhere

#
title "The servers learn who asks"
#
tell 'slb has put the client'\''s address into the first packets behind each SYN, as a TCP option (TOA).' \
	'slb_toa.ko on a server reads it and gives it to accept() and getpeername(). It believes only' \
	'balancers that it was told to trust. nginx is neither changed nor restarted.' ''
module_load slb_toa
for web in web1 web2 web3; do
	at "$web" slbadm toa replace 10.1.0.1 2001:db8:b::1
done
tell ''
forget
ask alice 'http://10.0.0.80/[1-4]'
ask bob 'http://10.0.0.80/[1-4]'
ask alice 'http://[2001:db8:a::80]/[1-3]'
ask bob 'http://[2001:db8:a::80]/[1-3]'
fact 'all 14 requests were answered' all_answered 14
fact 'each server said the address and the port that the client itself had' clients_everywhere
wait_for logs_complete
tell ''
for web in web1 web2 web3; do
	at "$web" cat "$WWW/$web/access.log"
done
fact 'the access logs name the clients, address and port, and nobody else' logs_name_clients

#
title "What the balancer counts"
#
at lb slbadm -L -n --stats
fact 'every connection is counted' conns_counted 18
fact 'no packet was dropped' nothing_dropped
at lb slbadm -L -n -c --client 10.0.0.12
fact 'these are the four connections of bob' eval "[ \$(grep -c '^TCP.* 10\.0\.0\.12:' $WWW/shown) = 4 ]"

#
title "A server goes"
#
forget
tell 'Alice starts a long download. Then one of the other servers is taken out and stopped.'
printf '%salice$ curl -sS -o copy http://10.0.0.80/file/big &%s\n' "$bold" "$plain"
ip netns exec alice curl -sS -m 120 -o "$WWW/copy" http://10.0.0.80/file/big &
download=$!
downloading() {
	ip netns exec lb slbadm -L -n -c --state established | grep -q '^TCP'
}
wait_for downloading || exit 1
at lb slbadm -L -n -c --state established
host=$(awk '$1 == "TCP" { sub(/^10\.1\.0\.1/, "", $7); print "web" substr($7, 1, 1); exit }' "$WWW/shown")
case $host in
web3) victim=web2 number=12 ;;
*) victim=web3 number=13 ;;
esac
at lb slbadm -d -t 10.0.0.80:80 -r "10.1.0.$number:8080"
at lb slbadm -d -t '[2001:db8:a::80]:80' -r "[2001:db8:b::$number]:8080"
printf '%s%s$ nginx -s stop%s\n' "$bold" "$victim" "$plain"
web_stop "$victim" || exit 1
fact "nothing listens on $victim any more" eval "! ip netns exec $victim ss -Hltn | grep -q 8080"
ask bob 'http://10.0.0.80/[1-6]'
ask bob 'http://[2001:db8:a::80]/[1-4]'
fact 'all 10 requests were answered' all_answered 10
fact "none of them by $victim" eval "[ \$(grep -c '^$victim' $asked) = 0 ]"
fact "alice's download went on meanwhile and arrived intact" \
	eval "wait $download && cmp $WWW/copy $WWW/files/file/big"

#
title "Everything back"
#
tell 'The configuration as a file; slbadm -R reads it again.'
at lb slbadm -S -n
tell ''
at lb slbadm -C
for web in web1 web2 web3; do
	[ "$web" = "$victim" ] || web_stop "$web"
done
root rmmod slb_toa
root rmmod slb
fact 'both modules are unloaded, and the kernel has nothing to complain about' \
	eval '[ ! -d /sys/module/slb ] && [ ! -d /sys/module/slb_toa ] && log_is_clean'
