/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/board.h"

#include "client/dashboard/call-list.h"
#include "client/dashboard/credit-card.h"
#include "client/dashboard/live-row.h"
#include "client/dashboard/quality-card.h"
#include "client/dashboard/template.h"
#include "client/widgets/band.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

/* While somebody calls, the pace changes without an event. */
#define PACE_MS 30000

struct _CdBoard {
  AdwBin parent_instance;
  CdBand *band;
  GtkLabel *company;
  CdCreditCard *credit_card;
  CdQualityCard *quality_card;
  GtkLabel *live_heading;
  GtkListBox *live;
  GtkSizeGroup *people; /* of the rows in live */
  CdCallList *today;

  CdSession *session;
  CdOutcomes *outcomes;
  CtDashboard *dashboard; /* NULL: nothing is shown */
  GHashTable *rows;       /* CtId -> CdLiveRow, borrowed from the list */
  guint tick_timer;
};

G_DEFINE_FINAL_TYPE (CdBoard, cd_board, ADW_TYPE_BIN)

enum { CALL_OPENED, OUTDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
ask_for_reading (CdBoard *self)
{
  g_signal_emit (self, signals[OUTDATED], 0);
}

/* The calls of now */

static gboolean
on_second_passed (gpointer data)
{
  CdBoard *self = data;
  gint64 now_ms = cd_session_server_now_ms (self->session);
  GHashTableIter each;
  gpointer row;

  g_hash_table_iter_init (&each, self->rows);
  while (g_hash_table_iter_next (&each, NULL, &row))
    cd_live_row_tick (row, now_ms);
  if (now_ms - self->dashboard->at > PACE_MS
      && cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE)
    ask_for_reading (self);
  return G_SOURCE_CONTINUE;
}

/* The calls that cost money at this moment. */
static guint
count_running (CdBoard *self)
{
  GHashTableIter each;
  gpointer row;
  guint n = 0;

  g_hash_table_iter_init (&each, self->rows);
  while (g_hash_table_iter_next (&each, NULL, &row))
    {
      const char *state = cd_live_row_get_call (row)->state;

      n += g_strcmp0 (state, "talking") == 0 || g_strcmp0 (state, "held") == 0;
    }
  return n;
}

static void
show_credit (CdBoard *self)
{
  cd_credit_card_show (self->credit_card, self->dashboard, count_running (self),
                       cd_session_server_now_ms (self->session));
}

static void
show_live (CdBoard *self)
{
  guint n = g_hash_table_size (self->rows);
  g_autofree char *number = cd_format_number (n, 0);
  /* Translators: a heading; %s is a number of calls that run. */
  g_autofree char *heading
      = n > 0 ? g_strdup_printf (ngettext ("Now: %s call", "Now: %s calls", n), number)
              : g_strdup (C_ ("dashboard", "Now"));

  gtk_label_set_text (self->live_heading, heading);
  if (n == 0)
    g_clear_handle_id (&self->tick_timer, g_source_remove);
  else if (self->tick_timer == 0)
    self->tick_timer = g_timeout_add_seconds (1, on_second_passed, self);
  show_credit (self);
}

static void
put_live (CdBoard *self, const CtCall *call)
{
  CdLiveRow *row = g_hash_table_lookup (self->rows, &call->id);

  if (row == NULL)
    {
      row = cd_live_row_new (self->dashboard->currency, self->people);
      g_hash_table_insert (self->rows, g_memdup2 (&call->id, sizeof (CtId)), row);
      gtk_list_box_append (self->live, GTK_WIDGET (row));
    }
  cd_live_row_set_call (row, call);
  cd_live_row_tick (row, cd_session_server_now_ms (self->session));
}

static void
remove_live (CdBoard *self, CtId call)
{
  GtkWidget *row = g_hash_table_lookup (self->rows, &call);

  if (row == NULL)
    return;
  g_hash_table_remove (self->rows, &call);
  gtk_list_box_remove (self->live, row);
}

/* The rows stay in the order in which the calls came. */
static void
replace_live (CdBoard *self)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GList) known = g_hash_table_get_values (self->rows);
  GPtrArray *live = self->dashboard->live;

  for (guint i = 0; live != NULL && i < live->len; i++)
    {
      const CtCall *call = live->pdata[i];

      g_hash_table_add (there, (gpointer) &call->id);
      put_live (self, call);
    }
  for (GList *one = known; one != NULL; one = one->next)
    {
      CtId id = cd_live_row_get_call (one->data)->id;

      if (!g_hash_table_contains (there, &id))
        remove_live (self, id);
    }
  show_live (self);
}

void
cd_board_show (CdBoard *self, CtDashboard *dashboard)
{
  g_autoptr (GList) rows = g_hash_table_get_values (self->rows);

  ct_dashboard_free (self->dashboard);
  self->dashboard = dashboard;
  if (dashboard == NULL)
    {
      for (GList *one = rows; one != NULL; one = one->next)
        remove_live (self, cd_live_row_get_call (one->data)->id);
      g_clear_handle_id (&self->tick_timer, g_source_remove);
      return;
    }
  gtk_label_set_text (self->company, dashboard->name);
  cd_band_set_colour (self->band, dashboard->colour);
  cd_quality_card_show (self->quality_card, dashboard->quality);
  cd_call_list_set_calls (self->today, dashboard->today, dashboard->currency);
  replace_live (self);
}

const CtDashboard *
cd_board_get_dashboard (CdBoard *self)
{
  return self->dashboard;
}

/* Events */

static gboolean
is_ours (CdBoard *self, CtId company)
{
  return self->dashboard != NULL && self->dashboard->company == company;
}

static void
on_call_changed (CdBoard *self, const CtCall *call)
{
  if (!is_ours (self, call->company))
    return;
  if (call->ended != 0)
    {
      remove_live (self, call->id);
      ask_for_reading (self);
    }
  else
    put_live (self, call);
  show_live (self);
}

static void
on_meter (CdBoard *self, const CtMeter *meter)
{
  CdLiveRow *row = g_hash_table_lookup (self->rows, &meter->call);

  if (row == NULL)
    return;
  cd_live_row_apply_meter (row, meter);
  cd_live_row_tick (row, cd_session_server_now_ms (self->session));
}

static void
on_credit (CdBoard *self, const CtCredit *credit)
{
  if (!is_ours (self, credit->company))
    return;
  self->dashboard->credit = credit->credit;
  self->dashboard->reserved = credit->reserved;
  self->dashboard->provisional = credit->provisional;
  self->dashboard->provisional_used = credit->provisional_used;
  show_credit (self);
}

/* What the user does */

static void
open_call (CdBoard *self, const CtCall *call)
{
  g_signal_emit (self, signals[CALL_OPENED], 0, call);
}

static void
on_live_activated (CdBoard *self, CdLiveRow *row)
{
  open_call (self, cd_live_row_get_call (row));
}

/* The type */

static void
cd_board_dispose (GObject *object)
{
  CdBoard *self = CD_BOARD (object);

  g_clear_handle_id (&self->tick_timer, g_source_remove);
  g_hash_table_remove_all (self->rows);
  g_clear_object (&self->outcomes);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_BOARD);
  G_OBJECT_CLASS (cd_board_parent_class)->dispose (object);
}

static void
cd_board_finalize (GObject *object)
{
  CdBoard *self = CD_BOARD (object);

  g_hash_table_unref (self->rows);
  ct_dashboard_free (self->dashboard);
  G_OBJECT_CLASS (cd_board_parent_class)->finalize (object);
}

static void
cd_board_class_init (CdBoardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_board_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_board_finalize;
  signals[CALL_OPENED] = g_signal_new ("call-opened", CD_TYPE_BOARD, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[OUTDATED] = g_signal_new ("outdated", CD_TYPE_BOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
  g_type_ensure (CD_TYPE_BAND);
  g_type_ensure (CD_TYPE_CREDIT_CARD);
  g_type_ensure (CD_TYPE_QUALITY_CARD);
  g_type_ensure (CD_TYPE_CALL_LIST);
  cd_dashboard_set_template (widget_class, "board");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdBoard, name)
  CHILD (band);
  CHILD (credit_card);
  CHILD (quality_card);
  CHILD (live_heading);
  CHILD (live);
  CHILD (people);
  CHILD (today);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, open_call);
  gtk_widget_class_bind_template_callback (widget_class, on_live_activated);
}

static void
fill_band (CdBoard *self)
{
  self->company = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->company, 0);
  gtk_label_set_ellipsize (self->company, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->company), "title-3");
  gtk_widget_set_margin_top (GTK_WIDGET (self->company), 9);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->company), 9);
  gtk_widget_set_margin_start (GTK_WIDGET (self->company), 18);
  gtk_widget_set_margin_end (GTK_WIDGET (self->company), 18);
  cd_band_set_child (self->band, GTK_WIDGET (self->company));
}

static void
cd_board_init (CdBoard *self)
{
  self->rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  fill_band (self);
}

void
cd_board_set_session (CdBoard *self, CdSession *session)
{
  self->session = g_object_ref (session);
  self->outcomes = cd_outcomes_new (session);
  cd_call_list_set_outcomes (self->today, self->outcomes);
  g_signal_connect_object (session, "call-changed", G_CALLBACK (on_call_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "meter", G_CALLBACK (on_meter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "credit", G_CALLBACK (on_credit), self, G_CONNECT_SWAPPED);
}
