/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A CsMedia under a manual clock with phones around it: real UDP sockets on 127.0.0.0/8 that send
 * tones and keep what they hear. Nothing sleeps: the rig moves the clock 20 ms at a time. */
#pragma once

#include "server/media/g711.h"
#include "server/media/media-private.h"
#include "server/media/rtp.h"

G_BEGIN_DECLS

#define FRAME 160
#define AMPLITUDE 8000.0

typedef struct {
  CtClock *clock;
  CsMedia *media;
  CsMediaPort *port;
  GAsyncQueue *events;
  char *prompts, *spool;
  GPtrArray *phones; /* borrowed */
  guint64 sent;
} Rig;

/* A packet as a phone got it. */
typedef struct {
  CsRtp rtp;
  guint8 bytes[FRAME * 4];
} Heard;

typedef struct {
  Rig *rig;
  int fd;
  char *host;
  CsLegId leg;
  guint16 media_port; /* ours, from the answer */
  CsLaw law;
  guint16 sequence;
  guint32 timestamp, ssrc;
  GByteArray *said; /* the payloads of its tones */
  GArray *heard;    /* Heard */
} Phone;

Rig *rig_new (guint pairs, guint threads);
void rig_free (Rig *rig);
/* Carries out orders and takes all packets that were sent. */
void rig_settle (Rig *rig);
/* 20 ms pass. */
void rig_tick (Rig *rig);
/* The next event, NULL when there is none. */
CsMediaEvent *rig_next_event (Rig *rig);
void rig_expect (Rig *rig, CsMediaEventKind kind, CsLegId leg);
void rig_expect_none (Rig *rig);
/* Writes NAME.pcma and NAME.pcmu: a tone, or the constant code of silence for 0 Hz. */
void rig_add_prompt (Rig *rig, const char *name, double hertz, guint samples);

/* A socket on @host; not in a call. */
Phone *phone_new (Rig *rig, const char *host);
void phone_free (Phone *phone);
char *phone_sdp (Phone *phone, const char *host, const char *formats, const char *attributes);
/* Opens a leg and offers @law and telephone-event 101 to it. */
void phone_call (Phone *phone, CsLegId leg, CsLaw law);
/* Sends raw bytes to the leg's RTP port. */
void phone_send (Phone *phone, const guint8 *bytes, gsize length);
/* 20 ms of a tone, and moves its own sequence and timestamp on. */
void phone_send_tone (Phone *phone, double hertz);
/* One packet of a key: @duration in samples since the timestamp, which stays. */
void phone_send_key (Phone *phone, guint event, guint duration, gboolean end);
Heard *phone_heard (Phone *phone, guint index);
/* Amplitude of @hertz in what was heard in packets [from, to). */
double phone_level (Phone *phone, guint from, guint to, double hertz);

/* Structured warnings: those that begin so are kept from the log, and counted; once a process. */
void rig_allow_warnings (const char *beginning);
guint rig_count_warnings (void);

double goertzel (const gint16 *samples, guint n, double hertz);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Phone, phone_free)

G_END_DECLS
