/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of a phone that every provider shares: the state machine with its table of legal edges, the
 * facts of the call, the guards in front of each command, the device lists. */
#define G_LOG_DOMAIN "phone"

#include "client/phone/phone-provider.h"

#include <math.h>
#include <string.h>

typedef struct {
  CdPhoneState state;
  CdPhoneEnd end;
  gboolean registered;
  gboolean signing_on;
  gboolean muted;
  char *problem;

  CtId call_id;
  char *remote_name;
  char *remote_number;
  gint64 talked_since;

  GListStore *devices[2];
  CdPhoneDevice *chosen[2];
  guint settle_source;
} CdPhonePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (CdPhone, cd_phone, G_TYPE_OBJECT)

enum {
  PROP_STATE = 1,
  PROP_REGISTERED,
  PROP_MUTED,
  PROP_END,
  PROP_PROBLEM,
  PROP_CALL_ID,
  PROP_REMOTE_NAME,
  PROP_REMOTE_NUMBER,
  N_PROPS,
};

enum {
  SIGNAL_LEVEL,
  SIGNAL_LINE_QUALITY,
  SIGNAL_DIGIT,
  SIGNAL_DEVICES_CHANGED,
  SIGNAL_DEVICE_CHOSEN,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static const char *const state_names[]
    = { "offline", "registering", "ready",        "ringing", "dialing",
        "talking", "held-by-me",  "held-by-peer", "ended" };

static const char *const end_names[]
    = { "none", "by-me", "by-peer", "refused", "missed", "busy", "no-answer", "failed", "lost" };

#define TO(state) (1u << CD_PHONE_##state)

/* Row: the old state; bits: where it may go. */
static const guint edges[] = {
  [CD_PHONE_OFFLINE] = TO (REGISTERING) | TO (READY),
  [CD_PHONE_REGISTERING] = TO (OFFLINE) | TO (READY) | TO (RINGING),
  [CD_PHONE_READY] = TO (OFFLINE) | TO (REGISTERING) | TO (RINGING) | TO (DIALING),
  [CD_PHONE_RINGING] = TO (TALKING) | TO (ENDED),
  [CD_PHONE_DIALING] = TO (TALKING) | TO (ENDED),
  [CD_PHONE_TALKING] = TO (HELD_BY_ME) | TO (HELD_BY_PEER) | TO (ENDED),
  [CD_PHONE_HELD_BY_ME] = TO (TALKING) | TO (HELD_BY_PEER) | TO (ENDED),
  [CD_PHONE_HELD_BY_PEER] = TO (TALKING) | TO (HELD_BY_ME) | TO (ENDED),
  [CD_PHONE_ENDED] = TO (OFFLINE) | TO (REGISTERING) | TO (READY),
};

#define IN_CALL (TO (RINGING) | TO (DIALING) | TO (TALKING) | TO (HELD_BY_ME) | TO (HELD_BY_PEER))
#define ANSWERED (TO (TALKING) | TO (HELD_BY_ME) | TO (HELD_BY_PEER))

const char *
cd_phone_state_name (CdPhoneState state)
{
  return state < G_N_ELEMENTS (state_names) ? state_names[state] : "?";
}

const char *
cd_phone_end_name (CdPhoneEnd end)
{
  return end < G_N_ELEMENTS (end_names) ? end_names[end] : "?";
}

static CdPhonePrivate *
get_private (CdPhone *self)
{
  return cd_phone_get_instance_private (self);
}

static gboolean
is_in (CdPhone *self, guint states)
{
  return (states & (1u << get_private (self)->state)) != 0;
}

/* The state machine. */

static CdPhoneState
resting_state (CdPhonePrivate *priv)
{
  if (priv->registered)
    return CD_PHONE_READY;
  return priv->signing_on ? CD_PHONE_REGISTERING : CD_PHONE_OFFLINE;
}

/* Between calls the state says how the registration is. */
static void
settle (CdPhone *self, const char *why)
{
  CdPhonePrivate *priv = get_private (self);

  if (!is_in (self, IN_CALL | TO (ENDED)) && priv->state != resting_state (priv))
    cd_phone_change_state (self, resting_state (priv), why);
}

static gboolean
on_call_over (gpointer data)
{
  CdPhone *self = data;
  CdPhonePrivate *priv = get_private (self);

  priv->settle_source = 0;
  if (priv->state == CD_PHONE_ENDED)
    cd_phone_change_state (self, resting_state (priv), "call over");
  return G_SOURCE_REMOVE;
}

gboolean
cd_phone_change_state (CdPhone *self, CdPhoneState state, const char *why)
{
  CdPhonePrivate *priv = get_private (self);
  CdPhoneState old = priv->state;

  if (old == state)
    return TRUE;
  if ((edges[old] & (1u << state)) == 0)
    {
      g_warning ("refused state change %s -> %s: %s", cd_phone_state_name (old),
                 cd_phone_state_name (state), why);
      return FALSE;
    }
  g_info ("%s -> %s: %s", cd_phone_state_name (old), cd_phone_state_name (state), why);
  priv->state = state;
  if (state == CD_PHONE_TALKING && priv->talked_since == 0)
    priv->talked_since = g_get_monotonic_time ();
  if (state == CD_PHONE_ENDED)
    priv->settle_source = g_idle_add (on_call_over, self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  return TRUE;
}

void
cd_phone_set_registered (CdPhone *self, gboolean registered)
{
  CdPhonePrivate *priv = get_private (self);

  if (priv->registered == !!registered)
    return;
  priv->registered = !!registered;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REGISTERED]);
  settle (self, registered ? "registered" : "registration gone");
}

void
cd_phone_set_signing_on (CdPhone *self, gboolean signing_on)
{
  get_private (self)->signing_on = signing_on;
  settle (self, signing_on ? "signing on" : "signed off");
}

void
cd_phone_set_problem (CdPhone *self, const char *problem)
{
  CdPhonePrivate *priv = get_private (self);

  if (g_strcmp0 (priv->problem, problem) == 0)
    return;
  g_free (priv->problem);
  priv->problem = g_strdup (problem);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROBLEM]);
}

gboolean
cd_phone_begin_call (CdPhone *self, CdPhoneState state, CtId call_id, const char *remote_name,
                     const char *remote_number)
{
  CdPhonePrivate *priv = get_private (self);

  g_return_val_if_fail (state == CD_PHONE_RINGING || state == CD_PHONE_DIALING, FALSE);
  if (priv->state == CD_PHONE_ENDED)
    {
      /* A call that comes in the very turn in which another ended. */
      g_clear_handle_id (&priv->settle_source, g_source_remove);
      cd_phone_change_state (self, resting_state (priv), "call over");
    }
  if ((edges[priv->state] & (1u << state)) == 0)
    return FALSE;
  g_object_freeze_notify (G_OBJECT (self));
  priv->call_id = call_id;
  g_free (priv->remote_name);
  priv->remote_name = g_strdup (remote_name);
  g_free (priv->remote_number);
  priv->remote_number = g_strdup (remote_number);
  priv->talked_since = 0;
  priv->end = CD_PHONE_END_NONE;
  cd_phone_set_problem (self, NULL);
  for (guint i = PROP_END; i < N_PROPS; i++)
    if (i != PROP_PROBLEM)
      g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  cd_phone_change_state (self, state, state == CD_PHONE_RINGING ? "call came" : "dialled");
  g_object_thaw_notify (G_OBJECT (self));
  return TRUE;
}

void
cd_phone_end_call (CdPhone *self, CdPhoneEnd end, const char *why)
{
  if (!is_in (self, IN_CALL))
    return;
  get_private (self)->end = end;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_END]);
  cd_phone_change_state (self, CD_PHONE_ENDED, why);
}

void
cd_phone_emit_level (CdPhone *self, double in_dbfs, double out_dbfs)
{
  g_signal_emit (self, signals[SIGNAL_LEVEL], 0, in_dbfs, out_dbfs);
}

void
cd_phone_emit_line_quality (CdPhone *self, CdLineQuality *quality)
{
  g_signal_emit (self, signals[SIGNAL_LINE_QUALITY], 0, quality);
}

void
cd_phone_emit_digit (CdPhone *self, char digit)
{
  g_signal_emit (self, signals[SIGNAL_DIGIT], 0, (int) digit);
}

/* Commands. */

void
cd_phone_set_account (CdPhone *self, const CdPhoneAccount *account)
{
  g_return_if_fail (CD_IS_PHONE (self));
  CD_PHONE_GET_CLASS (self)->set_account (self, account);
}

void
cd_phone_clear_account (CdPhone *self)
{
  cd_phone_set_account (self, NULL);
}

gboolean
cd_phone_dial (CdPhone *self, const char *number)
{
  g_return_val_if_fail (CD_IS_PHONE (self), FALSE);
  if (number == NULL || *number == '\0' || strlen (number) > 32
      || strspn (number, "+0123456789*#") != strlen (number))
    return FALSE;
  if (get_private (self)->state != CD_PHONE_READY)
    return FALSE;
  CD_PHONE_GET_CLASS (self)->dial (self, number);
  return TRUE;
}

gboolean
cd_phone_answer (CdPhone *self)
{
  g_return_val_if_fail (CD_IS_PHONE (self), FALSE);
  if (get_private (self)->state != CD_PHONE_RINGING)
    return FALSE;
  CD_PHONE_GET_CLASS (self)->answer (self);
  return TRUE;
}

gboolean
cd_phone_hang_up (CdPhone *self)
{
  g_return_val_if_fail (CD_IS_PHONE (self), FALSE);
  if (!is_in (self, IN_CALL))
    return FALSE;
  CD_PHONE_GET_CLASS (self)->hang_up (self);
  return TRUE;
}

gboolean
cd_phone_hold (CdPhone *self, gboolean held)
{
  g_return_val_if_fail (CD_IS_PHONE (self), FALSE);
  if (!is_in (self, held ? TO (TALKING) | TO (HELD_BY_PEER) : TO (HELD_BY_ME)))
    return FALSE;
  CD_PHONE_GET_CLASS (self)->hold (self, held);
  return TRUE;
}

gboolean
cd_phone_send_dtmf (CdPhone *self, char digit)
{
  g_return_val_if_fail (CD_IS_PHONE (self), FALSE);
  digit = g_ascii_toupper (digit);
  if (digit == '\0' || strchr ("0123456789*#ABCD", digit) == NULL || !is_in (self, ANSWERED))
    return FALSE;
  CD_PHONE_GET_CLASS (self)->send_dtmf (self, digit);
  return TRUE;
}

void
cd_phone_mute (CdPhone *self, gboolean muted)
{
  CdPhonePrivate *priv;

  g_return_if_fail (CD_IS_PHONE (self));
  priv = get_private (self);
  if (priv->muted == !!muted)
    return;
  priv->muted = !!muted;
  CD_PHONE_GET_CLASS (self)->mute (self, priv->muted);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MUTED]);
}

/* Facts. */

CdPhoneState
cd_phone_get_state (CdPhone *self)
{
  return get_private (self)->state;
}

gboolean
cd_phone_get_registered (CdPhone *self)
{
  return get_private (self)->registered;
}

gboolean
cd_phone_get_muted (CdPhone *self)
{
  return get_private (self)->muted;
}

CdPhoneEnd
cd_phone_get_end (CdPhone *self)
{
  return get_private (self)->end;
}

const char *
cd_phone_get_problem (CdPhone *self)
{
  return get_private (self)->problem;
}

gboolean
cd_phone_has_call (CdPhone *self)
{
  return is_in (self, IN_CALL);
}

CtId
cd_phone_get_call_id (CdPhone *self)
{
  return get_private (self)->call_id;
}

const char *
cd_phone_get_remote_name (CdPhone *self)
{
  return get_private (self)->remote_name;
}

const char *
cd_phone_get_remote_number (CdPhone *self)
{
  return get_private (self)->remote_number;
}

gint64
cd_phone_get_talked_since (CdPhone *self)
{
  return get_private (self)->talked_since;
}

/* Devices. */

GListStore *
cd_phone_get_device_store (CdPhone *self, CdPhoneDeviceKind kind)
{
  return get_private (self)->devices[kind];
}

GListModel *
cd_phone_get_devices (CdPhone *self, CdPhoneDeviceKind kind)
{
  return G_LIST_MODEL (get_private (self)->devices[kind]);
}

CdPhoneDevice *
cd_phone_get_device (CdPhone *self, CdPhoneDeviceKind kind)
{
  return get_private (self)->chosen[kind];
}

static void
set_device (CdPhone *self, CdPhoneDeviceKind kind, CdPhoneDevice *device)
{
  if (g_set_object (&get_private (self)->chosen[kind], device))
    CD_PHONE_GET_CLASS (self)->choose_device (self, kind, device);
}

void
cd_phone_choose_device (CdPhone *self, CdPhoneDeviceKind kind, CdPhoneDevice *device)
{
  g_return_if_fail (CD_IS_PHONE (self));
  set_device (self, kind, device);
  g_signal_emit (self, signals[SIGNAL_DEVICE_CHOSEN], 0, (int) kind);
}

static void
on_devices_changed (CdPhone *self, guint position, guint removed, guint added, GListStore *store)
{
  CdPhonePrivate *priv = get_private (self);

  /* A device that was unplugged is no longer the chosen one: the system's choice takes over. */
  for (guint kind = 0; kind < 2; kind++)
    if (priv->devices[kind] == store && priv->chosen[kind] != NULL
        && !g_list_store_find (store, priv->chosen[kind], NULL))
      set_device (self, kind, NULL);
  g_signal_emit (self, signals[SIGNAL_DEVICES_CHANGED], 0);
}

/* The type. */

static void
cd_phone_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CdPhonePrivate *priv = get_private (CD_PHONE (object));

  switch (id)
    {
    case PROP_STATE:
      g_value_set_uint (value, priv->state);
      break;
    case PROP_REGISTERED:
      g_value_set_boolean (value, priv->registered);
      break;
    case PROP_MUTED:
      g_value_set_boolean (value, priv->muted);
      break;
    case PROP_END:
      g_value_set_uint (value, priv->end);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, priv->problem);
      break;
    case PROP_CALL_ID:
      g_value_set_int64 (value, priv->call_id);
      break;
    case PROP_REMOTE_NAME:
      g_value_set_string (value, priv->remote_name);
      break;
    case PROP_REMOTE_NUMBER:
      g_value_set_string (value, priv->remote_number);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
cd_phone_dispose (GObject *object)
{
  CdPhonePrivate *priv = get_private (CD_PHONE (object));

  g_clear_handle_id (&priv->settle_source, g_source_remove);
  G_OBJECT_CLASS (cd_phone_parent_class)->dispose (object);
}

static void
cd_phone_finalize (GObject *object)
{
  CdPhonePrivate *priv = get_private (CD_PHONE (object));

  g_free (priv->problem);
  g_free (priv->remote_name);
  g_free (priv->remote_number);
  for (guint kind = 0; kind < 2; kind++)
    {
      g_object_unref (priv->devices[kind]);
      g_clear_object (&priv->chosen[kind]);
    }
  G_OBJECT_CLASS (cd_phone_parent_class)->finalize (object);
}

static void
cd_phone_class_init (CdPhoneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = cd_phone_get_property;
  object_class->dispose = cd_phone_dispose;
  object_class->finalize = cd_phone_finalize;

  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, CD_PHONE_ENDED, 0, flags);
  props[PROP_REGISTERED] = g_param_spec_boolean ("registered", NULL, NULL, FALSE, flags);
  props[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, flags);
  props[PROP_END] = g_param_spec_uint ("end", NULL, NULL, 0, CD_PHONE_END_LOST, 0, flags);
  props[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  props[PROP_CALL_ID] = g_param_spec_int64 ("call-id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_REMOTE_NAME] = g_param_spec_string ("remote-name", NULL, NULL, NULL, flags);
  props[PROP_REMOTE_NUMBER] = g_param_spec_string ("remote-number", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_LEVEL] = g_signal_new ("level", CD_TYPE_PHONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SIGNAL_LINE_QUALITY]
      = g_signal_new ("line-quality", CD_TYPE_PHONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, CD_TYPE_LINE_QUALITY | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_DIGIT] = g_signal_new ("digit", CD_TYPE_PHONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[SIGNAL_DEVICES_CHANGED] = g_signal_new (
      "devices-changed", CD_TYPE_PHONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_DEVICE_CHOSEN] = g_signal_new ("device-chosen", CD_TYPE_PHONE, G_SIGNAL_RUN_LAST,
                                                0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
cd_phone_init (CdPhone *self)
{
  CdPhonePrivate *priv = get_private (self);

  for (guint kind = 0; kind < 2; kind++)
    {
      priv->devices[kind] = g_list_store_new (CD_TYPE_PHONE_DEVICE);
      g_signal_connect_object (priv->devices[kind], "items-changed",
                               G_CALLBACK (on_devices_changed), self, G_CONNECT_SWAPPED);
    }
}
