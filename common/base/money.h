/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money: a count of micro-units of an account's currency (EUR 0.02 = 20 000), never a float (D1).
 * Arithmetic that could overflow says so. Words for people are made elsewhere, with a language. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef gint64 CtMoney;

#define CT_MONEY_UNIT G_GINT64_CONSTANT (1000000)
#define CT_MONEY_CENT G_GINT64_CONSTANT (10000)

static inline gboolean G_GNUC_WARN_UNUSED_RESULT
ct_money_add (CtMoney a, CtMoney b, CtMoney *sum)
{
  return !__builtin_add_overflow (a, b, sum);
}

static inline gboolean G_GNUC_WARN_UNUSED_RESULT
ct_money_times (CtMoney rate, gint64 count, CtMoney *product)
{
  return !__builtin_mul_overflow (rate, count, product);
}

/* "12.34" or "0.0225": at least two decimals, no more than needed, a point, for files and logs. */
char *ct_money_to_text (CtMoney money);
/* Reads the same back (up to six decimals, optional minus); FALSE for anything else. */
gboolean ct_money_parse (const char *text, CtMoney *money);

G_END_DECLS
