# SPDX-License-Identifier: BSD-2-Clause
# The targets of libFuzzer: each is a tests/fuzz/fuzz_NAME.c with seeds in
# tests/fuzz/corpus/NAME. clang builds them with sanitizers, so they have a build directory
# of their own.

FUZZ_SECONDS ?= 10
FUZZ_BUILD   := build/fuzz
FUZZ_CFLAGS  := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	        -fno-sanitize-recover=undefined
FUZZ         := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: fuzz fuzz-targets

fuzz: deps-tests
	@$(MAKE) $(BUILDING) BUILD=$(FUZZ_BUILD) CC=clang CFLAGS='$(FUZZ_CFLAGS)' \
		LDFLAGS= fuzz-targets
	@tests/fuzz/fuzz.sh $(FUZZ_BUILD) $(FUZZ_SECONDS)

fuzz-targets: $(FUZZ)

# The library has names in common with the agent, so its target is linked without that.
$(BUILD)/tests/fuzz/fuzz_client: $(BUILD)/tests/fuzz/fuzz_client.o $(CLIENT_OBJ)
$(filter-out %/fuzz_client,$(FUZZ)): %: %.o $(ARCHIVE)
$(FUZZ):
	$(say) LD $@
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(LDLIBS) -lpthread
