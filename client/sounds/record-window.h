/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records one prompt with the microphone: what to say is in large letters, a meter shows the voice, the
 * recording can be listened to, made again, and kept. Signal: kept (GBytes *wav); the window closes
 * after it. */
#pragma once

#include "common/base/clock.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_RECORD_WINDOW (cd_record_window_get_type ())
G_DECLARE_FINAL_TYPE (CdRecordWindow, cd_record_window, CD, RECORD_WINDOW, AdwWindow)

/* @title: what is recorded. @text: what is said there, or NULL. */
GtkWindow *
cd_record_window_new (GtkWindow *parent, const char *title, const char *text, CtClock *clock);

G_END_DECLS
