/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a phone's secret: both who keeps it and who checks it say it the same. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* HA1 = MD5 (sip_user ":" realm ":" secret) in lower-case hex, RFC 2617 3.2.2.2. */
#define CS_SIP_HA1_LENGTH 32

/* The secret itself need not be kept. Caller frees. */
char *cs_sip_ha1 (const char *sip_user, const char *realm, const char *secret);

G_END_DECLS
