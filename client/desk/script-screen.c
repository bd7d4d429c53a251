/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step looks like: its texts in the right language, the answer that stands, what the script has no
 * field for, how to go on. The script's run is only read. */
#include "client/desk/script-view-private.h"

#include "client/desk/script-words.h"

#include <glib/gi18n.h>

gboolean
cd_script_is_secret (const CtScriptStep *step)
{
  return step->kind == CT_SCRIPT_ASK && step->ask == CT_SCRIPT_SECRET;
}

void
cd_script_show_text (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

static void
show_answer (CdScriptView *self, const CtScriptStep *step)
{
  const CtScriptValue *answer = ct_script_run_answer (self->run, step->id);
  g_autofree char *origin = cd_dup_origin (answer, self->now_ms);

  if (cd_script_is_secret (step))
    cd_script_show_text (self->mark, _ ("Not recorded, hidden from others"));
  else if (!self->typed)
    cd_script_show_text (self->mark, origin);
  if (!self->typed)
    {
      const char *unfit = g_hash_table_lookup (self->unfit, step->id);

      if (unfit != NULL)
        cd_script_field_set_typed (self->field, unfit);
      else
        cd_script_field_set_value (self->field,
                                   answer != NULL && answer->value != NULL ? answer->value : "");
      self->typed = unfit != NULL;
    }
}

static void
show_next (CdScriptView *self, const CtScriptStep *step)
{
  gboolean lines = self->field != NULL && cd_script_field_has_lines (self->field);

  gtk_widget_set_visible (self->next_button, step->kind != CT_SCRIPT_END);
  gtk_label_set_text (self->next_key, lines ? "Ctrl ↵" : "↵");
  gtk_widget_set_tooltip_text (self->next_button,
                               lines ? _ ("Next step (Ctrl+Enter)") : _ ("Next step (Enter)"));
}

static void
show_place (CdScriptView *self, const CtScriptStep *step)
{
  GPtrArray *path = ct_script_run_path (self->run);
  guint at = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < path->len; i++)
    if (g_ptr_array_index (path, i) == step)
      at = i + 1;
  /* Translators: where in a script one stands; how long it is depends on the answers */
  text = g_strdup_printf (_ ("Step %u"), at);
  gtk_label_set_text (self->place, text);
  gtk_widget_set_sensitive (self->back_button, at > 1);
  show_next (self, step);
}

/* Something was told that the script has no field for: who is connected, the protected text, the
 * ticket. */
static void
show_extras (CdScriptView *self, const CtScriptStep *step)
{
  g_autofree char *protected = step->kind == CT_SCRIPT_REVEAL
                                   ? ct_script_step_protected (step, self->language, self->run)
                                   : NULL;
  const CtScriptEntry *entry = step->kind == CT_SCRIPT_CONNECT && step->entry != NULL
                                   ? ct_script_find_entry (self->script, step->entry)
                                   : NULL;
  const char *ticket = ct_script_run_fact (self->run, "ticket");

  if (ticket == NULL && self->call != NULL)
    ticket = self->call->ticket;
  cd_script_show_text (self->protected_text, protected);
  gtk_widget_set_visible (self->reveal_box, step->kind == CT_SCRIPT_REVEAL && protected == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->connect_panel), step->kind == CT_SCRIPT_CONNECT);
  if (step->kind == CT_SCRIPT_CONNECT)
    cd_connect_panel_show (
        self->connect_panel,
        entry != NULL ? ct_script_text_in (self->script, &entry->label, self->language) : NULL,
        ct_script_step_number (self->script, step), self->call);
  gtk_label_set_text (self->ticket, ticket != NULL ? ticket : "");
  gtk_widget_set_visible (self->ticket_box, step->kind == CT_SCRIPT_END && ticket != NULL);
}

void
cd_script_show_step (CdScriptView *self, const CtScriptStep *step)
{
  const char *caller_language = self->call != NULL ? self->call->language : self->language;
  g_autofree char *say = ct_script_step_say (step, caller_language, self->run);
  g_autofree char *direction = ct_script_step_direction (step, self->language, self->run);
  g_autofree char *conduct = ct_script_step_conduct (step, self->language, self->run);
  g_autofree char *quoted = NULL;

  if (*say != '\0')
    /* Translators: the quotation marks of your language around what is to be said */
    quoted = g_strdup_printf (C_ ("quotation", "“%s”"), say);
  cd_script_show_text (self->say, quoted);
  gtk_label_set_text (self->direction, direction);
  gtk_widget_set_visible (self->direction_box, *direction != '\0');
  cd_script_show_text (self->conduct, conduct);
  gtk_widget_set_visible (self->question, step->kind == CT_SCRIPT_ASK);
  if (step->kind == CT_SCRIPT_ASK)
    {
      const char *label = ct_script_step_label (step, self->language, self->run);
      /* Translators: the label of a question that needs no answer */
      g_autofree char *optional
          = step->required ? NULL : g_strdup_printf (_ ("%s (optional)"), label);

      gtk_label_set_text (self->label, optional != NULL ? optional : label);
      show_answer (self, step);
    }
  show_extras (self, step);
  show_place (self, step);
}
