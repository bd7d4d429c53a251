/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How to record a prompt by phone: which number to call, what to press, how long that is good for; and
 * that it is done, when the server says so. */
#pragma once

#include "common/base/clock.h"
#include "common/records/line.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_CALL_IN_WINDOW (cd_call_in_window_get_type ())
G_DECLARE_FINAL_TYPE (CdCallInWindow, cd_call_in_window, CD, CALL_IN_WINDOW, AdwWindow)

/* @seconds: how long the code is good for from now on. */
GtkWindow *cd_call_in_window_new (GtkWindow *parent, const char *title, const CtCallIn *call_in,
                                  gint64 seconds, CtClock *clock);
/* The prompt has been recorded. */
void cd_call_in_window_set_done (CdCallInWindow *self);

G_END_DECLS
