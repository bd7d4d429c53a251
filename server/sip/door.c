/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door: every message passes here when it is parsed, before the stack makes a transaction of it.
 * Sofia lets an application give its own message class, whose body parser runs last; ours does three
 * things there.
 *   1. Limits: each address that is no trunk has a token bucket. Too fast: the message is made
 *      unrecognisable (no first line), and the stack discards it without an answer.
 *   2. Strangers: an INVITE from an address that is neither a trunk's nor holds a registered phone is
 *      a scanner's. No answer, so that it learns nothing.
 *   3. Names and NAT: in-dialog requests go where the dialog came from. So a Contact's host becomes
 *      the source of the message, and no name that a peer wrote is ever resolved; a trunk may name
 *      another of its own addresses. Redirections (3xx) lose their Contact.
 * Malformed messages do not come this far: the stack answers 400 by itself. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/stack.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip_parser.h>
#include <string.h>

#define DROP_LOG_US (10 * G_USEC_PER_SEC)

static _Thread_local CsSip *door_sip;

typedef struct {
  CsSipAddress address;
  guint16 port;
  CsSipTransport transport;
  const CsSipTrunk *trunk; /* NULL: no trunk's address */
} Source;

static gboolean
source_read (CsSip *sip, msg_t *msg, const sip_t *message, Source *source)
{
  CsSipLine *line;

  if (!cs_sip_address_from_sockaddr (&msg_addr (msg)->su_sa, &source->address, &source->port))
    return FALSE;
  source->transport = cs_sip_transport_of (message);
  line = cs_sip_line_at (sip, &source->address);
  source->trunk = line != NULL ? cs_sip_line_trunk (line) : NULL;
  return TRUE;
}

static void
drop (CsSip *sip, sip_t *message, const Source *source, const char *why)
{
  gint64 now = ct_clock_monotonic_us (sip->clock);
  char text[CS_SIP_ADDRESS_TEXT];

  message->sip_request = NULL;
  message->sip_status = NULL;
  cs_sip_count (sip->counts.dropped);
  if (now - sip->drop_logged_us < DROP_LOG_US)
    return;
  cs_sip_address_print (&source->address, text);
  g_info ("Dropped a message from %s: %s (%" G_GUINT64_FORMAT " since the last such line)", text,
          why, sip->counts.dropped - sip->drop_logged_count);
  sip->drop_logged_us = now;
  sip->drop_logged_count = sip->counts.dropped;
}

static gboolean
is_stranger (CsSip *sip, const sip_t *message, const Source *source)
{
  const sip_request_t *request = message->sip_request;

  if (sip->refuse_unknown || request->rq_method != sip_method_invite || source->trunk != NULL)
    return FALSE;
  if (message->sip_to != NULL && message->sip_to->a_tag != NULL)
    return FALSE; /* within a dialog: the stack knows it or answers 481 */
  return !cs_sip_registrar_knows (sip->registrar, &source->address)
         && cs_sip_line_by_token (sip, request->rq_url->url_user) == NULL;
}

static gboolean
is_another_of_trunk (CsSip *sip, const Source *source, const char *host)
{
  CsSipAddress address;
  CsSipLine *line;

  if (source->trunk == NULL || !cs_sip_address_parse (host, &address))
    return FALSE;
  line = cs_sip_line_at (sip, &address);
  return line != NULL && cs_sip_line_trunk (line) == source->trunk;
}

static void
url_point_at (msg_t *msg, url_t *url, const Source *source)
{
  su_home_t *home = msg_home (msg);
  char host[CS_SIP_ADDRESS_TEXT];

  cs_sip_address_print (&source->address, host);
  url->url_type = url_sip;
  url->url_scheme = "sip";
  url->url_host = su_strdup (home, host);
  url->url_port = su_sprintf (home, "%u", source->port);
  url->url_params = source->transport == CS_SIP_UDP   ? NULL
                    : source->transport == CS_SIP_TCP ? "transport=tcp"
                                                      : "transport=tls";
  url->url_headers = NULL;
}

static gboolean
is_of_register (const sip_t *message)
{
  if (message->sip_request != NULL)
    return message->sip_request->rq_method == sip_method_register;
  return message->sip_cseq != NULL && message->sip_cseq->cs_method == sip_method_register;
}

/* A trunk whose calls pass a proxy: what lies behind it is named by the Contact, and the way there is
 * the route, or the proxy that the handle was given. Nothing is resolved for a literal address. */
static gboolean
is_behind_trunk (const sip_t *message, const Source *source)
{
  CsSipAddress address;
  gboolean within
      = message->sip_status != NULL || (message->sip_to != NULL && message->sip_to->a_tag != NULL);

  return source->trunk != NULL && (within || message->sip_record_route != NULL)
         && cs_sip_address_parse (message->sip_contact->m_url->url_host, &address);
}

static void
contacts_clean (CsSip *sip, msg_t *msg, sip_t *message, const Source *source)
{
  if (message->sip_contact == NULL || is_of_register (message))
    return;
  if (message->sip_status != NULL && message->sip_status->st_status / 100 == 3)
    {
      message->sip_contact = NULL;
      return;
    }
  message->sip_contact->m_next = NULL;
  if (!is_behind_trunk (message, source)
      && !is_another_of_trunk (sip, source, message->sip_contact->m_url->url_host))
    url_point_at (msg, message->sip_contact->m_url, source);
}

/* The hop nearest to us, first in a request, last in a response (RFC 3261 12.1): a name there becomes
 * the source too. The others are only copied into Route headers. */
static void
route_clean (msg_t *msg, sip_t *message, const Source *source)
{
  sip_record_route_t *nearest = message->sip_record_route;
  CsSipAddress address;

  if (nearest == NULL)
    return;
  while (message->sip_status != NULL && nearest->r_next != NULL)
    nearest = nearest->r_next;
  if (cs_sip_address_parse (nearest->r_url->url_host, &address)
      && url_param (nearest->r_url->url_params, "maddr", NULL, 0) == 0
      && url_param (nearest->r_url->url_params, "lr", NULL, 0) != 0)
    return;
  url_point_at (msg, nearest->r_url, source);
  nearest->r_url->url_params
      = su_sprintf (msg_home (msg), "lr;transport=%s", cs_sip_transport_name (source->transport));
}

char *
cs_sip_door_route (const sip_t *message)
{
  const sip_record_route_t *nearest = message->sip_record_route;
  const url_t *next = nearest != NULL                ? nearest->r_url
                      : message->sip_contact != NULL ? message->sip_contact->m_url
                                                     : NULL;
  guint64 port = 5060;
  CsSipAddress address;
  char host[CS_SIP_ADDRESS_TEXT];

  if (next == NULL || !cs_sip_address_parse (next->url_host, &address)
      || (next->url_port != NULL
          && !g_ascii_string_to_unsigned (next->url_port, 10, 1, G_MAXUINT16, &port, NULL)))
    return NULL;
  cs_sip_address_print (&address, host);
  return g_strdup_printf ("sip:%s:%u;transport=%s", host, (guint) port,
                          cs_sip_transport_name (cs_sip_transport_of (message)));
}

static void
pass (CsSip *sip, msg_t *msg, sip_t *message)
{
  Source source;

  if (message->sip_request == NULL && message->sip_status == NULL)
    return;
  if (!source_read (sip, msg, message, &source))
    return;
  if (message->sip_request != NULL)
    {
      if (source.trunk == NULL && !cs_sip_sources_take (sip->sources, &source.address, 1))
        {
          drop (sip, message, &source, "too fast");
          return;
        }
      if (is_stranger (sip, message, &source))
        {
          drop (sip, message, &source, "INVITE from a stranger");
          return;
        }
      if (message->sip_via != NULL)
        message->sip_via->v_maddr = NULL;
    }
  contacts_clean (sip, msg, message, &source);
  route_clean (msg, message, &source);
}

static issize_t
extract_body (msg_t *msg, msg_pub_t *public, char b[], isize_t size, int eos)
{
  sip_t *message = (sip_t *) public;
  issize_t used = sip_extract_body (msg, message, b, size, eos);

  if (used > 0 && (message->sip_flags & MSG_FLG_COMPLETE) && door_sip != NULL)
    pass (door_sip, msg, message);
  return used;
}

const msg_mclass_t *
cs_sip_door_class (void)
{
  static gsize made;

  if (g_once_init_enter (&made))
    {
      msg_mclass_t *class = msg_mclass_clone (sip_default_mclass (), 0, msg_mclass_copy);

      class->mc_extract_body = extract_body;
      g_once_init_leave (&made, (gsize) class);
    }
  return (const msg_mclass_t *) made;
}

void
cs_sip_door_open (CsSip *sip)
{
  door_sip = sip;
}
