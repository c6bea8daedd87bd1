#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What slb does, shown with real programs in a throw-away machine:
#
#   demo.sh             tells the story and exits 0 if every fact in it was true
#   demo.sh --shell     sets the same network up and leaves you there with a prompt
#   demo.sh [--shell] 6.12      on the other stock kernel
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

script=story
kernel=6.1
options=()
for arg; do
	case $arg in
	--shell) script=shell options=(--interactive) ;;
	6.1 | 6.12) kernel=$arg ;;
	*) die "usage: demo.sh [--shell] [6.1|6.12]" ;;
	esac
done
[ "$script" = story ] || [ -t 0 ] || die "a prompt needs a terminal"

echo "# building slbadm, slb.ko and slb_toa.ko for Debian's $kernel kernel"
mkdir -p build
make -s -C tool >build/demo.log 2>&1 || { cat build/demo.log >&2; die "slbadm does not build"; }
scripts/build-modules.sh --quiet "$kernel" "-j$(nproc)" >/dev/null || die "the modules do not build"

echo "# booting that kernel in QEMU, on a view of this machine's files that forgets what is written"
color=0
[ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ] && color=1
tests/vm/boot.sh --qemu "$kernel" --no-build --timeout "$([ $script = story ] && echo 900 || echo 0)" \
	"${options[@]}" -- env "SLB_DEMO_COLOR=$color" "scripts/demo/$script.sh"
rc=$?
[ "$script" = shell ] && exit 0
if [ "$rc" = 0 ]; then
	echo "# the machine is gone; that took $SECONDS seconds. Look around yourself: make demo-shell"
else
	echo "# demo: not everything was as it should be (status $rc)" >&2
fi
exit "$rc"
