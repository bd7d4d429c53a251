/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts: mapped, followed when files are replaced, made out of files, texts and arithmetic; and what
 * strangers upload is refused with a reason, by a helper that cannot do harm. */
#include "../../tools/tree.h"
#include "common/base/error.h"
#include "rig.h"
#include "server/media/prepare.h"
#include "server/media/prompts.h"
#include "server/ports/media-port.h"
#include "server/media/wav.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder;
  char *helper;
  CsDecodeConfig config;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *root = g_dir_make_tmp ("centrale-prepare-XXXXXX", NULL);

  fixture->folder = g_build_filename (root, "prompts", NULL);
  fixture->helper = g_test_build_filename (G_TEST_BUILT, "centrale-decode", NULL);
  fixture->config = (CsDecodeConfig){ .helper = fixture->helper, .prompt_folder = fixture->folder };
  g_assert_true (g_file_test (fixture->helper, G_FILE_TEST_IS_EXECUTABLE));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *root = g_path_get_dirname (fixture->folder);

  remove_tree (root);
  g_free (fixture->folder);
  g_free (fixture->helper);
}

static char *
write_file (Fixture *fixture, const char *name, const void *bytes, gsize length)
{
  g_autofree char *root = g_path_get_dirname (fixture->folder);
  char *path = g_build_filename (root, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  return path;
}

/* A mu-law WAV file of a 500 Hz tone. */
static GByteArray *
make_wav (guint samples)
{
  GByteArray *bytes = g_byte_array_new ();
  guint8 header[CS_WAV_HEADER];

  cs_wav_write_header (header, 1, samples);
  g_byte_array_append (bytes, header, sizeof header);
  for (guint i = 0; i < samples; i++)
    {
      guint8 code = cs_g711_from_linear (CS_LAW_U, (gint16) lrint (2000 * sin (G_PI * i / 8)));

      g_byte_array_append (bytes, &code, 1);
    }
  return bytes;
}

/* How many files the folder holds, hidden ones among them. */
static guint
count_files (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_names (void)
{
  static const char *const good[] = { "a", "hello-nl_2.v1", "0123456789ABCXYZ" };
  static const char *const bad[] = { "", ".", "..", ".a", "a.", "a/b", "../a", "a b", "é", "a\n" };
  g_autofree char *longest = g_strnfill (100, 'a'), *longer = g_strnfill (101, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (cs_prompt_name_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (cs_prompt_name_is_valid (bad[i]));
  g_assert_true (cs_prompt_name_is_valid (longest));
  g_assert_false (cs_prompt_name_is_valid (longer));
}

static void
test_reload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CsPrompts) prompts = NULL;
  g_autoptr (CsSound) old = NULL, new = NULL;
  g_autoptr (GByteArray) wav = make_wav (8000), longer = make_wav (16000);
  g_autofree char *path = write_file (fixture, "in.wav", wav->data, wav->len);
  g_autofree char *again = write_file (fixture, "again.wav", longer->data, longer->len);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *before = NULL;

  g_assert_true (cs_prompt_prepare_file (&fixture->config, path, "hello", &error));
  prompts = cs_prompts_new (fixture->folder, &error);
  g_assert_no_error (error);
  old = cs_prompts_get (prompts, "hello");
  g_assert_nonnull (old);
  g_assert_cmpuint (cs_sound_get_length (old), ==, 8000);
  before = g_memdup2 (cs_sound_get_bytes (old, CS_LAW_A), 8000);
  g_assert_true (cs_prompt_prepare_file (&fixture->config, again, "hello", &error));
  cs_prompts_refresh (prompts);
  new = cs_prompts_get (prompts, "hello");
  g_assert_cmpuint (cs_sound_get_length (new), ==, 16000);
  /* Who plays the old one plays it on. */
  g_assert_cmpmem (cs_sound_get_bytes (old, CS_LAW_A), 8000, before, 8000);
  g_assert_true (cs_prompt_remove (&fixture->config, "hello", &error));
  g_assert_true (cs_prompt_remove (&fixture->config, "hello", &error));
  cs_prompts_refresh (prompts);
  g_assert_null (cs_prompts_get (prompts, "hello"));
  g_assert_cmpuint (cs_sound_get_length (new), ==, 16000);
  g_assert_cmpuint (count_files (fixture), ==, 0);
}

/* Both laws hold the tone, at the loudness of all prompts; and a WAV to listen to. */
static void
test_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) wav = make_wav (8000);
  g_autofree char *path = write_file (fixture, "in.wav", wav->data, wav->len);
  g_autofree char *copy = g_build_filename (fixture->folder, "tone.wav", NULL);
  g_autoptr (CsPrompts) prompts = NULL;
  g_autoptr (CsSound) sound = NULL;
  g_autoptr (GError) error = NULL;
  gint16 samples[8000];

  fixture->config.wav = TRUE;
  g_assert_true (cs_prompt_prepare_file (&fixture->config, path, "tone", &error));
  g_assert_no_error (error);
  prompts = cs_prompts_new (fixture->folder, NULL);
  sound = cs_prompts_get (prompts, "tone");
  for (int law = 0; law < CS_LAWS; law++)
    {
      for (guint i = 0; i < 8000; i++)
        samples[i] = cs_g711_to_linear ((CsLaw) law, cs_sound_get_bytes (sound, (CsLaw) law)[i]);
      g_assert_cmpfloat_with_epsilon (goertzel (samples + 800, 6400, 500), 32767 * 0.1414, 400);
    }
  g_assert_true (g_file_test (copy, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (fixture), ==, 3);
}

static void
expect_failure (Fixture *fixture, const char *path, const char *name, CtErrorCode code,
                const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (cs_prompt_prepare_file (&fixture->config, path, name, &error));
  g_test_message ("%s", error->message);
  g_assert_true (ct_error_is (error, code));
  g_assert_nonnull (strstr (error->message, words));
  g_assert_cmpuint (count_files (fixture), ==, 0);
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) wav = make_wav (8000);
  g_autofree char *path = write_file (fixture, "in.wav", wav->data, wav->len);
  g_autofree char *cut = write_file (fixture, "cut.wav", wav->data, 4000);
  g_autofree char *png = write_file (fixture, "logo.png", "\211PNG\r\n\032\n", 8);
  g_autofree char *zip = write_file (fixture, "x.zip", "PK\003\004abcdefgh", 12);
  g_autofree char *text = write_file (fixture, "text", "hello", 5);
  g_autofree char *empty = write_file (fixture, "empty", "", 0);
  g_autofree char *hours = NULL, *root = g_path_get_dirname (fixture->folder);
  guint8 header[CS_WAV_HEADER];

  expect_failure (fixture, cut, "a", CT_ERROR_INVALID, "truncated");
  expect_failure (fixture, png, "a", CT_ERROR_INVALID, "not a sound file");
  expect_failure (fixture, zip, "a", CT_ERROR_INVALID, "not a sound file");
  expect_failure (fixture, text, "a", CT_ERROR_INVALID, "not a sound file");
  expect_failure (fixture, empty, "a", CT_ERROR_INVALID, "empty");
  expect_failure (fixture, "/nonexistent", "a", CT_ERROR_NOT_FOUND, "");
  expect_failure (fixture, "/dev/zero", "a", CT_ERROR_INVALID, "not a file");
  expect_failure (fixture, root, "a", CT_ERROR_INVALID, "not a file");
  expect_failure (fixture, path, "../a", CT_ERROR_INVALID, "name");
  /* Two hours; and more bytes than are read. */
  cs_wav_write_header (header, 1, 2 * 3600 * 8000);
  hours = write_file (fixture, "hours.wav", header, sizeof header);
  g_assert_no_errno (truncate (hours, CS_WAV_HEADER + 2 * 3600 * 8000));
  expect_failure (fixture, hours, "a", CT_ERROR_LIMIT, "10 minutes");
  g_assert_no_errno (truncate (hours, 65 * 1024 * 1024));
  expect_failure (fixture, hours, "a", CT_ERROR_LIMIT, "64 MiB");
}

/* Helpers that misbehave: missing, hanging, crashing, chatting. */
static void
test_bad_helpers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) wav = make_wav (800);
  g_autofree char *path = write_file (fixture, "in.wav", wav->data, wav->len);
  static const struct {
    const char *script;
    CtErrorCode code;
  } cases[] = {
    { "sleep 60", CT_ERROR_TIMEOUT },
    { "kill -SEGV $$", CT_ERROR_INVALID },
    { "yes >&2", CT_ERROR_TIMEOUT },
    { "kill -XCPU $$", CT_ERROR_TIMEOUT },
    { "exit 3", CT_ERROR_IO },
  };

  fixture->config.timeout_ms = 300;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *script = g_strdup_printf ("#!/bin/sh\n%s\n", cases[i].script);
      g_autofree char *helper = write_file (fixture, "helper", script, strlen (script));

      g_assert_no_errno (g_chmod (helper, 0700));
      fixture->config.helper = helper;
      expect_failure (fixture, path, "a", cases[i].code, "");
      g_unlink (helper);
    }
  fixture->config.helper = "/nonexistent";
  expect_failure (fixture, path, "a", CT_ERROR_IO, "cannot start");
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[][2] = {
    { "en", "Please press one." }, { "nl", "Toets één." }, { "it", "Premere uno." },
    { "fr", "Tapez un." },         { "es", "Pulse uno." },
  };
  g_autofree char *espeak = g_find_program_in_path ("espeak-ng");
  g_autofree char *longest = g_strnfill (2001, 'a');
  g_autoptr (CsPrompts) prompts = NULL;
  g_autoptr (GError) error = NULL;

  if (espeak == NULL)
    {
      g_test_skip ("espeak-ng is not installed");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      cs_prompt_prepare_text (&fixture->config, texts[i][0], texts[i][1], texts[i][0], &error);
      g_assert_no_error (error);
    }
  /* Not an option, not a command. */
  cs_prompt_prepare_text (&fixture->config, "en", "--version; `reboot` $(reboot)", "odd", &error);
  g_assert_no_error (error);
  prompts = cs_prompts_new (fixture->folder, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (CsSound) sound = cs_prompts_get (prompts, texts[i][0]);

      g_assert_nonnull (sound);
      g_assert_cmpuint (cs_sound_get_length (sound), >, 4000);
      g_assert_cmpuint (cs_sound_get_length (sound), <, 40000);
    }
  g_assert_false (cs_prompt_prepare_text (&fixture->config, "xx", "a", "b", &error));
  g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
  g_clear_error (&error);
  g_assert_false (cs_prompt_prepare_text (&fixture->config, "en", " \n", "b", &error));
  g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
  g_clear_error (&error);
  g_assert_false (cs_prompt_prepare_text (&fixture->config, "en", longest, "b", &error));
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
}

/* The music has no seam, is neither loud nor silent anywhere; the beep beeps. */
static void
test_builtin (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CsPrompts) prompts = NULL;
  g_autoptr (CsSound) music = NULL, beep = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gint16 *samples = NULL;
  guint n, peak = 0;

  g_assert_true (cs_prompt_prepare_builtin (&fixture->config, &error));
  g_assert_true (cs_prompt_prepare_builtin (&fixture->config, &error));
  prompts = cs_prompts_new (fixture->folder, NULL);
  music = cs_prompts_get (prompts, "music");
  beep = cs_prompts_get (prompts, CS_PROMPT_BEEP);
  n = (guint) cs_sound_get_length (music);
  g_assert_cmpuint (n, ==, 160000);
  samples = g_new (gint16, n);
  for (guint i = 0; i < n; i++)
    {
      samples[i] = cs_g711_to_linear (CS_LAW_U, cs_sound_get_bytes (music, CS_LAW_U)[i]);
      peak = MAX (peak, (guint) ABS (samples[i]));
    }
  g_assert_cmpuint (peak, <, 26000);
  for (guint at = 0; at < n; at += 4000)
    {
      double sum = 0;

      for (guint i = 0; i < 4000; i++)
        sum += (double) samples[at + i] * samples[at + i];
      g_assert_cmpfloat (sqrt (sum / 4000), >, 500);
      g_assert_cmpfloat (sqrt (sum / 4000), <, 8000);
    }
  g_assert_cmpint (ABS (samples[0] - samples[n - 1]), <, 6000);
  for (guint i = 0; i < 3200; i++)
    samples[i] = cs_g711_to_linear (CS_LAW_A, cs_sound_get_bytes (beep, CS_LAW_A)[i]);
  g_assert_cmpuint (cs_sound_get_length (beep), ==, 3200);
  g_assert_cmpfloat_with_epsilon (goertzel (samples + 400, 2400, 1000), 6553, 350);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
  } cases[] = {
    { "/prompts/reload", test_reload },       { "/prompts/file", test_file },
    { "/prompts/bad-files", test_bad_files }, { "/prompts/bad-helpers", test_bad_helpers },
    { "/prompts/text", test_text },           { "/prompts/builtin", test_builtin },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompts/names", test_names);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].run, tear_down);
  return g_test_run ();
}
