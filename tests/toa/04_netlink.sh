#!/bin/bash
# The receiver's netlink family.
# lanes: uml qemu
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/group.sh"
run_group netlink
