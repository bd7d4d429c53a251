# SPDX-License-Identifier: GPL-3.0-or-later
# The two commands of the README, and what they are made of. Meson does the building.
BUILD ?= build
ASAN ?= build-asan
FUZZ ?= build-fuzz

.PHONY: all build demo check check-long format clean

all: build

$(BUILD)/build.ninja: | tools-build
	meson setup $(BUILD)

build: | $(BUILD)/build.ninja
	ninja -C $(BUILD)

.PHONY: tools-build tools-test tools-long
tools-build:
	@tools/install-deps build
tools-test:
	@tools/install-deps test
tools-long:
	@tools/install-deps long

demo: | $(BUILD)/build.ninja
	ninja -C $(BUILD) programs centrale-gmo
	data/demo/run $(BUILD)

check: | tools-test
	@tools/check --build $(BUILD) --asan $(ASAN) --fuzz $(FUZZ)

# make check-long                       lists the parts
# make check-long NAME="kill --seeds 3" runs one
check-long: | $(if $(NAME),tools-long)
	@tools/check-long $(BUILD) $(NAME)

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf $(BUILD) $(ASAN) $(FUZZ)
