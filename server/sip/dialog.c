/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Within a dialog: re-offers by re-INVITE or UPDATE, keys by INFO, session refreshes (RFC 4028), which
 * are ours: a peer that vanished is noticed even if it knows no session timers. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/body.h"
#include "server/sip/stack.h"

#include <string.h>

#define RETRY_US (3 * G_USEC_PER_SEC) /* after 491: RFC 3261 14.1 says 2.1 to 4 s for the caller */

static void
respond_reoffer (CsSip *sip, CsSipDialog *dialog, int status, const char *sdp)
{
  nua_respond (dialog->handle, status, cs_sip_phrase (status), NUTAG_WITH_THIS (sip->nua),
               TAG_IF (sdp != NULL, SIPTAG_CONTENT_TYPE_STR (CS_SIP_SDP_TYPE)),
               TAG_IF (sdp != NULL, SIPTAG_PAYLOAD_STR (sdp)), TAG_END ());
}

void
cs_sip_dialog_reoffered (CsSip *sip, CsSipDialog *dialog, const sip_t *message, gboolean update)
{
  CsSipLeg *leg = dialog->leg;
  g_autofree char *sdp = cs_sip_dup_sdp (message);
  CsSipEvent *event;

  if (leg == NULL)
    {
      respond_reoffer (sip, dialog, 481, NULL);
      return;
    }
  if (leg->refresh_every_us > 0 && leg->state == CS_SIP_LEG_TALKING)
    leg->refresh_us = ct_clock_monotonic_us (sip->clock) + leg->refresh_every_us;
  if (update && sdp == NULL) /* the peer refreshes the session, no more */
    {
      respond_reoffer (sip, dialog, 200, NULL);
      return;
    }
  if (leg->state != CS_SIP_LEG_TALKING
      || !cs_sip_leg_change_state (leg, CS_SIP_LEG_REOFFERED, update ? "UPDATE" : "re-INVITE"))
    {
      respond_reoffer (sip, dialog, 491, NULL);
      return;
    }
  leg->reoffer_is_update = update;
  leg->offerless = sdp == NULL;
  nua_save_event (sip->nua, leg->reoffer);
  event = cs_sip_leg_event (leg, CS_SIP_REOFFER);
  event->sdp = g_steal_pointer (&sdp);
  cs_sip_emit (sip, event);
}

void
cs_sip_leg_reanswer (CsSipLeg *leg, const char *sdp)
{
  int status = sdp != NULL ? 200 : 488;

  if (leg->state != CS_SIP_LEG_REOFFERED)
    return;
  cs_sip_leg_change_state (leg, CS_SIP_LEG_TALKING, "re-offer answered");
  nua_respond (leg->dialog->handle, status, cs_sip_phrase (status), NUTAG_WITH_SAVED (leg->reoffer),
               TAG_IF (sdp != NULL, SIPTAG_CONTENT_TYPE_STR (CS_SIP_SDP_TYPE)),
               TAG_IF (sdp != NULL, SIPTAG_PAYLOAD_STR (sdp)), TAG_END ());
  nua_destroy_event (leg->reoffer);
  if (sdp != NULL)
    {
      g_free (leg->local_sdp);
      leg->local_sdp = g_strdup (sdp);
    }
}

/* "Signal=5\r\nDuration=160" (application/dtmf-relay), or the bare key (application/dtmf). */
static char
digit_of (const sip_t *message)
{
  const char *type = message->sip_content_type != NULL ? message->sip_content_type->c_type : NULL;
  g_autofree char *body = NULL;
  const char *at;

  if (type == NULL || message->sip_payload == NULL || message->sip_payload->pl_data == NULL)
    return '\0';
  body = g_strndup (message->sip_payload->pl_data, message->sip_payload->pl_len);
  if (g_ascii_strcasecmp (type, "application/dtmf-relay") == 0)
    {
      at = strstr (body, "Signal");
      at = at != NULL ? strchr (at, '=') : NULL;
      at = at != NULL ? at + 1 : NULL;
    }
  else
    at = g_ascii_strcasecmp (type, "application/dtmf") == 0 ? body : NULL;
  while (at != NULL && *at == ' ')
    at++;
  return at != NULL && *at != '\0' && strchr ("0123456789*#ABCD", *at) != NULL ? *at : '\0';
}

void
cs_sip_dialog_informed (CsSip *sip, CsSipDialog *dialog, const sip_t *message)
{
  CsSipEvent *event;
  char digit = message != NULL ? digit_of (message) : '\0';

  if (dialog->leg == NULL || digit == '\0')
    return;
  event = cs_sip_leg_event (dialog->leg, CS_SIP_DTMF);
  event->digit = digit;
  cs_sip_emit (sip, event);
}

void
cs_sip_dialog_refreshed (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message)
{
  CsSipLeg *leg = dialog->leg;

  if (leg == NULL || status < 200)
    return;
  if (status < 300)
    {
      dialog->challenges = 0;
      cs_sip_leg_plan_refresh (leg, message);
    }
  else if (status == 401 || status == 407)
    cs_sip_line_authenticate (sip, dialog, message);
  else if (status == 408 || status == 481)
    cs_sip_leg_end (leg, (CsSipEnd){ CS_CAUSE_LOST, status }, "the peer knows the call no more");
  else if (status == 491)
    leg->refresh_us = ct_clock_monotonic_us (sip->clock) + RETRY_US;
  else if (status == 405 || status == 501)
    leg->refreshes_by_update = FALSE;
}

/* Our BYE was answered. NUA waits for ever for a name that was asked for and is not given. */
void
cs_sip_dialog_ended (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message)
{
  if ((status == 401 || status == 407) && !cs_sip_line_authenticate (sip, dialog, message))
    cs_sip_dialog_drop (sip, dialog);
}

static void
refresh (CsSipLeg *leg, gint64 now)
{
  leg->refresh_us = now + leg->refresh_every_us;
  if (leg->refreshes_by_update)
    nua_update (leg->dialog->handle, TAG_END ());
  else
    nua_invite (leg->dialog->handle, SIPTAG_CONTENT_TYPE_STR (CS_SIP_SDP_TYPE),
                SIPTAG_PAYLOAD_STR (leg->local_sdp), TAG_END ());
}

void
cs_sip_legs_tick (CsSip *sip, gint64 now)
{
  g_autoptr (GPtrArray) unanswered = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, sip->legs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CsSipLeg *leg = value;

      if (leg->state == CS_SIP_LEG_TALKING && leg->refresh_us != 0 && leg->refresh_us <= now)
        refresh (leg, now);
      if (leg->patience_us != 0 && leg->patience_us <= now)
        {
          if (unanswered == NULL)
            unanswered = g_ptr_array_new ();
          g_ptr_array_add (unanswered, leg);
        }
    }
  for (guint i = 0; unanswered != NULL && i < unanswered->len; i++)
    cs_sip_leg_end (unanswered->pdata[i], (CsSipEnd){ CS_CAUSE_UNREACHABLE, 503 },
                    "the trunk says nothing");
}
