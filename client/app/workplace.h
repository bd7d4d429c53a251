/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that one signed-in user works with, beside his windows: for who answers calls the phone, the
 * journal and the agent. Made after sign-in, closed before sign-out. */
#pragma once

#include "client/app/settings.h"
#include "client/session/agent.h"

G_BEGIN_DECLS

#define CD_TYPE_WORKPLACE (cd_workplace_get_type ())
G_DECLARE_FINAL_TYPE (CdWorkplace, cd_workplace, CD, WORKPLACE, GObject)

/* @session is signed in, and kept; @settings must outlive it. */
CdWorkplace *cd_workplace_new (CdSession *session, CdSettings *settings, CtClock *clock);

/* Fetches the journal's key (which may ask the user to unlock his key ring), then starts the agent. */
void cd_workplace_open_async (CdWorkplace *self, GAsyncReadyCallback callback, gpointer data);
/* FALSE with the workplace open all the same: what is typed is not kept on disk. */
gboolean cd_workplace_open_finish (CdWorkplace *self, GAsyncResult *result, GError **error);
/* Signs off: phone, presence, session; takes three seconds at most, while the main context runs. */
void cd_workplace_close (CdWorkplace *self);

CdSession *cd_workplace_get_session (CdWorkplace *self);
/* NULL for who answers no calls. */
CdAgent *cd_workplace_get_agent (CdWorkplace *self);
/* A call that somebody would miss if we went. */
gboolean cd_workplace_has_call (CdWorkplace *self);

G_END_DECLS
