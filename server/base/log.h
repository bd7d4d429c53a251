/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of the log that are about somebody: one tenant's, one user's, one call's. Whoever greps a call's
 * id finds its whole story, whichever part of the server told it; so no message names them itself.
 *
 *   cs_info (CS_ABOUT (.tenant = leg->tenant, .call = leg->call), "ended: %s", why);
 *   2026-11-22T03:04:05.678Z info sip: ended: BYE tenant=0CN2P8826P31X call=0CN2P8CQW1XXS
 *
 * g_info() and its sisters are for what is nobody's. What the log's level drops costs nothing here: the
 * text is not even made. */
#pragma once

#include "common/base/id.h"

G_BEGIN_DECLS

typedef struct {
  CtId tenant, user, call; /* CT_ID_NONE where there is none */
} CsAbout;

#define CS_ABOUT(...) ((CsAbout){ __VA_ARGS__ })

/* Use the macros below. The ids travel as the fields TENANT, USER and CALL. */
void cs_log_about (const char *domain, GLogLevelFlags level, CsAbout about, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

#define cs_debug(about, ...) cs_log_about (G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, about, __VA_ARGS__)
#define cs_info(about, ...) cs_log_about (G_LOG_DOMAIN, G_LOG_LEVEL_INFO, about, __VA_ARGS__)
#define cs_message(about, ...) cs_log_about (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, about, __VA_ARGS__)
#define cs_warning(about, ...) cs_log_about (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, about, __VA_ARGS__)
#define cs_critical(about, ...)                                                                    \
  cs_log_about (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, about, __VA_ARGS__)

/* The least important level that is written; all are until this is called, once, at the start. */
void cs_log_set_lowest (GLogLevelFlags level);
gboolean cs_log_wants (GLogLevelFlags level);

G_END_DECLS
