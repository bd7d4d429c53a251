/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/why.h"

#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

/* How many a rule refused, in the order of CT_RULE_CHOICES. A full sentence is not needed: they stand
 * in a list after "Not asked:". */
static char *
refusal_to_text (const CtRefusal *refusal)
{
  int n = (int) CLAMP (refusal->count, 0, G_MAXINT);
  const char *rule = refusal->rule;
  const char *text = NULL;

  if (strcmp (rule, "tenant") == 0)
    text = ngettext ("%d of another house", "%d of another house", n);
  else if (strcmp (rule, "pool") == 0)
    text = ngettext ("%d outside the pool", "%d outside the pool", n);
  else if (strcmp (rule, "skill") == 0)
    text = ngettext ("%d without the skill", "%d without the skill", n);
  else if (strcmp (rule, "badge") == 0)
    text = ngettext ("%d without the badge", "%d without the badge", n);
  else if (strcmp (rule, "level") == 0)
    text = ngettext ("%d below the level", "%d below the level", n);
  else if (strcmp (rule, "language") == 0)
    text = ngettext ("%d without the language", "%d without the language", n);
  else if (strcmp (rule, "unregistered") == 0)
    text = ngettext ("%d without a phone", "%d without a phone", n);
  else if (strcmp (rule, "paused") == 0)
    text = ngettext ("%d on a pause", "%d on a pause", n);
  else if (strcmp (rule, "offline") == 0)
    text = ngettext ("%d offline", "%d offline", n);
  else if (strcmp (rule, "ringing") == 0)
    text = ngettext ("%d whose phone rings", "%d whose phone rings", n);
  else if (strcmp (rule, "talking") == 0)
    text = ngettext ("%d in a call", "%d in a call", n);
  else if (strcmp (rule, "wrap_up") == 0)
    text = ngettext ("%d in wrap-up", "%d in wrap-up", n);
  else if (strcmp (rule, "missed") == 0)
    text = ngettext ("%d who did not answer", "%d who did not answer", n);
  if (text == NULL)
    return NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return g_strdup_printf (text, n); /* one of the formats above, or its translation */
#pragma GCC diagnostic pop
}

static char *
list_refused (const CtWhy *why)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; why->refused != NULL && i < why->refused->len; i++)
    {
      char *text = refusal_to_text (g_ptr_array_index (why->refused, i));

      if (text != NULL)
        g_ptr_array_add (parts, text);
    }
  if (parts->len == 0)
    return NULL;
  g_ptr_array_add (parts, NULL);
  /* Translators: between the items of a list */
  return g_strjoinv (C_ ("list", ", "), (char **) parts->pdata);
}

char *
cd_why_to_text (const CtWhy *why)
{
  g_autofree char *idle = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *chosen = NULL;

  if (why == NULL || strcmp (why->rule, "chosen") != 0)
    return NULL;
  idle = cd_format_clock (why->idle_seconds);
  refused = list_refused (why);
  if (why->candidates > 1)
    /* Translators: %1$s is a duration such as 3:20, %2$d how many could have taken the call */
    chosen = g_strdup_printf (ngettext ("Idle for %1$s, the longest of %2$d.",
                                        "Idle for %1$s, the longest of %2$d.",
                                        (gulong) why->candidates),
                              idle, (int) why->candidates);
  else
    /* Translators: %s is a duration such as 3:20 */
    chosen = g_strdup_printf (_ ("The only one free for it, idle for %s."), idle);
  if (refused == NULL)
    return g_steal_pointer (&chosen);
  /* Translators: %1$s a sentence, %2$s a list such as "1 without the badge, 2 in a call" */
  return g_strdup_printf (_ ("%1$s Not asked: %2$s."), chosen, refused);
}
