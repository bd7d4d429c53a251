/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "phone"

#include "client/phone/media/rtp-line.h"

#include "common/base/error.h"

#include <math.h>
#include <string.h>

#define FRAME 160 /* 20 ms of samples at 8 kHz */
#define HEADER 12
/* A key, in frames: sounding, end packets (three, RFC 4733 2.5.1.4), then pause. */
#define KEY_FRAMES 5
#define KEY_END_FRAMES (KEY_FRAMES + 3)
#define KEY_PAUSE_FRAMES (KEY_END_FRAMES + 3)
/* A source that paused longer than this has its pause in the timestamps. */
#define PAUSE_US (100 * 1000)

static const char keys[] = "0123456789*#ABCD";

typedef struct {
  guint32 ssrc;
  guint16 sequence;
  guint32 time;
  gint64 last_us; /* of the last frame, 0: none yet */
  guint8 frame[FRAME];
  gsize filled;
  GString *digits; /* waiting, the first one sounding */
  guint key_frame; /* how far it is; 0: none sounds */
  guint32 key_time;
} Sender;

typedef struct {
  gboolean started;
  guint32 ssrc;
  guint32 sequence_shift, time_shift; /* added, so that a new source goes on where the old ended */
  guint16 top_sequence;
  guint32 top_time;
  gint64 last_us;
  guint32 cycles; /* of 65,536 */
  guint32 first;  /* extended sequence */
  guint received;
  double jitter; /* in samples, RFC 3550 A.8 */
  gint64 transit;
  guint32 key_time; /* of the last key reported */
  gboolean had_key;
  guint last_expected, last_received; /* at the last get_quality() */
} Receiver;

struct _CdRtpLine {
  GSocket *socket;
  guint16 port;
  GCancellable *stop;
  GThread *thread;
  GMainContext *context;
  CdRtpAudioFunc audio;
  CdRtpDigitFunc digit;
  gpointer data;
  GSource *digit_source;
  GAsyncQueue *heard; /* keys on their way to the main context, as GINT_TO_POINTER */

  GMutex lock;           /* guards what follows */
  GSocketAddress *peer;  /* where we send */
  GSocketAddress *named; /* where its SDP says it is */
  gboolean settled;      /* packets came from there */
  int codec, event;
  gboolean sending;
  Sender out;
  Receiver in;
};

static GSocket *
bind_socket (const char *address, guint16 *port, GError **error)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  g_autoptr (GSocket) sock = NULL;

  if (inet == NULL)
    {
      ct_fail (error, CT_ERROR_INVALID, "not an address: %s", address);
      return NULL;
    }
  /* The first even port the system gives; an odd one only when it gives no other. */
  for (guint i = 0; i < 16; i++)
    {
      g_autoptr (GSocketAddress) any = g_inet_socket_address_new (inet, 0);
      g_autoptr (GSocketAddress) bound = NULL;

      g_clear_object (&sock);
      sock = g_socket_new (g_inet_address_get_family (inet), G_SOCKET_TYPE_DATAGRAM,
                           G_SOCKET_PROTOCOL_UDP, error);
      if (sock == NULL || !g_socket_bind (sock, any, FALSE, error))
        return NULL;
      bound = g_socket_get_local_address (sock, error);
      if (bound == NULL)
        return NULL;
      *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
      if (*port % 2 == 0)
        break;
    }
  g_socket_set_blocking (sock, FALSE);
  return g_steal_pointer (&sock);
}

CdRtpLine *
cd_rtp_line_new (const char *address, GError **error)
{
  guint16 port = 0;
  GSocket *sock = bind_socket (address, &port, error);
  CdRtpLine *self;

  if (sock == NULL)
    return NULL;
  self = g_new0 (CdRtpLine, 1);
  self->socket = sock;
  self->port = port;
  self->stop = g_cancellable_new ();
  self->context = g_main_context_ref_thread_default ();
  self->heard = g_async_queue_new ();
  self->codec = self->event = -1;
  self->out.ssrc = g_random_int ();
  self->out.sequence = (guint16) g_random_int ();
  self->out.time = g_random_int ();
  self->out.digits = g_string_new (NULL);
  g_mutex_init (&self->lock);
  return self;
}

guint16
cd_rtp_line_get_port (CdRtpLine *self)
{
  return self->port;
}

gboolean
cd_rtp_line_set_peer (CdRtpLine *self, const char *address, guint16 port, int codec, int event,
                      GError **error)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  if (inet == NULL || port == 0)
    return ct_fail (error, CT_ERROR_INVALID, "not a media address: %s", address);
  g_mutex_lock (&self->lock);
  self->codec = codec;
  self->event = event;
  if (!g_inet_address_get_is_any (inet)) /* the old hold names no address */
    {
      g_clear_object (&self->named);
      self->named = g_inet_socket_address_new (inet, port);
      g_set_object (&self->peer, self->named);
      self->settled = FALSE;
    }
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Sending. All with the lock held. */

static void
put_header (guint8 *packet, Sender *out, int payload, gboolean marker, guint32 time)
{
  packet[0] = 0x80;
  packet[1] = (guint8) (payload | (marker ? 0x80 : 0));
  packet[2] = out->sequence >> 8;
  packet[3] = out->sequence & 0xff;
  for (guint i = 0; i < 4; i++)
    {
      packet[4 + i] = time >> (24 - 8 * i);
      packet[8 + i] = out->ssrc >> (24 - 8 * i);
    }
  out->sequence++;
}

static void
send_packet (CdRtpLine *self, const guint8 *packet, gsize size)
{
  /* A full or unreachable network drops the packet, as it would any other. */
  if (self->peer != NULL)
    g_socket_send_to (self->socket, self->peer, (const char *) packet, size, NULL, NULL);
}

static void
send_key_frame (CdRtpLine *self)
{
  Sender *out = &self->out;
  guint8 packet[HEADER + 4];
  gboolean ends = out->key_frame >= KEY_FRAMES;
  guint duration = MIN (out->key_frame + 1, KEY_FRAMES) * FRAME;

  if (out->key_frame == 0)
    out->key_time = out->time;
  put_header (packet, out, self->event, out->key_frame == 0, out->key_time);
  packet[HEADER] = (guint8) (strchr (keys, out->digits->str[0]) - keys);
  packet[HEADER + 1] = 10 | (ends ? 0x80 : 0); /* 10: -10 dBm0 */
  packet[HEADER + 2] = duration >> 8;
  packet[HEADER + 3] = duration & 0xff;
  send_packet (self, packet, sizeof packet);
}

static void
send_frame (CdRtpLine *self)
{
  Sender *out = &self->out;
  gint64 now = g_get_monotonic_time ();
  gint64 pause = out->last_us != 0 ? now - out->last_us : 0;
  gboolean marker = out->last_us == 0;

  if (pause > PAUSE_US)
    {
      out->time += (guint32) (pause / 20000 - 1) * FRAME;
      marker = TRUE;
    }
  out->last_us = now;
  if (out->digits->len > 0 && out->key_frame < KEY_END_FRAMES)
    send_key_frame (self);
  else
    {
      guint8 packet[HEADER + FRAME];

      put_header (packet, out, self->codec, marker, out->time);
      memcpy (packet + HEADER, out->frame, FRAME);
      send_packet (self, packet, sizeof packet);
    }
  if (out->digits->len > 0 && ++out->key_frame >= KEY_PAUSE_FRAMES)
    {
      g_string_erase (out->digits, 0, 1);
      out->key_frame = 0;
    }
  out->time += FRAME;
}

void
cd_rtp_line_send_audio (CdRtpLine *self, const guint8 *samples, gsize n_samples)
{
  g_mutex_lock (&self->lock);
  while (n_samples > 0)
    {
      gsize n = MIN (n_samples, FRAME - self->out.filled);

      memcpy (self->out.frame + self->out.filled, samples, n);
      self->out.filled += n;
      samples += n;
      n_samples -= n;
      if (self->out.filled < FRAME)
        break;
      self->out.filled = 0;
      if (self->sending && self->codec >= 0)
        send_frame (self);
    }
  g_mutex_unlock (&self->lock);
}

void
cd_rtp_line_send_digit (CdRtpLine *self, char digit)
{
  g_mutex_lock (&self->lock);
  if (self->event >= 0 && self->sending && strchr (keys, digit) != NULL
      && self->out.digits->len < 64)
    g_string_append_c (self->out.digits, digit);
  g_mutex_unlock (&self->lock);
}

void
cd_rtp_line_set_sending (CdRtpLine *self, gboolean sending)
{
  g_mutex_lock (&self->lock);
  self->sending = sending;
  if (!sending)
    {
      g_string_truncate (self->out.digits, 0);
      self->out.key_frame = 0;
    }
  g_mutex_unlock (&self->lock);
}

/* Receiving. */

static guint16
get_16 (const guint8 *bytes)
{
  return (guint16) (bytes[0] << 8 | bytes[1]);
}

static guint32
get_32 (const guint8 *bytes)
{
  return (guint32) get_16 (bytes) << 16 | get_16 (bytes + 2);
}

static gboolean
is_same (GSocketAddress *one, GSocketAddress *other)
{
  GInetSocketAddress *a = G_INET_SOCKET_ADDRESS (one), *b = G_INET_SOCKET_ADDRESS (other);

  return g_inet_socket_address_get_port (a) == g_inet_socket_address_get_port (b)
         && g_inet_address_equal (g_inet_socket_address_get_address (a),
                                  g_inet_socket_address_get_address (b));
}

/* With the lock held: is @from the peer, or does it become it? */
static gboolean
is_from_peer (CdRtpLine *self, GSocketAddress *from)
{
  if (is_same (from, self->named))
    {
      g_set_object (&self->peer, self->named);
      self->settled = TRUE;
      return TRUE;
    }
  if (self->settled)
    return FALSE;
  if (self->peer == self->named)
    g_set_object (&self->peer, from);
  return is_same (from, self->peer);
}

/* With the lock held: a new source goes on in sequence and time where the last one stopped. */
static void
follow_source (Receiver *in, guint32 ssrc, guint16 sequence, guint32 time, gint64 now)
{
  if (in->started && in->ssrc == ssrc)
    return;
  if (in->started)
    {
      in->sequence_shift = (guint16) (in->top_sequence + 1 - sequence);
      in->time_shift = in->top_time + (guint32) ((now - in->last_us) * 8 / 1000) - time;
    }
  else
    {
      in->first = sequence;
      in->top_sequence = sequence - 1;
    }
  in->ssrc = ssrc;
  in->transit = 0;
  in->started = TRUE;
}

/* With the lock held: RFC 3550 A.3 and A.8, on the shifted numbers. */
static void
count (Receiver *in, guint16 sequence, guint32 time, gint64 now)
{
  gint64 transit = now * 8 / 1000 - time;

  if ((guint16) (sequence - in->top_sequence) < 0x8000)
    {
      if (sequence < in->top_sequence && in->received > 0)
        in->cycles++;
      in->top_sequence = sequence;
      in->top_time = time;
    }
  in->received++;
  if (in->transit != 0)
    in->jitter += (fabs ((double) (gint32) (transit - in->transit)) - in->jitter) / 16;
  in->transit = transit;
  in->last_us = now;
}

static void
read_key (CdRtpLine *self, const guint8 *payload, gsize size, guint32 time)
{
  Receiver *in = &self->in;

  if (size < 4 || payload[0] >= strlen (keys) || (payload[1] & 0x80) == 0)
    return;
  if (in->had_key && in->key_time == time)
    return; /* the end of a key comes three times */
  in->had_key = TRUE;
  in->key_time = time;
  g_async_queue_push (self->heard, GINT_TO_POINTER ((int) keys[payload[0]]));
  g_source_set_ready_time (self->digit_source, 0);
}

/* Where the payload starts, or 0: not a packet of RTP version 2. */
static gsize
header_size (const guint8 *packet, gsize size)
{
  gsize header = HEADER;

  if (size < HEADER || packet[0] >> 6 != 2)
    return 0;
  header += 4 * (packet[0] & 0x0f);
  if ((packet[0] & 0x10) != 0)
    {
      if (size < header + 4)
        return 0;
      header += 4 + 4 * (gsize) get_16 (packet + header + 2);
    }
  return header < size ? header : 0;
}

static void
take_packet (CdRtpLine *self, guint8 *packet, gsize size, GSocketAddress *from)
{
  gsize header = header_size (packet, size);
  gint64 now = g_get_monotonic_time ();
  gboolean is_audio = FALSE;

  if (header == 0)
    return;
  g_mutex_lock (&self->lock);
  if (self->peer != NULL && is_from_peer (self, from))
    {
      int payload = packet[1] & 0x7f;
      Receiver *in = &self->in;

      follow_source (in, get_32 (packet + 8), get_16 (packet + 2), get_32 (packet + 4), now);
      if (payload == self->codec || payload == self->event)
        {
          guint16 sequence = (guint16) (get_16 (packet + 2) + in->sequence_shift);
          guint32 time = get_32 (packet + 4) + in->time_shift;

          count (in, sequence, time, now);
          packet[2] = sequence >> 8;
          packet[3] = sequence & 0xff;
          for (guint i = 0; i < 4; i++)
            packet[4 + i] = time >> (24 - 8 * i);
          if (payload == self->event)
            read_key (self, packet + header, size - header, time);
          else
            is_audio = TRUE;
        }
    }
  g_mutex_unlock (&self->lock);
  if (is_audio)
    self->audio (packet, size, self->data);
}

static gpointer
receive (gpointer data)
{
  CdRtpLine *self = data;
  guint8 packet[2048];

  while (g_socket_condition_wait (self->socket, G_IO_IN, self->stop, NULL))
    {
      g_autoptr (GSocketAddress) from = NULL;
      gssize size
          = g_socket_receive_from (self->socket, &from, (char *) packet, sizeof packet, NULL, NULL);

      if (size > 0 && G_IS_INET_SOCKET_ADDRESS (from))
        take_packet (self, packet, (gsize) size, from);
    }
  return NULL;
}

static gboolean
on_digits_heard (gpointer data)
{
  CdRtpLine *self = data;
  gpointer digit;

  g_source_set_ready_time (self->digit_source, -1);
  while ((digit = g_async_queue_try_pop (self->heard)) != NULL)
    self->digit ((char) GPOINTER_TO_INT (digit), self->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_ready (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs ready_funcs = { .dispatch = dispatch_ready };

void
cd_rtp_line_start (CdRtpLine *self, CdRtpAudioFunc audio, CdRtpDigitFunc digit, gpointer data)
{
  g_return_if_fail (self->thread == NULL);
  self->audio = audio;
  self->digit = digit;
  self->data = data;
  self->digit_source = g_source_new (&ready_funcs, sizeof (GSource));
  g_source_set_callback (self->digit_source, on_digits_heard, self, NULL);
  g_source_attach (self->digit_source, self->context);
  self->thread = g_thread_new ("rtp", receive, self);
}

void
cd_rtp_line_get_quality (CdRtpLine *self, CdLineQuality *quality)
{
  Receiver *in = &self->in;
  guint expected, of_late, got_late;

  memset (quality, 0, sizeof *quality);
  g_mutex_lock (&self->lock);
  expected = in->started ? (in->cycles << 16) + in->top_sequence - in->first + 1 : 0;
  of_late = expected - in->last_expected;
  got_late = in->received - in->last_received;
  quality->received = in->received;
  quality->lost = expected > in->received ? expected - in->received : 0;
  quality->loss = of_late > got_late ? (double) (of_late - got_late) / of_late : 0;
  quality->jitter_ms = in->jitter / 8;
  in->last_expected = expected;
  in->last_received = in->received;
  g_mutex_unlock (&self->lock);

  if (got_late == 0)
    quality->bars = 0;
  else if (quality->loss < 0.01 && quality->jitter_ms < 20)
    quality->bars = 4;
  else if (quality->loss < 0.03 && quality->jitter_ms < 40)
    quality->bars = 3;
  else if (quality->loss < 0.08 && quality->jitter_ms < 80)
    quality->bars = 2;
  else
    quality->bars = 1;
}

void
cd_rtp_line_free (CdRtpLine *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->stop);
  g_clear_pointer (&self->thread, g_thread_join);
  if (self->digit_source != NULL)
    {
      g_source_destroy (self->digit_source);
      g_source_unref (self->digit_source);
    }
  g_object_unref (self->stop);
  g_object_unref (self->socket);
  g_clear_object (&self->peer);
  g_clear_object (&self->named);
  g_async_queue_unref (self->heard);
  g_main_context_unref (self->context);
  g_string_free (self->out.digits, TRUE);
  g_mutex_clear (&self->lock);
  g_free (self);
}
