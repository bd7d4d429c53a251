/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table from name to sound under a lock that is held for a look-up only. A sound is immutable; a
 * replaced file makes a new sound, and the old one lives as long as somebody plays it. The folder is
 * read again as a whole when inotify says that something changed: hundreds of stats, and no event that
 * a full queue lost can leave us behind. */
#define G_LOG_DOMAIN "media"
#include "server/media/prompts.h"

#include "common/base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME 100
#define MAX_LENGTH (CS_SAMPLE_RATE * 3600)

static const char *const suffixes[CS_LAWS] = { ".pcma", ".pcmu" };

/* What a file is recognised by: a rename brings another inode. */
typedef struct {
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec changed;
} Print;

struct _CsSound {
  gatomicrefcount references;
  const guint8 *bytes[CS_LAWS]; /* mapped */
  gsize length;
  Print prints[CS_LAWS];
};

struct _CsPrompts {
  char *folder;
  int watch; /* inotify */
  GMutex lock;
  GHashTable *sounds; /* name -> CsSound */
};

gboolean
cs_prompt_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME || name[0] == '.' || name[length - 1] == '.')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && strchr ("_-.", name[i]) == NULL)
      return FALSE;
  return TRUE;
}

void
cs_sound_unref (CsSound *sound)
{
  if (!g_atomic_ref_count_dec (&sound->references))
    return;
  for (int law = 0; law < CS_LAWS; law++)
    if (sound->bytes[law] != NULL)
      munmap ((void *) sound->bytes[law], (gsize) sound->prints[law].size);
  g_free (sound);
}

const guint8 *
cs_sound_get_bytes (const CsSound *sound, CsLaw law)
{
  return sound->bytes[law];
}

gsize
cs_sound_get_length (const CsSound *sound)
{
  return sound->length;
}

static Print
print_of (const struct stat *status)
{
  return (Print){ status->st_dev, status->st_ino, status->st_size, status->st_mtim };
}

static gboolean
is_same (const Print *a, const Print *b)
{
  return a->device == b->device && a->inode == b->inode && a->size == b->size
         && a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Maps one file and reads its pages in now, since a relay thread must not wait for a disk. */
static gboolean
map_file (int folder, const char *file, CsSound *sound, CsLaw law)
{
  int fd = openat (folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat status;
  void *bytes = MAP_FAILED;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_size > 0
      && status.st_size <= MAX_LENGTH)
    bytes = mmap (NULL, (gsize) status.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
  close (fd);
  if (bytes == MAP_FAILED)
    return FALSE;
  sound->bytes[law] = bytes;
  sound->prints[law] = print_of (&status);
  return TRUE;
}

static CsSound *
load (int folder, const char *name)
{
  g_autoptr (CsSound) sound = g_new0 (CsSound, 1);

  g_atomic_ref_count_init (&sound->references);
  for (int law = 0; law < CS_LAWS; law++)
    {
      g_autofree char *file = g_strconcat (name, suffixes[law], NULL);

      if (!map_file (folder, file, sound, (CsLaw) law))
        return NULL;
    }
  sound->length = (gsize) MIN (sound->prints[CS_LAW_A].size, sound->prints[CS_LAW_U].size);
  return g_steal_pointer (&sound);
}

static gboolean
is_current (int folder, const char *name, const CsSound *sound)
{
  for (int law = 0; law < CS_LAWS; law++)
    {
      g_autofree char *file = g_strconcat (name, suffixes[law], NULL);
      struct stat status;
      Print print;

      if (fstatat (folder, file, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return FALSE;
      print = print_of (&status);
      if (!is_same (&print, &sound->prints[law]))
        return FALSE;
    }
  return TRUE;
}

/* A reference, or NULL. */
static CsSound *
look_up (CsPrompts *prompts, const char *name)
{
  CsSound *sound;

  g_mutex_lock (&prompts->lock);
  sound = g_hash_table_lookup (prompts->sounds, name);
  if (sound != NULL)
    g_atomic_ref_count_inc (&sound->references);
  g_mutex_unlock (&prompts->lock);
  return sound;
}

/* The sound under @name that is still what the file holds; a reference. */
static CsSound *
load_or_keep (CsPrompts *prompts, int folder, const char *name)
{
  g_autoptr (CsSound) known = look_up (prompts, name);

  if (known != NULL && is_current (folder, name, known))
    return g_steal_pointer (&known);
  return load (folder, name);
}

static void
read_folder (CsPrompts *prompts)
{
  g_autoptr (GHashTable) sounds
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) cs_sound_unref);
  g_autoptr (GHashTable) old = NULL;
  g_autoptr (GDir) entries = g_dir_open (prompts->folder, 0, NULL);
  int folder = open (prompts->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const char *entry;

  while (entries != NULL && folder >= 0 && (entry = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *name = g_strndup (entry, strlen (entry) - MIN (5, strlen (entry)));
      CsSound *sound;

      if (!g_str_has_suffix (entry, suffixes[CS_LAW_A]) || !cs_prompt_name_is_valid (name))
        continue;
      sound = load_or_keep (prompts, folder, name);
      if (sound != NULL)
        g_hash_table_insert (sounds, g_steal_pointer (&name), sound);
    }
  if (folder >= 0)
    close (folder);
  g_mutex_lock (&prompts->lock);
  old = g_steal_pointer (&prompts->sounds);
  prompts->sounds = g_steal_pointer (&sounds);
  g_mutex_unlock (&prompts->lock);
}

CsPrompts *
cs_prompts_new (const char *folder, GError **error)
{
  int watch = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  CsPrompts *prompts;

  if (watch < 0
      || inotify_add_watch (watch, folder, IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE)
             < 0)
    {
      ct_fail (error, CT_ERROR_IO, "cannot follow the prompt folder %s: %s", folder,
               g_strerror (errno));
      if (watch >= 0)
        close (watch);
      return NULL;
    }
  prompts = g_new0 (CsPrompts, 1);
  prompts->folder = g_strdup (folder);
  prompts->watch = watch;
  g_mutex_init (&prompts->lock);
  prompts->sounds
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) cs_sound_unref);
  read_folder (prompts);
  return prompts;
}

void
cs_prompts_free (CsPrompts *prompts)
{
  g_hash_table_unref (prompts->sounds);
  g_mutex_clear (&prompts->lock);
  close (prompts->watch);
  g_free (prompts->folder);
  g_free (prompts);
}

int
cs_prompts_get_fd (CsPrompts *prompts)
{
  return prompts->watch;
}

void
cs_prompts_refresh (CsPrompts *prompts)
{
  char events[4096];
  gboolean any = FALSE;

  while (read (prompts->watch, events, sizeof events) > 0)
    any = TRUE;
  if (any)
    read_folder (prompts);
}

/* One that was made a moment ago: its maker may want it before the folder's watcher has looked. */
static CsSound *
map_new (CsPrompts *prompts, const char *name)
{
  int folder = open (prompts->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  CsSound *sound = folder >= 0 ? load (folder, name) : NULL;

  if (folder >= 0)
    close (folder);
  if (sound == NULL)
    return NULL;
  g_atomic_ref_count_inc (&sound->references);
  g_mutex_lock (&prompts->lock);
  g_hash_table_replace (prompts->sounds, g_strdup (name), sound);
  g_mutex_unlock (&prompts->lock);
  return sound;
}

CsSound *
cs_prompts_get (CsPrompts *prompts, const char *name)
{
  CsSound *sound = look_up (prompts, name);

  return sound == NULL && cs_prompt_name_is_valid (name) ? map_new (prompts, name) : sound;
}
