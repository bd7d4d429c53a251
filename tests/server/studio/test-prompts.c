/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompts of a line over the API: who made them, hearing them, replacing them by a file, taking that
 * away and bringing it back; what is refused; what the switch's plan then says. */
#include "rig.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "common/base/error.h"

#define NEW "If-Match: 0"

/* The first line of a user's company, as it travels. */
static JsonObject *
get_line (Rig *rig, const char *token, const char *domain)
{
  CsDb *db = cs_store_acquire_reader (rig->store);
  g_autoptr (CsTenant) tenant = cs_tenants_find_domain (db, cs_scope_system (), domain, NULL);
  g_autoptr (GPtrArray) lines
      = cs_tenants_list_company_lines (db, cs_scope_tenant (tenant->id), CT_ID_NONE, NULL);
  g_autofree char *path = g_strdup_printf ("/companies/%s/lines",
                                           ct_id_text (((CsLine *) lines->pdata[0])->company).text);
  g_autoptr (Reply) reply = NULL;

  cs_store_release_reader (rig->store, db);
  reply = rig_ask (rig, "GET", path, token, NULL, NULL);
  g_assert_cmpuint (reply->status, ==, 200);
  return json_object_ref (
      json_array_get_object_element (json_object_get_array_member (reply->json, "items"), 0));
}

static JsonObject *
find_prompt (JsonObject *line, const char *place, const char *language)
{
  JsonArray *prompts = json_object_get_array_member (line, "prompts");

  for (guint i = 0; i < json_array_get_length (prompts); i++)
    {
      JsonObject *prompt = json_array_get_object_element (prompts, i);

      if (strcmp (json_object_get_string_member (prompt, "place"), place) == 0
          && strcmp (json_object_get_string_member (prompt, "language"), language) == 0)
        return prompt;
    }
  return NULL;
}

static const char *
text_of (JsonObject *prompt, const char *name)
{
  return json_object_has_member (prompt, name) ? json_object_get_string_member (prompt, name) : "";
}

static char *
path_of (Rig *rig, const char *domain, const char *rest)
{
  g_autofree char *token = rig_sign_in (rig, domain, "root");
  g_autoptr (JsonObject) line = get_line (rig, token, domain);

  return g_strdup_printf ("/lines/%s/prompts/%s", json_object_get_string_member (line, "id"), rest);
}

static void
test_list (Rig *rig, gconstpointer unused)
{
  static const struct {
    const char *place, *language, *origin, *text, *name;
  } cases[] = {
    { "greeting", "nl", "machine", "Welkom bij Jansen.", "" },
    { "greeting", "en", "machine", "Welcome to Jansen.", "" },
    { "announcement", "nl", "none", "", "" },
    { "step.tongue", "nl", "machine", "Kies een taal.", "tongue" },
    { "step.tongue", "en", "machine", "Kies een taal.", "tongue" }, /* what they hear, after all */
    { "music", "nl", "house", "", "" },
    { "parked", "nl", "file", "", "" },
    { "closed", "nl", "none", "", "" },
  };
  g_autofree char *token = rig_sign_in (rig, "north.example", "meg");
  g_autoptr (JsonObject) line = get_line (rig, token, "north.example");

  g_assert_cmpstr (json_object_get_string_member (line, "number"), ==, "+3225550123");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      JsonObject *prompt = find_prompt (line, cases[i].place, cases[i].language);

      g_assert_nonnull (prompt);
      g_assert_cmpstr (text_of (prompt, "origin"), ==, cases[i].origin);
      g_assert_cmpstr (text_of (prompt, "text"), ==, cases[i].text);
      g_assert_cmpstr (text_of (prompt, "name"), ==, cases[i].name);
      g_assert_cmpint (json_object_get_int_member (prompt, "version"), ==, 0);
    }
  g_assert_null (find_prompt (line, "music", "en")); /* music has no language */
  g_assert_null (find_prompt (line, "greeting", "fr"));
  g_assert_cmpint (
      json_object_get_int_member (find_prompt (line, "greeting", "nl"), "milliseconds"), ==, 100);
}

static const CsPlanLine *
planned (CsPlan *plan)
{
  return plan->lines->pdata[0];
}

static void
test_replace (Rig *rig, gconstpointer unused)
{
  g_autofree char *token = rig_sign_in (rig, "north.example", "jan");
  g_autofree char *path = path_of (rig, "north.example", "greeting/nl/sound");
  g_autofree char *desk = g_strconcat (path, "?origin=desk", NULL);
  g_autoptr (GBytes) tone = rig_tone (0.5, 440);
  g_autoptr (Reply) put = rig_ask (rig, "PUT", desk, token, tone, NEW);
  g_autoptr (Reply) sound = NULL;
  g_autoptr (Reply) piece = NULL;
  g_autoptr (JsonObject) line = NULL;
  g_autoptr (CsPlan) plan = NULL;
  JsonObject *prompt;

  g_assert_cmpuint (put->status, ==, 200);
  g_assert_cmpstr (reply_text (put, "origin"), ==, "desk");
  g_assert_cmpstr (reply_text (put, "by"), ==, "Jan");
  g_assert_cmpstr (reply_text (put, "text"), ==, "Welkom bij Jansen.");
  g_assert_cmpint (json_object_get_int_member (put->json, "version"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (put->json, "milliseconds"), ==, 500);
  g_assert_cmpuint (g_atomic_int_get (&rig->changes), ==, 1);
  sound = rig_ask (rig, "GET", path, token, NULL, NULL);
  g_assert_cmpuint (sound->status, ==, 200);
  g_assert_cmpuint (g_bytes_get_size (sound->bytes), ==, 58 + 4000);
  g_assert_cmpmem (g_bytes_get_data (sound->bytes, NULL), 4, "RIFF", 4);
  piece = rig_ask (rig, "GET", path, token, NULL, "Range: bytes=8-11");
  g_assert_cmpuint (piece->status, ==, 206);
  g_assert_cmpmem (g_bytes_get_data (piece->bytes, NULL), g_bytes_get_size (piece->bytes), "WAVE",
                   4);
  /* What the next caller hears; the other call centre's callers hear what they did. */
  plan = rig_plan (rig);
  g_assert_true (g_str_has_prefix (planned (plan)->greeting.name[CS_LANGUAGE_NL], "said-"));
  g_assert_true (g_str_has_prefix (planned (plan)->greeting.name[CS_LANGUAGE_EN], "text-en-"));
  g_assert_true (g_str_has_prefix (
      ((CsPlanLine *) plan->lines->pdata[1])->greeting.name[CS_LANGUAGE_NL], "text-nl-"));
  line = get_line (rig, token, "north.example");
  prompt = find_prompt (line, "greeting", "nl");
  g_assert_cmpstr (text_of (prompt, "origin"), ==, "desk");
  g_assert_cmpstr (text_of (prompt, "at"), ==, "2026-11-21T12:00:00.000Z");
}

static void
ask_for (Rig *rig, const char *method, const char *path, const char *token, const char *version,
         guint status, const char *origin)
{
  g_autoptr (Reply) reply = rig_ask (rig, method, path, token, NULL, version);

  g_assert_cmpuint (reply->status, ==, status);
  g_assert_cmpstr (reply_text (reply, "origin"), ==, origin);
}

/* Taken away, brought back, replaced, brought back. */
static void
test_undo (Rig *rig, gconstpointer unused)
{
  g_autofree char *token = rig_sign_in (rig, "north.example", "root");
  g_autofree char *path = path_of (rig, "north.example", "greeting/nl/sound");
  g_autofree char *restore = path_of (rig, "north.example", "greeting/nl/restore");
  g_autofree char *desk = g_strconcat (path, "?origin=desk", NULL);
  g_autoptr (GBytes) tone = rig_tone (0.5, 440);
  g_autoptr (GBytes) other = rig_tone (1.0, 440);
  g_autoptr (Reply) first = NULL;
  g_autoptr (Reply) second = NULL;

  ask_for (rig, "DELETE", path, token, NEW, 404, "");
  ask_for (rig, "POST", restore, token, NEW, 404, "");
  first = rig_ask (rig, "PUT", path, token, tone, NEW);
  g_assert_cmpstr (reply_text (first, "origin"), ==, "upload");
  ask_for (rig, "DELETE", path, token, "If-Match: 1", 200, "machine");
  ask_for (rig, "POST", restore, token, NEW, 200, "upload");
  second = rig_ask (rig, "PUT", desk, token, other, "If-Match: 2");
  g_assert_cmpuint (second->status, ==, 200);
  g_assert_true (json_object_get_boolean_member (second->json, "restorable"));
  ask_for (rig, "POST", restore, token, "If-Match: 3", 200, "upload");
  ask_for (rig, "POST", restore, token, "If-Match: 4", 200, "desk");
  /* A day later it is too late. */
  ask_for (rig, "DELETE", path, token, "If-Match: 5", 200, "machine");
  ct_clock_advance_us (rig->clock, (CS_PROMPT_UNDO_MS + 1) * 1000);
  g_free (token);
  token = rig_sign_in (rig, "north.example", "root");
  ask_for (rig, "POST", restore, token, NEW, 404, "");
}

static guint
count_sounds (Rig *rig, const char *prefix)
{
  g_autofree char *path = g_build_filename (rig->folder, "prompts", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (folder)) != NULL)
    n += g_str_has_prefix (name, prefix);
  return n;
}

static void
check (Rig *rig, guint faults)
{
  CsDb *db = cs_store_acquire_reader (rig->store);
  g_autofree char *prompts = g_build_filename (rig->folder, "prompts", NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  g_assert_true (cs_studio_check (db, prompts, found, NULL));
  g_assert_cmpuint (found->len, ==, faults);
  cs_store_release_reader (rig->store, db);
}

static void
upload (Rig *rig, const char *path, const char *token, GBytes *bytes, const char *version)
{
  g_autoptr (Reply) reply = rig_ask (rig, "PUT", path, token, bytes, version);

  g_assert_cmpuint (reply->status, ==, 200);
}

/* The tenant file applied again, a start, and a day: what a person made stays. */
static void
test_stays (Rig *rig, gconstpointer unused)
{
  g_autofree char *token = rig_sign_in (rig, "north.example", "jan");
  g_autofree char *greeting = path_of (rig, "north.example", "greeting/nl/sound");
  g_autofree char *music = path_of (rig, "north.example", "music/nl/sound");
  g_autofree char *gone
      = g_build_filename (rig->folder, "prompts", "said-0000000000000.pcma", NULL);
  g_autofree char *given = g_build_filename (rig->folder, "prompts", "file-jingle.pcma", NULL);
  g_autoptr (GBytes) tone = rig_tone (0.5, 440);
  g_autoptr (GError) error = NULL;
  g_autoptr (CsPlan) plan = NULL;

  upload (rig, greeting, token, tone, NEW);
  upload (rig, greeting, token, tone, "If-Match: 1");
  upload (rig, music, token, tone, NEW);
  g_assert_true (g_file_set_contents (gone, "left over", -1, NULL));
  rig_apply (rig, "north.example", "+3225550123");
  check (rig, 0);
  g_assert_true (cs_studio_sweep (rig->studio, &error));
  g_assert_cmpuint (count_sounds (rig, "said-"), ==, 6); /* the replaced one for a day */
  ct_clock_advance_us (rig->clock, (CS_PROMPT_UNDO_MS + 1) * 1000);
  g_assert_true (cs_studio_sweep (rig->studio, &error));
  g_assert_cmpuint (count_sounds (rig, "said-"), ==, 4);
  check (rig, 0);
  plan = rig_plan (rig);
  g_assert_true (g_str_has_prefix (planned (plan)->greeting.name[CS_LANGUAGE_NL], "said-"));
  /* One music for all languages. */
  g_assert_null (planned (plan)->music.name[CS_LANGUAGE_EN]);
  g_assert_true (g_str_has_prefix (planned (plan)->music.name[CS_LANGUAGE_NL], "said-"));
  g_assert_no_errno (g_unlink (given));
  check (rig, 1);
}

static void
test_refused (Rig *rig, gconstpointer unused)
{
  static const struct {
    const char *user, *domain, *method, *path, *headers;
    guint status;
    const char *code;
  } cases[] = {
    { "jan", "north.example", "PUT", "greeting/nl/sound", NULL, 428, "version-missing" },
    { "jan", "north.example", "PUT", "greeting/nl/sound", "If-Match: 3", 412, "version-differs" },
    { "jan", "north.example", "PUT", "greeting/fr/sound", NEW, 404, "not-found" },
    { "jan", "north.example", "PUT", "greeting/xx/sound", NEW, 404, "not-found" },
    { "jan", "north.example", "PUT", "music/en/sound", NEW, 404, "not-found" },
    { "jan", "north.example", "PUT", "nowhere/nl/sound", NEW, 404, "not-found" },
    { "jan", "north.example", "PUT", "step.unknown/nl/sound", NEW, 404, "not-found" },
    { "meg", "north.example", "PUT", "greeting/nl/sound", NEW, 403, "denied" },
    { "zoe", "north.example", "PUT", "greeting/nl/sound", NEW, 403, "denied" },
    { "piet", "north.example", "PUT", "greeting/nl/sound", NEW, 404, "not-found" },
    { "jan", "south.example", "PUT", "greeting/nl/sound", NEW, 404, "not-found" },
    { "root", "south.example", "PUT", "greeting/nl/sound", NEW, 404, "not-found" },
    { "piet", "north.example", "GET", "greeting/nl/sound", NULL, 404, "not-found" },
    { "root", "south.example", "GET", "greeting/nl/sound", NULL, 404, "not-found" },
    { "root", "south.example", "DELETE", "greeting/nl/sound", NEW, 404, "not-found" },
    { "jan", "north.example", "GET", "closed/nl/sound", NULL, 404, "not-found" },
    { NULL, NULL, "PUT", "greeting/nl/sound", NEW, 401, "unauthentic" },
  };
  g_autoptr (GBytes) tone = rig_tone (0.1, 440);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *token
          = cases[i].user != NULL ? rig_sign_in (rig, cases[i].domain, cases[i].user) : NULL;
      g_autofree char *path = path_of (rig, "north.example", cases[i].path);
      gboolean put = strcmp (cases[i].method, "PUT") == 0;
      g_autoptr (Reply) reply
          = rig_ask (rig, cases[i].method, path, token, put ? tone : NULL, cases[i].headers);

      g_assert_cmpuint (reply->status, ==, cases[i].status);
      g_assert_cmpstr (reply_text (reply, "code"), ==, cases[i].code);
    }
  g_assert_cmpuint (count_sounds (rig, "said-"), ==, 0);
  g_assert_cmpuint (g_atomic_int_get (&rig->changes), ==, 0);
}

static void
test_bad_sounds (Rig *rig, gconstpointer unused)
{
  static const char text[] = "This is no sound at all, but a text of some length.";
  g_autofree char *token = rig_sign_in (rig, "north.example", "jan");
  g_autofree char *path = path_of (rig, "north.example", "greeting/nl/sound");
  g_autofree char *noise = g_malloc0 (5 * 1024 * 1024);
  g_autoptr (GBytes) tone = rig_tone (0.1, 440);
  const struct {
    GBytes *bytes;
    guint status;
    const char *code;
  } cases[] = {
    { g_bytes_new_static (text, sizeof text), 422, "not-a-sound" },
    { g_bytes_new_static ("", 0), 422, "not-a-sound" },
    { g_bytes_new_from_bytes (tone, 0, 30), 422, "not-a-sound" },
    { g_bytes_new_static (noise, 5 * 1024 * 1024), 413, "too-big" },
  };
  g_autoptr (Reply) good = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Reply) reply = rig_ask (rig, "PUT", path, token, cases[i].bytes, NEW);

      g_assert_cmpuint (reply->status, ==, cases[i].status);
      g_assert_cmpstr (reply_text (reply, "code"), ==, cases[i].code);
      g_bytes_unref (cases[i].bytes);
    }
  g_assert_cmpuint (count_sounds (rig, "said-"), ==, 0);
  good = rig_ask (rig, "PUT", path, token, tone, NEW);
  g_assert_cmpuint (good->status, ==, 200);
}

/* A decoder that works too long is killed; of the sound's length nobody knows then. */
static void
test_killed_decoder (Rig *rig, gconstpointer unused)
{
  static const char script[] = "#!/bin/sh\nkill -XCPU $$\n";
  g_autofree char *token = rig_sign_in (rig, "north.example", "jan");
  g_autofree char *path = path_of (rig, "north.example", "greeting/nl/sound");
  g_autoptr (GBytes) tone = rig_tone (0.1, 440);
  g_autoptr (Reply) reply = NULL;

  g_assert_cmpint (g_unlink (rig->helper), ==, 0);
  g_assert_true (
      g_file_set_contents_full (rig->helper, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  reply = rig_ask (rig, "PUT", path, token, tone, NEW);
  g_assert_cmpuint (reply->status, ==, 422);
  g_assert_cmpstr (reply_text (reply, "code"), ==, "sound-not-readable");
  g_assert_cmpuint (count_sounds (rig, "said-"), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*function) (Rig *rig, gconstpointer unused);
  } tests[] = {
    { "/studio/list", test_list },
    { "/studio/replace", test_replace },
    { "/studio/undo", test_undo },
    { "/studio/stays", test_stays },
    { "/studio/refused", test_refused },
    { "/studio/bad-sounds", test_bad_sounds },
    { "/studio/killed-decoder", test_killed_decoder },
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Rig, NULL, rig_set_up, tests[i].function, rig_tear_down);
  return g_test_run ();
}
