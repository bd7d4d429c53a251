/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "phone"

#include "client/phone/media/sdp.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_SIZE 8192
#define MAX_LINES 200

static const char *const direction_words[] = { "sendrecv", "sendonly", "recvonly", "inactive" };

/* What is known while reading: session defaults, then the first audio stream. */
typedef struct {
  CdSdp *sdp;
  char session_address[64];
  gboolean in_stream; /* past the first m= */
  gboolean in_audio;  /* within the audio stream that was taken */
  gboolean has_audio;
  int payloads[32];
  guint n_payloads;
  int mapped_codec[128]; /* payload type -> codec by rtpmap, or CD_CODEC_NONE */
} Reader;

static gboolean
read_number (const char *text, guint64 maximum, guint64 *number)
{
  return g_ascii_string_to_unsigned (text, 10, 0, maximum, number, NULL);
}

/* "IN IP4 192.0.2.1" */
static gboolean
read_connection (const char *value, char address[64])
{
  g_auto (GStrv) parts = g_strsplit (value, " ", 4);

  if (g_strv_length (parts) != 3 || strcmp (parts[0], "IN") != 0 || strlen (parts[2]) > 63
      || (strcmp (parts[1], "IP4") != 0 && strcmp (parts[1], "IP6") != 0))
    return FALSE;
  if (!g_hostname_is_ip_address (parts[2]))
    return FALSE;
  g_strlcpy (address, parts[2], 64);
  return TRUE;
}

/* "audio 20000 RTP/AVP 8 0 101" */
static gboolean
read_stream (Reader *reader, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, " ", 40);
  CdSdp *sdp = reader->sdp;
  guint64 port;

  reader->in_stream = TRUE;
  reader->in_audio = FALSE;
  if (sdp->n_streams == G_N_ELEMENTS (sdp->streams) || g_strv_length (parts) < 4)
    return FALSE;
  if (!read_number (parts[1], 65535, &port))
    return FALSE;
  if (reader->has_audio || strcmp (parts[0], "audio") != 0 || strcmp (parts[2], "RTP/AVP") != 0
      || port == 0)
    {
      sdp->streams[sdp->n_streams++]
          = g_strdup_printf ("m=%s 0 %s %s", parts[0], parts[2], parts[3]);
      return TRUE;
    }
  sdp->streams[sdp->n_streams++] = NULL;
  sdp->port = port;
  reader->in_audio = reader->has_audio = TRUE;
  for (guint i = 3; parts[i] != NULL && reader->n_payloads < G_N_ELEMENTS (reader->payloads); i++)
    {
      guint64 payload;

      if (!read_number (parts[i], 127, &payload))
        return FALSE;
      reader->payloads[reader->n_payloads++] = (int) payload;
    }
  return TRUE;
}

/* "rtpmap:101 telephone-event/8000" and the four directions. */
static void
read_attribute (Reader *reader, const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (direction_words); i++)
    if (strcmp (value, direction_words[i]) == 0 && (reader->in_audio || !reader->in_stream))
      {
        reader->sdp->direction = i;
        return;
      }
  if (reader->in_audio && g_str_has_prefix (value, "rtpmap:"))
    {
      g_auto (GStrv) parts = g_strsplit (value + strlen ("rtpmap:"), " ", 2);
      guint64 payload;

      if (parts[0] == NULL || parts[1] == NULL || !read_number (parts[0], 127, &payload))
        return;
      reader->mapped_codec[payload] = CD_CODEC_NONE;
      if (g_ascii_strncasecmp (parts[1], "telephone-event/8000", 20) == 0)
        reader->sdp->event = (int) payload;
      else if (g_ascii_strncasecmp (parts[1], "PCMU/8000", 9) == 0 && payload == CD_CODEC_PCMU)
        reader->mapped_codec[payload] = CD_CODEC_PCMU;
      else if (g_ascii_strncasecmp (parts[1], "PCMA/8000", 9) == 0 && payload == CD_CODEC_PCMA)
        reader->mapped_codec[payload] = CD_CODEC_PCMA;
    }
}

static gboolean
read_line (Reader *reader, const char *line)
{
  if (line[0] == '\0' || line[1] != '=')
    return FALSE;
  switch (line[0])
    {
    case 'm':
      return read_stream (reader, line + 2);
    case 'c':
      if (reader->in_audio)
        return read_connection (line + 2, reader->sdp->address);
      return reader->in_stream || read_connection (line + 2, reader->session_address);
    case 'a':
      read_attribute (reader, line + 2);
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
read_lines (Reader *reader, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAX_LINES);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strchomp (lines[i]);
      if (lines[i][0] != '\0' && !read_line (reader, lines[i]))
        return FALSE;
    }
  return g_str_has_prefix (text, "v=0");
}

gboolean
cd_sdp_parse (const char *text, CdSdp *out, GError **error)
{
  g_auto (CdSdp) sdp = { .codec = CD_CODEC_NONE, .event = -1 };
  Reader reader = { .sdp = &sdp };

  for (guint i = 0; i < G_N_ELEMENTS (reader.mapped_codec); i++)
    reader.mapped_codec[i] = i == CD_CODEC_PCMU || i == CD_CODEC_PCMA ? (int) i : CD_CODEC_NONE;
  if (text == NULL || strlen (text) > MAX_SIZE || !read_lines (&reader, text))
    return ct_fail (error, CT_ERROR_INVALID, "malformed SDP");
  if (sdp.address[0] == '\0')
    g_strlcpy (sdp.address, reader.session_address, sizeof sdp.address);
  if (!reader.has_audio || sdp.address[0] == '\0')
    return ct_fail (error, CT_ERROR_INVALID, "SDP without an audio stream");
  for (guint i = 0; i < reader.n_payloads && sdp.codec == CD_CODEC_NONE; i++)
    sdp.codec = reader.mapped_codec[reader.payloads[i]];
  if (sdp.codec == CD_CODEC_NONE)
    return ct_fail (error, CT_ERROR_INVALID, "SDP without a codec of ours");
  if (strcmp (sdp.address, "0.0.0.0") == 0) /* hold as in RFC 2543 */
    sdp.direction = CD_SDP_SEND_ONLY;
  *out = sdp;
  memset (&sdp, 0, sizeof sdp);
  return TRUE;
}

void
cd_sdp_clear (CdSdp *sdp)
{
  for (guint i = 0; i < sdp->n_streams; i++)
    g_clear_pointer (&sdp->streams[i], g_free);
  sdp->n_streams = 0;
}

CdSdpDirection
cd_sdp_answer_direction (CdSdpDirection peer, CdSdpDirection own)
{
  gboolean send = (peer == CD_SDP_SEND_RECEIVE || peer == CD_SDP_RECEIVE_ONLY)
                  && (own == CD_SDP_SEND_RECEIVE || own == CD_SDP_SEND_ONLY);
  gboolean receive = (peer == CD_SDP_SEND_RECEIVE || peer == CD_SDP_SEND_ONLY)
                     && (own == CD_SDP_SEND_RECEIVE || own == CD_SDP_RECEIVE_ONLY);

  if (send)
    return receive ? CD_SDP_SEND_RECEIVE : CD_SDP_SEND_ONLY;
  return receive ? CD_SDP_RECEIVE_ONLY : CD_SDP_INACTIVE;
}

static void
write_audio (GString *text, guint16 port, CdSdpDirection direction, const CdSdp *peer)
{
  static const int both[] = { CD_CODEC_PCMA, CD_CODEC_PCMU };
  const int *codecs = peer != NULL ? &peer->codec : both;
  guint n_codecs = peer != NULL ? 1 : G_N_ELEMENTS (both);
  int event = peer != NULL ? peer->event : 101;

  g_string_append_printf (text, "m=audio %u RTP/AVP", port);
  for (guint i = 0; i < n_codecs; i++)
    g_string_append_printf (text, " %d", codecs[i]);
  if (event >= 0)
    g_string_append_printf (text, " %d", event);
  g_string_append (text, "\r\n");
  for (guint i = 0; i < n_codecs; i++)
    g_string_append_printf (text, "a=rtpmap:%d %s/8000\r\n", codecs[i],
                            codecs[i] == CD_CODEC_PCMA ? "PCMA" : "PCMU");
  if (event >= 0)
    g_string_append_printf (text, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", event,
                            event);
  g_string_append_printf (text, "a=ptime:20\r\na=%s\r\n", direction_words[direction]);
}

char *
cd_sdp_write (const char *address, guint16 port, guint64 session, guint version,
              CdSdpDirection direction, const CdSdp *peer)
{
  const char *family = strchr (address, ':') != NULL ? "IP6" : "IP4";
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          "v=0\r\no=- %" G_GUINT64_FORMAT " %u IN %s %s\r\ns=-\r\nc=IN %s %s\r\n"
                          "t=0 0\r\n",
                          session, version, family, address, family, address);
  if (peer == NULL)
    write_audio (text, port, direction, NULL);
  for (guint i = 0; peer != NULL && i < peer->n_streams; i++)
    if (peer->streams[i] != NULL)
      g_string_append_printf (text, "%s\r\n", peer->streams[i]);
    else
      write_audio (text, port, direction, peer);
  return g_string_free (text, FALSE);
}
