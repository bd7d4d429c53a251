/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One RTP stream both ways on one socket (symmetric RTP), without any knowledge of sound: it writes and
 * reads headers, sends and recognises keys (RFC 4733), counts, and finds the peer.
 *
 * Threads: a thread of its own receives and hands audio packets to @audio; send_audio() is called by
 * whoever makes the sound; the rest by the main context, to which keys are reported.
 *
 * The peer is where its SDP says. A packet that comes from elsewhere (it sits behind a NAT) moves the
 * line there once per negotiation, and only while none came from the address in the SDP. */
#pragma once

#include "client/phone/phone.h"

G_BEGIN_DECLS

typedef struct _CdRtpLine CdRtpLine;

/* A whole RTP packet of the codec in use, with sequence and time that go on when the sender changed
 * its source. On the receiving thread. */
typedef void (*CdRtpAudioFunc) (const guint8 *packet, gsize size, gpointer data);
/* On the main context the line was made in. */
typedef void (*CdRtpDigitFunc) (char digit, gpointer data);

/* Binds an even port of @address that the system chooses. */
CdRtpLine *cd_rtp_line_new (const char *address, GError **error);
guint16 cd_rtp_line_get_port (CdRtpLine *self);
/* As negotiated; may be called again. @event -1: the peer does not take keys. */
gboolean cd_rtp_line_set_peer (CdRtpLine *self, const char *address, guint16 port, int codec,
                               int event, GError **error);
/* The callbacks stop before cd_rtp_line_free() returns. */
void cd_rtp_line_start (CdRtpLine *self, CdRtpAudioFunc audio, CdRtpDigitFunc digit, gpointer data);
void cd_rtp_line_free (CdRtpLine *self);

/* While FALSE nothing is sent (hold), and keys that waited are forgotten. */
void cd_rtp_line_set_sending (CdRtpLine *self, gboolean sending);
/* Any amount of coded sound, one byte a sample; sent in packets of 20 ms. */
void cd_rtp_line_send_audio (CdRtpLine *self, const guint8 *samples, gsize n_samples);
void cd_rtp_line_send_digit (CdRtpLine *self, char digit);

/* `loss` is of the time since the last call of this. */
void cd_rtp_line_get_quality (CdRtpLine *self, CdLineQuality *quality);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdRtpLine, cd_rtp_line_free)

G_END_DECLS
