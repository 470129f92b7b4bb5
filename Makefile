# SPDX-License-Identifier: BSD-2-Clause
# ecdn-xdp. `make help` lists what can be made; V=1 shows the commands.

VERSION := 0.1.0
PREFIX  ?= /usr/local
BUILD   := build
UNIT_DIR := lib/systemd/system
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG   ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)

LIBS     := libbpf libelf libmnl yaml-0.1 jansson libmaxminddb
CPPFLAGS := -Iinclude -Ibpf -Iuser -I$(BUILD) -D_GNU_SOURCE -DECDN_XDP_VERSION='"$(VERSION)"'
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes
LDLIBS    = $(shell pkg-config --libs $(LIBS))
BPFFLAGS  = -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Iinclude -Ivmlinux \
	    -I/usr/include/$(subst -pc-,-,$(shell $(CC) -dumpmachine))

BPF      := $(wildcard bpf/*.bpf.c)
SKEL     := $(BPF:bpf/%.bpf.c=$(BUILD)/%.skel.h)
USER     := $(filter-out user/main.c user/client/% user/nginx/%,$(wildcard user/*.c user/*/*.c))
OBJ      := $(USER:%.c=$(BUILD)/%.o)
ARCHIVE  := $(BUILD)/user.a
HARNESS  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/run/test_%,$(wildcard tests/run/*.c)))
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
RUN      := $(patsubst tests/run/%.c,$(BUILD)/tests/run/%,$(wildcard tests/run/test_*.c))
TOOLS    := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))
BENCH    := $(BUILD)/tests/bench/bench
BENCHOBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c)))
BENCHSKEL := $(patsubst %.bpf.c,$(BUILD)/%.skel.h,$(wildcard tests/bench/*.bpf.c))

ifeq ($(V),1)
say = @:
Q =
else
say = @printf '  %-5s %s\n'
Q = @
endif

.PHONY: all help tests install uninstall deps demo check check-kernels bench clean
.DELETE_ON_ERROR:

all: $(BUILD)/ecdn-xdp client

include user/client/client.mk
include user/nginx/nginx.mk

help:
	@echo 'make                build $(BUILD)/ecdn-xdp and libecdn-xdp'
	@echo 'make nginx          build the nginx module (nginx-dev)'
	@echo 'make install        into PREFIX=$(PREFIX), below DESTDIR; with a systemd unit'
	@echo 'make demo           show the guard at work, between hosts in network namespaces (root)'
	@echo 'make check          all tests on this kernel (root)'
	@echo 'make check-kernels  the packet tests on Linux 5.10, 6.1, 6.12 and 7.3, emulated (root)'
	@echo 'make bench          figures, side by side (root)'

$(ARCHIVE): $(OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/ecdn-xdp: $(BUILD)/user/main.o $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c $(SKEL)
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(SKEL:.skel.h=.bpf.o): $(BUILD)/%.bpf.o: bpf/%.bpf.c
	$(say) BPF $@
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -MMD -MP -c -o $@ $<

$(BENCHSKEL:.skel.h=.bpf.o): $(BUILD)/tests/bench/%.bpf.o: tests/bench/%.bpf.c
	$(say) BPF $@
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -Ibpf -MMD -MP -c -o $@ $<

$(SKEL) $(BENCHSKEL): %.skel.h: %.bpf.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*)_bpf > $@

$(UNIT): %: %.o $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka -lm

$(RUN): %: %.o $(HARNESS) $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lm

$(TOOLS): %: %.o $(HARNESS) $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lm

$(BENCHOBJ): $(BENCHSKEL)
$(BENCHOBJ): CPPFLAGS += -I$(BUILD)/tests/bench
$(BENCH): $(BENCHOBJ) $(BUILD)/tests/run/fixtures.o $(BUILD)/libecdn-xdp.a $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

tests: all nginx $(UNIT) $(RUN) $(TOOLS) $(BENCH)

# The module where it can be built.
install: all install-client $(if $(wildcard $(NGINX_SRC)/conf_flags),install-nginx)
	install -D -m 755 $(BUILD)/ecdn-xdp $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp
	install -D -m 644 include/ecdn-xdp-maps.h $(DESTDIR)$(PREFIX)/include/ecdn-xdp-maps.h
	install -D -m 644 include/ecdn-xdp-table.h $(DESTDIR)$(PREFIX)/include/ecdn-xdp-table.h
	install -D -m 644 user/ecdn-xdp.8 $(DESTDIR)$(PREFIX)/share/man/man8/ecdn-xdp.8
	sed 's|@SBIN@|$(PREFIX)/sbin|' user/ecdn-xdp.service >$(BUILD)/ecdn-xdp.service
	install -D -m 644 $(BUILD)/ecdn-xdp.service $(DESTDIR)$(PREFIX)/$(UNIT_DIR)/ecdn-xdp.service

uninstall: uninstall-client uninstall-nginx
	rm -f $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp $(DESTDIR)$(PREFIX)/include/ecdn-xdp-maps.h \
	      $(DESTDIR)$(PREFIX)/include/ecdn-xdp-table.h \
	      $(DESTDIR)$(PREFIX)/share/man/man8/ecdn-xdp.8 \
	      $(DESTDIR)$(PREFIX)/$(UNIT_DIR)/ecdn-xdp.service

deps:
	tests/deps.sh

demo: deps
	@$(MAKE) --no-print-directory tests
	@tests/demo.sh

check: deps
	@$(MAKE) --no-print-directory tests
	@tests/check.sh

check-kernels: deps
	@$(MAKE) --no-print-directory tests
	@tests/kernels/check.sh

bench: deps
	@$(MAKE) --no-print-directory tests
	@tests/bench/bench.sh

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
