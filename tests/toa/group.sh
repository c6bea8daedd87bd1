# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Runs one group of receiver.py in a namespace of its own: run_group GROUP [MODULE-PARAMETER]...
# Sourced behind lib.sh.

toa_dir=$SLB_TOP/tests/toa
export PYTHONDONTWRITEBYTECODE=1

run_group() {
	local group=$1 result name detail seen=0 wanted server

	shift
	need python3
	wanted=$(python3 "$toa_dir/receiver.py" --count "$group")
	plan "$wanted"
	modprobe -q tun
	setup_ns server
	if [ "$SLB_LANE" = uml ]; then
		# Without ftrace there; its self test build goes on without.
		load_module "$SLB_BUILD_SELFTEST/slb_toa.ko" "$@" || bail "cannot load slb_toa"
	else
		load_toa "$@"
	fi
	while IFS=$'\t' read -r result name detail; do
		seen=$((seen + 1))
		case $result in
		ok) ok "$name" ;;
		*) not_ok "$name" "$detail" ;;
		esac
	done < <(in_ns "$server" python3 "$toa_dir/receiver.py" "$group" 2>"$SLB_TMP/err")
	[ "$seen" = "$wanted" ] || diag "$(tail -n 20 "$SLB_TMP/err")"
}
