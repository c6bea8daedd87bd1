#!/bin/bash
# Unmodified programs log the client.
# lanes: qemu
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/group.sh"
need nginx socat ss
run_group programs
