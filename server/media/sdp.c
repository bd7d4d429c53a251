/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the lines. The session part sets defaults (address, direction); each m= line opens a
 * Section that starts from them; when the next one opens, or at the end, the first section that we
 * can use becomes the audio. */
#include "server/media/sdp.h"

#include "common/base/error.h"
#include <arpa/inet.h>
#include <string.h>

#define MAX_LINES 2000
#define MAX_FORMATS 64

/* A piece of a line; never terminated. */
typedef struct {
  const char *at;
  gsize length;
} Span;

typedef struct {
  guint8 formats[MAX_FORMATS]; /* in the order of the m= line */
  guint n_formats;
  guint8 law[CS_LAWS], event; /* by rtpmap; confirmed by formats when the section ends */
  gboolean mapped[128];
  gboolean usable; /* audio, RTP/AVP, a port */
  gboolean has_address;
  CsSdpAudio audio;
} Section;

typedef struct {
  CsSdp *sdp;
  Section session; /* defaults */
  Section section; /* of the m= line at hand */
  guint line;
} Reader;

static gboolean
fail_line (const Reader *reader, GError **error, const char *what)
{
  return ct_fail (error, CT_ERROR_INVALID, "SDP line %u: %s", reader->line, what);
}

/* Takes the next word off @rest; empty when there is none. */
static Span
take_word (Span *rest, char separator)
{
  const char *end = memchr (rest->at, separator, rest->length);
  Span word = { rest->at, end != NULL ? (gsize) (end - rest->at) : rest->length };
  gsize taken = MIN (word.length + 1, rest->length);

  rest->at += taken;
  rest->length -= taken;
  return word;
}

static gboolean
is_word (Span span, const char *word)
{
  return span.length == strlen (word) && memcmp (span.at, word, span.length) == 0;
}

static gboolean
is_word_nocase (Span span, const char *word)
{
  return span.length == strlen (word) && g_ascii_strncasecmp (span.at, word, span.length) == 0;
}

static gboolean
copy_word (Span span, char *to, gsize size)
{
  if (span.length == 0 || span.length >= size)
    return FALSE;
  memcpy (to, span.at, span.length);
  to[span.length] = '\0';
  return TRUE;
}

static gboolean
read_number (Span span, guint limit, guint *number)
{
  guint value = 0;

  if (span.length == 0 || span.length > 9)
    return FALSE;
  for (gsize i = 0; i < span.length; i++)
    {
      if (!g_ascii_isdigit (span.at[i]))
        return FALSE;
      value = value * 10 + (guint) (span.at[i] - '0');
    }
  *number = value;
  return value <= limit;
}

/* c=IN IP4 192.0.2.1[/ttl], c=IN IP6 2001:db8::1. A host name is refused: we resolve nothing that a
 * stranger wrote. */
static gboolean
read_connection (Reader *reader, Section *section, Span rest, GError **error)
{
  Span net = take_word (&rest, ' ');
  Span family = take_word (&rest, ' ');
  Span address = take_word (&rest, '/');
  char text[INET6_ADDRSTRLEN];
  struct in6_addr six;

  if (!is_word (net, "IN") || !copy_word (address, text, sizeof text))
    return fail_line (reader, error, "no connection address");
  section->has_address = TRUE;
  section->audio.ipv6 = is_word (family, "IP6");
  if (section->audio.ipv6)
    return inet_pton (AF_INET6, text, &six) == 1
           || fail_line (reader, error, "not an IPv6 address");
  if (!is_word (family, "IP4") || inet_pton (AF_INET, text, &section->audio.address.sin_addr) != 1)
    return fail_line (reader, error, "not an IPv4 address");
  return TRUE;
}

static void
map_format (Section *section, guint format, CsLaw law)
{
  if (section->law[law] == CS_SDP_NONE)
    section->law[law] = (guint8) format;
}

/* a=rtpmap:8 PCMA/8000[/1] */
static gboolean
read_rtpmap (Reader *reader, Section *section, Span rest, GError **error)
{
  Span format = take_word (&rest, ' ');
  Span name = take_word (&rest, '/');
  Span rate = take_word (&rest, '/');
  guint number, hertz;

  if (!read_number (format, 127, &number) || name.length == 0
      || !read_number (rate, 999999, &hertz))
    return fail_line (reader, error, "malformed rtpmap");
  section->mapped[number] = TRUE;
  if (hertz != CS_SAMPLE_RATE || !(rest.length == 0 || is_word (rest, "1")))
    return TRUE;
  if (is_word_nocase (name, "PCMA"))
    map_format (section, number, CS_LAW_A);
  else if (is_word_nocase (name, "PCMU"))
    map_format (section, number, CS_LAW_U);
  else if (is_word_nocase (name, "telephone-event") && section->event == CS_SDP_NONE)
    section->event = (guint8) number;
  return TRUE;
}

static gboolean
read_attribute (Reader *reader, Section *section, Span rest, GError **error)
{
  static const struct {
    const char *word;
    CsSdpDirection direction;
  } directions[] = {
    { "sendrecv", CS_SDP_SENDRECV },
    { "sendonly", CS_SDP_SENDONLY },
    { "recvonly", CS_SDP_RECVONLY },
    { "inactive", CS_SDP_INACTIVE },
  };
  Span name = take_word (&rest, ':');

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    if (is_word (name, directions[i].word))
      section->audio.direction = directions[i].direction;
  if (is_word (name, "rtpmap") && reader->sdp->n_media > 0)
    return read_rtpmap (reader, section, rest, error);
  return TRUE;
}

/* m=audio 4000[/1] RTP/AVP 8 0 101 */
static gboolean
read_media (Reader *reader, Span rest, GError **error)
{
  Section *section = &reader->section;
  CsSdpMedia *media = &reader->sdp->media[reader->sdp->n_media];
  Span kind, port, protocol;
  guint number;

  if (reader->sdp->n_media == CS_SDP_MAX_MEDIA)
    return ct_fail (error, CT_ERROR_LIMIT, "SDP with more than %d media", CS_SDP_MAX_MEDIA);
  *section = reader->session;
  kind = take_word (&rest, ' ');
  port = take_word (&rest, ' ');
  port = take_word (&port, '/');
  protocol = take_word (&rest, ' ');
  if (!copy_word (kind, media->media, sizeof media->media)
      || !copy_word (protocol, media->protocol, sizeof media->protocol)
      || !read_number (port, 65535, &number) || rest.length == 0)
    return fail_line (reader, error, "malformed media line");
  section->audio.address.sin_port = htons ((guint16) number);
  section->usable = is_word (kind, "audio") && is_word (protocol, "RTP/AVP") && number > 0;
  reader->sdp->n_media++;
  for (guint i = 0; rest.length > 0; i++)
    {
      Span format = take_word (&rest, ' ');

      if (i == 0 && !copy_word (format, media->format, sizeof media->format))
        return fail_line (reader, error, "malformed format");
      if (!section->usable)
        return TRUE;
      if (!read_number (format, 127, &number))
        return fail_line (reader, error, "malformed payload type");
      if (section->n_formats < MAX_FORMATS)
        section->formats[section->n_formats++] = (guint8) number;
    }
  return TRUE;
}

static gboolean
is_listed (const Section *section, guint8 format)
{
  return format != CS_SDP_NONE && memchr (section->formats, format, section->n_formats) != NULL;
}

/* The section is complete: is it the audio we use? */
static gboolean
end_section (Reader *reader, GError **error)
{
  Section *section = &reader->section;
  CsSdpAudio *audio = &section->audio;
  gboolean any = FALSE;

  if (reader->sdp->n_media == 0)
    return TRUE;
  if (reader->sdp->audio_index >= 0 || !section->usable)
    return TRUE;
  if (!section->has_address)
    return fail_line (reader, error, "media without a connection address");
  if (!section->mapped[8])
    map_format (section, 8, CS_LAW_A);
  if (!section->mapped[0])
    map_format (section, 0, CS_LAW_U);
  audio->event = is_listed (section, section->event) ? section->event : CS_SDP_NONE;
  for (int law = 0; law < CS_LAWS; law++)
    audio->law[law] = is_listed (section, section->law[law]) ? section->law[law] : CS_SDP_NONE;
  for (guint i = 0; i < section->n_formats && !any; i++)
    for (int law = 0; law < CS_LAWS; law++)
      if (section->formats[i] == audio->law[law])
        {
          audio->first = (CsLaw) law;
          any = TRUE;
        }
  if (any)
    {
      reader->sdp->audio = *audio;
      reader->sdp->audio_index = (int) reader->sdp->n_media - 1;
    }
  return TRUE;
}

static gboolean
read_line (Reader *reader, Span line, GError **error)
{
  Span value = { line.at + 2, line.length - 2 };
  Section *section = reader->sdp->n_media > 0 ? &reader->section : &reader->session;

  switch (line.at[0])
    {
    case 'v':
      return is_word (value, "0") || fail_line (reader, error, "unknown version");
    case 'c':
      return read_connection (reader, section, value, error);
    case 'a':
      return read_attribute (reader, section, value, error);
    case 'm':
      return end_section (reader, error) && read_media (reader, value, error);
    default:
      return g_ascii_islower (line.at[0]) || fail_line (reader, error, "unknown line");
    }
}

gboolean
cs_sdp_parse (const char *text, gsize length, CsSdp *sdp, GError **error)
{
  Reader reader = { .sdp = sdp };
  Span rest = { text, length };

  *sdp = (CsSdp){ .audio_index = -1 };
  reader.session.event = CS_SDP_NONE;
  memset (reader.session.law, CS_SDP_NONE, sizeof reader.session.law);
  reader.session.audio.address.sin_family = AF_INET;
  if (length > CS_SDP_MAX_BYTES)
    return ct_fail (error, CT_ERROR_LIMIT, "SDP of more than %d bytes", CS_SDP_MAX_BYTES);
  if (memchr (text, '\0', length) != NULL)
    return ct_fail (error, CT_ERROR_INVALID, "SDP with a zero byte");
  while (rest.length > 0)
    {
      Span line = take_word (&rest, '\n');

      if (++reader.line > MAX_LINES)
        return ct_fail (error, CT_ERROR_LIMIT, "SDP of more than %d lines", MAX_LINES);
      if (line.length > 0 && line.at[line.length - 1] == '\r')
        line.length--;
      if (line.length == 0 && rest.length == 0 && reader.line > 1)
        break;
      if (line.length < 2 || line.at[1] != '=')
        return fail_line (&reader, error, "not a line of SDP");
      if ((reader.line == 1) != (line.at[0] == 'v'))
        return fail_line (&reader, error, "v= belongs first, and only there");
      if (!read_line (&reader, line, error))
        return FALSE;
    }
  if (reader.line == 0)
    return ct_fail (error, CT_ERROR_INVALID, "empty SDP");
  return end_section (&reader, error);
}

static void
write_audio (GString *out, const CsSdpAudio *audio)
{
  static const char *const directions[] = { "sendrecv", "sendonly", "recvonly", "inactive" };
  static const char *const names[] = { "PCMA", "PCMU" };

  g_string_append_printf (out, "m=audio %u RTP/AVP", ntohs (audio->address.sin_port));
  for (int law = 0; law < CS_LAWS; law++)
    if (audio->law[law] != CS_SDP_NONE)
      g_string_append_printf (out, " %u", audio->law[law]);
  if (audio->event != CS_SDP_NONE)
    g_string_append_printf (out, " %u", audio->event);
  g_string_append (out, "\r\n");
  for (int law = 0; law < CS_LAWS; law++)
    if (audio->law[law] != CS_SDP_NONE)
      g_string_append_printf (out, "a=rtpmap:%u %s/8000\r\n", audio->law[law], names[law]);
  if (audio->event != CS_SDP_NONE)
    g_string_append_printf (out, "a=rtpmap:%u telephone-event/8000\r\na=fmtp:%u 0-15\r\n",
                            audio->event, audio->event);
  g_string_append_printf (out, "a=ptime:20\r\na=%s\r\n", directions[audio->direction]);
}

char *
cs_sdp_write (const CsSdp *sdp, guint64 session, guint version)
{
  GString *out = g_string_sized_new (512);
  char address[INET_ADDRSTRLEN] = "";

  inet_ntop (AF_INET, &sdp->audio.address.sin_addr, address, sizeof address);
  g_string_append_printf (out,
                          "v=0\r\no=- %" G_GUINT64_FORMAT " %u IN IP4 %s\r\ns=-\r\n"
                          "c=IN IP4 %s\r\nt=0 0\r\n",
                          session, version, address, address);
  for (int i = 0; i < (int) sdp->n_media; i++)
    {
      const CsSdpMedia *media = &sdp->media[i];

      if (i == sdp->audio_index)
        write_audio (out, &sdp->audio);
      else
        g_string_append_printf (out, "m=%s 0 %s %s\r\n", media->media, media->protocol,
                                media->format);
    }
  return g_string_free (out, FALSE);
}
