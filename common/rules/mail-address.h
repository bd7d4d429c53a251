/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail addresses, as far as anybody can judge them who does not deliver the mail: where one is written
 * down and where a mail is sent, the same is taken for an address. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bare address of "Name <a@b>" or "a@b"; NULL when it is none that SMTP without extensions carries
 * (RFC 5321 4.1.2). Caller frees. */
char *ct_mail_address (const char *mailbox) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
