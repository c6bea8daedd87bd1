#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# First process of both lanes once the root is writable: init.sh TERMINAL OUT. Completes the
# machine, runs the command that boot.sh left in OUT/.command, leaves its status in OUT/.status.

terminal=$1
out=$2
exec </dev/null
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck disable=SC1091 # written by boot.sh
. "$out/.command"
: "${modules:?}" "${release:?}" "${directory:?}" "${interactive:?}" "${SLB_TOP:?}"

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/lock /run/netns /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
for fs in debugfs:/sys/kernel/debug tracefs:/sys/kernel/tracing bpf:/sys/fs/bpf cgroup2:/sys/fs/cgroup; do
	mount -t "${fs%%:*}" "${fs%%:*}" "${fs#*:}" 2>/dev/null
done
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr

# This kernel's modules, whatever the host has under that name.
mkdir -p "/lib/modules/$release"
mount --bind "$modules" "/lib/modules/$release"

echo slb-vm >/proc/sys/kernel/hostname
ip link set lo up
export HOME=/root LANG=C.UTF-8 PATH=$SLB_TOP/build/tool:$PATH
unset modules release
cd "$directory" || exit 1

if [ "$interactive" = 1 ]; then
	# shellcheck disable=SC2154 # from .command
	[ -n "$size" ] && stty -F "$terminal" rows "${size% *}" cols "${size#* }"
	setsid -c -w "$@" <"$terminal" >"$terminal" 2>&1
	status=$?
else
	stty -F "$terminal" raw -echo
	"$@" 2>&1 </dev/null | cat >"$terminal"
	status=${PIPESTATUS[0]}
fi

# Setting the terminal waits until what was written to it is out.
stty -F "$terminal" sane
dmesg >"$out/dmesg.log"
echo "$status" >"$out/.status"
sync
busybox poweroff -f
