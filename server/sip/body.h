/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message carries. */
#pragma once

#include <glib.h>
#include <sofia-sip/sip.h>

G_BEGIN_DECLS

#define CS_SIP_SDP_TYPE "application/sdp"

/* The session description: the body itself, or the first such part of a multipart body (RFC 5621), in which
 * carriers add a part of the telephone network's, or where the caller is. NULL: there is none, or @message
 * is NULL. The caller frees it. */
char *cs_sip_dup_sdp (const sip_t *message);

G_END_DECLS
