/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bakery's order line in two languages, with every kind of step and question in it. */
#pragma once

#include "common/script/script.h"

extern const char sample_bakery[];

/* Parses, and fails the test when it cannot. */
CtScript *sample_parse (const char *text);
/* @text with the first @from in it replaced by @to, which the test fails without. */
char *sample_change (const char *text, const char *from, const char *to);
