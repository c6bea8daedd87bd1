#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The demo's network, set up and left to the visitor with a prompt.
. "$(dirname "$0")/net.sh"

{
	net_up && web_start web1 web2 web3
} || exit 1
for module in slb slb_toa; do
	module_load "$module"
done
for web in web1 web2 web3; do
	ip netns exec "$web" slbadm toa replace 10.1.0.1 2001:db8:b::1 || exit 1
done
ip netns exec lb slbadm -R <<-END || exit 1
	-P 10.1.0.1
	-P 2001:db8:b::1
	-A -t 10.0.0.80:80 -s wrr
	-a -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 2
	-a -t 10.0.0.80:80 -r 10.1.0.12:8080 -w 1
	-a -t 10.0.0.80:80 -r 10.1.0.13:8080 -w 1
	-A -t [2001:db8:a::80]:80
	-a -t [2001:db8:a::80]:80 -r [2001:db8:b::11]:8080
	-a -t [2001:db8:a::80]:80 -r [2001:db8:b::12]:8080
	-a -t [2001:db8:a::80]:80 -r [2001:db8:b::13]:8080
END

# alice, bob, web1 ... as commands: they run their arguments on that host.
{
	for host in alice bob web1 web2 web3; do
		echo "$host() { ip netns exec $host \"\${@:-bash}\"; }"
	done
	[ -r /usr/share/bash-completion/bash_completion ] && echo '. /usr/share/bash-completion/bash_completion'
	[ -r tool/slbadm.bash ] && echo ". '$PWD/tool/slbadm.bash'"
	echo "PS1='lb# '"
} >"$WWW/bashrc"

# The answers have no line end of their own.
printf '%s\n' 'write-out = "\n"' >~/.curlrc

title "You are root on the balancer"
net_picture
cat <<END

  slbadm -L -n                                 services and servers
  alice curl http://10.0.0.80/                 a command on another host: alice, bob, web1, web2, web3
  bob curl 'http://[2001:db8:a::80]/[1-9]'     nine requests
  slbadm -L -n -c                              connections
  slbadm -L -n --stats                         what was counted, and why packets were dropped
  slbadm -e -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 0
                                               web1 takes no new connections
  web1 cat $WWW/web1/access.log          whom the server saw
  web1 slbadm toa stats                        what became of the client addresses there
END
command -v tcpdump >/dev/null && cat <<END
  web1 tcpdump -nlc 9 -i eth0 port 8080 &      the option (254) on the wire
END
cat <<END
  slbadm --help; man tool/slb.7                the rest

Nothing you change here outlives the machine. exit ends it.

END
exec ip netns exec lb bash --rcfile "$WWW/bashrc" -i
