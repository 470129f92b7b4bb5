# SPDX-License-Identifier: BSD-2-Clause
# The nginx module, for Debian's nginx: the package nginx-dev has nginx's headers, and the
# flags with which a module fits it. nginx's configure works in the directory in which it is
# called, so it gets a tree of links.

NGINX_SRC   := /usr/share/nginx/src
NGINX_TREE  := $(BUILD)/nginx/tree
NGINX_MODULE := $(BUILD)/nginx/ngx_http_ecdn_xdp_module.so
NGINX_CFLAGS ?= -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
NGINX_LDFLAGS ?= -Wl,-z,relro -Wl,-z,now
NGINX_FILES := $(wildcard user/nginx/*.c user/nginx/*.h) include/ecdn-xdp.h
NGINX_MODULES_DIR := $(DESTDIR)/usr/lib/nginx/modules
NGINX_CONF_DIR := $(DESTDIR)/usr/share/nginx/modules-available

.PHONY: nginx install-nginx uninstall-nginx

nginx: $(NGINX_MODULE)

# A module fits only the nginx for which it was configured. The files of a package have the
# date of the package; dpkg's list of them has the date of the installation.
$(NGINX_TREE)/objs/Makefile: user/nginx/config user/nginx/nginx.mk \
			     $(wildcard /var/lib/dpkg/info/nginx-dev.list)
	$(say) CONF $@
	@test -f $(NGINX_SRC)/conf_flags || { echo 'the nginx module needs nginx-dev:' \
		'apt-get install nginx-dev' >&2; exit 1; }
	$(Q)rm -rf $(NGINX_TREE) && mkdir -p $(NGINX_TREE)
	$(Q)ln -s $(NGINX_SRC)/auto $(NGINX_SRC)/configure $(NGINX_SRC)/src $(NGINX_TREE)
	$(Q)cd $(NGINX_TREE) && export ECDN_XDP_INCS='$(abspath include)' \
		ECDN_XDP_LIBS='$(abspath $(BUILD)/libecdn-xdp.a) -Wl,--exclude-libs,ALL' && \
	bash -c '. $(NGINX_SRC)/conf_flags && exec ./configure "$${NGX_CONF_FLAGS[@]}" \
		--with-cc="$(CC)" --with-cc-opt="$(NGINX_CFLAGS)" --with-ld-opt="$(NGINX_LDFLAGS)" \
		--add-dynamic-module="$(abspath user/nginx)"' >configure.log || \
		{ tail -n 20 configure.log >&2; exit 1; }

# nginx's own Makefile does not know the library, so the module is linked every time.
$(NGINX_MODULE): $(NGINX_TREE)/objs/Makefile $(NGINX_FILES) $(BUILD)/libecdn-xdp.a
	$(say) NGINX $@
	$(Q)rm -f $(NGINX_TREE)/objs/$(@F)
	$(Q)$(MAKE) --no-print-directory -s -C $(NGINX_TREE) -f objs/Makefile modules
	$(Q)cp $(NGINX_TREE)/objs/$(@F) $@

# Installed as Debian's modules are, which a link in modules-enabled enables.
install-nginx: $(NGINX_MODULE)
	install -D -m 644 $(NGINX_MODULE) $(NGINX_MODULES_DIR)/$(notdir $(NGINX_MODULE))
	install -D -m 644 user/nginx/mod-http-ecdn-xdp.conf \
		$(NGINX_CONF_DIR)/mod-http-ecdn-xdp.conf

uninstall-nginx:
	rm -f $(NGINX_MODULES_DIR)/$(notdir $(NGINX_MODULE)) \
	      $(NGINX_CONF_DIR)/mod-http-ecdn-xdp.conf
