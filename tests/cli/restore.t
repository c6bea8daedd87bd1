# Restore files that are understood or refused without a kernel.
#
# CODE [OPTIONS]		exit status expected of `slbadm -R --dry-run OPTIONS', which reads the
# < LINE			lines of the file
# > TEXT			the output contains this line

0
0
< # nothing
<
0
< -A -t 10.0.0.80:80 -s wrr
< -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 100
> -A -t 10.0.0.80:80 -s wrr
> -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 100
0
<    -A	-t 10.0.0.80:80   # a comment
> -A -t 10.0.0.80:80
0
< -A -t 10.0.0.80:80 --pool "two words"
< -P 10.1.0.2 --pool two\ words
< -P 10.1.0.3 --pool "tab\x09quote\"slash\\"
> -A -t 10.0.0.80:80 --pool "two words"
> -P 10.1.0.2 --pool "two words"
> -P 10.1.0.3 --pool "tab\x09quote\"slash\\"
0
< -C
< --set established=5
< -A -t 10.0.0.80:80
< -E -t 10.0.0.80:80 -s rr
< -a -t 10.0.0.80:80 -r 10.1.0.11
< -e -t 10.0.0.80:80 -r 10.1.0.11 -w 2
< -d -t 10.0.0.80:80 -r 10.1.0.11
< -D -t 10.0.0.80:80
< -Z
< -P -t 10.0.0.80:80 -z 10.1.0.2
< -Q 10.1.0.2
> --set established=5
> -E -t 10.0.0.80:80 -s rr
> -P 10.1.0.2 -t 10.0.0.80:80
> -Q 10.1.0.2
0
< -A -t 10.0.0.80:80
< -D -t 10.0.0.80:80
< -A -t 10.0.0.80:80
> -D -t 10.0.0.80:80
2
< -A -t 10.0.0.80:80
<
< -A -t 10.0.0.80:http
> slbadm: stdin:3: line 1 adds the same
2
< -A -t 10.0.0.80:80
< -a -t 10.0.0.80:80 -r 10.1.0.11
< -a -t 10.0.0.80:80 -r 10.1.0.11:80 -w 5
> slbadm: stdin:3: line 2 adds the same
2
< -P 10.1.0.2
< -P -z 10.1.0.2
> slbadm: stdin:2: line 1 adds the same
0
< -P 10.1.0.2
< -P 10.1.0.2 --pool blue
< -A -t 10.0.0.80:80
< -A -u 10.0.0.80:80
> -P 10.1.0.2 --pool blue
2
< -A -t 10.0.0.80:80
< -A -t 10.0.0.81
> slbadm: stdin:2: -t: `10.0.0.81': the port is missing
2
< garbage
> slbadm: stdin:1: there is no command `garbage'
2
< -A -t 10.0.0.80:80 --pool "open
> slbadm: stdin:1: a quote is not closed
2
< -A -t 10.0.0.80:80 --pool x\
> slbadm: stdin:1: nothing follows the backslash
2
< -A -t 10.0.0.80:80 --pool \x0
> slbadm: stdin:1: \x wants two digits that are not both 0
2
< -A -t 10.0.0.80:80 --pool \x00
> slbadm: stdin:1: \x wants two digits that are not both 0
0
< --add-acl bad --deny 10.0.0.0/8 \
<   2001:db8::/32 \
< 10.1.2.3
< -A -t 10.0.0.80:80 --acl bad # a comment ends with its line \
< --edit-acl bad --purge
> --add-acl bad --deny 10.0.0.0/8 10.1.2.3 2001:db8::/32
> --edit-acl bad --purge
2
< --add-acl bad --deny 10.0.0.0/8 \
<
< --add-acl bad --allow
> slbadm: stdin:3: line 1 adds the same
2
< --add-acl bad --deny \
< 10.0.0.0/33
> slbadm: stdin:1: access list bad: `10.0.0.0/33': the prefix length is not a number from 0 to 32
2
< --get-acl
> slbadm: stdin:1: --get-acl changes nothing and has no place in a file
2
< -L
> slbadm: stdin:1: -L (--list) changes nothing and has no place in a file
2
< -S
> slbadm: stdin:1: -S (--save) changes nothing and has no place in a file
2
< -R other
> slbadm: stdin:1: -R (--restore) changes nothing and has no place in a file
2
< --set
> slbadm: stdin:1: --set changes nothing and has no place in a file
2
< -A -t 10.0.0.80:80 --dry-run
> slbadm: stdin:1: -A (--add-service) changes nothing and has no place in a file
2 extra more
< -C
> slbadm: -R (--restore) does not take `more'
1 /no/such/file
> slbadm: restore: /no/such/file: No such file or directory

# -- what ipvsadm -Sn prints
0
< -A -t 10.0.0.80:80 -s wlc
< -a -t 10.0.0.80:80 -r 10.1.0.11:80 -m -w 1
< -A -u 10.0.0.80:53 -s rr
< -a -u 10.0.0.80:53 -r 10.1.0.11:53 -m -w 3
> -a -t 10.0.0.80:80 -r 10.1.0.11:80 -m -w 1
> -a -u 10.0.0.80:53 -r 10.1.0.11:53 -m -w 3
2
< -A -t 10.0.0.80:80 -s wlc
< -a -t 10.0.0.80:80 -r 10.1.0.11:80 -g -w 1
> slbadm: stdin:2: -g: slb forwards by translation
0
< -A -t 10.0.0.80:80 -s wlc -p 300
< -A -t 10.0.0.81:80 -s wlc -p 360 -M 255.255.255.0
< -A -t [2001:db8::80]:80 -s wlc -p 300 -M 64
> -A -t 10.0.0.80:80 -s wlc -p 300
> -A -t 10.0.0.81:80 -s wlc -p 360 -M 255.255.255.0
> -A -t [2001:db8::80]:80 -s wlc -p 300 -M 64
0
< -A -f 5 -s wlc
< -a -f 5 -r 10.1.0.11:0 -m -w 1
< -A -f 5 -6 -s wlc
< -a -f 5 -6 -r [2001:db8:1::11]:0 -m -w 1
> -A -f 5 -s wlc
> -a -f 5 -r 10.1.0.11:0 -m -w 1
> -A -f 5 -6 -s wlc
> -a -f 5 -6 -r [2001:db8:1::11]:0 -m -w 1
2
< -A -t 10.0.0.80:8000-8999
< -A -t 10.0.0.80:8000
< -A -t 10.0.0.80:0
< -A -u 10.0.0.80:8000-8999
< -A -t 10.0.0.80:8000-8999 -s rr
> slbadm: stdin:5: line 1 adds the same
0 -b
< -A -t 10.0.0.80:80 -s wlc
< -a -t 10.0.0.80:80 -r 10.1.0.11:80 -g -w 1
< -a -t 10.0.0.80:80 -r 10.1.0.12:80 -m -w 2
< -a -t 10.0.0.80:80 -r 10.1.0.13:80 -i -w 3 --tun-type gue --tun-port 6080 --tun-nocsum
< -a -t 10.0.0.80:80 -r 10.1.0.14:80 -b -w 4
> -a -t 10.0.0.80:80 -r 10.1.0.11:80 -b -w 1
> -a -t 10.0.0.80:80 -r 10.1.0.12:80 -b -w 2
> -a -t 10.0.0.80:80 -r 10.1.0.13:80 -b -w 3
> -a -t 10.0.0.80:80 -r 10.1.0.14:80 -b -w 4
