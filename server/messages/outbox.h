/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailer's side of the outbox. Each step of a message is on disk before the next (D31): it is marked
 * `sending` before anybody talks to the mail server and gets what became of it after. If we die in
 * between, the mark tells the next run that this message was perhaps accepted.
 *
 * A commit costs more than a mail, so a turn does both for several messages at once: it notes the
 * outcomes gathered since the last turn and claims the next messages due. For one thread. */
#pragma once

#include "server/messages/messages-store.h"

G_BEGIN_DECLS

/* What became of a claimed message. */
typedef struct {
  CtId id;
  const char *state; /* a literal; NULL: queued again */
  gint64 sent_ms;    /* 0: not sent */
  gint64 next_ms;    /* when queued again */
  gboolean uncertain;
  gboolean untried; /* given back as it was: the attempt does not count */
  char *reason;     /* may be NULL */
} CsOutcome;

typedef struct _CsOutbox CsOutbox;

/* Both arguments are borrowed and outlive it. */
CsOutbox *cs_outbox_new (CsStore *store, const char *host_name);
void cs_outbox_free (CsOutbox *outbox);

/* Notes and claims, up to @limit messages (0: only notes), in the order they are due. On failure the
 * outcomes stay gathered, and whatever was claimed without our knowing is given back next time. */
gboolean cs_outbox_turn (CsOutbox *outbox, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The next of the claimed ones; NULL: none is left. */
CsMessageRow *cs_outbox_take (CsOutbox *outbox);
/* Gathers @outcome and takes over its reason. */
void cs_outbox_note (CsOutbox *outbox, const CsOutcome *outcome);
/* Gives back all that is claimed and was not taken. */
void cs_outbox_give_back (CsOutbox *outbox);
guint cs_outbox_count_noted (CsOutbox *outbox);
/* How long until a message is due: 0 when one is, -1 when none is queued. */
gboolean cs_outbox_time_to_next (CsOutbox *outbox, gint64 *ms, GError **error);

G_END_DECLS
