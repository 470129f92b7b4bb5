# SPDX-License-Identifier: BSD-2-Clause
# ecdn-xdp. `make help` lists what can be made; V=1 shows the commands.

VERSION := 0.1.0
PREFIX  ?= /usr/local
BUILD   := build$(if $(filter 1,$(SAN)),/san)
UNIT_DIR := lib/systemd/system
UNITS    := ecdn-xdp.service ecdn-xdp-agent.service
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)ar
endif
ifeq ($(origin LD),default)
LD := $(CROSS_COMPILE)ld
endif
OBJCOPY    ?= $(CROSS_COMPILE)objcopy
PKG_CONFIG ?= pkg-config
CLANG      ?= clang
ifndef BPFTOOL
BPFTOOL    := $(shell bpf/bpftool.sh)
endif

LIBBPF_LEAST := 1.1
LIBS     := libbpf libelf zlib libmnl yaml-0.1 jansson libmaxminddb libssl libcrypto libsystemd \
	    ncursesw
LDLIBS   := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null) -lm
MACHINE  := $(subst -pc-,-,$(shell $(CC) -dumpmachine))

# Packagers set CPPFLAGS, CFLAGS and LDFLAGS. Unless they do, the programs are hardened as
# Debian's are, with those of the flags that the compiler knows.
knows     = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && echo $(1))
ifeq ($(SAN),1)
CFLAGS   := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	    -fno-sanitize-recover=undefined
else ifeq ($(origin CFLAGS),undefined)
CFLAGS   := -O2 -g -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	    $(call knows,-fstack-clash-protection) $(call knows,-fcf-protection)
endif
LDFLAGS  ?= -Wl,-z,relro,-z,now

INCLUDES := -Iinclude -Ibpf -Iuser -I$(BUILD)
DEFINES  := -D_GNU_SOURCE -DECDN_XDP_VERSION='"$(VERSION)"'
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat-security
COMPILE   = $(CC) $(INCLUDES) $(DEFINES) $(CPPFLAGS) -std=gnu11 -fPIE $(WARNINGS) $(CFLAGS)
LINK      = $(CC) $(CFLAGS) -pie $(LDFLAGS)
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror=implicit-function-declaration \
	    -Iinclude -Ivmlinux -I/usr/include/$(MACHINE)

BPF      := $(wildcard bpf/*.bpf.c)
SKEL     := $(BPF:bpf/%.bpf.c=$(BUILD)/%.skel.h)
USER     := $(filter-out user/main.c user/client/% user/nginx/% user/exporter/%,\
	      $(wildcard user/*.c user/*/*.c))
OBJ      := $(USER:%.c=$(BUILD)/%.o)
ARCHIVE  := $(BUILD)/user.a
HARNESS  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/run/test_%,$(wildcard tests/run/*.c)))
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
RUN      := $(patsubst tests/run/%.c,$(BUILD)/tests/run/%,$(wildcard tests/run/test_*.c))
SIM      := $(BUILD)/tests/sim/sim
SIMOBJ   := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/sim/sim_main.c,$(wildcard tests/sim/*.c)))
FAULTS   := $(BUILD)/tests/tools/faults.so
TOOLS    := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,\
	      $(filter-out tests/tools/faults.c,$(wildcard tests/tools/*.c)))
BENCH    := $(BUILD)/tests/bench/bench
ABI2     := $(BUILD)/abi2/made
BENCHOBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c)))
BENCHSKEL := $(patsubst %.bpf.c,$(BUILD)/%.skel.h,$(wildcard tests/bench/*.bpf.c))

ifeq ($(V),1)
say = @:
Q =
else
say = @printf '  %-5s %s\n'
Q = @
endif

# For targets that build, and then run what was built. BUILD_JOBS=N has N jobs build alone: those of
# make -j would also be those of the makes that tests run.
BUILDING := --no-print-directory $(addprefix -j,$(BUILD_JOBS))

.PHONY: all help tests install uninstall deps deps-tests lint demo check check-kernels bench \
	bench-against sim clean
.DELETE_ON_ERROR:

all: $(BUILD)/ecdn-xdp exporter client

include user/client/client.mk
include user/exporter/exporter.mk
include user/nginx/nginx.mk
include tests/fuzz/fuzz.mk

help:
	@echo 'make deps           install what building needs, from apt (root)'
	@echo 'make deps-tests     install that, and what the tests need besides (root)'
	@echo 'make                build $(BUILD)/ecdn-xdp and libecdn-xdp'
	@echo 'make nginx          build the nginx module (nginx-dev)'
	@echo 'make install        install into PREFIX=$(PREFIX), below DESTDIR, with systemd units'
	@echo 'make demo           show the guard at work, between hosts in network namespaces (root)'
	@echo 'make check          run all tests on this kernel (root)'
	@echo 'make check SAN=1    test units and command line under AddressSanitizer and UBSan (root)'
	@echo 'make check-kernels  run the packet tests on Linux 5.10, 6.1, 6.12 and 7.3, emulated (root)'
	@echo 'make fuzz           run parsers and the library on made-up input, FUZZ_SECONDS=10 each'
	@echo 'make sim            what learned limits find in a made-up world, SEED=1, in minutes'
	@echo 'make lint           run clang-tidy, cppcheck and shellcheck on the source'
	@echo 'make compile_commands.json  write what clangd and similar tools read'
	@echo 'make bench          measure, and print the figures side by side (root)'
	@echo 'make bench-against OLD=TREE  measure the guard beside that of another, built tree (root)'

$(ARCHIVE): $(OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/ecdn-xdp: $(BUILD)/user/main.o $(ARCHIVE)
	$(say) LD $@
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c $(SKEL)
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

# With an older libbpf the build would fail late, with errors that do not tell why.
$(BUILD)/libraries: Makefile
	@mkdir -p $(@D)
	@$(PKG_CONFIG) --print-errors --exists $(LIBS) libmicrohttpd || { echo 'libraries are missing:' \
		'make deps installs what building needs' >&2; exit 1; }
	@$(PKG_CONFIG) --atleast-version=$(LIBBPF_LEAST) libbpf || { echo 'libbpf' \
		"$$($(PKG_CONFIG) --modversion libbpf) is too old:" \
		'ecdn-xdp needs $(LIBBPF_LEAST) or later' >&2; exit 1; }
	@touch $@

$(SKEL:.skel.h=.bpf.o): $(BUILD)/%.bpf.o: bpf/%.bpf.c | $(BUILD)/libraries
	$(say) BPF $@
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -MMD -MP -c -o $@ $<

$(BENCHSKEL:.skel.h=.bpf.o): $(BUILD)/tests/bench/%.bpf.o: tests/bench/%.bpf.c
	$(say) BPF $@
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -Ibpf -MMD -MP -c -o $@ $<

$(SKEL) $(BENCHSKEL): %.skel.h: %.bpf.o
	$(say) SKEL $@
	@test -n '$(BPFTOOL)' || { echo 'no bpftool works here:' \
		'make deps installs one, or BPFTOOL=PATH names it' >&2; exit 1; }
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*)_bpf > $@

$(UNIT): %: %.o $(ARCHIVE)
	$(say) LD $@
	$(Q)$(LINK) -o $@ $(filter-out $(ARCHIVE),$^) $(ARCHIVE) $(LDLIBS) -lcmocka -lm

$(BUILD)/tests/unit/test_simulator: $(SIMOBJ)
$(BUILD)/tests/unit/test_simulator.o: INCLUDES += -Itests/sim

$(SIM): $(BUILD)/tests/sim/sim_main.o $(SIMOBJ) $(ARCHIVE)
	$(say) LD $@
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

$(RUN): %: %.o $(HARNESS) $(ARCHIVE)
	$(say) LD $@
	$(Q)$(LINK) -o $@ $^ $(LDLIBS) -lm

$(TOOLS): %: %.o $(HARNESS) $(ARCHIVE)
	$(say) LD $@
	$(Q)$(LINK) -o $@ $^ $(LDLIBS) -lm

# Programs are run with it before the C library; what checks their buffers is in the way there.
$(FAULTS): tests/tools/faults.c
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(DEFINES) $(CPPFLAGS) -std=gnu11 $(WARNINGS) -O1 -g -U_FORTIFY_SOURCE -fPIC \
		-shared -o $@ $<

$(BENCHOBJ): $(BENCHSKEL)
$(BENCHOBJ): INCLUDES += -I$(BUILD)/tests/bench

# The guard's program for the host: what is not its own stack is loaded and stored by calls,
# which tests/bench/host.c has. (clang's are not all: it copies structs by memcpy.)
BENCHHOST := $(BUILD)/tests/bench/host/guard.o
$(BENCHHOST): INCLUDES := -Itests/bench/host -Ivmlinux $(INCLUDES)
$(BENCHHOST): WARNINGS := -Wall -Wextra -Wno-unknown-pragmas
$(BENCHHOST): CFLAGS += -fsanitize=kernel-address \
	$(call knows,--param=asan-instrumentation-with-call-threshold=0 --param=asan-stack=0 \
		     --param=asan-globals=0) \
	$(call knows,-mllvm -asan-instrumentation-with-call-threshold=0 -mllvm -asan-stack=0 \
		     -mllvm -asan-globals=0)

$(BENCH): $(BENCHOBJ) $(BENCHHOST) $(BUILD)/tests/run/fixtures.o $(BUILD)/libecdn-xdp.a $(ARCHIVE)
	$(say) LD $@
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

# Made from the commands that make prints. clangd and clang-tidy read it.
compile_commands.json: FORCE
	@$(MAKE) --no-print-directory -Bnk BUILD='$(BUILD)' tests fuzz-targets 2>/dev/null | \
		tests/compile_commands.sh >$@

FORCE:

# The tests that SAN=1 runs under AddressSanitizer and UBSan, which also search for leaks. Not those
# of how much memory there is, as the sanitizer keeps what is freed; and of what system calls a
# process may make, as it makes others.
SAN_CHECKED := $(filter-out %/test_agent_memory %/test_syscalls,$(abspath $(UNIT))) $(patsubst %,tests/net/test_%.sh,cli values load load_errors \
	       protect owner node node_formats steer ping_load agent)
ifeq ($(SAN),1)
export ASAN_OPTIONS := exitcode=99
export LSAN_OPTIONS := suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS := print_stacktrace=1
endif

tests: all $(UNIT) $(SIM) $(TOOLS) $(FUZZ:=.o) $(if $(filter 1,$(SAN)),,nginx $(RUN) $(BENCH) $(ABI2) $(FAULTS))

# The version whose pins a load carries over.
$(ABI2): tests/abi2.sh
	$(say) ABI2 $(@D)
	$(Q)rm -rf $(@D) && tests/abi2.sh $(@D) && mkdir -p $(@D) && touch $@

# The nginx module is installed too where it can be built.
install: all install-client install-exporter $(if $(wildcard $(NGINX_SRC)/conf_flags),install-nginx)
	install -D -m 755 $(BUILD)/ecdn-xdp $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp
	install -D -m 644 include/ecdn-xdp-maps.h $(DESTDIR)$(PREFIX)/include/ecdn-xdp-maps.h
	install -D -m 644 include/ecdn-xdp-origin.h $(DESTDIR)$(PREFIX)/include/ecdn-xdp-origin.h
	install -D -m 644 include/ecdn-xdp-table.h $(DESTDIR)$(PREFIX)/include/ecdn-xdp-table.h
	install -D -m 644 include/ecdn-xdp-trusted.h $(DESTDIR)$(PREFIX)/include/ecdn-xdp-trusted.h
	install -D -m 644 user/ecdn-xdp.8 $(DESTDIR)$(PREFIX)/share/man/man8/ecdn-xdp.8
	install -D -m 644 user/ecdn-xdp-json.5 $(DESTDIR)$(PREFIX)/share/man/man5/ecdn-xdp-json.5
	for unit in $(UNITS); do \
		sed 's|@SBIN@|$(PREFIX)/sbin|' user/$$unit | install -D -m 644 /dev/stdin \
			$(DESTDIR)$(PREFIX)/$(UNIT_DIR)/$$unit || exit 1; \
	done

uninstall: uninstall-client uninstall-nginx uninstall-exporter
	rm -f $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp $(DESTDIR)$(PREFIX)/include/ecdn-xdp-maps.h \
	      $(DESTDIR)$(PREFIX)/include/ecdn-xdp-origin.h \
	      $(DESTDIR)$(PREFIX)/include/ecdn-xdp-table.h \
	      $(DESTDIR)$(PREFIX)/include/ecdn-xdp-trusted.h \
	      $(DESTDIR)$(PREFIX)/share/man/man8/ecdn-xdp.8 \
	      $(DESTDIR)$(PREFIX)/share/man/man5/ecdn-xdp-json.5 \
	      $(UNITS:%=$(DESTDIR)$(PREFIX)/$(UNIT_DIR)/%)

deps:
	@tests/deps.sh

deps-tests:
	@tests/deps.sh tests

lint: deps-tests
	@$(MAKE) $(BUILDING) tests
	@$(MAKE) --no-print-directory compile_commands.json
	@tests/lint.sh

demo: deps-tests
	@$(MAKE) $(BUILDING) tests
	@tests/demo.sh

check: deps-tests
	@$(MAKE) $(BUILDING) tests
	@BUILD='$(abspath $(BUILD))' tests/check.sh $(if $(filter 1,$(SAN)),$(SAN_CHECKED))

sim: $(SIM)
	@$(SIM) $(SEED)

check-kernels: deps-tests
	@$(MAKE) $(BUILDING) tests
	@tests/kernels/check.sh

bench: deps-tests
	@$(MAKE) $(BUILDING) tests
	@tests/bench/bench.sh

# STEP=live compares what bench.sh has of that name.
bench-against: deps-tests
	@$(MAKE) $(BUILDING) tests
	@tests/bench/against.sh '$(OLD)' $(STEP)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
