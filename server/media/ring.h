/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring from one relay thread to the disk thread: one writer, one reader, fixed slots, no locks. A
 * full ring refuses, it never waits; the recording then has silence there, since each slot says where
 * in time it belongs. */
#pragma once

#include "server/media/g711.h"

G_BEGIN_DECLS

#define CS_RING_PAYLOAD 160

typedef enum {
  CS_SIDE_LEFT,  /* what the caller sends */
  CS_SIDE_RIGHT, /* what the caller is sent */
  CS_SIDES,
} CsSide;

typedef struct {
  gpointer recording; /* CsRecording, kept alive by the disk thread until it was stopped */
  gint64 time_us;     /* when the packet came or went */
  guint32 timestamp;  /* of the first sample */
  guint8 side, law;
  guint8 length; /* samples */
  guint8 bytes[CS_RING_PAYLOAD];
} CsRingSlot;

typedef struct _CsRing CsRing;

/* @slots: a power of two. Untouched slots cost no memory. */
CsRing *cs_ring_new (guint slots);
void cs_ring_free (CsRing *ring);

/* The writer: the slot to fill, or NULL when full; then cs_ring_push() hands it over. */
CsRingSlot *cs_ring_get_free (CsRing *ring);
void cs_ring_push (CsRing *ring);

/* The reader: the oldest slot, or NULL when empty; then cs_ring_pop() gives it back. */
const CsRingSlot *cs_ring_peek (CsRing *ring);
void cs_ring_pop (CsRing *ring);

G_END_DECLS
