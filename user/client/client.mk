# SPDX-License-Identifier: BSD-2-Clause
# libecdn-xdp, which is made from include/ and user/client/ only, and needs only libc.

CLIENT_SONAME := libecdn-xdp.so.0
CLIENT_LIB    := $(BUILD)/libecdn-xdp.so.$(VERSION)
CLIENT_LINKS  := $(BUILD)/$(CLIENT_SONAME) $(BUILD)/libecdn-xdp.so
CLIENT_OBJ    := $(patsubst user/client/%.c,$(BUILD)/client/%.o,$(wildcard user/client/*.c))
CLIENT_MAP    := user/client/libecdn-xdp.map
CLIENT_FILES  := $(BUILD)/libecdn-xdp.a $(CLIENT_LIB) $(CLIENT_LINKS) $(BUILD)/libecdn-xdp.pc
LIBDIR        ?= $(PREFIX)/lib

# The tests that call the library, as a proxy does.
CLIENT_TESTS  := $(filter $(BUILD)/tests/tools/client%,$(TOOLS)) \
		 $(filter $(BUILD)/tests/run/test_client%,$(RUN))

.PHONY: client install-client uninstall-client

client: $(CLIENT_FILES)

# Compiled without link-time optimization: `ld -r`, which joins these objects into one,
# does not support it. The shared library has the same objects.
$(CLIENT_OBJ): INCLUDES := -Iinclude
$(CLIENT_OBJ): $(BUILD)/client/%.o: user/client/%.c
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -fPIC -fvisibility=hidden -fno-lto -MMD -MP -c -o $@ $<

# One object, so that names inside the library cannot clash with those of the proxy.
$(BUILD)/client/libecdn-xdp.o: $(CLIENT_OBJ)
	$(say) LD $@
	$(Q)$(LD) -r -o $@ $^ && $(OBJCOPY) --localize-hidden $@

$(BUILD)/libecdn-xdp.a: $(BUILD)/client/libecdn-xdp.o
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(CLIENT_LIB): $(CLIENT_OBJ) $(CLIENT_MAP)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(CLIENT_SONAME) -Wl,-z,defs \
		-Wl,--version-script=$(CLIENT_MAP) -o $@ $(CLIENT_OBJ)

$(CLIENT_LINKS): $(CLIENT_LIB)
	$(Q)ln -sf $(<F) $@

# It names the paths of the installed files; `make install` writes it again.
$(BUILD)/libecdn-xdp.pc: user/client/libecdn-xdp.pc.in
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		$< > $@

$(CLIENT_TESTS): $(BUILD)/libecdn-xdp.a

install-client: client
	install -D -m 644 include/ecdn-xdp.h $(DESTDIR)$(PREFIX)/include/ecdn-xdp.h
	install -D -m 644 $(BUILD)/libecdn-xdp.a $(DESTDIR)$(LIBDIR)/libecdn-xdp.a
	install -D -m 755 $(CLIENT_LIB) $(DESTDIR)$(LIBDIR)/$(notdir $(CLIENT_LIB))
	ln -sf $(notdir $(CLIENT_LIB)) $(DESTDIR)$(LIBDIR)/$(CLIENT_SONAME)
	ln -sf $(CLIENT_SONAME) $(DESTDIR)$(LIBDIR)/libecdn-xdp.so
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		user/client/libecdn-xdp.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/libecdn-xdp.pc
	install -D -m 644 user/client/libecdn-xdp.3 $(DESTDIR)$(PREFIX)/share/man/man3/libecdn-xdp.3

uninstall-client:
	rm -f $(DESTDIR)$(PREFIX)/include/ecdn-xdp.h $(DESTDIR)$(LIBDIR)/libecdn-xdp.a \
	      $(DESTDIR)$(LIBDIR)/$(notdir $(CLIENT_LIB)) $(DESTDIR)$(LIBDIR)/$(CLIENT_SONAME) \
	      $(DESTDIR)$(LIBDIR)/libecdn-xdp.so $(DESTDIR)$(LIBDIR)/pkgconfig/libecdn-xdp.pc \
	      $(DESTDIR)$(PREFIX)/share/man/man3/libecdn-xdp.3
