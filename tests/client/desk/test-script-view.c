/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script's view on a script run of its own: what is typed becomes commands at the right moment, and
 * nothing of it is lost. */
#include "client/desk/script-view.h"

#include "client/widgets/resources.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1778580000000)

static const char document[]
    = "{\"languages\": [\"en\"], \"country\": \"NL\", \"start\": \"name\","
      " \"dispositions\": [{\"code\": \"done\", \"label\": {\"en\": \"Done\"}}], \"outputs\": [],"
      " \"steps\": {"
      "  \"name\": {\"kind\": \"ask\", \"ask\": \"text\", \"required\": true, \"max\": 10,"
      "   \"say\": {\"en\": \"Your name?\"}, \"next\": \"why\"},"
      "  \"why\": {\"kind\": \"ask\", \"ask\": \"choice\", \"required\": true,"
      "   \"say\": {\"en\": \"What is it about?\"}, \"next\": \"code\", \"choices\": ["
      "    {\"code\": \"order\", \"label\": {\"en\": \"An order\"}},"
      "    {\"code\": \"other\", \"label\": {\"en\": \"Else\"}}]},"
      "  \"code\": {\"kind\": \"ask\", \"ask\": \"secret\", \"say\": {\"en\": \"The code?\"},"
      "   \"next\": \"bye\"},"
      "  \"bye\": {\"kind\": \"end\", \"disposition\": \"done\", \"say\": {\"en\": "
      "\"Goodbye.\"}}}}";

typedef struct {
  CtScriptRun *run;
  CdScriptView *view;
  GtkWindow *window;
  GString *log; /* "answer name Zoë;" */
} Fixture;

static gboolean
do_command (const char *kind, const char *step, const char *value, const char *reason,
            gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (CtScriptCommand) command = ct_script_command_new ();

  command->number = ct_script_run_number (fixture->run) + 1;
  command->kind = g_strdup (kind);
  command->step = g_strdup (step);
  command->value = g_strdup (value);
  command->reason = g_strdup (reason);
  if (!ct_script_run_apply (fixture->run, command, NOW, error))
    return FALSE;
  g_string_append_printf (fixture->log, "%s %s%s%s;", kind, step, value != NULL ? " " : "",
                          value != NULL ? value : "");
  cd_script_view_show (fixture->view, fixture->run, NULL, NOW);
  return TRUE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CtScript) script = ct_script_parse_text (document, -1, NULL, &error);

  g_assert_no_error (error);
  fixture->run = ct_script_run_new (script, NULL);
  fixture->log = g_string_new (NULL);
  fixture->view = g_object_new (CD_TYPE_SCRIPT_VIEW, NULL);
  fixture->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (fixture->window, GTK_WIDGET (fixture->view));
  gtk_window_present (fixture->window);
  cd_script_view_set_doer (fixture->view, do_command, fixture);
  cd_script_view_show (fixture->view, fixture->run, NULL, NOW);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (fixture->window);
  ct_script_run_free (fixture->run);
  g_string_free (fixture->log, TRUE);
}

/* The first widget of a type that can be seen. */
static GtkWidget *
find (GtkWidget *from, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (from), type))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = gtk_widget_get_visible (child) ? find (child, type) : NULL;

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkEditable *
entry_of (Fixture *fixture)
{
  GtkWidget *entry = find (GTK_WIDGET (fixture->view), GTK_TYPE_EDITABLE);

  g_assert_nonnull (entry);
  return GTK_EDITABLE (entry);
}

static void
assert_log (Fixture *fixture, const char *wanted)
{
  g_assert_cmpstr (fixture->log->str, ==, wanted);
  g_string_truncate (fixture->log, 0);
}

static void
test_walk (Fixture *fixture, gconstpointer data)
{
  cd_script_view_next (fixture->view);
  assert_log (fixture, ""); /* an answer is needed */
  gtk_editable_set_text (entry_of (fixture), " Zoë ");
  cd_script_view_next (fixture->view);
  assert_log (fixture, "answer name Zoë;go name;");
  g_assert_true (cd_script_view_choose (fixture->view, 2));
  g_assert_false (cd_script_view_choose (fixture->view, 3));
  cd_script_view_next (fixture->view);
  assert_log (fixture, "answer why other;go why;enter code;");
  cd_script_view_next (fixture->view);
  assert_log (fixture, "go code;");
  cd_script_view_next (fixture->view); /* at the end nothing follows */
  assert_log (fixture, "");
}

/* An answer that was not changed is not sent again. */
static void
test_back (Fixture *fixture, gconstpointer data)
{
  gtk_editable_set_text (entry_of (fixture), "Zoë");
  cd_script_view_next (fixture->view);
  cd_script_view_back (fixture->view);
  g_assert_cmpstr (gtk_editable_get_text (entry_of (fixture)), ==, "Zoë");
  g_string_truncate (fixture->log, 0);
  cd_script_view_next (fixture->view);
  assert_log (fixture, "go name;");
}

/* What is no answer is there again when the user comes back. */
static void
test_unfit_is_kept (Fixture *fixture, gconstpointer data)
{
  gtk_editable_set_text (entry_of (fixture), "Zoë");
  cd_script_view_next (fixture->view);
  cd_script_view_back (fixture->view);
  gtk_editable_set_text (entry_of (fixture), "much longer than ten");
  cd_script_view_go_to (fixture->view, "why");
  cd_script_view_go_to (fixture->view, "name");
  g_assert_cmpstr (gtk_editable_get_text (entry_of (fixture)), ==, "much longer than ten");
}

/* Typed, and not gone on: a pause makes an answer of it; so does the end of the call. */
static void
test_pause (Fixture *fixture, gconstpointer data)
{
  gtk_editable_set_text (entry_of (fixture), "Zo");
  while (fixture->log->len == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_log (fixture, "answer name Zo;");
  gtk_editable_set_text (entry_of (fixture), "Zoë");
  cd_script_view_flush (fixture->view);
  assert_log (fixture, "answer name Zoë;");
}

/* The server's word while the user types: his text stays. */
static void
test_update_while_typing (Fixture *fixture, gconstpointer data)
{
  gtk_editable_set_text (entry_of (fixture), "Z");
  ct_script_run_set_fact (fixture->run, "ticket", "0427-1");
  cd_script_view_show (fixture->view, fixture->run, NULL, NOW);
  g_assert_cmpstr (gtk_editable_get_text (entry_of (fixture)), ==, "Z");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no screen\n");
      return 0;
    }
  adw_init ();
  cd_widgets_register_resources ();
#define ADD(name, function)                                                                        \
  g_test_add ("/script-view/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("walk", test_walk);
  ADD ("back", test_back);
  ADD ("unfit-is-kept", test_unfit_is_kept);
  ADD ("pause", test_pause);
  ADD ("update-while-typing", test_update_while_typing);
  return g_test_run ();
}
