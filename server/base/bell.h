/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bell wakes a thread that waits in poll: a file descriptor that is readable once it was rung. Ring it
 * after the lock of what it tells of is given back: who wakes wants that lock at once, and on a
 * machine with few cores often runs before the ringer goes on, only to wait for him again. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* -1 when there are no more descriptors (errno). Close it as any other. */
int cs_bell_new (void);
/* From any thread; many rings before it is silenced are one. */
void cs_bell_ring (int bell);
/* By the thread that was woken, before it looks at what there is. */
void cs_bell_silence (int bell);

G_END_DECLS
