/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "phone"

#include "client/phone/fake/fake-phone.h"
#include "client/phone/phone-provider.h"

struct _CdFakePhone {
  CdPhone parent_instance;
  char *refusal;
  gboolean has_account;
  gboolean line_down;
  GString *keys;
};

G_DEFINE_FINAL_TYPE (CdFakePhone, cd_fake_phone, CD_TYPE_PHONE)

CdPhone *
cd_fake_phone_new (void)
{
  return g_object_new (CD_TYPE_FAKE_PHONE, NULL);
}

static void
sign_on (CdFakePhone *self)
{
  CdPhone *phone = CD_PHONE (self);
  gboolean taken = self->has_account && !self->line_down && self->refusal == NULL;

  cd_phone_set_problem (phone, self->has_account && !taken
                                   ? (self->refusal != NULL ? self->refusal : "unreachable")
                                   : NULL);
  cd_phone_set_signing_on (phone, self->has_account);
  cd_phone_set_registered (phone, taken);
}

static void
cd_fake_phone_set_account (CdPhone *phone, const CdPhoneAccount *account)
{
  CdFakePhone *self = CD_FAKE_PHONE (phone);

  self->has_account = account != NULL;
  sign_on (self);
}

static void
cd_fake_phone_dial (CdPhone *phone, const char *number)
{
  g_string_truncate (CD_FAKE_PHONE (phone)->keys, 0);
  cd_phone_begin_call (phone, CD_PHONE_DIALING, CT_ID_NONE, NULL, number);
}

static void
cd_fake_phone_answer (CdPhone *phone)
{
  cd_phone_change_state (phone, CD_PHONE_TALKING, "answered");
}

static void
cd_fake_phone_hang_up (CdPhone *phone)
{
  gboolean ringing = cd_phone_get_state (phone) == CD_PHONE_RINGING;

  cd_phone_end_call (phone, ringing ? CD_PHONE_END_REFUSED : CD_PHONE_END_BY_ME, "hung up");
}

static void
cd_fake_phone_hold (CdPhone *phone, gboolean held)
{
  cd_phone_change_state (phone, held ? CD_PHONE_HELD_BY_ME : CD_PHONE_TALKING, "hold key");
}

static void
cd_fake_phone_mute (CdPhone *phone, gboolean muted)
{
}

static void
cd_fake_phone_send_dtmf (CdPhone *phone, char digit)
{
  g_string_append_c (CD_FAKE_PHONE (phone)->keys, digit);
}

static void
cd_fake_phone_choose_device (CdPhone *phone, CdPhoneDeviceKind kind, CdPhoneDevice *device)
{
}

void
cd_fake_phone_set_refusal (CdFakePhone *self, const char *problem)
{
  g_free (self->refusal);
  self->refusal = g_strdup (problem);
  sign_on (self);
}

void
cd_fake_phone_set_line (CdFakePhone *self, gboolean up)
{
  self->line_down = !up;
  sign_on (self);
}

gboolean
cd_fake_phone_ring (CdFakePhone *self, CtId call_id, const char *name, const char *number)
{
  if (cd_phone_has_call (CD_PHONE (self)) || !cd_phone_get_registered (CD_PHONE (self)))
    return FALSE;
  g_string_truncate (self->keys, 0);
  return cd_phone_begin_call (CD_PHONE (self), CD_PHONE_RINGING, call_id, name, number);
}

void
cd_fake_phone_peer_answer (CdFakePhone *self)
{
  if (cd_phone_get_state (CD_PHONE (self)) == CD_PHONE_DIALING)
    cd_phone_change_state (CD_PHONE (self), CD_PHONE_TALKING, "peer answered");
}

void
cd_fake_phone_peer_hold (CdFakePhone *self, gboolean held)
{
  CdPhoneState state = cd_phone_get_state (CD_PHONE (self));

  if (state == (held ? CD_PHONE_TALKING : CD_PHONE_HELD_BY_PEER))
    cd_phone_change_state (CD_PHONE (self), held ? CD_PHONE_HELD_BY_PEER : CD_PHONE_TALKING,
                           "peer's hold");
}

void
cd_fake_phone_peer_digit (CdFakePhone *self, char digit)
{
  cd_phone_emit_digit (CD_PHONE (self), digit);
}

void
cd_fake_phone_peer_end (CdFakePhone *self, CdPhoneEnd end)
{
  cd_phone_end_call (CD_PHONE (self), end, "peer ended");
}

void
cd_fake_phone_emit_level (CdFakePhone *self, double in_dbfs, double out_dbfs)
{
  cd_phone_emit_level (CD_PHONE (self), in_dbfs, out_dbfs);
}

const char *
cd_fake_phone_get_keys (CdFakePhone *self)
{
  return self->keys->str;
}

static void
cd_fake_phone_finalize (GObject *object)
{
  CdFakePhone *self = CD_FAKE_PHONE (object);

  g_free (self->refusal);
  g_string_free (self->keys, TRUE);
  G_OBJECT_CLASS (cd_fake_phone_parent_class)->finalize (object);
}

static void
cd_fake_phone_class_init (CdFakePhoneClass *klass)
{
  CdPhoneClass *phone_class = CD_PHONE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cd_fake_phone_finalize;
  phone_class->set_account = cd_fake_phone_set_account;
  phone_class->dial = cd_fake_phone_dial;
  phone_class->answer = cd_fake_phone_answer;
  phone_class->hang_up = cd_fake_phone_hang_up;
  phone_class->hold = cd_fake_phone_hold;
  phone_class->mute = cd_fake_phone_mute;
  phone_class->send_dtmf = cd_fake_phone_send_dtmf;
  phone_class->choose_device = cd_fake_phone_choose_device;
}

static void
cd_fake_phone_init (CdFakePhone *self)
{
  static const char *const names[2][2]
      = { { "Headset microphone", "Webcam microphone" }, { "Headset", "Loudspeakers" } };

  self->keys = g_string_new (NULL);
  for (guint kind = 0; kind < 2; kind++)
    for (guint i = 0; i < 2; i++)
      {
        g_autofree char *id = g_strdup_printf ("fake-%u-%u", kind, i);
        g_autoptr (CdPhoneDevice) device = cd_phone_device_new (kind, id, names[kind][i], NULL);

        g_list_store_append (cd_phone_get_device_store (CD_PHONE (self), kind), device);
      }
}
