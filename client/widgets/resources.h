/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The style sheet that all windows share lies in this folder's resources, at the application's base
 * path, where AdwApplication finds it by itself (style.css). */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The path below which every window's template, icon and style sheet lies. */
#define CD_RESOURCES "/org/centrale/Centrale"

/* Makes them known; call it before the application starts. */
void cd_widgets_register_resources (void);

G_END_DECLS
