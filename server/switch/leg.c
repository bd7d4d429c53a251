/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A leg is a SIP dialog and a media leg of the same id. Both are dropped together, and at once: what
 * SIP or media still report of a dropped leg finds no leg any more and is ignored. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/switch-private.h"

static void
clear (CsLeg *leg)
{
  CsSwitch *self = leg->call->owner;

  self->media.unbridge (self->media.self, leg->id);
  self->media.close (self->media.self, leg->id);
  g_hash_table_remove (self->legs, &leg->id);
  leg->id = CT_ID_NONE;
  leg->up = FALSE;
  leg->silent = FALSE;
}

gboolean
cs_leg_originate (CsLeg *leg, const CsSipTarget *target)
{
  CsSwitch *self = leg->call->owner;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = NULL;
  CsLegId id = ct_id_new (self->clock);

  if (!self->media.open (self->media.self, id, &error))
    {
      call_warning (leg->call, "no media for an outgoing leg: %s", error->message);
      return FALSE;
    }
  leg->id = id;
  g_hash_table_insert (self->legs, &leg->id, leg);
  sdp = self->media.offer (self->media.self, id, CS_MEDIA_SEND_RECEIVE);
  self->sip.originate (self->sip.self, id, target, sdp);
  return TRUE;
}

gboolean
cs_leg_accept (CsLeg *leg, const char *sdp)
{
  CsSwitch *self = leg->call->owner;
  g_autoptr (GError) error = NULL;

  if (!self->media.accept (self->media.self, leg->id, sdp, &error))
    {
      call_warning (leg->call, "unusable answer: %s", error->message);
      cs_leg_drop (leg, CS_CAUSE_REFUSED);
      return FALSE;
    }
  leg->up = TRUE;
  return TRUE;
}

void
cs_leg_reanswer (CsLeg *leg, const char *sdp)
{
  CsSwitch *self = leg->call->owner;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = self->media.answer (self->media.self, leg->id, sdp, &error);

  if (answer == NULL)
    call_info (leg->call, "re-offer refused: %s", error->message);
  self->sip.reanswer (self->sip.self, leg->id, answer);
}

void
cs_leg_drop (CsLeg *leg, CsCause cause)
{
  CsSwitch *self = leg->call->owner;

  if (leg->id == CT_ID_NONE)
    return;
  self->sip.hang_up (self->sip.self, leg->id, cause);
  clear (leg);
}

void
cs_leg_forget (CsLeg *leg)
{
  if (leg->id != CT_ID_NONE)
    clear (leg);
}

gboolean
cs_leg_is_held (const CsLeg *leg)
{
  const CsSwitch *self = leg->call->owner;

  return leg->id != CT_ID_NONE && self->media.is_held (self->media.self, leg->id);
}

void
cs_leg_play (CsLeg *leg, const CsMediaItem *items, guint n_items, guint times)
{
  CsSwitch *self = leg->call->owner;

  if (leg->id != CT_ID_NONE)
    self->media.play (self->media.self, leg->id, items, n_items, times, ++leg->tag);
}

gboolean
cs_leg_play_prompt (CsLeg *leg, const CsPrompt *prompt, guint times)
{
  const CsCall *call = leg->call;
  CsMediaItem item = { .prompt = cs_prompt_in (prompt, call->language, call->line->language) };

  if (item.prompt == NULL || leg->id == CT_ID_NONE)
    return FALSE;
  cs_leg_play (leg, &item, 1, times);
  return TRUE;
}

void
cs_leg_stop (CsLeg *leg)
{
  CsSwitch *self = leg->call->owner;

  leg->tag++;
  if (leg->id != CT_ID_NONE)
    self->media.stop (self->media.self, leg->id);
}

void
cs_leg_bridge (CsLeg *a, CsLeg *b)
{
  CsSwitch *self = a->call->owner;

  if (a->id != CT_ID_NONE && b->id != CT_ID_NONE)
    self->media.bridge (self->media.self, a->id, b->id);
}

void
cs_leg_unbridge (CsLeg *leg)
{
  CsSwitch *self = leg->call->owner;

  if (leg->id != CT_ID_NONE)
    self->media.unbridge (self->media.self, leg->id);
}
