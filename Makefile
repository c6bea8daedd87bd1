# SPDX-License-Identifier: GPL-2.0-only
# slb: `make help` says what there is to make.

PREFIX	?= /usr/local
DESTDIR	?=
KVER	?=
# Empty when unset, so that scripts see the same thing either way.
KDIR	?=
SELFTEST ?= 0
export KDIR SELFTEST

VERSION	:= $(shell scripts/version.sh)
# The kernels that dkms-install builds for.
DKMS_KVER ?= $(or $(KVER),$(shell uname -r))

all: modules tool

help:
	@echo 'Build'
	@echo '  all (default)   both modules and the tool'
	@echo '  modules         slb.ko and slb_toa.ko in build/RELEASE/'
	@echo '                  KVER=RELEASE|6.1|6.12|uml or KDIR=DIRECTORY chooses the kernel;'
	@echo '                  default: the running one, else the newest with headers installed'
	@echo '                  MODULES=slb or MODULES=slb_toa builds just the one'
	@echo '                  SELFTEST=1 builds the self tests in, C=2 W=1 V=1 as in the kernel'
	@echo '  tool            slbadm and slbd in build/tool/'
	@echo '  generate        the files made from include/*.yaml, which are committed'
	@echo 'Install'
	@echo '  install         modules, tool, completion, manual pages and headers'
	@echo '                  DESTDIR, PREFIX and INSTALL_MOD_PATH are honoured'
	@echo '  install-modules, install-tool, install-headers   one of them'
	@echo '  dkms-install    the modules under DKMS, for KVER or the running kernel'
	@echo '  dkms-remove     and out of it'
	@echo '  deb             Debian packages slbadm, slbd and slb-dkms in build/deb/'
	@echo 'See'
	@echo '  demo            real servers behind slb in a throw-away machine'
	@echo '  demo-shell      the same, and leaves you there with a prompt'
	@echo '  bench           instructions per packet, against what the kernel has already;'
	@echo '                  QUICK=1 for the main table only, SCALE=1 for millions of connections, too'
	@echo 'Test'
	@echo '  check           everything below; ends in "N passed, N failed"'
	@echo '  check-smp       races between CPUs, apart from check: takes hours. SLB_SMP_MINUTES=10 for each'
	@echo '                  test; VARIANT=kasan or kcsan for one kernel, which is built when missing'
	@echo '  check-deb       the packages are built, and right; apart from check'
	@echo '  style           the gates: scripts/style.sh [GATE]... for one'
	@echo '  uml             tests in the sanitizer kernel; T="net/00_load.sh ..." chooses'
	@echo '  time            the same kernel with a clock that skips idle hours'
	@echo '  qemu            tests on stock 6.1 and 6.12; qemu-6.1 and qemu-6.12 for one'
	@echo '  unit cli net pkt slbd toa stress fuzz    one kind of tests, in the lanes it has'
	@echo '  deps            install what the tests need (as root), or say what is missing'
	@echo '  clean           remove build/ (kernels are kept in $${SLB_CACHE:-~/.cache/slb})'

# C=, W= and V= reach the kernel's make only from its command line.
kbuild-args := $(foreach v,C W V,$(if $(filter command line,$(origin $(v))),$(v)=$($(v))))

modules:
	@+scripts/build-modules.sh "$(KVER)" $(kbuild-args)

module: modules

tool:
	@+$(MAKE) --no-print-directory -C tool

generate:
	include/slb-gen.py

install: install-modules install-tool install-headers

install-modules:
	@+scripts/build-modules.sh --install "$(DESTDIR)$(INSTALL_MOD_PATH)" "$(KVER)" $(kbuild-args)

install-tool: tool
	@+$(MAKE) --no-print-directory -C tool install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

install-headers:
	install -d "$(DESTDIR)$(PREFIX)/include/linux"
	install -m 644 include/uapi/linux/slb.h include/uapi/linux/slb_toa.h "$(DESTDIR)$(PREFIX)/include/linux/"

dkms-install:
	scripts/dkms.sh install "$(VERSION)" $(DKMS_KVER)

dkms-remove:
	scripts/dkms.sh remove "$(VERSION)"

deb:
	@scripts/build-deb.sh

check-deb:
	@scripts/build-deb.sh --check

demo demo-shell:
	@scripts/deps.sh demo
	@scripts/demo.sh $(if $(filter demo-shell,$@),--shell)

bench:
	@scripts/deps.sh bench
	@bench/run.sh

check:
	@scripts/check.sh

check-smp:
	@scripts/deps.sh tests
	@scripts/check-smp.sh $(VARIANT)

style:
	@scripts/deps.sh style
	@scripts/style.sh

deps:
	@scripts/deps.sh build tests style

tests := uml time qemu qemu-6.1 qemu-6.12 unit cli net pkt slbd toa stress fuzz
$(tests):
	@scripts/deps.sh tests
	@+$(MAKE) --no-print-directory -C tests $@

clean:
	rm -rf build

.PHONY: all help modules module tool generate install install-modules install-tool install-headers \
	dkms-install dkms-remove deb check-deb demo demo-shell bench check check-smp style deps clean $(tests)
