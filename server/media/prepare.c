/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results are written to hidden files beside the prompts and renamed only when all of them are whole,
 * so that a failed job leaves nothing behind and what is playing is never written to. */
#include "server/media/prepare.h"

#include "common/base/error.h"
#include "server/media/child.h"
#include "server/media/g711.h"
#include "server/media/prompts.h"
#include "server/media/sounds.h"
#include "server/ports/media-port.h"
#include "server/ports/plan.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_MS 20000
#define MAX_INPUT_BYTES (64 * 1024 * 1024)
#define MAX_TEXT 2000

/* The files of a prompt, in the order of the helper's descriptors from 3 on. */
enum { OUTPUT_A, OUTPUT_U, OUTPUT_WAV, OUTPUTS };

static const char *const suffixes[OUTPUTS] = { ".pcma", ".pcmu", ".wav" };

typedef struct {
  int folder;
  int fds[OUTPUTS];     /* -1: not asked for */
  char *parts[OUTPUTS]; /* names while they are written */
} Outputs;

static void
outputs_clear (Outputs *outputs)
{
  for (int i = 0; i < OUTPUTS; i++)
    {
      if (outputs->fds[i] >= 0)
        close (outputs->fds[i]);
      if (outputs->parts[i] != NULL)
        unlinkat (outputs->folder, outputs->parts[i], 0);
      g_free (outputs->parts[i]);
    }
  if (outputs->folder >= 0)
    close (outputs->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outputs, outputs_clear)

#define OUTPUTS_NONE                                                                               \
  {                                                                                                \
    -1, { -1, -1, -1 },                                                                            \
    {                                                                                              \
      NULL, NULL, NULL                                                                             \
    }                                                                                              \
  }

/* One prompt being made: all its programs together have until the deadline. */
typedef struct {
  const CsDecodeConfig *config;
  CtClock *clock;
  gint64 deadline_us;
} Job;

static void
job_init (Job *job, const CsDecodeConfig *config)
{
  guint ms = config->timeout_ms > 0 ? config->timeout_ms : DEFAULT_TIMEOUT_MS;

  job->config = config;
  job->clock = ct_clock_new ();
  job->deadline_us = ct_clock_monotonic_us (job->clock) + (gint64) ms * 1000;
}

static void
job_clear (Job *job)
{
  g_clear_pointer (&job->clock, ct_clock_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

static gboolean
open_folder (const CsDecodeConfig *config, int *folder, GError **error)
{
  *folder = -1;
  if (g_mkdir_with_parents (config->prompt_folder, 0750) == 0)
    *folder = open (config->prompt_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return *folder >= 0
         || ct_fail (error, CT_ERROR_IO, "cannot open the prompt folder %s: %s",
                     config->prompt_folder, g_strerror (errno));
}

static gboolean
check_name (const char *name, GError **error)
{
  return cs_prompt_name_is_valid (name)
         || ct_fail (error, CT_ERROR_INVALID, "\"%s\" cannot be a prompt's name", name);
}

static gboolean
open_outputs (const CsDecodeConfig *config, const char *name, gboolean wav, Outputs *outputs,
              GError **error)
{
  if (!check_name (name, error) || !open_folder (config, &outputs->folder, error))
    return FALSE;
  for (int i = 0; i < (wav ? OUTPUTS : OUTPUT_WAV); i++)
    {
      /* Prompt names do not begin with a dot, so nobody takes it for one. */
      g_autofree char *part = g_strdup_printf (".%s%s.%08x", name, suffixes[i], g_random_int ());

      outputs->fds[i] = openat (outputs->folder, part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
      if (outputs->fds[i] < 0)
        return ct_fail (error, CT_ERROR_IO, "cannot write a prompt: %s", g_strerror (errno));
      outputs->parts[i] = g_steal_pointer (&part);
    }
  return TRUE;
}

static gboolean
publish (Outputs *outputs, const char *name, GError **error)
{
  for (int i = 0; i < OUTPUTS; i++)
    if (outputs->fds[i] >= 0 && fsync (outputs->fds[i]) != 0)
      return ct_fail (error, CT_ERROR_IO, "cannot keep a prompt: %s", g_strerror (errno));
  for (int i = 0; i < OUTPUTS; i++)
    {
      g_autofree char *file = g_strconcat (name, suffixes[i], NULL);

      if (outputs->parts[i] == NULL)
        continue;
      if (renameat (outputs->folder, outputs->parts[i], outputs->folder, file) != 0)
        return ct_fail (error, CT_ERROR_IO, "cannot name a prompt: %s", g_strerror (errno));
      g_clear_pointer (&outputs->parts[i], g_free);
    }
  fsync (outputs->folder);
  return TRUE;
}

/* The helper's verdict as an error. */
static gboolean
read_end (const CsChildEnd *end, GError **error)
{
  const char *complaint = end->complaint[0] != '\0' ? end->complaint : "no reason given";

  if (end->status == EX_OK)
    return TRUE;
  if (end->status == EX_DATAERR)
    return ct_fail (error, CT_ERROR_INVALID, "%s", complaint);
  if (end->status == EX_TEMPFAIL)
    return ct_fail (error, CT_ERROR_LIMIT, "%s", complaint);
  if (end->signal == SIGXCPU || end->signal == SIGXFSZ || end->signal == SIGKILL)
    return ct_fail (error, CT_ERROR_TIMEOUT, "more work than one prompt may make");
  if (end->signal != 0)
    return ct_fail (error, CT_ERROR_INVALID, "it broke the decoder (signal %d)", end->signal);
  return ct_fail (error, CT_ERROR_IO, "the decoder failed with status %d: %s", end->status,
                  complaint);
}

static gboolean
decode (const Job *job, int input, const char *name, GError **error)
{
  g_auto (Outputs) outputs = OUTPUTS_NONE;
  const CsDecodeConfig *config = job->config;
  const char *argv[] = { config->helper, config->wav ? "--wav" : NULL, NULL };
  CsChild child = { .argv = argv, .clock = job->clock, .deadline_us = job->deadline_us };
  CsChildEnd end;

  if (!open_outputs (config, name, config->wav, &outputs, error))
    return FALSE;
  child.fds[0] = input;
  child.fds[1] = child.fds[2] = -1;
  for (int i = 0; i < OUTPUTS; i++)
    child.fds[3 + i] = outputs.fds[i];
  return cs_child_run (&child, &end, error) && read_end (&end, error)
         && publish (&outputs, name, error);
}

/* Nothing that could block or grow while it is read. */
static gboolean
check_input (int fd, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    return ct_fail (error, CT_ERROR_INVALID, "not a file");
  if (status.st_size > MAX_INPUT_BYTES)
    return ct_fail (error, CT_ERROR_LIMIT, "bigger than %d MiB", MAX_INPUT_BYTES / (1024 * 1024));
  return status.st_size > 0 || ct_fail (error, CT_ERROR_INVALID, "the file is empty");
}

gboolean
cs_prompt_prepare_file (const CsDecodeConfig *config, const char *input_path, const char *name,
                        GError **error)
{
  int input = open (input_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  g_auto (Job) job = { NULL, NULL, 0 };
  gboolean done;

  if (input < 0)
    return ct_fail (error, errno == ENOENT ? CT_ERROR_NOT_FOUND : CT_ERROR_IO, "cannot open %s: %s",
                    input_path, g_strerror (errno));
  job_init (&job, config);
  done = check_input (input, error) && decode (&job, input, name, error);
  close (input);
  return done;
}

/* A memory file with @text, read from the start; -1 with errno. */
static int
text_file (const char *text)
{
  int fd = memfd_create ("text", MFD_CLOEXEC);

  if (fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text)
      && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
speak (const Job *job, CsLanguage language, int text, int speech, GError **error)
{
  static const char *const voices[CS_LANGUAGES] = {
    [CS_LANGUAGE_EN] = "en-gb", [CS_LANGUAGE_NL] = "nl", [CS_LANGUAGE_IT] = "it",
    [CS_LANGUAGE_FR] = "fr-fr", [CS_LANGUAGE_ES] = "es",
  };
  const char *argv[] = { job->config->espeak != NULL ? job->config->espeak : "espeak-ng",
                         "-v",
                         voices[language],
                         "-s",
                         "150", /* words a minute: slower than its default, for the telephone */
                         "-b",
                         "1", /* the text is UTF-8 */
                         "-w",
                         "/proc/self/fd/3",
                         "--stdin",
                         NULL };
  CsChild child = { .argv = argv,
                    .fds = { text, -1, -1, speech, -1, -1 },
                    .clock = job->clock,
                    .deadline_us = job->deadline_us };
  CsChildEnd end;

  if (!cs_child_run (&child, &end, error))
    return FALSE;
  return end.status == 0 || ct_fail (error, CT_ERROR_IO, "espeak-ng failed: %s", end.complaint);
}

gboolean
cs_prompt_prepare_text (const CsDecodeConfig *config, const char *language, const char *text,
                        const char *name, GError **error)
{
  int code = cs_language_parse (language);
  g_auto (Job) job = { NULL, NULL, 0 };
  int words, speech;
  gboolean done;

  if (code < 0)
    return ct_fail (error, CT_ERROR_INVALID, "nobody speaks \"%s\" here", language);
  if (strlen (text) > MAX_TEXT)
    return ct_fail (error, CT_ERROR_LIMIT, "a text of more than %d bytes", MAX_TEXT);
  if (!g_utf8_validate (text, -1, NULL) || text[strspn (text, " \t\r\n")] == '\0')
    return ct_fail (error, CT_ERROR_INVALID, "no text to speak");
  if (!check_name (name, error))
    return FALSE;
  job_init (&job, config);
  words = text_file (text);
  speech = memfd_create ("speech", MFD_CLOEXEC);
  if (words < 0 || speech < 0)
    done = ct_fail (error, CT_ERROR_IO, "no memory file: %s", g_strerror (errno));
  else
    done = speak (&job, (CsLanguage) code, words, speech, error) && lseek (speech, 0, SEEK_SET) == 0
           && decode (&job, speech, name, error);
  if (words >= 0)
    close (words);
  if (speech >= 0)
    close (speech);
  return done;
}

static gboolean
exists (const CsDecodeConfig *config, const char *name)
{
  for (int i = 0; i < OUTPUT_WAV; i++)
    {
      g_autofree char *path = g_strconcat (config->prompt_folder, "/", name, suffixes[i], NULL);

      if (access (path, R_OK) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_sound (const CsDecodeConfig *config, const char *name, gint16 *(*compute) (guint *n),
             GError **error)
{
  g_auto (Outputs) outputs = OUTPUTS_NONE;
  g_autofree gint16 *samples = NULL;
  g_autofree guint8 *bytes = NULL;
  guint n;

  if (exists (config, name))
    return TRUE;
  if (!open_outputs (config, name, FALSE, &outputs, error))
    return FALSE;
  samples = compute (&n);
  bytes = g_malloc (n);
  for (int law = 0; law < CS_LAWS; law++)
    {
      for (guint i = 0; i < n; i++)
        bytes[i] = cs_g711_from_linear ((CsLaw) law, samples[i]);
      if (write (outputs.fds[law], bytes, n) != (gssize) n)
        return ct_fail (error, CT_ERROR_IO, "cannot write the %s: %s", name, g_strerror (errno));
    }
  return publish (&outputs, name, error);
}

gboolean
cs_prompt_prepare_builtin (const CsDecodeConfig *config, GError **error)
{
  return write_sound (config, "music", cs_sound_compute_music, error)
         && write_sound (config, CS_PROMPT_BEEP, cs_sound_compute_beep, error)
         && write_sound (config, CS_PROMPT_RINGING, cs_sound_compute_ringing, error);
}

gboolean
cs_prompt_remove (const CsDecodeConfig *config, const char *name, GError **error)
{
  if (!check_name (name, error))
    return FALSE;
  for (int i = 0; i < OUTPUTS; i++)
    {
      g_autofree char *path = g_strconcat (config->prompt_folder, "/", name, suffixes[i], NULL);

      if (unlink (path) != 0 && errno != ENOENT)
        return ct_fail (error, CT_ERROR_IO, "cannot remove %s: %s", path, g_strerror (errno));
    }
  return TRUE;
}
