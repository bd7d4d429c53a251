/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registrar (RFC 3261 10.3): REGISTER with digest, several contacts a user. A binding keeps the
 * flow the REGISTER came over, and calls go back over it: that is what passes a NAT. Phones expire in
 * 120 s at most, so what a restart or a lost network leaves behind is soon gone. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/stack.h"

#include <string.h>

#define EXPIRES_LEAST 60
#define EXPIRES_MOST 120
#define MAX_CONTACTS 8 /* a user */
#define MAX_CONTACT_LENGTH 512
#define WRONG_COST 10 /* tokens of the source's bucket for a wrong answer */

typedef struct {
  CsSipBinding public;
  CsSipAddress address;
  gint64 expires_us;
} Binding;

struct _CsSipRegistrar {
  CsSip *sip;
  GHashTable *users;     /* CtId -> GPtrArray of Binding */
  GHashTable *addresses; /* CsSipAddress -> GUINT_TO_POINTER (bindings there) */
  GHashTable *flows;     /* flow -> likewise */
};

void
cs_sip_binding_free (CsSipBinding *binding)
{
  g_free (binding->sip_user);
  g_free (binding->contact);
  g_free (binding->flow);
  g_free (binding->call_id);
  g_free (binding->user_agent);
  g_free (binding);
}

static CsSipBinding *
binding_copy (const Binding *binding)
{
  CsSipBinding *copy = g_new (CsSipBinding, 1);

  *copy = binding->public;
  copy->sip_user = g_strdup (copy->sip_user);
  copy->contact = g_strdup (copy->contact);
  copy->flow = g_strdup (copy->flow);
  copy->call_id = g_strdup (copy->call_id);
  copy->user_agent = g_strdup (copy->user_agent);
  return copy;
}

/* Counts how many bindings there are at an address and at a flow. */
static void
place_add (CsSipRegistrar *registrar, const Binding *binding, int step)
{
  gpointer found = g_hash_table_lookup (registrar->addresses, &binding->address);
  int at_address = GPOINTER_TO_INT (found) + step;
  int at_flow
      = GPOINTER_TO_INT (g_hash_table_lookup (registrar->flows, binding->public.flow)) + step;

  if (at_address == 0)
    g_hash_table_remove (registrar->addresses, &binding->address);
  else
    g_hash_table_insert (registrar->addresses,
                         g_memdup2 (&binding->address, sizeof binding->address),
                         GINT_TO_POINTER (at_address));
  if (at_flow == 0)
    g_hash_table_remove (registrar->flows, binding->public.flow);
  else
    g_hash_table_insert (registrar->flows, g_strdup (binding->public.flow),
                         GINT_TO_POINTER (at_flow));
  __atomic_add_fetch (&registrar->sip->counts.registrations, (guint) step, __ATOMIC_RELAXED);
}

static void
binding_clear (gpointer data)
{
  Binding *binding = data;

  /* The public part stands first: one allocation. */
  cs_sip_binding_free (&binding->public);
}

CsSipRegistrar *
cs_sip_registrar_new (CsSip *sip)
{
  CsSipRegistrar *registrar = g_new0 (CsSipRegistrar, 1);

  registrar->sip = sip;
  registrar->users = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                            (GDestroyNotify) g_ptr_array_unref);
  registrar->addresses
      = g_hash_table_new_full (cs_sip_address_hash, cs_sip_address_equal, g_free, NULL);
  registrar->flows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return registrar;
}

void
cs_sip_registrar_free (CsSipRegistrar *registrar)
{
  g_hash_table_unref (registrar->users);
  g_hash_table_unref (registrar->addresses);
  g_hash_table_unref (registrar->flows);
  g_free (registrar);
}

static void
tell (CsSipRegistrar *registrar, const Binding *binding, CsSipEventKind kind)
{
  CsSipEvent *event = g_new0 (CsSipEvent, 1);

  event->kind = kind;
  event->user = binding->public.user;
  event->tenant = binding->public.tenant;
  cs_info (CS_ABOUT (.tenant = event->tenant, .user = event->user), "%s %s at %s",
           binding->public.sip_user,
           kind == CS_SIP_REGISTERED ? "registered" : "is no longer registered",
           binding->public.flow);
  cs_sip_emit (registrar->sip, event);
}

/* Takes @binding. @again: this contact was here a moment ago and is not announced anew. */
static void
binding_add (CsSipRegistrar *registrar, Binding *binding, gboolean again)
{
  GPtrArray *list = g_hash_table_lookup (registrar->users, &binding->public.user);

  if (list == NULL)
    {
      list = g_ptr_array_new_with_free_func (binding_clear);
      g_hash_table_insert (registrar->users,
                           g_memdup2 (&binding->public.user, sizeof binding->public.user), list);
    }
  g_ptr_array_add (list, binding);
  place_add (registrar, binding, 1);
  if (!again)
    tell (registrar, binding, CS_SIP_REGISTERED);
}

/* An empty list stays until the sweep. */
static void
binding_remove (CsSipRegistrar *registrar, GPtrArray *list, guint index, gboolean quiet)
{
  Binding *binding = g_ptr_array_steal_index (list, index);

  place_add (registrar, binding, -1);
  if (list->len == 0 && !quiet)
    tell (registrar, binding, CS_SIP_UNREGISTERED);
  binding_clear (binding);
}

static char *
flow_print (const CsSipAddress *address, guint16 port, CsSipTransport transport)
{
  char host[CS_SIP_ADDRESS_TEXT];

  cs_sip_address_print (address, host);
  return g_strdup_printf ("%s:%s:%u", cs_sip_transport_name (transport), host, port);
}

/* The request being answered, in pieces. */
typedef struct {
  CsSipRegistrar *registrar;
  const sip_t *message;
  const CsSipDevice *device;
  CsSipAddress address;
  char *flow;
} Request;

static guint
expires_of (const sip_t *message, const sip_contact_t *contact)
{
  guint64 seconds = EXPIRES_MOST;

  if (contact->m_expires != NULL)
    g_ascii_string_to_unsigned (contact->m_expires, 10, 0, G_MAXUINT32, &seconds, NULL);
  else if (message->sip_expires != NULL)
    seconds = message->sip_expires->ex_delta;
  return seconds == 0 ? 0 : (guint) CLAMP (seconds, EXPIRES_LEAST, EXPIRES_MOST);
}

static int
binding_find (GPtrArray *list, const Request *request, const char *contact)
{
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const Binding *binding = g_ptr_array_index (list, i);

      if (strcmp (binding->public.sip_user, request->device->sip_user) == 0
          && (strcmp (binding->public.contact, contact) == 0
              || strcmp (binding->public.flow, request->flow) == 0))
        return (int) i;
    }
  return -1;
}

static gboolean
is_out_of_order (const Binding *binding, const sip_t *message)
{
  return strcmp (binding->public.call_id, message->sip_call_id->i_id) == 0
         && binding->public.cseq >= message->sip_cseq->cs_seq;
}

static Binding *
binding_new (const Request *request, const char *contact, guint seconds)
{
  const sip_t *message = request->message;
  const CsSipDevice *device = request->device;
  CtClock *clock = request->registrar->sip->clock;
  Binding *binding = g_new0 (Binding, 1);

  binding->public = (CsSipBinding){
    .device = device->device,
    .user = device->user,
    .tenant = device->tenant,
    .sip_user = g_strdup (device->sip_user),
    .contact = g_strdup (contact),
    .flow = g_strdup (request->flow),
    .call_id = g_strdup (message->sip_call_id->i_id),
    .cseq = message->sip_cseq->cs_seq,
    .user_agent
    = g_strdup (message->sip_user_agent != NULL ? message->sip_user_agent->g_string : NULL),
  };
  binding->address = request->address;
  binding->expires_us = ct_clock_monotonic_us (clock) + (gint64) seconds * G_USEC_PER_SEC;
  binding->public.expires_ms = ct_clock_utc_ms (clock) + (gint64) seconds * 1000;
  return binding;
}

static int
contact_apply (const Request *request, const sip_contact_t *contact)
{
  CsSipRegistrar *registrar = request->registrar;
  guint seconds = expires_of (request->message, contact);
  char uri[MAX_CONTACT_LENGTH];
  GPtrArray *list = g_hash_table_lookup (registrar->users, &request->device->user);
  isize_t length = url_e (uri, sizeof uri, contact->m_url);
  int at;

  if (length <= 0 || (gsize) length >= sizeof uri
      || (contact->m_url->url_type != url_sip && contact->m_url->url_type != url_sips))
    return 400;
  at = binding_find (list, request, uri);
  if (at >= 0 && is_out_of_order (g_ptr_array_index (list, at), request->message))
    return 500; /* RFC 3261 10.3, step 7 */
  if (at >= 0)
    binding_remove (registrar, list, (guint) at, seconds != 0);
  if (seconds == 0)
    return 200;
  if (list != NULL && list->len >= MAX_CONTACTS)
    binding_remove (registrar, list, 0, TRUE);
  binding_add (registrar, binding_new (request, uri, seconds), at >= 0);
  return 200;
}

static void
remove_all (const Request *request)
{
  GPtrArray *list = g_hash_table_lookup (request->registrar->users, &request->device->user);

  for (guint i = list != NULL ? list->len : 0; i > 0; i--)
    {
      const Binding *binding = g_ptr_array_index (list, i - 1);

      if (strcmp (binding->public.sip_user, request->device->sip_user) == 0)
        binding_remove (request->registrar, list, i - 1, FALSE);
    }
}

static int
contacts_apply (const Request *request)
{
  const sip_contact_t *contact = request->message->sip_contact;
  const sip_expires_t *expires = request->message->sip_expires;
  guint count = 0;

  if (contact != NULL && contact->m_url->url_type == url_any)
    {
      if (contact->m_next != NULL || expires == NULL || expires->ex_delta != 0)
        return 400;
      remove_all (request);
      return 200;
    }
  for (; contact != NULL; contact = contact->m_next)
    {
      int status = count++ < MAX_CONTACTS ? contact_apply (request, contact) : 403;

      if (status != 200)
        return status;
    }
  return 200;
}

/* "<sip:…>;expires=87, <sip:…>;expires=20", or NULL. */
static char *
contacts_print (const Request *request)
{
  CsSipRegistrar *registrar = request->registrar;
  gint64 now = ct_clock_monotonic_us (registrar->sip->clock);
  GPtrArray *list = g_hash_table_lookup (registrar->users, &request->device->user);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const Binding *binding = g_ptr_array_index (list, i);

      if (strcmp (binding->public.sip_user, request->device->sip_user) != 0)
        continue;
      g_string_append_printf (
          text, "%s<%s>;expires=%d", text->len > 0 ? ", " : "", binding->public.contact,
          (int) ((binding->expires_us - now + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC));
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static void
challenge (CsSip *sip, nua_handle_t *handle, gboolean stale)
{
  g_autofree char *text = cs_sip_digest_challenge (sip->digest, stale);

  cs_sip_count (sip->counts.challenged);
  nua_respond (handle, SIP_401_UNAUTHORIZED, NUTAG_WITH_THIS (sip->nua),
               SIPTAG_WWW_AUTHENTICATE_STR (text), TAG_END ());
}

static void
respond (CsSip *sip, nua_handle_t *handle, int status)
{
  nua_respond (handle, status, cs_sip_phrase (status), NUTAG_WITH_THIS (sip->nua), TAG_END ());
}

/* NULL when the request was answered already. */
static CsSipDevice *
authenticate (CsSip *sip, nua_handle_t *handle, const sip_t *message, const CsSipAddress *address)
{
  g_autofree char *name = cs_sip_digest_dup_user (sip->digest, message->sip_authorization);
  g_autoptr (CsSipDevice) device
      = name != NULL ? cs_sip_directory_dup (sip->directory, name) : NULL;

  switch (cs_sip_digest_verify (sip->digest, message->sip_authorization, "REGISTER",
                                device != NULL ? device->ha1 : NULL))
    {
    case CS_SIP_DIGEST_RIGHT:
      break;
    case CS_SIP_DIGEST_STALE:
      challenge (sip, handle, TRUE);
      return NULL;
    case CS_SIP_DIGEST_WRONG:
      cs_sip_count (sip->counts.rejected);
      cs_sip_sources_take (sip->sources, address, WRONG_COST);
      respond (sip, handle, 403);
      return NULL;
    case CS_SIP_DIGEST_MISSING:
    default:
      challenge (sip, handle, FALSE);
      return NULL;
    }
  if (message->sip_to->a_url->url_user == NULL
      || strcmp (message->sip_to->a_url->url_user, device->sip_user) != 0)
    {
      respond (sip, handle, 403);
      return NULL;
    }
  return g_steal_pointer (&device);
}

void
cs_sip_registrar_handle (CsSipRegistrar *registrar, nua_handle_t *handle, const sip_t *message)
{
  CsSip *sip = registrar->sip;
  Request request = { .registrar = registrar, .message = message };
  guint16 port = 0;
  CsSipTransport transport = CS_SIP_UDP;
  g_autoptr (CsSipDevice) device = NULL;
  g_autofree char *flow = NULL;
  g_autofree char *contacts = NULL;
  int status;

  if (!cs_sip_current_source (sip, &request.address, &port, &transport) || message->sip_to == NULL
      || message->sip_call_id == NULL || message->sip_cseq == NULL)
    {
      respond (sip, handle, 400);
      return;
    }
  device = authenticate (sip, handle, message, &request.address);
  if (device == NULL)
    return;
  flow = flow_print (&request.address, port, transport);
  request.device = device;
  request.flow = flow;
  status = contacts_apply (&request);
  if (status != 200)
    {
      respond (sip, handle, status);
      return;
    }
  contacts = contacts_print (&request);
  nua_respond (handle, SIP_200_OK, NUTAG_WITH_THIS (sip->nua),
               TAG_IF (contacts != NULL, SIPTAG_CONTACT_STR (contacts)), TAG_END ());
}

typedef gboolean (*BindingTest) (CsSipRegistrar *registrar, const Binding *binding);

static void
remove_where (CsSipRegistrar *registrar, BindingTest test)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, registrar->users);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      GPtrArray *list = value;

      for (guint i = list->len; i > 0; i--)
        if (test (registrar, g_ptr_array_index (list, i - 1)))
          binding_remove (registrar, list, i - 1, FALSE);
      if (list->len == 0)
        g_hash_table_iter_remove (&iter);
    }
}

static gboolean
is_expired (CsSipRegistrar *registrar, const Binding *binding)
{
  return binding->expires_us <= ct_clock_monotonic_us (registrar->sip->clock);
}

void
cs_sip_registrar_sweep (CsSipRegistrar *registrar)
{
  remove_where (registrar, is_expired);
}

static gboolean
is_unknown (CsSipRegistrar *registrar, const Binding *binding)
{
  return !cs_sip_directory_has (registrar->sip->directory, binding->public.sip_user,
                                binding->public.device);
}

void
cs_sip_registrar_check (CsSipRegistrar *registrar)
{
  remove_where (registrar, is_unknown);
}

static void
append_copies (CsSipRegistrar *registrar, GPtrArray *copies, GPtrArray *list)
{
  gint64 now = ct_clock_monotonic_us (registrar->sip->clock);

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const Binding *binding = g_ptr_array_index (list, i);

      if (binding->expires_us > now)
        g_ptr_array_add (copies, binding_copy (binding));
    }
}

GPtrArray *
cs_sip_registrar_dup (CsSipRegistrar *registrar, CtId user)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_binding_free);

  append_copies (registrar, copies, g_hash_table_lookup (registrar->users, &user));
  return copies;
}

GPtrArray *
cs_sip_registrar_dup_all (CsSipRegistrar *registrar)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_binding_free);
  GHashTableIter iter;
  gpointer list;

  g_hash_table_iter_init (&iter, registrar->users);
  while (g_hash_table_iter_next (&iter, NULL, &list))
    append_copies (registrar, copies, list);
  return copies;
}

/* "udp:192.0.2.1:5060" in its three pieces. */
static gboolean
flow_parse (const char *flow, char **transport, char **host, guint16 *port)
{
  const char *first = flow != NULL ? strchr (flow, ':') : NULL;
  const char *last = flow != NULL ? strrchr (flow, ':') : NULL;
  guint64 number;

  if (first == NULL || last == first
      || !g_ascii_string_to_unsigned (last + 1, 10, 1, G_MAXUINT16, &number, NULL))
    return FALSE;
  *transport = g_strndup (flow, (gsize) (first - flow));
  *host = g_strndup (first + 1, (gsize) (last - first - 1));
  *port = (guint16) number;
  return TRUE;
}

char *
cs_sip_flow_to_uri (const char *flow)
{
  g_autofree char *transport = NULL;
  g_autofree char *host = NULL;
  guint16 port;

  if (!flow_parse (flow, &transport, &host, &port))
    return NULL;
  return g_strdup_printf ("sip:%s:%u;transport=%s", host, port, transport);
}

void
cs_sip_registrar_restore (CsSipRegistrar *registrar, GPtrArray *bindings)
{
  CsSip *sip = registrar->sip;
  gint64 now_ms = ct_clock_utc_ms (sip->clock);

  for (guint i = 0; i < bindings->len; i++)
    {
      const CsSipBinding *old = g_ptr_array_index (bindings, i);
      g_autoptr (CsSipDevice) device = cs_sip_directory_dup (sip->directory, old->sip_user);
      g_autofree char *transport = NULL;
      g_autofree char *host = NULL;
      guint16 port;
      Binding *binding;
      gint64 left_ms = MIN (old->expires_ms - now_ms, EXPIRES_MOST * 1000);

      if (device == NULL || device->device != old->device || left_ms <= 0
          || !flow_parse (old->flow, &transport, &host, &port) || strcmp (transport, "udp") != 0)
        continue;
      binding = g_new0 (Binding, 1);
      if (!cs_sip_address_parse (host, &binding->address))
        {
          g_free (binding);
          continue;
        }
      binding->public = *old;
      binding->public.sip_user = g_strdup (old->sip_user);
      binding->public.contact = g_strdup (old->contact);
      binding->public.flow = g_strdup (old->flow);
      binding->public.call_id = g_strdup (old->call_id != NULL ? old->call_id : "");
      binding->public.user_agent = g_strdup (old->user_agent);
      binding->public.expires_ms = now_ms + left_ms;
      binding->expires_us = ct_clock_monotonic_us (sip->clock) + left_ms * 1000;
      binding_add (registrar, binding, FALSE);
    }
}

gboolean
cs_sip_registrar_knows (CsSipRegistrar *registrar, const CsSipAddress *address)
{
  return g_hash_table_contains (registrar->addresses, address);
}

gboolean
cs_sip_registrar_knows_flow (CsSipRegistrar *registrar, const CsSipAddress *address, guint16 port,
                             CsSipTransport transport)
{
  g_autofree char *flow = flow_print (address, port, transport);

  return g_hash_table_contains (registrar->flows, flow);
}
