/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/sounds/sound-row.h"

#include "client/sounds/template.h"
#include "client/sounds/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

struct _CdSoundRow {
  AdwPreferencesRow parent_instance;
  GtkWidget *play;
  GtkLabel *title;
  GtkLabel *language;
  GtkLabel *text;
  GtkLabel *origin;
  GtkLabel *details;
  GtkWidget *changes; /* the buttons of who may change it */
  GtkWidget *record;
  GtkWidget *phone;
  GtkWidget *upload;
  GtkWidget *remove;

  CtId line;
  gboolean many_languages;
  CtLinePrompt *prompt;
  gboolean playing;
};

enum { ASKED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdSoundRow, cd_sound_row, ADW_TYPE_PREFERENCES_ROW)

static void
ask (CdSoundRow *self, const char *what)
{
  g_signal_emit (self, signals[ASKED], 0, what);
}

/* The label is what the screen reader says: with the prompt's name, since all rows have the same buttons. */
static void
name_button (GtkWidget *button, const char *label, const char *title)
{
  /* Translators: what a button does, then to which prompt, as "Record: Greeting". */
  g_autofree char *full = g_strdup_printf (_ ("%s: %s"), label, title);

  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, full, -1);
}

static void
show_buttons (CdSoundRow *self)
{
  const char *title = gtk_label_get_text (self->title);

  gtk_button_set_icon_name (GTK_BUTTON (self->play), self->playing
                                                         ? "media-playback-stop-symbolic"
                                                         : "media-playback-start-symbolic");
  name_button (self->play, self->playing ? C_ ("sound", "Stop") : C_ ("sound", "Play"), title);
  name_button (self->record, C_ ("sound", "Record"), title);
  name_button (self->phone, C_ ("sound", "Record by phone"), title);
  name_button (self->upload, C_ ("sound", "Upload a file"), title);
  name_button (self->remove, C_ ("sound", "Remove the recording"), title);
}

static void
on_play_clicked (CdSoundRow *self)
{
  ask (self, "play");
}

static void
on_record_clicked (CdSoundRow *self)
{
  ask (self, "record");
}

static void
on_phone_clicked (CdSoundRow *self)
{
  ask (self, "phone");
}

static void
on_upload_clicked (CdSoundRow *self)
{
  ask (self, "upload");
}

static void
on_remove_clicked (CdSoundRow *self)
{
  ask (self, "remove");
}

void
cd_sound_row_set_prompt (CdSoundRow *self, const CtLinePrompt *prompt, gint64 now_ms)
{
  g_autofree char *title = cd_sounds_word_place (prompt);
  g_autofree char *details = cd_sounds_word_details (prompt, now_ms);
  g_autofree char *language = cd_format_language (prompt->language);
  gboolean machine = strcmp (prompt->origin, "machine") == 0;
  gboolean silent = strcmp (prompt->origin, "none") == 0;
  gboolean music = strcmp (prompt->place, "music") == 0;

  if (prompt != self->prompt)
    {
      ct_line_prompt_free (self->prompt);
      self->prompt = ct_record_copy (prompt);
    }
  gtk_label_set_text (self->title, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_label_set_text (self->language, language);
  gtk_widget_set_visible (GTK_WIDGET (self->language), self->many_languages && !music);
  gtk_label_set_text (self->text, prompt->text != NULL ? prompt->text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->text), prompt->text != NULL);
  gtk_label_set_text (self->origin, cd_sounds_word_origin (prompt));
  gtk_label_set_text (self->details, details);
  for (int i = 0; i < 2; i++)
    (i == 0 ? machine : silent)
        ? gtk_widget_add_css_class (GTK_WIDGET (self->origin), i == 0 ? "warning" : "dim-label")
        : gtk_widget_remove_css_class (GTK_WIDGET (self->origin), i == 0 ? "warning" : "dim-label");
  gtk_widget_set_sensitive (self->play, !silent);
  gtk_widget_set_sensitive (self->remove, cd_sounds_is_made (prompt));
  show_buttons (self);
}

void
cd_sound_row_set_playing (CdSoundRow *self, gboolean playing)
{
  self->playing = playing;
  show_buttons (self);
}

CtId
cd_sound_row_get_line (CdSoundRow *self)
{
  return self->line;
}

const CtLinePrompt *
cd_sound_row_get_prompt (CdSoundRow *self)
{
  return self->prompt;
}

const char *
cd_sound_row_get_title (CdSoundRow *self)
{
  return gtk_label_get_text (self->title);
}

static void
cd_sound_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_SOUND_ROW);
  G_OBJECT_CLASS (cd_sound_row_parent_class)->dispose (object);
}

static void
cd_sound_row_finalize (GObject *object)
{
  ct_line_prompt_free (CD_SOUND_ROW (object)->prompt);
  G_OBJECT_CLASS (cd_sound_row_parent_class)->finalize (object);
}

static void
cd_sound_row_class_init (CdSoundRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_sound_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_sound_row_finalize;
  signals[ASKED] = g_signal_new ("asked", CD_TYPE_SOUND_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
  cd_sounds_set_template (widget_class, "sound-row");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdSoundRow, name)
  CHILD (play);
  CHILD (title);
  CHILD (language);
  CHILD (text);
  CHILD (origin);
  CHILD (details);
  CHILD (changes);
  CHILD (record);
  CHILD (phone);
  CHILD (upload);
  CHILD (remove);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_play_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_record_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_phone_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_upload_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked);
}

static void
cd_sound_row_init (CdSoundRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CdSoundRow *
cd_sound_row_new (CtId line, gboolean may_change, gboolean many_languages)
{
  CdSoundRow *self = g_object_new (CD_TYPE_SOUND_ROW, NULL);

  self->line = line;
  self->many_languages = many_languages;
  gtk_widget_set_visible (self->changes, may_change);
  return self;
}
