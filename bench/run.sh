#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Counts the instructions that slb and its peers spend per packet, and compares them with
# bench/baseline.json. See bench/README.md.
#
#   bench/run.sh [--modes A,B] [--rows R,S] [--labs L,M] [--jobs N] [--update-baseline]
#   bench/run.sh --profile MODE:ROW[@LAB]	where the instructions go
#   bench/run.sh --misses MODE:ROW@LAB	where the misses come from, in the labs cache and lines
#   QUICK=1 bench/run.sh		the main table only
#   SCALE=1 bench/run.sh		a million connections and more, too; no end before an hour
set -u
# shellcheck source=../scripts/common.sh
. "$(dirname "$0")/../scripts/common.sh"

KERNEL=6.1
BENCH=$SLB_TOP/bench
ALL_MODES=plain,ipvs,ipvs-masq,nft,nft-flow,slb-nat,slb,slb-fast
MAIN_ROWS=udpN-to-server,udpN-to-client,tcpN-to-server,tcpN-to-client,udpN-new,tcpN-new,tcpN-life,otherN
MORE_ROWS=tcpNts-to-server,tcpNts-to-client,tcpNts-new,tcpNts-life

# What a mode may load; dependencies are added.
MODULES=(ip_vs ip_vs_wrr ip_vs_wlc nf_conntrack nf_nat nf_tables nft_chain_nat nft_nat nft_masq
	nft_numgen nft_ct nf_flow_table nf_flow_table_inet nft_flow_offload
	nf_defrag_ipv4 nf_defrag_ipv6)

# shellcheck disable=SC2054 # the kernel's own commas
CMDLINE=(console=ttyS0 quiet panic=-1 oops=panic nokaslr mitigations=off nowatchdog
	tsc=reliable clocksource=tsc random.trust_cpu=on rcupdate.rcu_expedited=1 slab_nomerge
	clearcpuid=rep_good,erms,fsrm ipv6.autoconf=0)

usage() {
	sed -n 's/^#   //p' "$0" >&2
	exit 2
}

modes=
rows=
labs=
jobs=${JOBS:-$(($(nproc) > 1 ? 2 : 1))}
profile=
what=
seed=${SEED:-1}
report=()
while [ $# -gt 0 ]; do
	case $1 in
	--modes) modes=${2-} && shift ;;
	--rows) rows=${2-} && shift ;;
	--jobs) jobs=${2-} && shift ;;
	--labs) labs=${2-} && shift ;;
	--profile) profile=${2-} what=instructions && shift ;;
	--misses) profile=${2-} what=misses && shift ;;
	--update-baseline) report+=(--update) ;;
	*) usage ;;
	esac
	shift || usage
done

# lab NAME MODES ROWS [WORD...]: a set-up of its own, whose rows are called ROW@NAME in results. Words
# for guest/init change the set-up; mem= is the guest's memory in MiB. Rows with N are run with
# IPv4 and IPv6.
declare -A lab_modes lab_rows lab_words
all_labs=()
lab() {
	local row list=

	for row in ${3//,/ }; do
		case $row in
		*N*) list=$list,${row//N/4},${row//N/6} ;;
		*) list=$list,$row ;;
		esac
	done
	all_labs+=("$1")
	lab_modes[$1]=$2
	lab_rows[$1]=${list#,}
	lab_words[$1]=${*:4}
}

main_rows=$MAIN_ROWS
[ -n "${QUICK-}" ] || main_rows=$main_rows,$MORE_ROWS
lab main "$ALL_MODES" "$main_rows"
if [ -z "${QUICK-}" ]; then
	lab expiry ipvs,ipvs-masq,nft,nft-flow,slb udpN-expiry,tcpN-expiry udp=30 tcp=30 wait=180
	lab wlc100 ipvs,slb udpN-new sched=wlc
	lab wlc1000 ipvs,slb udpN-new sched=wlc servers=1000
	lab wlc10000 slb udpN-new sched=wlc servers=10000
	lab routes plain,ipvs,ipvs-masq,nft,nft-flow,slb udpN-quiet,udpN-routes
	lab services1000 ipvs,nft,slb udp4-to-server,udp4-new services=1000
	lab services50000 ipvs,nft,slb udp4-to-server,udp4-new services=50000
	lab servers2 ipvs,nft,slb udpN-to-server,udpN-new servers=2
	lab servers10000 slb udpN-to-server,udpN-new servers=10000
	lab 1k ipvs,nft,slb udpN-random conns=1000
	lab 100k ipvs,nft,slb udpN-fill,udpN-random conns=100000
	lab walk slb udp4-fill,udp4-dump,udp4-filter,udp4-kill,tcp4-kill conns=50000
	lab cache ipvs,ipvs-masq,nft,nft-flow,slb udp4-fill,udp4-random,tcp4ts-random plugin=cache
	lab lines ipvs,ipvs-masq,nft,nft-flow,slb \
		udp4-lines-own,udp4-lines-both,tcp4ts-lines-own,tcp4ts-lines-both,udp4-lines-new \
		plugin=lines
	lab bare plain,slb otherN services=0
	lab notoa slb tcpN-life toa=off
	lab access slb udpN-new persist=300 acl=100000
	lab limits slb udpN-new persist=300 acl=100000 limits=1
	lab ranges1 slb udp4-to-server,udp4-new ranges=10
	lab ranges50000 slb udp4-to-server,udp4-new ranges=10 services=50000
	lab keepts slb tcpNts-to-server,tcpNts-to-client,tcpNts-life timestamps=keep
fi
if [ -n "${SCALE-}" ]; then
	for family in 4 6; do
		lab "1m$family" plain,ipvs,ipvs-masq,nft,nft-flow,slb \
			"udp$family-fill,udp$family-idle,udp$family-random,udp$family-refresh" \
			conns=1000000 udp=300 tcp=900
	done
	lab 10m slb udp4-fill,udp4-idle,udp4-random conns=10000000 servers=400 answer=0 udp=14400 \
		tcp=900 mem=6144
	lab walk10m slb udp4-fill,udp4-filter,udp4-dump,udp4-kill conns=10000000 servers=400 \
		answer=0 udp=14400 tcp=900 mem=6144
fi

if [ -n "$profile" ]; then
	modes=${profile%%:*}
	rows=${profile#*:}
	[ "$modes" != "$profile" ] || usage
	labs=main
	case $rows in
	*@*)
		labs=${rows#*@}
		rows=${rows%@*}
		;;
	esac
fi
[ -z "$rows" ] || [ -n "$labs" ] || labs=main
[ -n "$labs" ] || labs=$(IFS=,; echo "${all_labs[*]}")
for lab in ${labs//,/ }; do
	[ -n "${lab_modes[$lab]-}" ] || die "no lab $lab"
	[ -z "$rows" ] || lab_rows[$lab]=$rows
done

# What is run: a guest for each mode of each lab.
guests=()
for lab in ${labs//,/ }; do
	for mode in ${lab_modes[$lab]//,/ }; do
		case ,${modes:-$mode}, in
		*,"$mode",*) guests+=("$mode@$lab") ;;
		esac
	done
done
for mode in ${modes//,/ }; do
	[ -r "$BENCH/mode/$mode.sh" ] || die "no mode $mode"
done
[ ${#guests[@]} -gt 0 ] || die "nothing to run"

"$SLB_TOP/scripts/deps.sh" bench || exit 1
export PATH=$PATH:/sbin:/usr/sbin

"$SLB_TOP/scripts/fetch-kernels.sh" "$KERNEL" || exit 1
kdir=$SLB_CACHE/kernels/$KERNEL
rel=$(cat "$kdir/release")
build=$SLB_TOP/build/bench-$rel
mkdir -p "$build" || exit 1

# Mirrors bench/kmod: kernels' builds never mix.
build_generator() {
	local dir=$build/kmod file

	mkdir -p "$dir"
	for file in "$BENCH"/kmod/*; do
		ln -sf "$file" "$dir/"
	done
	"${NICE[@]}" make -s -C "$kdir/lib/modules/$rel/build" M="$dir" modules \
		>"$build/kmod.log" 2>&1 || { cat "$build/kmod.log" >&2; die "slbgen does not build"; }
}

# add ROOT PROGRAM...: copies programs with the libraries they need.
add() {
	local root=$1 program lib
	shift
	for program; do
		program=$(command -v "$program") || die "no $program"
		cp -L "$program" "$root/usr/sbin/"
		for lib in $(ldd "$program" 2>/dev/null | grep -o '/[^ ]*'); do
			mkdir -p "$root${lib%/*}"
			cp -Lu "$lib" "$root$lib"
		done
	done
}

# pack ROOT ARCHIVE: the same tree always gives the same archive.
pack() {
	find "$1" -exec touch -h -d @0 {} +
	(cd "$1" && find . | LC_ALL=C sort |
		busybox cpio -o -H newc -R 0:0 --renumber-inodes --ignore-devno 2>/dev/null) >"$2" ||
		die "cannot write $2"
}

# The peers' archive does not depend on slb, so their figures do not either.
build_initramfs() {
	local root=$build/root moddir=$build/root/lib/modules/$rel module

	rm -rf "$root"
	mkdir -p "$root"/{bin,sbin,proc,sys,dev,tmp,bench,usr/sbin} "$moddir/extra"
	cp "$(command -v busybox)" "$root/bin/busybox"
	add "$root" ip ipvsadm nft
	cp -r "$BENCH/mode" "$BENCH"/guest/{topology,walk}.sh "$root/bench/"
	install -m 755 "$BENCH/guest/init" "$root/init"
	cp "$kdir/lib/modules/$rel"/modules.{order,builtin,builtin.modinfo} "$moddir/"
	for module in "${MODULES[@]}"; do
		modprobe -d "$kdir" -S "$rel" --show-depends "$module" || die "no module $module"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r module; do
		cp "$module" "$moddir/extra/"
	done
	cp "$build/kmod/slbgen.ko" "$moddir/extra/"
	depmod -b "$root" "$rel" || die "depmod failed"
	ln -sf /bin/busybox "$root/sbin/modprobe"
	pack "$root" "$build/initramfs.cpio"
}

build_slb() {
	local root=$build/root-slb tool=$SLB_TOP/build/tool/slbadm dir

	dir=$("$SLB_TOP/scripts/build-modules.sh" --quiet "$KERNEL") || die "slb does not build"
	make -s -C "$SLB_TOP" tool >&2 || die "slbadm does not build"
	rm -rf "$root"
	mkdir -p "$root"/{bench,usr/sbin}
	cp "$dir/slb.ko" "$root/bench/slb.ko"
	modinfo -F depends "$dir/slb.ko" | tr ',' '\n' >"$root/bench/slb.depends"
	add "$root" "$tool"
	pack "$root" "$build/slb.cpio"
}

# guest MODE@LAB: boots one guest; its results are in $build/MODE@LAB.json, its console in .log.
guest() {
	local name=$1 mode=${1%@*} lab=${1#*@} initrd=$build/initramfs.cpio plugin=() words word
	local limit=1200 mem=4096 log=$build/$1 smp=1
	# shellcheck disable=SC2054 # QEMU's own commas
	local clock=(-icount shift=0,sleep=off,align=off -rtc base=2020-01-01T00:00:00,clock=vm)

	case $mode in
	slb*)
		initrd=$log.cpio
		cat "$build/initramfs.cpio" "$build/slb.cpio" >"$initrd"
		;;
	esac
	words="bench.mode=$mode bench.rows=${lab_rows[$lab]}"
	for word in ${lab_words[$lab]}; do
		case $word in
		mem=*) mem=${word#mem=} ;;
		plugin=cache)
			plugin=(-plugin "$build/model.so,model=cache,out=$log.model")
			words="$words bench.model=1"
			;;
		plugin=lines)	# -icount hangs at the second CPU
			plugin=(-plugin "$build/model.so,model=lines,out=$log.model")
			words="$words bench.model=1"
			clock=()
			smp=2
			;;
		*) words="$words bench.$word" ;;
		esac
	done
	if [ -n "$profile" ]; then
		words="$words bench.symbols=1"
		if [ "$what" = misses ]; then
			plugin[1]+=,sites=$build/profile.tsv
		else		# instead of a lab's own plugin
			plugin=(-plugin "$build/profile.so,out=$build/profile.tsv")
		fi
	fi
	[ -z "${SCALE-}" ] || limit=14400
	rm -f "$log.json" "$log.model"
	timeout "$limit" qemu-system-x86_64 -M pc -nodefaults -display none -no-reboot \
		-accel tcg,thread=single -cpu qemu64,+rdrand -smp "$smp" -m "$mem" \
		"${clock[@]}" -seed "$seed" \
		-kernel "$kdir/vmlinuz" -initrd "$initrd" -append "${CMDLINE[*]} $words" \
		-serial "file:$log.log" -serial "file:$log.json" \
		"${plugin[@]}" </dev/null >"$log.qemu" 2>&1
	[ "$initrd" != "$log.cpio" ] || rm -f "$initrd"
	grep -q '"end":"ok"' "$log.json" 2>/dev/null && return
	tail -n 20 "$log.qemu" "$log.log" | cut -c 1-200 >&2
	die "$name did not finish; see $log.log"
}

build_generator
build_initramfs
case " ${guests[*]}" in
*' slb'*) build_slb ;;
esac

# plugin NAME
plugin() {
	gcc -O2 -Wall -Wextra -shared -fPIC -o "$build/$1.so" "$BENCH/$1.c" ||
		die "the plugin $1 does not build"
}

plugin model
if [ -n "$profile" ]; then
	plugin profile
	rm -f "$build/profile.tsv"
	guest "${guests[0]}"
	exec python3 "$BENCH/profile.py" --what "$what" "$build/profile.tsv" "$build/${guests[0]}.json"
fi

failed=0
for name in "${guests[@]}"; do
	while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do
		wait -n || failed=1
	done
	say "$name"
	guest "$name" &
done
while [ "$(jobs -pr | wc -l)" -gt 0 ]; do
	wait -n || failed=1
done
[ "$failed" = 0 ] || exit 1
exec python3 "$BENCH/report.py" --build "$build" --release "$rel" --guests "${guests[*]}" \
	--baseline "$BENCH/baseline.json" "${report[@]}"
