/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the web folder (the chat box, public pages): what the route table does not have. A path is
 * taken segment by segment; none may be hidden or lead upwards, and the real file must lie under the
 * real folder, so that a link does not lead out either. */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX "index.html"
#define PAGE_POLICY                                                                                \
  "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "            \
  "form-action 'self'"

static const struct {
  const char *suffix;
  const char *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".json", "application/json" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".jpg", "image/jpeg" },
  { ".webp", "image/webp" },
  { ".ico", "image/vnd.microsoft.icon" },
  { ".woff2", "font/woff2" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".pdf", "application/pdf" },
  { ".wav", "audio/wav" },
  { ".ogg", "audio/ogg" },
  { ".webmanifest", "application/manifest+json" },
};

static const char *
type_of (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].suffix))
      return types[i].type;
  return "application/octet-stream";
}

/* A file's path below the folder for the request's, or NULL. */
static char *
relative_path (const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path + 1, "/", -1);
  /* Nothing after the slash is no segment at all to g_strsplit. */
  GString *relative = g_string_new (segments[0] == NULL ? "/" INDEX : NULL);

  for (guint i = 0; segments[i] != NULL; i++)
    {
      g_autofree char *segment = g_uri_unescape_string (segments[i], "/\\");
      gboolean last = segments[i + 1] == NULL;

      if (segment == NULL || segment[0] == '.' || strchr (segment, '\\') != NULL
          || (segment[0] == '\0' && !last))
        {
          g_string_free (relative, TRUE);
          return NULL;
        }
      g_string_append_printf (relative, "/%s", last && segment[0] == '\0' ? INDEX : segment);
    }
  return g_string_free (relative, FALSE);
}

static int
open_below (const char *root, const char *path, guint64 *size)
{
  g_autofree char *relative = relative_path (path);
  g_autofree char *full = relative != NULL ? g_strconcat (root, relative, NULL) : NULL;
  g_autofree char *real = full != NULL ? realpath (full, NULL) : NULL;
  struct stat status;
  gsize length = strlen (root);
  int fd;

  if (real == NULL || strncmp (real, root, length) != 0 || real[length] != '/')
    return -1;
  fd = open (real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0)
    return -1;
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      close (fd);
      return -1;
    }
  *size = (guint64) status.st_size;
  return fd;
}

static GBytes *
read_piece (gpointer source, guint64 offset, gsize size, GError **error)
{
  g_autofree char *bytes = g_malloc (size);
  ssize_t got = pread (GPOINTER_TO_INT (source), bytes, size, (off_t) offset);

  if (got <= 0)
    {
      ct_fail (error, CT_ERROR_IO, "a file could not be read: %s",
               got < 0 ? g_strerror (errno) : "it became shorter");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), (gsize) got);
}

static void
close_source (gpointer source)
{
  close (GPOINTER_TO_INT (source));
}

static gboolean
serve_file (CsExchange *exchange, gpointer module, GError **error)
{
  const char *path = g_uri_get_path (soup_server_message_get_uri (exchange->message));
  guint64 size = 0;
  int fd = open_below (exchange->http->web_root, path, &size);
  const char *type;

  if (fd < 0)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "there is nothing at this path");
  type = type_of (g_str_has_suffix (path, "/") ? INDEX : path);
  cs_exchange_reply_ranges (exchange, size, type, read_piece, GINT_TO_POINTER (fd), close_source);
  cs_exchange_set_header (exchange, "Content-Security-Policy", PAGE_POLICY);
  cs_exchange_set_header (exchange, "Cache-Control", "public, max-age=300");
  return TRUE;
}

const CsRow *
cs_http_static_row (CsHttp *http)
{
  static const CsRoute route = { "GET", "(file)",     CS_ALLOW_ANYONE, NULL,
                                 NULL,  CS_ROUTE_RAW, serve_file,      "A file of the web folder" };
  static const CsRow row = { &route, NULL };

  return http->web_root != NULL ? &row : NULL;
}
