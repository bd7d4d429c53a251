/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/app/devices.h"

#define GROUP "devices"

static const char *const keys[] = { "microphone", "loudspeaker" }; /* by CdPhoneDeviceKind */

/* "" for the system's choice. */
static void
on_chosen (CdPhone *phone, int kind, CdSettings *settings)
{
  CdPhoneDevice *device = cd_phone_get_device (phone, (CdPhoneDeviceKind) kind);
  g_autofree char *before = cd_settings_dup (settings, GROUP, keys[kind]);
  const char *id = device != NULL ? cd_phone_device_get_id (device) : "";

  if (g_strcmp0 (before, id) != 0)
    cd_settings_set (settings, GROUP, keys[kind], id);
}

static void
choose_again (CdPhone *phone, CdPhoneDeviceKind kind, const char *id)
{
  GListModel *devices = cd_phone_get_devices (phone, kind);

  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (CdPhoneDevice) device = g_list_model_get_item (devices, i);

      if (g_strcmp0 (cd_phone_device_get_id (device), id) == 0)
        {
          cd_phone_choose_device (phone, kind, device);
          return;
        }
    }
}

static void
on_devices_changed (CdPhone *phone, CdSettings *settings)
{
  for (int kind = CD_PHONE_INPUT; kind <= CD_PHONE_OUTPUT; kind++)
    {
      g_autofree char *id = cd_settings_dup (settings, GROUP, keys[kind]);

      if (*id != '\0' && cd_phone_get_device (phone, (CdPhoneDeviceKind) kind) == NULL)
        choose_again (phone, (CdPhoneDeviceKind) kind, id);
    }
}

void
cd_remember_devices (CdPhone *phone, CdSettings *settings)
{
  g_signal_connect (phone, "device-chosen", G_CALLBACK (on_chosen), settings);
  g_signal_connect (phone, "devices-changed", G_CALLBACK (on_devices_changed), settings);
  on_devices_changed (phone, settings);
}
