/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The popover with the twelve keys; the keyboard's digits work in it as well. */
#pragma once

#include "client/phone/phone.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @phone is kept. */
GtkWidget *cd_keypad_new (CdPhone *phone);

G_END_DECLS
