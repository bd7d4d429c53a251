/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server, plugged together: loops, ports, domains, in the order in which they start and stop. */
#pragma once

#include <gio/gio.h>

#include "common/base/clock.h"
#include "server/app/config.h"

G_BEGIN_DECLS

typedef struct _CsApp CsApp;

/* Everything is up when it returns: calls are taken. @config and @clock outlive it. */
CsApp *cs_app_start (const CsConfig *config, CtClock *clock, GError **error);
/* No new calls; the running ones go on. */
void cs_app_drain (CsApp *app);
guint cs_app_count_calls (CsApp *app);
/* Ends what still runs, settles, writes, closes. */
void cs_app_stop (CsApp *app);
/* SIGHUP: the plan, devices and trunks, and the certificate. These two only begin it, on a worker, as a
 * name server may take its time; what fails is logged. */
void cs_app_reload_all (CsApp *app);
/* Looks again for the trunks whose host could not be found, if there are any. */
void cs_app_retry_trunks (CsApp *app);

/* Makes a backup of the running server; blocks, and must have ended before cs_app_stop. Caller frees the
 * path. */
char *cs_app_backup (CsApp *app, const char *folder, GCancellable *cancellable, GError **error);

guint16 cs_app_get_http_port (CsApp *app);
guint16 cs_app_get_sip_port (CsApp *app);
guint16 cs_app_get_sips_port (CsApp *app); /* with TLS; 0: none */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsApp, cs_app_stop)

G_END_DECLS
