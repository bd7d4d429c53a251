/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an owner reads, in the language of the source: the reasons behind the figures. */
#include "client/dashboard/words.h"

#include <locale.h>
#include <string.h>

#define NOON G_GINT64_CONSTANT (1779278400000) /* 20 May 2026, 12:00 UTC */

static void
test_bill (void)
{
  g_autoptr (CtBill) bill = ct_bill_new ();
  g_autofree char *words = NULL;
  g_autofree char *onward = NULL;
  g_autofree char *nothing = NULL;

  bill->rate = 22500;
  bill->seconds = 67;
  bill->amount = 67 * 22500;
  words = cd_words_bill (bill, "EUR");
  g_assert_nonnull (strstr (words, "67 seconds at €0.0225 each make €1.5075."));
  bill->amount += 5000;
  onward = cd_words_bill (bill, "EUR");
  g_assert_nonnull (strstr (onward, "connected through"));
  bill->amount = bill->seconds = 0;
  nothing = cd_words_bill (bill, "EUR");
  g_assert_true (g_str_has_prefix (nothing, "Nothing was billed."));
}

static void
test_rate (void)
{
  g_autofree char *words = cd_words_rate (20000, "EUR");
  g_autofree char *huge = cd_words_rate (G_MAXINT64 / 2, "EUR");

  g_assert_cmpstr (words, ==, "€0.02 per second (€1.20 per minute)");
  g_assert_nonnull (huge);
}

static char *
pace (CtMoney credit, gint64 lasts_until, guint running)
{
  g_autoptr (CtDashboard) dashboard = ct_dashboard_new ();

  dashboard->credit = credit;
  dashboard->lasts_until = lasts_until;
  dashboard->rate = 20000;
  return cd_words_pace (dashboard, running, NOON);
}

static void
test_pace (void)
{
  g_autofree char *today = pace (1, NOON + 4 * 3600 * 1000, 0);
  g_autofree char *later = pace (1, NOON + G_GINT64_CONSTANT (5) * 86400 * 1000, 0);
  g_autofree char *far = pace (1, NOON + G_GINT64_CONSTANT (90) * 86400 * 1000, 0);
  g_autofree char *calm = pace (1, 0, 0);
  /* 3600 seconds of two calls */
  g_autofree char *first = pace (G_GINT64_CONSTANT (144000000), 0, 2);
  g_autofree char *rich = pace (G_GINT64_CONSTANT (900000000000), 0, 1);
  g_autofree char *none = pace (0, 0, 1);

  g_assert_cmpstr (today, ==, "Lasts until about 16:00 at the pace of the last hour.");
  g_assert_cmpstr (later, ==, "Lasts until about 25 May at the pace of the last hour.");
  g_assert_nonnull (strstr (far, "two months"));
  g_assert_nonnull (strstr (calm, "last hour"));
  g_assert_cmpstr (first, ==, "Lasts until about 13:00 if the calls of now go on.");
  g_assert_nonnull (strstr (rich, "two months if the calls"));
  g_assert_nonnull (strstr (none, "no credit left"));
}

/* In the viewer's language, else in English; as it was keyed where nobody worded it. */
static void
test_keyed (void)
{
  g_autoptr (CtCall) call = ct_call_new ();
  CtKeyed *reason = ct_keyed_new ();
  CtKeyed *number = ct_keyed_new ();
  g_autofree char *words = NULL;

  g_assert_null (cd_words_keyed (call, ", "));
  reason->name = g_strdup ("reason");
  reason->value = g_strdup ("2");
  reason->label = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (reason->label, g_strdup ("nl"), g_strdup ("Reden"));
  g_hash_table_insert (reason->label, g_strdup ("en"), g_strdup ("Reason"));
  reason->meaning = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (reason->meaning, g_strdup ("fr"), g_strdup ("horaires"));
  number->name = g_strdup ("customer");
  number->value = g_strdup ("0427");
  call->keyed = g_ptr_array_new_with_free_func (ct_record_free);
  g_ptr_array_add (call->keyed, reason);
  g_ptr_array_add (call->keyed, number);
  words = cd_words_keyed (call, ", ");
  g_assert_cmpstr (words, ==, "Reason: horaires, customer: 0427");
}

static void
test_why (void)
{
  g_autoptr (CtWhy) why = ct_why_new ();
  g_autofree char *only = NULL;
  g_autofree char *idlest = NULL;

  why->candidates = 1;
  only = cd_words_why (why, "Zoë");
  g_assert_cmpstr (only, ==, "Zoë was the only e-agent who could take this call.");
  why->candidates = 3;
  why->idle_seconds = 250;
  idlest = cd_words_why (why, "Zoë");
  g_assert_cmpstr (idlest, ==,
                   "Zoë was free for the longest time (4:10) of the 3 e-agents who could take this "
                   "call.");
}

/* Nothing is rounded up: 99.99 stays what it is. */
static void
test_quality (void)
{
  g_autoptr (CtQuality) quality = ct_quality_new ();
  g_autofree char *none = cd_words_quality (NULL);
  g_autofree char *words = NULL;
  g_autofree char *percent = cd_words_percent (9999);

  quality->received = 1000000;
  quality->quality = 9999;
  words = cd_words_quality (quality);
  g_assert_cmpstr (percent, ==, "99.99%");
  g_assert_true (g_str_has_prefix (words, "Service quality 99.99%."));
  g_assert_true (g_str_has_prefix (none, "No service quality yet"));
}

/* Each word that the server may send has one of ours. */
static void
test_closed_lists (void)
{
  g_auto (GStrv) states = g_strsplit (CT_CALL_STATE_CHOICES, " ", -1);
  g_auto (GStrv) causes = g_strsplit (CT_CAUSE_CHOICES, " ", -1);
  g_autofree char *listed = g_strstrip (g_strdup (CT_RULE_CHOICES));
  g_auto (GStrv) rules = g_strsplit (listed, " ", -1);
  g_autoptr (CtCall) call = ct_call_new ();

  for (guint i = 0; states[i] != NULL; i++)
    {
      g_free (call->state);
      call->state = g_strdup (states[i]);
      g_assert_cmpstr (cd_words_state (call), !=, "");
    }
  for (guint i = 0; causes[i] != NULL; i++)
    {
      g_free (call->cause);
      call->cause = g_strdup (causes[i]);
      g_assert_cmpstr (cd_words_cause (call), !=, "Has ended");
    }
  for (guint i = 0; rules[i] != NULL; i++)
    g_assert_cmpstr (cd_words_rule (rules[i]), !=, rules[i]);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_unsetenv ("LANGUAGE");
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/bill", test_bill);
  g_test_add_func ("/words/rate", test_rate);
  g_test_add_func ("/words/pace", test_pace);
  g_test_add_func ("/words/keyed", test_keyed);
  g_test_add_func ("/words/why", test_why);
  g_test_add_func ("/words/quality", test_quality);
  g_test_add_func ("/words/closed-lists", test_closed_lists);
  return g_test_run ();
}
