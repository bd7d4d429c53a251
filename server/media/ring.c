/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/media/ring.h"

#include <sys/mman.h>

struct _CsRing {
  CsRingSlot *slots; /* mapped, so that pages come as they are used */
  guint mask;
  guint written __attribute__ ((aligned (64))); /* counts of slots ever written and read */
  guint read __attribute__ ((aligned (64)));
};

CsRing *
cs_ring_new (guint slots)
{
  CsRing *ring = g_aligned_alloc0 (1, sizeof *ring, 64);

  g_assert (slots > 0 && (slots & (slots - 1)) == 0);
  ring->mask = slots - 1;
  ring->slots = mmap (NULL, slots * sizeof (CsRingSlot), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (ring->slots == MAP_FAILED)
    g_error ("no memory for a ring of %u slots", slots);
  return ring;
}

void
cs_ring_free (CsRing *ring)
{
  munmap (ring->slots, (ring->mask + 1u) * sizeof (CsRingSlot));
  g_aligned_free (ring);
}

CsRingSlot *
cs_ring_get_free (CsRing *ring)
{
  guint read = __atomic_load_n (&ring->read, __ATOMIC_ACQUIRE);

  return ring->written - read > ring->mask ? NULL : &ring->slots[ring->written & ring->mask];
}

void
cs_ring_push (CsRing *ring)
{
  __atomic_store_n (&ring->written, ring->written + 1, __ATOMIC_RELEASE);
}

const CsRingSlot *
cs_ring_peek (CsRing *ring)
{
  guint written = __atomic_load_n (&ring->written, __ATOMIC_ACQUIRE);

  return written == ring->read ? NULL : &ring->slots[ring->read & ring->mask];
}

void
cs_ring_pop (CsRing *ring)
{
  __atomic_store_n (&ring->read, ring->read + 1, __ATOMIC_RELEASE);
}
