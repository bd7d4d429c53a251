/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Legs: what the switch sees of a dialog. A small state machine; one function changes the state and
 * logs old, new and why. A leg ends once, with one ENDED event, whoever ended it; its dialogs live on
 * without it until the peer has been told. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/stack.h"

static const char *const state_names[CS_SIP_LEG_STATES] = {
  [CS_SIP_LEG_NEW] = "new",
  [CS_SIP_LEG_RINGING] = "ringing",
  [CS_SIP_LEG_ANSWERED] = "answered",
  [CS_SIP_LEG_CALLING] = "calling",
  [CS_SIP_LEG_PROGRESSING] = "progressing",
  [CS_SIP_LEG_TALKING] = "talking",
  [CS_SIP_LEG_REOFFERED] = "re-offered",
  [CS_SIP_LEG_ENDED] = "ended",
};

#define TO(state) (1u << CS_SIP_LEG_##state)

static const guint edges[CS_SIP_LEG_STATES] = {
  [CS_SIP_LEG_NEW] = TO (RINGING) | TO (ANSWERED) | TO (ENDED),
  [CS_SIP_LEG_RINGING] = TO (ANSWERED) | TO (ENDED),
  [CS_SIP_LEG_ANSWERED] = TO (TALKING) | TO (ENDED),
  [CS_SIP_LEG_CALLING] = TO (PROGRESSING) | TO (TALKING) | TO (ENDED),
  [CS_SIP_LEG_PROGRESSING] = TO (TALKING) | TO (ENDED),
  [CS_SIP_LEG_TALKING] = TO (REOFFERED) | TO (ENDED),
  [CS_SIP_LEG_REOFFERED] = TO (TALKING) | TO (ENDED),
};

gboolean
cs_sip_leg_change_state (CsSipLeg *leg, CsSipLegState state, const char *why)
{
  if ((edges[leg->state] & (1u << state)) == 0)
    {
      cs_debug (cs_sip_leg_about (leg), "leg %s: stays %s, not %s: %s", ct_id_text (leg->id).text,
                state_names[leg->state], state_names[state], why);
      return FALSE;
    }
  cs_debug (cs_sip_leg_about (leg), "leg %s: %s -> %s: %s", ct_id_text (leg->id).text,
            state_names[leg->state], state_names[state], why);
  leg->state = state;
  return TRUE;
}

static void
leg_free (gpointer data)
{
  CsSipLeg *leg = data;

  nua_destroy_event (leg->reoffer);
  g_ptr_array_unref (leg->forks);
  g_free (leg->number);
  g_free (leg->shown);
  g_free (leg->local_sdp);
  g_free (leg);
}

GHashTable *
cs_sip_legs_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, leg_free);
}

CsSipLeg *
cs_sip_leg_new (CsSip *sip, CsLegId id, gboolean outgoing)
{
  CsSipLeg *leg = g_new0 (CsSipLeg, 1);

  leg->sip = sip;
  leg->id = id;
  leg->outgoing = outgoing;
  leg->state = outgoing ? CS_SIP_LEG_CALLING : CS_SIP_LEG_NEW;
  leg->forks = g_ptr_array_new ();
  g_hash_table_insert (sip->legs, &leg->id, leg);
  __atomic_add_fetch (&sip->counts.calls, 1, __ATOMIC_RELAXED);
  return leg;
}

CsSipLeg *
cs_sip_leg_find (CsSip *sip, CsLegId id)
{
  return g_hash_table_lookup (sip->legs, &id);
}

CsSipEvent *
cs_sip_leg_event (const CsSipLeg *leg, CsSipEventKind kind)
{
  CsSipEvent *event = g_new0 (CsSipEvent, 1);

  event->kind = kind;
  event->leg = leg->id;
  event->trunk = leg->trunk;
  return event;
}

CsCause
cs_sip_cause_of_status (int status)
{
  switch (status)
    {
    case 486:
    case 600:
      return CS_CAUSE_BUSY;
    case 408:
    case 480:
    case 487:
      return CS_CAUSE_NO_ANSWER;
    case 404:
    case 410:
    case 604:
      return CS_CAUSE_UNREACHABLE;
    default:
      return status / 100 == 5 ? CS_CAUSE_UNREACHABLE : CS_CAUSE_REFUSED;
    }
}

/* What a peer is told with BYE: Q.850 causes in a Reason header (RFC 3326). */
static const char *
reason_of_cause (CsCause cause)
{
  switch (cause)
    {
    case CS_CAUSE_BUSY:
      return "Q.850;cause=17;text=\"User busy\"";
    case CS_CAUSE_REFUSED:
      return "Q.850;cause=21;text=\"Call rejected\"";
    case CS_CAUSE_NO_ANSWER:
      return "Q.850;cause=19;text=\"No answer from user\"";
    case CS_CAUSE_UNREACHABLE:
      return "Q.850;cause=20;text=\"Subscriber absent\"";
    case CS_CAUSE_LOST:
      return "Q.850;cause=41;text=\"Temporary failure\"";
    case CS_CAUSE_NORMAL:
    case CS_CAUSE_CANCELLED:
    default:
      return "Q.850;cause=16;text=\"Normal call clearing\"";
    }
}

static int
refusal_of_end (CsSipEnd end)
{
  if (end.status >= 400)
    return end.status;
  switch (end.cause)
    {
    case CS_CAUSE_BUSY:
      return 486;
    case CS_CAUSE_REFUSED:
      return 603;
    case CS_CAUSE_LOST:
      return 500;
    case CS_CAUSE_NORMAL:
    case CS_CAUSE_CANCELLED:
    case CS_CAUSE_NO_ANSWER:
    case CS_CAUSE_UNREACHABLE:
    default:
      return 480;
    }
}

/* The leg is over; tell the peer. The dialog is dropped when NUA says it is terminated. */
static void
dialog_close (CsSipDialog *dialog, CsSipEnd end)
{
  int status = refusal_of_end (end);

  dialog->leg = NULL;
  if (dialog->answered)
    nua_bye (dialog->handle, SIPTAG_REASON_STR (reason_of_cause (end.cause)), TAG_END ());
  else if (!dialog->incoming)
    nua_cancel (dialog->handle, SIPTAG_REASON_STR (reason_of_cause (end.cause)), TAG_END ());
  else
    nua_respond (dialog->handle, status, cs_sip_phrase (status),
                 TAG_IF (status == 503, SIPTAG_RETRY_AFTER_STR ("10")), TAG_END ());
}

void
cs_sip_leg_end (CsSipLeg *leg, CsSipEnd end, const char *why)
{
  CsSip *sip = leg->sip;
  CsSipEvent *event;

  if (!cs_sip_leg_change_state (leg, CS_SIP_LEG_ENDED, why))
    return;
  if (leg->dialog != NULL)
    dialog_close (leg->dialog, end);
  for (guint i = 0; i < leg->forks->len; i++)
    dialog_close (g_ptr_array_index (leg->forks, i), end);
  if (leg->trunk != CT_ID_NONE)
    cs_sip_line_release (sip, leg->trunk);
  if (leg->number != NULL && g_hash_table_lookup (sip->by_number, leg->number) == leg)
    g_hash_table_remove (sip->by_number, leg->number);
  event = cs_sip_leg_event (leg, CS_SIP_ENDED);
  event->status = end.status;
  event->cause = end.cause;
  cs_info (cs_sip_leg_about (leg), "leg %s ended: %s, status %d", ct_id_text (leg->id).text, why,
           end.status);
  g_hash_table_remove (sip->legs, &event->leg);
  __atomic_sub_fetch (&sip->counts.calls, 1, __ATOMIC_RELAXED);
  cs_sip_emit (sip, event);
}

void
cs_sip_leg_plan_refresh (CsSipLeg *leg, const sip_t *message)
{
  guint64 seconds = leg->sip->session_seconds;

  if (message != NULL && message->sip_session_expires != NULL
      && message->sip_session_expires->x_delta >= 20)
    seconds = MIN (seconds, message->sip_session_expires->x_delta);
  if (message != NULL && message->sip_allow != NULL)
    leg->refreshes_by_update = sip_is_allowed (message->sip_allow, SIP_METHOD_UPDATE);
  /* Before the half, where NUA would do it with an INVITE that lacks our SDP. */
  leg->refresh_every_us = (gint64) seconds * G_USEC_PER_SEC * 2 / 5;
  leg->refresh_us = ct_clock_monotonic_us (leg->sip->clock) + leg->refresh_every_us;
}

CsSipDialog *
cs_sip_dialog_new (CsSip *sip, CsSipDialogKind kind, nua_handle_t *handle)
{
  CsSipDialog *dialog = g_new0 (CsSipDialog, 1);

  dialog->kind = kind;
  dialog->handle = handle;
  nua_handle_bind (handle, dialog);
  g_hash_table_add (sip->dialogs, dialog);
  return dialog;
}

void
cs_sip_dialog_drop (CsSip *sip, CsSipDialog *dialog)
{
  CsSipLeg *leg = dialog->leg;

  if (leg != NULL)
    {
      if (leg->dialog == dialog)
        leg->dialog = NULL;
      g_ptr_array_remove (leg->forks, dialog);
    }
  nua_handle_bind (dialog->handle, NULL);
  nua_handle_destroy (dialog->handle);
  g_hash_table_remove (sip->dialogs, dialog);
}
