/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITEs that go: to all phones of a user at once, the first answer wins and the others are
 * cancelled; or to a number over a trunk, only where its allowed destinations say so. A trunk that says
 * nothing at all, not even "100 Trying", is given up long before the stack would (32 s). */
#define G_LOG_DOMAIN "sip"
#include "server/sip/body.h"
#include "server/sip/stack.h"

#include <string.h>

#define TRUNK_PATIENCE_US (5 * G_USEC_PER_SEC) /* over UDP it was sent four times by then */

/* A display name as a quoted string (RFC 3261 25.1) without control characters. */
static char *
quote (const char *name)
{
  g_autoptr (GString) quoted = g_string_new ("\"");

  for (const char *c = name; *c != '\0'; c++)
    {
      if ((guchar) *c < 0x20 || *c == 0x7f)
        continue;
      if (*c == '"' || *c == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *c);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (g_steal_pointer (&quoted), FALSE);
}

static gboolean
is_number (const char *text)
{
  if (text == NULL || text[0] == '\0')
    return FALSE;
  for (const char *c = text + (text[0] == '+'); *c != '\0'; c++)
    if (!g_ascii_isdigit (*c))
      return FALSE;
  return TRUE;
}

static char *
from_of (const CsSipTarget *target, const char *domain)
{
  g_autofree char *quoted = NULL;

  if (!is_number (target->caller))
    {
      quoted = quote (target->display_name != NULL ? target->display_name : "Anonymous");
      return g_strdup_printf ("%s <sip:anonymous@anonymous.invalid>", quoted);
    }
  if (target->display_name == NULL)
    return g_strdup_printf ("<sip:%s@%s>", target->caller, domain);
  quoted = quote (target->display_name);
  return g_strdup_printf ("%s <sip:%s@%s>", quoted, target->caller, domain);
}

/* One INVITE of @leg: @uri is asked for, @route is where the packet goes. */
static void
invite (CsSipLeg *leg, const CsSipTarget *target, const char *uri, const char *route,
        const char *domain, const char *header)
{
  CsSip *sip = leg->sip;
  g_autofree char *from = from_of (target, domain);
  g_autofree char *to = g_strdup_printf ("<%s>", uri);
  nua_handle_t *handle = nua_handle (sip->nua, NULL, NUTAG_URL (uri), SIPTAG_TO_STR (to),
                                     SIPTAG_FROM_STR (from), TAG_END ());
  CsSipDialog *dialog;

  if (handle == NULL)
    return;
  dialog = cs_sip_dialog_new (sip, CS_SIP_DIALOG_CALL, handle);
  dialog->leg = leg;
  dialog->trunk = leg->trunk;
  g_ptr_array_add (leg->forks, dialog);
  leg->over_tls = g_str_has_suffix (route, ";transport=tls");
  /* No 100rel: what rings is not worth a PRACK. */
  nua_invite (handle, NUTAG_PROXY (route), SIPTAG_SUPPORTED_STR ("timer"),
              SIPTAG_HEADER_STR (header), CS_SIP_TAG_CONTACT (sip, leg->over_tls),
              TAG_IF (!is_number (target->caller), SIPTAG_PRIVACY_STR ("id")),
              SIPTAG_CONTENT_TYPE_STR (CS_SIP_SDP_TYPE), SIPTAG_PAYLOAD_STR (leg->local_sdp),
              TAG_END ());
}

static void
invite_user (CsSipLeg *leg, const CsSipTarget *target)
{
  CsSip *sip = leg->sip;
  g_autoptr (GPtrArray) bindings = cs_sip_registrar_dup (sip->registrar, target->user);
  g_autofree char *header
      = g_strdup_printf (CS_SIP_CALL_HEADER ": %s", ct_id_text (target->call).text);

  for (guint i = 0; i < bindings->len; i++)
    {
      const CsSipBinding *binding = g_ptr_array_index (bindings, i);
      g_autofree char *route = cs_sip_flow_to_uri (binding->flow);

      if (route != NULL)
        invite (leg, target, binding->contact, route, sip->realm, header);
    }
  if (leg->forks->len == 0)
    cs_sip_leg_end (leg, (CsSipEnd){ CS_CAUSE_UNREACHABLE, 480 }, "no phone is registered");
}

static void
invite_trunk (CsSipLeg *leg, const CsSipTarget *target)
{
  CsSip *sip = leg->sip;
  CsSipLine *line = cs_sip_line_find (sip, target->trunk);
  g_autofree char *uri = NULL;
  g_autofree char *route = NULL;
  g_autofree char *header = NULL;
  int status;

  if (line == NULL || !cs_sip_line_is_up (line))
    {
      cs_sip_leg_end (leg, (CsSipEnd){ CS_CAUSE_UNREACHABLE, 503 }, "the trunk is down");
      return;
    }
  if (!cs_sip_trunk_allows (cs_sip_line_trunk (line), target->number))
    {
      cs_sip_leg_end (leg, (CsSipEnd){ CS_CAUSE_REFUSED, 403 }, "destination not allowed");
      return;
    }
  status = cs_sip_line_admit (sip, line, FALSE);
  if (status != 0)
    {
      cs_sip_leg_end (leg, (CsSipEnd){ CS_CAUSE_UNREACHABLE, status }, "the trunk is full");
      return;
    }
  leg->trunk = target->trunk;
  leg->number = g_strdup (target->number);
  leg->shown = g_strdup (target->caller);
  g_hash_table_replace (sip->by_number, leg->number, leg);
  uri = g_strdup_printf ("sip:%s@%s", target->number, cs_sip_line_domain (line));
  route = cs_sip_line_uri (line, NULL);
  header = g_strdup_printf (CS_SIP_LOOP_HEADER ": %s-%s", sip->loop_token,
                            ct_id_text (target->call).text);
  invite (leg, target, uri, route, cs_sip_line_domain (line), header);
  leg->patience_us = ct_clock_monotonic_us (sip->clock) + TRUNK_PATIENCE_US;
  if (leg->forks->len == 0)
    cs_sip_leg_end (leg, (CsSipEnd){ CS_CAUSE_UNREACHABLE, 500 }, "the stack refused");
}

void
cs_sip_originate (CsSip *sip, CsLegId id, const CsSipTarget *target, const char *sdp)
{
  CsSipLeg *leg;

  if (cs_sip_leg_find (sip, id) != NULL)
    {
      cs_warning (CS_ABOUT (.tenant = target->tenant, .call = target->call),
                  "leg %s is originated twice", ct_id_text (id).text);
      return;
    }
  leg = cs_sip_leg_new (sip, id, TRUE);
  leg->call = target->call;
  leg->tenant = target->tenant;
  cs_info (cs_sip_leg_about (leg), "leg %s: INVITE to %s%s", ct_id_text (id).text,
           target->kind == CS_SIP_TO_USER ? "the phones of " : "",
           target->kind == CS_SIP_TO_USER ? ct_id_text (target->user).text : target->number);
  leg->local_sdp = g_strdup (sdp);
  cs_sip_count (sip->counts.outgoing);
  if (target->kind == CS_SIP_TO_USER)
    invite_user (leg, target);
  else
    invite_trunk (leg, target);
}

static void
progress (CsSipLeg *leg, CsSipDialog *dialog, int status, const sip_t *message)
{
  CsSipEvent *event;

  dialog->progressed = TRUE;
  if (status == 100)
    return;
  cs_sip_leg_change_state (leg, CS_SIP_LEG_PROGRESSING, "provisional response");
  event = cs_sip_leg_event (leg, CS_SIP_PROGRESS);
  event->status = status;
  event->sdp = cs_sip_dup_sdp (message);
  cs_sip_emit (leg->sip, event);
}

/* @winner answered first: the others are cancelled and forgotten by the leg. */
static void
win (CsSipLeg *leg, CsSipDialog *winner, const sip_t *message)
{
  CsSipEvent *event;

  winner->answered = TRUE;
  leg->dialog = winner;
  for (guint i = 0; i < leg->forks->len; i++)
    {
      CsSipDialog *other = g_ptr_array_index (leg->forks, i);

      if (other == winner)
        continue;
      other->leg = NULL;
      nua_cancel (other->handle,
                  SIPTAG_REASON_STR ("SIP;cause=200;text=\"Call completed elsewhere\""),
                  TAG_END ());
    }
  g_ptr_array_set_size (leg->forks, 0);
  cs_sip_leg_change_state (leg, CS_SIP_LEG_TALKING, "answered");
  cs_sip_leg_plan_refresh (leg, message);
  event = cs_sip_leg_event (leg, CS_SIP_ANSWERED);
  event->status = 200;
  event->sdp = cs_sip_dup_sdp (message);
  cs_sip_emit (leg->sip, event);
}

/* Busy tells more than a refusal, a refusal more than no answer, anything more than unreachable. */
static int
weight (int status)
{
  static const int weights[] = {
    [CS_CAUSE_BUSY] = 4,
    [CS_CAUSE_REFUSED] = 3,
    [CS_CAUSE_NO_ANSWER] = 2,
    [CS_CAUSE_UNREACHABLE] = 1,
  };

  return status == 0 ? 0 : weights[cs_sip_cause_of_status (status)];
}

static void
fail (CsSipLeg *leg, CsSipDialog *dialog, int status)
{
  CsSip *sip = leg->sip;
  CsSipEnd end;

  /* Nothing at all was heard: not "no answer". */
  if (status == 408 && !dialog->progressed)
    status = 503;
  if (weight (status) > weight (leg->best_status))
    leg->best_status = status;
  cs_sip_dialog_drop (sip, dialog);
  /* A 6xx speaks for the person, not for one phone (RFC 3261 16.7). */
  if (leg->forks->len > 0 && status < 600)
    return;
  end.status = status >= 600 ? status : leg->best_status;
  end.cause = cs_sip_cause_of_status (end.status);
  cs_sip_leg_end (leg, end, "refused");
}

/* A leg that gave up meanwhile: an answer that crossed our CANCEL is ended again. */
static void
orphan_responded (CsSip *sip, CsSipDialog *dialog, int status)
{
  if (status >= 200 && status < 300 && !dialog->answered)
    {
      dialog->answered = TRUE;
      nua_bye (dialog->handle, TAG_END ());
    }
  else if (status >= 300 && !dialog->answered)
    cs_sip_dialog_drop (sip, dialog);
}

void
cs_sip_invite_responded (CsSip *sip, CsSipDialog *dialog, int status, const sip_t *message)
{
  CsSipLeg *leg = dialog->leg;

  if (leg == NULL)
    {
      orphan_responded (sip, dialog, status);
      return;
    }
  if (dialog->answered)
    {
      cs_sip_dialog_refreshed (sip, dialog, status, message);
      return;
    }
  leg->patience_us = 0;
  if (status < 200)
    progress (leg, dialog, status, message);
  else if (status < 300)
    win (leg, dialog, message);
  else if ((status == 401 || status == 407) && cs_sip_line_authenticate (sip, dialog, message))
    cs_debug (cs_sip_leg_about (leg), "leg %s: challenged by the trunk", ct_id_text (leg->id).text);
  else
    fail (leg, dialog, status);
}
