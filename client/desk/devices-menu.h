/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The popover to choose microphone and loudspeaker in, before and during a call; it follows what is
 * plugged in and out. */
#pragma once

#include "client/phone/phone.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @phone is kept. */
GtkWidget *cd_devices_menu_new (CdPhone *phone);

G_END_DECLS
