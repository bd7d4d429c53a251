/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "desk"

#include "client/desk/script-view-private.h"

#include "client/desk/script-words.h"
#include "client/desk/template.h"

#include <string.h>

#define PAUSE_MS 900 /* of typing, after which an answer is kept */

G_DEFINE_FINAL_TYPE (CdScriptView, cd_script_view, ADW_TYPE_BIN)

enum { CONNECT, CONNECT_CANCELLED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void on_field_changed (CdScriptView *self);

static const CtScriptStep *
get_step (CdScriptView *self)
{
  return self->run != NULL ? ct_script_run_current (self->run) : NULL;
}

static gboolean
do_command (CdScriptView *self, const char *kind, const char *step, const char *value,
            const char *reason, GError **error)
{
  g_autofree char *kept = g_strdup (step); /* @step may be of what the command changes */

  if (self->doer == NULL)
    return ct_fail (error, CT_ERROR_STATE, "nobody runs the script");
  return self->doer (kind, kept, value, reason, self->doer_data, error);
}

static void
complain (CdScriptView *self, const CtScriptStep *step, const char *value)
{
  g_autofree char *complaint = cd_dup_complaint (step, value);

  cd_script_show_text (self->error, complaint);
  gtk_widget_add_css_class (GTK_WIDGET (self->field), "error");
  cd_script_field_focus (self->field);
}

/* Answers */

/* The answer that stands, when it differs from @value. */
static gboolean
is_new_answer (CdScriptView *self, const CtScriptStep *step, const char *value)
{
  const CtScriptValue *answer = ct_script_run_answer (self->run, step->id);
  g_autofree char *normal = NULL;

  if (answer == NULL)
    return *value != '\0';
  if (answer->value == NULL) /* a secret of before */
    return *value != '\0';
  if (*value != '\0'
      && ct_script_step_accepts (ct_script_run_script (self->run), step, value, &normal, NULL))
    return strcmp (normal, answer->value) != 0;
  return TRUE;
}

/* TRUE when what stands in the field is the answer, or nothing. */
static gboolean
keep_answer (CdScriptView *self)
{
  const CtScriptStep *step = get_step (self);
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->pause, g_source_remove);
  if (self->field == NULL || step == NULL || g_strcmp0 (self->step, step->id) != 0)
    return TRUE;
  value = cd_script_field_dup_value (self->field);
  if (!is_new_answer (self, step, value))
    return TRUE;
  if (!do_command (self, "answer", step->id, value, NULL, &error))
    {
      if (!ct_error_is (error, CT_ERROR_INVALID))
        g_info ("answer of %s: %s", step->id, error->message);
      return FALSE;
    }
  self->typed = FALSE;
  g_hash_table_remove (self->unfit, self->step);
  return TRUE;
}

static gboolean
on_pause_over (gpointer data)
{
  CdScriptView *self = data;

  self->pause = 0;
  keep_answer (self);
  return G_SOURCE_REMOVE;
}

static void
on_field_changed (CdScriptView *self)
{
  const CtScriptStep *step = get_step (self);

  self->typed = TRUE;
  cd_script_show_text (self->error, NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->field), "error");
  if (step == NULL || !cd_script_is_secret (step))
    cd_script_show_text (self->mark, NULL);
  g_clear_handle_id (&self->pause, g_source_remove);
  /* Half a secret is nobody's business. */
  if (step != NULL && !cd_script_is_secret (step))
    self->pause = g_timeout_add (PAUSE_MS, on_pause_over, self);
}

void
cd_script_view_flush (CdScriptView *self)
{
  if (self->typed)
    keep_answer (self);
}

/* Leaves the field: what is no answer is kept as it was typed. */
static void
put_aside (CdScriptView *self)
{
  if (self->field == NULL || !self->typed)
    return;
  if (!keep_answer (self))
    g_hash_table_replace (self->unfit, g_strdup (self->step),
                          cd_script_field_dup_typed (self->field));
}

/* Moving */

void
cd_script_view_next (CdScriptView *self)
{
  const CtScriptStep *step = get_step (self);
  g_autoptr (GError) error = NULL;

  if (step == NULL || step->kind == CT_SCRIPT_END)
    return;
  if (self->field != NULL)
    {
      g_autofree char *value = cd_script_field_dup_value (self->field);
      const CtScriptValue *answer = ct_script_run_answer (self->run, step->id);

      if (!keep_answer (self)
          || (step->required && *value == '\0' && (answer == NULL || answer->value != NULL)))
        {
          complain (self, step, value);
          return;
        }
    }
  if (!do_command (self, "go", step->id, NULL, NULL, &error))
    {
      g_info ("step %s: %s", step->id, error->message);
      if (self->field != NULL)
        complain (self, step, "");
    }
}

void
cd_script_view_go_to (CdScriptView *self, const char *step)
{
  g_autoptr (GError) error = NULL;

  if (self->run == NULL || g_strcmp0 (step, self->step) == 0)
    return;
  put_aside (self);
  if (!do_command (self, "back", step, NULL, NULL, &error))
    g_info ("back to %s: %s", step, error->message);
}

void
cd_script_view_back (CdScriptView *self)
{
  const CtScriptStep *current = get_step (self);
  GPtrArray *path = current != NULL ? ct_script_run_path (self->run) : NULL;

  for (guint i = 1; path != NULL && i < path->len; i++)
    if (g_ptr_array_index (path, i) == current)
      {
        cd_script_view_go_to (self, ((const CtScriptStep *) g_ptr_array_index (path, i - 1))->id);
        return;
      }
}

gboolean
cd_script_view_choose (CdScriptView *self, guint n)
{
  return self->field != NULL && cd_script_field_choose (self->field, n);
}

void
cd_script_view_focus (CdScriptView *self)
{
  const CtScriptStep *step = get_step (self);

  if (step == NULL)
    return;
  if (self->field != NULL)
    cd_script_field_focus (self->field);
  else if (step->kind == CT_SCRIPT_REVEAL && gtk_widget_get_visible (self->reveal_box))
    gtk_widget_grab_focus (GTK_WIDGET (self->reason));
  else if (step->kind == CT_SCRIPT_CONNECT)
    cd_connect_panel_focus (self->connect_panel);
  else if (step->kind == CT_SCRIPT_END)
    gtk_window_set_focus (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL);
  else
    gtk_widget_grab_focus (self->next_button);
}

/* What is on the screen */

static void
make_field (CdScriptView *self, const CtScriptStep *step)
{
  GtkWidget *field;

  self->field = NULL;
  self->typed = FALSE;
  adw_bin_set_child (self->field_bin, NULL);
  if (step == NULL || step->kind != CT_SCRIPT_ASK)
    return;
  field = cd_script_field_new (self->script, step, self->language, self->now_ms);
  self->field = CD_SCRIPT_FIELD (field);
  g_signal_connect_object (field, "changed", G_CALLBACK (on_field_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (field, "activated", G_CALLBACK (cd_script_view_next), self,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (self->field_bin, field);
}

/* A secret is on the screen: the recording is masked from now on (D33). */
static void
enter_secret (CdScriptView *self, const CtScriptStep *step)
{
  g_autoptr (GError) error = NULL;
  gboolean runs = self->call == NULL || strcmp (self->call->state, "talking") == 0
                  || strcmp (self->call->state, "held") == 0;

  if (!cd_script_is_secret (step) || !runs
      || g_strcmp0 (ct_script_run_entered (self->run), step->id) == 0)
    return;
  if (!do_command (self, "enter", step->id, NULL, NULL, &error))
    g_warning ("the secret step %s is not told: %s", step->id, error->message);
}

void
cd_script_view_show (CdScriptView *self, CtScriptRun *run, const CtCall *call, gint64 now_ms)
{
  const CtScriptStep *step;
  gboolean other;

  self->run = run;
  self->call = call;
  self->now_ms = now_ms;
  if (self->showing)
    return;
  step = get_step (self);
  other = step == NULL || g_strcmp0 (self->step, step->id) != 0
          || self->script != ct_script_run_script (run);
  if (other)
    {
      if (self->script != NULL && run != NULL && self->script != ct_script_run_script (run))
        g_hash_table_remove_all (self->unfit);
      g_clear_handle_id (&self->pause, g_source_remove);
      g_clear_pointer (&self->script, ct_script_unref);
      self->script = run != NULL ? ct_script_ref (ct_script_run_script (run)) : NULL;
      g_free (self->step);
      self->step = step != NULL ? g_strdup (step->id) : NULL;
      gtk_editable_set_text (self->reason, "");
      cd_script_show_text (self->error, NULL);
      make_field (self, step);
      gtk_adjustment_set_value (
          gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled)), 0);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), step != NULL);
  if (step == NULL)
    return;
  cd_script_show_step (self, step);
  if (other)
    {
      cd_script_view_focus (self);
      self->showing = TRUE; /* what enter changes is not on this screen */
      enter_secret (self, step);
      self->showing = FALSE;
    }
}

static void
on_reason_changed (CdScriptView *self)
{
  gtk_widget_set_sensitive (self->reveal_button, *gtk_editable_get_text (self->reason) != '\0');
}

static void
on_reveal_clicked (CdScriptView *self)
{
  g_autoptr (GError) error = NULL;
  const CtScriptStep *step = get_step (self);
  g_autofree char *reason = g_strdup (gtk_editable_get_text (self->reason));

  if (step == NULL || *g_strstrip (reason) == '\0')
    return;
  if (do_command (self, "reveal", step->id, NULL, reason, &error))
    gtk_widget_grab_focus (self->next_button);
  else
    g_info ("reveal %s: %s", step->id, error->message);
}

static void
on_connect_asked (CdScriptView *self)
{
  g_signal_emit (self, signals[CONNECT], 0, self->step);
}

static void
on_connect_cancelled (CdScriptView *self)
{
  g_signal_emit (self, signals[CONNECT_CANCELLED], 0);
}

void
cd_script_view_set_doer (CdScriptView *self, CdScriptDo doer, gpointer data)
{
  self->doer = doer;
  self->doer_data = data;
}

void
cd_script_view_set_language (CdScriptView *self, const char *language)
{
  g_free (self->language);
  self->language = g_strdup (language);
}

static void
cd_script_view_dispose (GObject *object)
{
  CdScriptView *self = CD_SCRIPT_VIEW (object);

  g_clear_handle_id (&self->pause, g_source_remove);
  self->field = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_SCRIPT_VIEW);
  G_OBJECT_CLASS (cd_script_view_parent_class)->dispose (object);
}

static void
cd_script_view_finalize (GObject *object)
{
  CdScriptView *self = CD_SCRIPT_VIEW (object);

  g_clear_pointer (&self->script, ct_script_unref);
  g_hash_table_unref (self->unfit);
  g_free (self->language);
  g_free (self->step);
  G_OBJECT_CLASS (cd_script_view_parent_class)->finalize (object);
}

static void
cd_script_view_class_init (CdScriptViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_script_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_script_view_finalize;
  signals[CONNECT] = g_signal_new ("connect", CD_TYPE_SCRIPT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CONNECT_CANCELLED]
      = g_signal_new ("connect-cancelled", CD_TYPE_SCRIPT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 0);
  g_type_ensure (CD_TYPE_CONNECT_PANEL);
  cd_desk_set_template (widget_class, "script-view");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdScriptView, name)
  CHILD (scrolled);
  CHILD (say);
  CHILD (direction);
  CHILD (direction_box);
  CHILD (conduct);
  CHILD (question);
  CHILD (label);
  CHILD (mark);
  CHILD (field_bin);
  CHILD (error);
  CHILD (reveal_box);
  CHILD (reason);
  CHILD (reveal_button);
  CHILD (protected_text);
  CHILD (connect_panel);
  CHILD (ticket_box);
  CHILD (ticket);
  CHILD (back_button);
  CHILD (place);
  CHILD (next_button);
  CHILD (next_key);
#undef CHILD
#define CALLBACK(name) gtk_widget_class_bind_template_callback (widget_class, name)
  CALLBACK (cd_script_view_back);
  CALLBACK (cd_script_view_next);
  CALLBACK (on_reason_changed);
  CALLBACK (on_reveal_clicked);
  CALLBACK (on_connect_asked);
  CALLBACK (on_connect_cancelled);
#undef CALLBACK
}

static void
cd_script_view_init (CdScriptView *self)
{
  self->unfit = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->language = g_strdup ("en");
  gtk_widget_init_template (GTK_WIDGET (self));
  on_reason_changed (self);
}
