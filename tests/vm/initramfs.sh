#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# /init of the QEMU lane's initramfs: mounts the host's root read-only over virtio, a tmpfs over
# it, and goes on there with tests/vm/init.sh. Only busybox is at hand.

die() {
	busybox echo "initramfs: $*" >/dev/console
	busybox sleep 1
	busybox poweroff -f
}

busybox mount -t proc proc /proc
busybox mount -t devtmpfs dev /dev
while read -r mod; do
	busybox insmod "/modules/$mod" || die "insmod $mod failed"
done </modules/order

for arg in $(busybox cat /proc/cmdline); do
	case $arg in
	slb.init=*) init=${arg#*=} ;;
	slb.out=*) out=${arg#*=} ;;
	esac
done

v9=trans=virtio,version=9p2000.L,msize=524288
busybox mount -t 9p -o "ro,cache=loose,$v9" host /host || die "no host file system"
busybox mount -t tmpfs -o size=75% tmpfs /cow || die "no tmpfs"
busybox mkdir /cow/upper /cow/work
busybox mount -t overlay -o lowerdir=/host,upperdir=/cow/upper,workdir=/cow/work overlay /root ||
	die "no overlay"
busybox mount -t 9p -o "rw,cache=none,$v9" out "/root$out" || die "no output directory"
busybox mount -t devtmpfs dev /root/dev
busybox umount /proc
busybox umount -l /dev
exec busybox switch_root -c /dev/hvc0 /root "$init" /dev/hvc0 "$out"
