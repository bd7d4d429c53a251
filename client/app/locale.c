/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words, dates and sums need a locale's name only: words come from our catalogue and GTK's, the rest from ICU.
 * (LANGUAGE alone is not enough: newer C libraries take it as nothing in the C.UTF-8 locale, too.) So a
 * name that the C library does not know is lent the data of C.UTF-8, which every machine has. */
#include "client/app/locale.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#define LENT "/usr/lib/locale/C.utf8"

static gboolean
is_name (const char *value)
{
  return value != NULL && *value != '\0' && *value != '.' && strchr (value, '/') == NULL;
}

/* In @folder, under every name that the environment asks for. The C library holds on to what it read there,
 * so it goes again at once. */
static gboolean
lend (const char *folder, const char *const *variables)
{
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (g_free);
  gboolean good;

  for (gsize i = 0; variables[i] != NULL; i++)
    if (is_name (g_getenv (variables[i])))
      {
        g_autofree char *link = g_build_filename (folder, g_getenv (variables[i]), NULL);

        if (symlink (LENT, link) == 0) /* else it has that name already */
          g_ptr_array_add (links, g_steal_pointer (&link));
      }
  g_setenv ("LOCPATH", folder, TRUE);
  good = setlocale (LC_ALL, "") != NULL;
  g_unsetenv ("LOCPATH");
  for (guint i = 0; i < links->len; i++)
    g_unlink (links->pdata[i]);
  return good;
}

static gboolean
borrow_locale (void)
{
  static const char *const variables[]
      = { "LANG",       "LC_ALL",       "LC_CTYPE",       "LC_NUMERIC",        "LC_TIME",
          "LC_COLLATE", "LC_MONETARY",  "LC_MESSAGES",    "LC_PAPER",          "LC_NAME",
          "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION", NULL };
  g_autofree char *folder = g_dir_make_tmp ("centrale-locale-XXXXXX", NULL);
  gboolean good = folder != NULL && g_getenv ("LOCPATH") == NULL && lend (folder, variables);

  if (folder != NULL)
    g_rmdir (folder);
  return good;
}

void
cd_set_locale (void)
{
  if (setlocale (LC_ALL, "") != NULL)
    return;
  gtk_disable_setlocale (); /* it would not know the name either, and say so */
  if (!borrow_locale ())
    setlocale (LC_ALL, "C.UTF-8");
}
