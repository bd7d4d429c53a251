/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/call-list.h"

#include "client/dashboard/columns.h"
#include "client/dashboard/template.h"
#include "client/dashboard/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

/* A row of the table. */
#define CD_TYPE_CALL_ITEM (cd_call_item_get_type ())
G_DECLARE_FINAL_TYPE (CdCallItem, cd_call_item, CD, CALL_ITEM, GObject)

struct _CdCallItem {
  GObject parent_instance;
  CtCall *call;
  char *currency;
  char *outcome;
};

G_DEFINE_FINAL_TYPE (CdCallItem, cd_call_item, G_TYPE_OBJECT)

struct _CdCallList {
  AdwBin parent_instance;
  GtkStack *stack;
  GtkColumnView *view;
  GListStore *items;
  CdOutcomes *outcomes;
};

enum { OPENED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdCallList, cd_call_list, ADW_TYPE_BIN)

/* Rows */

static void
cd_call_item_finalize (GObject *object)
{
  CdCallItem *self = CD_CALL_ITEM (object);

  ct_call_free (self->call);
  g_free (self->currency);
  g_free (self->outcome);
  G_OBJECT_CLASS (cd_call_item_parent_class)->finalize (object);
}

static void
cd_call_item_class_init (CdCallItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_call_item_finalize;
}

static void
cd_call_item_init (CdCallItem *self)
{
}

static CdCallItem *
item_new (CdCallList *self, const CtCall *call, const char *currency)
{
  CdCallItem *item = g_object_new (CD_TYPE_CALL_ITEM, NULL);

  item->call = ct_record_copy (call);
  item->currency = g_strdup (currency);
  item->outcome = g_strdup (cd_outcomes_look_up (self->outcomes, call));
  return item;
}

/* What a row shows that may still change after the call has ended. */
static gboolean
shows_same (const CdCallItem *item, const CtCall *call, const char *outcome)
{
  return item->call->id == call->id && item->call->seconds == call->seconds
         && item->call->cost == call->cost && item->call->agent == call->agent
         && g_strcmp0 (item->outcome, outcome) == 0;
}

/* How many of @calls stand above the one that was the newest. */
static guint
count_new (CdCallList *self, GPtrArray *calls, guint n)
{
  g_autoptr (CdCallItem) newest = g_list_model_get_item (G_LIST_MODEL (self->items), 0);

  for (guint i = 0; newest != NULL && i < n; i++)
    if (((const CtCall *) calls->pdata[i])->id == newest->call->id)
      return i;
  return n;
}

void
cd_call_list_set_calls (CdCallList *self, GPtrArray *calls, const char *currency)
{
  guint n = calls != NULL ? calls->len : 0;
  guint more = count_new (self, calls, n);

  for (guint i = more; i > 0; i--)
    {
      g_autoptr (CdCallItem) item = item_new (self, calls->pdata[i - 1], currency);

      g_list_store_insert (self->items, 0, item);
    }
  for (guint i = more; i < n; i++)
    {
      const CtCall *call = calls->pdata[i];
      g_autoptr (CdCallItem) old = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      g_autoptr (CdCallItem) item = NULL;

      if (old != NULL && shows_same (old, call, cd_outcomes_look_up (self->outcomes, call)))
        continue;
      item = item_new (self, call, currency);
      g_list_store_splice (self->items, i, old != NULL ? 1 : 0, (gpointer *) &item, 1);
    }
  while (g_list_model_get_n_items (G_LIST_MODEL (self->items)) > n)
    g_list_store_remove (self->items, n);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "calls" : "empty");
}

/* Columns */

static const CtCall *
call_of (gpointer item)
{
  return CD_CALL_ITEM (item)->call;
}

static char *
time_of (gpointer item)
{
  return cd_format_time (call_of (item)->started);
}

static char *
caller_of (gpointer item)
{
  return cd_words_caller (call_of (item));
}

static char *
agent_of (gpointer item)
{
  const CtCall *call = call_of (item);

  return g_strdup (call->agent_name != NULL ? call->agent_name : "–");
}

static char *
waited_of (gpointer item)
{
  const CtCall *call = call_of (item);

  return call->queued != 0 ? cd_format_clock (call->waited_seconds) : g_strdup ("–");
}

static char *
talked_of (gpointer item)
{
  const CtCall *call = call_of (item);

  return call->answered != 0 ? cd_format_clock (call->seconds) : g_strdup ("–");
}

static char *
cost_of (gpointer item)
{
  return cd_format_money (call_of (item)->cost, CD_CALL_ITEM (item)->currency);
}

static char *
outcome_of (gpointer item)
{
  const char *outcome = CD_CALL_ITEM (item)->outcome;

  return g_strdup (outcome != NULL ? outcome : "");
}

static const CdColumn columns[] = {
  /* Translators: headings of a table of calls. */
  { "call", NC_ ("call", "Time"), time_of, FALSE, FALSE },
  { "call", NC_ ("call", "Caller"), caller_of, FALSE, TRUE },
  { "call", NC_ ("call", "E-agent"), agent_of, FALSE, TRUE },
  { "call", NC_ ("call", "Waited"), waited_of, TRUE, FALSE },
  { "call", NC_ ("call", "Talked"), talked_of, TRUE, FALSE },
  { "call", NC_ ("call", "Cost"), cost_of, TRUE, FALSE },
  { "call", NC_ ("call", "Outcome"), outcome_of, FALSE, TRUE },
};

static char *
details_of (gpointer item)
{
  g_autofree char *caller = caller_of (item);

  /* Translators: %s is who called. */
  return g_strdup_printf (_ ("Details of the call from %s"), caller);
}

static void
on_details_pressed (gpointer item, gpointer data)
{
  g_signal_emit (data, signals[OPENED], 0, call_of (item));
}

static void
on_row_activated (CdCallList *self, guint position)
{
  g_autoptr (CdCallItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), position);

  if (item != NULL)
    g_signal_emit (self, signals[OPENED], 0, item->call);
}

static void
on_outcomes_learned (CdCallList *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (CdCallItem) old = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      g_autoptr (CdCallItem) item = NULL;

      if (old->outcome != NULL
          && g_strcmp0 (old->outcome, cd_outcomes_look_up (self->outcomes, old->call)) == 0)
        continue;
      item = item_new (self, old->call, old->currency);
      g_list_store_splice (self->items, i, 1, (gpointer *) &item, 1);
    }
}

void
cd_call_list_set_outcomes (CdCallList *self, CdOutcomes *outcomes)
{
  self->outcomes = g_object_ref (outcomes);
  g_signal_connect_object (outcomes, "learned", G_CALLBACK (on_outcomes_learned), self,
                           G_CONNECT_SWAPPED);
}

static void
cd_call_list_dispose (GObject *object)
{
  CdCallList *self = CD_CALL_LIST (object);

  g_clear_object (&self->items);
  g_clear_object (&self->outcomes);
  G_OBJECT_CLASS (cd_call_list_parent_class)->dispose (object);
}

static void
cd_call_list_class_init (CdCallListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_call_list_dispose;
  cd_dashboard_set_template (widget_class, "call-list");
  gtk_widget_class_bind_template_child (widget_class, CdCallList, stack);
  gtk_widget_class_bind_template_child (widget_class, CdCallList, view);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  signals[OPENED] = g_signal_new ("opened", CD_TYPE_CALL_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
cd_call_list_init (CdCallList *self)
{
  g_autoptr (GtkNoSelection) selection = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->items = g_list_store_new (CD_TYPE_CALL_ITEM);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->items)));
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
  cd_columns_add (self->view, columns, G_N_ELEMENTS (columns));
  cd_columns_add_button (self->view, C_ ("call", "Details"), details_of, on_details_pressed, self);
}
