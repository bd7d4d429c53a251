/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/resources.h"

GResource *cd_widgets_get_resource (void); /* made by glib-compile-resources */

void
cd_widgets_register_resources (void)
{
  g_resources_register (cd_widgets_get_resource ());
}
