/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service quality and its three losses as one bar of a hundred. It is drawn; the screen reader is told
 * the same in a sentence. The parts differ in colour and in hatching. */
#pragma once

#include "common/records/company.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  CD_QUALITY_REACHED,
  CD_QUALITY_LOST_UNANSWERED,
  CD_QUALITY_LOST_LATE,
  CD_QUALITY_LOST_EARLY,
  CD_QUALITY_PARTS,
} CdQualityPart;

#define CD_TYPE_QUALITY_BAR (cd_quality_bar_get_type ())
G_DECLARE_FINAL_TYPE (CdQualityBar, cd_quality_bar, CD, QUALITY_BAR, GtkWidget)

/* NULL, or one without calls: an empty bar. Nothing of @quality is kept. */
void cd_quality_bar_set_quality (CdQualityBar *self, const CtQuality *quality);
/* Fills @area as the bar fills that part: for a legend. */
void cd_quality_snapshot_part (GtkSnapshot *snapshot, CdQualityPart part, gboolean dark,
                               const graphene_rect_t *area);

/* A small square of the legend. */
#define CD_TYPE_QUALITY_SWATCH (cd_quality_swatch_get_type ())
G_DECLARE_FINAL_TYPE (CdQualitySwatch, cd_quality_swatch, CD, QUALITY_SWATCH, GtkWidget)

void cd_quality_swatch_set_part (CdQualitySwatch *self, CdQualityPart part);

G_END_DECLS
