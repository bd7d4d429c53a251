/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings: stereo mu-law WAV files in the spool folder, on one time line that starts with the
 * recording. A relay thread only stamps packets and puts them into its ring; the disk thread places
 * them by their RTP timestamp, so that late packets land where they belong and gaps keep their length.
 * The clock has the last word: where timestamps leave it by more than a jitter buffer would bear (a
 * jump, a drift over an hour), the side is set anew. Masking is not writing: what is not there is
 * silence of the same length. */
#pragma once

#include "common/base/clock.h"
#include "server/media/ring.h"
#include "server/ports/media-port.h"

G_BEGIN_DECLS

typedef struct _CsRecorder CsRecorder;
typedef struct _CsRecording CsRecording;

/* One ring for each relay thread. @spool may be NULL: every recording fails. */
CsRecorder *
cs_recorder_new (const char *spool, guint rings, CtClock *clock, CsMediaSink sink, gpointer data);
/* Finishes every recording that was stopped; all must have been. */
void cs_recorder_free (CsRecorder *recorder);
CsRing *cs_recorder_get_ring (CsRecorder *recorder, guint index);

/* The switch: announces a recording; it becomes real with start(). */
CsRecording *cs_recording_new (CsRecorder *recorder, CtId id, CsLegId leg);

/* The relay thread that owns the leg. After stop() the recording is not touched again. */
void cs_recording_start (CsRecording *recording, gint64 now_us);
void cs_recording_put (CsRecording *recording, CsRing *ring, CsSide side, CsLaw law,
                       guint32 timestamp, const guint8 *bytes, guint length, gint64 now_us);
void cs_recording_stop (CsRecording *recording, gint64 now_us);

/* The disk thread: places what is in the rings, writes what is old enough, closes what was stopped.
 * Returns how many recordings are open. */
guint cs_recorder_run (CsRecorder *recorder);

guint cs_recorder_get_open (CsRecorder *recorder);
guint64 cs_recorder_get_unrecorded (CsRecorder *recorder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsRecorder, cs_recorder_free)

G_END_DECLS
