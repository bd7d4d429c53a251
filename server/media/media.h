/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media of the exchange: one RTP socket pair a leg, relayed, played to, listened to for keys and
 * recorded, behind the switch's CsMediaPort. Three kinds of threads share the work and no state:
 *
 *   switch   calls the port: negotiation in memory, everything else an order to a relay thread
 *   relay    owns the sockets: epoll, recvmmsg/sendmmsg, a 20 ms tick; no allocation, lock or disk
 *            in the packet path
 *   disk     maps prompts, writes recordings out of a ring that the relay fills
 *
 * With a manual clock no thread is started: the test drives everything with cs_media_step()
 * (media-private.h). */
#pragma once

#include "server/ports/media-port.h"

G_BEGIN_DECLS

typedef struct {
  const char *bind_address;   /* IPv4 to bind to, "0.0.0.0" for any */
  const char *public_address; /* IPv4 announced in SDP; NULL: bind_address, which is then not any */
  guint16 port_min, port_max; /* RTP on even ports, RTCP on the next odd one; both ends included */
  guint threads;              /* relay threads, 1 to 16; 0 means 1 */
  const char *prompt_folder;  /* NAME.pcma and NAME.pcmu, see prompts.h; NULL: no prompts */
  const char *spool_folder;   /* recordings are written here; must exist; NULL: no recordings */
  guint silence_ms;           /* CS_MEDIA_SILENT after so much without RTP; 0 means 5000 (D34) */
} CsMediaConfig;

/* Sums since the start, and what is open now; for metrics. */
typedef struct {
  guint64 packets_in, packets_out;
  guint64 bytes_in, bytes_out; /* RTP with its header, no UDP */
  guint64 lost;                /* missing sequence numbers of what came in */
  guint64 strangers;           /* dropped: not from the leg's peer */
  guint64 malformed;           /* dropped: no RTP, or a payload type nobody agreed on */
  guint64 unrecorded;          /* packets that a full ring kept out of a recording: silence there */
  guint64 late_ticks;          /* 20 ms ticks that came a tick or more too late */
  guint legs, recordings;
} CsMediaCounters;

typedef struct _CsMedia CsMedia;

/* What a crash left half written in the spool folder is mended first: it is then NAME.wav, the
 * recording's id as NAME, as if it had been finished; no event tells of it.
 * @sink gets every event, on a relay or the disk thread; it posts to the switch loop and does not
 * wait. It owns the event. */
CsMedia *cs_media_new (const CsMediaConfig *config, CtClock *clock, CsMediaSink sink, gpointer data,
                       GError **error);
/* Closes all legs, finishes all recordings (their RECORDED events still come), ends the threads. */
void cs_media_free (CsMedia *media);

/* To be called from one thread, the switch's. */
CsMediaPort *cs_media_get_port (CsMedia *media);

/* From any thread. */
void cs_media_get_counters (CsMedia *media, CsMediaCounters *counters);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsMedia, cs_media_free)

G_END_DECLS
