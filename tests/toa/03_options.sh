#!/bin/bash
# The socket options that name the client.
# lanes: qemu
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/group.sh"
run_group options
