# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists the targets. V=1 shows the commands.

VERSION := 1.0
B       := build
Q       := $(if $(V),,@)
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
DESTDIR ?=
CRASHDIR ?= /usr/lib/crash/extensions
ZSHDIR   ?= $(PREFIX)/share/zsh/site-functions

WARN    := -Wall -Wextra -Werror
BASE    := -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib $(WARN) -MMD -MP
ALLC     = $(BASE) -fPIC -fvisibility=hidden -pthread $(CPPFLAGS) $(CFLAGS)
LIBS    := -ldw -lelf -lz -llzo2 -lzstd -ldl
TYPING  := -lreadline -ltinfo

# What is loaded only when a dump needs it, by the name that the library of this build has for the loader.
soname   = $(shell readelf -d "$$($(CC) -print-file-name=lib$(1).so)" 2>/dev/null | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
loaded   = $(if $(call soname,$(1)),-DMMX_LIB$(2)='"$(call soname,$(1))"')
LOADED  := $(call loaded,kdumpfile,KDUMPFILE) $(call loaded,snappy,SNAPPY)
LOADABLE := -lkdumpfile -lsnappy

# libkdumpfile and decompression belong to the reader alone: mmx.so reads through crash.
READER_ONLY := $(addprefix lib/image/,open.c kdumpfile.c kdump.c codec.c library.c)
LIB_SRC     := $(filter-out $(READER_ONLY),$(wildcard lib/*/*.c lib/*/*/*.c))
READER_SRC  := $(wildcard reader/*.c) $(READER_ONLY)
# What unit tests and fuzzers need beside the library.
TESTED      := $(READER_ONLY) reader/words.c
UNIT_SRC    := $(wildcard tests/unit/test_*.c)
TOOL_SRC    := tests/real/ask.c tests/real/kernel/types_agree.c tests/live/as_live.c $(wildcard tests/backends/*.c bench/*.c)
# What the tests on real dumps ask of the library: one program, a file a subject.
PARTS_ask   := $(filter-out $(TOOL_SRC),$(wildcard tests/real/*/*.c))
REPRO_SRC   := $(wildcard tests/backends/repro/*.c)
FUZZ_SRC    := $(wildcard tests/fuzz/fuzz_*.c)

obj  = $(patsubst %.c,$(B)/obj/%.o,$(1))
note = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

UNITS   := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))
TOOLS   := $(patsubst %.c,$(B)/tools/%,$(notdir $(TOOL_SRC)))
REPROS  := $(patsubst tests/backends/repro/%.c,$(B)/repro/%,$(REPRO_SRC))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_SRC))

# The extension is built where crash's header is, with the gdb that this header is of.
CRASH_H  ?= /usr/include/crash
EXT_SRC  := $(wildcard ext/*.c)
EXT      := $(if $(wildcard $(CRASH_H)/defs.h),$(B)/mmx.so)
EXT_FLAGS = -isystem $(CRASH_H) -DX86_64 -D$(lastword $(sort $(shell grep -ow 'GDB_1[0-9]_[0-9]' $(CRASH_H)/defs.h 2>/dev/null)))

all: $(B)/mmx $(EXT)

$(B)/obj/%.o: %.c
	$(call note,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALLC) -c $< -o $@

# The words that lib/kernel/vocabulary.c has are those of all sources.
VOCABULARY := $(B)/gen/vocabulary.inc
$(VOCABULARY): $(wildcard lib/*/*.[ch] lib/*/*/*.[ch]) scripts/vocabulary
	$(call note,WORDS,$@)
	@mkdir -p $(@D)
	$(Q)scripts/vocabulary $(filter %.c %.h,$^) > $@

$(B)/obj/lib/kernel/vocabulary.o $(B)/obj-fuzz/lib/kernel/vocabulary.o: $(VOCABULARY)
$(B)/obj/lib/kernel/vocabulary.o $(B)/obj-fuzz/lib/kernel/vocabulary.o: BASE += -I$(B)/gen

$(B)/libmmx.a: $(call obj,$(LIB_SRC))
	$(call note,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/mmx: $(call obj,$(READER_SRC)) $(B)/libmmx.a
	$(call note,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ $(LIBS) $(TYPING) -o $@

$(foreach dir,obj obj-fuzz,$(B)/$(dir)/lib/image/kdumpfile.o $(B)/$(dir)/lib/image/codec.o): BASE += $(LOADED)
$(call obj,reader/version.c): BASE += $(LOADED) -DMMX_VERSION='"$(VERSION)"'
$(call obj,reader/version.c): Makefile

# crash exports thousands of symbols: the extension's own must win in it, and stay its own.
$(call obj,$(EXT_SRC)): BASE += $(EXT_FLAGS)
$(B)/mmx.so: $(call obj,$(EXT_SRC)) $(B)/libmmx.a
	$(call note,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -pthread -Wl,-Bsymbolic -Wl,--exclude-libs,ALL $^ -o $@

# Unit tests and the tools of the tests on real dumps: a program a file, and its parts where it has any.
$(B)/unit/%: $(B)/obj/tests/unit/%.o $(call obj,$(TESTED)) $(B)/libmmx.a
	$(call note,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -pthread $^ $(LIBS) $(LOADABLE) -o $@

# This one lets memory run out.
$(B)/unit/test_records: private LIBS += -Wl,--wrap=calloc

define tool
$(B)/tools/$(basename $(notdir $(1))): $(call obj,$(1) $(PARTS_$(basename $(notdir $(1))))) $(call obj,$(READER_ONLY)) $(B)/libmmx.a
	$$(call note,LINK,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) -pthread $$^ $$(LIBS) $$(LOADABLE) -o $$@
endef
$(foreach src,$(TOOL_SRC),$(eval $(call tool,$(src))))

unit: $(UNITS)
tools: $(TOOLS)

# Reproducers of libkdumpfile's faults, which need nothing of mmx's.
$(B)/repro/%: tests/backends/repro/%.c tests/backends/repro/dump.h
	$(call note,REPRO,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -g $(WARN) $< -lkdumpfile -o $@

repro: $(REPROS)

# Fuzzers: the library once more, with clang, libFuzzer and both sanitizers.
FUZZ_FLAGS := -g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
$(B)/obj-fuzz/%.o: %.c
	$(call note,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)clang $(BASE) -Itests $(FUZZ_FLAGS) -c $< -o $@

$(B)/fuzz/%: $(B)/obj-fuzz/tests/fuzz/%.o $(patsubst %.c,$(B)/obj-fuzz/%.o,$(LIB_SRC) $(TESTED))
	$(call note,LINK,$@)
	@mkdir -p $(@D)
	$(Q)clang -fsanitize=fuzzer,address,undefined -pthread $^ $(LIBS) $(LOADABLE) -o $@

# What commands are fuzzed on, beside the program.
$(B)/fuzz/fuzz_commands: | $(B)/fuzz/samples
$(B)/fuzz/samples: tests/fuzz/samples tests/suite.py $(shell find samples/mmsample -name '*.py' -o -name '*.txt')
	$(call note,SAMPLE,$@)
	$(Q)tests/fuzz/samples $@
	@touch $@

fuzzers: $(FUZZERS)

# Manual pages come from the commands' own help.
man: $(B)/mmx
	@mkdir -p $(B)/man
	$(Q)for c in $$($(B)/mmx help --names); do \
		$(B)/mmx help --man $$c > $(B)/man/mmx-$$c.1; done
	$(Q)cp docs/mmx.1 $(B)/man/mmx.1

# So do the reference and the schemas, and the examples that help shows, which are kept in docs/ and are to be as this makes them.
reference: $(B)/mmx
	$(Q)scripts/examples $(B)/mmx
	$(Q)$(MAKE) --no-print-directory $(B)/mmx
	$(Q)scripts/reference $(B)/mmx

# What the guide shows of mmx is made by it, on samples.
guide: $(B)/mmx
	$(Q)scripts/guide $(B)/mmx

# What the experiments show, on dumps of the lab.
experiments: $(B)/mmx
	$(Q)scripts/experiments $(B)/mmx

# Where each shell looks for what completes a program's words.
SHARE = $(DESTDIR)$(PREFIX)/share
COMPLETIONS = $(SHARE)/bash-completion/completions/mmx $(DESTDIR)$(ZSHDIR)/_mmx \
	$(SHARE)/fish/vendor_completions.d/mmx.fish

install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(B)/mmx $(DESTDIR)$(PREFIX)/bin/mmx
	install -m 644 $(B)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -d $(dir $(COMPLETIONS))
	install -m 644 reader/completion.bash $(word 1,$(COMPLETIONS))
	install -m 644 reader/completion.zsh $(word 2,$(COMPLETIONS))
	install -m 644 reader/completion.fish $(word 3,$(COMPLETIONS))
	if [ -e $(B)/mmx.so ]; then install -d $(DESTDIR)$(CRASHDIR) && \
		install -m 644 $(B)/mmx.so $(DESTDIR)$(CRASHDIR)/mmx.so; fi

# Debian packages in build/deb, of what git has.
deb:
	$(Q)packaging/deb $(B)/deb $(VERSION)

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/mmx $(DESTDIR)$(PREFIX)/share/man/man1/mmx.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/mmx-*.1 $(COMPLETIONS) \
		$(DESTDIR)$(CRASHDIR)/mmx.so

# README.md's table of them is what mmx says of the lab's dumps.
kernels: $(B)/mmx
	$(Q)scripts/kernels $(B)/mmx

# Each of these installs what is missing first.
setup:
	$(Q)scripts/setup

check:
	$(Q)scripts/setup build checks
	$(Q)tests/run --check

test: setup
	$(Q)tests/run

lab: setup
	$(Q)tests/lab/lab.py make

demo:
	$(Q)scripts/setup build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/demo

bench: setup
	$(Q)$(MAKE) --no-print-directory all tools repro
	$(Q)bench/run

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf $(B)

help:
	@echo 'make            build/mmx and, where crash is installed, build/mmx.so'
	@echo 'make setup      install the Debian packages that everything below needs'
	@echo 'make demo       open a dump and show what mmx finds'
	@echo 'make check      the fast tests: formatting, static checks, unit tests, samples'
	@echo 'make test       all tests, with real kernels; ends with the counts'
	@echo 'make lab        boot the real kernels and keep their dumps'
	@echo 'make bench      measurements, as ratios within one run'
	@echo 'make install    PREFIX=$(PREFIX) DESTDIR= CRASHDIR=$(CRASHDIR)'
	@echo 'make uninstall  the same places'
	@echo 'make deb        Debian packages, in build/deb; packaging/mmx.spec is for RPM'
	@echo 'make fuzzers    the fuzzers, in build/fuzz'
	@echo 'make reference  docs/reference/ and docs/schema/, from what commands declare'
	@echo 'make experiments  what docs/experiments/ shows, made anew on dumps of the lab'
	@echo 'make guide      what README.md and docs/guide/ show of mmx, made anew'
	@echo 'make kernels    the table in README.md of kernels, from the dumps of the lab'
	@echo 'make format     clang-format the tree'
	@echo 'make clean      remove build/'

.PHONY: all unit tools repro fuzzers man reference guide experiments kernels install uninstall deb setup check test lab demo bench format clean help
.SECONDARY:
-include $(shell find $(B) -path $(B)/deb -prune -o -type f -name '*.d' -print 2>/dev/null)
