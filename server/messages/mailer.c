/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailer: one thread that takes messages out of the outbox, a few at a time, in the order they are
 * due, and hands them to the mail server (outbox.h says what is on disk when).
 *
 * A failure that is about the mail postpones that mail, longer each time. One that is about the server (it
 * does not answer, wants no TLS, knows us not) holds all mail for a moment, and is never a reason to
 * give one up before its 24 hours. */
#define G_LOG_DOMAIN "messages"

#include <curl/curl.h>
#include <string.h>

#include "common/rules/mail-address.h"
#include "server/base/log.h"
#include "server/messages/mailer-private.h"
#include "server/messages/mime.h"
#include "server/messages/outbox.h"
#include "server/messages/smtp.h"

#define FIRST_PAUSE_MS (60 * 1000)
#define LONGEST_PAUSE_MS (60 * 60 * 1000)
#define GIVE_UP_MS (24 * 60 * 60 * 1000)
#define LEAST_ATTEMPTS 6                 /* an hour of pauses, also when we were down all day */
#define HOLD_MS (10 * 1000)              /* after the server could not be reached */
#define LOOK_US (5 * G_TIME_SPAN_SECOND) /* without a wake-up */
#define DISK_US (1 * G_TIME_SPAN_SECOND) /* after the store refused */
#define FIRST_TURN                                                                                 \
  8 /* messages claimed at once, twice as many as were sent the last
                                          * time, */
#define LONGEST_TURN 64
#define TURN_US (G_TIME_SPAN_SECOND / 4) /* and given back after so long */

struct _CsMailer {
  gatomicrefcount references;
  CsStore *store;
  CsMailConfig config; /* strings owned */
  CsSmtp *smtp;        /* the thread's */
  CsOutbox *outbox;    /* the thread's */
  GThread *thread;
  gint64 hold_until_ms; /* the thread's */
  GMutex lock;
  GCond changed;
  gboolean woken;                /* guarded by `lock` */
  gboolean stopped;              /* guarded by `lock` */
  guint64 sent, failed, retried; /* guarded by `lock` */
};

CsMailer *
cs_mailer_new (CsStore *store, const CsMailConfig *config)
{
  CsMailer *mailer = g_new0 (CsMailer, 1);

  curl_global_init (CURL_GLOBAL_DEFAULT);
  g_atomic_ref_count_init (&mailer->references);
  mailer->store = store;
  mailer->config = *config;
  mailer->config.host = g_strdup (config->host);
  mailer->config.ca_path = g_strdup (config->ca_path);
  mailer->config.user = g_strdup (config->user);
  mailer->config.password = g_strdup (config->password);
  mailer->config.from = g_strdup (config->from);
  mailer->config.host_name = g_strdup (config->host_name);
  mailer->smtp = cs_smtp_new (&mailer->config);
  mailer->outbox = cs_outbox_new (store, mailer->config.host_name);
  g_mutex_init (&mailer->lock);
  g_cond_init (&mailer->changed);
  return mailer;
}

CsMailer *
cs_mailer_ref (CsMailer *mailer)
{
  g_atomic_ref_count_inc (&mailer->references);
  return mailer;
}

void
cs_mailer_unref (CsMailer *mailer)
{
  if (!g_atomic_ref_count_dec (&mailer->references))
    return;
  cs_smtp_free (mailer->smtp);
  cs_outbox_free (mailer->outbox);
  g_mutex_clear (&mailer->lock);
  g_cond_clear (&mailer->changed);
  g_free ((char *) mailer->config.host);
  g_free ((char *) mailer->config.ca_path);
  g_free ((char *) mailer->config.user);
  g_free ((char *) mailer->config.password);
  g_free ((char *) mailer->config.from);
  g_free ((char *) mailer->config.host_name);
  g_free (mailer);
}

static gint64
now_of (CsMailer *mailer)
{
  return ct_clock_utc_ms (cs_store_get_clock (mailer->store));
}

/* Waiting */

static gboolean
is_stopped (CsMailer *mailer)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mailer->lock);

  return mailer->stopped;
}

/* Until woken, stopped, or @us passed. */
static void
wait_for (CsMailer *mailer, gint64 us)
{
  gint64 until_us = g_get_monotonic_time () + us;

  g_mutex_lock (&mailer->lock);
  while (!mailer->woken && !mailer->stopped
         && g_cond_wait_until (&mailer->changed, &mailer->lock, until_us))
    ;
  mailer->woken = FALSE;
  g_mutex_unlock (&mailer->lock);
}

/* Sending */

static gint64
pause_after (gint64 attempts)
{
  gint64 pause_ms = FIRST_PAUSE_MS;

  for (gint64 i = 1; i < attempts && pause_ms < LONGEST_PAUSE_MS; i++)
    pause_ms *= 2;
  return MIN (pause_ms, LONGEST_PAUSE_MS);
}

static void
count (CsMailer *mailer, guint64 *figure)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mailer->lock);

  (*figure)++;
}

static void
put_off (CsMailer *mailer, const CsMessageRow *row, CsSmtpResult result, const char *reply,
         CsOutcome *outcome)
{
  gint64 now_ms = now_of (mailer);

  gboolean twice = row->uncertain && result == CS_SMTP_UNKNOWN; /* a third copy is one too many */
  gboolean too_old = now_ms - row->created_ms >= GIVE_UP_MS && row->attempts >= LEAST_ATTEMPTS;

  outcome->next_ms = now_ms + pause_after (row->attempts);
  outcome->uncertain = result == CS_SMTP_UNKNOWN;
  if (result == CS_SMTP_UNREACHABLE)
    mailer->hold_until_ms = now_ms + HOLD_MS;
  if (!twice && !too_old)
    {
      count (mailer, &mailer->retried);
      return;
    }
  outcome->state = row->uncertain || outcome->uncertain ? "unknown" : "failed";
  count (mailer, &mailer->failed);
  cs_warning (CS_ABOUT (.tenant = row->tenant, .call = row->call),
              "message %s is given up after %" G_GINT64_FORMAT " attempts, %s: %s",
              ct_id_text (row->id).text, row->attempts, outcome->state, reply);
}

static CsSmtpResult
hand_over (CsMailer *mailer, const CsMessageRow *row, char **reply)
{
  const char *from = row->sender != NULL ? row->sender : mailer->config.from;
  g_autofree char *envelope_from = ct_mail_address (from);
  const CsMail mail = {
    .from = from,
    .recipients = (const char *const *) row->recipients,
    .subject = row->subject,
    .body = row->body,
    .language = row->language,
    .message_id = row->message_id,
    .date_ms = row->created_ms,
  };
  g_autofree char *text = NULL;

  if (envelope_from == NULL)
    {
      *reply = g_strdup ("the sender is not a mail address");
      return CS_SMTP_REFUSED;
    }
  text = cs_mime_compose (&mail);
  return cs_smtp_send (mailer->smtp, envelope_from, row->recipient, text, reply);
}

static void
send_message (CsMailer *mailer, const CsMessageRow *row)
{
  g_autofree char *reply = NULL;
  CsOutcome outcome = { .id = row->id };
  CsAbout about = { .tenant = row->tenant, .call = row->call };

  switch (hand_over (mailer, row, &reply))
    {
    case CS_SMTP_ACCEPTED:
      outcome.state = row->uncertain ? "unknown" : "sent";
      outcome.sent_ms = now_of (mailer);
      count (mailer, &mailer->sent);
      cs_info (about, "message %s was accepted", ct_id_text (row->id).text);
      break;
    case CS_SMTP_REFUSED:
      outcome.state = "failed";
      count (mailer, &mailer->failed);
      cs_warning (about, "message %s was refused for good: %s", ct_id_text (row->id).text, reply);
      break;
    case CS_SMTP_LATER:
      put_off (mailer, row, CS_SMTP_LATER, reply, &outcome);
      break;
    case CS_SMTP_UNREACHABLE:
      put_off (mailer, row, CS_SMTP_UNREACHABLE, reply, &outcome);
      break;
    case CS_SMTP_UNKNOWN:
      put_off (mailer, row, CS_SMTP_UNKNOWN, reply, &outcome);
      break;
    }
  if (outcome.sent_ms == 0)
    {
      cs_info (about, "message %s, attempt %" G_GINT64_FORMAT ": %s", ct_id_text (row->id).text,
               row->attempts, reply);
      outcome.reason = g_steal_pointer (&reply);
    }
  cs_outbox_note (mailer->outbox, &outcome);
}

/* How long until there is something to do; 0: now. Only reads. */
static gint64
time_to_next (CsMailer *mailer)
{
  gint64 ms;

  if (!cs_outbox_time_to_next (mailer->outbox, &ms, NULL))
    return DISK_US;
  if (ms < 0)
    return LOOK_US;
  ms = MAX (ms, mailer->hold_until_ms - now_of (mailer));
  return CLAMP (ms * 1000, 0, LOOK_US);
}

/* What was claimed, one by one. A slow server does not keep the outcomes from the disk for long; one
 * that cannot be reached, or our own stop, gives the rest back. Returns how many there were. */
static guint
send_claimed (CsMailer *mailer)
{
  gint64 end_us = g_get_monotonic_time () + TURN_US;
  guint sent = 0;
  CsMessageRow *row;

  while ((row = cs_outbox_take (mailer->outbox)) != NULL)
    {
      sent++;
      send_message (mailer, row);
      cs_message_row_free (row);
      if (is_stopped (mailer) || now_of (mailer) < mailer->hold_until_ms
          || g_get_monotonic_time () > end_us)
        cs_outbox_give_back (mailer->outbox);
    }
  return sent;
}

/* Turn by turn until nothing is due. */
static void
empty_outbox (CsMailer *mailer)
{
  guint sent = FIRST_TURN / 2;

  for (;;)
    {
      gboolean held = is_stopped (mailer) || now_of (mailer) < mailer->hold_until_ms;
      g_autoptr (GError) error = NULL;

      if (held && cs_outbox_count_noted (mailer->outbox) == 0)
        return;
      if (cs_outbox_turn (mailer->outbox, held ? 0 : MIN (2 * sent, LONGEST_TURN), &error))
        {
          sent = send_claimed (mailer);
          if (sent == 0)
            return;
        }
      else if (is_stopped (mailer))
        return; /* they stay `sending`, and the next run knows what that means */
      else
        {
          g_warning ("the outbox does not answer: %s", error->message);
          wait_for (mailer, DISK_US);
        }
    }
}

static gpointer
run (gpointer data)
{
  CsMailer *mailer = data;

  while (!is_stopped (mailer))
    {
      gint64 us = time_to_next (mailer);

      if (us > 0)
        wait_for (mailer, us);
      else
        empty_outbox (mailer);
    }
  return NULL;
}

/* Start and stop */

typedef struct {
  gint64 again, ended;
} Recovered;

static gboolean
write_recovery (CsDb *db, gpointer data, GError **error)
{
  Recovered *recovered = data;

  return cs_messages_recover (db, ct_clock_utc_ms (cs_db_get_clock (db)), &recovered->again,
                              &recovered->ended, error);
}

gboolean
cs_mailer_start (CsMailer *mailer, GError **error)
{
  Recovered recovered = { 0, 0 };

  if (!cs_store_write (mailer->store, write_recovery, &recovered, error))
    return FALSE;
  if (recovered.again > 0)
    g_warning ("%d messages may have been accepted before the last stop; sent once more",
               (int) recovered.again);
  if (recovered.ended > 0)
    g_warning ("of %d messages it is unknown whether they were accepted", (int) recovered.ended);
  mailer->thread = g_thread_new ("mailer", run, mailer);
  return TRUE;
}

void
cs_mailer_stop (CsMailer *mailer)
{
  g_mutex_lock (&mailer->lock);
  mailer->stopped = TRUE;
  g_cond_broadcast (&mailer->changed);
  g_mutex_unlock (&mailer->lock);
  g_clear_pointer (&mailer->thread, g_thread_join);
}

void
cs_mailer_free (CsMailer *mailer)
{
  cs_mailer_stop (mailer);
  cs_mailer_unref (mailer);
}

void
cs_mailer_wake (CsMailer *mailer)
{
  g_mutex_lock (&mailer->lock);
  mailer->woken = TRUE;
  g_cond_broadcast (&mailer->changed);
  g_mutex_unlock (&mailer->lock);
}

gboolean
cs_mailer_get_figures (CsMailer *mailer, CsDb *db, CsMailerFigures *figures, GError **error)
{
  if (!cs_messages_count_waiting (db, &figures->waiting, &figures->oldest_waiting_ms, error))
    return FALSE;
  g_mutex_lock (&mailer->lock);
  figures->sent = mailer->sent;
  figures->failed = mailer->failed;
  figures->retried = mailer->retried;
  g_mutex_unlock (&mailer->lock);
  return TRUE;
}
