/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in: server, domain, user, password. What was right the last time stands there again.
 *
 * Signals: signed-in (CdSession *) */
#pragma once

#include "client/app/settings.h"
#include "client/session/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_SIGN_IN_WINDOW (cd_sign_in_window_get_type ())
G_DECLARE_FINAL_TYPE (CdSignInWindow, cd_sign_in_window, CD, SIGN_IN_WINDOW, AdwApplicationWindow)

/* @settings and @clock are kept, and must outlive the window. */
CdSignInWindow *
cd_sign_in_window_new (GtkApplication *application, CdSettings *settings, CtClock *clock);
/* What the command line asked for; NULL leaves a field as it is. */
void cd_sign_in_window_prefill (CdSignInWindow *self, const char *server, const char *domain,
                                const char *user);
/* Why the user is here again, as "You have been signed out." */
void cd_sign_in_window_set_message (CdSignInWindow *self, const char *message);

G_END_DECLS
