# Files in the form of slb.conf that are understood or refused without a kernel.
#
# CODE [OPTIONS]		exit status expected of `slbadm -R --dry-run --conf OPTIONS', which reads the
# < LINE			lines of the file
# > TEXT			the output contains this line

2
> slbadm: stdin: the file is empty; `services: []' says that there are to be none
2
< # nothing
> the file is empty
0
< services: []
0
< services:
< laddrs:
0
< services:
<   - listen: tcp 10.0.0.80:80
<     scheduler: wrr
<     servers:
<       - 10.1.0.11:8080
<       - address: 10.1.0.12
<         weight: 7
> -A -t 10.0.0.80:80 -s wrr --owner conf
> -a -t 10.0.0.80:80 -r 10.1.0.11:8080 --owner conf
> -a -t 10.0.0.80:80 -r 10.1.0.12:80 -w 7 --owner conf
0
< services: [{listen: "udp [2001:db8::80]:53", servers: ["[2001:db8:1::1]:53"]}]
> -A -u [2001:db8::80]:53 --owner conf
> -a -u [2001:db8::80]:53 -r [2001:db8:1::1]:53 --owner conf
0
< services:
<   - {listen: fwmark 5, enabled: no}
<   - {listen: fwmark 5 ipv6, vrf: 7, servers: [{address: "2001:db8::1"}]}
<   - {listen: tcp 10.0.0.1:80-90, persistent: on, acl: []}
> -A -f 5 --disable --owner conf
> -A -f 5 -6 --vrf 7 --owner conf
> -a -f 5 -6 --vrf 7 -r [2001:db8::1]:0 --owner conf
> -A -t 10.0.0.1:80-90 --owner conf -p 300 --no-acl
0
< services:
<   - {listen: tcp 10.0.0.1:80, sched-flags: sh-port, scheduler: sh, toa: true, persistent: off, acl: none}
> -A -t 10.0.0.1:80 -s sh-port --toa on --owner conf --no-persist --no-acl
# A key of one service is none of another: an anchor is YAML's business.
0
< services:
<   - &a
<     listen: tcp 10.0.0.80:80
<     timeout: &t {established: 5, close: 6}
<   - listen: tcp 10.0.0.80:81
<     timeout: *t
> -A -t 10.0.0.80:80 --owner conf --timeout established=5,close=6
> -A -t 10.0.0.80:81 --owner conf --timeout established=5,close=6
0
< laddrs:
<   - 10.1.0.2
<   - {address: [10.1.0.3, "2001:db8::3"], pool: blue, dedicated: yes, ports: 2000-3000}
<   - {address: 10.1.0.4, dedicated: off}
> -P 10.1.0.2 --owner conf
> -P 10.1.0.3 --pool blue --ports 2000-3000 --dedicated --owner conf
> -P 2001:db8::3 --pool blue --ports 2000-3000 --dedicated --owner conf
> -P 10.1.0.4 --shared --owner conf
0
< settings:
<   established: 600
<   accounting: true
<   toa-trusted: []
<   fastpath: [eth0, eth1]
> --set established=600 accounting=on toa-trusted=none fastpath=eth0,eth1
0
< settings:
< acls:
<   - {name: a, mode: allow, prefixes: [10.0.0.0/8]}
<   - {name: d, mode: deny}
< limits:
<   - {name: gold, profile: 5k}
< groups:
<   - {name: web, proto: udp, servers: []}
< services:
<   - {listen: udp 10.0.0.80:53, acl: [a, d], limit: gold, group: web}
> --add-acl a --allow --owner conf 10.0.0.0/8
> --add-acl d --deny --owner conf
> --add-group web --proto udp --owner conf
> --add-limit gold --max-conns 5000 --max-rate 3000 --owner conf
> -A -u 10.0.0.80:53 --owner conf --group web --limit gold --acl a,d
# Errors have their place.
2
< services: [
> slbadm: stdin:2:1:
2
< services:
< 	- x
> slbadm: stdin:2:1:
2
< - a
> slbadm: stdin:1:1: a mapping of keys to values is expected
2
< servicse: []
> slbadm: stdin:1:1: there is no section `servicse'
2
< services: []
< services: []
> slbadm: stdin:2:1: `services' stands here twice
2
< services: []
< ---
< services: []
> slbadm: stdin:3:1: a second document: a file is one
2
< services: {listen: tcp 10.0.0.80:80}
> slbadm: stdin:1:11: services: a list is expected
2
< services:
<   - tcp 10.0.0.80:80
> slbadm: stdin:2:5: a mapping of keys to values is expected
2
< services:
<   - scheduler: rr
> slbadm: stdin:2:5: `listen' is missing
2
< services:
<   - listen: sctp 10.0.0.80:80
> slbadm: stdin:2:13: `sctp 10.0.0.80:80' is not tcp ADDR:PORT, udp ADDR:PORT or fwmark MARK
2
< services:
<   - listen: tcp 10.0.0.80
> slbadm: stdin:2:13: -t: `10.0.0.80': the port is missing
2
< services:
<   - listen: tcp 10.0.0.80:80
<     colour: 5
> slbadm: stdin:3:5: there is no key `colour' here
2
< services:
<   - {listen: tcp 10.0.0.80:80, owner: hand}
> slbadm: stdin:2:32: there is no key `owner' here
2
< services:
<   - {listen: tcp 10.0.0.80:80, tcp-service: "10.0.0.80:81"}
> slbadm: stdin:2:32: there is no key `tcp-service' here
2
< services:
<   - {listen: tcp 10.0.0.80:80, dry-run: on}
> there is no key `dry-run' here
2
< services:
<   - listen: tcp 10.0.0.80:80
<     scheduler: wrong
> slbadm: stdin:3:16: -s: `wrong' is not one of rr, wrr
2
< services:
<   - listen: udp 10.0.0.80:80
<     toa: on
> slbadm: stdin:3:10: --toa is for TCP services
2
< services:
<   - listen: tcp 10.0.0.80:80
<     enabled: maybe
> slbadm: stdin:3:14: enabled: `maybe' is neither on nor off
2
< services:
<   - listen: tcp 10.0.0.80:80
<     timeout: {establishde: 5}
> slbadm: stdin:3:14: --timeout: `establishde': there is no such state with a timeout
2
< services:
<   - listen: tcp 10.0.0.80:80
<     timeout: [5]
> slbadm: stdin:3:14: a mapping of keys to values is expected
2
< services:
<   - listen: tcp 10.0.0.80:80
<     idle: {a: b}
> slbadm: stdin:3:11: one value is expected, not a mapping
2
< services:
<   - listen: tcp 10.0.0.80:80
<     name: "a\0b"
> slbadm: stdin:3:11: a byte is 0
2
< services:
<   - listen: tcp 10.0.0.80:80
<     servers:
<       - address: 10.1.0.11:80
<         weight: 99999
> slbadm: stdin:5:17: -w: `99999' is not a number from 0 to 65535
2
< services:
<   - listen: tcp 10.0.0.80:80
<     servers:
<       - weight: 1
> slbadm: stdin:4:9: `address' is missing
2
< services:
<   - listen: tcp 10.0.0.80:80
<     servers: {address: 10.1.0.11}
> slbadm: stdin:3:14: a list of servers is expected
2
< services:
<   - listen: tcp 10.0.0.80:80
<     servers:
<       - {address: 10.1.0.11, group: web}
> there is no key `group' here
2
< services:
<   - listen: tcp 10.0.0.80:80
<   - listen: tcp 10.0.0.80:80
> slbadm: stdin:3:5: line 2 adds the same
2
< services:
<   - {listen: tcp 10.0.0.80:80, group: web}
> slbadm: stdin:2:5: there is no group `web' in the file
2
< services:
<   - {listen: tcp 10.0.0.80:80, acl: [good]}
> slbadm: stdin:2:5: there is no access list `good' in the file
2
< services:
<   - {listen: tcp 10.0.0.80:80, limit: gold}
> slbadm: stdin:2:5: there is no limit `gold' in the file
2
< acls:
<   - name: a
<     mode: allow
<     prefixes:
<       - 10.0.0.0/8
<       - 10.0.0.1/8
> slbadm: stdin:6:9: access list a: `10.0.0.1/8':
2
< acls: [{name: a}]
> slbadm: stdin:1:8: --add-acl needs --allow|--deny
2
< acls: [{mode: deny}]
> slbadm: stdin:1:8: `name' is missing
2
< settings: {established: 5, toa-trusted: [10.0.0.0/8, x]}
> slbadm: stdin:1:41: toa-trusted: `x':
2
< settings: [established]
> slbadm: stdin:1:11: a mapping of keys to values is expected
2
< settings: {establishde: 5}
> slbadm: stdin:1:25: there is no setting `establishde'
2
< include: /nonexistent/slb.conf
< services: []
> slbadm: stdin:1:10: /nonexistent/slb.conf: No such file or directory
0
< include: [/nonexistent/*.conf]
< services: []
2
< laddrs: [{address: []}]
> slbadm: stdin:1:20: there is no address
2
< laddrs: [{address: {a: b}}]
> slbadm: stdin:1:
# Checks.
0
< checks:
<   - {name: alive, type: http, path: /alive, codes: [2xx, 404]}
< groups:
<   - name: web
<     check: alive
<     servers:
<       - {address: 10.1.0.11:80, check: {use: alive, port: 81}}
<       - {address: 10.1.0.12:80, check: none}
<   - {name: db, check: {type: exec, command: [/bin/true, -x]}}
< services:
<   - {listen: tcp 10.0.0.80:81, check: tcp, servers: [{address: 10.1.0.1, check: manual}]}
2
< groups: [{name: web, check: alive}]
> slbadm: stdin:1:29: `alive': there is no check of this name, and a type is none, manual,
2
< groups: [{name: web, check: {port: 5}}]
> slbadm: stdin:1:29: the type of the check is missing
2
< groups: [{name: web, check: {type: tcp, path: /}}]
> slbadm: stdin:1:41: path: checks of this type have no such setting
2
< groups: [{name: web, check: {type: tcp, interval: 51}}]
> slbadm: stdin:1:51: interval: an interval is 1-50 seconds
2
< groups: [{name: web, check: {type: exec}}]
> slbadm: stdin:1:29: the command is missing
2
< groups: [{name: web, check: {type: tcp, port: {a: b}}}]
> slbadm: stdin:1:47: a value is expected, not a mapping
2
< checks: [{type: tcp}]
> slbadm: stdin:1:10: `name' is missing
2
< checks: [{name: a, type: tcp}, {name: a, type: syn}]
> slbadm: stdin:1:39: there is another check `a'
2
< checks: [{name: tcp, type: tcp}]
> slbadm: stdin:1:17: `tcp' is a type
2
< checks: [{name: a, type: tcp}, {name: b, use: a}]
> slbadm: stdin:1:47: a check with a name uses no other
2
< groups: [{name: web, check: {use: tcp, type: tcp}}]
> the type is that of the check that is used
2
< groups: [{name: web}]
< services: [{listen: tcp 10.0.0.80:81, group: web, check: tcp}]
> slbadm: stdin:2:58: the check belongs to the group
2
< services:
<   - {listen: tcp 10.0.0.80:80, check: {type: http, path: /a}}
<   - {listen: tcp 10.0.0.80:80, check: {type: http, path: /b}}
