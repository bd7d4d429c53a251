/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/money.h"

#include <string.h>

char *
ct_money_to_text (CtMoney money)
{
  guint64 size = money < 0 ? -(guint64) money : (guint64) money;
  guint64 fraction = size % CT_MONEY_UNIT;
  int digits = 6;

  while (digits > 2 && fraction % 10 == 0)
    {
      fraction /= 10;
      digits--;
    }
  return g_strdup_printf ("%s%" G_GUINT64_FORMAT ".%0*" G_GUINT64_FORMAT, money < 0 ? "-" : "",
                          size / CT_MONEY_UNIT, digits, fraction);
}

gboolean
ct_money_parse (const char *text, CtMoney *money)
{
  gboolean negative = text != NULL && *text == '-';
  const char *c = text + (negative ? 1 : 0);
  gint64 whole = 0;
  gint64 fraction = 0;
  gint64 weight = CT_MONEY_UNIT;

  if (text == NULL || !g_ascii_isdigit (*c))
    return FALSE;
  for (; g_ascii_isdigit (*c); c++)
    if (__builtin_mul_overflow (whole, 10, &whole)
        || __builtin_add_overflow (whole, *c - '0', &whole))
      return FALSE;
  if (*c == '.')
    {
      if (!g_ascii_isdigit (*++c))
        return FALSE;
      for (; g_ascii_isdigit (*c) && weight > 1; c++)
        {
          weight /= 10;
          fraction += (*c - '0') * weight;
        }
    }
  if (*c != '\0' || __builtin_mul_overflow (whole, CT_MONEY_UNIT, &whole)
      || __builtin_add_overflow (whole, fraction, &whole))
    return FALSE;
  *money = negative ? -whole : whole;
  return TRUE;
}
