/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handlers of the routes in module.c; the module pointer is a CsCalls. */
#pragma once

#include "server/calls/calls-private.h"

G_BEGIN_DECLS

gboolean cs_calls_get_my_presence (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_put_my_presence (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_presences (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_my_call (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_calls (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_call (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_call_why (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_post_finish (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_post_connect (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_delete_connect (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_recording (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_my_waiting (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_bill (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_readings (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_companies (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_calls_get_dashboard (CsExchange *exchange, gpointer module, GError **error);

/* TRUE when who asks may see a call of this company and e-agent; else CT_ERROR_NOT_FOUND, so that
 * nobody learns what exists. */
gboolean cs_calls_may_see (const CsPrincipal *principal, CtId company, CtId agent, GError **error);

/* What only a single call carries: ticket, dispositions, earlier contacts. */
gboolean cs_calls_complete (CsExchange *exchange, CsCalls *calls, CtCall *call, GError **error);
gboolean cs_calls_check_disposition (CsExchange *exchange, CsCalls *calls, const CtCall *call,
                                     const char *code, GError **error);
/* Caller frees. */
char *cs_calls_connect_number (CsExchange *exchange, CsCalls *calls, const CtCall *call,
                               const char *step, GError **error);

G_END_DECLS
