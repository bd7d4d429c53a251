/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests with a manual clock, under which a CsMedia has no threads. */
#pragma once

#include "server/media/media.h"

G_BEGIN_DECLS

/* Carries out all orders, takes all packets that wait, runs the ticks that the clock says are due and
 * the disk work. Advance the clock by at most 100 ms between two steps: later ticks are left out. */
void cs_media_step (CsMedia *media);

G_END_DECLS
