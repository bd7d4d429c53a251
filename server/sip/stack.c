/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SIP thread. It runs Sofia's own root (epoll), with NUA on the same thread; other threads reach
 * it through a queue of orders and a bell. Once a second it looks at what has a date: bindings,
 * session refreshes, trunks, nonces. Sofia's timers follow our clock, not the wall's. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/body.h"
#include "server/sip/stack.h"

#include "common/base/error.h"
#include "server/base/bell.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/sresolv.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport_tag.h>

#define TICK_MS 1000
#define CLOSE_WAIT_US (G_USEC_PER_SEC / 5)
#define CLOSE_LIMIT_US (3 * G_USEC_PER_SEC)
#define SWEEP_US (5 * G_USEC_PER_SEC)
#define REAP_US (2 * G_USEC_PER_SEC)
#define NTP_EPOCH 2208988800ul /* seconds from 1900 to 1970 */
#define CONNECTION_IDLE_MS (180 * 1000)
#define MAX_MESSAGE 65536
#define METHODS "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REGISTER"

/* Sofia's hook for the time of day, not in its headers. */
extern void (*_su_time) (su_time_t *);

typedef struct {
  CsSipOrderFunc function;
  gpointer data;
  GDestroyNotify destroy;
} Order;

static CtClock *time_clock; /* of the first CsSip; the hook is one for the process */
static gint64 time_offset_us;
static _Thread_local gint64 time_skip_us; /* see close_down() */

/* In whole milliseconds: Sofia waits for its next timer in those, rounded down, and would otherwise ask
 * again and again through the last fraction of each. */
static void
time_read (su_time_t *time)
{
  gint64 ms = (ct_clock_monotonic_us (time_clock) + time_offset_us + time_skip_us) / 1000;

  time->tv_sec = NTP_EPOCH + (unsigned long) (ms / 1000);
  time->tv_usec = (unsigned long) (ms % 1000) * 1000;
}

static void
time_hook (CtClock *clock)
{
  if (time_clock == clock)
    return;
  g_clear_pointer (&time_clock, ct_clock_unref);
  time_clock = ct_clock_ref (clock);
  time_offset_us = ct_clock_utc_ms (clock) * 1000 - ct_clock_monotonic_us (clock);
  _su_time = time_read;
}

/* Orders */

static void
order_free (Order *order)
{
  if (order->destroy != NULL)
    order->destroy (order->data);
  g_free (order);
}

void
cs_sip_order (CsSip *sip, CsSipOrderFunc function, gpointer data, GDestroyNotify destroy)
{
  Order *order = g_new (Order, 1);
  gboolean closed, ring;

  *order = (Order){ function, data, destroy };
  g_mutex_lock (&sip->order_lock);
  closed = sip->order_closed;
  ring = !closed && g_queue_is_empty (&sip->orders);
  if (!closed)
    g_queue_push_tail (&sip->orders, order);
  g_mutex_unlock (&sip->order_lock);
  if (closed)
    order_free (order);
  if (ring)
    cs_bell_ring (sip->order_bell);
}

static int
on_orders_queued (CsSip *sip, su_wait_t *wait, su_wakeup_arg_t *data)
{
  GQueue batch;
  Order *order;

  cs_bell_silence (sip->order_bell);
  g_mutex_lock (&sip->order_lock);
  batch = sip->orders;
  g_queue_init (&sip->orders);
  g_mutex_unlock (&sip->order_lock);
  while ((order = g_queue_pop_head (&batch)) != NULL)
    {
      order->function (sip, order->data);
      order_free (order);
    }
  return 0;
}

/* Small helpers for the other files */

void
cs_sip_emit (CsSip *sip, CsSipEvent *event)
{
  sip->sink (event, sip->sink_data);
}

const char *
cs_sip_transport_name (CsSipTransport transport)
{
  switch (transport)
    {
    case CS_SIP_TCP:
      return "tcp";
    case CS_SIP_TLS:
      return "tls";
    case CS_SIP_UDP:
    default:
      return "udp";
    }
}

CsSipTransport
cs_sip_transport_of (const sip_t *message)
{
  const char *protocol = message->sip_via != NULL ? message->sip_via->v_protocol : NULL;

  if (protocol != NULL && g_str_has_suffix (protocol, "/TCP"))
    return CS_SIP_TCP;
  if (protocol != NULL && g_str_has_suffix (protocol, "/TLS"))
    return CS_SIP_TLS;
  return CS_SIP_UDP;
}

gboolean
cs_sip_current_source (CsSip *sip, CsSipAddress *address, guint16 *port, CsSipTransport *transport)
{
  msg_t *request = nua_current_request (sip->nua);
  const sip_t *message = request != NULL ? sip_object (request) : NULL;

  if (message == NULL || !cs_sip_address_from_sockaddr (&msg_addr (request)->su_sa, address, port))
    return FALSE;
  *transport = cs_sip_transport_of (message);
  return TRUE;
}

const char *
cs_sip_find_header (const sip_t *message, const char *name)
{
  for (const sip_unknown_t *header = message->sip_unknown; header != NULL; header = header->un_next)
    if (header->un_name != NULL && g_ascii_strcasecmp (header->un_name, name) == 0)
      return header->un_value;
  return NULL;
}

const char *
cs_sip_phrase (int status)
{
  const char *phrase = sip_status_phrase (status);

  return phrase != NULL && *phrase != '\0' ? phrase : "Refused";
}

/* Events of NUA */

/* Of our answer; or of a re-INVITE without an offer, to which ours is answered here. Who answers nothing
 * to the first offer has no sound and never will. */
static void
on_leg_acked (CsSip *sip, CsSipDialog *dialog, const sip_t *message)
{
  CsSipLeg *leg = dialog->leg;
  g_autofree char *sdp = NULL;
  CsSipEvent *event;
  gboolean first;

  if (leg == NULL)
    return;
  first = leg->state == CS_SIP_LEG_ANSWERED
          && cs_sip_leg_change_state (leg, CS_SIP_LEG_TALKING, "ACK");
  if (leg->offerless)
    sdp = cs_sip_dup_sdp (message);
  if (first && leg->offerless && sdp == NULL)
    {
      cs_sip_leg_end (leg, (CsSipEnd){ CS_CAUSE_LOST, 0 }, "no answer to our offer in the ACK");
      return;
    }
  leg->offerless = FALSE;
  if (!first && sdp == NULL)
    return;
  event = cs_sip_leg_event (leg, CS_SIP_CONFIRMED);
  event->sdp = g_steal_pointer (&sdp);
  cs_sip_emit (sip, event);
}

/* The peer ended it: nothing more is to be said to it. */
static void
on_leg_gone (CsSip *sip, CsSipDialog *dialog, CsSipEnd end, const char *why)
{
  CsSipLeg *leg = dialog->leg;

  dialog->leg = NULL;
  if (leg == NULL)
    return;
  if (leg->dialog == dialog)
    leg->dialog = NULL;
  g_ptr_array_remove (leg->forks, dialog);
  if (leg->dialog == NULL && leg->forks->len == 0)
    cs_sip_leg_end (leg, end, why);
}

static void
on_call_state_changed (CsSip *sip, CsSipDialog *dialog, tagi_t tags[])
{
  int state = nua_callstate_init;
  CsSipEnd lost = { CS_CAUSE_LOST, 0 };

  tl_gets (tags, NUTAG_CALLSTATE_REF (state), TAG_END ());
  /* Terminating: no ACK came, or the session expired, and NUA says BYE by itself. */
  if (state == nua_callstate_terminating || state == nua_callstate_terminated)
    on_leg_gone (sip, dialog, lost, "the stack gave the call up");
  if (state == nua_callstate_terminated)
    cs_sip_dialog_drop (sip, dialog);
}

static void
on_call_event (CsSip *sip, nua_event_t event, int status, CsSipDialog *dialog, const sip_t *message,
               tagi_t tags[])
{
  switch (event)
    {
    case nua_i_invite:
      cs_sip_dialog_reoffered (sip, dialog, message, FALSE);
      break;
    case nua_i_update:
      cs_sip_dialog_reoffered (sip, dialog, message, TRUE);
      break;
    case nua_i_ack:
      on_leg_acked (sip, dialog, message);
      break;
    case nua_i_cancel:
      on_leg_gone (sip, dialog, (CsSipEnd){ CS_CAUSE_CANCELLED, 487 }, "CANCEL");
      break;
    case nua_i_bye:
      on_leg_gone (sip, dialog, (CsSipEnd){ CS_CAUSE_NORMAL, 0 }, "BYE");
      break;
    case nua_i_info:
      cs_sip_dialog_informed (sip, dialog, message);
      break;
    case nua_i_state:
      on_call_state_changed (sip, dialog, tags);
      break;
    case nua_r_invite:
      cs_sip_invite_responded (sip, dialog, status, message);
      break;
    case nua_r_update:
      cs_sip_dialog_refreshed (sip, dialog, status, message);
      break;
    case nua_r_bye:
      cs_sip_dialog_ended (sip, dialog, status, message);
      break;
    default:
      break;
    }
}

/* Requests outside our dialogs. What NUA made a handle for is ours to destroy. */
static void
on_strange_event (CsSip *sip, nua_event_t event, nua_handle_t *handle, const sip_t *message,
                  tagi_t tags[])
{
  nua_handle_t *fork = NULL;

  switch (event)
    {
    case nua_i_invite:
      cs_sip_incoming_invite (sip, handle, message);
      return;
    case nua_i_register:
      cs_sip_registrar_handle (sip->registrar, handle, message);
      nua_handle_destroy (handle);
      return;
    case nua_i_fork: /* a second answer to one INVITE of ours: its handle's end says BYE */
      tl_gets (tags, NUTAG_HANDLE_REF (fork), TAG_END ());
      if (fork != NULL)
        nua_handle_destroy (fork);
      return;
    case nua_i_update:
      nua_respond (handle, 481, cs_sip_phrase (481), NUTAG_WITH_THIS (sip->nua), TAG_END ());
      nua_handle_destroy (handle);
      return;
    case nua_i_options:
    case nua_i_info:
    case nua_i_message:
    case nua_i_method:
    case nua_i_notify:
    case nua_i_subscribe:
    case nua_i_subscription:
    case nua_i_publish:
    case nua_i_refer:
    case nua_i_chat:
      if (handle != NULL)
        nua_handle_destroy (handle);
      return;
    default:
      return;
    }
}

static void
on_nua_event (nua_event_t event, int status, const char *phrase, nua_t *nua, CsSip *sip,
              nua_handle_t *handle, CsSipDialog *dialog, const sip_t *message, tagi_t tags[])
{
  if (event == nua_r_shutdown)
    {
      sip->closed = status >= 200;
      return;
    }
  if (dialog == NULL || event == nua_i_fork)
    on_strange_event (sip, event, handle, message, tags);
  else if (!g_hash_table_contains (sip->dialogs, dialog))
    return;
  else if (dialog->kind == CS_SIP_DIALOG_CALL)
    on_call_event (sip, event, status, dialog, message, tags);
  else if (event == nua_r_register || event == nua_r_options)
    cs_sip_line_responded (sip, dialog, status, message);
}

static void
on_tick (CsSip *sip, su_timer_t *timer, su_timer_arg_t *data)
{
  gint64 now = ct_clock_monotonic_us (sip->clock);

  if (sip->closing)
    return;
  cs_sip_registrar_sweep (sip->registrar);
  cs_sip_legs_tick (sip, now);
  cs_sip_lines_tick (sip, now);
  if (now - sip->reaped_us >= REAP_US)
    {
      sip->reaped_us = now;
      cs_sip_connections_reap (sip);
    }
  if (now - sip->swept_us < SWEEP_US)
    return;
  sip->swept_us = now;
  cs_sip_registrar_check (sip->registrar);
  cs_sip_digest_sweep (sip->digest);
  cs_sip_sources_sweep (sip->sources);
}

/* Life */

static char *
listen_url (const CsSip *sip, const char *scheme, guint16 port)
{
  if (sip->public_address != NULL)
    return g_strdup_printf ("%s:%s:%u;maddr=%s", scheme, sip->public_address, port, sip->address);
  return g_strdup_printf ("%s:%s:%u", scheme, sip->address, port);
}

static gboolean
nua_open (CsSip *sip)
{
  g_autofree char *url = listen_url (sip, "sip", sip->port);
  g_autofree char *tls_url = sip->tls_port != 0 ? listen_url (sip, "sips", sip->tls_port) : NULL;

  sip->nua = nua_create (
      sip->root, on_nua_event, sip, NUTAG_URL (url),
      TAG_IF (tls_url != NULL, NUTAG_SIPS_URL (tls_url)),
      TAG_IF (tls_url != NULL, NUTAG_CERTIFICATE_DIR (sip->certificates)),
      NTATAG_MCLASS (cs_sip_door_class ()), NUTAG_MEDIA_ENABLE (0), NUTAG_AUTOALERT (0),
      NUTAG_AUTOANSWER (0), NUTAG_AUTOACK (1), NUTAG_AUTO302 (0), NUTAG_AUTO305 (0),
      SIPTAG_ALLOW_STR (METHODS), NUTAG_APPL_METHOD ("REGISTER, UPDATE"),
      SIPTAG_SUPPORTED_STR ("timer, 100rel"), NUTAG_SESSION_TIMER (sip->session_seconds),
      NUTAG_MIN_SE (90), NUTAG_SESSION_REFRESHER (nua_local_refresher), NUTAG_UPDATE_REFRESH (1),
      NUTAG_USER_AGENT (sip->user_agent), NUTAG_ENABLEMESSAGE (0), NTATAG_MAXSIZE (MAX_MESSAGE),
      NTATAG_UDP_MTU (65535), NTATAG_SERVER_RPORT (1), NTATAG_TCP_RPORT (1),
      SRESTAG_RESOLV_CONF ("/dev/null"), NTATAG_USE_SRV (0), NTATAG_USE_NAPTR (0),
      NTATAG_MAX_PROCEEDING (sip->max_calls + 100), TPTAG_UDP_RMEM (4 << 20),
      TPTAG_IDLE (CONNECTION_IDLE_MS), TPTAG_TIMEOUT (10000), TPTAG_QUEUESIZE (512), TAG_END ());
  return sip->nua != NULL;
}

static void
tell_started (CsSip *sip)
{
  g_mutex_lock (&sip->lock);
  sip->ready = TRUE;
  g_cond_signal (&sip->started);
  g_mutex_unlock (&sip->lock);
}

/* Lets answers to the last BYEs come for a moment; then the stack, which would wait 30 s for those that
 * do not come, is told that the time is over. */
static void
close_down (CsSip *sip)
{
  gint64 patience = g_get_monotonic_time () + CLOSE_WAIT_US;
  gint64 limit = patience + CLOSE_LIMIT_US;

  nua_shutdown (sip->nua);
  while (!sip->closed && g_get_monotonic_time () < limit)
    {
      su_root_step (sip->root, 10);
      if (g_get_monotonic_time () >= patience)
        time_skip_us += G_USEC_PER_SEC;
    }
  if (sip->closed)
    nua_destroy (sip->nua);
  else
    g_warning ("SIP did not come to its end; its memory is left");
}

static gpointer
sip_main (gpointer data)
{
  CsSip *sip = data;
  su_wait_t wait[1] = { SU_WAIT_INIT };

  sip->root = su_root_create (sip);
  su_root_threading (sip->root, 0);
  cs_sip_door_open (sip);
  if (!nua_open (sip))
    {
      if (sip->tls_port != 0)
        ct_fail (&sip->start_error, CT_ERROR_IO, "SIP cannot listen on %s:%u and, with TLS, %u",
                 sip->address, sip->port, sip->tls_port);
      else
        ct_fail (&sip->start_error, CT_ERROR_IO, "SIP cannot listen on %s:%u", sip->address,
                 sip->port);
      su_root_destroy (sip->root);
      tell_started (sip);
      return NULL;
    }
  su_wait_create (wait, sip->order_bell, SU_WAIT_IN);
  su_root_register (sip->root, wait, on_orders_queued, NULL, 0);
  sip->timer = su_timer_create (su_root_task (sip->root), TICK_MS);
  su_timer_set_for_ever (sip->timer, on_tick, NULL);
  tell_started (sip);
  su_root_run (sip->root);

  su_timer_destroy (sip->timer);
  close_down (sip);
  if (sip->closed)
    su_root_destroy (sip->root);
  return NULL;
}

gboolean
cs_sip_stack_start (CsSip *sip, GError **error)
{
  static gsize initialised;

  if (g_once_init_enter (&initialised))
    {
      su_init ();
      su_log_set_level (NULL, 0);
      g_once_init_leave (&initialised, 1);
    }
  time_hook (sip->clock);
  sip->order_bell = cs_bell_new ();
  if (sip->order_bell < 0)
    return ct_fail (error, CT_ERROR_IO, "the SIP thread cannot be woken: %s", g_strerror (errno));
  sip->ready = FALSE;
  sip->thread = g_thread_new ("sip", sip_main, sip);
  g_mutex_lock (&sip->lock);
  while (!sip->ready)
    g_cond_wait (&sip->started, &sip->lock);
  g_mutex_unlock (&sip->lock);
  if (sip->start_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&sip->start_error));
  g_thread_join (g_steal_pointer (&sip->thread));
  return FALSE;
}

static void
order_close (CsSip *sip, gpointer data)
{
  GHashTableIter iter;
  gpointer key;
  g_autoptr (GPtrArray) legs = g_ptr_array_new ();

  sip->closing = TRUE;
  g_hash_table_iter_init (&iter, sip->legs);
  while (g_hash_table_iter_next (&iter, NULL, &key))
    g_ptr_array_add (legs, key);
  for (guint i = 0; i < legs->len; i++)
    cs_sip_leg_end (g_ptr_array_index (legs, i), (CsSipEnd){ CS_CAUSE_LOST, 503 },
                    "the server stops");
  su_root_break (sip->root);
}

void
cs_sip_stack_stop (CsSip *sip)
{
  Order *order;

  if (sip->thread != NULL)
    {
      cs_sip_order (sip, order_close, NULL, NULL);
      g_thread_join (g_steal_pointer (&sip->thread));
    }
  g_mutex_lock (&sip->order_lock);
  sip->order_closed = TRUE;
  g_mutex_unlock (&sip->order_lock);
  while ((order = g_queue_pop_head (&sip->orders)) != NULL)
    order_free (order);
  if (sip->order_bell >= 0)
    close (sip->order_bell);
}
