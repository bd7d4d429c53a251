/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Multipart bodies are read here (RFC 2046, 5.1): what Sofia has for them leaks where the boundary is
 * missing. Parts within parts are not looked into. */
#include "server/sip/body.h"

#include <sofia-sip/msg_header.h>
#include <string.h>

#define MULTIPART "multipart/"
#define BOUNDARY_MAX 70

/* What is left to read, and what ends each part: the boundary after two hyphens, at a line's beginning. */
typedef struct {
  const char *begin, *end;
  char delimiter[BOUNDARY_MAX + 3];
  gsize length;
} Parts;

static gboolean
parts_init (Parts *parts, const sip_content_type_t *type, const sip_payload_t *payload)
{
  const char *boundary = msg_params_find (type->c_params, "boundary=");
  gsize length = boundary != NULL ? strlen (boundary) : 0;

  if (length >= 2 && boundary[0] == '"' && boundary[length - 1] == '"')
    {
      boundary++;
      length -= 2;
    }
  if (length == 0 || length > BOUNDARY_MAX || payload->pl_data == NULL)
    return FALSE;
  parts->begin = payload->pl_data;
  parts->end = payload->pl_data + payload->pl_len;
  parts->length = length + 2;
  memcpy (parts->delimiter, "--", 2);
  memcpy (parts->delimiter + 2, boundary, length);
  return TRUE;
}

static const char *
find_delimiter (const Parts *parts, const char *from)
{
  for (const char *at = from;
       (at = memmem (at, (gsize) (parts->end - at), parts->delimiter, parts->length)) != NULL; at++)
    if (at == parts->begin || at[-1] == '\n')
      return at;
  return NULL;
}

static gboolean
is_sdp_header (const char *line, gsize length)
{
  static const char *const names[] = { "content-type:", "c:" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (length > strlen (names[i]) && g_ascii_strncasecmp (line, names[i], strlen (names[i])) == 0)
      {
        g_autofree char *value = g_strndup (line + strlen (names[i]), length - strlen (names[i]));

        value[strcspn (value, ";")] = '\0';
        return g_ascii_strcasecmp (g_strstrip (value), CS_SIP_SDP_TYPE) == 0;
      }
  return FALSE;
}

/* A part from its headers on; NULL when it is something else. */
static char *
dup_part (const char *part, const char *end)
{
  gboolean sdp = FALSE;

  for (const char *line = part, *stop; (stop = memchr (line, '\n', (gsize) (end - line))) != NULL;
       line = stop + 1)
    {
      gsize length = (gsize) (stop - line);

      if (length > 0 && line[length - 1] == '\r')
        length--;
      if (length > 0)
        {
          sdp = sdp || is_sdp_header (line, length);
          continue;
        }
      /* The last line break belongs to the delimiter. */
      line = stop + 1;
      if (end > line && end[-1] == '\n')
        end--;
      if (end > line && end[-1] == '\r')
        end--;
      return sdp && end > line ? g_strndup (line, (gsize) (end - line)) : NULL;
    }
  return NULL;
}

static char *
dup_from_parts (const Parts *parts)
{
  const char *at = find_delimiter (parts, parts->begin);

  while (at != NULL)
    {
      const char *after = at + parts->length;
      const char *head = memchr (after, '\n', (gsize) (parts->end - after));
      const char *next = head != NULL ? find_delimiter (parts, head + 1) : NULL;
      char *sdp = next != NULL ? dup_part (head + 1, next) : NULL;

      if (sdp != NULL)
        return sdp;
      at = next;
    }
  return NULL;
}

char *
cs_sip_dup_sdp (const sip_t *message)
{
  const sip_content_type_t *type = message != NULL ? message->sip_content_type : NULL;
  const sip_payload_t *payload = type != NULL ? message->sip_payload : NULL;
  Parts parts;

  if (payload == NULL || type->c_type == NULL)
    return NULL;
  if (g_ascii_strcasecmp (type->c_type, CS_SIP_SDP_TYPE) == 0)
    return payload->pl_len > 0 ? g_strndup (payload->pl_data, payload->pl_len) : NULL;
  if (g_ascii_strncasecmp (type->c_type, MULTIPART, strlen (MULTIPART)) == 0
      && parts_init (&parts, type, payload))
    return dup_from_parts (&parts);
  return NULL;
}
