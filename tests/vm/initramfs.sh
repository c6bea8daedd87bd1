#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# /init of the QEMU lane's initramfs: mounts the host's root read-only over virtio, a tmpfs over
# it, and goes on there with tests/vm/init.sh. Only busybox is at hand.

die() {
	/bin/busybox echo "initramfs: $*" >/dev/console
	/bin/busybox sleep 1
	/bin/busybox poweroff -f
}

/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
while read -r mod; do
	/bin/busybox insmod "/modules/$mod" || die "insmod $mod failed"
done </modules/order

read -r line </proc/cmdline
for arg in $line; do
	case $arg in
	slb.init=*) init=${arg#*=} ;;
	slb.out=*) out=${arg#*=} ;;
	esac
done

v9=trans=virtio,version=9p2000.L,msize=524288
/bin/busybox mount -t 9p -o "ro,cache=loose,$v9" host /host || die "no host file system"
/bin/busybox mount -t tmpfs -o size=75% tmpfs /cow || die "no tmpfs"
/bin/busybox mkdir /cow/upper /cow/work
/bin/busybox mount -t overlay -o lowerdir=/host,upperdir=/cow/upper,workdir=/cow/work overlay /root ||
	die "no overlay"
/bin/busybox mount -t 9p -o "rw,cache=none,$v9" out "/root$out" || die "no output directory"
/bin/busybox mount -t devtmpfs dev /root/dev
/bin/busybox umount /proc
/bin/busybox umount -l /dev
exec /bin/busybox switch_root -c /dev/hvc0 /root "$init" /dev/hvc0 "$out"
