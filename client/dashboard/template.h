/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/widgets/template.h"

GResource *cd_dashboard_get_resource (void); /* made by glib-compile-resources */

/* @name: "credit-card" for dashboard/credit-card.ui. */
#define cd_dashboard_set_template(widget_class, name)                                              \
  cd_widget_set_template (widget_class, cd_dashboard_get_resource (), "dashboard/" name)
