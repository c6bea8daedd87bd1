# Command lines that are understood or refused without a kernel.
#
# CODE ARGUMENTS		exit status expected of `slbadm --dry-run ARGUMENTS', which the shell splits
# CODE! ARGUMENTS		the same without --dry-run
# > TEXT			the output contains this; none expected if there is no such line

# -- services
0 -A -t 10.0.0.80:80
> -A -t 10.0.0.80:80
0 -A -t 10.0.0.80:80 -s wrr
> -A -t 10.0.0.80:80 -s wrr
0 --add-service --tcp-service 10.0.0.80:80 --scheduler wlc
> -A -t 10.0.0.80:80 -s wlc
0 --add-service --tcp-service=10.0.0.80:80 --scheduler=rr
> -A -t 10.0.0.80:80 -s rr
0 -At 10.0.0.80:80 -srr
> -A -t 10.0.0.80:80 -s rr
0 -At10.0.0.80:80
> -A -t 10.0.0.80:80
0 -A -u 10.0.0.80:53
> -A -u 10.0.0.80:53
0 -A -t [2001:db8::80]:80
> -A -t [2001:db8::80]:80
0 -A -t [2001:DB8:0::0080]:http
> -A -t [2001:db8::80]:80
0 -A -u 10.0.0.80:domain
> -A -u 10.0.0.80:53
0 -A -t 10.0.0.80:1
> -A -t 10.0.0.80:1
0 -A -t 10.0.0.80:65535
> -A -t 10.0.0.80:65535
0 -A -t 10.0.0.80:80 --enable
> -A -t 10.0.0.80:80 --enable
0 -A -t 10.0.0.80:80 --disable --toa off --toa-kind 200 --timestamps keep --unknown drop --idle 60
> -A -t 10.0.0.80:80 --disable --toa off --toa-kind 200 --timestamps keep --unknown drop --idle 60
0 -A --idle 60 -t 10.0.0.80:80 --pool blue
> -A -t 10.0.0.80:80 --idle 60 --pool blue
0 -A -t 10.0.0.80:80 --timeout udp=5,syn-sent=3
> -A -t 10.0.0.80:80 --timeout syn-sent=3,udp=5
0 -A -t 10.0.0.80:80 --timeout established=0,close=14400
> -A -t 10.0.0.80:80 --timeout established=0,close=14400
0 -A -t 10.0.0.80:80 --pool 'a b"c\d'
> --pool "a b\"c\\d"
0 -A -t 10.0.0.80:80 --pool ''
> -A -t 10.0.0.80:80 --pool ""
0 -E -t 10.0.0.80:80 -s rr
> -E -t 10.0.0.80:80 -s rr
0 -E -t 10.0.0.80:80
> -E -t 10.0.0.80:80
0 -D -t 10.0.0.80:80
> -D -t 10.0.0.80:80
0 -D -u [::1]:53 --vrf lo
> -D -u [::1]:53 --vrf lo
0 -D -u [::1]:53 --vrf 123456
> -D -u [::1]:53 --vrf 123456
2 -A
> slbadm: -A (--add-service) needs -t|-u ADDR:PORT
2 -E
> slbadm: -E (--edit-service) needs -t|-u ADDR:PORT
2 -D
> slbadm: -D (--delete-service) needs -t|-u ADDR:PORT
2 -A -s rr
> slbadm: -A (--add-service) needs -t|-u ADDR:PORT
2 -A -t
> slbadm: -t needs an argument: ADDR:PORT
2 -A -t ''
> slbadm: -t: `': the address is missing
2 -A -t 10.0.0.80
> slbadm: -t: `10.0.0.80': the port is missing
2 -A -t 10.0.0.80:
> slbadm: -t: `10.0.0.80:': the port is missing
2 -A -t :80
> slbadm: -t: `:80': the address is missing
0 -A -t 10.0.0.80:0
> -A -t 10.0.0.80:0
0 -A -u [2001:db8::80]:0
> -A -u [2001:db8::80]:0
0 -A -t 10.0.0.80:8000-8999 -s rr
> -A -t 10.0.0.80:8000-8999 -s rr
0 -D -u [2001:db8::80]:1-65535
> -D -u [2001:db8::80]:1-65535
0 -A -t 10.0.0.80:80-80
> -A -t 10.0.0.80:80
0 -A -t 10.0.0.80:0080-0081
> -A -t 10.0.0.80:80-81
2 -A -t 10.0.0.80:80-79
> slbadm: -t: `10.0.0.80:80-79': the last port comes before the first
2 -A -t 10.0.0.80:0-79
> slbadm: -t: `10.0.0.80:0-79': the ports are not numbers from 1 to 65535
2 -A -t 10.0.0.80:80-65536
> the ports are not numbers from 1 to 65535
2 -A -t 10.0.0.80:80-99999999999999999999
> the ports are not numbers from 1 to 65535
2 -A -t 10.0.0.80:99999999999999999999-80
> the ports are not numbers from 1 to 65535
2 -A -t 10.0.0.80:80-
> the port is not a number from 1 to 65535
2 -A -t 10.0.0.80:80-90-99
> the port is not a number from 1 to 65535
2 -A -t 10.0.0.80:http-90
> there is no service of that name
2 -A -t 2001:db8::80-90
> not an address
2 -A -t 2001:db8::0
> the port is missing
2 -A -t [2001:db8::0]
> the port is missing
2 -A -t :80-90
> the address is missing
2 -A -t 10.0.0.80:65536
> the port is not a number from 1 to 65535
2 -A -t 10.0.0.80:-1
> the port is not a number from 1 to 65535
2 -A -t 10.0.0.80:99999999999999999999
> the port is not a number from 1 to 65535
2 -A -t 10.0.0.80:no-such-service
> there is no service of that name
2 -A -t 10.0.0.256:80
> slbadm: -t: `10.0.0.256:80': not an address
2 -A -t 10.0.0:80
> not an address
2 -A -t 10.0.0.80.1:80
> not an address
2 -A -t 2001:db8::80
> the port is missing
2 -A -t [2001:db8::80]
> the port is missing
2 -A -t '[2001:db8::80:80'
> `]' is missing
2 -A -t [2001:db8::zz]:80
> there is no IPv6 address in the brackets
2 -A -t [10.0.0.80]:80
> there is no IPv6 address in the brackets
2 -A -t []:80
> there is no IPv6 address in the brackets
2 -A -t 'bad name:80'
> not an address
2 -A -t fe80::1%eth0
> slbadm: -t: `fe80::1%eth0': not an address
2 -A -t 10.0.0.80:80 -t 10.0.0.81:80
> slbadm: -t was given twice
2 -A -t 10.0.0.80:80 -u 10.0.0.81:80
> slbadm: -t and -u exclude each other
2 -A -t 10.0.0.80:80 -s
> slbadm: -s needs an argument: METHOD
2 -A -t 10.0.0.80:80 -s lcw
> slbadm: -s: `lcw' is not one of rr, wrr, wlc, lc, sh, sh-port, mh, mh-port, fo, p2c
2 -A -t 10.0.0.80:80 -s ''
> slbadm: -s: `' is not one of rr, wrr, wlc, lc, sh, sh-port, mh, mh-port, fo, p2c
2 -A -t 10.0.0.80:80 -s rr -s rr
> slbadm: -s was given twice
2 -A -t 10.0.0.80:80 --enable --disable
> slbadm: --enable and --disable exclude each other
2 -A -t 10.0.0.80:80 --enable=yes
> slbadm: --enable takes no argument
2 -A -t 10.0.0.80:80 --toa
> slbadm: --toa needs an argument: on|off
2 -A -t 10.0.0.80:80 --toa maybe
> slbadm: --toa: `maybe' is not on or off
2 -A -u 10.0.0.80:80 --toa off
> slbadm: --toa is for TCP services
2 -A -u 10.0.0.80:80 --timestamps keep
> slbadm: --timestamps is for TCP services
2 -A -t 10.0.0.80:80 --toa-kind 1
> slbadm: --toa-kind: `1' is not a number from 2 to 255
2 -A -t 10.0.0.80:80 --toa-kind 256
> slbadm: --toa-kind: `256' is not a number from 2 to 255
2 -A -t 10.0.0.80:80 --toa-kind 0xfe
> slbadm: --toa-kind: `0xfe' is not a number from 2 to 255
2 -A -t 10.0.0.80:80 --timestamps shift
> slbadm: --timestamps: `shift' is not one of translate, remove, keep
2 -A -t 10.0.0.80:80 --unknown rst
> slbadm: --unknown: `rst' is not one of reset, drop, pass
2 -A -t 10.0.0.80:80 --idle 9
> slbadm: --idle: `9' is not a number from 10 to 4000, or 0
2 -A -t 10.0.0.80:80 --idle 4001
> slbadm: --idle: `4001' is not a number from 10 to 4000, or 0
2 -A -t 10.0.0.80:80 --idle -5
> slbadm: --idle: `-5' is not a number from 10 to 4000, or 0
2 -A -t 10.0.0.80:80 --idle 1e3
> is not a number from 10 to 4000, or 0
2 -A -t 10.0.0.80:80 --timeout
> slbadm: --timeout needs an argument: STATE=SECONDS,...
2 -A -t 10.0.0.80:80 --timeout established
> slbadm: --timeout: `established': not STATE=SECONDS
2 -A -t 10.0.0.80:80 --timeout listen=5
> slbadm: --timeout: `listen': there is no such state with a timeout
2 -A -t 10.0.0.80:80 --timeout close=14401
> slbadm: close: `14401' is not a number from 1 to 14400, or 0
2 -A -t 10.0.0.80:80 --timeout close=
> slbadm: close: `' is not a number from 1 to 14400, or 0
2 -A -t 10.0.0.80:80 --timeout close=1,close=2
> slbadm: close was given twice
2 -A -t 10.0.0.80:80 --timeout close=1,
> slbadm: --timeout: `': not STATE=SECONDS
2 -A -t 10.0.0.80:80 --pool aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
> the name is longer than 80 bytes
2 -A -t 10.0.0.80:80 --vrf no-such-dev
> slbadm: --vrf: `no-such-dev': there is no such device
2 -A -t 10.0.0.80:80 --vrf 0
> there is no such device
2 -A -t 10.0.0.80:80 -w 1
> slbadm: -w is not an option of -A (--add-service)
2 -A -t 10.0.0.80:80 -r 10.1.0.11:80
> slbadm: -r is not an option of -A (--add-service)
2 -A -t 10.0.0.80:80 extra
> slbadm: -A (--add-service) does not take `extra'
2 -D -t 10.0.0.80:80 -s rr
> slbadm: -s is not an option of -D (--delete-service)
2 -A -t 10.0.0.80:80 -n
> slbadm: -n is not an option of -A (--add-service)
2 -A -t 10.0.0.80:80 --json
> slbadm: --json is not an option of -A (--add-service)
2 -A -D -t 10.0.0.80:80
> slbadm: -A (--add-service) and -D (--delete-service) are two commands
2 -A -A -t 10.0.0.80:80
> are two commands

# -- what only ipvsadm has
0 -A -f 5
> -A -f 5
0 -A -f 4294967295 -6 -s rr --toa off
> -A -f 4294967295 -6 -s rr --toa off
0 --add-service --fwmark-service 7 --ipv6
> -A -f 7 -6
0 -A6f 7
> -A -f 7 -6
0 -a -f 5 -r 10.1.0.11
> -a -f 5 -r 10.1.0.11:0
0 -a -f 5 -r 10.1.0.11:0 -m
> -a -f 5 -r 10.1.0.11:0 -m
0 -a -f 5 -6 -r [2001:db8:1::11]:80 -w 3
> -a -f 5 -6 -r [2001:db8:1::11]:80 -w 3
0 -Z -f 5
> -Z -f 5
0 -D -f 5 -6 --vrf 123456
> -D -f 5 -6 --vrf 123456
2 -A -f 0
> slbadm: -f: `0': a mark is a number from 1 to 4294967295
2 -A -f 4294967296
> a mark is a number from 1 to 4294967295
2 -A -f 0x10
> a mark is a number from 1 to 4294967295
2 -A -f 1/2
> a mark is a number from 1 to 4294967295
2 -A -f ''
> a mark is a number from 1 to 4294967295
2 -A -f 5 -t 10.0.0.80:80
> -f and -t exclude each other
2 -A -6
> slbadm: -A (--add-service) needs -t|-u ADDR:PORT|-f MARK
2 -A -t [2001:db8::80]:80 -6
> slbadm: -6 goes with -f; an address tells its family itself
2! -L -6
> slbadm: -6 goes with -f
2 -S -6
> slbadm: -6 is not an option of -S (--save)
2 -A --sctp-service 10.0.0.80:80
> slbadm: --sctp-service: there are TCP and UDP only
2 -A -t 10.0.0.80:80 -o
> slbadm: -o: one-packet scheduling is not available in this version
2 -A -t 10.0.0.80:80 -b sh-port
> slbadm: -b: flags need their method: -s sh or -s mh
2 -E -t 10.0.0.80:80 -b mh-port
> slbadm: -b: flags need their method: -s sh or -s mh
2 -A -t 10.0.0.80:80 -s wlc -b sh-port
> slbadm: -b: `sh-port' is not a flag of wlc
2 -A -t 10.0.0.80:80 -s mh -b mh-port,sh-port
> slbadm: -b: `sh-port' is not a flag of mh
2 -A -t 10.0.0.80:80 -s sh -b sh-port,
> slbadm: -b: `' is not a flag of sh
2 -A -t 10.0.0.80:80 -s sh -b
> slbadm: -b needs an argument: FLAG,...
0 -A -t 10.0.0.80:80 -s sh -b sh-port
> -A -t 10.0.0.80:80 -s sh-port
0 -A -t 10.0.0.80:80 -s sh -b sh-fallback,sh-port
> -A -t 10.0.0.80:80 -s sh-port
0 -A -t 10.0.0.80:80 -s sh-port -b sh-port,sh-fallback
> -A -t 10.0.0.80:80 -s sh-port
0 -E -t 10.0.0.80:80 -b mh-port -s mh
> -E -t 10.0.0.80:80 -s mh-port
0 -A -t 10.0.0.80:80 -s mh --sched-flags=flag-1,flag-2
> -A -t 10.0.0.80:80 -s mh-port
0 -A -t 10.0.0.80:80 -s mh -b mh-fallback
> -A -t 10.0.0.80:80 -s mh
0 -A -t 10.0.0.80:80 -s p2c
> -A -t 10.0.0.80:80 -s p2c
0 -A -t 10.0.0.80:80 --all-down any --checked on
> -A -t 10.0.0.80:80 --all-down any --checked on
0 --edit-group web --checked=off --all-down=reset
> --edit-group web --all-down reset --checked off
0 -e --group web -r 10.1.0.11:80 --down --reason "by hand"
> -e --group web -r 10.1.0.11:80 --down --reason "by hand"
2 -e --group web -r 10.1.0.11:80 --reason why
> slbadm: --reason needs --down or --up
0 -A -t 10.0.0.80:80 -s mh --table-size 251
> -A -t 10.0.0.80:80 -s mh --table-size 251
0 --edit-group web --table-size=65537
> --edit-group web --table-size 65537
2 -A -t 10.0.0.80:80 --table-size 250
> slbadm: --table-size: `250' is not
2 -A -t 10.0.0.80:80 --table-size 1048574
> slbadm: --table-size: `1048574' is not
2 -A -t 10.0.0.80:80 --all-down all
> slbadm: --all-down: `all' is not one of reset, any
0 -A -t 10.0.0.80:80 --slow-start 30 -s wrr
> -A -t 10.0.0.80:80 -s wrr --slow-start 30
0 --add-group web --slow-start 3600
> --add-group web --slow-start 3600
0 -E -t 10.0.0.80:80 --slow-start=0
> -E -t 10.0.0.80:80 --slow-start 0
2 -A -t 10.0.0.80:80 --slow-start 3601
> slbadm: --slow-start: `3601' is not
2 -A -t 10.0.0.80:80 --slow-start -1
> slbadm: --slow-start: `-1' is not
2 -a -t 10.0.0.80:80 -r 10.1.0.11 --slow-start 5
> slbadm: --slow-start is not an option of -a (--add-server)
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -g
> slbadm: -g: slb forwards by translation
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -i
> slbadm: -i: slb forwards by translation

# -- servers
0 -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 100
> -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 100
0 -a -t 10.0.0.80:80 -r 10.1.0.11
> -a -t 10.0.0.80:80 -r 10.1.0.11:80
0 -a -r 10.1.0.11 -t 10.0.0.80:80
> -a -t 10.0.0.80:80 -r 10.1.0.11:80
0 -a -t [2001:db8::80]:80 -r [2001:db8:1::11]:8080 --weight=0
> -a -t [2001:db8::80]:80 -r [2001:db8:1::11]:8080 -w 0
0 -a -t [2001:db8::80]:80 -r 2001:db8:1::11
> -a -t [2001:db8::80]:80 -r [2001:db8:1::11]:80
0 -a -t [2001:db8::80]:80 -r [2001:db8:1::11]
> -a -t [2001:db8::80]:80 -r [2001:db8:1::11]:80
0 -a -u 10.0.0.80:53 -r 10.1.0.11:domain --fullnat
> -a -u 10.0.0.80:53 -r 10.1.0.11:53 -b
0 -a -t 10.0.0.80:80 -r 10.1.0.11:80 -m
> -a -t 10.0.0.80:80 -r 10.1.0.11:80 -m
0 -at 10.0.0.80:80 -r 10.1.0.11:80 -bw5
> -a -t 10.0.0.80:80 -r 10.1.0.11:80 -b -w 5
0 -e -t 10.0.0.80:80 -r 10.1.0.11:80 -w 65535
> -e -t 10.0.0.80:80 -r 10.1.0.11:80 -w 65535
0 -d -t 10.0.0.80:80 -r 10.1.0.11:80
> -d -t 10.0.0.80:80 -r 10.1.0.11:80
2 -a
> slbadm: -a (--add-server) needs -r ADDR[:PORT]
2 -e
> slbadm: -e (--edit-server) needs -r ADDR[:PORT]
2 -d
> slbadm: -d (--delete-server) needs -r ADDR[:PORT]
2 -a --group web
> slbadm: -a (--add-server) needs -r ADDR[:PORT]
2 -a --group web -r 10.1.0.11
> slbadm: -r: the server's port is missing
2 -a --group web -t 10.0.0.80:80 -r 10.1.0.11:80
> slbadm: --group and a service exclude each other
2 -a --group '' -r 10.1.0.11:80
> slbadm: --group: `': the name is empty
2 -e -r 10.1.0.11:80 -w 1
> slbadm: -e (--edit-server) needs -t|-u ADDR:PORT|-f MARK or --group NAME
0 -a --group web -r 10.1.0.11:80 -w 5
> -a --group web -r 10.1.0.11:80 -w 5
0 -d --group web -r [2001:db8:1::11]:80
> -d --group web -r [2001:db8:1::11]:80
0 -A -t 10.0.0.80:80 --group web
> -A -t 10.0.0.80:80 --group web
0 -E -t 10.0.0.80:80 --group ''
> -E -t 10.0.0.80:80 --group ""

# -- named groups
2 --add-group web --zero-delay 3601
> slbadm: --zero-delay: `3601' is not a number from 0 to 3600, or keep
2 -A -t 10.0.0.80:80 --removal-delay never
> slbadm: --removal-delay: `never' is not a number from 0 to 3600, or keep
2 -A -t 10.0.0.80:80 --min-alive 0
> slbadm: --min-alive: `0' is not a number from 1 to 65535
2 --edit-group web --on-down stop
> slbadm: --on-down: `stop' is not one of keep, reset
2 -a -t 10.0.0.80:80 -r 10.1.0.11 --priority 16
> slbadm: --priority: `16' is not a number from 0 to 15
2 -e -t 10.0.0.80:80 -r 10.1.0.11 --up --down
> slbadm: --up and --down exclude each other
2 -D -t 10.0.0.80:80 --name web
> slbadm: --name is not an option of -D
2 --add-group web --name web
> slbadm: --name is not an option of --add-group
2! drain -t 10.0.0.80:80
> slbadm: drain needs -r ADDR[:PORT]
2! drain -t 10.0.0.80:80 -r 10.1.0.11 --wait never
> slbadm: --wait: `never' is not a number from 0 to 86400
0 -e -t 10.0.0.80:80 -r 10.1.0.11:80 --priority 0 --up
> -e -t 10.0.0.80:80 -r 10.1.0.11:80 --priority 0 --up
0 -E -t 10.0.0.80:80 --zero-delay keep --removal-delay 60 --on-down reset --min-alive 2 --name 'a b' --comment ''
> -E -t 10.0.0.80:80 --zero-delay keep --removal-delay 60 --on-down reset --min-alive 2 --name "a b" --comment ""
2 --add-group
> slbadm: --add-group: the name is missing
2 --add-group ''
> slbadm: --add-group: the name is empty
2 --add-group web two
> slbadm: --add-group does not take `two'
2 --add-group web -s fastest
> slbadm: -s: `fastest' is not one of rr
2 --add-group web --proto sctp
> slbadm: --proto: `sctp' is not tcp or udp
2 --add-group web -t 10.0.0.80:80
> slbadm: -t is not an option of --add-group
2 --delete-group web -s rr
> slbadm: -s is not an option of --delete-group
2 -D -t 10.0.0.80:80 --group web
> slbadm: --group is not an option of -D
0 --add-group web -s rr --proto udp
> --add-group web --proto udp -s rr
0 --edit-group web -s wrr
> --edit-group web -s wrr
0 --delete-group web
> --delete-group web
2 -a -t 10.0.0.80:80
> slbadm: -a (--add-server) needs -r ADDR[:PORT]
2 -e -t 10.0.0.80:80
> slbadm: -e (--edit-server) needs -r ADDR[:PORT]
2 -d -t 10.0.0.80:80
> slbadm: -d (--delete-server) needs -r ADDR[:PORT]
2 -a -r 10.1.0.11
> slbadm: -a (--add-server) needs -t|-u ADDR:PORT
2 -a -t 10.0.0.80:80 -r
> slbadm: -r needs an argument: ADDR[:PORT]
2 -a -t 10.0.0.80:80 -r ''
> slbadm: -r: `': the address is missing
0 -a -t 10.0.0.80:80 -r 10.1.0.11:0
> -a -t 10.0.0.80:80 -r 10.1.0.11:80
0 -a -t 10.0.0.80:8000-8999 -r 10.1.0.11
> -a -t 10.0.0.80:8000-8999 -r 10.1.0.11:0
0 -e -t 10.0.0.80:8000-8999 -r 10.1.0.11:80 -w 2
> -e -t 10.0.0.80:8000-8999 -r 10.1.0.11:80 -w 2
0 -d -u [2001:db8::80]:0 -r [2001:db8:1::11]:0
> -d -u [2001:db8::80]:0 -r [2001:db8:1::11]:0
2 -a -t 10.0.0.80:8000-8999 -r 10.1.0.11:80-90
> slbadm: -r: `10.1.0.11:80-90': a server has one port
2 -a -t 10.0.0.80:80 -r 10.1.0.11:70000
> the port is not a number from 1 to 65535
2 -a -t 10.0.0.80:80 -r 10.1.0.11:
> the port is missing
2 -a -t 10.0.0.80:80 -r 10.1.0.300:80
> not an address
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -w
> slbadm: -w needs an argument: WEIGHT
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -w 65536
> slbadm: -w: `65536' is not a number from 0 to 65535
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -w -1
> slbadm: -w: `-1' is not a number from 0 to 65535
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -w ten
> slbadm: -w: `ten' is not a number from 0 to 65535
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -w 1 -w 2
> slbadm: -w was given twice
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -b -m
> slbadm: -b and -m exclude each other
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -r 10.1.0.12
> slbadm: -r was given twice
2 -d -t 10.0.0.80:80 -r 10.1.0.11 -w 1
> slbadm: -w is not an option of -d (--delete-server)

# -- local addresses
0 -P 10.1.0.2
> -P 10.1.0.2
0 -P -z 10.1.0.2
> -P 10.1.0.2
0 --add-laddr 2001:db8:1::2 --pool blue --dedicated --ports 2000-3000
> -P 2001:db8:1::2 --pool blue --ports 2000-3000 --dedicated
0 -P [2001:db8:1::2]
> -P 2001:db8:1::2
0 -P 10.1.0.2 --ports 1024-60999
> -P 10.1.0.2 --ports 1024-60999
0 -P 10.1.0.2 --ports 5000
> -P 10.1.0.2 --ports 5000-5000
0 -P -t 10.0.0.80:80 -z 10.1.0.2
> -P 10.1.0.2 -t 10.0.0.80:80
0 -P 10.1.0.2 -t 10.0.0.80:80
> -P 10.1.0.2 -t 10.0.0.80:80
0 --edit-laddr 10.1.0.2 --shared
> --edit-laddr 10.1.0.2 --shared
0 -Q 10.1.0.2
> -Q 10.1.0.2
0 -Q -t 10.0.0.80:80 -z 10.1.0.2
> -Q 10.1.0.2 -t 10.0.0.80:80
0 -Q 10.1.0.2 --pool blue
> -Q 10.1.0.2 --pool blue
2 -P
> slbadm: -P (--add-laddr) needs ADDR
2 -Q
> slbadm: -Q (--del-laddr) needs ADDR
2 --edit-laddr
> slbadm: --edit-laddr needs ADDR
2 -P -t 10.0.0.80:80
> slbadm: -P (--add-laddr) needs ADDR
2 -P ''
> the address is missing
2 -P 10.1.0.2:80
> slbadm: -z: `10.1.0.2:80': not an address
2 -P 10.1.0.2/24
> not an address
2 -P 10.1.0.2 10.1.0.3
> slbadm: -P (--add-laddr) does not take `10.1.0.3'
2 -P 10.1.0.2 -z 10.1.0.3
> slbadm: -z was given twice
2 -P 10.1.0.2 -t 10.0.0.80:80 --pool blue
> slbadm: --pool and a service, which has a pool, exclude each other
2 -P 10.1.0.2 --ports
> slbadm: --ports needs an argument: FIRST-LAST
2 -P 10.1.0.2 --ports 1023-2000
> slbadm: --ports: `1023-2000': ports are numbers from 1024 to 60999
2 -P 10.1.0.2 --ports 2000-61000
> ports are numbers from 1024 to 60999
2 -P 10.1.0.2 --ports 3000-2000
> slbadm: --ports: `3000-2000': the last port comes before the first
2 -P 10.1.0.2 --ports 2000-
> ports are numbers from 1024 to 60999
2 -P 10.1.0.2 --ports -2000
> ports are numbers from 1024 to 60999
2 -P 10.1.0.2 --ports 2000-3000-4000
> ports are numbers from 1024 to 60999
2 -P 10.1.0.2 --ports 00000000000000000000000002000
> ports are numbers from 1024 to 60999
2 -P 10.1.0.2 --dedicated --shared
> slbadm: --dedicated and --shared exclude each other
2 -Q 10.1.0.2 --dedicated
> slbadm: --dedicated is not an option of -Q (--del-laddr)
2! -G 10.1.0.2
> slbadm: -G (--get-laddr) does not take `10.1.0.2'
2! -G --pool
> slbadm: --pool needs an argument: NAME

# -- persistence
0 -A -t 10.0.0.80:80 -p
> -A -t 10.0.0.80:80 -p 300
0 -A -p -t 10.0.0.80:80 -s rr
> -A -t 10.0.0.80:80 -s rr -p 300
0 -A -t 10.0.0.80:80 -p 360
> -A -t 10.0.0.80:80 -p 360
0 -A -t 10.0.0.80:80 -p86400
> -A -t 10.0.0.80:80 -p 86400
0 -A -t 10.0.0.80:80 --persistent=1 --netmask 255.255.0.0
> -A -t 10.0.0.80:80 -p 1 -M 255.255.0.0
0 -A -t 10.0.0.80:80 --persistent --netmask=24
> -A -t 10.0.0.80:80 -p 300 -M 255.255.255.0
0 -A -u [2001:db8::80]:53 -p 20 -M 56
> -A -u [2001:db8::80]:53 -p 20 -M 56
0 -E -t 10.0.0.80:80 --no-persist
> -E -t 10.0.0.80:80 --no-persist
0 -E -t 10.0.0.80:80 -M 255.255.255.255
> -E -t 10.0.0.80:80 -M 255.255.255.255
0 --flush-persistence
> --flush-persistence
0 --flush-persistence -t 10.0.0.80:80 --client 10.9.0.0/16 --server 10.1.0.11:8080
> --flush-persistence -t 10.0.0.80:80 --client 10.9.0.0/16 --server 10.1.0.11:8080
0 --set persist-max=4194304
> --set persist-max=4194304
2 -A -t 10.0.0.80:80 -p 0
> slbadm: -p: `0' is not a number from 1 to 86400
2 -A -t 10.0.0.80:80 -p 86401
> slbadm: -p: `86401' is not a number from 1 to 86400
2 -A -t 10.0.0.80:80 -p5x
> slbadm: -p: `5x' is not a number from 1 to 86400
2 -A -t 10.0.0.80:80 -p soon
> slbadm: -A (--add-service) does not take `soon'
2 -A -t 10.0.0.80:80 -p --no-persist
> slbadm: -p and --no-persist exclude each other
2 -A -t 10.0.0.80:80 -M
> slbadm: -M needs an argument: MASK|BITS
2 -A -t 10.0.0.80:80 -M 0.0.0.0
> slbadm: -M: `0.0.0.0': not a netmask, nor a number from 1 to 32
2 -A -t 10.0.0.80:80 -M 255.0.255.0
> slbadm: -M: `255.0.255.0': not a netmask, nor a number from 1 to 32
2 -A -t 10.0.0.80:80 -M 33
> slbadm: -M: `33': not a netmask, nor a number from 1 to 32
2 -A -t [2001:db8::80]:80 -M 129
> slbadm: -M: `129': the prefix length is not a number from 1 to 128
2 -A -t [2001:db8::80]:80 -M 255.255.255.0
> slbadm: -M: `255.255.255.0': the prefix length is not a number from 1 to 128
2 -A -t 10.0.0.80:80 -p --pe sip
> slbadm: --pe: persistence goes by the client's address only
2 -a -t 10.0.0.80:80 -r 10.1.0.11 -p
> slbadm: -p is not an option of -a (--add-server)
2 --flush-persistence 10.0.0.80
> slbadm: --flush-persistence does not take `10.0.0.80'
2 --set persist-max=4194305
> persist-max

# -- access lists
0 --add-acl bad --deny
> --add-acl bad --deny
0 --add-acl a.b_c:d-e --allow 10.1.2.3 10.0.0.0/8 2001:DB8::/32 0.0.0.0/0
> --add-acl a.b_c:d-e --allow 0.0.0.0/0 10.0.0.0/8 10.1.2.3 2001:db8::/32
0 --edit-acl bad
> --edit-acl bad
0 --edit-acl bad --allow --purge
> --edit-acl bad --allow --purge
0 --edit-acl bad --file /dev/null
> --edit-acl bad --file /dev/null
0 --extend-acl bad ::/0 --purge
> --extend-acl bad ::/0 --purge
0 --shrink-acl bad 10.0.0.0/8
> --shrink-acl bad 10.0.0.0/8
0 --del-acl bad
> --del-acl bad
0 -A -t 10.0.0.80:80 --acl bad
> -A -t 10.0.0.80:80 --acl bad
0 -E -t 10.0.0.80:80 --acl good,bad --purge
> -E -t 10.0.0.80:80 --acl good,bad --purge
0 -E -t 10.0.0.80:80 --no-acl
> -E -t 10.0.0.80:80 --no-acl
2 --add-acl bad
> slbadm: --add-acl needs --allow|--deny
2 --add-acl --deny
> slbadm: access list `': the name is missing
2 --add-acl '' --deny
> slbadm: access list `': the name is missing
2 --add-acl bad --deny --allow
> slbadm: --deny and --allow exclude each other
2 --add-acl 'a b' --deny
> slbadm: access list `a b': a name is made of letters, digits, '.', '_', ':' and '-'
2 --add-acl a,b --deny
> slbadm: access list `a,b': a name is made of letters
2 --add-acl --deny -- -a
> slbadm: access list `-a': a name does not begin with '-'
2 --add-acl aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --deny
> the name is longer than 80 bytes
2 --add-acl bad --deny 10.0.0.0/33
> slbadm: access list bad: `10.0.0.0/33': the prefix length is not a number from 0 to 32
2 --add-acl bad --deny 10.0.0.1/8
> slbadm: access list bad: `10.0.0.1/8': bits are set behind the prefix
2 --add-acl bad --deny 2001:db8::/129
> the prefix length is not a number from 0 to 128
2 --add-acl bad --deny --file /no/such/file
> slbadm: --file: `/no/such/file': No such file or directory
2 --add-acl bad --deny --purge
> slbadm: --purge is not an option of --add-acl
2 --extend-acl bad --deny
> slbadm: --deny is not an option of --extend-acl
2 --del-acl
> slbadm: access list `': the name is missing
2 --del-acl bad worse
> slbadm: --del-acl does not take `worse'
2 --del-acl bad --purge
> slbadm: --purge is not an option of --del-acl
2 --get-acl bad worse
> slbadm: --get-acl does not take `worse'
2 -A -t 10.0.0.80:80 --acl ''
> slbadm: --acl: `': the name is missing
2 -A -t 10.0.0.80:80 --acl a,b,c
> slbadm: --acl: `a,b,c': a service takes one list that allows and one that denies
2 -A -t 10.0.0.80:80 --acl a,
> slbadm: --acl: `a,': the name is missing
2 -A -t 10.0.0.80:80 --acl a --no-acl
> slbadm: --acl and --no-acl exclude each other
2 -A -t 10.0.0.80:80 --purge
> slbadm: --purge is not an option of -A (--add-service)

# -- settings
0 --set established=900
> --set established=900
0 --set udp=1 idle-reset=off conn-max=4294967295 toa-trusted=10.0.0.0/8,2001:db8::/32,10.9.9.9
> --set udp=1 idle-reset=off conn-max=4294967295 toa-trusted=10.0.0.0/8,2001:db8::/32,10.9.9.9
0 --set toa-trusted=none
> --set toa-trusted=none
0 --set toa-trusted=0.0.0.0/0,::/0
> --set toa-trusted=0.0.0.0/0,::/0
0 --set reclaim-unanswered=1 reclaim-udp=3600 reset-rate=1000000
> --set reclaim-unanswered=1 reclaim-udp=3600 reset-rate=1000000
0 --set fastpath=none fastpath-force=off
> --set fastpath-force=off fastpath=none
0 --set fastpath=eth0,eth1.10,a_name_of_15-by
> --set fastpath=eth0,eth1.10,a_name_of_15-by
0 --set 900 120 300
> --set established=900 fin-wait=120 udp=300
0 --set 0 0 300
> --set udp=300
0 --set 0 0 0
> --set 0 0 0
0 --settings close=5
> --settings close=5
2 --set established
> slbadm: `established' is not KEY=VALUE
2 --set =5
> slbadm: there is no setting `'
2 --set no-such-setting=5
> slbadm: there is no setting `no-such-setting'
2 --set established=0
> slbadm: established: `0' is not a number from 1 to 14400
2 --set established=14401
> slbadm: established: `14401' is not a number from 1 to 14400
2 --set established=
> slbadm: established: `' is not a number from 1 to 14400
2 --set established=5 established=6
> slbadm: established was given twice
2 --set idle-reset=1
> slbadm: idle-reset: `1' is not on or off
2 --set idle-reset=on idle-reset=on
> slbadm: idle-reset was given twice
2 --set reclaim-udp=0
> slbadm: reclaim-udp: `0' is not a number from 1 to 3600
2 --set reclaim-unanswered=3601
> slbadm: reclaim-unanswered: `3601' is not a number from 1 to 3600
2 --set conn-max=4294967296
> slbadm: conn-max: `4294967296' is not a number from 0 to 4294967295
2 --set reset-rate=1000001
> slbadm: reset-rate: `1000001' is not a number from 0 to 1000000
2 --set toa-trusted=
> slbadm: toa-trusted: `': the address is missing
2 --set toa-trusted=10.0.0.0/33
> slbadm: toa-trusted: `10.0.0.0/33': the prefix length is not a number from 0 to 32
2 --set toa-trusted=2001:db8::/129
> the prefix length is not a number from 0 to 128
2 --set toa-trusted=10.0.0.1/8
> slbadm: toa-trusted: `10.0.0.1/8': bits are set behind the prefix
2 --set toa-trusted=10.0.0.0/8,none
> slbadm: toa-trusted: `none':
2 --set fastpath=
> slbadm: fastpath: `': the name is missing
2 --set fastpath=eth0,
> slbadm: fastpath: `': the name is missing
2 --set fastpath=a_name_of_16-byt
> slbadm: fastpath: `a_name_of_16-byt': the name is too long
2 --set fastpath=eth0:1
> slbadm: fastpath: `eth0:1': no interface can have that name
2 --set fastpath=..
> slbadm: fastpath: `..': no interface can have that name
2 --set fastpath=eth0,eth1,eth0
> slbadm: fastpath: `eth0': it is named twice
2 --set fastpath=eth0 fastpath=eth1
> slbadm: fastpath was given twice
2 --set fastpath-force=1
> slbadm: fastpath-force: `1' is not on or off
2 --set toa-trusted=none toa-trusted=none
> slbadm: toa-trusted was given twice
2 --set 1 2
> slbadm: `1' is not KEY=VALUE
2 --set 1 2 15000
> slbadm: udp: `15000' is not a number from 1 to 14400

# -- views
1! -L
> slbadm: list: the slb module is not loaded (modprobe slb)
1!
> slbadm: list: the slb module is not loaded (modprobe slb)
1! -ln
> slbadm: list: the slb module is not loaded (modprobe slb)
1! -Lnc
> slbadm: list: the slb module is not loaded (modprobe slb)
1! -n -L --json
> slbadm: list: the slb module is not loaded (modprobe slb)
1! -L -t 10.0.0.80:80
> slbadm: list tcp 10.0.0.80:80: the slb module is not loaded (modprobe slb)
1! -L --timeout
> the slb module is not loaded
1! -L --state TIME_WAIT
> the slb module is not loaded
1! -L -c --state time-wait --client 10.0.0.0/8 --server 10.1.0.11:80 -u 10.0.0.80:53
> the slb module is not loaded
1! -S
> slbadm: save: the slb module is not loaded (modprobe slb)
1! -Sn
> slbadm: save: the slb module is not loaded (modprobe slb)
1! -G
> slbadm: get-laddr: the slb module is not loaded (modprobe slb)
1! -G -t 10.0.0.80:80
> the slb module is not loaded
1! -Z
> slbadm: zero: the slb module is not loaded (modprobe slb)
1! -C
> slbadm: clear: the slb module is not loaded (modprobe slb)
1! --set
> slbadm: set: the slb module is not loaded (modprobe slb)
1! info
> slbadm: info: the slb module is not loaded (modprobe slb)
1! -A -t 10.0.0.80:80
> slbadm: add service tcp 10.0.0.80:80: the slb module is not loaded (modprobe slb)
1! -E -t 10.0.0.80:80
> slbadm: edit service tcp 10.0.0.80:80: the slb module is not loaded (modprobe slb)
1! -D -u [::1]:80
> slbadm: delete service udp [::1]:80: the slb module is not loaded (modprobe slb)
1! -a -t 10.0.0.80:80 -r 10.1.0.11:8080
> slbadm: add server 10.1.0.11:8080 to tcp 10.0.0.80:80: the slb module is not loaded (modprobe slb)
1! -e -t 10.0.0.80:80 -r 10.1.0.11:8080
> slbadm: edit server 10.1.0.11:8080 of tcp 10.0.0.80:80: the slb module is not loaded (modprobe slb)
1! -d -t 10.0.0.80:80 -r 10.1.0.11:8080
> slbadm: delete server 10.1.0.11:8080 from tcp 10.0.0.80:80: the slb module is not loaded (modprobe slb)
1! -P 10.1.0.2
> slbadm: add local address 10.1.0.2: the slb module is not loaded (modprobe slb)
1! -P 10.1.0.2 --pool blue
> slbadm: add local address 10.1.0.2 to pool blue: the slb module is not loaded (modprobe slb)
1! -Q 10.1.0.2
> slbadm: delete local address 10.1.0.2: the slb module is not loaded (modprobe slb)
0! --version
> slb    the slb module is not loaded (modprobe slb)
0! --version --json
> "loaded":false
2! -L -c --state closing
> slbadm: --state: `closing': there is no such state
2! -L --state
> slbadm: --state needs an argument: NAME
2! -L --client 10.0.0.0/99
> slbadm: --client: `10.0.0.0/99': the prefix length is not a number from 0 to 32
2! -L --client
> slbadm: --client needs an argument: PREFIX
2! -L --server 10.1.0.11:x
> slbadm: --server: `10.1.0.11:x': there is no service of that name
2! -L -c -c
> slbadm: -c was given twice
2! -L extra
> slbadm: -L (--list) does not take `extra'
2! -S --json
> slbadm: --json is not an option of -S (--save)
2! -C extra
> slbadm: -C (--clear) does not take `extra'
2! -Z -t 10.0.0.80
> the port is missing
2! --version extra
> slbadm: --version does not take `extra'
2! info extra
> slbadm: info does not take `extra'
2! --list=5
> slbadm: --list takes no argument

# -- the command line as such
2! -n
> slbadm: which command?
2! -x
> slbadm: -x comes before the command
2! -t 10.0.0.80:80 -A
> slbadm: -t comes before the command
2! -k
> slbadm: there is no option -k
2! --no-such-option
> slbadm: there is no option --no-such-option
2! --no-such-option=5
> slbadm: there is no option --no-such-option
2! no-such-command
> slbadm: there is no command `no-such-command'
2! ''
> slbadm: there is no command `'
2! -
> slbadm: there is no command `-'
2! -A -k -t 10.0.0.80:80
> slbadm: there is no option -k
2! -A -- -t 10.0.0.80:80
> slbadm: -A (--add-service) does not take `-t'
2! --help no-such-command
> slbadm: there is no command `no-such-command'
0! --help
> slbadm -a|--add-server [-t|-u ADDR:PORT|-f MARK] [-6] -r ADDR[:PORT]
0! -h -A
> To add a service.
0! -A -h
> To add a service.
0! --help add-server
> To add a server to a service or group.
0! --help info
> To print the module's limits and its live objects.
0! -L --help
> To list services and servers, or connections.
0! --help toa
> believe balancers in PREFIX
0! --help --set
> reset-rate          a number from 0 to 1000000

# -- the receiver
1! toa
> slbadm: toa show: the slb_toa module is not loaded (modprobe slb_toa)
1! toa show --json
> slbadm: toa show: the slb_toa module is not loaded (modprobe slb_toa)
1! toa add 10.0.0.0/8
> slbadm: toa add 10.0.0.0/8: the slb_toa module is not loaded (modprobe slb_toa)
1! toa del 2001:db8::/32
> slbadm: toa del 2001:db8::/32: the slb_toa module is not loaded
1! toa flush
> slbadm: toa flush: the slb_toa module is not loaded
1! toa stats
> slbadm: toa stats: the slb_toa module is not loaded
1! toa replace 10.0.0.0/8 2001:db8::/32
> slbadm: toa replace 10.0.0.0/8: the slb_toa module is not loaded
1! toa set kinds=254,253 clients-max=1000
> slbadm: toa set kinds=254,253: the slb_toa module is not loaded
2! toa shout
> slbadm: toa: there is no verb `shout'
2! toa add
> slbadm: toa add needs PREFIX
2! toa del
> slbadm: toa del needs PREFIX
2! toa add 10.0.0.0/8 10.0.0.0/8
> slbadm: toa add does not take `10.0.0.0/8'
2! toa add 10.0.0.1/8
> slbadm: toa: `10.0.0.1/8': bits are set behind the prefix
2! toa add 300.0.0.0/8
> slbadm: toa: `300.0.0.0/8': not an address
2! toa flush all
> slbadm: toa flush does not take `all'
2! toa set
> slbadm: toa set needs kinds=N,...|clients-max=N
2! toa set clients-max=0
> slbadm: toa: clients-max: `0' is not a number from 1 to 16777216
2! toa set kinds=
> slbadm: toa: kinds: `' is not a number from 2 to 254
2! toa set kinds=254,255
> slbadm: toa: kinds: `255' is not a number from 2 to 254
2! toa set kinds=2,3,4,5,6,7,8,9,10
> slbadm: toa: kinds: there are more than 8
2! toa set colour=red
> slbadm: toa: `colour=red' is neither kinds=N,... nor clients-max=N
2! toa -t 10.0.0.80:80
> slbadm: -t is not an option of toa

# -- limits
0 -a -t 10.0.0.80:80 -r 10.1.0.11 -x 5 -y 3 --max-rate 1k
> -a -t 10.0.0.80:80 -r 10.1.0.11:80 -x 5 -y 3 --max-rate 1000
0 -e -t 10.0.0.80:80 -r 10.1.0.11 --u-threshold 0 --l-threshold 0
> -e -t 10.0.0.80:80 -r 10.1.0.11:80 -x 0 -y 0
0 -A -t 10.0.0.80:80 --max-conns 1M --max-rate 10k --limit gold
> -A -t 10.0.0.80:80 --max-conns 1000000 --max-rate 10000 --limit gold
0 -E -u 10.0.0.80:53 --profile 5k --limit ""
> -E -u 10.0.0.80:53 --max-conns 5000 --max-rate 3000 --limit ""
0 -A -t 10.0.0.80:80 --profile 1M
> -A -t 10.0.0.80:80 --max-conns 1000000 --max-rate 100000
0 -A -t 10.0.0.80:80 --client-conns 10 --client-rate 5 --client-prefix4 24 --client-prefix6 48
> -A -t 10.0.0.80:80 --client-conns 10 --client-rate 5 --client-prefix4 24 --client-prefix6 48
0 -A -t 10.0.0.80:80 --bandwidth-in 10M --bandwidth-out 100G
> -A -t 10.0.0.80:80 --bandwidth-in 10M --bandwidth-out 100G
0 -A -t 10.0.0.80:80 --bandwidth-in 1500000 --bandwidth-out 2000M
> -A -t 10.0.0.80:80 --bandwidth-in 1500k --bandwidth-out 2G
0 --add-limit gold --profile 200k
> --add-limit gold --max-conns 200000 --max-rate 20000
0 --edit-limit gold --max-conns 0
> --edit-limit gold --max-conns 0
0 --del-limit gold
> --del-limit gold
2 --add-limit
> slbadm: --add-limit needs NAME
2 --add-limit gold silver
> slbadm: --add-limit does not take `silver'
2 --add-limit gold --client-conns 5
> slbadm: --client-conns is not an option of --add-limit
2 -A -t 10.0.0.80:80 -x 5
> slbadm: -x is not an option of -A (--add-service)
2 -a -t 10.0.0.80:80 -r 10.1.0.11 --max-conns 5
> slbadm: --max-conns is not an option of -a (--add-server)
2 -A -t 10.0.0.80:80 --max-conns -1
> slbadm: --max-conns: `-1': not a number from 0 to 2147483647
2 -A -t 10.0.0.80:80 --max-conns 3G
> slbadm: --max-conns: `3G': not a number from 0 to 2147483647
2 -A -t 10.0.0.80:80 --max-conns 5kk
> slbadm: --max-conns: `5kk': not a number from 0 to 2147483647
2 -A -t 10.0.0.80:80 --max-conns 99999999999999999999
> slbadm: --max-conns: `99999999999999999999': not a number
2 -A -t 10.0.0.80:80 --max-rate 10000001
> slbadm: --max-rate: `10000001': not a number from 0 to 10000000
2 -A -t 10.0.0.80:80 --profile 6k
> slbadm: --profile: `6k': not one of 5k, 50k, 100k, 200k, 500k, 1M
2 -A -t 10.0.0.80:80 --profile 5k --max-rate 1
> slbadm: --profile sets what --max-conns and --max-rate set
2 -A -t 10.0.0.80:80 --client-prefix4 33
> slbadm: --client-prefix4: `33': not a number from 0 to 32
2 -A -t 10.0.0.80:80 --bandwidth-in 999k
> slbadm: --bandwidth-in: `999k': not a bandwidth from 1M to 100G
2 -A -t 10.0.0.80:80 --bandwidth-in 101G
> slbadm: --bandwidth-in: `101G': not a bandwidth from 1M to 100G
2 -A -t 10.0.0.80:80 --bandwidth-in 1000001
> slbadm: --bandwidth-in: `1000001': not a bandwidth from 1M to 100G

# -- kill, monitor, rates, watch, sync
2! kill --client 10.0.0.0/8 --all=1
> slbadm: --all takes no argument
2! kill --client 10.0.0.0/33
2! kill -r 10.0.0.1
> slbadm: -r is not an option of kill
2! kill --state nonsense
> slbadm: --state: `nonsense': there is no such state
1! kill --all
> slbadm: kill: the slb module is not loaded
1! kill -t 10.0.0.80:80
> slbadm: kill connections of tcp 10.0.0.80:80: the slb module is not loaded
1! monitor
> slbadm: monitor: the slb module is not loaded
2! monitor -n
1! -L --watch 3
> slbadm: list: the slb module is not loaded
1! -L --watch --rate
> slbadm: list: the slb module is not loaded
1! -L --watch=5 --share
> slbadm: list: the slb module is not loaded
2! -L --watch=0
> slbadm: --watch: `0': not a number of seconds from 1 to 86400
2! -L --watch=x
> slbadm: --watch: `x': not a number of seconds from 1 to 86400
2! -A -t 10.0.0.80:80 --rate
> slbadm: --rate is not an option of -A (--add-service)
1! --sync /nonexistent
> slbadm: sync: /nonexistent: No such file or directory
2! --check /nonexistent
> slbadm: check: /nonexistent: No such file or directory
1! --sync /dev/null
> slbadm: sync: the slb module is not loaded
2! --check /dev/null
> slbadm: check: the slb module is not loaded
2! --sync a b
> slbadm: --sync does not take `b'

# -- explain
2! explain
> slbadm: explain needs CLIENT[:PORT] and a service, -t or -u ADDR:PORT or -f MARK
2! explain 10.0.0.1
> slbadm: explain needs CLIENT[:PORT] and a service, -t or -u ADDR:PORT or -f MARK
2! explain 10.0.0.1 10.0.0.80
2! explain 10.0.0.1 10.0.0.80:80 x
2! explain 10.0.0.1 10.0.0.80:80 -t 10.0.0.80:80
> slbadm: explain needs CLIENT[:PORT] and a service, -t or -u ADDR:PORT or -f MARK
1! explain 10.0.0.1:1234 10.0.0.80:80
> slbadm: explain 10.0.0.1:1234 to tcp 10.0.0.80:80: the slb module is not loaded
2! explain 10.0.0.1 -t 10.0.0.80:8000-8999
> slbadm: explain looks at one port: give the one that the client asks for
2! explain 10.0.0.1 10.0.0.80:0
> slbadm: explain looks at one port: give the one that the client asks for
2! explain 10.0.0.1 -f 1 10.0.0.80:8000-8999
> slbadm: explain looks at one port: give the one that the client asks for
2! explain 10.0.0.1 -t 10.0.0.80:80 --proto udp
> slbadm: explain: --proto goes with -f
2! explain 10.0.0.1 -f 1 10.0.0.80:80 x
2! explain -f 1
> slbadm: explain needs CLIENT[:PORT] and a service, -t or -u ADDR:PORT or -f MARK
1! explain 10.0.0.1 -f 1
> slbadm: explain 10.0.0.1 to fwmark 1: the slb module is not loaded
1! explain fd00::1 -f 1 --proto udp [fd00::80]:53
> slbadm: explain fd00::1 to fwmark 1 ipv6: the slb module is not loaded
1! explain 10.0.0.1 -u 10.0.0.80:53
> slbadm: explain 10.0.0.1 to udp 10.0.0.80:53: the slb module is not loaded

# top
1! top
> slbadm: top: the standard output is no terminal; `slbadm -L --rate' prints what happens in a second
1! top --interval 5
> slbadm: top: the standard output is no terminal
2! top --interval 0
> slbadm: --interval: `0': not a number of seconds from 1 to 86400
2! top --json
> slbadm: --json is not an option of top
2! top 5
