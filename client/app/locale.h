/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language that the environment names, also where nobody generated its locale on this machine. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Instead of setlocale (LC_ALL, ""), before any library is initialised. */
void cd_set_locale (void);

G_END_DECLS
