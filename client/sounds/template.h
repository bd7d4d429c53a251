/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/widgets/template.h"

GResource *cd_sounds_get_resource (void); /* made by glib-compile-resources */

/* @name: "sound-row" for sounds/sound-row.ui. */
#define cd_sounds_set_template(widget_class, name)                                                 \
  cd_widget_set_template (widget_class, cd_sounds_get_resource (), "sounds/" name)
