/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one call. Its state is the port's (cd_phone_change_state); this file turns commands into requests
 * and the peer's requests into states:
 *
 *   INVITE in ── 180 ── answer: 200, ACK -> TALKING        CANCEL -> MISSED     refuse: 603
 *   INVITE out ── 18x ── 200 -> TALKING                     refusals by their status
 *   re-INVITE either way: hold (sendonly), retaken; 491 (both at once, RFC 3261 14.1) is tried again
 *   BYE either way, session timer or transport gone -> ENDED
 *
 * When a call ends for the port, its handle is let go (no magic) and ends by itself in stack.c. */
#define G_LOG_DOMAIN "phone"

#include "client/phone/sofia/sofia-private.h"

#include <string.h>

#define SDP_TAGS(sdp) SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (sdp)

static char *
dup_sdp (const sip_t *sip)
{
  if (sip == NULL || sip->sip_payload == NULL || sip->sip_payload->pl_data == NULL)
    return NULL;
  return g_strndup (sip->sip_payload->pl_data, sip->sip_payload->pl_len);
}

/* Media. */

static void
on_level (CdMedia *media, double in, double out, CdSofiaPhone *self)
{
  cd_phone_emit_level (CD_PHONE (self), in, out);
}

static void
on_quality (CdMedia *media, CdLineQuality *quality, CdSofiaPhone *self)
{
  cd_phone_emit_line_quality (CD_PHONE (self), quality);
}

static void
on_digit (CdMedia *media, int digit, CdSofiaPhone *self)
{
  cd_phone_emit_digit (CD_PHONE (self), (char) digit);
}

static void
on_failed (CdMedia *media, const char *problem, CdSofiaPhone *self)
{
  cd_phone_set_problem (CD_PHONE (self), problem);
}

static gboolean
open_media (CdSofiaPhone *self, GError **error)
{
  CdPhone *phone = CD_PHONE (self);
  CdMedia *media = cd_media_new (self->policy, self->local_address, error);

  if (media == NULL)
    return FALSE;
  self->media = media;
  cd_media_set_muted (media, cd_phone_get_muted (phone));
  for (guint kind = 0; kind < 2; kind++)
    cd_media_set_device (media, kind, cd_phone_get_device (phone, kind));
  g_signal_connect_object (media, "level", G_CALLBACK (on_level), self, 0);
  g_signal_connect_object (media, "quality", G_CALLBACK (on_quality), self, 0);
  g_signal_connect_object (media, "digit", G_CALLBACK (on_digit), self, 0);
  g_signal_connect_object (media, "failed", G_CALLBACK (on_failed), self, 0);
  return TRUE;
}

static void
close_media (CdSofiaPhone *self)
{
  if (self->media == NULL)
    return;
  cd_media_stop (self->media);
  g_clear_object (&self->media);
}

/* Begin and end. */

static void
begin (CdSofiaPhone *self, nua_handle_t *nh, gboolean incoming)
{
  self->call.nh = nh;
  self->call.tried = FALSE;
  self->incoming = incoming;
  self->answered = self->wants_hold = self->reinviting = FALSE;
  self->end = CD_PHONE_END_NONE;
}

/* Over for the user. The handle goes on by itself until its transactions are done. */
static void
finish (CdSofiaPhone *self, CdPhoneEnd end, const char *why)
{
  g_clear_handle_id (&self->reinvite_retry, g_source_remove);
  close_media (self);
  if (self->call.nh != NULL)
    nua_handle_bind (self->call.nh, NULL);
  self->call.nh = NULL;
  cd_phone_end_call (CD_PHONE (self), end, why);
  if (self->account_changed)
    cd_registration_start (self);
}

static CdPhoneEnd
end_of_status (int status)
{
  switch (status)
    {
    case 486:
    case 600:
      return CD_PHONE_END_BUSY;
    case 408:
    case 480:
    case 487:
      return CD_PHONE_END_NO_ANSWER;
    default:
      return CD_PHONE_END_FAILED;
    }
}

/* Incoming. */

/* Our server's id of the call, from X-Centrale-Call. */
static CtId
read_call_id (const sip_t *sip)
{
  CtId id = CT_ID_NONE;

  for (const sip_unknown_t *header = sip->sip_unknown; header != NULL; header = header->un_next)
    if (g_ascii_strcasecmp (header->un_name, "X-Centrale-Call") == 0 && header->un_value != NULL
        && ct_id_parse (header->un_value, &id))
      return id;
  return CT_ID_NONE;
}

/* A display name as written may be quoted; what is not text is not shown. */
static char *
dup_shown (const char *text)
{
  g_autofree char *shown = NULL;
  gsize length;

  if (text == NULL)
    return NULL;
  shown = g_strstrip (g_strdup (text));
  length = strlen (shown);
  if (length >= 2 && shown[0] == '"' && shown[length - 1] == '"')
    {
      shown[length - 1] = '\0';
      memmove (shown, shown + 1, length - 1);
    }
  if (*shown == '\0' || strlen (shown) > 256 || !g_utf8_validate (shown, -1, NULL))
    return NULL;
  return g_steal_pointer (&shown);
}

void
cd_call_on_invite (CdSofiaPhone *self, nua_handle_t *nh, const sip_t *sip)
{
  g_autofree char *name = dup_shown (sip->sip_from->a_display);
  g_autofree char *number = dup_shown (sip->sip_from->a_url->url_user);
  g_autofree char *sdp = dup_sdp (sip);
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!open_media (self, &error))
    {
      g_warning ("call refused: %s", error->message);
      nua_respond (nh, SIP_480_TEMPORARILY_UNAVAILABLE, TAG_END ());
      return;
    }
  answer = cd_media_answer (self->media, sdp, &error);
  if (answer == NULL
      || !cd_phone_begin_call (CD_PHONE (self), CD_PHONE_RINGING, read_call_id (sip), name, number))
    {
      g_info ("call refused: %s", error != NULL ? error->message : "not ready");
      close_media (self);
      if (answer == NULL)
        nua_respond (nh, SIP_488_NOT_ACCEPTABLE, TAG_END ());
      else
        nua_respond (nh, SIP_480_TEMPORARILY_UNAVAILABLE, TAG_END ());
      return;
    }
  begin (self, nh, TRUE);
  g_free (self->answer);
  self->answer = g_steal_pointer (&answer);
  nua_handle_bind (nh, &self->call);
  nua_respond (nh, SIP_180_RINGING, TAG_END ());
}

void
cd_call_answer (CdSofiaPhone *self)
{
  if (self->answered || self->call.nh == NULL)
    return;
  self->answered = TRUE;
  cd_media_start (self->media);
  nua_respond (self->call.nh, SIP_200_OK, SDP_TAGS (self->answer), TAG_END ());
}

/* Outgoing. */

void
cd_call_dial (CdSofiaPhone *self, const char *number)
{
  g_autofree char *to = cd_stack_dup_aor (self, number);
  g_autofree char *from = cd_stack_dup_aor (self, self->account->user);
  g_autofree char *offer = NULL;
  g_autoptr (GError) error = NULL;

  if (!cd_phone_begin_call (CD_PHONE (self), CD_PHONE_DIALING, CT_ID_NONE, NULL, number))
    return;
  if (!open_media (self, &error))
    {
      g_warning ("cannot dial: %s", error->message);
      finish (self, CD_PHONE_END_FAILED, "no media");
      return;
    }
  offer = cd_media_offer (self->media);
  begin (self,
         nua_handle (self->nua, &self->call, SIPTAG_TO_STR (to), SIPTAG_FROM_STR (from),
                     NUTAG_URL (URL_STRING_MAKE (to)), TAG_END ()),
         FALSE);
  nua_invite (self->call.nh, NUTAG_M_USERNAME (self->account->user), SDP_TAGS (offer), TAG_END ());
}

static void
on_dial_answered (CdSofiaPhone *self, int status, const sip_t *sip)
{
  g_autofree char *sdp = dup_sdp (sip);
  g_autoptr (GError) error = NULL;

  if (status < 200)
    return;
  if (status < 300 && cd_media_accept (self->media, sdp, &error))
    {
      self->answered = TRUE;
      self->call.tried = FALSE;
      cd_media_start (self->media);
    }
  else if (status < 300)
    {
      g_warning ("answer refused: %s", error->message);
      cd_phone_set_problem (CD_PHONE (self), "no-codec");
      nua_bye (self->call.nh, TAG_END ());
      finish (self, CD_PHONE_END_FAILED, "no common codec");
    }
  else if ((status != 401 && status != 407) || !cd_stack_authenticate (self, &self->call))
    finish (self, end_of_status (status), sip_status_phrase (status));
}

/* Hold, and the peer's. */

static void
reinvite (CdSofiaPhone *self)
{
  g_autofree char *offer = NULL;

  cd_media_set_held (self->media, self->wants_hold);
  offer = cd_media_offer (self->media);
  self->reinviting = TRUE;
  self->offered_hold = self->wants_hold;
  nua_invite (self->call.nh, SDP_TAGS (offer), TAG_END ());
}

void
cd_call_hold (CdSofiaPhone *self, gboolean held)
{
  self->wants_hold = held;
  if (!self->reinviting && self->reinvite_retry == 0)
    reinvite (self);
}

/* Who holds whom, after any negotiation. */
static void
settle_hold (CdSofiaPhone *self, gboolean held, const char *why)
{
  CdPhoneState state = held                                     ? CD_PHONE_HELD_BY_ME
                       : cd_media_is_held_by_peer (self->media) ? CD_PHONE_HELD_BY_PEER
                                                                : CD_PHONE_TALKING;

  cd_phone_change_state (CD_PHONE (self), state, why);
}

static gboolean
on_reinvite_due (gpointer data)
{
  CdSofiaPhone *self = data;

  self->reinvite_retry = 0;
  reinvite (self);
  return G_SOURCE_REMOVE;
}

static void
on_reinvite_answered (CdSofiaPhone *self, int status, const sip_t *sip)
{
  g_autofree char *sdp = dup_sdp (sip);
  g_autoptr (GError) error = NULL;

  if (status < 200)
    return;
  if ((status == 401 || status == 407) && cd_stack_authenticate (self, &self->call))
    return;
  self->reinviting = FALSE;
  self->call.tried = FALSE;
  if (status == 491)
    {
      /* The one who made the Call-ID waits longer (RFC 3261 14.1). */
      gint32 from = self->incoming ? 0 : 2100;

      self->reinvite_retry
          = g_timeout_add ((guint) g_random_int_range (from, from + 1900), on_reinvite_due, self);
      return;
    }
  if (status < 300 && cd_media_accept (self->media, sdp, &error))
    settle_hold (self, self->offered_hold, "hold agreed");
  else
    {
      /* As it was before. */
      g_info ("hold refused: %d", status);
      self->wants_hold = cd_phone_get_state (CD_PHONE (self)) == CD_PHONE_HELD_BY_ME;
      cd_media_set_held (self->media, self->wants_hold);
      cd_phone_set_problem (CD_PHONE (self), "refused");
      return;
    }
  if (self->wants_hold != self->offered_hold)
    reinvite (self); /* the key was pressed again meanwhile */
}

/* The peer changes the session: holds, retakes, or moves its media. */
static void
on_peer_reinvite (CdSofiaPhone *self, const sip_t *sip)
{
  g_autofree char *sdp = dup_sdp (sip);
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!self->answered || self->reinviting)
    {
      nua_respond (self->call.nh, SIP_491_REQUEST_PENDING, TAG_END ());
      return;
    }
  answer = cd_media_answer (self->media, sdp, &error);
  if (answer == NULL)
    {
      g_info ("new session refused: %s", error->message);
      nua_respond (self->call.nh, SIP_488_NOT_ACCEPTABLE, TAG_END ());
      return;
    }
  nua_respond (self->call.nh, SIP_200_OK, SDP_TAGS (answer), TAG_END ());
  settle_hold (self, self->wants_hold, "peer's re-INVITE");
}

/* An ACK with SDP answers the offer that our 200 to an INVITE without one carried. */
static void
on_acked (CdSofiaPhone *self, const sip_t *sip)
{
  g_autofree char *sdp = dup_sdp (sip);
  g_autoptr (GError) error = NULL;

  if (sdp != NULL && !cd_media_accept (self->media, sdp, &error))
    {
      g_warning ("answer refused: %s", error->message);
      nua_bye (self->call.nh, TAG_END ());
      finish (self, CD_PHONE_END_FAILED, "no common codec");
    }
}

static void
on_state (CdSofiaPhone *self, int call_state)
{
  CdPhoneState state = cd_phone_get_state (CD_PHONE (self));

  if (call_state == nua_callstate_ready && (state == CD_PHONE_RINGING || state == CD_PHONE_DIALING)
      && self->answered)
    settle_hold (self, FALSE, "call stands");
  else if (call_state == nua_callstate_terminated)
    {
      nua_handle_t *nh = self->call.nh;

      if (self->end == CD_PHONE_END_NONE)
        self->end = self->answered   ? CD_PHONE_END_LOST
                    : self->incoming ? CD_PHONE_END_MISSED
                                     : CD_PHONE_END_FAILED;
      finish (self, self->end, "call terminated");
      nua_handle_destroy (nh);
    }
}

void
cd_call_on_event (CdSofiaPhone *self, nua_event_t event, int status, const sip_t *sip,
                  int call_state)
{
  switch (event)
    {
    case nua_i_cancel:
      self->end = CD_PHONE_END_MISSED;
      break;
    case nua_i_bye:
      self->end = CD_PHONE_END_BY_PEER;
      break;
    case nua_i_invite:
      on_peer_reinvite (self, sip);
      break;
    case nua_i_ack:
      on_acked (self, sip);
      break;
    case nua_r_invite:
      if (self->answered)
        on_reinvite_answered (self, status, sip);
      else
        on_dial_answered (self, status, sip);
      break;
    case nua_i_state:
      on_state (self, call_state);
      break;
    default:
      break;
    }
}

void
cd_call_hang_up (CdSofiaPhone *self)
{
  nua_handle_t *nh = self->call.nh;
  gboolean ringing = cd_phone_get_state (CD_PHONE (self)) == CD_PHONE_RINGING && !self->answered;

  if (nh == NULL)
    return;
  if (ringing)
    nua_respond (nh, SIP_603_DECLINE, TAG_END ());
  else if (self->answered)
    nua_bye (nh, TAG_END ());
  else
    nua_cancel (nh, TAG_END ());
  finish (self, ringing ? CD_PHONE_END_REFUSED : CD_PHONE_END_BY_ME, "hung up");
}
