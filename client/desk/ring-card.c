/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/ring-card.h"

#include "client/desk/template.h"
#include "client/desk/why.h"
#include "client/desk/words.h"
#include "client/widgets/band.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

struct _CdRingCard {
  AdwBin parent_instance;
  CdBand *band;
  GtkLabel *company, *line, *caller, *facts;
  GtkBox *details;
  GtkLabel *keyed, *earlier, *why; /* in details */
  GtkWidget *buttons, *answer, *elsewhere;
};

G_DEFINE_FINAL_TYPE (CdRingCard, cd_ring_card, ADW_TYPE_BIN)

/* "3 earlier calls, the last one on 12 May: Order, ticket 118" */
static char *
dup_earlier (const CtCall *call, gint64 now_ms)
{
  guint n = call->earlier != NULL ? call->earlier->len : 0;
  g_autofree char *count = NULL;
  g_autofree char *day = NULL;
  const CtEarlier *last;

  if (n == 0)
    return NULL;
  last = g_ptr_array_index (call->earlier, 0);
  day = cd_format_recent_day (last->at, now_ms);
  count = g_strdup_printf (ngettext ("%u earlier call", "%u earlier calls", n), n);
  if (last->disposition != NULL && *last->disposition != '\0')
    /* Translators: %1$s: "3 earlier calls"; %2$s a day: "yesterday", "12 May"; %3$s how that call ended */
    return g_strdup_printf (_ ("%1$s, the last one %2$s: %3$s"), count, day,
                            cd_disposition_label (call, last->disposition));
  /* Translators: %1$s: "3 earlier calls"; %2$s a day: "yesterday", "12 May" */
  return g_strdup_printf (_ ("%1$s, the last one %2$s"), count, day);
}

/* "Dutch · waits 0:23" */
static char *
dup_facts (const CtCall *call, gint64 now_ms)
{
  g_autofree char *language = cd_format_language (call->language);
  gint64 since = call->queued != 0 ? call->queued : call->started;
  g_autofree char *waits = cd_format_clock ((now_ms - since) / 1000);

  /* Translators: %1$s a language, %2$s how long the caller has waited: 0:23 */
  return g_strdup_printf (_ ("%1$s · waits %2$s"), language, waits);
}

static void
show_call (CdRingCard *self, const CtCall *call, gint64 now_ms)
{
  g_autofree char *number = cd_dup_number (call->caller);
  g_autofree char *facts = dup_facts (call, now_ms);
  g_autofree char *keyed = cd_dup_keyed (call);
  g_autofree char *earlier = dup_earlier (call, now_ms);
  g_autofree char *why = cd_why_to_text (call->why);

  cd_band_set_colour (self->band, call->colour);
  gtk_label_set_text (self->company, call->company_name);
  gtk_label_set_text (self->line, call->line_label != NULL ? call->line_label : "");
  gtk_label_set_text (self->caller, number);
  gtk_label_set_text (self->facts, facts);
  cd_show_detail (self->keyed, keyed);
  cd_show_detail (self->earlier, earlier != NULL ? earlier : _ ("The first call of this number"));
  cd_show_detail (self->why, why);
}

static void
show_unknown (CdRingCard *self, CdPhone *phone)
{
  const char *name = cd_phone_get_remote_name (phone);
  g_autofree char *number = cd_dup_number (cd_phone_get_remote_number (phone));

  cd_band_set_colour (self->band, NULL);
  gtk_label_set_text (self->company, name != NULL && *name != '\0' ? name : _ ("A call for you"));
  gtk_label_set_text (self->line, "");
  gtk_label_set_text (self->caller, number);
  gtk_label_set_text (self->facts, "");
  cd_show_detail (self->keyed, NULL);
  cd_show_detail (self->earlier, NULL);
  cd_show_detail (self->why, NULL);
}

void
cd_ring_card_show (CdRingCard *self, const CtCall *call, CdPhone *phone, gint64 now_ms)
{
  gboolean here = cd_phone_get_state (phone) == CD_PHONE_RINGING || cd_phone_get_registered (phone);

  if (call != NULL)
    show_call (self, call, now_ms);
  else
    show_unknown (self, phone);
  gtk_widget_set_visible (GTK_WIDGET (self->line), *gtk_label_get_text (self->line) != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->facts), call != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->details), call != NULL);
  gtk_widget_set_visible (self->buttons, here);
  gtk_widget_set_visible (self->elsewhere, !here);
}

void
cd_ring_card_focus (CdRingCard *self)
{
  gtk_widget_grab_focus (self->answer);
}

static void
cd_ring_card_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_RING_CARD);
  G_OBJECT_CLASS (cd_ring_card_parent_class)->dispose (object);
}

static void
cd_ring_card_class_init (CdRingCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_ring_card_dispose;
  g_type_ensure (CD_TYPE_BAND);
  cd_desk_set_template (widget_class, "ring-card");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdRingCard, name)
  CHILD (band);
  CHILD (company);
  CHILD (line);
  CHILD (caller);
  CHILD (facts);
  CHILD (details);
  CHILD (buttons);
  CHILD (answer);
  CHILD (elsewhere);
#undef CHILD
}

static void
cd_ring_card_init (CdRingCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->keyed = cd_append_detail (self->details, _ ("Keyed by the caller"));
  self->earlier = cd_append_detail (self->details, _ ("Earlier contacts"));
  self->why = cd_append_detail (self->details, _ ("Why me"));
}
