/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../tools/tree.h"

#define PATIENCE_US (5 * G_USEC_PER_SEC)

static const char *allowed;
static int warnings;

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 && g_str_has_prefix (fields[i].value, allowed))
      {
        g_atomic_int_inc (&warnings);
        return G_LOG_WRITER_HANDLED;
      }
  return g_log_writer_default (level, fields, n_fields, data);
}

void
rig_allow_warnings (const char *beginning)
{
  allowed = beginning;
  g_log_set_writer_func (write_log, NULL, NULL);
}

guint
rig_count_warnings (void)
{
  return (guint) g_atomic_int_get (&warnings);
}

static void
on_event (CsMediaEvent *event, gpointer data)
{
  g_async_queue_push (((Rig *) data)->events, event);
}

/* Parallel tests must not share ports: each asks the kernel for a free one and starts there. */
static guint16
free_port (void)
{
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &length));
  close (fd);
  return ntohs (address.sin_port);
}

Rig *
rig_new (guint pairs, guint threads)
{
  Rig *rig = g_new0 (Rig, 1);
  g_autoptr (GError) error = NULL;
  guint16 port = (guint16) (MIN (free_port (), 65000u) & ~1u);
  CsMediaConfig config = { .bind_address = "127.0.0.1",
                           .port_min = port,
                           .port_max = (guint16) (port + 2 * pairs - 1),
                           .threads = threads };

  rig->clock = ct_clock_new_manual (G_GINT64_CONSTANT (1790000000000));
  rig->events = g_async_queue_new_full ((GDestroyNotify) cs_media_event_free);
  rig->phones = g_ptr_array_new ();
  config.prompt_folder = rig->prompts = g_dir_make_tmp ("centrale-prompts-XXXXXX", NULL);
  config.spool_folder = rig->spool = g_dir_make_tmp ("centrale-spool-XXXXXX", NULL);
  rig->media = cs_media_new (&config, rig->clock, on_event, rig, &error);
  g_assert_no_error (error);
  rig->port = cs_media_get_port (rig->media);
  return rig;
}

void
rig_free (Rig *rig)
{
  g_clear_pointer (&rig->media, cs_media_free);
  g_async_queue_unref (rig->events);
  g_ptr_array_unref (rig->phones);
  remove_tree (rig->prompts);
  remove_tree (rig->spool);
  g_free (rig->prompts);
  g_free (rig->spool);
  ct_clock_unref (rig->clock);
  g_free (rig);
}

static void
listen_all (Rig *rig)
{
  for (guint i = 0; i < rig->phones->len; i++)
    {
      Phone *phone = g_ptr_array_index (rig->phones, i);
      guint8 packet[2048];
      gssize n;

      while ((n = recv (phone->fd, packet, sizeof packet, MSG_DONTWAIT)) > 0)
        {
          Heard heard = { 0 };

          g_assert_true (cs_rtp_parse (packet, (gsize) n, &heard.rtp));
          g_assert_cmpuint (heard.rtp.offset, ==, CS_RTP_HEADER);
          g_assert_cmpuint (heard.rtp.length, <=, sizeof heard.bytes);
          memcpy (heard.bytes, packet + heard.rtp.offset, heard.rtp.length);
          g_array_append_val (phone->heard, heard);
        }
    }
}

void
rig_settle (Rig *rig)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_US;
  CsMediaCounters counters;

  do
    {
      cs_media_step (rig->media);
      cs_media_get_counters (rig->media, &counters);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  } while (counters.packets_in < rig->sent);
  listen_all (rig);
}

void
rig_tick (Rig *rig)
{
  rig_settle (rig);
  ct_clock_advance_us (rig->clock, 20 * 1000);
  rig_settle (rig);
}

CsMediaEvent *
rig_next_event (Rig *rig)
{
  return g_async_queue_try_pop (rig->events);
}

void
rig_expect (Rig *rig, CsMediaEventKind kind, CsLegId leg)
{
  g_autoptr (CsMediaEvent) event = rig_next_event (rig);

  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, kind);
  g_assert_cmpint (event->leg, ==, leg);
}

void
rig_expect_none (Rig *rig)
{
  g_autoptr (CsMediaEvent) event = rig_next_event (rig);

  g_assert_null (event);
}

static gint16
tone (double hertz, guint32 at)
{
  return (gint16) lrint (AMPLITUDE * sin (2 * G_PI * hertz * at / CS_SAMPLE_RATE));
}

void
rig_add_prompt (Rig *rig, const char *name, double hertz, guint samples)
{
  static const char *const suffixes[] = { "pcma", "pcmu" };
  g_autofree char *bytes = g_malloc (samples);

  for (int law = 0; law < CS_LAWS; law++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.%s", rig->prompts, name, suffixes[law]);

      for (guint i = 0; i < samples; i++)
        bytes[i] = (char) cs_g711_from_linear ((CsLaw) law, tone (hertz, i));
      g_assert_true (g_file_set_contents (path, bytes, samples, NULL));
    }
  cs_media_step (rig->media);
}

Phone *
phone_new (Rig *rig, const char *host)
{
  Phone *phone = g_new0 (Phone, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };

  inet_pton (AF_INET, host, &address.sin_addr);
  phone->rig = rig;
  phone->host = g_strdup (host);
  phone->fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  phone->ssrc = g_random_int ();
  phone->timestamp = g_random_int ();
  phone->sequence = (guint16) g_random_int ();
  phone->said = g_byte_array_new ();
  phone->heard = g_array_new (FALSE, FALSE, sizeof (Heard));
  g_assert_no_errno (bind (phone->fd, (struct sockaddr *) &address, sizeof address));
  g_ptr_array_add (rig->phones, phone);
  return phone;
}

void
phone_free (Phone *phone)
{
  g_ptr_array_remove (phone->rig->phones, phone);
  close (phone->fd);
  g_byte_array_unref (phone->said);
  g_array_unref (phone->heard);
  g_free (phone->host);
  g_free (phone);
}

char *
phone_sdp (Phone *phone, const char *host, const char *formats, const char *attributes)
{
  struct sockaddr_in address;
  socklen_t length = sizeof address;

  g_assert_no_errno (getsockname (phone->fd, (struct sockaddr *) &address, &length));
  return g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
                          "m=audio %u RTP/AVP %s\r\na=rtpmap:101 telephone-event/8000\r\n%s",
                          host, host, ntohs (address.sin_port), formats, attributes);
}

void
phone_call (Phone *phone, CsLegId leg, CsLaw law)
{
  CsMediaPort *port = phone->rig->port;
  g_autoptr (GError) error = NULL;
  g_autofree char *offer = phone_sdp (phone, phone->host, law == CS_LAW_A ? "8 101" : "0 101", "");
  g_autofree char *answer = NULL;

  port->open (port->self, leg, &error);
  g_assert_no_error (error);
  answer = port->answer (port->self, leg, offer, &error);
  g_assert_no_error (error);
  phone->leg = leg;
  phone->law = law;
  phone->media_port = (guint16) atoi (strstr (answer, "m=audio ") + 8);
  rig_settle (phone->rig);
}

void
phone_send (Phone *phone, const guint8 *bytes, gsize length)
{
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons (phone->media_port),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  g_assert_cmpint (sendto (phone->fd, bytes, length, 0, (struct sockaddr *) &to, sizeof to), ==,
                   length);
  phone->rig->sent++;
}

void
phone_send_tone (Phone *phone, double hertz)
{
  guint8 packet[CS_RTP_HEADER + FRAME];
  CsRtp rtp = { .payload_type = phone->law == CS_LAW_A ? 8 : 0,
                .sequence = phone->sequence++,
                .timestamp = phone->timestamp,
                .ssrc = phone->ssrc };

  cs_rtp_write (packet, &rtp);
  for (guint i = 0; i < FRAME; i++)
    packet[CS_RTP_HEADER + i]
        = cs_g711_from_linear (phone->law, tone (hertz, (phone->timestamp + i) % 8000));
  g_byte_array_append (phone->said, packet + CS_RTP_HEADER, FRAME);
  phone->timestamp += FRAME;
  phone_send (phone, packet, sizeof packet);
}

void
phone_send_key (Phone *phone, guint event, guint duration, gboolean end)
{
  guint8 packet[CS_RTP_HEADER + 4];
  CsRtp rtp = { .payload_type = 101,
                .sequence = phone->sequence++,
                .timestamp = phone->timestamp,
                .ssrc = phone->ssrc };

  cs_rtp_write (packet, &rtp);
  packet[CS_RTP_HEADER] = (guint8) event;
  packet[CS_RTP_HEADER + 1] = (guint8) ((end ? 0x80 : 0) | 10);
  packet[CS_RTP_HEADER + 2] = (guint8) (duration >> 8);
  packet[CS_RTP_HEADER + 3] = (guint8) duration;
  phone_send (phone, packet, sizeof packet);
}

Heard *
phone_heard (Phone *phone, guint index)
{
  g_assert_cmpuint (index, <, phone->heard->len);
  return &g_array_index (phone->heard, Heard, index);
}

double
goertzel (const gint16 *samples, guint n, double hertz)
{
  double coefficient = 2 * cos (2 * G_PI * hertz / CS_SAMPLE_RATE);
  double one = 0, two = 0;

  for (guint i = 0; i < n; i++)
    {
      double now = samples[i] + coefficient * one - two;

      two = one;
      one = now;
    }
  return 2.0 / n * sqrt (one * one + two * two - coefficient * one * two);
}

double
phone_level (Phone *phone, guint from, guint to, double hertz)
{
  guint n = (to - from) * FRAME;
  g_autofree gint16 *samples = g_new0 (gint16, n);

  for (guint i = from; i < to; i++)
    {
      Heard *heard = phone_heard (phone, i);

      for (guint j = 0; j < FRAME; j++)
        samples[(i - from) * FRAME + j] = cs_g711_to_linear (phone->law, heard->bytes[j]);
    }
  return goertzel (samples, n, hertz);
}
