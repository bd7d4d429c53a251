/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule by which a catalogue chooses a plural form: " nplurals=2; plural=(n != 1);". Private to the
 * catalogue. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CT_PLURAL_GERMANIC " nplurals=2; plural=n != 1;"

typedef struct {
  gulong n_forms;
  char *expression; /* of C, in n; parsed without error */
} CtPluralRule;

gboolean ct_plural_rule_parse (CtPluralRule *rule, const char *text, GError **error);
void ct_plural_rule_clear (CtPluralRule *rule);
/* 0 to n_forms - 1. */
gulong ct_plural_rule_choose (const CtPluralRule *rule, gulong n);

G_END_DECLS
