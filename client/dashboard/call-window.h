/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call, with its reasons: what happened, why it was billed, why it went to whom, its recording, the
 * messages that went out about it. Not modal: a live call is never covered by a question. */
#pragma once

#include "client/session/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_CALL_WINDOW (cd_call_window_get_type ())
G_DECLARE_FINAL_TYPE (CdCallWindow, cd_call_window, CD, CALL_WINDOW, AdwWindow)

/* @call is what is known already; the rest is read. */
CdCallWindow *cd_call_window_new (GtkWindow *parent, CdSession *session, const CtCall *call,
                                  const char *currency);

G_END_DECLS
