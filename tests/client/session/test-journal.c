/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user did is kept, sent in order, and survives a cut, a crash and a stranger's look. */
#include "../../tools/tree.h"
#include "client/session/journal.h"
#include "client/session/keyring.h"
#include "desk-server.h"

#include <glib/gstdio.h>
#include <string.h>

static const guint8 key[32] = "0123456789abcdef0123456789abcde";

typedef struct {
  DeskServer *server;
  CtClock *clock;
  CdSession *session;
  CdJournal *journal;
  char *folder, *path;
  GString *done; /* "number:code " of each */
  gboolean signed_in;
} Fixture;

static void
on_done (CdJournal *journal, guint64 number, const char *path, const char *reply,
         const CdProblem *problem, Fixture *f)
{
  g_string_append_printf (f->done, "%u:%s ", (guint) number,
                          problem != NULL ? problem->code
                          : reply != NULL ? reply
                                          : "-");
}

static void
open_journal (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->journal = cd_journal_new (f->path, key, f->clock, &error);
  g_assert_no_error (error);
  g_signal_connect (f->journal, "done", G_CALLBACK (on_done), f);
}

static void
on_signed_in (GObject *session, GAsyncResult *result, gpointer data)
{
  ((Fixture *) data)->signed_in
      = cd_session_sign_in_finish (CD_SESSION (session), result, NULL, NULL);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->server = desk_server_new (NULL);
  f->clock = ct_clock_new ();
  f->session = cd_session_new (f->server->url, NULL, f->clock, NULL);
  f->folder = g_dir_make_tmp ("journal-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "deep", "zoe.journal", NULL);
  f->done = g_string_new (NULL);
  open_journal (f);
  cd_session_sign_in_async (f->session, "calls.example", "zoe", "secret", NULL, on_signed_in, f);
  WAIT_UNTIL (f->signed_in && cd_session_get_connection (f->session) == CD_CONNECTION_ONLINE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->journal);
  g_object_unref (f->session);
  desk_server_free (f->server);
  ct_clock_unref (f->clock);
  remove_tree (f->folder);
  g_free (f->folder);
  g_free (f->path);
  g_string_free (f->done, TRUE);
}

static guint64
add (Fixture *f, gint64 number, const char *value)
{
  g_autoptr (CtScriptCommand) command = ct_script_command_new ();
  g_autoptr (GError) error = NULL;
  guint64 kept;

  command->number = number;
  command->kind = g_strdup ("answer");
  command->step = g_strdup ("name");
  command->value = g_strdup (value);
  kept = cd_journal_add (f->journal, "POST", "/api/v1/calls/000000000001a/script", command, &error);
  g_assert_no_error (error);
  return kept;
}

static void
accept_commands (Fixture *f)
{
  desk_server_set (f->server, "POST", "/api/v1/calls/000000000001a/script", 200, "{}");
}

static void
test_order (Fixture *f, gconstpointer data)
{
  accept_commands (f);
  for (gint64 i = 1; i <= 5; i++)
    add (f, i, "x");
  g_assert_cmpuint (cd_journal_get_waiting (f->journal), ==, 5);
  g_assert_cmpuint (cd_journal_count_waiting (f->journal, "/api/v1/calls/000000000001a/"), ==, 5);
  g_assert_cmpuint (cd_journal_count_waiting (f->journal, "/api/v1/calls/000000000001b/"), ==, 0);
  cd_journal_set_session (f->journal, f->session);
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  g_assert_cmpstr (f->done->str, ==, "1:{} 2:{} 3:{} 4:{} 5:{} ");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *number = g_strdup_printf ("\"number\":%u", i + 1);

      g_assert_nonnull (strstr (f->server->asked->pdata[i], number));
      g_assert_cmpstr (f->server->keys->pdata[i], !=, f->server->keys->pdata[(i + 1) % 5]);
    }
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  desk_server_set (f->server, "POST", "/api/v1/calls/000000000001a/script", 409,
                   "{\"code\":\"state\",\"status\":409}");
  cd_journal_set_session (f->journal, f->session);
  add (f, 1, "x");
  WAIT_UNTIL (f->done->len > 0);
  g_assert_cmpstr (f->done->str, ==, "1:state ");
  g_assert_cmpuint (cd_journal_get_waiting (f->journal), ==, 0);
}

/* The server is away for a while: tried again, with the same key, nothing twice. */
static void
test_cut (Fixture *f, gconstpointer data)
{
  accept_commands (f);
  f->server->status = 503;
  cd_journal_set_session (f->journal, f->session);
  add (f, 1, "x");
  add (f, 2, "y");
  WAIT_UNTIL (f->server->asked->len == 1);
  f->server->status = 0;
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  g_assert_cmpstr (f->done->str, ==, "1:{} 2:{} ");
  g_assert_cmpuint (f->server->asked->len, ==, 3);
  g_assert_cmpstr (f->server->keys->pdata[0], ==, f->server->keys->pdata[1]);
}

/* The line broke while the server worked on a command; it is sent again before that one is done. */
static void
test_key_in_use (Fixture *f, gconstpointer data)
{
  desk_server_set (f->server, "POST", "/api/v1/calls/000000000001a/script", 409,
                   "{\"code\":\"key-in-use\",\"status\":409}");
  cd_journal_set_session (f->journal, f->session);
  add (f, 1, "x");
  WAIT_UNTIL (f->server->asked->len == 1);
  accept_commands (f);
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  g_assert_cmpstr (f->done->str, ==, "1:{} ");
}

/* The desk crashes while the answer is on its way: after it the same command goes out again. */
static void
test_crash (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;

  f->server->deaf = TRUE;
  cd_journal_set_session (f->journal, f->session);
  add (f, 1, "x");
  add (f, 2, "y");
  cd_journal_save_snapshot (f->journal, "call", "the open call", NULL);
  g_clear_object (&f->journal);

  f->server->deaf = FALSE;
  accept_commands (f);
  open_journal (f);
  g_assert_cmpuint (cd_journal_get_waiting (f->journal), ==, 2);
  first = cd_journal_load_snapshot (f->journal, "call", NULL);
  g_assert_cmpstr (first, ==, "the open call");
  cd_journal_set_session (f->journal, f->session);
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  g_assert_cmpstr (f->done->str, ==, "1:{} 2:{} ");
  g_assert_true (cd_journal_save_snapshot (f->journal, "call", NULL, NULL));
  g_assert_null (cd_journal_load_snapshot (f->journal, "call", NULL));
}

static void
test_sealed (Fixture *f, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal" };
  static const guint8 other[32] = "another key, of another keyring";
  g_autofree char *aside = g_strconcat (f->path, ".unreadable", NULL);
  GStatBuf facts;

  add (f, 1, "4111 1111 1111 1111");
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (f->path, suffixes[i], NULL);
      g_autofree char *bytes = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      g_assert_null (memmem (bytes, size, "4111", 4));
      g_assert_cmpint (g_stat (path, &facts), ==, 0);
      g_assert_cmpint (facts.st_mode & 0777, ==, 0600);
    }
  g_clear_object (&f->journal);

  f->journal = cd_journal_new (f->path, other, f->clock, NULL);
  g_assert_cmpuint (cd_journal_get_waiting (f->journal), ==, 0);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
}

/* A crash left a log beside the file, and the disk ruined the file: both are put aside, and the log does not
 * come to life in the new file. */
static void
test_ruined (Fixture *f, gconstpointer data)
{
  g_autofree char *log = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *kept_log = g_build_filename (f->folder, "log", NULL);

  for (gint64 i = 1; i <= 50; i++)
    add (f, i, "x");
  g_clear_object (&f->journal);
  open_journal (f);
  add (f, 51, "x");
  copy_file (log, kept_log);
  g_clear_object (&f->journal);
  g_assert_true (
      g_file_set_contents (f->path, "This is no database at all, whatever it was.", -1, NULL));
  copy_file (kept_log, log);
  open_journal (f);
  g_assert_cmpuint (cd_journal_get_waiting (f->journal), ==, 0);
  add (f, 1, "y");
  g_clear_object (&f->journal);
  open_journal (f);
  g_assert_cmpuint (cd_journal_get_waiting (f->journal), ==, 1);
}

typedef struct {
  guint8 key[CD_KEY_SIZE];
  gboolean done;
} Loaded;

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Loaded *loaded = data;

  g_assert_true (cd_keyring_load_finish (NULL, result, loaded->key, NULL));
  loaded->done = TRUE;
}

static void
test_keyring (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "keys", NULL);
  g_autoptr (CdKeyring) keyring = cd_keyring_new_file (folder);
  Loaded loaded[3] = { 0 };
  static const char *const names[] = { "one", "one", "two" };

  for (guint i = 0; i < 3; i++)
    {
      cd_keyring_load_async (keyring, names[i], NULL, on_loaded, &loaded[i]);
      WAIT_UNTIL (loaded[i].done);
    }
  g_assert_cmpmem (loaded[0].key, CD_KEY_SIZE, loaded[1].key, CD_KEY_SIZE);
  g_assert_cmpint (memcmp (loaded[0].key, loaded[2].key, CD_KEY_SIZE), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* warnings are part of it */
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/journal/order", test_order);
  ADD ("/journal/refused", test_refused);
  ADD ("/journal/key-in-use", test_key_in_use);
  ADD ("/journal/ruined", test_ruined);
  ADD ("/journal/cut", test_cut);
  ADD ("/journal/crash", test_crash);
  ADD ("/journal/sealed", test_sealed);
  ADD ("/journal/keyring", test_keyring);
  return g_test_run ();
}
