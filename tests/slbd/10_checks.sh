#!/bin/bash
# slbd: each type of check against real servers, while they are well, when they fail and when they are well again;
# where the CPU is emulated without https.
# timeout: 150
# lanes: uml qemu-6.12
. "$(dirname "$0")/../net/helpers/topo.sh"
need nginx dnsmasq nft openssl
plan
cluster 1
here=$SLB_TOP/tests/slbd/helpers
cert=$SLB_TMP/cert
# Keys and certificates: one for the time being, one that has expired.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3000 -subj /CN=www.example.org \
	-addext subjectAltName=DNS:www.example.org -keyout "$cert.key" -out "$cert.pem" 2>/dev/null || bail "no certificate"
openssl req -new -key "$cert.key" -subj /CN=www.example.org -out "$cert.csr" 2>/dev/null
openssl x509 -req -in "$cert.csr" -signkey "$cert.key" -days -1 -out "$cert.old" 2>/dev/null || bail "no old certificate"
SLB_TMP=$SLB_TMP run_cases "$lb" "$here/checks.py"
