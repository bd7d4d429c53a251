/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail as it travels: RFC 5322 headers, RFC 2047 encoded words, a UTF-8 text as quoted-printable. What
 * stands in a field cannot end it: control characters become spaces. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *from;              /* "Name <a@b>" or "a@b" */
  const char *const *recipients; /* of the To field */
  const char *subject;
  const char *body; /* UTF-8, lines end with \n */
  const char *language;
  const char *message_id; /* with its angle brackets */
  gint64 date_ms;
} CsMail;

/* Lines end with CRLF. Caller frees. */
char *cs_mime_compose (const CsMail *mail);

G_END_DECLS
