/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail to one address over SMTP, by libcurl; a connection is kept for the next. Blocks. */
#pragma once

#include "server/messages/messages.h"

G_BEGIN_DECLS

typedef enum {
  CS_SMTP_ACCEPTED,
  CS_SMTP_REFUSED,     /* for good: a 5xx about this mail */
  CS_SMTP_LATER,       /* a 4xx about this mail */
  CS_SMTP_UNREACHABLE, /* no server, no TLS, no sign-in: not about this mail at all */
  CS_SMTP_UNKNOWN,     /* it was handed over whole, and no answer came */
} CsSmtpResult;

typedef struct _CsSmtp CsSmtp;

/* @config is borrowed and outlives it. */
CsSmtp *cs_smtp_new (const CsMailConfig *config);
void cs_smtp_free (CsSmtp *smtp);

/* @reply: the server's last word, or curl's. Caller frees. */
CsSmtpResult
cs_smtp_send (CsSmtp *smtp, const char *from, const char *to, const char *mail, char **reply);

G_END_DECLS
