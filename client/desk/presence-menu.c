/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/presence-menu.h"

#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

struct _CdPresenceMenu {
  GtkWidget parent_instance;
  GtkWidget *button;
  GtkWidget *dot;
  GtkLabel *name;
  GtkLabel *clock;
  const char *style; /* of the dot */
};

G_DEFINE_FINAL_TYPE (CdPresenceMenu, cd_presence_menu, GTK_TYPE_WIDGET)

static const struct {
  const char *state;
  const char *name;
  const char *style;
} states[] = {
  { "offline", NC_ ("presence", "Offline"), "state-offline" },
  { "available", NC_ ("presence", "Available"), "state-available" },
  { "ringing", NC_ ("presence", "Ringing"), "state-talking" },
  { "talking", NC_ ("presence", "In a call"), "state-talking" },
  { "wrap_up", NC_ ("presence", "Wrap-up"), "state-paused" },
  { "paused", NC_ ("presence", "Pause"), "state-paused" },
};

/* What people go away for; the word goes to the server as it is, in the user's language. */
static const char *const reasons[] = {
  NC_ ("pause", "Break"),
  NC_ ("pause", "Lunch"),
  NC_ ("pause", "Meeting"),
  NC_ ("pause", "Training"),
  NC_ ("pause", "Technical trouble"),
};

/* Why the server paused him. */
static const struct {
  const char *reason;
  const char *words;
} decided[] = {
  { "missed", NC_ ("pause", "Missed calls") },
  { "lost", NC_ ("pause", "Phone out of reach") },
};

static gsize
find_state (const char *state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].state, state) == 0)
      return i;
  return 0;
}

static const char *
get_reason (const char *reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (decided); i++)
    if (strcmp (decided[i].reason, reason) == 0)
      return g_dpgettext2 (NULL, "pause", decided[i].words);
  return reason;
}

/* "Available", "In a call", "Pause: Lunch"... */
static char *
dup_state_name (const char *state, const char *reason)
{
  return strcmp (state, "paused") == 0 && reason != NULL && *reason != '\0'
             /* Translators: a pause and what for, as "Pause: lunch" */
             ? g_strdup_printf (_ ("Pause: %s"), get_reason (reason))
             : g_strdup (g_dpgettext2 (NULL, "presence", states[find_state (state)].name));
}

char *
cd_presence_to_text (const CtPresence *presence)
{
  g_autofree char *now = dup_state_name (presence->state, presence->reason);
  g_autofree char *then = NULL;

  if (presence->wish == NULL || strcmp (presence->wish, "available") == 0)
    return g_steal_pointer (&now);
  then = dup_state_name (presence->wish, presence->reason);
  /* Translators: what an e-agent is and what he has chosen to be next, as "In a call, then Pause: Lunch" */
  return g_strdup_printf (_ ("%s, then %s"), now, then);
}

static void
set_style (CdPresenceMenu *self, const char *style)
{
  if (self->style != NULL)
    gtk_widget_remove_css_class (self->dot, self->style);
  self->style = style;
  gtk_widget_add_css_class (self->dot, style);
}

void
cd_presence_menu_show (CdPresenceMenu *self, const CtPresence *presence, gint64 now_ms)
{
  g_autofree char *clock = NULL;
  g_autofree char *name = NULL;

  if (presence == NULL)
    {
      gtk_label_set_text (self->name, _ ("Connecting…"));
      gtk_label_set_text (self->clock, "");
      set_style (self, "state-offline");
      return;
    }
  clock = cd_format_clock ((now_ms - presence->since) / 1000);
  name = cd_presence_to_text (presence);
  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->clock, clock);
  set_style (self, states[find_state (presence->state)].style);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static GMenuModel *
make_menu (void)
{
  GMenu *menu = g_menu_new (), *pauses = g_menu_new (), *first = g_menu_new (),
        *last = g_menu_new ();

  g_menu_append (first, C_ ("presence", "Available"), "win.available");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  g_menu_append (pauses, C_ ("pause", "Without a reason"), "win.pause::");
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      const char *reason = g_dpgettext2 (NULL, "pause", reasons[i]);
      GMenuItem *item = g_menu_item_new (reason, NULL);

      g_menu_item_set_action_and_target (item, "win.pause", "s", reason);
      g_menu_append_item (pauses, item);
      g_object_unref (item);
    }
  g_menu_append_section (menu, C_ ("presence", "Pause"), G_MENU_MODEL (pauses));
  g_menu_append (last, C_ ("presence", "Offline"), "win.offline");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
  g_object_unref (first);
  g_object_unref (pauses);
  g_object_unref (last);
  return G_MENU_MODEL (menu);
}

static void
cd_presence_menu_dispose (GObject *object)
{
  g_clear_pointer (&CD_PRESENCE_MENU (object)->button, gtk_widget_unparent);
  G_OBJECT_CLASS (cd_presence_menu_parent_class)->dispose (object);
}

static void
cd_presence_menu_class_init (CdPresenceMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cd_presence_menu_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
cd_presence_menu_init (CdPresenceMenu *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  g_autoptr (GMenuModel) menu = make_menu ();

  self->dot = gtk_image_new_from_icon_name ("media-record-symbolic");
  self->name = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->name, PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (self->name, 6);
  gtk_label_set_xalign (self->name, 0);
  self->clock = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->clock), "tabular");
  gtk_widget_add_css_class (GTK_WIDGET (self->clock), "dim-label");
  gtk_box_append (GTK_BOX (box), self->dot);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->name));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->clock));
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), box);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->button), menu);
  gtk_widget_set_tooltip_text (self->button, _ ("Change your presence"));
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  cd_presence_menu_show (self, NULL, 0);
}
