/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar below: hold, mute, keypad, devices, levels, the clock of the call, the mark of the recording,
 * end. Its buttons are the actions win.hold, win.mute, win.end. It follows the phone by itself. */
#pragma once

#include "client/phone/phone.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_PHONE_BAR (cd_phone_bar_get_type ())
G_DECLARE_FINAL_TYPE (CdPhoneBar, cd_phone_bar, CD, PHONE_BAR, AdwBin)

/* Once; @phone is kept. */
void cd_phone_bar_set_phone (CdPhoneBar *self, CdPhone *phone);
/* @seconds -1: no clock. @recorded and @masked: of the running call. */
void cd_phone_bar_tick (CdPhoneBar *self, gint64 seconds, gboolean recorded, gboolean masked);
/* The user talks on another phone of his. */
void cd_phone_bar_set_elsewhere (CdPhoneBar *self, gboolean elsewhere);
void cd_phone_bar_open_keypad (CdPhoneBar *self);

G_END_DECLS
