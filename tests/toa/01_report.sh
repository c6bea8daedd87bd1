#!/bin/bash
# Programs are told their clients by accept(), getpeername() and SO PEERNAME.
# lanes: qemu
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/group.sh"
run_group report
