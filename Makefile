# SPDX-License-Identifier: GPL-3.0-or-later
# The two commands of the README, and what they are made of. Meson does the building.
BUILD ?= build
ASAN ?= build-asan
FUZZ ?= build-fuzz

.PHONY: all build demo check check-long format clean

all: build

$(BUILD)/build.ninja:
	meson setup $(BUILD)

build: | tools-build $(BUILD)/build.ninja
	ninja -C $(BUILD)

.PHONY: tools-build tools-test
tools-build:
	@tools/install-deps build
tools-test:
	@tools/install-deps

demo: build
	data/demo/run $(BUILD)

check: | tools-test
	@tools/check --build $(BUILD) --asan $(ASAN) --fuzz $(FUZZ)

# make check-long            lists the parts
# make check-long NAME=kill  runs one
check-long: | tools-test
	@tools/check-long $(BUILD) $(NAME)

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf $(BUILD) $(ASAN) $(FUZZ)
