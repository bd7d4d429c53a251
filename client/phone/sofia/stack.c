/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SIP stack. Names are resolved here, by GLib and off the main thread, and the NUA only ever sees
 * addresses: Sofia's own resolver waits when no name server answers. The NUA is bound to the address of
 * ours that the server is reached from, which is also what Contact and SDP say; when that changes (another
 * network) a new NUA is made.
 *
 * Sofia's timers follow the wall clock; it is given one that no one sets, and that counts a suspended
 * laptop's sleep, so that the registration is renewed when the lid opens. */
#define G_LOG_DOMAIN "phone"

#include "client/phone/sofia/sofia-private.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/su_glib.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_tagarg.h>
#include <sofia-sip/tport_tag.h>
#include <string.h>
#include <time.h>

extern void (*_su_time) (su_time_t *now);

static gint64 steady_offset_us; /* wall clock minus steady clock, when we started */

static gint64
steady_us (void)
{
  struct timespec boot;

  clock_gettime (CLOCK_BOOTTIME, &boot);
  return (gint64) boot.tv_sec * G_USEC_PER_SEC + boot.tv_nsec / 1000;
}

static void
steady_time (su_time_t *now)
{
  gint64 us = steady_us () + steady_offset_us;

  /* Sofia counts from 1900. */
  now->tv_sec = (unsigned long) (us / G_USEC_PER_SEC + G_GINT64_CONSTANT (2208988800));
  now->tv_usec = (unsigned long) (us % G_USEC_PER_SEC);
}

static void
log_line (void *unused, const char *format, va_list args)
{
  g_autofree char *line = g_strdup_vprintf (format, args);

  g_debug ("sofia: %s", g_strchomp (line));
}

static void
init_sofia (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      su_init ();
      steady_offset_us = g_get_real_time () - steady_us ();
      _su_time = steady_time;
      su_log_redirect (NULL, log_line, NULL);
      g_once_init_leave (&once, 1);
    }
}

/* "sip:user@realm" or "sip:realm" */
char *
cd_stack_dup_aor (CdSofiaPhone *self, const char *user)
{
  g_autofree char *escaped = user != NULL ? g_uri_escape_string (user, "+*", FALSE) : NULL;

  return escaped != NULL ? g_strdup_printf ("sip:%s@%s", escaped, self->account->realm)
                         : g_strdup_printf ("sip:%s", self->account->realm);
}

void
cd_stack_drop (CdSipHandle *handle)
{
  if (handle->nh == NULL)
    return;
  nua_handle_bind (handle->nh, NULL);
  nua_handle_destroy (handle->nh);
  handle->nh = NULL;
  handle->tried = FALSE;
}

gboolean
cd_stack_authenticate (CdSofiaPhone *self, CdSipHandle *handle)
{
  g_autofree char *credentials = NULL;

  if (handle->tried || self->account == NULL)
    return FALSE;
  handle->tried = TRUE;
  credentials = g_strdup_printf ("Digest:\"%s\":%s:%s", self->account->realm, self->account->user,
                                 self->account->secret);
  nua_authenticate (handle->nh, NUTAG_AUTH (credentials), TAG_END ());
  return TRUE;
}

/* Making and closing. */

static void on_event (nua_event_t event, int status, const char *phrase, nua_t *nua,
                      CdSofiaPhone *self, nua_handle_t *nh, CdSipHandle *handle, const sip_t *sip,
                      tagi_t tags[]);

static gboolean
make_nua (CdSofiaPhone *self, const char *url)
{
  init_sofia ();
  if (self->root == NULL)
    {
      self->root = su_glib_root_create (self);
      su_root_threading (self->root, 1);
      g_source_attach (su_glib_root_gsource (self->root), g_main_context_get_thread_default ());
    }
  self->closed = FALSE;
  self->nua = nua_create (
      self->root, on_event, self, NUTAG_URL (URL_STRING_MAKE (url)),
      NUTAG_PROXY (URL_STRING_MAKE (self->proxy)), NUTAG_MEDIA_ENABLE (0), NUTAG_AUTOALERT (0),
      NUTAG_AUTOANSWER (0), NUTAG_AUTOACK (1), NUTAG_SESSION_TIMER (600), NUTAG_MIN_SE (90),
      SIPTAG_ALLOW_STR ("INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"),
      SIPTAG_SUPPORTED_STR ("timer"), SIPTAG_USER_AGENT_STR ("Centrale/" CENTRALE_VERSION),
      NTATAG_MAXSIZE (65536), TPTAG_KEEPALIVE (30000), TAG_END ());
  if (self->nua == NULL)
    return FALSE;
  self->bound = g_strdup (url);
  return TRUE;
}

static void
destroy_nua (CdSofiaPhone *self)
{
  g_clear_pointer (&self->nua, nua_destroy);
  g_clear_pointer (&self->bound, g_free);
}

static gboolean
on_alarm (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for_close (CdSofiaPhone *self, guint timeout_ms)
{
  GMainContext *context = g_main_context_ref_thread_default ();
  g_autoptr (GSource) alarm = g_timeout_source_new (timeout_ms);
  gboolean late = FALSE;

  g_source_set_callback (alarm, on_alarm, &late, NULL);
  g_source_attach (alarm, context);
  while (!self->closed && !late)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (alarm);
  g_main_context_unref (context);
}

void
cd_stack_close (CdSofiaPhone *self, guint timeout_ms)
{
  self->closing = TRUE;
  g_clear_handle_id (&self->restart, g_source_remove);
  if (self->nua != NULL)
    {
      if (!self->restarting)
        nua_shutdown (self->nua);
      wait_for_close (self, timeout_ms);
      /* A stack that did not end in time still uses its root, and will call us: all go with the process. */
      if (!self->closed)
        {
          g_object_ref (self);
          return;
        }
      destroy_nua (self);
    }
  g_clear_pointer (&self->root, su_root_destroy);
}

/* The old stack has ended: on with the new address. */
static gboolean
on_restart (gpointer data)
{
  CdSofiaPhone *self = data;

  self->restart = 0;
  self->restarting = FALSE;
  destroy_nua (self);
  if (self->account != NULL)
    cd_stack_prepare (self);
  return G_SOURCE_REMOVE;
}

static void
restart (CdSofiaPhone *self)
{
  cd_stack_drop (&self->registration);
  cd_stack_drop (&self->keepalive);
  self->restarting = TRUE;
  nua_shutdown (self->nua);
}

/* Events. */

/* Only our own server may ring here; a scanner that finds the port may not. */
static gboolean
is_from_server (CdSofiaPhone *self)
{
  msg_t *message = nua_current_request (self->nua);
  su_addrinfo_t *info = message != NULL ? msg_addrinfo (message) : NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (info == NULL || info->ai_addr == NULL)
    return FALSE;
  address = g_socket_address_new_from_native (info->ai_addr, info->ai_addrlen);
  return G_IS_INET_SOCKET_ADDRESS (address) && self->server != NULL
         && g_inet_address_equal (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)), self->server);
}

/* A handle that is none of ours: a new call, or something let go that has to end. */
static void
on_stray_event (CdSofiaPhone *self, nua_event_t event, int status, nua_handle_t *nh,
                const sip_t *sip, int call_state)
{
  if (event == nua_i_invite)
    {
      if (self->closing || self->restarting || !is_from_server (self))
        nua_respond (nh, SIP_403_FORBIDDEN, TAG_END ());
      else if (cd_phone_has_call (CD_PHONE (self)) || self->call.nh != NULL)
        nua_respond (nh, SIP_486_BUSY_HERE, TAG_END ());
      else
        cd_call_on_invite (self, nh, sip);
    }
  else if (event == nua_i_state && call_state == nua_callstate_ready)
    nua_bye (nh, TAG_END ()); /* answered although it was cancelled */
  else if ((event == nua_i_state && call_state == nua_callstate_terminated)
           || (event == nua_r_unregister && status >= 200)
           || event == nua_i_options) /* NUA has answered it; the handle is ours to destroy */
    nua_handle_destroy (nh);
}

static void
on_event (nua_event_t event, int status, const char *phrase, nua_t *nua, CdSofiaPhone *self,
          nua_handle_t *nh, CdSipHandle *handle, const sip_t *sip, tagi_t tags[])
{
  int call_state = nua_callstate_init;

  if (event == nua_r_shutdown)
    {
      if (status < 200)
        return;
      self->closed = TRUE;
      if (self->restarting && !self->closing)
        self->restart = g_idle_add (on_restart, self);
      return;
    }
  if (event == nua_i_state)
    tl_gets (tags, NUTAG_CALLSTATE_REF (call_state), TAG_END ());
  if (nh == NULL)
    return;
  if (handle == NULL)
    on_stray_event (self, event, status, nh, sip, call_state);
  else if (handle->nh != nh)
    return;
  else if (handle == &self->registration && event == nua_r_register)
    cd_registration_on_answer (self, status);
  else if (handle == &self->keepalive && event == nua_r_options)
    cd_registration_on_keepalive (self, status);
  else if (handle == &self->call)
    cd_call_on_event (self, event, status, sip, call_state);
}

/* Our own address towards the server: a connected datagram socket sends nothing but knows it. */
static char *
find_local_address (GInetAddress *server, guint16 port)
{
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new (server, port);
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocket) sock = g_socket_new (g_inet_address_get_family (server),
                                           G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  if (sock == NULL || !g_socket_connect (sock, to, NULL, NULL))
    return NULL;
  local = g_socket_get_local_address (sock, NULL);
  return local != NULL ? g_inet_address_to_string (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)))
                       : NULL;
}

static char *
bracket (const char *address)
{
  return strchr (address, ':') != NULL ? g_strdup_printf ("[%s]", address) : g_strdup (address);
}

static void
take_server (CdSofiaPhone *self, GInetAddress *server)
{
  g_autofree char *local = find_local_address (server, self->account->port);
  g_autofree char *server_text = g_inet_address_to_string (server);
  g_autofree char *server_host = bracket (server_text);
  g_autofree char *local_host = local != NULL ? bracket (local) : NULL;
  const char *transport = g_strcmp0 (self->account->transport, "tcp") == 0 ? "tcp" : "udp";
  g_autofree char *proxy
      = g_strdup_printf ("sip:%s:%u;transport=%s;lr", server_host, self->account->port, transport);
  g_autofree char *url = g_strdup_printf ("sip:%s:*;transport=%s", local_host, transport);

  if (local == NULL)
    {
      cd_registration_failed (self, "unreachable");
      return;
    }
  if (self->nua != NULL
      && (g_strcmp0 (self->bound, url) != 0 || g_strcmp0 (self->proxy, proxy) != 0))
    {
      /* Another network or server. A running call has its chance to get over it. */
      if (cd_phone_has_call (CD_PHONE (self)))
        cd_registration_failed (self, "unreachable");
      else
        restart (self);
      return;
    }
  g_set_object (&self->server, server);
  g_free (self->local_address);
  self->local_address = g_steal_pointer (&local);
  g_free (self->proxy);
  self->proxy = g_steal_pointer (&proxy);
  if (self->nua == NULL && !make_nua (self, url))
    cd_registration_failed (self, "unreachable");
  else
    cd_registration_send (self);
}

static void
on_resolved (GObject *resolver, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdSofiaPhone) self = data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);
  GInetAddress *chosen = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->resolving);
  for (GList *item = addresses; item != NULL; item = item->next)
    if (chosen == NULL || g_inet_address_get_family (chosen) != G_SOCKET_FAMILY_IPV4)
      chosen = item->data;
  if (chosen != NULL)
    take_server (self, chosen);
  else
    {
      g_info ("%s: %s", self->account->host, error->message);
      cd_registration_failed (self, "unreachable");
    }
  g_resolver_free_addresses (addresses);
}

void
cd_stack_prepare (CdSofiaPhone *self)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  if (self->resolving != NULL || self->restarting || self->closing)
    return;
  self->resolving = g_cancellable_new ();
  g_resolver_lookup_by_name_async (resolver, self->account->host, self->resolving, on_resolved,
                                   g_object_ref (self));
}
