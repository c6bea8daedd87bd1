#!/bin/bash
# Only trusted balancers and well-formed options are believed.
# lanes: qemu
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/group.sh"
run_group trust
