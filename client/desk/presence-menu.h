/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The e-agent's presence in the header bar: what he is and for how long, and a menu to change it: the
 * actions win.available, win.pause (with a reason, "" for none) and win.offline. */
#pragma once

#include "common/records/presence.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CD_TYPE_PRESENCE_MENU (cd_presence_menu_get_type ())
G_DECLARE_FINAL_TYPE (CdPresenceMenu, cd_presence_menu, CD, PRESENCE_MENU, GtkWidget)

/* "Pause: Lunch", and in a call what comes after it, unless that is the next call. Caller frees. */
char *cd_presence_to_text (const CtPresence *presence);

/* @presence NULL: not known yet. Called again each second, for the clock. */
void cd_presence_menu_show (CdPresenceMenu *self, const CtPresence *presence, gint64 now_ms);

G_END_DECLS
