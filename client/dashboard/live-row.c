/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/live-row.h"

#include "client/dashboard/meter.h"
#include "client/dashboard/template.h"
#include "client/dashboard/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

struct _CdLiveRow {
  GtkListBoxRow parent_instance;
  GtkLabel *caller, *line, *agent, *state, *time, *cost;
  CtCall *call;
  char *currency;
};

G_DEFINE_FINAL_TYPE (CdLiveRow, cd_live_row, GTK_TYPE_LIST_BOX_ROW)

/* "Bestellijn · Reason: opening hours" */
static char *
line_words (const CtCall *call)
{
  g_autofree char *keyed = cd_words_keyed (call, " · ");
  const char *line = call->line_label != NULL ? call->line_label : call->called;

  return keyed != NULL ? g_strjoin (" · ", line, keyed, NULL) : g_strdup (line);
}

static char *
state_words (const CtCall *call, gint64 now_ms)
{
  g_autofree char *seconds = NULL;

  if (call->warn_seconds > 0)
    {
      seconds = cd_words_seconds (
          MAX (call->seconds + call->warn_seconds - cd_meter_seconds (call, now_ms), 0));
      /* Translators: %s is "30 seconds". */
      return g_strdup_printf (_ ("The credit ends in %s"), seconds);
    }
  if (g_strcmp0 (call->state, "queued") == 0 && call->place > 0)
    {
      g_autofree char *place = cd_format_number ((double) call->place, 0);

      /* Translators: %s is the place in the queue, a number. */
      return g_strdup_printf (_ ("Waits, place %s"), place);
    }
  return g_strdup (cd_words_state (call));
}

static void
tell (CdLiveRow *self)
{
  g_autofree char *label
      = g_strdup_printf ("%s, %s, %s", gtk_label_get_text (self->caller),
                         gtk_label_get_text (self->agent), gtk_label_get_text (self->state));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
cd_live_row_set_call (CdLiveRow *self, const CtCall *call)
{
  g_autofree char *caller = cd_words_caller (call);
  g_autofree char *line = line_words (call);
  /* As of its measure, until the next tick. */
  g_autofree char *state = state_words (call, call->metered_at);

  ct_call_free (self->call);
  self->call = ct_record_copy (call);
  gtk_label_set_text (self->caller, caller);
  gtk_label_set_text (self->line, line);
  gtk_label_set_text (self->agent,
                      call->agent_name != NULL ? call->agent_name : _ ("No e-agent yet"));
  gtk_label_set_text (self->state, state);
  if (call->warn_seconds > 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->state), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->state), "warning");
  tell (self);
}

const CtCall *
cd_live_row_get_call (CdLiveRow *self)
{
  return self->call;
}

void
cd_live_row_apply_meter (CdLiveRow *self, const CtMeter *meter)
{
  g_autoptr (CtCall) call = ct_record_copy (self->call);
  gboolean warned = (call->warn_seconds > 0) != (meter->warn_seconds > 0);

  cd_meter_apply (self->call, meter);
  if (warned)
    {
      cd_meter_apply (call, meter);
      cd_live_row_set_call (self, call);
    }
}

void
cd_live_row_tick (CdLiveRow *self, gint64 now_ms)
{
  gboolean answered = self->call->answered != 0;
  g_autofree char *time = cd_format_clock (answered ? cd_meter_seconds (self->call, now_ms)
                                                    : cd_meter_waited (self->call, now_ms));
  g_autofree char *cost = answered
                              ? cd_format_money (cd_meter_cost (self->call, now_ms), self->currency)
                              : g_strdup ("–");

  gtk_label_set_text (self->time, time);
  gtk_label_set_text (self->cost, cost);
  if (self->call->warn_seconds > 0)
    {
      g_autofree char *state = state_words (self->call, now_ms);

      gtk_label_set_text (self->state, state);
    }
}

static void
cd_live_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_LIVE_ROW);
  G_OBJECT_CLASS (cd_live_row_parent_class)->dispose (object);
}

static void
cd_live_row_finalize (GObject *object)
{
  CdLiveRow *self = CD_LIVE_ROW (object);

  ct_call_free (self->call);
  g_free (self->currency);
  G_OBJECT_CLASS (cd_live_row_parent_class)->finalize (object);
}

static void
cd_live_row_class_init (CdLiveRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_live_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_live_row_finalize;
  cd_dashboard_set_template (widget_class, "live-row");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdLiveRow, name)
  CHILD (caller);
  CHILD (line);
  CHILD (agent);
  CHILD (state);
  CHILD (time);
  CHILD (cost);
#undef CHILD
}

static void
cd_live_row_init (CdLiveRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CdLiveRow *
cd_live_row_new (const char *currency, GtkSizeGroup *people)
{
  CdLiveRow *self = g_object_new (CD_TYPE_LIVE_ROW, NULL);

  self->currency = g_strdup (currency);
  gtk_size_group_add_widget (people, GTK_WIDGET (self->agent));
  gtk_size_group_add_widget (people, GTK_WIDGET (self->state));
  return self;
}
