# Requests that the module refuses, as bad.sh sets it up. Nothing may change.
#
# CODE ARGUMENTS	exit status expected of `slbadm ARGUMENTS', which the shell splits
# > TEXT		the output contains this
#
# What the tool itself refuses is in parse.t.

# -- services: duplicate and missing ones
1 -A -t 10.0.0.80:80
> slbadm: add service tcp 10.0.0.80:80: the service exists already
1 -A -t 10.0.0.80:80 -s rr --toa off
> slbadm: add service tcp 10.0.0.80:80: the service exists already
1 -A -u 10.0.0.80:53
> slbadm: add service udp 10.0.0.80:53: the service exists already
1 -A -t [2001:db8::80]:80
> slbadm: add service tcp [2001:db8::80]:80: the service exists already
1 -E -t 10.0.0.81:80 -s rr
> slbadm: edit service tcp 10.0.0.81:80: no such service
1 -E -t 10.0.0.80:81 -s rr
> slbadm: edit service tcp 10.0.0.80:81: no such service
1 -E -u 10.0.0.80:80 -s rr
> slbadm: edit service udp 10.0.0.80:80: no such service
1 -D -t 10.0.0.81:80
> slbadm: delete service tcp 10.0.0.81:80: no such service
1 -D -t [2001:db8::81]:80
> slbadm: delete service tcp [2001:db8::81]:80: no such service
1 -D -u [2001:db8::80]:80
> slbadm: delete service udp [2001:db8::80]:80: no such service
1 -L -t 10.0.0.81:80
> slbadm: list tcp 10.0.0.81:80: no such service
1 -Z -t 10.0.0.81:80
> slbadm: zero tcp 10.0.0.81:80: no such service
1 -G -t 10.0.0.81:80
> slbadm: get-laddr: no such service

# -- services: several ports, all ports, marks
1 -D -t 10.0.0.80:80-81
> slbadm: delete service tcp 10.0.0.80:80-81: no such service
1 -E -t 10.0.0.80:0 --disable
> slbadm: edit service tcp 10.0.0.80:0: no such service
1 -Z -u 10.0.0.80:0
> slbadm: zero udp 10.0.0.80:0: no such service
1 -L -f 5
> slbadm: list fwmark 5: no such service
1 -D -f 5 -6
> slbadm: delete service fwmark 5 ipv6: no such service
1 -a -f 5 -r 10.1.0.11
> slbadm: add server 10.1.0.11:0 to fwmark 5: no such service
1 -A -f 5 --vrf lo
> slbadm: add service fwmark 5 vrf lo:
1 -A -t 0.0.0.0:0
> slbadm: add service tcp 0.0.0.0:0: not a unicast address
1 -A -u [ff02::1]:1-9
> slbadm: add service udp [ff02::1]:1-9: not a unicast address

# -- services: addresses that cannot be one
1 -A -t 0.0.0.0:80
> slbadm: add service tcp 0.0.0.0:80:
1 -A -t 224.0.0.1:80
> slbadm: add service tcp 224.0.0.1:80:
1 -A -t 255.255.255.255:80
> slbadm: add service tcp 255.255.255.255:80:
1 -A -t [::]:80
> slbadm: add service tcp [::]:80:
1 -A -t [ff02::1]:80
> slbadm: add service tcp [ff02::1]:80:
1 -A -t [::ffff:10.0.0.80]:80
> slbadm: add service tcp [::ffff:10.0.0.80]:80:
1 -A -t 10.0.0.82:80 --toa-kind 5
> slbadm: add service tcp 10.0.0.82:80: the kind is 35-254; TCP itself uses those below
1 -E -t 10.0.0.80:80 --toa-kind 8
> slbadm: edit service tcp 10.0.0.80:80: the kind is 35-254; TCP itself uses those below
1 -E -t 10.0.0.80:80 --toa-kind 34
> slbadm: edit service tcp 10.0.0.80:80: the kind is 35-254; TCP itself uses those below
1 -E -t 10.0.0.80:80 --toa-kind 255
> slbadm: edit service tcp 10.0.0.80:80: the kind is 35-254; TCP itself uses those below
1 -A -t 10.0.0.82:80 --vrf 123456
> slbadm: add service tcp 10.0.0.82:80 vrf 123456:
1 -A -t 10.0.0.82:80 --vrf lo
> slbadm: add service tcp 10.0.0.82:80 vrf lo:

# -- servers
1 -a -t 10.0.0.80:80 -r 10.1.0.11:8080
> slbadm: add server 10.1.0.11:8080 to tcp 10.0.0.80:80: the service has this server already
1 -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 7
> slbadm: add server 10.1.0.11:8080 to tcp 10.0.0.80:80: the service has this server already
1 -a -t [2001:db8::80]:80 -r [2001:db8:1::11]:80
> the service has this server already
1 -a -t 10.0.0.81:80 -r 10.1.0.11
> slbadm: add server 10.1.0.11:80 to tcp 10.0.0.81:80: no such service
1 -a -t 10.0.0.80:80 -r 2001:db8:1::11
> slbadm: add server [2001:db8:1::11]:80 to tcp 10.0.0.80:80: server and service are of different address families
1 -a -t [2001:db8::80]:80 -r 10.1.0.11
> server and service are of different address families
1 -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -m
> slbadm: add server 10.1.0.11:8080 to tcp 10.0.0.80:80: the service has this server already
1 -e -t 10.0.0.80:80 -r 10.1.0.13:8080 -m
> slbadm: edit server 10.1.0.13:8080 of tcp 10.0.0.80:80: the service has no such server
1 -a -t 10.0.0.80:80 -r 10.0.0.80:80 -m
> slbadm: add server 10.0.0.80:80 to tcp 10.0.0.80:80: the server is the service itself
1 -a -t 10.0.0.80:80 -r 10.0.0.80:80
> slbadm: add server 10.0.0.80:80 to tcp 10.0.0.80:80: the server is the service itself
1 -a -t 10.0.0.80:80 -r 0.0.0.0:80
> slbadm: add server 0.0.0.0:80 to tcp 10.0.0.80:80:
1 -a -t 10.0.0.80:80 -r 224.0.0.1:80
> slbadm: add server 224.0.0.1:80 to tcp 10.0.0.80:80:
1 -a -t [2001:db8::80]:80 -r [ff02::1]:80
> slbadm: add server [ff02::1]:80 to tcp [2001:db8::80]:80:
1 -e -t 10.0.0.80:80 -r 10.1.0.99:8080 -w 1
> slbadm: edit server 10.1.0.99:8080 of tcp 10.0.0.80:80: the service has no such server
1 -e -t 10.0.0.80:80 -r 10.1.0.11:81 -w 1
> the service has no such server
1 -d -t 10.0.0.80:80 -r 10.1.0.99:8080
> slbadm: delete server 10.1.0.99:8080 from tcp 10.0.0.80:80: the service has no such server
1 -d -t 10.0.0.81:80 -r 10.1.0.11:8080
> no such service

# -- local addresses
1 -P 10.1.0.2
> slbadm: add local address 10.1.0.2:
1 -P 10.1.0.3 --pool $'caf\xe9'
> a pool's name is made of letters, digits,
1 -P 2001:db8:1::2 --pool blue
> slbadm: add local address 2001:db8:1::2 to pool blue:
1 -P 0.0.0.0
> slbadm: add local address 0.0.0.0:
1 -P 224.0.0.1
> slbadm: add local address 224.0.0.1:
1 -P ff02::1
> slbadm: add local address ff02::1:
1 -P 127.0.0.1
> slbadm: add local address 127.0.0.1:
1 -P ::ffff:10.1.0.2
> slbadm: add local address ::ffff:10.1.0.2:
1 -P -t 10.0.0.81:80 -z 10.1.0.3
> slbadm: add local address 10.1.0.3: no such service
1 --edit-laddr 10.1.0.3 --dedicated
> slbadm: edit local address 10.1.0.3:
1 -Q 10.1.0.3
> slbadm: delete local address 10.1.0.3:
1 -Q 10.1.0.2 --pool blue
> slbadm: delete local address 10.1.0.2 from pool blue:
1 -Q 2001:db8:1::2
> slbadm: delete local address 2001:db8:1::2:
1 -P 10.1.0.3 --vrf 123456
> slbadm: add local address 10.1.0.3:

# -- groups
1 --add-group web
> slbadm: add group web: the group exists already
1 --edit-group webs -s rr
> slbadm: edit group webs: no such group
1 --edit-group web --proto udp
> slbadm: edit group web: the group's protocol cannot be changed
1 --delete-group webs
> slbadm: delete group webs: no such group
1 --delete-group web
> slbadm: delete group web: services use the group
1 --add-group 'two words'
> slbadm: add group two words: a name is made of letters, digits
1 -A -t 10.0.0.80:8081 --group webs
> slbadm: add service tcp 10.0.0.80:8081: no such group
1 -A -t 10.0.0.80:8081 --group dns
> slbadm: add service tcp 10.0.0.80:8081: the group is for another protocol
1 -A -t 10.0.0.80:8081 --group web -s rr
> slbadm: add service tcp 10.0.0.80:8081: the method belongs to the group, change it there
1 -E -t 10.0.0.80:8080 -s wrr
> slbadm: edit service tcp 10.0.0.80:8080: the method belongs to the group, change it there
1 -A -t [2001:db8::80]:8081 --group web
> service and group are of different address families
1 -A -t 10.1.0.21:80 --group web
> slbadm: add service tcp 10.1.0.21:80: the service itself is a server of the group
1 -a --group webs -r 10.1.0.21:80
> slbadm: add server 10.1.0.21:80 to group webs: no such group
1 -a --group web -r 10.1.0.21:80
> slbadm: add server 10.1.0.21:80 to group web: the group has this server already
1 -a --group web -r 10.0.0.80:8080
> slbadm: add server 10.0.0.80:8080 to group web: the server is a service that uses the group
1 -a --group web -r [2001:db8:1::21]:80
> server and group are of different address families
1 -e --group web -r 10.1.0.22:80 -w 3
> slbadm: edit server 10.1.0.22:80 of group web: the group has no such server
1 -d --group web -r 10.1.0.22:80
> slbadm: delete server 10.1.0.22:80 from group web: the group has no such server
1 -a -t 10.0.0.80:8080 -r 10.1.0.22:80
> the service uses a named group, change its servers there
1 -d -t 10.0.0.80:8080 -r 10.1.0.21:80
> the service uses a named group, change its servers there
1 -L --group webs
> slbadm: list: no such group
1 -A -t 10.0.0.80:8081 --group web --min-alive 2
> slbadm: add service tcp 10.0.0.80:8081: the setting belongs to the group, change it there
1 -E -t 10.0.0.80:8080 --zero-delay 5
> the setting belongs to the group, change it there
1 -E -t 10.0.0.80:8080 --removal-delay keep
> the setting belongs to the group, change it there
1 -E -t 10.0.0.80:8080 --on-down reset
> the setting belongs to the group, change it there
1 -E -t 10.0.0.80:80 --name $'two\nlines'
> slbadm: edit service tcp 10.0.0.80:80: the text is not UTF-8, or has control characters
1 -E -t 10.0.0.80:80 --comment $'\xff'
> the text is not UTF-8, or has control characters
1 -e -t 10.0.0.80:80 -r 10.1.0.11:8080 --name 123456789012345678901234567890123456789012345678901234567890123456789012345678901
> slbadm: edit server 10.1.0.11:8080 of tcp 10.0.0.80:80: the text is too long
1 drain -t 10.0.0.80:80 -r 10.1.0.19:80
> slbadm: drain server 10.1.0.19:80 of tcp 10.0.0.80:80: the service has no such server
1 drain --group webs -r 10.1.0.19:80
> slbadm: drain server 10.1.0.19:80 of group webs: no such group
1~ drain --group web -r 10.1.0.21:80
> Operation not permitted, CAP_NET_ADMIN is needed
1~ --add-group webs
> slbadm: add group webs: Operation not permitted, CAP_NET_ADMIN is needed
1~ --edit-group web -s wlc
> Operation not permitted, CAP_NET_ADMIN is needed
1~ --delete-group idle
> Operation not permitted, CAP_NET_ADMIN is needed
0~ -L --groups
> web tcp rr services=1

# -- what only the administrator may do
1~ -A -t 10.0.0.90:80
> slbadm: add service tcp 10.0.0.90:80: Operation not permitted, CAP_NET_ADMIN is needed
1~ -E -t 10.0.0.80:80 -s rr
> slbadm: edit service tcp 10.0.0.80:80: Operation not permitted, CAP_NET_ADMIN is needed
1~ -D -t 10.0.0.80:80
> Operation not permitted, CAP_NET_ADMIN is needed
1~ -a -t 10.0.0.80:80 -r 10.1.0.19
> Operation not permitted, CAP_NET_ADMIN is needed
1~ -e -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 9
> Operation not permitted, CAP_NET_ADMIN is needed
1~ -d -t 10.0.0.80:80 -r 10.1.0.11:8080
> Operation not permitted, CAP_NET_ADMIN is needed
1~ -P 10.1.0.9
> slbadm: add local address 10.1.0.9: Operation not permitted, CAP_NET_ADMIN is needed
1~ --edit-laddr 10.1.0.2 --dedicated
> Operation not permitted, CAP_NET_ADMIN is needed
1~ -Q 10.1.0.2
> Operation not permitted, CAP_NET_ADMIN is needed
1~ -C
> slbadm: clear: Operation not permitted, CAP_NET_ADMIN is needed
1~ -Z
> slbadm: zero: Operation not permitted, CAP_NET_ADMIN is needed
1~ -Z -t 10.0.0.80:80
> Operation not permitted, CAP_NET_ADMIN is needed
1~ --set established=5
> slbadm: set: Operation not permitted, CAP_NET_ADMIN is needed
1~ -L -c
> slbadm: list: Operation not permitted, CAP_NET_ADMIN is needed
0~ -L -n
> TCP  10.0.0.80:80 wrr
0~ -S
> -A -t 10.0.0.80:80 -s wrr
0~ -G -n
> 10.1.0.2
0~ info
> services     4
0~ --set
> established=900
