/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_US (5 * G_USEC_PER_SEC)

/* The house */

static void
on_event (CsSipEvent *event, gpointer data)
{
  g_async_queue_push (data, event);
}

static GPtrArray *
devices_make (void)
{
  static const char *const names[] = { "anna", "bert" };
  GPtrArray *devices = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *ha1 = cs_sip_ha1 (names[i], REALM, SECRET);

      g_ptr_array_add (devices, cs_sip_device_new (names[i], 100 + i, USER_ID, TENANT_ID, ha1));
    }
  return devices;
}

House *
house_new_full (const CsSipConfig *overrides, gboolean manual_clock, CsSipTrunk *trunk)
{
  House *house = g_new0 (House, 1);
  CsSipConfig config = overrides != NULL ? *overrides : (CsSipConfig){ 0 };
  GPtrArray *trunks = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  config.address = "127.0.0.1";
  config.realm = REALM;
  house->clock = manual_clock ? ct_clock_new_manual (1700000000000) : ct_clock_new ();
  house->directory = cs_sip_directory_new ();
  cs_sip_directory_set (house->directory, devices_make ());
  house->events = g_async_queue_new_full ((GDestroyNotify) cs_sip_event_free);
  house->sip
      = cs_sip_new (&config, house->clock, house->directory, on_event, house->events, &error);
  g_assert_no_error (error);
  house->port = cs_sip_get_port (house->sip);
  if (trunk == NULL)
    {
      trunk = cs_sip_trunk_new (TRUNK_ID, TENANT_ID, "test", TRUNK_IP);
      trunk->country = g_strdup ("31");
      trunk->trusts_identity = TRUE;
      trunk->allowed = g_strdupv ((char *[]){ (char *) "+31", NULL });
    }
  g_assert_true (cs_sip_trunk_resolve (trunk, NULL, NULL));
  g_ptr_array_add (trunks, trunk);
  cs_sip_set_trunks (house->sip, trunks);
  house_settle (house);
  return house;
}

House *
house_new (const CsSipConfig *overrides, gboolean manual_clock)
{
  return house_new_full (overrides, manual_clock, NULL);
}

void
house_free (House *house)
{
  cs_sip_free (house->sip);
  cs_sip_directory_free (house->directory);
  g_async_queue_unref (house->events);
  ct_clock_unref (house->clock);
  g_free (house);
}

CsSipEvent *
house_expect (House *house, CsSipEventKind kind)
{
  CsSipEvent *event = g_async_queue_timeout_pop (house->events, DEADLINE_US);

  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, kind);
  return event;
}

void
house_settle (House *house)
{
  g_autoptr (GPtrArray) bindings = cs_sip_dump_bindings (house->sip);
}

void
house_expect_none (House *house)
{
  house_settle (house);
  g_assert_cmpint (g_async_queue_length (house->events), ==, 0);
}

void
house_advance (House *house, gint64 seconds)
{
  ct_clock_advance_us (house->clock, seconds * G_USEC_PER_SEC);
  house_settle (house);
}

/* The peer */

void
peer_join (Peer *peer, House *house)
{
  struct sockaddr_in server = { .sin_family = AF_INET };

  peer->house = house;
  inet_pton (AF_INET, "127.0.0.1", &server.sin_addr);
  server.sin_port = htons (cs_sip_get_udp_port (house->sip));
  g_assert_cmpint (connect (peer->fd, (struct sockaddr *) &server, sizeof server), ==, 0);
}

Peer *
peer_new (House *house, const char *ip, gboolean stream)
{
  Peer *peer = g_new0 (Peer, 1);
  struct sockaddr_in name = { .sin_family = AF_INET };
  socklen_t length = sizeof name;

  peer->stream = stream;
  peer->pending = g_string_new (NULL);
  g_strlcpy (peer->ip, ip, sizeof peer->ip);
  g_assert_cmpint (inet_pton (AF_INET, ip, &name.sin_addr), ==, 1);
  peer->fd = socket (AF_INET, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (peer->fd, (struct sockaddr *) &name, sizeof name), ==, 0);
  if (house != NULL)
    peer_join (peer, house);
  g_assert_cmpint (getsockname (peer->fd, (struct sockaddr *) &name, &length), ==, 0);
  peer->port = ntohs (name.sin_port);
  return peer;
}

void
peer_free (Peer *peer)
{
  close (peer->fd);
  g_string_free (peer->pending, TRUE);
  g_free (peer);
}

void
peer_send_bytes (Peer *peer, const void *bytes, gsize length)
{
  g_assert_cmpint (send (peer->fd, bytes, length, MSG_NOSIGNAL), ==, (gssize) length);
}

void
peer_send (Peer *peer, const char *text)
{
  peer_send_bytes (peer, text, strlen (text));
}

static gboolean
peer_fill (Peer *peer, gint64 deadline)
{
  char buffer[65536];
  struct pollfd poll_fd = { .fd = peer->fd, .events = POLLIN };
  gint64 left = (deadline - g_get_monotonic_time ()) / 1000;
  gssize got;

  if (left <= 0 || poll (&poll_fd, 1, (int) left) <= 0)
    return FALSE;
  got = recv (peer->fd, buffer, sizeof buffer, 0);
  if (got <= 0)
    return got < 0 && errno == ECONNREFUSED;
  g_string_append_len (peer->pending, buffer, got);
  return TRUE;
}

/* One message off the front of what was read, or NULL. */
static char *
peer_cut (Peer *peer)
{
  const char *end = strstr (peer->pending->str, "\r\n\r\n");
  gsize length;
  char *message;

  if (end == NULL)
    return NULL;
  length = (gsize) (end - peer->pending->str) + 4;
  if (peer->stream)
    {
      g_autofree char *head = g_strndup (peer->pending->str, length);
      g_autofree char *body = header_of (head, "Content-Length");

      length += body != NULL ? (gsize) g_ascii_strtoull (body, NULL, 10) : 0;
      if (peer->pending->len < length)
        return NULL;
    }
  else
    length = peer->pending->len;
  message = g_strndup (peer->pending->str, length);
  g_string_erase (peer->pending, 0, (gssize) length);
  return message;
}

static char *
peer_receive (Peer *peer, gint64 deadline)
{
  char *message;

  while ((message = peer_cut (peer)) == NULL)
    if (!peer_fill (peer, deadline))
      return NULL;
  return message;
}

char *
peer_expect (Peer *peer, const char *start)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  char *message;

  while ((message = peer_receive (peer, deadline)) != NULL)
    {
      if (g_str_has_prefix (message, start))
        return message;
      if (g_test_verbose ())
        g_test_message ("passed over, waiting for %s: %.60s", start, message);
      g_free (message);
    }
  g_error ("No “%s” came", start);
}

char *
peer_poll (Peer *peer)
{
  return peer_receive (peer, g_get_monotonic_time () + 2000);
}

gboolean
peer_is_closed (Peer *peer)
{
  char byte;
  gssize got = recv (peer->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

  return got == 0 || (got < 0 && errno == ECONNRESET);
}

void
peer_expect_nothing (Peer *peer)
{
  g_autoptr (Dialog) probe = dialog_new (peer, "probe", "probe");
  g_autofree char *message = NULL;
  g_autofree char *call_id = NULL;

  dialog_request (probe, "OPTIONS", NULL, NULL);
  message = peer_receive (peer, g_get_monotonic_time () + DEADLINE_US);
  g_assert_nonnull (message);
  call_id = header_of (message, "Call-ID");
  g_assert_cmpstr (call_id, ==, probe->call_id);
}

char *
header_of (const char *message, const char *name)
{
  g_autofree char *needle = g_strdup_printf ("\r\n%s:", name);
  const char *at = strcasestr (message, needle);
  const char *end;

  if (at == NULL)
    return NULL;
  at += strlen (needle);
  while (*at == ' ')
    at++;
  end = strstr (at, "\r\n");
  return g_strndup (at, (gsize) (end - at));
}

const char *
body_of (const char *message)
{
  const char *end = strstr (message, "\r\n\r\n");

  return end != NULL ? end + 4 : "";
}

/* Dialogs */

static char *
random_word (void)
{
  return g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
}

Dialog *
dialog_new (Peer *peer, const char *from_user, const char *to_user)
{
  Dialog *dialog = g_new0 (Dialog, 1);
  g_autofree char *tag = random_word ();

  dialog->peer = peer;
  dialog->call_id = random_word ();
  dialog->local = g_strdup_printf ("<sip:%s@" REALM ">;tag=%s", from_user, tag);
  dialog->remote = g_strdup_printf ("<sip:%s@" REALM ">", to_user);
  dialog->uri = g_strdup_printf ("sip:%s@127.0.0.1", to_user);
  return dialog;
}

Dialog *
dialog_new_incoming (Peer *peer, const char *invite)
{
  Dialog *dialog = g_new0 (Dialog, 1);
  g_autofree char *to = header_of (invite, "To");
  g_autofree char *contact = header_of (invite, "Contact");

  dialog->peer = peer;
  dialog->call_id = header_of (invite, "Call-ID");
  dialog->local = g_strdup_printf ("%s;tag=callee", to);
  dialog->remote = header_of (invite, "From");
  dialog->uri = g_strndup (contact + 1, strcspn (contact + 1, ">"));
  return dialog;
}

void
dialog_free (Dialog *dialog)
{
  g_free (dialog->call_id);
  g_free (dialog->local);
  g_free (dialog->remote);
  g_free (dialog->uri);
  g_free (dialog);
}

static void
send_request (Dialog *dialog, const char *method, const char *extra, const char *body)
{
  Peer *peer = dialog->peer;
  g_autofree char *text = g_strdup_printf (
      "%s %s SIP/2.0\r\nVia: SIP/2.0/%s %s:%u;branch=%s;rport\r\nMax-Forwards: 70\r\n"
      "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\nContact: <sip:me@%s:%u>\r\n"
      "%s%sContent-Length: %zu\r\n\r\n%s",
      method, dialog->uri, peer->stream ? "TCP" : "UDP", peer->ip, peer->port, dialog->branch,
      dialog->local, dialog->remote, dialog->call_id, dialog->cseq, method, peer->ip, peer->port,
      extra != NULL ? extra : "",
      body != NULL && (extra == NULL || strstr (extra, "Content-Type:") == NULL)
          ? "Content-Type: application/sdp\r\n"
          : "",
      body != NULL ? strlen (body) : 0, body != NULL ? body : "");

  peer_send (peer, text);
}

static void
new_branch (Dialog *dialog)
{
  g_autofree char *word = random_word ();

  g_snprintf (dialog->branch, sizeof dialog->branch, "z9hG4bK%s", word);
}

void
dialog_request (Dialog *dialog, const char *method, const char *extra, const char *body)
{
  new_branch (dialog);
  dialog->cseq++;
  send_request (dialog, method, extra, body);
}

void
dialog_same_transaction (Dialog *dialog, const char *method)
{
  send_request (dialog, method, NULL, NULL);
}

void
dialog_take_tag (Dialog *dialog, const char *response)
{
  g_free (dialog->remote);
  dialog->remote = header_of (response, "To");
}

void
dialog_ack (Dialog *dialog, const char *response, const char *body)
{
  g_autofree char *contact = header_of (response, "Contact");

  dialog_take_tag (dialog, response);
  g_free (dialog->uri);
  dialog->uri = g_strndup (contact + 1, strcspn (contact + 1, ">"));
  new_branch (dialog);
  send_request (dialog, "ACK", NULL, body);
}

static void
respond (Peer *peer, const char *request, const char *status, const char *tag, const char *extra,
         const char *body)
{
  g_autofree char *via = header_of (request, "Via");
  g_autofree char *from = header_of (request, "From");
  g_autofree char *to = header_of (request, "To");
  g_autofree char *call_id = header_of (request, "Call-ID");
  g_autofree char *cseq = header_of (request, "CSeq");
  g_autofree char *tagged
      = strstr (to, ";tag=") != NULL || tag == NULL ? NULL : g_strdup_printf ("%s;tag=%s", to, tag);
  g_autofree char *text = g_strdup_printf (
      "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n"
      "%s%sContent-Length: %zu\r\n\r\n%s",
      status, via, from, tagged != NULL ? tagged : to, call_id, cseq, extra != NULL ? extra : "",
      body != NULL ? "Content-Type: application/sdp\r\n" : "", body != NULL ? strlen (body) : 0,
      body != NULL ? body : "");

  peer_send (peer, text);
}

void
peer_respond (Peer *peer, const char *request, const char *status, const char *tag,
              const char *extra, const char *body)
{
  g_autofree char *all
      = g_strconcat ("Contact: <sip:me@phone.invalid>\r\n", extra != NULL ? extra : "", NULL);

  respond (peer, request, status, tag, all, body);
}

void
peer_respond_bare (Peer *peer, const char *request, const char *status, const char *extra)
{
  respond (peer, request, status, "bare", extra, NULL);
}

/* Digest */

static char *
quoted_of (const char *header, const char *name)
{
  g_autofree char *needle = g_strdup_printf ("%s=\"", name);
  const char *at = strstr (header, needle);

  g_assert_nonnull (at);
  at += strlen (needle);
  return g_strndup (at, strcspn (at, "\""));
}

char *
digest_line (const char *response, const char *user, const char *secret, const char *method,
             const char *uri, guint count)
{
  g_autofree char *challenge = header_of (response, "WWW-Authenticate");
  g_autofree char *nonce = quoted_of (challenge, "nonce");
  g_autofree char *ha1 = cs_sip_ha1 (user, REALM, secret);
  g_autofree char *a2 = g_strdup_printf ("%s:%s", method, uri);
  g_autofree char *ha2 = g_compute_checksum_for_string (G_CHECKSUM_MD5, a2, -1);
  g_autofree char *all = g_strdup_printf ("%s:%s:%08x:abc:auth:%s", ha1, nonce, count, ha2);
  g_autofree char *answer = g_compute_checksum_for_string (G_CHECKSUM_MD5, all, -1);

  return g_strdup_printf ("Authorization: Digest username=\"%s\", realm=\"" REALM "\", "
                          "nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=MD5, "
                          "cnonce=\"abc\", qop=auth, nc=%08x\r\n",
                          user, nonce, uri, answer, count);
}

char *
register_phone (Dialog *dialog, const char *user, const char *contact_params)
{
  g_autofree char *challenge = NULL;
  g_autofree char *line = NULL;

  dialog_request (dialog, "REGISTER", contact_params, NULL);
  challenge = peer_expect (dialog->peer, "SIP/2.0 401");
  line = digest_line (challenge, user, SECRET, "REGISTER", dialog->uri, 1);
  if (contact_params != NULL)
    {
      char *both = g_strconcat (line, contact_params, NULL);

      g_free (line);
      line = both;
    }
  dialog_request (dialog, "REGISTER", line, NULL);
  return peer_expect (dialog->peer, "SIP/2.0 200");
}
