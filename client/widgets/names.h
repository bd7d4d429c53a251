/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for a screen reader, for the buttons inside widgets of libadwaita that have none themselves. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The buttons in @widget are called what their tooltips say, now and when those change. */
void cd_name_buttons (GtkWidget *widget);
/* The button that closes a toast, in each that comes. Once. */
void cd_name_toasts (AdwToastOverlay *overlay);

G_END_DECLS
