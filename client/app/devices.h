/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The microphone and the loudspeaker that the user chose, from one start to the next. A chosen device that
 * is not there (unplugged) is waited for: until then the system's choice stands in. */
#pragma once

#include "client/app/settings.h"
#include "client/phone/phone.h"

G_BEGIN_DECLS

/* As long as @phone lives; @settings must live longer. */
void cd_remember_devices (CdPhone *phone, CdSettings *settings);

G_END_DECLS
