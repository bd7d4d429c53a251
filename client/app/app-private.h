/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this folder share. */
#pragma once

#include "client/widgets/resources.h"

G_BEGIN_DECLS

#define CD_APP_ID "org.centrale.Centrale"

GResource *cd_app_get_resource (void); /* made by glib-compile-resources */

G_END_DECLS
