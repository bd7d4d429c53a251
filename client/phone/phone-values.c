/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small values of the phone port: account, line quality, device. */
#define G_LOG_DOMAIN "phone"

#include "client/phone/phone.h"

G_DEFINE_BOXED_TYPE (CdPhoneAccount, cd_phone_account, cd_phone_account_copy, cd_phone_account_free)

CdPhoneAccount *
cd_phone_account_new (const char *user, const char *secret, const char *realm, const char *host,
                      guint16 port, const char *transport, guint expires)
{
  CdPhoneAccount *account = g_new0 (CdPhoneAccount, 1);

  account->user = g_strdup (user);
  account->secret = g_strdup (secret);
  account->realm = g_strdup (realm);
  account->host = g_strdup (host);
  account->port = port;
  account->transport = g_strdup (transport);
  account->expires = expires;
  return account;
}

CdPhoneAccount *
cd_phone_account_copy (const CdPhoneAccount *account)
{
  return cd_phone_account_new (account->user, account->secret, account->realm, account->host,
                               account->port, account->transport, account->expires);
}

void
cd_phone_account_free (CdPhoneAccount *account)
{
  if (account == NULL)
    return;
  g_free (account->user);
  g_free (account->secret);
  g_free (account->realm);
  g_free (account->host);
  g_free (account->transport);
  g_free (account);
}

static CdLineQuality *
cd_line_quality_copy (CdLineQuality *quality)
{
  return g_memdup2 (quality, sizeof *quality);
}

G_DEFINE_BOXED_TYPE (CdLineQuality, cd_line_quality, cd_line_quality_copy, g_free)

struct _CdPhoneDevice {
  GObject parent_instance;
  CdPhoneDeviceKind kind;
  char *id;
  char *name;
  GObject *handle;
};

G_DEFINE_FINAL_TYPE (CdPhoneDevice, cd_phone_device, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_NAME,
  N_PROPS,
};

CdPhoneDevice *
cd_phone_device_new (CdPhoneDeviceKind kind, const char *id, const char *name, GObject *handle)
{
  CdPhoneDevice *self = g_object_new (CD_TYPE_PHONE_DEVICE, NULL);

  self->kind = kind;
  self->id = g_strdup (id);
  self->name = g_strdup (name);
  g_set_object (&self->handle, handle);
  return self;
}

const char *
cd_phone_device_get_id (CdPhoneDevice *self)
{
  return self->id;
}

const char *
cd_phone_device_get_name (CdPhoneDevice *self)
{
  return self->name;
}

CdPhoneDeviceKind
cd_phone_device_get_kind (CdPhoneDevice *self)
{
  return self->kind;
}

GObject *
cd_phone_device_get_handle (CdPhoneDevice *self)
{
  return self->handle;
}

static void
cd_phone_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CdPhoneDevice *self = CD_PHONE_DEVICE (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
cd_phone_device_finalize (GObject *object)
{
  CdPhoneDevice *self = CD_PHONE_DEVICE (object);

  g_free (self->id);
  g_free (self->name);
  g_clear_object (&self->handle);
  G_OBJECT_CLASS (cd_phone_device_parent_class)->finalize (object);
}

static void
cd_phone_device_class_init (CdPhoneDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = cd_phone_device_get_property;
  object_class->finalize = cd_phone_device_finalize;
  g_object_class_install_property (object_class, PROP_ID,
                                   g_param_spec_string ("id", NULL, NULL, NULL, flags));
  g_object_class_install_property (object_class, PROP_NAME,
                                   g_param_spec_string ("name", NULL, NULL, NULL, flags));
}

static void
cd_phone_device_init (CdPhoneDevice *self)
{
}
