/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch's view of media. A media leg has the id of its SIP leg and one RTP socket pair. The
 * negotiation functions (open, offer, answer, accept) only touch memory and a bind(); they answer at
 * once. The rest are orders to the relay thread; what happens comes back as a CsMediaEvent posted to
 * the switch loop through the sink. Codecs: PCMA and PCMU, telephone-event 8000; a leg's two sides
 * that chose different laws are translated by table. */
#pragma once

#include "server/ports/sip-port.h"

G_BEGIN_DECLS

typedef enum {
  CS_MEDIA_DTMF,   /* one key pressed (RFC 4733, end of event, once per key), `digit` */
  CS_MEDIA_PLAYED, /* the play with `tag` reached its end (not sent when stopped) */
  CS_MEDIA_SILENT, /* no RTP came for the leg's silence limit (default 5 s): lost, D34. A leg that never sent
                      any need not, until it is expect()ed to */
  CS_MEDIA_HEARD, /* RTP came again after SILENT */
  CS_MEDIA_RECORDED, /* the recording was closed: `recording`, `path`, `samples`; or failed: path NULL */
} CsMediaEventKind;

typedef struct {
  CsMediaEventKind kind;
  CsLegId leg;
  char digit;
  guint tag;
  CtId recording;
  char *
      path; /* plain WAV (stereo, mu-law; left the caller, right the e-agent) in the spool folder */
  gint64 samples; /* a side, 8000 a second */
} CsMediaEvent;

void cs_media_event_free (CsMediaEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsMediaEvent, cs_media_event_free)

typedef void (*CsMediaSink) (CsMediaEvent *event, gpointer data);

typedef enum {
  CS_MEDIA_SEND_RECEIVE,
  CS_MEDIA_SEND_ONLY, /* we hold the peer */
  CS_MEDIA_INACTIVE,
} CsMediaDirection;

/* Prompts that every installation has; the switch plays them by name. */
#define CS_PROMPT_BEEP "tone-beep"       /* before a voicemail */
#define CS_PROMPT_RINGING "tone-ringing" /* one period of the ringing tone; looped */

/* One thing to play: a prompt by its name (see server/media/prompts.h), or silence. A prompt that is
 * not there takes no time; PLAYED still comes, unless it was to be played for ever. */
typedef struct {
  const char *prompt; /* NULL: silence */
  guint silence_ms;
} CsMediaItem;

typedef struct _CsMediaPort CsMediaPort;
struct _CsMediaPort {
  gpointer self;
  /* CT_ERROR_LIMIT when no port is free. */
  gboolean (*open) (gpointer self, CsLegId leg, GError **error);
  /* An SDP offer of ours. Caller frees. */
  char *(*offer) (gpointer self, CsLegId leg, CsMediaDirection direction);
  /* Reads the peer's offer (first or re-offer; hold is a=sendonly/inactive or c=0.0.0.0), returns our
   * answer; NULL and CT_ERROR_INVALID when malformed or without a common codec (SIP 488). An empty or
   * NULL @sdp (offerless INVITE) returns an offer; the answer then comes to accept(). */
  char *(*answer) (gpointer self, CsLegId leg, const char *sdp, GError **error);
  /* Reads the peer's answer to our offer. */
  gboolean (*accept) (gpointer self, CsLegId leg, const char *sdp, GError **error);
  /* TRUE while the peer holds us. */
  gboolean (*is_held) (gpointer self, CsLegId leg);

  /* Plays @items in order to the leg, @times over (0: for ever), instead of what was playing. The
   * PLAYED event carries @tag. A bridged leg hears the play instead of its peer until it ends. */
  void (*play) (gpointer self, CsLegId leg, const CsMediaItem *items, guint n_items, guint times,
                guint tag);
  void (*stop) (gpointer self, CsLegId leg);
  /* Audio both ways. A leg is in one bridge at most; a second bridge replaces the first. */
  void (*bridge) (gpointer self, CsLegId a, CsLegId b);
  void (*unbridge) (gpointer self, CsLegId leg);
  /* While muted, what the leg sends is dropped (parked, held). */
  void (*mute) (gpointer self, CsLegId leg, gboolean muted);

  /* Records what @caller_leg sends (left) and what it is sent (right), in one time line that starts
   * now; a gap keeps its length. Follows the caller through park and re-bridge. */
  void (*record) (gpointer self, CsLegId caller_leg, CtId recording);
  /* Masked: both sides are written as silence of the same length (D33, margin included by the caller)
   * and keys are not reported nor relayed to the e-agent's leg. */
  void (*mask) (gpointer self, CsLegId caller_leg, gboolean masked);
  /* Ends with a RECORDED event. close() of the leg does it too. */
  void (*record_stop) (gpointer self, CsLegId caller_leg);
  /* Who never sent anything is given the silence limit from now on: he was asked to speak. */
  void (*expect) (gpointer self, CsLegId leg);
  void (*close) (gpointer self, CsLegId leg);
};

G_END_DECLS
