/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who was shown protected data of a call (B07): a row for each time, who, what, when and why. */
#pragma once

#include "common/records/call.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Appends a row for each CtReading of @readings; hides the group when there is none. */
void cd_readings_fill (AdwPreferencesGroup *group, GPtrArray *readings, gint64 now_ms);

G_END_DECLS
