/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows are made at the first reading and kept while the lines stay the same: a later reading only puts
 * new words into them, so that nothing jumps under the pointer and what plays goes on. */
#define G_LOG_DOMAIN "sounds"

#include "client/sounds/sounds-private.h"

#include "client/sounds/call-in-window.h"
#include "client/sounds/template.h"
#include "client/sounds/words.h"
#include "client/widgets/names.h"
#include "common/rules/phone.h"

#include <glib/gi18n.h>
#include <string.h>

#define COALESCE_MS 200

G_DEFINE_FINAL_TYPE (CdSoundsWindow, cd_sounds_window, ADW_TYPE_WINDOW)

/* Showing */

void
cd_sounds_show_prompt (CdSoundsWindow *self, CdSoundRow *row, const CtLinePrompt *prompt)
{
  cd_sound_row_set_prompt (row, prompt, cd_session_server_now_ms (self->session));
  if (row == self->called_in && prompt->version > self->called_in_version && self->call_in != NULL
      && strcmp (prompt->origin, "phone") == 0)
    {
      cd_call_in_window_set_done (CD_CALL_IN_WINDOW (self->call_in));
      self->called_in = NULL;
    }
}

static void
on_ended (CdSoundsWindow *self)
{
  CdSoundRow *row = g_steal_pointer (&self->playing);

  if (row != NULL)
    cd_sound_row_set_playing (row, FALSE);
}

/* Reading */

static char *
key_of (const CtLine *line, const CtLinePrompt *prompt)
{
  return g_strdup_printf ("%s/%s/%s", ct_id_text (line->id).text, prompt->place, prompt->language);
}

static gboolean
has_many_languages (const CtLine *line)
{
  for (guint i = 0; i < line->prompts->len; i++)
    if (strcmp (((CtLinePrompt *) line->prompts->pdata[i])->language, line->language) != 0)
      return TRUE;
  return FALSE;
}

static CdSoundRow *
add_row (CdSoundsWindow *self, const CtLine *line, const CtLinePrompt *prompt, gboolean many)
{
  CdSoundRow *row
      = cd_sound_row_new (line->id, cd_session_may (self->session, "manage-lines"), many);

  g_signal_connect_object (row, "asked", G_CALLBACK (cd_sounds_on_asked), self, 0);
  g_hash_table_insert (self->rows, key_of (line, prompt), row);
  return row;
}

static void
add_line (CdSoundsWindow *self, const CtLine *line)
{
  GtkWidget *group = adw_preferences_group_new ();
  g_autofree char *number = ct_phone_pretty (line->number);
  GtkWidget *digits = NULL;
  gboolean many = has_many_languages (line);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), line->label);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), number);
  for (guint i = 0; i < line->prompts->len; i++)
    {
      const CtLinePrompt *prompt = line->prompts->pdata[i];
      CdSoundRow *row = add_row (self, line, prompt, many);

      if (!cd_sounds_is_digit (prompt))
        {
          adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (row));
          continue;
        }
      if (digits == NULL)
        {
          digits = adw_expander_row_new ();
          adw_preferences_row_set_title (ADW_PREFERENCES_ROW (digits),
                                         _ ("Digits for the place in the queue"));
          adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), digits);
        }
      adw_expander_row_add_row (ADW_EXPANDER_ROW (digits), GTK_WIDGET (row));
    }
  gtk_box_append (self->lines, group);
}

/* TRUE when there is a row for each prompt, and no other. */
static gboolean
fits (CdSoundsWindow *self, const GPtrArray *lines)
{
  guint n = 0;

  for (guint i = 0; i < lines->len; i++)
    {
      const CtLine *line = lines->pdata[i];

      for (guint j = 0; j < line->prompts->len; j++, n++)
        {
          g_autofree char *key = key_of (line, line->prompts->pdata[j]);

          if (!g_hash_table_contains (self->rows, key))
            return FALSE;
        }
    }
  return n == g_hash_table_size (self->rows);
}

static void
make_rows (CdSoundsWindow *self, const GPtrArray *lines)
{
  GtkWidget *child;

  cd_listener_stop (self->listener);
  self->called_in = NULL;
  g_hash_table_remove_all (self->rows);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->lines))) != NULL)
    gtk_box_remove (self->lines, child);
  for (guint i = 0; i < lines->len; i++)
    add_line (self, lines->pdata[i]);
}

static void
show_lines (CdSoundsWindow *self, const GPtrArray *lines)
{
  if (!fits (self, lines))
    make_rows (self, lines);
  for (guint i = 0; i < lines->len; i++)
    {
      const CtLine *line = lines->pdata[i];

      for (guint j = 0; j < line->prompts->len; j++)
        {
          g_autofree char *key = key_of (line, line->prompts->pdata[j]);

          cd_sounds_show_prompt (self, g_hash_table_lookup (self->rows, key),
                                 line->prompts->pdata[j]);
        }
    }
  gtk_stack_set_visible_child_name (self->stack, lines->len > 0 ? "list" : "empty");
}

static void
on_lines_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdSoundsWindow) self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GPtrArray) lines
      = cd_session_list_finish (CD_SESSION (session), result, NULL, &problem, NULL);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (lines != NULL)
    show_lines (self, lines);
  else if (g_hash_table_size (self->rows) > 0)
    cd_sounds_say (self, cd_problem_text (problem));
  else
    {
      adw_status_page_set_description (self->failure, cd_problem_text (problem));
      gtk_stack_set_visible_child_name (self->stack, "failed");
    }
}

void
cd_sounds_read_anew (CdSoundsWindow *self)
{
  g_autofree char *path
      = g_strdup_printf ("/api/v1/companies/%s/lines?limit=200", ct_id_text (self->company).text);

  cd_session_list_async (self->session, path, &ct_line_type, self->cancellable, on_lines_read,
                         g_object_ref (self));
}

static gboolean
on_time_to_read (gpointer data)
{
  CdSoundsWindow *self = data;

  self->read_timer = 0;
  cd_sounds_read_anew (self);
  return G_SOURCE_REMOVE;
}

static void
read_soon (CdSoundsWindow *self)
{
  if (self->read_timer == 0)
    self->read_timer = g_timeout_add (COALESCE_MS, on_time_to_read, self);
}

static void
on_event (CdSoundsWindow *self, const char *type, const char *topic, const char *json)
{
  if (strcmp (type, "prompts") == 0 && g_str_has_prefix (topic, "company:")
      && strcmp (topic + strlen ("company:"), ct_id_text (self->company).text) == 0)
    read_soon (self);
}

static void
on_again_clicked (CdSoundsWindow *self)
{
  gtk_stack_set_visible_child_name (self->stack, "loading");
  cd_sounds_read_anew (self);
}

/* The type */

static void
cd_sounds_window_dispose (GObject *object)
{
  CdSoundsWindow *self = CD_SOUNDS_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->read_timer, g_source_remove);
  g_clear_weak_pointer (&self->call_in);
  g_clear_weak_pointer (&self->said);
  self->playing = NULL;
  g_clear_object (&self->listener);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_SOUNDS_WINDOW);
  G_OBJECT_CLASS (cd_sounds_window_parent_class)->dispose (object);
}

static void
cd_sounds_window_finalize (GObject *object)
{
  CdSoundsWindow *self = CD_SOUNDS_WINDOW (object);

  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->rows);
  G_OBJECT_CLASS (cd_sounds_window_parent_class)->finalize (object);
}

static void
cd_sounds_window_class_init (CdSoundsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_sounds_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_sounds_window_finalize;
  cd_sounds_set_template (widget_class, "sounds-window");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdSoundsWindow, name)
  CHILD (title);
  CHILD (toasts);
  CHILD (stack);
  CHILD (failure);
  CHILD (lines);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_again_clicked);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close",
                                       NULL);
}

static void
cd_sounds_window_init (CdSoundsWindow *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  cd_name_toasts (self->toasts);
  self->listener = cd_listener_new ();
  g_signal_connect_object (self->listener, "ended", G_CALLBACK (on_ended), self, G_CONNECT_SWAPPED);
}

GtkWindow *
cd_sounds_window_new (GtkWindow *parent, CdSession *session, CtId company, const char *company_name)
{
  CdSoundsWindow *self = g_object_new (CD_TYPE_SOUNDS_WINDOW, "transient-for", parent,
                                       "destroy-with-parent", TRUE, NULL);

  self->session = g_object_ref (session);
  self->company = company;
  if (company_name != NULL)
    adw_window_title_set_subtitle (self->title, company_name);
  g_signal_connect_object (session, "event", G_CALLBACK (on_event), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "reset", G_CALLBACK (read_soon), self, G_CONNECT_SWAPPED);
  cd_sounds_read_anew (self);
  return GTK_WINDOW (self);
}
