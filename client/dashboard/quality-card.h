/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Today's service quality (docs/service-quality.md): the figure, the bar with its three losses, the
 * numbers beside it, and the definition behind a button. */
#pragma once

#include "common/records/company.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_QUALITY_CARD (cd_quality_card_get_type ())
G_DECLARE_FINAL_TYPE (CdQualityCard, cd_quality_card, CD, QUALITY_CARD, AdwBin)

/* NULL: none. Nothing of @quality is kept. */
void cd_quality_card_show (CdQualityCard *self, const CtQuality *quality);

G_END_DECLS
