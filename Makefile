# callmem: a static library, four FastCGI programs, the operator's program, tests. `make help` lists the targets.

BUILD   ?= build
PREFIX  ?= /usr/local
# A package and a tarball have their version in a file; a checkout is on its way to this one.
VERSION := $(or $(shell cat VERSION 2>/dev/null),0.1.0)

ifeq ($(origin CC),default)
  CC := gcc
endif
# For another machine, with CC=aarch64-linux-gnu-gcc for instance: the tools of that machine.
ifeq ($(origin AR),default)
  AR := $(patsubst %-gcc,%-,$(filter %-gcc,$(CC)))ar
endif
PKG_CONFIG ?= pkg-config
CFLAGS  ?= -O2 -g
# Debian's hardening flags; gcc and clang both know them. The last is for x86 alone.
HARDEN  := -fstack-protector-strong -fPIE -fstack-clash-protection
ifneq ($(filter x86_64-% i686-%,$(shell $(CC) -dumpmachine)),)
  HARDEN += -fcf-protection
endif
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
           -Wundef -Wpointer-arith -Wwrite-strings -Werror
ifneq ($(SANITIZE),)
  HARDEN  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  LDFLAGS += -fsanitize=address,undefined
  BUILD   := build-asan
  CFLAGS  := -O1 -g
else
  CPPFLAGS += -D_FORTIFY_SOURCE=2
  LDFLAGS  += -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed
endif

PC      := fcgi libcjson libcrypto sqlite3 libutf8proc zlib
CPPFLAGS += -Ilib -I. -D_GNU_SOURCE -DCALLMEM_VERSION='"$(VERSION)"'
STD     := -std=c11 -pthread -MMD -MP
# Of libcurl only the headers: the library is loaded by the programs that ask other servers (lib/base/http.c).
PC_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PC) libcurl)
# A memory in PostgreSQL is built where its client library is installed. Only the headers are needed: the library
# is loaded by the programs that use it (lib/postgres/libpq.h).
ifneq ($(shell $(PKG_CONFIG) --exists libpq && echo yes),)
  CPPFLAGS += -DCALLMEM_LIBPQ $(shell $(PKG_CONFIG) --cflags libpq)
else
  NOT_BUILT := lib/memory/postgres/connection.c $(wildcard lib/postgres/*.c lib/inbox/shared*.c) \
               tests/unit/test_shared.c
endif
# No pkg-config file: libstemmer.
LIBS    := $(shell $(PKG_CONFIG) --libs $(PC)) -lstemmer -lm -pthread

LIB_SOURCES ?= $(filter-out $(NOT_BUILT),$(wildcard lib/*/*.c lib/*/*/*.c))
LIB_OBJECTS  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(LIB_SOURCES))) $(BUILD)/data.o $(BUILD)/items.o $(BUILD)/pages.o
LIBRARY      = $(BUILD)/libcallmem.a
PROGRAMS     = $(addprefix $(BUILD)/,client-data search-data post-call operator)
CALLMEM      = $(BUILD)/callmem
# Compiled in, so that a program needs no file of its own at run time: the languages' files, callmem's data collection
# items, and the style of the operator's page.
DATA        := $(sort $(wildcard lib/language/data/*.txt))
ITEMS       := lib/understand/items.json
STYLE       := lib/page/style.css
UNIT_SOURCES ?= $(wildcard tests/unit/test_*.c)
UNIT         = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(filter-out $(NOT_BUILT),$(wildcard $(UNIT_SOURCES))))

.PHONY: all help up down test bench bench-programs install uninstall deb clean unit fuzz check docs
all: $(PROGRAMS) $(CALLMEM)

help:
	@sed -n 's/^## //p' Makefile

## make            library and programs into build/ (SANITIZE=1: with ASan and UBSan into build-asan/)
## make up, down   start and stop a development instance, as ./spawn/up and ./spawn/down do
## make test       everything that ./tests/run tests
## make unit       builds the unit tests
## make bench      what a request costs, in some ten minutes (BENCH=quick: in one or two; DATABASE=postgres: memory
##                 in PostgreSQL beside local mode, CALLERS=1000000 with so many callers)
## make fuzz       builds the fuzzing harnesses into build-fuzz/
## make check      format, static analysis
## make docs       renews what is generated from the tables of settings and commands
## make install    DESTDIR= PREFIX=/usr/local; make uninstall takes it away
## make deb        a Debian package into build/ (ARCH=arm64: for another machine; tests/arm64 makes and tests that one)
up:
	./spawn/up
down:
	./spawn/down
test:
	./tests/run

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(STD) $(CPPFLAGS) $(PC_CFLAGS) $(CFLAGS) $(HARDEN) $(WARN) -c -o $@ $<

$(BUILD)/data.c: $(DATA) lib/embed.sh Makefile
	@mkdir -p $(@D)
	sh lib/embed.sh data_files $(DATA) > $@.tmp && mv $@.tmp $@
$(BUILD)/items.c: $(ITEMS) lib/embed.sh Makefile
	@mkdir -p $(@D)
	sh lib/embed.sh item_files $(ITEMS) > $@.tmp && mv $@.tmp $@
$(BUILD)/pages.c: $(STYLE) lib/embed.sh Makefile
	@mkdir -p $(@D)
	sh lib/embed.sh page_files $(STYLE) > $@.tmp && mv $@.tmp $@
$(BUILD)/data.o $(BUILD)/items.o $(BUILD)/pages.o: %.o: %.c
	$(CC) $(STD) $(CPPFLAGS) $(CFLAGS) $(HARDEN) -c -o $@ $<

$(LIBRARY): $(LIB_OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

# client-data is cgi/client_data.c and so on; cgi/program.c is what they share.
$(BUILD)/client-data: $(BUILD)/cgi/client_data.o
$(BUILD)/search-data: $(BUILD)/cgi/search_data.o
$(BUILD)/post-call: $(BUILD)/cgi/post_call.o
$(BUILD)/operator: $(BUILD)/cgi/operator.o
$(PROGRAMS): $(BUILD)/cgi/program.o
$(CALLMEM): $(BUILD)/cgi/callmem.o
$(PROGRAMS) $(CALLMEM): $(LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBRARY) $(LIBS)

$(BUILD)/unit/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(STD) $(CPPFLAGS) $(PC_CFLAGS) $(CFLAGS) $(HARDEN) $(WARN) $(LDFLAGS) -MF $@.d -o $@ $< \
	    $(LIBRARY) $(LIBS) $(shell $(PKG_CONFIG) --libs cmocka)
unit: $(UNIT)

# Preloaded by tests that make a program's calls fail; it replaces functions whose fortified versions are inline.
$(BUILD)/faults.so: tests/faults/faults.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(CFLAGS) $(WARN) -fPIC -shared -o $@ $< -ldl
# What runs a program again and again with that library, and judges.
$(BUILD)/faults-rounds: tests/faults/rounds.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(PC_CFLAGS) $(CFLAGS) $(WARN) -o $@ $< $(shell $(PKG_CONFIG) --libs sqlite3 libcjson)

# What a request costs, as ratios within one run; docs/performance.md tells the figures.
$(BUILD)/bench/%: tests/bench/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(STD) $(CPPFLAGS) $(PC_CFLAGS) $(CFLAGS) $(HARDEN) $(WARN) $(LDFLAGS) -MF $@.d -o $@ $< \
	    $(LIBRARY) $(LIBS)
bench-programs: $(BUILD)/bench/bench_memory $(BUILD)/bench/web/floor $(BUILD)/bench/understand
bench:
	tests/bench/run

# libFuzzer harnesses; tests/run and .ci/run run them for a bounded time. clang alone has them.
FUZZ_FLAGS := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -O1 -g
FUZZ := $(patsubst tests/fuzz/%.c,build-fuzz/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
# The library is this Makefile's own, built with other flags; within that build this rule must not stand.
ifneq ($(BUILD),build-fuzz)
build-fuzz/libcallmem.a: $(wildcard $(LIB_SOURCES)) $(wildcard lib/*/*.h lib/*/*/*.h) $(DATA) $(ITEMS) $(STYLE)
	$(MAKE) BUILD=build-fuzz CC=clang HARDEN="-fsanitize=fuzzer-no-link,address,undefined" CFLAGS="-O1 -g" \
	    WARN= $@
endif
build-fuzz/fuzz/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h) build-fuzz/libcallmem.a
	@mkdir -p $(@D)
	clang $(STD) $(CPPFLAGS) $(PC_CFLAGS) $(FUZZ_FLAGS) -MF $@.d -o $@ $< build-fuzz/libcallmem.a $(LIBS)
fuzz: $(FUZZ)

check:
	./.ci/run --check
docs: $(CALLMEM)
	env/generate $<

# Programs, what starts and operates them, manual pages, documentation, examples. Nothing goes into /etc: what a site
# needs there it takes from the examples (docs/operations.md).
UNITDIR   = $(PREFIX)/lib/systemd/system
LIBEXEC   = $(PREFIX)/libexec/callmem
SHARE     = $(PREFIX)/share/callmem
MAN       = $(PREFIX)/share/man
COMPLETION = $(PREFIX)/share/bash-completion/completions
DOC       = $(PREFIX)/share/doc/callmem
UNITS    := $(wildcard spawn/systemd/callmem*)
EXAMPLES := env/development.env env/production.env nginx/elevenlabs-addresses.conf spawn/systemd/network.conf \
            spawn/supervisor/callmem.conf spawn/logrotate/callmem spawn/runit/run spawn/runit/log-run \
            spawn/nftables.conf spawn/cloud/user-data.yaml
MANUALS  := $(wildcard docs/man/*.[1-8])
DOCS     := $(shell find docs -type f -not -path 'docs/man/*')
install: $(PROGRAMS) $(CALLMEM)
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(PREFIX)/sbin $(LIBEXEC) $(SHARE)/nginx $(UNITDIR) $(MAN)/man1 \
	    $(MAN)/man5 $(MAN)/man8 $(COMPLETION) $(DOC))
	install -m 0755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin/
	install -m 0755 $(CALLMEM) $(DESTDIR)$(PREFIX)/sbin/
	install -m 0644 spawn/completion.bash $(DESTDIR)$(COMPLETION)/callmem
	install -m 0755 spawn/site $(DESTDIR)$(PREFIX)/sbin/callmem-site
	install -m 0755 spawn/serve spawn/keep spawn/register spawn/sign spawn/container/contained $(DESTDIR)$(LIBEXEC)/
	install -m 0644 spawn/common.sh spawn/elevenlabs.sh spawn/register.jq lib/understand/items.json $(DESTDIR)$(LIBEXEC)/
	ln -sf ../libexec/callmem/register $(DESTDIR)$(PREFIX)/sbin/callmem-register
	install -m 0755 nginx/assemble $(DESTDIR)$(SHARE)/nginx/
	install -m 0644 nginx/callmem-*.conf nginx/callmem-site.conf.template $(DESTDIR)$(SHARE)/nginx/
	install -m 0644 spawn/container/nginx.conf.template $(DESTDIR)$(SHARE)/nginx/container.conf.template
	install -m 0644 env/production.env $(DESTDIR)$(SHARE)/
	for unit in $(notdir $(UNITS)); do \
	    sed 's|@PREFIX@|$(PREFIX)|' "spawn/systemd/$$unit" >"$(DESTDIR)$(UNITDIR)/$$unit" && \
	    chmod 0644 "$(DESTDIR)$(UNITDIR)/$$unit" || exit 1; done
	for kind in service socket; do \
	    install -D -m 0644 "spawn/systemd/operator-$$kind.conf" \
	        "$(DESTDIR)$(UNITDIR)/callmem@operator.$$kind.d/operator.conf" || exit 1; done
	for page in $(MANUALS); do \
	    install -m 0644 "$$page" "$(DESTDIR)$(MAN)/man$${page##*.}/" || exit 1; done
	for file in $(DOCS); do \
	    install -D -m 0644 "$$file" "$(DESTDIR)$(DOC)/$${file#docs/}" || exit 1; done
	install -m 0644 README.md LICENSE CHANGELOG.md $(DESTDIR)$(DOC)/
	for file in $(EXAMPLES); do \
	    install -D -m 0644 "$$file" "$(DESTDIR)$(DOC)/examples/$${file#spawn/}" || exit 1; done
	chmod 0755 $(DESTDIR)$(DOC)/examples/runit/*
uninstall:
	rm -rf $(addprefix $(DESTDIR),$(LIBEXEC) $(SHARE) $(DOC)) \
	    $(addprefix $(DESTDIR)$(UNITDIR)/,callmem@operator.service.d callmem@operator.socket.d)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,$(addprefix bin/,$(notdir $(PROGRAMS))) sbin/callmem sbin/callmem-site \
	        sbin/callmem-register) \
	    $(DESTDIR)$(COMPLETION)/callmem $(addprefix $(DESTDIR)$(UNITDIR)/,$(notdir $(UNITS))) \
	    $(foreach page,$(MANUALS),$(DESTDIR)$(MAN)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))

# The Debian package, in build/. Its files are in spawn/debian; Debian's tools want them in a folder debian beside the
# Makefile, so they work in a copy.
DEB := build/deb/callmem
deb:
	@dpkg-checkbuilddeps $(ARCH:%=-a%) spawn/debian/control
	rm -rf build/deb build/callmem_*.deb && mkdir -p $(DEB)
	cp -r Makefile README.md LICENSE CHANGELOG.md cgi lib nginx tests spawn env docs $(DEB)/
	mv $(DEB)/spawn/debian $(DEB)/debian
	spawn/version $(VERSION) > $(DEB)/VERSION
	sed -i "1s/(.*)/($$(cat $(DEB)/VERSION))/" $(DEB)/debian/changelog
	cd $(DEB) && dpkg-buildpackage -b -us -uc $(ARCH:%=-a%) -j$$(nproc)
	mv build/deb/callmem_*.deb build/
	@ls build/callmem_*.deb

clean:
	rm -rf build build-asan build-fuzz

-include $(LIB_OBJECTS:.o=.d) $(wildcard $(BUILD)/cgi/*.d) $(wildcard $(BUILD)/unit/*.d)
