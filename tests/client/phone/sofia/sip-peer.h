/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other side of a phone under test: a registrar that asks for digest, and a party that calls, is
 * called, holds and ends, with a tone of its own. On 127.0.0.1 and the default main context. */
#pragma once

#include "client/phone/media/media.h"

G_BEGIN_DECLS

typedef struct _SipPeer SipPeer;

typedef struct {
  guint registered;   /* successful REGISTERs with a lifetime */
  guint unregistered; /* successful ones with none */
  guint challenged;
  guint invited;       /* calls that the phone made */
  int status;          /* last answer to our INVITE */
  gboolean ready;      /* our call stands */
  gboolean terminated; /* our call is over */
  gboolean held;       /* by the phone */
  guint byes;          /* that the phone sent */
} SipPeerSeen;

#define SIP_PEER_USER "zoe"
#define SIP_PEER_SECRET "right one"
#define SIP_PEER_REALM "calls.example"

/* @transport: "udp" or "tcp". @heard: file for what the phone says. */
SipPeer *sip_peer_new (const char *transport, double tone_hz, const char *heard);
void sip_peer_free (SipPeer *self);
guint16 sip_peer_get_port (SipPeer *self);
SipPeerSeen *sip_peer_seen (SipPeer *self);
/* Where the phone said that it is. */
guint16 sip_peer_get_contact_port (SipPeer *self);
CdMedia *sip_peer_get_media (SipPeer *self);

/* Rings the phone, with an offer, or without one (the answer then comes with the ACK). */
void sip_peer_call (SipPeer *self, gboolean with_offer);
/* A second call beside the first; its status comes into `status`. */
void sip_peer_call_again (SipPeer *self);
void sip_peer_cancel (SipPeer *self);
void sip_peer_hold (SipPeer *self, gboolean held);
void sip_peer_bye (SipPeer *self);

G_END_DECLS
