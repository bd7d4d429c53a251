/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording is announced by the switch, started and stopped by the relay thread that owns the leg,
 * and written by the disk thread. Start and stop are fields, not messages in the ring, so a full ring
 * cannot lose them: the disk thread notes which recordings are stopped, then empties the rings (what
 * came before the stop is in them), then closes those. Closing may wait for the disk and
 * therefore happens on a thread of its own, the closer. */
#define G_LOG_DOMAIN "media"
#include "server/media/recorder.h"

#include "server/media/stack.h"
#include "server/media/timeline.h"
#include "server/media/wav.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RING_SLOTS 16384 /* 1.6 s of 100 recorded calls */
#define SETTLED 4000     /* samples: what is older than 500 ms does not change any more */
#define CHUNK 8000       /* samples a side in one write */

struct _CsRecording {
  CsStackNode node;
  CsRecorder *recorder;
  CtId id;
  CsLegId leg;
  gint64 start_us, stop_us;  /* of the relay thread; valid by `started` and `stopped` */
  gboolean started, stopped; /* atomic */
  gboolean closing;          /* of the disk thread: seen stopped before the rings were emptied */
  gboolean opened;
  gboolean failed;
  int fd;
  char *path, *part; /* the file while it is written */
  gint64 written;    /* samples a side */
  CsTimeline timeline;
};

struct _CsRecorder {
  char *spool;
  CtClock *clock;
  CsMediaSink sink;
  gpointer data;
  GPtrArray *rings;
  CsStack announced;
  GPtrArray *recordings; /* of the disk thread */
  GThreadPool *closer;
  gint open;          /* atomic */
  guint64 unrecorded; /* atomic */
  guint8 chunk[CS_SIDES * CHUNK];
};

static void close_file (gpointer data, gpointer user_data);

CsRecorder *
cs_recorder_new (const char *spool, guint rings, CtClock *clock, CsMediaSink sink, gpointer data)
{
  CsRecorder *recorder = g_new0 (CsRecorder, 1);

  recorder->spool = g_strdup (spool);
  recorder->clock = ct_clock_ref (clock);
  recorder->sink = sink;
  recorder->data = data;
  recorder->recordings = g_ptr_array_new ();
  recorder->rings = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_ring_free);
  for (guint i = 0; i < rings; i++)
    g_ptr_array_add (recorder->rings, cs_ring_new (RING_SLOTS));
  recorder->closer = g_thread_pool_new (close_file, recorder, 1, FALSE, NULL);
  return recorder;
}

void
cs_recorder_free (CsRecorder *recorder)
{
  cs_recorder_run (recorder);
  g_thread_pool_free (recorder->closer, FALSE, TRUE);
  if (recorder->recordings->len > 0)
    g_critical ("%u recordings were never stopped", recorder->recordings->len);
  g_ptr_array_unref (recorder->recordings);
  g_ptr_array_unref (recorder->rings);
  ct_clock_unref (recorder->clock);
  g_free (recorder->spool);
  g_free (recorder);
}

CsRing *
cs_recorder_get_ring (CsRecorder *recorder, guint index)
{
  return g_ptr_array_index (recorder->rings, index);
}

CsRecording *
cs_recording_new (CsRecorder *recorder, CtId id, CsLegId leg)
{
  CsRecording *recording = g_new0 (CsRecording, 1);

  recording->recorder = recorder;
  recording->id = id;
  recording->leg = leg;
  recording->fd = -1;
  g_atomic_int_inc (&recorder->open);
  cs_stack_push (&recorder->announced, &recording->node);
  return recording;
}

void
cs_recording_start (CsRecording *recording, gint64 now_us)
{
  recording->start_us = now_us;
  g_atomic_int_set (&recording->started, TRUE);
}

void
cs_recording_stop (CsRecording *recording, gint64 now_us)
{
  recording->stop_us = now_us;
  g_atomic_int_set (&recording->stopped, TRUE);
}

void
cs_recording_put (CsRecording *recording, CsRing *ring, CsSide side, CsLaw law, guint32 timestamp,
                  const guint8 *bytes, guint length, gint64 now_us)
{
  while (length > 0)
    {
      CsRingSlot *slot = cs_ring_get_free (ring);
      guint take = MIN (length, CS_RING_PAYLOAD);

      if (slot == NULL)
        {
          __atomic_add_fetch (&recording->recorder->unrecorded, 1, __ATOMIC_RELAXED);
          return;
        }
      slot->recording = recording;
      slot->time_us = now_us;
      slot->timestamp = timestamp;
      slot->side = (guint8) side;
      slot->law = (guint8) law;
      slot->length = (guint8) take;
      memcpy (slot->bytes, bytes, take);
      cs_ring_push (ring);
      timestamp += take;
      bytes += take;
      length -= take;
      /* The rest of a long packet was spoken later. */
      now_us += take * 125;
    }
}

static void
fail (CsRecording *recording, const char *what)
{
  if (!recording->failed)
    g_warning ("recording %s failed: %s: %s", ct_id_text (recording->id).text, what,
               g_strerror (errno));
  recording->failed = TRUE;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* Once started: the file, with a header that close_file() corrects. */
static void
open_file (CsRecording *recording)
{
  guint8 header[CS_WAV_HEADER];

  recording->opened = TRUE;
  cs_timeline_init (&recording->timeline, recording->start_us);
  if (recording->recorder->spool == NULL)
    {
      errno = ENOENT;
      fail (recording, "no spool folder");
      return;
    }
  recording->path
      = g_strdup_printf ("%s/%s.wav", recording->recorder->spool, ct_id_text (recording->id).text);
  recording->part = g_strconcat (recording->path, ".part", NULL);
  recording->fd = open (recording->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  cs_wav_write_header (header, CS_SIDES, 0);
  if (recording->fd < 0)
    fail (recording, "cannot create the file");
  else if (!write_all (recording->fd, header, sizeof header))
    fail (recording, "cannot write");
}

static void
write_until (CsRecording *recording, gint64 position)
{
  CsRecorder *recorder = recording->recorder;

  while (recording->timeline.base < position)
    {
      guint samples = (guint) MIN (position - recording->timeline.base, CHUNK);

      cs_timeline_take (&recording->timeline, samples, recorder->chunk);
      if (recording->failed)
        continue;
      if (!write_all (recording->fd, recorder->chunk, CS_SIDES * samples))
        fail (recording, "cannot write");
      recording->written += samples;
    }
}

static void
place (const CsRingSlot *slot)
{
  CsRecording *recording = slot->recording;
  gint64 position;

  if (!recording->opened)
    open_file (recording);
  position = cs_timeline_place (&recording->timeline, slot);
  /* The disk thread was away for long: make room. */
  if (position + slot->length > recording->timeline.base + CS_TIMELINE_WINDOW)
    write_until (recording, position - CS_TIMELINE_WINDOW / 2);
  cs_timeline_put (&recording->timeline, position, slot);
}

static void
note_stopped (CsRecorder *recorder)
{
  CsStackNode *node = cs_stack_take (&recorder->announced);

  while (node != NULL)
    {
      CsStackNode *next = node->next;

      g_ptr_array_add (recorder->recordings, node);
      node = next;
    }
  for (guint i = 0; i < recorder->recordings->len; i++)
    {
      CsRecording *recording = g_ptr_array_index (recorder->recordings, i);

      recording->closing = g_atomic_int_get (&recording->stopped);
    }
}

static void
empty_rings (CsRecorder *recorder)
{
  for (guint i = 0; i < recorder->rings->len; i++)
    {
      CsRing *ring = g_ptr_array_index (recorder->rings, i);
      const CsRingSlot *slot;

      while ((slot = cs_ring_peek (ring)) != NULL)
        {
          place (slot);
          cs_ring_pop (ring);
        }
    }
}

/* TRUE when it went to the closer. */
static gboolean
advance (CsRecorder *recorder, CsRecording *recording, gint64 now_us)
{
  gint64 settled;

  if (!g_atomic_int_get (&recording->started))
    return FALSE;
  if (!recording->opened)
    open_file (recording);
  if (recording->closing)
    {
      write_until (recording, cs_timeline_position (&recording->timeline, recording->stop_us));
      g_thread_pool_push (recorder->closer, recording, NULL);
      return TRUE;
    }
  settled = cs_timeline_position (&recording->timeline, now_us) - SETTLED;
  if (settled >= recording->timeline.base + CHUNK)
    write_until (recording, settled);
  return FALSE;
}

guint
cs_recorder_run (CsRecorder *recorder)
{
  gint64 now_us;
  guint i = 0;

  note_stopped (recorder);
  empty_rings (recorder);
  now_us = ct_clock_monotonic_us (recorder->clock);
  while (i < recorder->recordings->len)
    {
      if (advance (recorder, g_ptr_array_index (recorder->recordings, i), now_us))
        g_ptr_array_remove_index_fast (recorder->recordings, i);
      else
        i++;
    }
  return recorder->recordings->len;
}

/* Not synced: what is sealed from it in a moment is (server/calls/recordings.c), and a recording that a
 * power cut finds unsealed is lost like one that still runs. */
static void
finish_file (CsRecording *recording)
{
  guint8 header[CS_WAV_HEADER];

  cs_wav_write_header (header, CS_SIDES, (guint32) recording->written);
  if (pwrite (recording->fd, header, sizeof header, 0) != sizeof header)
    fail (recording, "cannot finish the file");
  else if (rename (recording->part, recording->path) != 0)
    fail (recording, "cannot rename the file");
}

/* The closer: gives it its name, then tells. */
static void
close_file (gpointer data, gpointer user_data)
{
  CsRecording *recording = data;
  CsRecorder *recorder = user_data;
  CsMediaEvent *event = g_new0 (CsMediaEvent, 1);

  if (!recording->failed)
    finish_file (recording);
  if (recording->fd >= 0)
    close (recording->fd);
  if (recording->failed && recording->part != NULL)
    unlink (recording->part);
  event->kind = CS_MEDIA_RECORDED;
  event->leg = recording->leg;
  event->recording = recording->id;
  if (!recording->failed)
    {
      event->path = g_steal_pointer (&recording->path);
      event->samples = recording->written;
    }
  g_free (recording->path);
  g_free (recording->part);
  g_free (recording);
  g_atomic_int_add (&recorder->open, -1);
  recorder->sink (event, recorder->data);
}

guint
cs_recorder_get_open (CsRecorder *recorder)
{
  return (guint) g_atomic_int_get (&recorder->open);
}

guint64
cs_recorder_get_unrecorded (CsRecorder *recorder)
{
  return __atomic_load_n (&recorder->unrecorded, __ATOMIC_RELAXED);
}
