#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# First process of the UML lane: the root is the host's, read-only; lays a tmpfs over it and goes
# on there with tests/vm/init.sh. The host's directories /mnt and /proc serve as mount points.

PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -n -t proc proc /proc
for arg in $(cat /proc/cmdline); do
	case $arg in
	slb.init=*) init=${arg#*=} ;;
	slb.out=*) out=${arg#*=} ;;
	esac
done

mount -n -t tmpfs -o size=75% tmpfs /mnt &&
	mkdir /mnt/upper /mnt/work /mnt/root &&
	mount -n -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root &&
	mount -n -t hostfs -o "$out" none "/mnt/root$out" &&
	mount -n -t devtmpfs dev /mnt/root/dev || exit 1
umount -n /proc
cd /mnt/root && pivot_root . mnt && umount -n -l /mnt || exit 1
exec "$init" /dev/tty0 "$out"
