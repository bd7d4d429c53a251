/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/words.h"

#include "client/session/keyed.h"
#include "client/widgets/format.h"
#include "common/rules/phone.h"

#include <glib/gi18n.h>
#include <string.h>

#define DAY_MS G_GINT64_CONSTANT (86400000)
/* Beyond this a forecast from one day's pace says nothing. */
#define LONG_DAYS 60

typedef struct {
  const char *word; /* as the record has it */
  const char *text;
} Word;

/* @context: of the translations. */
static const char *
find_word (const Word *words, gsize n, const char *context, const char *word)
{
  for (gsize i = 0; word != NULL && i < n; i++)
    if (strcmp (words[i].word, word) == 0)
      return g_dpgettext2 (NULL, context, words[i].text);
  return NULL;
}

char *
cd_words_caller (const CtCall *call)
{
  if (call->caller == NULL || *call->caller == '\0')
    return g_strdup (_ ("Number withheld"));
  return ct_phone_pretty (call->caller);
}

char *
cd_words_keyed (const CtCall *call, const char *between)
{
  GString *text = NULL;

  for (guint i = 0; call->keyed != NULL && i < call->keyed->len; i++)
    {
      const CtKeyed *keyed = call->keyed->pdata[i];

      if (*keyed->value == '\0')
        continue;
      if (text == NULL)
        text = g_string_new (NULL);
      else
        g_string_append (text, between);
      /* Translators: what a caller keyed in at a question of the menu: %1$s the question's name, %2$s
       * the digits */
      g_string_append_printf (text, _ ("%1$s: %2$s"), cd_keyed_get_label (keyed),
                              cd_keyed_get_meaning (keyed));
    }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

static const Word states[] = {
  { "ivr", NC_ ("call state", "Listens and chooses") },
  { "queued", NC_ ("call state", "Waits") },
  { "offered", NC_ ("call state", "A phone rings") },
  { "talking", NC_ ("call state", "Talks") },
  { "held", NC_ ("call state", "Is on hold") },
  { "parked", NC_ ("call state", "Is being connected again") },
  { "onward", NC_ ("call state", "Is connected through") },
  { "ended", NC_ ("call state", "Has ended") },
};

const char *
cd_words_state (const CtCall *call)
{
  const char *text = find_word (states, G_N_ELEMENTS (states), "call state", call->state);

  return text != NULL ? text : "";
}

static const Word causes[] = {
  { "caller", NC_ ("end of a call", "The caller hung up") },
  { "agent", NC_ ("end of a call", "The e-agent ended the call") },
  { "abandoned", NC_ ("end of a call", "Hung up before the answer") },
  { "no_agent", NC_ ("end of a call", "No e-agent was free") },
  { "closed", NC_ ("end of a call", "Outside of opening hours") },
  { "no_credit", NC_ ("end of a call", "No credit was left") },
  { "unreachable", NC_ ("end of a call", "The phone could not be reached") },
  { "lost", NC_ ("end of a call", "The line was lost") },
  { "restart", NC_ ("end of a call", "Cut off by a restart of the server") },
  { "onward", NC_ ("end of a call", "Connected through to the end") },
  { "studio", NC_ ("end of a call", "An announcement was recorded") },
};

const char *
cd_words_cause (const CtCall *call)
{
  const char *text = find_word (causes, G_N_ELEMENTS (causes), "end of a call", call->cause);

  return text != NULL ? text : C_ ("call state", "Has ended");
}

const char *
cd_words_disposition (const CtCall *call)
{
  for (guint i = 0; call->dispositions != NULL && i < call->dispositions->len; i++)
    {
      const CtDisposition *one = call->dispositions->pdata[i];

      if (g_strcmp0 (one->code, call->disposition) == 0)
        return one->label;
    }
  return NULL;
}

char *
cd_words_rate (CtMoney rate, const char *currency)
{
  g_autofree char *second = cd_format_rate (rate, currency);
  g_autofree char *minute = NULL;
  CtMoney of_minute;

  if (!ct_money_times (rate, 60, &of_minute))
    /* Translators: %s is an amount of money. */
    return g_strdup_printf (_ ("%s per second"), second);
  minute = cd_format_rate (of_minute, currency);
  /* Translators: both are amounts of money: "€ 0.02 per second (€ 1.20 per minute)" */
  return g_strdup_printf (_ ("%s per second (%s per minute)"), second, minute);
}

static gboolean
is_same_day (gint64 a_ms, gint64 b_ms)
{
  g_autoptr (GDateTime) a = g_date_time_new_from_unix_local (a_ms / 1000);
  g_autoptr (GDateTime) b = g_date_time_new_from_unix_local (b_ms / 1000);

  return g_date_time_get_year (a) == g_date_time_get_year (b)
         && g_date_time_get_day_of_year (a) == g_date_time_get_day_of_year (b);
}

/* "16:40" of today, else "12 May". */
static char *
time_or_day (gint64 at_ms, gint64 now_ms)
{
  return is_same_day (at_ms, now_ms) ? cd_format_time (at_ms) : cd_format_day (at_ms, now_ms);
}

/* Before the first second of a pace: what the running calls alone make of it. */
static char *
pace_of_now (CtMoney credit, CtMoney rate, guint running, gint64 now_ms)
{
  gint64 seconds = credit / (rate * running);
  gint64 until_ms = now_ms + seconds * 1000;
  g_autofree char *when = NULL;

  if (seconds > LONG_DAYS * DAY_MS / 1000)
    return g_strdup (_ ("Lasts for more than two months if the calls of now go on."));
  when = time_or_day (until_ms, now_ms);
  if (is_same_day (until_ms, now_ms))
    /* Translators: %s is a time of today, as "16:40". */
    return g_strdup_printf (C_ ("time", "Lasts until about %s if the calls of now go on."), when);
  /* Translators: %s is a day, as "12 May". */
  return g_strdup_printf (C_ ("day", "Lasts until about %s if the calls of now go on."), when);
}

char *
cd_words_pace (const CtDashboard *dashboard, guint running, gint64 now_ms)
{
  CtMoney credit = dashboard->credit;
  gint64 lasts_until = dashboard->lasts_until;
  g_autofree char *when = NULL;

  if (credit <= 0)
    return g_strdup (
        _ ("There is no credit left: callers hear your message for that. Ask your call "
           "centre to add credit."));
  if (lasts_until == 0 && running > 0 && dashboard->rate > 0)
    return pace_of_now (credit + dashboard->reserved, dashboard->rate, running, now_ms);
  if (lasts_until == 0)
    return g_strdup (_ ("Too few calls in the last hour to tell how long it lasts."));
  if (lasts_until > now_ms + LONG_DAYS * DAY_MS)
    return g_strdup (_ ("Lasts for more than two months at the pace of the last hour."));
  when = time_or_day (lasts_until, now_ms);
  if (is_same_day (lasts_until, now_ms))
    /* Translators: %s is a time of today, as "16:40". */
    return g_strdup_printf (C_ ("time", "Lasts until about %s at the pace of the last hour."),
                            when);
  /* Translators: %s is a day, as "12 May". */
  return g_strdup_printf (C_ ("day", "Lasts until about %s at the pace of the last hour."), when);
}

char *
cd_words_seconds (gint64 seconds)
{
  g_autofree char *number = cd_format_number ((double) seconds, 0);

  /* Translators: %s is a number. */
  return g_strdup_printf (ngettext ("%s second", "%s seconds", (gulong) seconds), number);
}

char *
cd_words_bill (const CtBill *bill, const char *currency)
{
  g_autofree char *seconds = cd_words_seconds (bill->seconds);
  g_autofree char *rate = cd_format_rate (bill->rate, currency);
  g_autofree char *amount = cd_format_rate (bill->amount, currency);
  CtMoney talked;

  if (bill->amount == 0)
    return g_strdup (
        _ ("Nothing was billed. Only completed seconds between the e-agent's answer and the "
           "end of the conversation cost money."));
  if (!ct_money_times (bill->rate, bill->seconds, &talked) || talked != bill->amount)
    /* Translators: %1$s is "67 seconds", %2$s the price of a second, %3$s the price of all. */
    return g_strdup_printf (_ ("%1$s with the e-agent at %2$s each, and the time connected through "
                               "after it, make %3$s. "
                               "Ringing, the queue and music before the answer are never billed."),
                            seconds, rate, amount);
  /* Translators: %1$s is "67 seconds", %2$s the price of a second, %3$s the price of all. */
  return g_strdup_printf (_ ("%1$s at %2$s each make %3$s. Counted are the completed seconds "
                             "between the e-agent's answer "
                             "and the end of the conversation; ringing, the queue and music before "
                             "the answer are never "
                             "billed."),
                          seconds, rate, amount);
}

char *
cd_words_why (const CtWhy *why, const char *agent)
{
  g_autofree char *idle = cd_format_clock (why->idle_seconds);
  g_autofree char *candidates = cd_format_number ((double) why->candidates, 0);
  const char *name = agent != NULL ? agent : _ ("The e-agent");

  if (why->candidates <= 1)
    /* Translators: %s is the name of an e-agent. */
    return g_strdup_printf (_ ("%s was the only e-agent who could take this call."), name);
  /* Translators: %1$s is the name of an e-agent, %2$s a number, %3$s a time as "4:10". */
  return g_strdup_printf (
      ngettext ("%1$s was free for the longest time (%3$s) of the %2$s e-agent who could "
                "take this call.",
                "%1$s was free for the longest time (%3$s) of the %2$s e-agents who could "
                "take this call.",
                (gulong) why->candidates),
      name, candidates, idle);
}

/* In the order in which they are tried. */
static const Word rules[] = {
  { "tenant", NC_ ("e-agents", "Work for another call centre") },
  { "pool", NC_ ("e-agents", "Not in the pool of this line") },
  { "skill", NC_ ("e-agents", "Without a skill that the line asks for") },
  { "badge", NC_ ("e-agents", "Without the badge that the script asks for") },
  { "level", NC_ ("e-agents", "Of a lower level than the script asks for") },
  { "language", NC_ ("e-agents", "Do not speak the caller's language") },
  { "unregistered", NC_ ("e-agents", "Phone not signed on") },
  { "paused", NC_ ("e-agents", "On a pause") },
  { "offline", NC_ ("e-agents", "Not at work") },
  { "ringing", NC_ ("e-agents", "Another call was ringing") },
  { "talking", NC_ ("e-agents", "In another call") },
  { "wrap_up", NC_ ("e-agents", "Finishing another call") },
  { "missed", NC_ ("e-agents", "Missed this call before") },
};

const char *
cd_words_rule (const char *rule)
{
  const char *text = find_word (rules, G_N_ELEMENTS (rules), "e-agents", rule);

  return text != NULL ? text : rule;
}

char *
cd_words_message (const CtMessage *message, gint64 now_ms)
{
  static const Word message_states[] = {
    { "queued", NC_ ("mail", "Waits for its turn") },
    { "sending", NC_ ("mail", "Is being sent") },
    { "unknown", NC_ ("mail", "Sent again, to be sure that it arrived") },
    { "failed", NC_ ("mail", "Refused by the mail server") },
  };
  const char *text
      = find_word (message_states, G_N_ELEMENTS (message_states), "mail", message->state);
  g_autofree char *time = NULL;

  if (text != NULL)
    return g_strdup (text);
  time = cd_format_time (message->sent);
  if (message->sent == 0 || is_same_day (message->sent, now_ms))
    /* Translators: of a mail; %s is a time, as "14:05". */
    return g_strdup_printf (_ ("Sent at %s"), time);
  {
    g_autofree char *day = cd_format_day (message->sent, now_ms);

    /* Translators: of a mail: "Sent on 12 May at 14:05". */
    return g_strdup_printf (_ ("Sent on %s at %s"), day, time);
  }
}

char *
cd_words_percent (gint64 hundredths)
{
  g_autofree char *number = cd_format_number ((double) hundredths / 100, 2);

  /* Translators: %s is a number; a percentage, with or without a space as your language has it. */
  return g_strdup_printf (_ ("%s%%"), number);
}

char *
cd_words_quality (const CtQuality *quality)
{
  g_autofree char *figure = NULL;
  g_autofree char *unanswered = NULL;
  g_autofree char *late = NULL;
  g_autofree char *early = NULL;

  if (quality == NULL || quality->received == 0)
    return g_strdup (_ ("No service quality yet: no call has waited in the queue today."));
  figure = cd_words_percent (quality->quality);
  unanswered = cd_words_percent (quality->lost_unanswered);
  late = cd_words_percent (quality->lost_late);
  early = cd_words_percent (quality->lost_early);
  /* Translators: each is a percentage. */
  return g_strdup_printf (
      _ ("Service quality %s. Lost by calls not answered %s, by late answers %s, by "
         "early answers %s."),
      figure, unanswered, late, early);
}
