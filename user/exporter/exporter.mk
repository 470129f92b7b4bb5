# SPDX-License-Identifier: BSD-2-Clause
# exporter.mk - ecdn-xdp-metrics, which serves the agent's metrics over HTTP. libmicrohttpd is
# linked to it alone: it would double the time in which ecdn-xdp starts.

EXPORTER     := $(BUILD)/ecdn-xdp-metrics
EXPORTER_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard user/exporter/*.c))
EXPORTER_LIBS = $(shell $(PKG_CONFIG) --libs libmicrohttpd zlib)

$(EXPORTER_OBJ): INCLUDES += -Iuser/exporter

$(EXPORTER): $(EXPORTER_OBJ) $(ARCHIVE)
	$(say) LD $@
	$(Q)$(LINK) -o $@ $^ $(EXPORTER_LIBS)

.PHONY: exporter install-exporter uninstall-exporter
exporter: $(EXPORTER)

PROMETHEUS := $(notdir $(wildcard user/prometheus/*))

install-exporter: $(EXPORTER)
	install -D -m 755 $(EXPORTER) $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp-metrics
	install -d $(DESTDIR)$(PREFIX)/share/ecdn-xdp
	install -m 644 $(PROMETHEUS:%=user/prometheus/%) $(DESTDIR)$(PREFIX)/share/ecdn-xdp

uninstall-exporter:
	rm -f $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp-metrics \
	      $(PROMETHEUS:%=$(DESTDIR)$(PREFIX)/share/ecdn-xdp/%)
	rmdir $(DESTDIR)$(PREFIX)/share/ecdn-xdp 2>/dev/null || true
