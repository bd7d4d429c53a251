/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/readings.h"

#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

static char *
dup_title (const CtReading *reading)
{
  const char *who = reading->person_name != NULL ? reading->person_name : _ ("Somebody");
  const char *what
      = reading->label != NULL && *reading->label != '\0' ? reading->label : reading->step;

  if (strcmp (reading->kind, "secret") == 0)
    /* Translators: %1$s is a person, %2$s the question of a script, as "Card number" */
    return g_strdup_printf (_ ("%1$s read the secret answer to “%2$s”"), who, what);
  /* Translators: %1$s is a person, %2$s a step of a script, as "Address of the house" */
  return g_strdup_printf (_ ("%1$s was shown “%2$s”"), who, what);
}

static char *
dup_subtitle (const CtReading *reading, gint64 now_ms)
{
  g_autofree char *day = cd_format_day (reading->at, now_ms);
  g_autofree char *time = cd_format_time (reading->at);
  g_autofree char *when = g_strdup_printf ("%s, %s", day, time);
  g_autofree char *why = NULL;

  if (strcmp (reading->kind, "secret") == 0)
    return g_strdup_printf ("%s\n%s", when, _ ("The script shows it to this person's role."));
  if (reading->reason == NULL || *reading->reason == '\0')
    return g_steal_pointer (&when);
  /* Translators: %s is what an e-agent typed. */
  why = g_strdup_printf (_ ("Reason given: %s"), reading->reason);
  return g_strdup_printf ("%s\n%s", when, why);
}

void
cd_readings_fill (AdwPreferencesGroup *group, GPtrArray *readings, gint64 now_ms)
{
  for (guint i = 0; i < readings->len; i++)
    {
      GtkWidget *row = adw_action_row_new ();
      g_autofree char *title = dup_title (readings->pdata[i]);
      g_autofree char *subtitle = dup_subtitle (readings->pdata[i], now_ms);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
      adw_preferences_group_add (group, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (group), readings->len > 0);
}
