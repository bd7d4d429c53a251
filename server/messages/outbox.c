/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "messages"

#include "server/messages/outbox.h"

struct _CsOutbox {
  CsStore *store;
  const char *host_name;
  GQueue claimed;   /* of CsMessageRow, in the order they are due */
  GArray *outcomes; /* of CsOutcome, not yet on disk */
};

typedef struct {
  CsOutbox *outbox;
  guint limit;
  GPtrArray *rows; /* out: the claimed ones */
} Turn;

static void
outcome_clear (gpointer data)
{
  g_free (((CsOutcome *) data)->reason);
}

CsOutbox *
cs_outbox_new (CsStore *store, const char *host_name)
{
  CsOutbox *outbox = g_new0 (CsOutbox, 1);

  outbox->store = store;
  outbox->host_name = host_name;
  g_queue_init (&outbox->claimed);
  outbox->outcomes = g_array_new (FALSE, FALSE, sizeof (CsOutcome));
  g_array_set_clear_func (outbox->outcomes, outcome_clear);
  return outbox;
}

void
cs_outbox_free (CsOutbox *outbox)
{
  g_queue_clear_full (&outbox->claimed, (GDestroyNotify) cs_message_row_free);
  g_array_unref (outbox->outcomes);
  g_free (outbox);
}

static gint64
now_of (const CsOutbox *outbox)
{
  return ct_clock_utc_ms (cs_store_get_clock (outbox->store));
}

static gboolean
write_outcome (CsDb *db, const CsOutcome *outcome, GError **error)
{
  if (outcome->untried)
    return cs_messages_set_untried (db, outcome->id, error);
  if (outcome->state == NULL)
    return cs_messages_set_queued (db, outcome->id, outcome->next_ms, outcome->uncertain,
                                   outcome->reason, error);
  return cs_messages_set_done (db, outcome->id, outcome->state, outcome->sent_ms, outcome->reason,
                               error);
}

static gboolean
claim (CsDb *db, const CsOutbox *outbox, CsMessageRow *row, GError **error)
{
  if (row->message_id == NULL)
    row->message_id = g_strdup_printf ("<%s@%s>", ct_id_text (row->id).text, outbox->host_name);
  row->attempts++;
  return cs_messages_set_sending (db, row->id, row->message_id, error);
}

static gboolean
write_turn (CsDb *db, gpointer data, GError **error)
{
  Turn *turn = data;
  const GArray *outcomes = turn->outbox->outcomes;

  g_clear_pointer (&turn->rows, g_ptr_array_unref);
  for (guint i = 0; i < outcomes->len; i++)
    if (!write_outcome (db, &g_array_index (outcomes, CsOutcome, i), error))
      return FALSE;
  if (turn->limit == 0)
    return TRUE;
  turn->rows = cs_messages_list_due (db, now_of (turn->outbox), turn->limit, error);
  if (turn->rows == NULL)
    return FALSE;
  for (guint i = 0; i < turn->rows->len; i++)
    if (!claim (db, turn->outbox, turn->rows->pdata[i], error))
      return FALSE;
  return TRUE;
}

static void
note_untried (CsOutbox *outbox, const CsMessageRow *row)
{
  CsOutcome outcome = { .id = row->id, .untried = TRUE };

  g_array_append_val (outbox->outcomes, outcome);
}

gboolean
cs_outbox_turn (CsOutbox *outbox, guint limit, GError **error)
{
  Turn turn = { outbox, limit, NULL };
  gboolean good = cs_store_write_patiently (outbox->store, write_turn, &turn, error);

  if (good)
    g_array_set_size (outbox->outcomes, 0);
  for (guint i = 0; turn.rows != NULL && i < turn.rows->len; i++)
    if (good)
      g_queue_push_tail (&outbox->claimed, g_steal_pointer (&turn.rows->pdata[i]));
    else /* perhaps it is marked all the same */
      note_untried (outbox, turn.rows->pdata[i]);
  g_clear_pointer (&turn.rows, g_ptr_array_unref);
  return good;
}

CsMessageRow *
cs_outbox_take (CsOutbox *outbox)
{
  return g_queue_pop_head (&outbox->claimed);
}

void
cs_outbox_note (CsOutbox *outbox, const CsOutcome *outcome)
{
  g_array_append_val (outbox->outcomes, *outcome);
}

void
cs_outbox_give_back (CsOutbox *outbox)
{
  CsMessageRow *row;

  while ((row = cs_outbox_take (outbox)) != NULL)
    {
      note_untried (outbox, row);
      cs_message_row_free (row);
    }
}

guint
cs_outbox_count_noted (CsOutbox *outbox)
{
  return outbox->outcomes->len;
}

gboolean
cs_outbox_time_to_next (CsOutbox *outbox, gint64 *ms, GError **error)
{
  CsDb *db = cs_store_acquire_reader (outbox->store);
  gint64 next_ms = 0;
  gboolean good = cs_messages_get_next (db, &next_ms, error);

  cs_store_release_reader (outbox->store, db);
  if (good)
    *ms = next_ms == 0 ? -1 : MAX (next_ms - now_of (outbox), 0);
  return good;
}
