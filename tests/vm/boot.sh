#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots a throw-away machine on a copy-on-write view of this host's file system, runs a command
# there as root in the current directory and passes its exit status on. Nothing it does to files
# reaches the host, except below $SLB_OUT.
set -u
. "$(dirname "$0")/../../scripts/common.sh"

usage() {
	cat <<'END'
usage: boot.sh LANE [OPTION]... [--] [COMMAND [ARG]...]

lanes:
  --uml             the sanitizer kernel, as a user-mode-linux process; one CPU
  --time            the same with a clock that skips the time in which nothing happens
  --qemu 6.1|6.12   Debian's stock kernel in QEMU
  --smp-kernel kasan|kcsan    a kernel that looks for races between CPUs, in QEMU

options:
  --smp N           virtual CPUs (QEMU; default 2)
  --tcg MODE        QEMU's emulation: single, the CPUs take turns, or multi, each has a thread of
                    its own; default single, but multi with --smp-kernel
  --mem SIZE        memory (default 2G; UML and --smp-kernel 3G)
  --timeout S       seconds until the machine is killed (default 1500; none if interactive)
  --append ARGS     more kernel parameters
  --qemu-arg ARG    one more argument for QEMU; may be repeated
  --out DIR         keep the machine's output directory as DIR
  --no-build        take the modules as they are in build/
  --interactive     give COMMAND (default: a shell) the terminal

COMMAND finds in its environment
  SLB_LANE             uml, time, qemu-6.1, qemu-6.12, smp-kasan or smp-kcsan
  SLB_BUILD            directory with this kernel's slb.ko and slb_toa.ko
  SLB_BUILD_SELFTEST   the same with the self tests in, if built (make SELFTEST=1 ...)
  SLB_OUT              a directory shared with the host
Exit status: COMMAND's; 124 at the timeout, 125 if the kernel died, 2 for usage.
END
}

lane=
smp=2
tcg=single
warn=panic_on_warn=1
mem=
timeout=
append=
out=
build=1
interactive=0
qemu_args=()
while [ $# -gt 0 ]; do
	case $1 in
	--uml) lane=uml kernel=uml ;;
	--time) lane=time kernel=uml ;;
	--qemu)
		kernel=${2-} lane=qemu-$kernel && shift
		[ "$kernel" = 6.1 ] || [ "$kernel" = 6.12 ] || { usage >&2; exit 2; }
		;;
	--smp-kernel)
		kernel=smp-${2-} lane=$kernel tcg=multi && shift
		[ "$kernel" = smp-kasan ] || [ "$kernel" = smp-kcsan ] || { usage >&2; exit 2; }
		;;
	--smp) smp=$2 && shift ;;
	--tcg) tcg=$2 && shift ;;
	--mem) mem=$2 && shift ;;
	--timeout) timeout=$2 && shift ;;
	--append) append=$2 && shift ;;
	--qemu-arg) qemu_args+=("$2") && shift ;;
	--out) out=$2 && shift ;;
	--no-build) build=0 ;;
	--interactive) interactive=1 ;;
	-h | --help) usage && exit ;;
	--) shift && break ;;
	-*) usage >&2 && exit 2 ;;
	*) break ;;
	esac
	shift
done
[ -n "$lane" ] || { usage >&2; exit 2; }
[ $# -gt 0 ] || { [ "$interactive" = 1 ] && set -- bash -i; }
[ $# -gt 0 ] || { usage >&2; exit 2; }
command -v busybox >/dev/null || die "busybox is missing: run scripts/deps.sh"

# Where the kernel is, and its modules. Module directories look alike in both lanes.
case $lane in
uml | time)
	root=$("$SLB_TOP/scripts/build-uml.sh") || exit 1
	mem=${mem:-3G}
	;;
smp-*)
	root=$("$SLB_TOP/scripts/build-smp.sh" "${lane#smp-}") || exit 1
	mem=${mem:-3G}
	command -v qemu-system-x86_64 >/dev/null || die "qemu is missing: run scripts/deps.sh"
	# A race that KCSAN reports has done nothing yet: there may be more. It watches one in 150
	# accesses or so, and for long: emulation is slow.
	[ "$lane" = smp-kcsan ] && warn="kcsan.skip_watch=300 \
kcsan.udelay_interrupt=200 kcsan.udelay_task=500"
	# Busy CPUs would make those who wait for RCU wait long.
	append="rcupdate.rcu_expedited=1 $append"
	;;
*)
	"$SLB_TOP/scripts/fetch-kernels.sh" "$kernel" || exit 1
	root=$SLB_CACHE/kernels/$kernel
	mem=${mem:-2G}
	command -v qemu-system-x86_64 >/dev/null || die "qemu is missing: run scripts/deps.sh"
	;;
esac
release=$(cat "$root/release") || exit 1
slb_build=$SLB_TOP/build/$release
if [ "$build" = 1 ]; then
	slb_build=$(KDIR='' SELFTEST=0 "$SLB_TOP/scripts/build-modules.sh" --quiet "$kernel") || die "the modules do not build"
fi

# The output directory is the one place where the machine writes to the host.
keep=1
if [ -z "$out" ]; then
	keep=0
	mkdir -p "$SLB_TOP/build/vm"
	out=$(mktemp -d "$SLB_TOP/build/vm/$lane.XXXXXX") || exit 1
fi
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
rm -f "$out/.status"
case $SLB_TOP$out in
*[[:space:]]*) die "a path with white space does not go through a kernel command line" ;;
esac

# What the guest's init reads: the environment, and the command word by word.
{
	printf '%s=%q\n' modules "$root/lib/modules/$release" release "$release" interactive "$interactive" \
		directory "$PWD"
	printf 'export %s=%q\n' SLB_LANE "$lane" SLB_BUILD "$slb_build" SLB_BUILD_SELFTEST "$slb_build-selftest" \
		SLB_OUT "$out" SLB_TOP "$SLB_TOP" TERM "${TERM:-dumb}"
	[ "$interactive" = 1 ] && echo "size='$(stty size 2>/dev/null)'"
	printf 'set --'
	printf ' %q' "$@"
	echo
} >"$out/.command"

# initramfs: loads what it takes to reach the host's files.
# Its content does not depend on the run, so it is cached by what it is made from.
initramfs() {
	local init=$SLB_TOP/tests/vm/initramfs.sh img tmp mod path

	img=$root/initramfs-$(cat "$init" "$0" "$root/stamp" "$(command -v busybox)" | sha256sum | cut -c 1-12)
	echo "$img"
	[ -s "$img" ] && return
	tmp=$(mktemp -d)
	mkdir -p "$tmp"/{bin,dev,proc,modules,host,cow,root}
	cp "$(command -v busybox)" "$tmp/bin/busybox"
	install -m 755 "$init" "$tmp/init"
	for mod in virtio_pci virtio_console virtio_rng 9pnet_virtio 9p overlay; do
		modprobe -d "$root" -S "$release" --show-depends "$mod"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tmp/list" || return 1
	while read -r path; do
		mod=$(basename "$path")
		case $path in
		*.xz) mod=${mod%.xz} && xz -dc "$path" >"$tmp/modules/$mod" ;;
		*.zst) mod=${mod%.zst} && zstd -qdc "$path" >"$tmp/modules/$mod" ;;
		*) cp "$path" "$tmp/modules/$mod" ;;
		esac
		echo "$mod"
	done <"$tmp/list" >"$tmp/modules/order"
	rm -f "$tmp/list" "$root"/initramfs-*
	(cd "$tmp" && find . | busybox cpio -o -H newc 2>/dev/null) >"$img.$$" && mv "$img.$$" "$img"
	rm -rf "$tmp"
}

# KVM may open and yet hang where the CPU cannot do it: believe the CPU's flags only. With more
# than one TCG thread QEMU 7.2 runs stale code after the kernel has patched its own text, which
# stock kernels do all the time and those of --smp-kernel do only when slb_toa is loaded. Taking
# turns, a CPU has 100 ms or until it idles or spins, and two are hardly ever inside the same lines.
accel() {
	if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
		accel=(-accel kvm -cpu host)
	else
		# shellcheck disable=SC2054 # QEMU's commas
		accel=(-accel "tcg,thread=$tcg" -cpu max,la57=off)
	fi
}

qemu_command() {
	local img console=file,path=$out/.output

	img=$(initramfs) || die "cannot make the initramfs"
	[ "$interactive" = 1 ] && console=stdio,signal=off
	accel
	# shellcheck disable=SC2054
	vm=(qemu-system-x86_64 "${accel[@]}" -machine q35,usb=off,vmport=off -smp "$smp" -m "$mem"
		-nodefaults -no-user-config -display none -no-reboot -nic none
		-serial "file:$out/console.log"
		-device virtio-rng-pci
		-device virtio-serial-pci -chardev "$console,id=con" -device virtconsole,chardev=con
		-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap
		-virtfs "local,path=$out,mount_tag=out,security_model=none"
		"${qemu_args[@]}"
		-kernel "$root/vmlinuz" -initrd "$img"
		-append "console=ttyS0 panic=-1 oops=panic $warn mitigations=off nowatchdog \
rcupdate.rcu_cpu_stall_timeout=120 tsc=reliable no_timer_check random.trust_cpu=on net.ifnames=0 \
slb.init=$SLB_TOP/tests/vm/init.sh slb.out=$out $append")
}

uml_command() {
	local con=null,fd:4

	[ "$interactive" = 1 ] && con=fd:5,fd:4
	vm=("$root/linux" "mem=$mem" "umid=slb" "uml_dir=$out/.uml"
		root=/dev/root rootfstype=hostfs rootflags=/ ro "init=$SLB_TOP/tests/vm/uml-init.sh"
		"con0=$con" con=null "ssl0=null,fd:3" ssl=null console=ttyS0
		panic_on_warn=1 rng_core.default_quality=1000 kmemleak=on
		"slb.init=$SLB_TOP/tests/vm/init.sh" "slb.out=$out")
	# shellcheck disable=SC2206 # words
	vm+=($append)
}

pid=
cleanup() {
	if [ -n "$pid" ]; then
		kill -TERM "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		kill -KILL -- "-$pid" 2>/dev/null
	fi
	[ "$interactive" = 1 ] && stty sane 2>/dev/null
	rm -rf "$out/.uml" "$out/.command"
	[ "$keep" = 0 ] && rm -rf "$out"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

: >"$out/.output"
: >"$out/console.log"
case $lane in
uml) uml_command ;;
time) append="time-travel $append" && uml_command ;;
*) qemu_command ;;
esac

exec 3>>"$out/console.log"
if [ "$interactive" = 1 ]; then
	exec 6<&0
	stty raw -echo 2>/dev/null
	timeout --foreground -k 5 "${timeout:-0}" "${vm[@]}" 4>&1 5<&6 2>&3 <&6 &
	pid=$!
	wait "$pid"
	rc=$?
	pid=
else
	# In a process group of its own, so that all of UML's processes can be killed.
	timeout -k 5 "${timeout:-1500}" "${vm[@]}" 4>>"$out/.output" >&3 2>&3 </dev/null &
	pid=$!
	tail -q -n +1 -f -s 0.2 --pid="$pid" "$out/.output" &
	tail=$!
	wait "$pid"
	rc=$?
	wait "$tail"
	kill -KILL -- "-$pid" 2>/dev/null
	pid=
fi

# The status file says that the guest came to its end; QEMU's own status says little.
if [ -s "$out/.status" ]; then
	rc=$(cat "$out/.status")
elif [ "$rc" = 124 ] || [ "$rc" = 137 ]; then
	rc=124
	echo "# boot.sh: $lane: killed after ${timeout:-1500} s" >&2
else
	rc=125
	echo "# boot.sh: $lane: the kernel died; its last words:" >&2
	tr -d '\r' <"$out/console.log" | tail -n 80 | sed 's/^/# /' >&2
fi
exit "$rc"
