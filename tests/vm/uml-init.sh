#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# First process of the UML lane: the root is the host's, read-only; lays a tmpfs over it and goes
# on there with tests/vm/init.sh. The host's directories /mnt and /proc serve as mount points.
# Full path: without /proc, "busybox APPLET" inside its shell misreads the applet's options. A static
# program, because it starts much faster in UML.

/bin/busybox mount -t proc proc /proc
read -r line </proc/cmdline
for arg in $line; do
	case $arg in
	slb.init=*) init=${arg#*=} ;;
	slb.out=*) out=${arg#*=} ;;
	esac
done

/bin/busybox mount -t tmpfs -o size=75% tmpfs /mnt &&
	/bin/busybox mkdir /mnt/upper /mnt/work /mnt/root &&
	/bin/busybox mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root &&
	/bin/busybox mount -t hostfs -o "$out" none "/mnt/root$out" &&
	/bin/busybox mount -t devtmpfs dev /mnt/root/dev || exit 1
/bin/busybox umount /proc
cd /mnt/root && /bin/busybox pivot_root . mnt && /bin/busybox umount -l /mnt || exit 1
exec "$init" /dev/tty0 "$out"
