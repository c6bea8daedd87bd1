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

# By a static program: it starts several times faster in UML.
/bin/busybox sh -s <<END
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t tmpfs -o mode=755 run /run
/bin/busybox mkdir -p /run/lock /run/netns /dev/pts /dev/shm "/lib/modules/$release"
/bin/busybox mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
/bin/busybox mount -t tmpfs shm /dev/shm
/bin/busybox mount -t debugfs debug /sys/kernel/debug
/bin/busybox mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
/bin/busybox mount -t bpf bpf /sys/fs/bpf 2>/dev/null
/bin/busybox mount -t cgroup2 cgroup /sys/fs/cgroup 2>/dev/null
/bin/busybox ln -sf /proc/self/fd /dev/fd
/bin/busybox ln -sf /proc/self/fd/0 /dev/stdin
/bin/busybox ln -sf /proc/self/fd/1 /dev/stdout
/bin/busybox ln -sf /proc/self/fd/2 /dev/stderr
# This kernel's modules, whatever the host has under that name.
/bin/busybox mount -o bind "$modules" "/lib/modules/$release"
END

echo slb-vm >/proc/sys/kernel/hostname
ip link set lo up
export HOME=/root LANG=C.UTF-8 PATH=$SLB_TOP/build/tool:$PATH
unset modules release
cd "$directory" || exit 1

if [ "$interactive" = 1 ]; then
	# shellcheck disable=SC2154 # from .command
	[ -n "$size" ] && stty -F "$terminal" rows "${size% *}" cols "${size#* }"
	setsid -c -w "$@" <>"$terminal" >&0 2>&0
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
/bin/busybox poweroff -f
