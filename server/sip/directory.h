/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may register: the devices, by SIP user name. SIP reads no database; the domain that owns the
 * devices hands over the whole list whenever it changes, and the table is swapped under a lock, so a
 * look-up sees the old list or the new one, never half. Thread-safe. */
#pragma once

#include "common/base/id.h"
#include "server/ports/ha1.h"

G_BEGIN_DECLS

typedef struct {
  char *sip_user; /* unique on the server */
  CtId device;
  CtId user;
  CtId tenant;
  char ha1[CS_SIP_HA1_LENGTH + 1];
} CsSipDevice;

CsSipDevice *
cs_sip_device_new (const char *sip_user, CtId device, CtId user, CtId tenant, const char *ha1);
void cs_sip_device_free (CsSipDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSipDevice, cs_sip_device_free)

typedef struct _CsSipDirectory CsSipDirectory;

CsSipDirectory *cs_sip_directory_new (void);
void cs_sip_directory_free (CsSipDirectory *directory);
/* @devices: CsSipDevice*, taken over (full transfer); the later of two with one name wins. */
void cs_sip_directory_set (CsSipDirectory *directory, GPtrArray *devices);
/* A copy, or NULL. */
CsSipDevice *cs_sip_directory_dup (CsSipDirectory *directory, const char *sip_user);
/* Is @device still there under that name? */
gboolean cs_sip_directory_has (CsSipDirectory *directory, const char *sip_user, CtId device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSipDirectory, cs_sip_directory_free)

G_END_DECLS
