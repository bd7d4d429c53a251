/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The type: hands the port's commands to registration and call. */
#define G_LOG_DOMAIN "phone"

#include "client/phone/sofia/sofia-private.h"

G_DEFINE_FINAL_TYPE (CdSofiaPhone, cd_sofia_phone, CD_TYPE_PHONE)

CdPhone *
cd_sofia_phone_new_with_policy (const CdAudioPolicy *policy)
{
  CdSofiaPhone *self = g_object_new (CD_TYPE_SOFIA_PHONE, NULL);
  CdPhone *phone = CD_PHONE (self);

  self->policy = cd_audio_policy_copy (policy);
  if (cd_audio_policy_has_devices (policy))
    self->devices = cd_devices_new (cd_phone_get_device_store (phone, CD_PHONE_INPUT),
                                    cd_phone_get_device_store (phone, CD_PHONE_OUTPUT));
  return phone;
}

CdPhone *
cd_sofia_phone_new (void)
{
  g_autoptr (CdAudioPolicy) policy = cd_audio_policy_new_from_environment ();

  return cd_sofia_phone_new_with_policy (policy);
}

void
cd_sofia_phone_shut_down (CdSofiaPhone *self)
{
  g_return_if_fail (CD_IS_SOFIA_PHONE (self));
  if (self->closing)
    return;
  if (cd_phone_has_call (CD_PHONE (self)))
    cd_call_hang_up (self);
  cd_registration_stop (self);
  cd_phone_set_signing_on (CD_PHONE (self), FALSE);
  cd_stack_close (self, 2000);
}

static void
cd_sofia_phone_set_account (CdPhone *phone, const CdPhoneAccount *account)
{
  CdSofiaPhone *self = CD_SOFIA_PHONE (phone);

  g_clear_pointer (&self->next_account, cd_phone_account_free);
  self->next_account = account != NULL ? cd_phone_account_copy (account) : NULL;
  self->account_changed = TRUE;
  /* The running call keeps its line; the new account is taken up after it. */
  if (!cd_phone_has_call (phone))
    cd_registration_start (self);
}

static void
cd_sofia_phone_dial (CdPhone *phone, const char *number)
{
  cd_call_dial (CD_SOFIA_PHONE (phone), number);
}

static void
cd_sofia_phone_answer (CdPhone *phone)
{
  cd_call_answer (CD_SOFIA_PHONE (phone));
}

static void
cd_sofia_phone_hang_up (CdPhone *phone)
{
  cd_call_hang_up (CD_SOFIA_PHONE (phone));
}

static void
cd_sofia_phone_hold (CdPhone *phone, gboolean held)
{
  cd_call_hold (CD_SOFIA_PHONE (phone), held);
}

static void
cd_sofia_phone_mute (CdPhone *phone, gboolean muted)
{
  CdSofiaPhone *self = CD_SOFIA_PHONE (phone);

  if (self->media != NULL)
    cd_media_set_muted (self->media, muted);
}

static void
cd_sofia_phone_send_dtmf (CdPhone *phone, char digit)
{
  CdSofiaPhone *self = CD_SOFIA_PHONE (phone);

  if (self->media != NULL)
    cd_media_send_digit (self->media, digit);
}

static void
cd_sofia_phone_choose_device (CdPhone *phone, CdPhoneDeviceKind kind, CdPhoneDevice *device)
{
  CdSofiaPhone *self = CD_SOFIA_PHONE (phone);

  if (self->media != NULL)
    cd_media_set_device (self->media, kind, device);
}

static void
cd_sofia_phone_dispose (GObject *object)
{
  cd_sofia_phone_shut_down (CD_SOFIA_PHONE (object));
  G_OBJECT_CLASS (cd_sofia_phone_parent_class)->dispose (object);
}

static void
cd_sofia_phone_finalize (GObject *object)
{
  CdSofiaPhone *self = CD_SOFIA_PHONE (object);

  cd_audio_policy_free (self->policy);
  cd_devices_free (self->devices);
  cd_phone_account_free (self->account);
  cd_phone_account_free (self->next_account);
  g_clear_object (&self->media);
  g_clear_object (&self->server);
  g_clear_object (&self->resolving);
  g_free (self->local_address);
  g_free (self->proxy);
  g_free (self->bound);
  g_free (self->answer);
  G_OBJECT_CLASS (cd_sofia_phone_parent_class)->finalize (object);
}

static void
cd_sofia_phone_class_init (CdSofiaPhoneClass *klass)
{
  CdPhoneClass *phone_class = CD_PHONE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_sofia_phone_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_sofia_phone_finalize;
  phone_class->set_account = cd_sofia_phone_set_account;
  phone_class->dial = cd_sofia_phone_dial;
  phone_class->answer = cd_sofia_phone_answer;
  phone_class->hang_up = cd_sofia_phone_hang_up;
  phone_class->hold = cd_sofia_phone_hold;
  phone_class->mute = cd_sofia_phone_mute;
  phone_class->send_dtmf = cd_sofia_phone_send_dtmf;
  phone_class->choose_device = cd_sofia_phone_choose_device;
}

static void
cd_sofia_phone_init (CdSofiaPhone *self)
{
}
