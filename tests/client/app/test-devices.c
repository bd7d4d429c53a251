/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chosen microphone is there again after a restart; while it is unplugged the system's choice stands in,
 * and it is taken up again when it comes back. */
#include "client/app/devices.h"
#include "client/phone/fake/fake-phone.h"
#include "client/phone/phone-provider.h"

#include <glib/gstdio.h>

static CdPhoneDevice *
get_chosen (CdPhone *phone)
{
  return cd_phone_get_device (phone, CD_PHONE_INPUT);
}

static void
test_remembered (void)
{
  g_autoptr (CdPhone) phone = cd_fake_phone_new ();
  g_autoptr (CdPhone) next = cd_fake_phone_new ();
  g_autoptr (CdSettings) settings = cd_settings_new ();
  g_autoptr (CdSettings) later = NULL;
  g_autoptr (CdPhoneDevice) second = NULL;
  g_autofree char *kept = NULL;
  GListStore *store = cd_phone_get_device_store (next, CD_PHONE_INPUT);
  g_autoptr (CdPhoneDevice) same = NULL;

  cd_remember_devices (phone, settings);
  g_assert_null (get_chosen (phone));
  second = g_list_model_get_item (cd_phone_get_devices (phone, CD_PHONE_INPUT), 1);
  cd_phone_choose_device (phone, CD_PHONE_INPUT, second);

  later = cd_settings_new ();
  kept = cd_settings_dup (later, "devices", "microphone");
  g_assert_cmpstr (kept, ==, cd_phone_device_get_id (second));
  cd_remember_devices (next, later);
  g_assert_nonnull (get_chosen (next));
  g_assert_cmpstr (cd_phone_device_get_id (get_chosen (next)), ==, kept);
  g_assert_null (cd_phone_get_device (next, CD_PHONE_OUTPUT));

  same = g_object_ref (get_chosen (next));
  g_list_store_remove (store, 1);
  g_assert_null (get_chosen (next));
  g_list_store_append (store, same);
  g_assert_true (get_chosen (next) == same);

  /* The system's choice is a choice, too. */
  cd_phone_choose_device (next, CD_PHONE_INPUT, NULL);
  g_list_store_remove (store, 1);
  g_list_store_append (store, same);
  g_assert_null (get_chosen (next));
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("centrale-app-XXXXXX", NULL);
  g_autofree char *own = g_build_filename (folder, "centrale", NULL);
  g_autofree char *file = g_build_filename (own, "desk.ini", NULL);
  int status;

  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/remembered", test_remembered);
  status = g_test_run ();
  g_unlink (file);
  g_rmdir (own);
  g_rmdir (folder);
  return status;
}
