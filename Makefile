# soulprint, built by PGXS.
#
#   make                builds the library         make DEBUG=1     each file for itself, for a debugger;
#                                                                   make clean first
#                                              make QUICK=1     compiles in half the time what is three
#                                                               times as slow, for a look
#   make STATIC=1       links libraries in: the result needs glibc alone, and runs on servers without them
#   make install        installs it                make uninstall   removes it
#   make demo           shows a full pass          make demo MODEL=server   one over the wire
#   make test           runs all tests             make test ONE=010_wall.pl | chunks | 'Facts.*'
#   make test-versions  runs them on PostgreSQL 15, 17 and 18, each in a Debian of its own
#                                                  make test-versions VERSIONS=17
#   make installcheck   runs pg_regress on the running server, which must preload the library
#   make lint           checks the house rules     make sanitize    the unit tests, ASan + UBSan
#   make sanitize-server  pg_regress and TAP with servers under valgrind, and with ASan + UBSan on PostgreSQL 17;
#                                                  make sanitize-server ONE=010_wall.pl
#   make torture        kills TORTURE_KILLS=100 times whatever there is to kill, in both shapes of tables
#   make fuzz           runs each fuzz target for FUZZ_SECONDS=600 seconds of CPU time
#   make eval           measures what offline passes find; DATA=folder… with more answer keys
#   make bench          measures speed and memory
#   make dist           makes soulprint-VERSION.zip
#   make deb            makes Debian packages in build/deb
#   make deps           installs what is missing (demo, test, lint, … do so themselves)

EXTENSION = soulprint
MODULE_big = soulprint

# The checkout, seen from where it is built: packagers build each version in a folder of its own.
TOP := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
ifeq ($(wildcard $(TOP)/soulprint.control),)
$(error $(MAKEFILE_LIST): a path with spaces: run make in that folder)
endif
files = $(patsubst $(TOP)/%,%,$(wildcard $(1:%=$(TOP)/%)))

# PGXS installs what DATA names; make eval DATA=folder means something else.
EVAL_DATA := $(if $(filter command,$(origin DATA)),$(DATA))
override DATA = $(call files,sql/soulprint--*.sql)
DATA_built = build/soulprint--0.1.0--0.2.0.sql

# The rooms that must not know Postgres are compiled without its headers; the unit tests link the
# same objects.
PURE_ROOMS = pipeline export llm offline report util net
PURE_FILES = src/worker/ending.cpp src/worker/schedule.cpp src/worker/turn.cpp
PURE = $(call files,$(PURE_ROOMS:%=src/%/*.cpp) $(PURE_FILES))
GLUE_ROOMS = pg store worker sql
GLUE = $(filter-out $(PURE_FILES),$(call files,src/*.cpp $(GLUE_ROOMS:%=src/%/*.cpp)))
UNIT = $(call files,test/unit/*/*.cpp)

# What the fuzz targets read bytes with.
FUZZED_ROOMS = util export pipeline
FUZZERS = $(basename $(notdir $(wildcard test/fuzz/*_fuzz.cpp)))

# A room is compiled as one file: most of the time goes into the headers that its files share.
objects = $(patsubst src/%.cpp,build/%.o,$(if $(DEBUG),$(1),$(2:%=src/%.cpp) $(filter $(3),$(1))))
PURE_OBJS = $(call objects,$(PURE),$(PURE_ROOMS),$(PURE_FILES))
GLUE_OBJS = $(call objects,$(GLUE),$(GLUE_ROOMS),$(call files,src/*.cpp))
UNIT_OBJS = $(UNIT:test/%.cpp=build/%.o)
WALL_OBJS = build/wall/wall.o $(filter build/pg.o build/pg/%,$(GLUE_OBJS))
OBJS = $(PURE_OBJS) $(GLUE_OBJS)

LIBRARIES = -lcurl -lsimdjson -lutf8proc -lz
# What Debian has no fitting .a of is built from its sources.
STATIC_BUILT = build/static/libcurl.a build/static/libsimdjson.a
STATIC_LIBRARIES = $(STATIC_BUILT) -Wl,-Bstatic -lutf8proc -lssl -lcrypto -lz -Wl,-Bdynamic \
  -static-libstdc++ -static-libgcc
STATIC_PACKAGES = cmake dpkg-dev libssl-dev

PG_CONFIG ?= pg_config
PG_INCLUDE := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
PURE_CPPFLAGS = -I$(TOP)/src -D_FORTIFY_SOURCE=2
PG_CPPFLAGS = -I$(TOP)/src -isystem $(PG_INCLUDE)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
# Line numbers are enough for a backtrace; everything else about types and variables costs a quarter
# of the time to compile.  At -O1 g++ takes more for uninitialized than is.
PG_CXXFLAGS = -std=c++20 -Wall -Wextra -Werror -g1 -fvisibility-inlines-hidden -MMD -MP \
  -fno-semantic-interposition $(if $(DEBUG),-Og -g) $(if $(QUICK),-O0 -g0) \
  $(if $(filter asan,$(CHECKER)),$(SANITIZE) -O1 -fno-omit-frame-pointer -Wno-maybe-uninitialized)
SHLIB_LINK = $(if $(STATIC),$(STATIC_LIBRARIES),$(LIBRARIES)) -Wl,--version-script=$(TOP)/src/exports.map
EXTRA_CLEAN = build

REGRESS = $(shell sed -n 's/^test: *//p' $(TOP)/test/schedule)
REGRESS_OPTS = --encoding=UTF8

# Link as C++.  No bitcode: JIT has nothing to inline here, and PGXS builds it without PG_CXXFLAGS.
override COMPILER = $(CXX) $(CXXFLAGS)
override with_llvm = no

all:

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
else
all install uninstall installcheck:
	@echo "PostgreSQL's server headers are missing: run make deps" >&2; exit 1
endif

# The library is linked anew when it is to be linked with something else.
soulprint.so: build/linked-with $(if $(STATIC),$(STATIC_BUILT))
build/linked-with: linked-with
	@mkdir -p $(@D)
	@echo '$(SHLIB_LINK)' | cmp -s - $@ || echo '$(SHLIB_LINK)' >$@

$(STATIC_BUILT) &: $(TOP)/static/build.sh
	$<

# VPATH would find what was built in the checkout and mix it in.
override VPATH =
override srcdir = $(TOP)
vpath %.control $(TOP)

$(PURE_ROOMS:%=build/%.o) $(PURE_ROOMS:%=build/%/%.o) $(PURE_FILES:src/%.cpp=build/%.o): \
  override CPPFLAGS = $(PURE_CPPFLAGS)
build/unit/%.o: override CPPFLAGS = -I$(TOP)/src -I$(TOP)/test/unit
# Compiling a test takes far longer than running it.
build/unit/%.o: override CXXFLAGS := $(filter-out -O%,$(CXXFLAGS)) -O0

build/%.o: $(TOP)/src/%.cpp
	@mkdir -p $(@D)
	$(COMPILE.cc) -o $@ $<

# Headers of libraries come before those of Postgres, whose macros would change them.
room = $(filter-out $(PURE_FILES),$(call files,src/$(1)/*.cpp))
room_files = $(addprefix $(TOP)/,$(call room,$(1)))
room_text = printf '\#include "%s"\n' nlohmann/json.hpp $(patsubst src/%,%,$(call room,$*))
.SECONDEXPANSION:
$(patsubst %,build/%.o,$(PURE_ROOMS) $(GLUE_ROOMS)): build/%.o: $$(call room_files,$$*)
	@mkdir -p $(@D)
	$(room_text) | $(COMPILE.cc) -o $@ -xc++ -

build/unit/%.o: $(TOP)/test/unit/%.cpp
	@mkdir -p $(@D)
	$(COMPILE.cc) -o $@ $<

build/wall/%.o: $(TOP)/test/wall/%.cpp
	@mkdir -p $(@D)
	$(COMPILE.cc) -o $@ $<

# The script of 0.2.0, but for what concerns the database and the schema, which are there.
build/soulprint--0.1.0--0.2.0.sql: $(TOP)/sql/soulprint--0.1.0--0.2.0.sql.in $(TOP)/sql/soulprint--0.2.0.sql
	@mkdir -p $(@D)
	sed -n '/^-- Workers run as this role/,$$p' $(TOP)/sql/soulprint--0.2.0.sql | \
	  sed -e '/^.include /r /dev/stdin' -e '/^.include /d' $< >$@

# With sanitizers everything is built apart.  Only clang has a fuzzer.
SANITIZED = clang++ -std=c++20 -Wall -Wextra -Werror -O1 -gline-tables-only -fno-omit-frame-pointer \
  $(SANITIZE) -fsanitize=fuzzer-no-link -D_GLIBCXX_ASSERTIONS -MMD -MP -Isrc

$(PURE_ROOMS:%=build/fuzz/%.o): build/fuzz/%.o: $$(call room_files,$$*)
	@mkdir -p $(@D)
	$(room_text) | $(SANITIZED) -c -o $@ -xc++ -

build/fuzz/%.o: src/%.cpp
	@mkdir -p $(@D)
	$(SANITIZED) -c -o $@ $<

build/fuzz/%_fuzz.o: test/fuzz/%_fuzz.cpp
	@mkdir -p $(@D)
	$(SANITIZED) -c -o $@ $<

build/fuzz/unit/%.o: test/unit/%.cpp
	@mkdir -p $(@D)
	$(SANITIZED) -O0 -c -o $@ $<

build/fuzz/%_fuzz: build/fuzz/%_fuzz.o $(FUZZED_ROOMS:%=build/fuzz/%.o)
	clang++ $(SANITIZE) -fsanitize=fuzzer -o $@ $^ -lsimdjson -lutf8proc -lz

build/fuzz/unit_tests: $(UNIT:test/%.cpp=build/fuzz/%.o) $(PURE_OBJS:build/%=build/fuzz/%)
	clang++ $(SANITIZE) -o $@ $^ -lgtest -lgtest_main -larchive $(LIBRARIES) -lpthread

build/unit_tests: $(UNIT_OBJS) $(PURE_OBJS)
	$(CXX) $(CXXFLAGS) -o $@ $^ -lgtest -lgtest_main -larchive $(LIBRARIES) -lpthread

build/wall.so: $(WALL_OBJS)
	$(CXX) $(CXXFLAGS) -shared -o $@ $^

# Static objects run code in the postmaster and at the exit of every backend (make lint).
$(PURE_OBJS:build/%.o=build/lint/%.ok): LINT_CPPFLAGS = $(PURE_CPPFLAGS)
$(GLUE_OBJS:build/%.o=build/lint/%.ok): LINT_CPPFLAGS = $(PG_CPPFLAGS)
STATICS = clang++ -std=c++20 $(LINT_CPPFLAGS) -fsyntax-only -MMD -MP -MF $(@:.ok=.d) -MT $@ \
  -Wall -Wextra -Wglobal-constructors -Wexit-time-destructors -Werror

$(patsubst %,build/lint/%.ok,$(PURE_ROOMS) $(GLUE_ROOMS)): build/lint/%.ok: $$(call room_files,$$*)
	@mkdir -p $(@D)
	@$(room_text) | $(STATICS) -xc++ -
	@touch $@

build/lint/%.ok: src/%.cpp
	@mkdir -p $(@D)
	@$(STATICS) $<
	@touch $@

statics: $(OBJS:build/%.o=build/lint/%.ok)

TIDY = clang-tidy --quiet --checks=-bugprone-suspicious-include $(1) -- -std=c++20 $(PURE_CPPFLAGS) 2>/dev/null

$(PURE_ROOMS:%=build/lint/%.tidy): build/lint/%.tidy: build/lint/%.ok .clang-tidy
	@$(room_text) >$(@:.tidy=.cpp)
	@$(call TIDY,$(@:.tidy=.cpp))
	@touch $@

build/lint/%.tidy: src/%.cpp build/lint/%.ok .clang-tidy
	@$(call TIDY,$<)
	@touch $@

# The rules of offline branch as the language does.
tidy: $(filter-out %/offline.tidy,$(PURE_OBJS:build/%.o=build/lint/%.tidy))

unit: build/unit_tests
wall: build/wall.so
fuzzers: $(FUZZERS:%=build/fuzz/%)

FUZZ_PACKAGES = clang libclang-rt-dev
FUZZ_SECONDS ?= 600

# What checks, shows and measures works in the checkout.
ifneq ($(TOP),.)
deps test test-versions lint demo torture fuzz sanitize sanitize-server eval bench dist deb help:
	@$(MAKE) -C $(TOP) $@
else
deps:
	@test/deps.sh $(if $(STATIC),$(STATIC_PACKAGES))

test:
	@MAKE='$(MAKE)' FUZZ_PACKAGES='$(FUZZ_PACKAGES)' STATIC_PACKAGES='$(STATIC_PACKAGES)' test/run.sh '$(ONE)'

test-versions:
	@test/versions.sh $(VERSIONS)

lint:
	@test/deps.sh clang clang-format clang-tidy
	@MAKE='$(MAKE)' test/lint/run.sh

demo:
	@test/deps.sh
	@MAKE='$(MAKE)' MODEL='$(MODEL)' test/demo.sh

torture: export TORTURE_KILLS ?= 100
torture:
	@$(MAKE) test ONE=130_torture.pl

fuzz:
	@test/deps.sh $(FUZZ_PACKAGES)
	@$(MAKE) -s fuzzers
	@for fuzzer in $(FUZZERS:_fuzz=); do test/fuzz/run.sh $$fuzzer $(FUZZ_SECONDS) || exit 1; done

# Frames are larger and everything is slower than where stack and time are promised.
sanitize:
	@test/deps.sh $(FUZZ_PACKAGES)
	@$(MAKE) -s build/fuzz/unit_tests
	@ulimit -s 65536; build/fuzz/unit_tests --gtest_brief=1 --gtest_filter='-*Milliseconds:*LinearTime'

sanitize-server: export ONE := $(or $(ONE),servers)
sanitize-server:
	@test/deps.sh valgrind
	@MAKE='$(MAKE)' CHECKER=valgrind test/run.sh '$(ONE)'; valgrind=$$?; \
	CHECKER=asan test/versions.sh 17 && exit $$valgrind

eval:
	@test/deps.sh
	@MAKE='$(MAKE)' test/eval/run.sh $(EVAL_DATA)

bench:
	@test/deps.sh wrk
	@test/bench/exports
	@test/bench/wire
	@test/bench/limits
	@test/bench/growth
	@test/bench/plans

VERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(TOP)/soulprint.control)

dist:
	git archive --format=zip --prefix=soulprint-$(VERSION)/ -o soulprint-$(VERSION).zip HEAD

# No bug of Debian asks for this package.
deb:
	@test/deps.sh build-essential debhelper lintian postgresql-all
	rm -rf build/deb
	mkdir -p build/deb/soulprint
	tar -c --exclude=./build --exclude=./.git . | tar -x -C build/deb/soulprint
	cd build/deb/soulprint && pg_buildext updatecontrol && dpkg-buildpackage -b --no-sign
	lintian --suppress-tags initial-upload-closes-no-bugs --fail-on error,warning build/deb/*.changes

help:
	@sed -n '/^#   make/,/^$$/s/^# *//p' Makefile
endif

# PGXS goes on with make install and make installcheck.
check: say_test
say_test:
	@echo '"$(MAKE) test" builds, installs and runs all tests, with servers of their own.'

.PHONY: all unit wall fuzzers statics tidy linked-with \
  deps test test-versions lint demo torture fuzz sanitize sanitize-server eval bench dist deb help \
  check say_test

-include $(OBJS:.o=.d) $(UNIT_OBJS:.o=.d) build/wall/wall.d \
  $(wildcard build/lint/*.d build/lint/*/*.d build/fuzz/*.d build/fuzz/*/*.d)
