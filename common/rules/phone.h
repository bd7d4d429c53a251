/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phone numbers. Inside, a number is its E.164 form, "+" and 7 to 15 digits (D13); trunks and people
 * write it in many ways. A country's habits are data, so that nothing here knows a default country. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How a country dials. NL: "31", "0", "00". IT: "39", "", "00" (its zero is part of the number).
 * US and CA: "1", "1", "011". */
typedef struct {
  const char *country_code; /* without "+" */
  const char *trunk; /* what is put before a national number and is no part of it; "" for none */
  const char *international; /* what is put before a foreign number */
} CtDialPlan;

/* By ISO 3166 code ("NL"); NULL for a country that is not in the table. */
const CtDialPlan *ct_dial_plan_find (const char *country);

/* By calling code ("31"); NULL for one that is not in the table, or no code. */
const CtDialPlan *ct_dial_plan_find_code (const char *country_code);

/* "+31 (0)20 123 45 67", "0031-20-1234567", "020 1234567", "tel:+31201234567", "sip:+3120...@host"
 * all give "+31201234567". @plan NULL: only numbers that name their country. NULL for what is no such
 * number: withheld names, short codes, letters. Caller frees. */
char *ct_phone_normalise (const char *text, const CtDialPlan *plan) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE for exactly "+" and 7 to 15 digits, the first not 0. */
gboolean ct_phone_is_e164 (const char *text);
/* TRUE when @number begins with one of @prefixes ("+31", "+3906"); NULL: there are none. */
gboolean ct_phone_begins_with (const char *number, char *const *prefixes);

/* TRUE for NULL, "", and the words that trunks write in place of a number ("anonymous", "restricted"...),
 * bare or in a SIP URI. */
gboolean ct_phone_is_withheld (const char *text);

/* For the eye: North American numbers as their ten digits (D13), "514-555-0199"; others as
 * "+31 6 1234 5678" style groups, as the country's people write them where that is known here. What is
 * no E.164 number comes back unchanged. Caller frees. */
char *ct_phone_pretty (const char *number);

G_END_DECLS
