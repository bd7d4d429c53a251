/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/tree.h"
#include "common/base/error.h"
#include "server/tenants/apply.h"

static const char file[]
    = "domain: %s\n"
      "name: Example\n"
      "time_zone: Europe/Brussels\n"
      "pools: [{key: day, name: Day}]\n"
      "prompts:\n"
      "- {key: hello, texts: {nl: Welkom bij Jansen., en: Welcome to Jansen.}}\n"
      "- {key: choose, texts: {nl: Kies een taal.}}\n"
      "- {key: music, builtin: music}\n"
      "- {key: jingle, files: {nl: jingle.wav}}\n"
      "companies:\n"
      "- key: jansen\n"
      "  name: Bakery\n"
      "  client_code: 0427\n"
      "  language: nl\n"
      "  scripts:\n"
      "  - {key: orders, name: Orders, body: {languages: [en], start: done, steps:\n"
      "     {done: {kind: end, message: false, say: {en: Bye.}}}}}\n"
      "  lines:\n"
      "  - number: '%s'\n"
      "    label: Orders\n"
      "    greeting: hello\n"
      "    music: music\n"
      "    parked: jingle\n"
      "    script: orders\n"
      "    steps: [{key: tongue, kind: language, prompt: choose, keys: {1: nl, 2: en}}]\n"
      "    needs: {pool: day}\n"
      "- {key: other, name: Other, client_code: 0428, language: nl}\n"
      "users:\n"
      "- {user: zoe, name: Zoe, password: long enough, roles: [e-agent], languages: [nl]}\n"
      "- {user: root, name: Root, password: long enough, roles: [administrator]}\n"
      "- {user: piet, name: Piet, password: long enough, roles: [owner], company: other}\n"
      "- {user: meg, name: Meg, password: long enough, roles: [member], company: jansen}\n"
      "- {user: jan, name: Jan, password: long enough, roles: [owner], company: jansen}\n";

/* Sounds of the file: not spoken really, which is espeak-ng's and slow. */
static char *
sound (Rig *rig, const char *name)
{
  static const char *const suffixes[] = { ".pcma", ".pcmu" };

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *entry = g_strconcat (name, suffixes[i], NULL);
      g_autofree char *path = g_build_filename (rig->folder, "prompts", entry, NULL);
      char samples[800];

      memset (samples, 0x55, sizeof samples);
      g_assert_true (g_file_set_contents (path, samples, sizeof samples, NULL));
    }
  return g_strdup (name);
}

static char *
from_file (gpointer data, CsScope scope, const char *path, GError **error)
{
  return sound (data, "file-jingle");
}

static char *
from_text (gpointer data, CsScope scope, const char *language, const char *text, GError **error)
{
  g_autofree char *name = g_strdup_printf ("text-%s-%u", language, g_str_hash (text));

  return sound (data, name);
}

static char *
builtin (gpointer data, const char *name, GError **error)
{
  return sound (data, name);
}

static char *
hash (gpointer data, const char *password, GError **error)
{
  static const CsHashCost cost = { crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_OPSLIMIT_MIN };

  return cs_http_hash_password (password, &cost, error);
}

static gboolean
verify (gpointer data, const char *stored, const char *password)
{
  return TRUE;
}

static gboolean
publish (gpointer data, CsDb *db, CsScope scope, CtId company, const CtScriptSpec *script, CtId *id,
         GError **error)
{
  *id = 77;
  return TRUE;
}

static gboolean
tariff (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney rate, CtMoney pay_rate,
        CtMoney onward_rate, const char *currency, GError **error)
{
  return TRUE;
}

static gboolean
credit (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney amount, gboolean provisional,
        GError **error)
{
  return TRUE;
}

static gboolean
share (gpointer data, CsDb *db, CsScope scope, char **numbers, GError **error)
{
  return TRUE;
}

void
rig_apply (Rig *rig, const char *domain, const char *number)
{
  const CsApplyHands hands = { .data = rig,
                               .realm = "realm",
                               .prompt_from_file = from_file,
                               .prompt_from_text = from_text,
                               .prompt_builtin = builtin,
                               .hash_password = hash,
                               .verify_password = verify,
                               .publish_script = publish,
                               .set_tariff = tariff,
                               .opening_credit = credit,
                               .set_shared_numbers = share };
  g_autofree char *text = g_strdup_printf (file, domain, number);
  g_autofree char *path = g_build_filename (rig->folder, "tenant.yaml", NULL);
  g_autofree char *jingle = g_build_filename (rig->folder, "jingle.wav", NULL);
  g_auto (GStrv) findings = NULL;
  g_auto (GStrv) warnings = NULL;
  g_autoptr (CsYaml) yaml = NULL;
  g_autoptr (CtTenantFile) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_true (g_file_set_contents (jingle, "a sound", -1, NULL)); /* it must be there */
  read = cs_tenant_file_load (rig->store, path, &yaml, &findings, &warnings);
  g_assert_cmpstr (findings[0], ==, NULL);
  g_assert_true (cs_tenant_file_apply (rig->store, read, rig->folder, &hands, &error));
  g_assert_no_error (error);
}

static void
on_lines_changed (gpointer data)
{
  g_atomic_int_inc (&((Rig *) data)->changes);
}

void
rig_set_up (Rig *rig, gconstpointer unused)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (CsMigration));
  g_autoptr (GError) error = NULL;
  g_autofree char *prompts = NULL;
  g_autofree char *database = NULL;
  g_autofree char *helper = NULL;
  CsStudioConfig studio;
  CsHttpConfig config;

  rig->folder = g_dir_make_tmp ("studio-XXXXXX", NULL);
  prompts = g_build_filename (rig->folder, "prompts", NULL);
  database = g_build_filename (rig->folder, "db", NULL);
  g_assert_no_errno (g_mkdir (prompts, 0700));
  helper = g_test_build_filename (G_TEST_BUILT, "centrale-decode", NULL);
  rig->helper = g_build_filename (rig->folder, "decode", NULL); /* a test may put another there */
  g_assert_no_errno (symlink (helper, rig->helper));
  rig->clock = ct_clock_new_manual (G_GINT64_CONSTANT (1795262400000));
  g_array_append_vals (steps, cs_tenants_migrations, (guint) cs_tenants_n_migrations);
  g_array_append_vals (steps, cs_http_module.migrations, (guint) cs_http_module.n_migrations);
  rig->store = cs_store_open (database, rig->clock, (CsMigration *) (gpointer) steps->data,
                              steps->len, &error);
  g_assert_no_error (error);
  rig_apply (rig, "north.example", "+3225550123");
  rig_apply (rig, "south.example", "+3225550124");
  cs_http_config_init (&config);
  config.host = "127.0.0.1";
  config.port = 0;
  config.plain = TRUE;
  config.max_upload = 4 * 1024 * 1024;
  config.sign_in_per_minute = 1000;
  config.hash = (CsHashCost){ crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_OPSLIMIT_MIN };
  rig->http = cs_http_new (&config, rig->store, &cs_tenants_authenticator, &error);
  g_assert_no_error (error);
  studio = (CsStudioConfig){ .clock = rig->clock,
                             .store = rig->store,
                             .hub = cs_http_get_hub (rig->http),
                             .decode = { .helper = rig->helper, .prompt_folder = prompts },
                             .lines_changed = on_lines_changed,
                             .data = rig };
  studio.decode.prompt_folder = g_intern_string (prompts);
  rig->studio = cs_studio_new (&studio);
  cs_http_add_module (rig->http, &cs_studio_module, rig->studio);
  g_assert_true (cs_http_start (rig->http, &error));
  rig->base = g_strdup_printf ("http://127.0.0.1:%u/api/v1", cs_http_get_port (rig->http));
  rig->client = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
}

void
rig_tear_down (Rig *rig, gconstpointer unused)
{
  g_object_unref (rig->client);
  cs_http_stop (rig->http, 5);
  cs_http_free (rig->http);
  cs_studio_free (rig->studio);
  cs_store_close (rig->store);
  ct_clock_unref (rig->clock);
  remove_tree (rig->folder);
  g_free (rig->folder);
  g_free (rig->helper);
  g_free (rig->base);
}

void
reply_free (Reply *reply)
{
  g_bytes_unref (reply->bytes);
  g_clear_pointer (&reply->json, json_object_unref);
  g_object_unref (reply->message);
  g_free (reply);
}

Reply *
rig_ask (Rig *rig, const char *method, const char *path, const char *token, GBytes *body,
         const char *headers)
{
  g_autofree char *address = g_strconcat (rig->base, path, NULL);
  SoupMessage *message = soup_message_new (method, address);
  SoupMessageHeaders *out = soup_message_get_request_headers (message);
  g_auto (GStrv) lines = g_strsplit (headers != NULL ? headers : "", "\n", -1);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  Reply *reply = g_new0 (Reply, 1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) pair = g_strsplit (lines[i], ": ", 2);

      soup_message_headers_replace (out, pair[0], pair[1]);
    }
  if (token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (out, "Authorization", bearer);
    }
  if (body != NULL)
    soup_message_set_request_body_from_bytes (
        message, g_str_has_suffix (path, "/sessions") ? "application/json" : "audio/wav", body);
  reply->message = message;
  reply->bytes = soup_session_send_and_read (rig->client, message, NULL, NULL);
  if (reply->bytes == NULL)
    reply->bytes = g_bytes_new_static ("", 0);
  reply->status = soup_message_get_status (message);
  text = g_strndup (g_bytes_get_data (reply->bytes, NULL), g_bytes_get_size (reply->bytes));
  if (text != NULL && *text == '{' && (node = json_from_string (text, NULL)) != NULL)
    reply->json = json_object_ref (json_node_get_object (node));
  return reply;
}

const char *
reply_text (Reply *reply, const char *name)
{
  return reply->json != NULL && json_object_has_member (reply->json, name)
             ? json_object_get_string_member (reply->json, name)
             : "";
}

char *
rig_sign_in (Rig *rig, const char *domain, const char *user)
{
  g_autofree char *text = g_strdup_printf (
      "{\"domain\":\"%s\",\"user\":\"%s\",\"password\":\"" WORD "\"}", domain, user);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (Reply) reply = rig_ask (rig, "POST", "/sessions", NULL, body, NULL);

  g_assert_cmpuint (reply->status, ==, 201);
  return g_strdup (reply_text (reply, "token"));
}

static void
put (GByteArray *to, gint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (to, &byte, 1);
    }
}

GBytes *
rig_tone (double seconds, double frequency)
{
  guint n = (guint) (seconds * 8000);
  GByteArray *wav = g_byte_array_new ();

  g_byte_array_append (wav, (const guint8 *) "RIFF", 4);
  put (wav, 36 + n * 2, 4);
  g_byte_array_append (wav, (const guint8 *) "WAVEfmt ", 8);
  put (wav, 16, 4);
  put (wav, 1, 2);
  put (wav, 1, 2);
  put (wav, 8000, 4);
  put (wav, 16000, 4);
  put (wav, 2, 2);
  put (wav, 16, 2);
  g_byte_array_append (wav, (const guint8 *) "data", 4);
  put (wav, n * 2, 4);
  for (guint i = 0; i < n; i++)
    put (wav, (gint64) (12000 * sin (2 * G_PI * frequency * i / 8000)), 2);
  return g_byte_array_free_to_bytes (wav);
}

CsPlan *
rig_plan (Rig *rig)
{
  CsDb *db = cs_store_acquire_reader (rig->store);
  g_autoptr (GError) error = NULL;
  CsPlan *plan = cs_tenants_build_plan (db, cs_scope_system (), 1, &error);

  g_assert_no_error (error);
  cs_store_release_reader (rig->store, db);
  return plan;
}
