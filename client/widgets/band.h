/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A band in a company's colour (experience.md: nobody answers with the wrong name): one child on a
 * rounded ground; labels in it take black or white, whichever reads better on the colour. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CD_TYPE_BAND (cd_band_get_type ())
G_DECLARE_FINAL_TYPE (CdBand, cd_band, CD, BAND, GtkWidget)

/* "#c64600"; NULL or what is no colour: a calm blue. */
void cd_band_set_colour (CdBand *self, const char *colour);
void cd_band_set_child (CdBand *self, GtkWidget *child);

/* Contrast of two colours by WCAG 2.1, 1..21. */
double cd_colour_contrast (const GdkRGBA *a, const GdkRGBA *b);

G_END_DECLS
