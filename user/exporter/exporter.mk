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

install-exporter: $(EXPORTER)
	install -D -m 755 $(EXPORTER) $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp-metrics

uninstall-exporter:
	rm -f $(DESTDIR)$(PREFIX)/sbin/ecdn-xdp-metrics
