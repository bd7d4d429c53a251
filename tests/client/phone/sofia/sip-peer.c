/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip-peer.h"

#include <glib/gstdio.h>
#include <string.h>

#define NUA_MAGIC_T SipPeer
#define NUA_HMAGIC_T SipPeer
#define SU_ROOT_MAGIC_T SipPeer
#include <sofia-sip/auth_module.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/su_glib.h>
#include <sofia-sip/su_tagarg.h>

struct _SipPeer {
  su_home_t home[1];
  su_root_t *root;
  nua_t *nua;
  auth_mod_t *auth;
  char *database;
  guint16 port;
  char *contact; /* of the phone */
  nua_handle_t *call, *second;
  CdMedia *media;
  gboolean offered; /* the INVITE carried an offer */
  gboolean closed;
  SipPeerSeen seen;
};

static char *
dup_sdp (const sip_t *sip)
{
  return sip != NULL && sip->sip_payload != NULL
             ? g_strndup (sip->sip_payload->pl_data, sip->sip_payload->pl_len)
             : NULL;
}

#define SDP_TAGS(sdp) SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (sdp)

static void
on_register (SipPeer *self, nua_handle_t *nh, const sip_t *sip)
{
  static const auth_challenger_t challenger[]
      = { { SIP_401_UNAUTHORIZED, sip_www_authenticate_class, sip_authentication_info_class } };
  auth_status_t *status = auth_status_new (self->home);

  status->as_method = "REGISTER";
  status->as_uri = "sip:" SIP_PEER_REALM;
  status->as_realm = SIP_PEER_REALM;
  auth_mod_verify (self->auth, status, sip->sip_authorization, challenger);
  if (status->as_status != 0)
    {
      self->seen.challenged++;
      nua_respond (nh, status->as_status, status->as_phrase, NUTAG_WITH_THIS (self->nua),
                   SIPTAG_HEADER ((sip_header_t *) status->as_response), TAG_END ());
    }
  else
    {
      if (sip->sip_expires != NULL && sip->sip_expires->ex_delta == 0)
        self->seen.unregistered++;
      else
        {
          self->seen.registered++;
          g_free (self->contact);
          self->contact = url_as_string (NULL, sip->sip_contact->m_url);
        }
      nua_respond (nh, SIP_200_OK, NUTAG_WITH_THIS (self->nua), SIPTAG_CONTACT (sip->sip_contact),
                   TAG_END ());
    }
  auth_status_unref (status);
  nua_handle_destroy (nh);
}

static void
on_invite (SipPeer *self, nua_handle_t *nh, const sip_t *sip)
{
  g_autofree char *sdp = dup_sdp (sip);
  g_autofree char *answer = cd_media_answer (self->media, sdp, NULL);

  g_assert_nonnull (answer);
  if (nh != self->call)
    {
      self->seen.invited++;
      self->call = nh;
      nua_respond (nh, SIP_180_RINGING, TAG_END ());
      cd_media_start (self->media);
    }
  self->seen.held = cd_media_is_held_by_peer (self->media);
  nua_respond (nh, SIP_200_OK, SDP_TAGS (answer), TAG_END ());
}

static void
on_answer (SipPeer *self, nua_handle_t *nh, int status, const sip_t *sip)
{
  g_autofree char *sdp = dup_sdp (sip);

  self->seen.status = status;
  if (status / 100 != 2 || nh != self->call)
    return;
  if (self->offered)
    {
      g_assert_true (cd_media_accept (self->media, sdp, NULL));
      nua_ack (nh, TAG_END ());
    }
  else
    {
      g_autofree char *answer = cd_media_answer (self->media, sdp, NULL);

      g_assert_nonnull (answer);
      nua_ack (nh, SDP_TAGS (answer), TAG_END ());
      self->offered = TRUE;
    }
  cd_media_start (self->media);
}

static void
on_state (SipPeer *self, nua_handle_t *nh, int state)
{
  if (nh == self->call && state == nua_callstate_ready)
    self->seen.ready = TRUE;
  if (state != nua_callstate_terminated)
    return;
  if (nh == self->call)
    {
      self->seen.terminated = TRUE;
      self->call = NULL;
    }
  else if (nh == self->second)
    self->second = NULL;
  nua_handle_destroy (nh);
}

static void
on_event (nua_event_t event, int status, const char *phrase, nua_t *nua, SipPeer *self,
          nua_handle_t *nh, SipPeer *unused, const sip_t *sip, tagi_t tags[])
{
  int state = nua_callstate_init;

  switch (event)
    {
    case nua_i_register:
      on_register (self, nh, sip);
      break;
    case nua_i_invite:
      on_invite (self, nh, sip);
      break;
    case nua_i_bye:
      self->seen.byes++;
      break;
    case nua_r_invite:
      on_answer (self, nh, status, sip);
      break;
    case nua_i_state:
      tl_gets (tags, NUTAG_CALLSTATE_REF (state), TAG_END ());
      on_state (self, nh, state);
      break;
    case nua_r_shutdown:
      self->closed = status >= 200;
      break;
    default:
      break;
    }
}

static guint16
find_free_port (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocket) sock
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (sock, any, FALSE, NULL));
  bound = g_socket_get_local_address (sock, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
make_auth (SipPeer *self)
{
  int fd = g_file_open_tmp ("registrar-XXXXXX", &self->database, NULL);

  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (
      self->database, SIP_PEER_USER ":" SIP_PEER_SECRET ":" SIP_PEER_REALM "\n", -1, NULL));
  self->auth = auth_mod_create (self->root, AUTHTAG_METHOD ("Digest"),
                                AUTHTAG_REALM (SIP_PEER_REALM), AUTHTAG_DB (self->database),
                                AUTHTAG_ALGORITHM ("MD5"), AUTHTAG_QOP ("auth"),
                                AUTHTAG_EXPIRES (300), AUTHTAG_NEXT_EXPIRES (0), TAG_END ());
  g_assert_nonnull (self->auth);
}

SipPeer *
sip_peer_new (const char *transport, double tone_hz, const char *heard)
{
  SipPeer *self = g_new0 (SipPeer, 1);
  g_autoptr (CdAudioPolicy) policy = cd_audio_policy_new (CD_AUDIO_TEST, tone_hz, heard);

  su_init ();
  su_home_init (self->home);
  self->root = su_glib_root_create (self);
  su_root_threading (self->root, 0);
  g_source_attach (su_glib_root_gsource (self->root), NULL);
  make_auth (self);
  for (guint i = 0; i < 10 && self->nua == NULL; i++)
    {
      g_autofree char *url = NULL;

      self->port = find_free_port ();
      url = g_strdup_printf ("sip:127.0.0.1:%u;transport=%s", self->port, transport);
      self->nua = nua_create (self->root, on_event, self, NUTAG_URL (URL_STRING_MAKE (url)),
                              NUTAG_MEDIA_ENABLE (0), NUTAG_AUTOALERT (0), NUTAG_AUTOANSWER (0),
                              NUTAG_AUTOACK (0), NUTAG_ALLOW ("REGISTER"),
                              NUTAG_APPL_METHOD ("REGISTER"), NTATAG_SERVER_RPORT (1), TAG_END ());
    }
  g_assert_nonnull (self->nua);
  self->media = cd_media_new (policy, "127.0.0.1", NULL);
  return self;
}

void
sip_peer_free (SipPeer *self)
{
  nua_shutdown (self->nua);
  while (!self->closed)
    g_main_context_iteration (NULL, TRUE);
  nua_destroy (self->nua);
  auth_mod_destroy (self->auth);
  su_root_destroy (self->root);
  su_home_deinit (self->home);
  g_object_unref (self->media);
  g_unlink (self->database);
  g_free (self->database);
  g_free (self->contact);
  g_free (self);
}

guint16
sip_peer_get_port (SipPeer *self)
{
  return self->port;
}

SipPeerSeen *
sip_peer_seen (SipPeer *self)
{
  return &self->seen;
}

guint16
sip_peer_get_contact_port (SipPeer *self)
{
  const char *port = strrchr (self->contact, ':');

  return (guint16) g_ascii_strtoull (port + 1, NULL, 10);
}

CdMedia *
sip_peer_get_media (SipPeer *self)
{
  return self->media;
}

static nua_handle_t *
invite (SipPeer *self, const char *sdp)
{
  nua_handle_t *nh
      = nua_handle (self->nua, NULL, SIPTAG_TO_STR (self->contact),
                    SIPTAG_FROM_STR ("\"Bakkerij Jansen\" <sip:+31612345678@127.0.0.1>"),
                    NUTAG_URL (URL_STRING_MAKE (self->contact)), TAG_END ());

  if (sdp != NULL)
    nua_invite (nh, SIPTAG_HEADER_STR ("X-Centrale-Call: 000000000001a"), SDP_TAGS (sdp),
                TAG_END ());
  else
    nua_invite (nh, SIPTAG_HEADER_STR ("X-Centrale-Call: 000000000001a"), TAG_END ());
  return nh;
}

void
sip_peer_call (SipPeer *self, gboolean with_offer)
{
  g_autofree char *offer = with_offer ? cd_media_offer (self->media) : NULL;

  self->offered = with_offer;
  self->seen.status = 0;
  self->seen.ready = self->seen.terminated = FALSE;
  self->call = invite (self, offer);
}

void
sip_peer_call_again (SipPeer *self)
{
  self->second = invite (self, "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 8\r\n");
}

void
sip_peer_cancel (SipPeer *self)
{
  nua_cancel (self->call, TAG_END ());
}

void
sip_peer_hold (SipPeer *self, gboolean held)
{
  g_autofree char *offer = NULL;

  cd_media_set_held (self->media, held);
  offer = cd_media_offer (self->media);
  nua_invite (self->call, SDP_TAGS (offer), TAG_END ());
}

void
sip_peer_bye (SipPeer *self)
{
  nua_bye (self->call, TAG_END ());
}
