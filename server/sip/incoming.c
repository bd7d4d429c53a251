/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITEs that come: from a trunk, known by its address or by the contact we registered there, or
 * from a phone, by digest. Who calls and who is called is said in E.164 where it can be. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/body.h"
#include "server/sip/stack.h"

#include <sofia-sip/sip_extra.h>
#include <string.h>

static void
reject (CsSip *sip, nua_handle_t *handle, int status)
{
  cs_sip_count (sip->counts.refused);
  nua_respond (handle, status, cs_sip_phrase (status), NUTAG_WITH_THIS (sip->nua),
               TAG_IF (status == 415, SIPTAG_ACCEPT_STR (CS_SIP_SDP_TYPE)),
               TAG_IF (status == 503, SIPTAG_RETRY_AFTER_STR ("10")), TAG_END ());
  nua_handle_destroy (handle);
}

static void
challenge (CsSip *sip, nua_handle_t *handle, gboolean stale)
{
  g_autofree char *text = cs_sip_digest_challenge (sip->digest, stale);

  cs_sip_count (sip->counts.challenged);
  nua_respond (handle, SIP_401_UNAUTHORIZED, NUTAG_WITH_THIS (sip->nua),
               SIPTAG_WWW_AUTHENTICATE_STR (text), TAG_END ());
  nua_handle_destroy (handle);
}

/* NULL when the request was answered already. */
static CsSipDevice *
authenticate (CsSip *sip, nua_handle_t *handle, const sip_t *message, const CsSipAddress *address)
{
  const msg_auth_t *answers = message->sip_authorization != NULL ? message->sip_authorization
                                                                 : message->sip_proxy_authorization;
  g_autofree char *name = cs_sip_digest_dup_user (sip->digest, answers);
  g_autoptr (CsSipDevice) device
      = name != NULL ? cs_sip_directory_dup (sip->directory, name) : NULL;

  switch (
      cs_sip_digest_verify (sip->digest, answers, "INVITE", device != NULL ? device->ha1 : NULL))
    {
    case CS_SIP_DIGEST_RIGHT:
      return g_steal_pointer (&device);
    case CS_SIP_DIGEST_STALE:
      challenge (sip, handle, TRUE);
      return NULL;
    case CS_SIP_DIGEST_WRONG:
      cs_sip_count (sip->counts.rejected);
      cs_sip_sources_take (sip->sources, address, 10);
      reject (sip, handle, 403);
      return NULL;
    case CS_SIP_DIGEST_MISSING:
    default:
      challenge (sip, handle, FALSE);
      return NULL;
    }
}

static gboolean
is_withheld (const sip_t *message)
{
  const msg_param_t *values
      = message->sip_privacy != NULL ? message->sip_privacy->priv_values : NULL;

  for (; values != NULL && *values != NULL; values++)
    if (g_ascii_strcasecmp (*values, "id") == 0 || g_ascii_strcasecmp (*values, "user") == 0
        || g_ascii_strcasecmp (*values, "header") == 0)
      return TRUE;
  return FALSE;
}

/* The first number among the identities that the network asserts: a carrier may give a SIP and a tel URI,
 * in one header or in two (RFC 3325 9.1). NULL when there is none. */
static char *
asserted_of (const CsSipTrunk *trunk, const sip_t *message)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  char *number = NULL;

  for (const sip_unknown_t *header = message->sip_unknown; header != NULL && number == NULL;
       header = header->un_next)
    {
      const sip_p_asserted_identity_t *identity = NULL;

      if (header->un_name != NULL
          && g_ascii_strcasecmp (header->un_name, "P-Asserted-Identity") == 0)
        identity = sip_p_asserted_identity_make (home, header->un_value);
      for (; identity != NULL && number == NULL; identity = identity->paid_next)
        number = cs_sip_trunk_normalise (trunk, identity->paid_url->url_user);
    }
  su_home_deinit (home);
  return number;
}

/* The asserted identity where the trunk is trusted, else From; NULL when withheld or no number. The
 * number of a tel URI is its user, as that of a SIP URI. */
static char *
caller_of (const CsSipTrunk *trunk, const sip_t *message)
{
  char *caller = NULL;

  if (is_withheld (message))
    return NULL;
  if (trunk->trusts_identity)
    caller = asserted_of (trunk, message);
  if (caller == NULL && message->sip_from != NULL)
    caller = cs_sip_trunk_normalise (trunk, message->sip_from->a_url->url_user);
  return caller;
}

/* The request URI's user; the To's where the URI only names our registration. */
static char *
called_of (CsSip *sip, const CsSipTrunk *trunk, const sip_t *message)
{
  const char *user = message->sip_request->rq_url->url_user;
  char *number;

  if (user == NULL || cs_sip_line_by_token (sip, user) != NULL)
    user = message->sip_to->a_url->url_user;
  number = cs_sip_trunk_normalise (trunk, user);
  return number != NULL ? number : g_strdup (user);
}

/* A call of ours that comes back over a trunk: our own header, or where a provider strips it, the very
 * number we are dialling, shown the number that we show. */
static CtId
origin_of (CsSip *sip, const sip_t *message, const char *caller, const char *called)
{
  const char *header = cs_sip_find_header (message, CS_SIP_LOOP_HEADER);
  const char *dash = header != NULL ? strchr (header, '-') : NULL;
  const CsSipLeg *dialling = called != NULL ? g_hash_table_lookup (sip->by_number, called) : NULL;
  CtId call = CT_ID_NONE;

  if (dash != NULL && strlen (sip->loop_token) == (size_t) (dash - header)
      && strncmp (header, sip->loop_token, (size_t) (dash - header)) == 0
      && ct_id_parse (dash + 1, &call))
    return call;
  if (dialling != NULL && dialling->dialog == NULL && caller != NULL
      && g_strcmp0 (dialling->shown, caller) == 0)
    return dialling->call;
  return CT_ID_NONE;
}

static void
announce (CsSipLeg *leg, const sip_t *message, CtId tenant, CtId user, char *caller, char *called)
{
  CsSipEvent *event = cs_sip_leg_event (leg, CS_SIP_INCOMING);

  event->tenant = tenant;
  event->user = user;
  event->from_call = origin_of (leg->sip, message, caller, called);
  event->caller = caller;
  event->called = called;
  event->sip_call_id = g_strdup (message->sip_call_id->i_id);
  event->sdp = cs_sip_dup_sdp (message);
  leg->offerless = event->sdp == NULL;
  cs_sip_leg_plan_refresh (leg, message);
  cs_sip_count (leg->sip->counts.incoming);
  leg->tenant = tenant;
  cs_info (cs_sip_leg_about (leg), "leg %s: INVITE for %s from %s, Call-ID %s",
           ct_id_text (leg->id).text, called != NULL ? called : "nobody",
           caller != NULL ? caller : "withheld", event->sip_call_id);
  cs_sip_emit (leg->sip, event);
}

static CsSipLeg *
leg_begin (CsSip *sip, nua_handle_t *handle, const sip_t *message, CtId trunk)
{
  CsSipLeg *leg = cs_sip_leg_new (sip, ct_id_new (sip->clock), FALSE);
  g_autofree char *route = cs_sip_door_route (message);

  /* An outbound proxy goes before all that the peer wrote: NUA has nothing to resolve. */
  nua_set_hparams (handle, NUTAG_PROXY (route), TAG_END ());
  leg->trunk = trunk;
  leg->over_tls = cs_sip_transport_of (message) == CS_SIP_TLS;
  leg->dialog = cs_sip_dialog_new (sip, CS_SIP_DIALOG_CALL, handle);
  leg->dialog->leg = leg;
  leg->dialog->incoming = TRUE;
  leg->dialog->trunk = trunk;
  return leg;
}

static void
invite_from_trunk (CsSip *sip, nua_handle_t *handle, const sip_t *message, CsSipLine *line)
{
  const CsSipTrunk *trunk = cs_sip_line_trunk (line);
  int status = cs_sip_line_admit (sip, line, TRUE);

  if (status != 0)
    {
      reject (sip, handle, status);
      return;
    }
  announce (leg_begin (sip, handle, message, trunk->id), message, trunk->tenant, CT_ID_NONE,
            caller_of (trunk, message), called_of (sip, trunk, message));
}

static void
invite_from_device (CsSip *sip, nua_handle_t *handle, const sip_t *message,
                    const CsSipAddress *address)
{
  static const CsSipTrunk plain = { 0 };
  g_autoptr (CsSipDevice) device = authenticate (sip, handle, message, address);
  const char *user = message->sip_request->rq_url->url_user;
  g_autofree char *number = NULL;

  if (device == NULL)
    return;
  /* Digits without a + are a short code of the tenant: the switch knows. */
  if (user != NULL && user[0] == '+')
    number = cs_sip_trunk_normalise (&plain, user);
  announce (leg_begin (sip, handle, message, CT_ID_NONE), message, device->tenant, device->user,
            NULL, number != NULL ? g_steal_pointer (&number) : g_strdup (user));
}

/* A body that is no SDP (RFC 3261 8.2.3): else the INVITE would pass for one without an offer. */
static gboolean
has_foreign_body (const sip_t *message)
{
  g_autofree char *sdp = cs_sip_dup_sdp (message);

  return sdp == NULL && message->sip_payload != NULL && message->sip_payload->pl_len > 0;
}

void
cs_sip_incoming_invite (CsSip *sip, nua_handle_t *handle, const sip_t *message)
{
  CsSipAddress address;
  CsSipTransport transport;
  guint16 port;
  CsSipLine *line;
  g_autofree char *route = message != NULL ? cs_sip_door_route (message) : NULL;

  if (route == NULL || message->sip_request == NULL || message->sip_from == NULL
      || message->sip_to == NULL || message->sip_call_id == NULL
      || !cs_sip_current_source (sip, &address, &port, &transport))
    {
      reject (sip, handle, 400);
      return;
    }
  if (sip->stopping || sip->counts.calls >= sip->max_calls)
    {
      reject (sip, handle, 503);
      return;
    }
  if (has_foreign_body (message))
    {
      reject (sip, handle, 415);
      return;
    }
  /* What we registered tells apart the trunks of several tenants at one carrier's address. */
  line = cs_sip_line_by_token (sip, message->sip_request->rq_url->url_user);
  /* A phone on the trunk's own machine is a phone. */
  if (line == NULL && !cs_sip_registrar_knows_flow (sip->registrar, &address, port, transport))
    line = cs_sip_line_at (sip, &address);
  if (line != NULL)
    invite_from_trunk (sip, handle, message, line);
  else if (cs_sip_registrar_knows (sip->registrar, &address))
    invite_from_device (sip, handle, message, &address);
  else
    reject (sip, handle, 403);
}

void
cs_sip_leg_ring (CsSipLeg *leg)
{
  if (leg->outgoing || !cs_sip_leg_change_state (leg, CS_SIP_LEG_RINGING, "ring"))
    return;
  nua_respond (leg->dialog->handle, SIP_180_RINGING, CS_SIP_TAG_CONTACT (leg->sip, leg->over_tls),
               TAG_END ());
}

void
cs_sip_leg_answer (CsSipLeg *leg, const char *sdp)
{
  if (leg->outgoing || !cs_sip_leg_change_state (leg, CS_SIP_LEG_ANSWERED, "answer"))
    return;
  leg->dialog->answered = TRUE;
  leg->local_sdp = g_strdup (sdp);
  nua_respond (leg->dialog->handle, SIP_200_OK, CS_SIP_TAG_CONTACT (leg->sip, leg->over_tls),
               SIPTAG_CONTENT_TYPE_STR (CS_SIP_SDP_TYPE), SIPTAG_PAYLOAD_STR (sdp), TAG_END ());
}

void
cs_sip_leg_refuse (CsSipLeg *leg, int status)
{
  if (leg->outgoing || leg->dialog->answered)
    return;
  if (status < 400 || status > 699)
    status = 480;
  cs_sip_leg_end (leg, (CsSipEnd){ cs_sip_cause_of_status (status), status }, "refused by us");
}
