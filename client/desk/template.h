/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/widgets/template.h"

GResource *cd_desk_get_resource (void); /* made by glib-compile-resources */

/* @name: "ring-card" for desk/ring-card.ui. */
#define cd_desk_set_template(widget_class, name)                                                   \
  cd_widget_set_template (widget_class, cd_desk_get_resource (), "desk/" name)
