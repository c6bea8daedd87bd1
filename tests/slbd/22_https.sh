#!/bin/bash
# https: the file of certificates is read and understood once for all checks, and not at all where none verifies.
# lanes: host
# timeout: 60
[ -n "${SLB_ALONE-}" ] || SLB_ALONE=1 exec unshare -n -m "$0" "$@"
. "$(dirname "$0")/../lib.sh"
need nginx openssl strace
plan
daemon=${SLBD:-$SLB_TOP/build/tool/slbd}
ip link set lo up
ip route add local 10.20.0.0/16 dev lo
mkdir "$SLB_TMP/n" && chmod 755 "$SLB_TMP" "$SLB_TMP/n"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3000 -subj /CN=www.example.org \
	-addext subjectAltName=DNS:www.example.org -keyout "$SLB_TMP/key" -out "$SLB_TMP/cert" 2>/dev/null || bail "no certificate"
cat >"$SLB_TMP/n/conf" <<END
daemon off; master_process off; pid $SLB_TMP/n/pid; error_log $SLB_TMP/n/error;
events { worker_connections 512; }
http {
	log_format agent '\$server_port \$http_user_agent'; access_log $SLB_TMP/n/access agent;
	client_body_temp_path $SLB_TMP/n/b; proxy_temp_path $SLB_TMP/n/p; fastcgi_temp_path $SLB_TMP/n/f;
	uwsgi_temp_path $SLB_TMP/n/u; scgi_temp_path $SLB_TMP/n/s;
	ssl_certificate $SLB_TMP/cert; ssl_certificate_key $SLB_TMP/key;
	server { listen 443 ssl; location / { return 200 "fine"; } }
	server { listen 444 ssl; location / { return 200 "fine"; } }
}
END
spawn nginx -p "$SLB_TMP/n" -c "$SLB_TMP/n/conf" -e "$SLB_TMP/n/error"
wait_for test -s "$SLB_TMP/n/pid" || bail "no nginx"

for ((i = 1; i <= 10; i++)); do
	echo "-t 10.0.0.80:443 -r 10.20.0.$i:443 type=https interval=1 ca=$SLB_TMP/cert sni=www.example.org"
	echo "-t 10.0.0.80:444 -r 10.20.0.$i:444 type=https interval=1"
done >"$SLB_TMP/checks"
strace -f -qq -e trace=open,openat -o "$SLB_TMP/opens" "$daemon" -f -l stderr -n --hurry 4 --checks "$SLB_TMP/checks" \
	2>"$SLB_TMP/log" &
tracer=$!
check "all servers are up" wait_for -t 20 sh -c "[ \$(grep -c 'is up: code 200' $SLB_TMP/log) = 20 ]"
check "each is asked again and again" wait_for -t 20 sh -c "[ \$(grep -c '^443 slbd' $SLB_TMP/n/access) -gt 100 ]"
probes=$(grep -c slbd "$SLB_TMP/n/access")
kill "$(pgrep -P "$tracer")" && wait "$tracer"
diag "$probes probes, $(grep -c "\"$SLB_TMP/cert\"" "$SLB_TMP/opens") times the file of certificates was read"
# It is read again after a minute. libcurl keeps what it has read where OpenSSL is behind it.
if ldd "$daemon" | grep -q libcurl-gnutls; then
	skip "they share one reading of their certificates" "built with libcurl's GnuTLS flavour"
else
	check "they share one reading of their certificates" test "$(grep -c "\"$SLB_TMP/cert\"" "$SLB_TMP/opens")" -le 2
fi
is "those that do not verify have none read, nor does the system's directory count" \
	"$(grep -c '/etc/ssl/certs' "$SLB_TMP/opens")" 0
