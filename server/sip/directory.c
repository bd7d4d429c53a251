/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sip/directory.h"

#include <string.h>

struct _CsSipDirectory {
  GMutex mutex;
  GHashTable *devices; /* sip_user -> CsSipDevice, owned; replaced whole */
};

CsSipDevice *
cs_sip_device_new (const char *sip_user, CtId device, CtId user, CtId tenant, const char *ha1)
{
  CsSipDevice *self = g_new0 (CsSipDevice, 1);

  self->sip_user = g_strdup (sip_user);
  self->device = device;
  self->user = user;
  self->tenant = tenant;
  g_strlcpy (self->ha1, ha1, sizeof self->ha1);
  return self;
}

void
cs_sip_device_free (CsSipDevice *device)
{
  g_free (device->sip_user);
  g_free (device);
}

static GHashTable *
table_new (void)
{
  /* The key lives in the value. */
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) cs_sip_device_free);
}

CsSipDirectory *
cs_sip_directory_new (void)
{
  CsSipDirectory *directory = g_new0 (CsSipDirectory, 1);

  g_mutex_init (&directory->mutex);
  directory->devices = table_new ();
  return directory;
}

void
cs_sip_directory_free (CsSipDirectory *directory)
{
  g_hash_table_unref (directory->devices);
  g_mutex_clear (&directory->mutex);
  g_free (directory);
}

void
cs_sip_directory_set (CsSipDirectory *directory, GPtrArray *devices)
{
  g_autoptr (GHashTable) table = table_new ();
  g_autoptr (GMutexLocker) locker = NULL;

  for (guint i = 0; i < devices->len; i++)
    {
      CsSipDevice *device = g_ptr_array_index (devices, i);

      g_hash_table_replace (table, device->sip_user, device);
    }
  g_ptr_array_set_free_func (devices, NULL);
  g_ptr_array_unref (devices);

  locker = g_mutex_locker_new (&directory->mutex);
  GHashTable *old = directory->devices;
  directory->devices = g_steal_pointer (&table);
  table = old;
  g_clear_pointer (&locker, g_mutex_locker_free);
}

CsSipDevice *
cs_sip_directory_dup (CsSipDirectory *directory, const char *sip_user)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&directory->mutex);
  const CsSipDevice *found = g_hash_table_lookup (directory->devices, sip_user);

  if (found == NULL)
    return NULL;
  return cs_sip_device_new (found->sip_user, found->device, found->user, found->tenant, found->ha1);
}

gboolean
cs_sip_directory_has (CsSipDirectory *directory, const char *sip_user, CtId device)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&directory->mutex);
  const CsSipDevice *found = g_hash_table_lookup (directory->devices, sip_user);

  return found != NULL && found->device == device;
}
