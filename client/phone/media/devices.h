/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps two list models of CdPhoneDevice as microphones and loudspeakers come and go. */
#pragma once

#include "client/phone/phone.h"

G_BEGIN_DECLS

typedef struct _CdDevices CdDevices;

/* Watches from now on; @inputs and @outputs are kept. Finding the first ones takes a moment and is done
 * off the main thread. */
CdDevices *cd_devices_new (GListStore *inputs, GListStore *outputs);
void cd_devices_free (CdDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdDevices, cd_devices_free)

G_END_DECLS
