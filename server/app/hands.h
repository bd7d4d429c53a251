/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `apply` and the API ask of domains that server/tenants does not know: sounds, hashes, scripts, money. */
#pragma once

#include "server/http/http.h"
#include "server/media/prepare.h"
#include "server/tenants/apply.h"

G_BEGIN_DECLS

typedef struct {
  const char *realm;
  CsDecodeConfig decode;
  CsHashCost hash;
} CsHands;

/* @hands outlives @out. */
void cs_hands_fill (CsHands *hands, CsApplyHands *out);

G_END_DECLS
