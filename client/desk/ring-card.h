/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call that rings: who calls, for whom, in which language, what was keyed, the earlier contacts, and
 * why it came to me (S0-12), before it is answered. Buttons win.answer and win.refuse. */
#pragma once

#include "client/phone/phone.h"
#include "common/records/call.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_RING_CARD (cd_ring_card_get_type ())
G_DECLARE_FINAL_TYPE (CdRingCard, cd_ring_card, CD, RING_CARD, AdwBin)

/* @call NULL: the phone rings, but nothing more is known. Called again each second. */
void cd_ring_card_show (CdRingCard *self, const CtCall *call, CdPhone *phone, gint64 now_ms);
void cd_ring_card_focus (CdRingCard *self);

G_END_DECLS
