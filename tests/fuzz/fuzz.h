/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each target defines, and libFuzzer or replay.c calls. Returns 0. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
