/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound of one call: an RTP line, and a GStreamer pipeline between it and the devices. Made when a
 * call rings or is dialled (the port is bound at once, so that the SDP tells the truth), started when
 * it is answered, freed when it is over. Knows no SIP.
 *
 *   microphone ─ convert ─ [echo, noise, level] ─ mute ─ level ─ A-law/mu-law ─> RTP line
 *   loudspeaker <─ convert ─ [echo probe] ─ level ─ decoder ─ jitter buffer <─ RTP line
 *
 * Signals, on the main context: level (double in, double out), quality (CdLineQuality *), digit (int),
 * failed (char *word): a device could not be used; silence stands in for it and the call goes on. */
#pragma once

#include "client/phone/media/audio-policy.h"
#include "client/phone/media/sdp.h"
#include "client/phone/phone.h"

G_BEGIN_DECLS

#define CD_TYPE_MEDIA (cd_media_get_type ())
G_DECLARE_FINAL_TYPE (CdMedia, cd_media, CD, MEDIA, GObject)

/* @address: our own, that the peer can reach. */
CdMedia *cd_media_new (const CdAudioPolicy *policy, const char *address, GError **error);

/* An offer, with our hold in it. Caller frees. */
char *cd_media_offer (CdMedia *self);
/* The answer to an offer, the first or a later one; NULL or "" as @sdp gives an offer (the answer then
 * goes to cd_media_accept). NULL with CT_ERROR_INVALID when we have no codec in common. */
char *cd_media_answer (CdMedia *self, const char *sdp, GError **error);
gboolean cd_media_accept (CdMedia *self, const char *sdp, GError **error);
gboolean cd_media_is_held_by_peer (CdMedia *self);

/* Sound flows from here on. */
void cd_media_start (CdMedia *self);
/* Ends it for good. */
void cd_media_stop (CdMedia *self);

void cd_media_set_held (CdMedia *self, gboolean held);
void cd_media_set_muted (CdMedia *self, gboolean muted);
void cd_media_send_digit (CdMedia *self, char digit);
/* NULL: the policy's choice. Takes effect within the call. */
void cd_media_set_device (CdMedia *self, CdPhoneDeviceKind kind, CdPhoneDevice *device);

G_END_DECLS
