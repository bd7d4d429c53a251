/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the outbox to a real mail server (tests/tools/smtp-sink.py), through all that may go wrong on the
 * way (D31). The clock is ours: pauses of an hour take no time. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "../../tools/tree.h"
#include "server/messages/messages-store.h"
#include "server/messages/messages.h"

#define TENANT ((CtId) 1001)
#define COMPANY ((CtId) 2001)
#define NOW G_GINT64_CONSTANT (1795262400000) /* 2026-11-21T12:00:00Z */
#define SECOND_US G_GINT64_CONSTANT (1000000)
#define HOUR_US (3600 * SECOND_US)

typedef struct {
  char *folder;
  char *mails; /* the sink's folder */
  GSubprocess *sink;
  guint16 port;
  CtClock *clock;
  CsStore *store;
  CsMailer *mailer;
} Fixture;

/* @extra: more arguments, NULL-ended. */
static void
start_sink (Fixture *f, guint16 port, const char *const *extra)
{
  g_autofree char *script
      = g_test_build_filename (G_TEST_DIST, "tests", "tools", "smtp-sink.py", NULL);
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  g_autoptr (GStrvBuilder) arguments = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  g_strv_builder_add_many (arguments, "/usr/bin/python3", script, f->mails, "--port", port_text,
                           NULL);
  for (guint i = 0; extra != NULL && extra[i] != NULL; i++)
    g_strv_builder_add (arguments, extra[i]);
  all = g_strv_builder_end (arguments);
  f->sink = g_subprocess_newv ((const char *const *) all,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                   | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               &error);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->sink));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  f->port = (guint16) g_ascii_strtoull (line, NULL, 10);
}

static void
stop_sink (Fixture *f)
{
  if (f->sink == NULL)
    return;
  g_output_stream_close (g_subprocess_get_stdin_pipe (f->sink), NULL, NULL);
  g_subprocess_wait (f->sink, NULL, NULL);
  g_clear_object (&f->sink);
}

static void
start_mailer (Fixture *f, CsMailConfig config)
{
  g_autoptr (GError) error = NULL;

  config.host = "127.0.0.1";
  config.port = f->port;
  config.from = "Centrale <calls@north.example>";
  config.host_name = "host.test";
  if (config.timeout_seconds == 0)
    config.timeout_seconds = 10;
  f->mailer = cs_mailer_new (f->store, &config);
  cs_mailer_start (f->mailer, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("messages-XXXXXX", NULL);
  f->mails = g_build_filename (f->folder, "mails", NULL);
  g_mkdir (f->mails, 0700);
  path = g_build_filename (f->folder, "a.db", NULL);
  f->clock = ct_clock_new_manual (NOW);
  f->store
      = cs_store_open (path, f->clock, cs_messages_migrations, cs_messages_n_migrations, &error);
  g_assert_no_error (error);
  start_sink (f, 0, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->mailer, cs_mailer_free);
  stop_sink (f);
  cs_store_close (f->store);
  ct_clock_unref (f->clock);
  remove_tree (f->folder);
  g_free (f->folder);
  g_free (f->mails);
}

typedef struct {
  Fixture *f;
  CtId call;
  const char *to[3];
} Put;

static gboolean
put (CsDb *db, gpointer data, GError **error)
{
  const Put *p = data;
  static const CsMessageLine lines[] = { { "Naam", "Jan", FALSE },
                                         { "Pas", "9876 5432", TRUE },
                                         { "Adres", "Straat 1\nDorp", FALSE } };
  const CsCallMessage message = {
    .company = COMPANY,
    .call = p->call,
    .company_name = "Bakkerij Deeg",
    .to = p->to,
    .language = "nl",
    .time_zone = "Europe/Amsterdam",
    .ticket = "0427-00118",
    .caller = "+31612345678",
    .agent_name = "Anna",
    .disposition = "Bestelling",
    .note = "Belt terug.",
    .at_ms = NOW,
    .seconds = 65,
    .lines = lines,
    .n_lines = G_N_ELEMENTS (lines),
  };

  return cs_messages_put (db, cs_scope_tenant (TENANT), p->f->mailer, &message, NULL, error);
}

static void
put_message (Fixture *f, CtId call, const char *to)
{
  Put p = { f, call, { to, NULL } };
  g_autoptr (GError) error = NULL;

  cs_store_write (f->store, put, &p, &error);
  g_assert_no_error (error);
}

static CtMessage *
get_message (Fixture *f, CtId call, guint index)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  g_autoptr (GPtrArray) list = cs_messages_list (db, cs_scope_tenant (TENANT), call, NULL);

  cs_store_release_reader (f->store, db);
  g_assert_cmpuint (list->len, >, index);
  return ct_record_copy (g_ptr_array_index (list, index));
}

/* Looks until the message is in @state after @attempts, which its disk says when it is so. */
static CtMessage *
await (Fixture *f, CtId call, const char *state, gint64 attempts)
{
  gint64 end_us = g_get_monotonic_time () + 20 * SECOND_US;

  for (;;)
    {
      g_autoptr (CtMessage) message = get_message (f, call, 0);

      if (strcmp (message->state, state) == 0 && message->attempts == attempts)
        return g_steal_pointer (&message);
      if (g_get_monotonic_time () > end_us)
        g_error ("message is %s after %d attempts (%s)", message->state, (int) message->attempts,
                 message->reason);
      g_usleep (2000);
    }
}

static char *
read_mail (Fixture *f, int number)
{
  g_autofree char *name = g_strdup_printf ("%d.eml", number);
  g_autofree char *path = g_build_filename (f->mails, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
advance (Fixture *f, gint64 us)
{
  ct_clock_advance_us (f->clock, us);
  cs_mailer_wake (f->mailer);
}

static void
test_delivered (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) message = NULL;
  g_autofree char *mail = NULL;
  CsMailerFigures figures = { 0 };
  CsDb *db;

  start_mailer (f, (CsMailConfig){ 0 });
  put_message (f, 1, "bakery@example.org");
  put_message (f, 1, "bakery@example.org"); /* the call is closed again: nothing new */
  message = await (f, 1, "sent", 1);
  g_assert_cmpint (message->sent, ==, NOW);
  g_assert_false (message->repeated);
  mail = read_mail (f, 1);
  g_test_message ("%s", mail);
  g_assert_nonnull (strstr (mail, "X-From: calls@north.example\r\nX-To: bakery@example.org\r\n"));
  g_assert_nonnull (strstr (mail, "\r\nSubject: [0427-00118] Bestelling,"));
  g_assert_nonnull (strstr (mail, "\r\nMessage-ID: <"));
  g_assert_nonnull (strstr (mail, "@host.test>\r\n"));
  g_assert_nonnull (strstr (mail, ": 0427-00118\r\n"));
  g_assert_nonnull (strstr (mail, "13:00")); /* in the company's zone */
  g_assert_nonnull (strstr (mail, "Naam: Jan\r\n"));
  g_assert_nonnull (strstr (mail, "Adres: Straat 1\r\n    Dorp\r\n"));
  g_assert_nonnull (strstr (mail, "Belt terug."));
  g_assert_nonnull (strstr (mail, "Pas: "));
  g_assert_null (strstr (mail, "9876 5432")); /* D33 */
  g_assert_null (read_mail (f, 2));
  db = cs_store_acquire_reader (f->store);
  g_assert_true (cs_mailer_get_figures (f->mailer, db, &figures, NULL));
  cs_store_release_reader (f->store, db);
  g_assert_cmpuint (figures.sent, ==, 1);
  g_assert_cmpint (figures.waiting, ==, 0);
}

/* Each address is a message of its own: a bad one holds up nobody. */
static void
test_addresses (Fixture *f, gconstpointer data)
{
  Put p = { f, 1, { "refuse@example.org", "two@example.org", NULL } };
  Put bad = { f, 2, { "nobody", NULL } };
  g_autoptr (CtMessage) failed = NULL;
  g_autoptr (CtMessage) none = NULL;
  g_autofree char *mail = NULL;
  CtMessage *second;

  start_mailer (f, (CsMailConfig){ 0 });
  g_assert_true (cs_store_write (f->store, put, &p, NULL));
  g_assert_true (cs_store_write (f->store, put, &bad, NULL));
  failed = await (f, 1, "failed", 1);
  g_assert_nonnull (strstr (failed->reason, "no such mailbox"));
  none = await (f, 2, "failed", 0);
  g_assert_cmpstr (none->reason, ==, "not a mail address");
  do
    {
      second = get_message (f, 1, 1);
      mail = g_strdup (second->state);
      ct_message_free (second);
  } while (strcmp (mail, "sent") != 0 && (g_free (g_steal_pointer (&mail)), g_usleep (1000), TRUE));
  g_free (mail);
  mail = read_mail (f, 1);
  g_assert_nonnull (strstr (mail, "X-To: two@example.org"));
}

static void
test_later (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) waiting = NULL;
  g_autoptr (CtMessage) longer = NULL;
  g_autofree char *mail = NULL;

  start_mailer (f, (CsMailConfig){ 0 });
  put_message (f, 1, "later-2@example.org");
  waiting = await (f, 1, "queued", 1);
  g_assert_cmpint (waiting->next_attempt, ==, NOW + 60000);
  g_assert_nonnull (strstr (waiting->reason, "try again later"));
  advance (f, 60 * SECOND_US);
  longer = await (f, 1, "queued", 2);
  g_assert_cmpint (longer->next_attempt, ==, NOW + 60000 + 120000); /* doubled */
  advance (f, 120 * SECOND_US);
  ct_message_free (await (f, 1, "sent", 3));
  mail = read_mail (f, 1);
  g_assert_nonnull (mail);
  g_assert_nonnull (strstr (mail, "Date: Sat, 21 Nov 2026 12:00:00 +0000")); /* of the message */
}

static void
test_after_data (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) spam = NULL;

  start_mailer (f, (CsMailConfig){ 0 });
  put_message (f, 1, "spam@example.org");
  spam = await (f, 1, "failed", 1);
  g_assert_nonnull (strstr (spam->reason, "not this one"));
  put_message (f, 2, "full-1@example.org");
  ct_message_free (await (f, 2, "queued", 1));
  advance (f, 60 * SECOND_US);
  ct_message_free (await (f, 2, "sent", 2));
}

/* After a day it is given up, and says why. */
static void
test_gives_up (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) message = NULL;

  start_mailer (f, (CsMailConfig){ 0 });
  put_message (f, 1, "later-999@example.org");
  for (gint64 attempts = 1;; attempts++)
    {
      g_autoptr (CtMessage) now = NULL;

      if (ct_clock_utc_ms (f->clock) - NOW >= 24 * 3600 * 1000)
        {
          message = await (f, 1, "failed", attempts);
          break;
        }
      now = await (f, 1, "queued", attempts);
      g_assert_cmpint (now->next_attempt - ct_clock_utc_ms (f->clock), <=, 3600 * 1000);
      advance (f, (now->next_attempt - ct_clock_utc_ms (f->clock)) * 1000);
    }
  g_assert_nonnull (strstr (message->reason, "try again later"));
  g_assert_cmpint (message->attempts, >, 24);
}

static void
test_server_down (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) waiting = NULL;

  start_mailer (f, (CsMailConfig){ 0 });
  stop_sink (f);
  put_message (f, 1, "bakery@example.org");
  waiting = await (f, 1, "queued", 1);
  g_assert_false (waiting->repeated); /* it was never handed over */
  start_sink (f, f->port, NULL);
  advance (f, 60 * SECOND_US);
  ct_message_free (await (f, 1, "sent", 2));
}

/* Several are claimed at once; those that nobody tried to send are as they were. */
static void
test_given_back (Fixture *f, gconstpointer data)
{
  stop_sink (f);
  for (CtId call = 1; call <= 3; call++)
    put_message (f, call, "bakery@example.org");
  start_mailer (f, (CsMailConfig){ 0 });
  ct_message_free (await (f, 1, "queued", 1));
  for (CtId call = 2; call <= 3; call++)
    {
      g_autoptr (CtMessage) untried = get_message (f, call, 0);

      g_assert_cmpstr (untried->state, ==, "queued");
      g_assert_cmpint (untried->attempts, ==, 0);
      g_assert_false (untried->repeated);
    }
  start_sink (f, f->port, NULL);
  advance (f, 60 * SECOND_US);
  ct_message_free (await (f, 1, "sent", 2));
  ct_message_free (await (f, 2, "sent", 1));
  ct_message_free (await (f, 3, "sent", 1));
}

/* The server takes the mail and dies before it says so: sent again, and told so. */
static void
test_no_answer (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) message = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  const char *id_1, *id_2;

  start_mailer (f, (CsMailConfig){ 0 });
  put_message (f, 1, "drop-1@example.org");
  ct_message_free (await (f, 1, "queued", 1));
  advance (f, 60 * SECOND_US);
  message = await (f, 1, "unknown", 2);
  g_assert_true (message->repeated);
  g_assert_cmpint (message->sent, >, 0);
  first = read_mail (f, 1);
  second = read_mail (f, 2);
  id_1 = strstr (first, "Message-ID: ");
  id_2 = strstr (second, "Message-ID: ");
  g_assert_cmpint (strncmp (id_1, id_2, strcspn (id_1, "\r")), ==, 0);
}

/* The server takes each mail and never says so: two of them are enough (D31). */
static void
test_never_an_answer (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) message = NULL;

  start_mailer (f, (CsMailConfig){ 0 });
  put_message (f, 1, "drop-9@example.org");
  ct_message_free (await (f, 1, "queued", 1));
  advance (f, 60 * SECOND_US);
  message = await (f, 1, "unknown", 2);
  g_assert_true (message->repeated);
  g_assert_null (read_mail (f, 3));
}

/* We were down for longer than a day, and the mail server first asks to come again. */
static void
test_down_for_days (Fixture *f, gconstpointer data)
{
  put_message (f, 1, "later-1@example.org");
  ct_clock_advance_us (f->clock, 60 * HOUR_US);
  start_mailer (f, (CsMailConfig){ 0 });
  ct_message_free (await (f, 1, "queued", 1));
  advance (f, 60 * SECOND_US);
  ct_message_free (await (f, 1, "sent", 2));
}

/* The server wants a sign-in that our settings do not have: no mail is lost by that. */
static void
test_sign_in_wanted (Fixture *f, gconstpointer data)
{
  const char *extra[] = { "--auth", "centrale", "secret", NULL };
  g_autoptr (CtMessage) waiting = NULL;

  stop_sink (f);
  start_sink (f, 0, extra);
  put_message (f, 1, "bakery@example.org");
  start_mailer (f, (CsMailConfig){ 0 });
  waiting = await (f, 1, "queued", 1);
  g_assert_true (g_str_has_prefix (waiting->reason, "530"));
  g_clear_pointer (&f->mailer, cs_mailer_free);
  start_mailer (f, (CsMailConfig){ .user = "centrale", .password = "secret" });
  advance (f, 60 * SECOND_US);
  ct_message_free (await (f, 1, "sent", 2));
}

static gboolean
mark_sending (CsDb *db, gpointer data, GError **error)
{
  const CtMessage *message = data;

  return cs_messages_set_queued (db, message->id, NOW, FALSE, NULL, error)
         && cs_messages_set_sending (db, message->id, "<same@host.test>", error);
}

/* We die between the server's acceptance and our note of it: on disk it is still `sending`. */
static void
test_crash (Fixture *f, gconstpointer data)
{
  g_autoptr (CtMessage) sent = NULL;
  g_autoptr (CtMessage) again = NULL;
  g_autoptr (CtMessage) ended = NULL;
  g_autofree char *mail = NULL;

  start_mailer (f, (CsMailConfig){ 0 });
  put_message (f, 1, "bakery@example.org");
  sent = await (f, 1, "sent", 1);
  g_clear_pointer (&f->mailer, cs_mailer_free);
  g_assert_true (cs_store_write (f->store, mark_sending, sent, NULL));
  start_mailer (f, (CsMailConfig){ 0 });
  again = await (f, 1, "unknown", 3);
  g_assert_true (again->repeated);
  mail = read_mail (f, 2);
  g_assert_nonnull (strstr (mail, "Message-ID: <same@host.test>"));

  g_clear_pointer (&f->mailer, cs_mailer_free);
  g_assert_true (cs_store_write (f->store, mark_sending, sent, NULL));
  start_mailer (f, (CsMailConfig){ 0 });
  ended = await (f, 1, "unknown", 4); /* not sent a third time */
  g_assert_null (read_mail (f, 3));
}

static void
make_certificate (Fixture *f, char **certificate, char **key)
{
  g_autoptr (GError) error = NULL;
  int status = 0;
  const char *arguments[] = { "openssl",
                              "req",
                              "-x509",
                              "-newkey",
                              "ec",
                              "-pkeyopt",
                              "ec_paramgen_curve:P-256",
                              "-nodes",
                              "-days",
                              "2",
                              "-subj",
                              "/CN=127.0.0.1",
                              "-addext",
                              "subjectAltName=IP:127.0.0.1",
                              "-keyout",
                              NULL,
                              "-out",
                              NULL,
                              NULL };

  *certificate = g_build_filename (f->folder, "cert.pem", NULL);
  *key = g_build_filename (f->folder, "key.pem", NULL);
  arguments[15] = *key;
  arguments[17] = *certificate;
  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

/* STARTTLS with sign-in; a certificate that nobody vouches for, or a wrong password, keeps the mail. */
static void
test_tls (Fixture *f, gconstpointer data)
{
  g_autofree char *certificate = NULL;
  g_autofree char *key = NULL;
  g_autoptr (CtMessage) refused = NULL;
  CsMailConfig config = {
    .security = CS_MAIL_STARTTLS, .user = "centrale", .password = "wrong", .timeout_seconds = 2
  };
  const char *extra[] = { "--tls", NULL, NULL, "--auth", "centrale", "secret", NULL };

  make_certificate (f, &certificate, &key);
  extra[1] = certificate;
  extra[2] = key;
  stop_sink (f);
  start_sink (f, 0, extra);
  put_message (f, 1, "bakery@example.org");
  start_mailer (f, config); /* nobody vouches for it */
  ct_message_free (await (f, 1, "queued", 1));
  g_clear_pointer (&f->mailer, cs_mailer_free);
  config.ca_path = certificate;
  start_mailer (f, config); /* the password is wrong */
  advance (f, 60 * SECOND_US);
  refused = await (f, 1, "queued", 2);
  g_assert_true (g_str_has_prefix (refused->reason, "535"));
  g_clear_pointer (&f->mailer, cs_mailer_free);
  config.password = "secret";
  start_mailer (f, config);
  advance (f, 120 * SECOND_US);
  ct_message_free (await (f, 1, "sent", 3));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK); /* refusals warn */
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/mailer/delivered", test_delivered);
  ADD ("/mailer/addresses", test_addresses);
  ADD ("/mailer/later", test_later);
  ADD ("/mailer/after-data", test_after_data);
  ADD ("/mailer/gives-up", test_gives_up);
  ADD ("/mailer/server-down", test_server_down);
  ADD ("/mailer/given-back", test_given_back);
  ADD ("/mailer/no-answer", test_no_answer);
  ADD ("/mailer/never-an-answer", test_never_an_answer);
  ADD ("/mailer/down-for-days", test_down_for_days);
  ADD ("/mailer/sign-in-wanted", test_sign_in_wanted);
  ADD ("/mailer/crash", test_crash);
  ADD ("/mailer/tls", test_tls);
  return g_test_run ();
}
