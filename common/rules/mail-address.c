/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/mail-address.h"

#include <string.h>

char *
ct_mail_address (const char *mailbox)
{
  const char *open = strrchr (mailbox, '<');
  g_autofree char *address = open != NULL ? g_strdup (open + 1) : g_strstrip (g_strdup (mailbox));
  char *at;

  if (open != NULL)
    {
      char *close = strchr (address, '>');

      if (close == NULL || close[1 + strspn (close + 1, " ")] != '\0')
        return NULL;
      *close = '\0';
    }
  at = strrchr (address, '@');
  if (at == NULL || at == address || at[1] == '\0' || at - address > 64 || strlen (address) > 254
      || strchr (address, '@') != at)
    return NULL;
  for (const char *c = address; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c) || strchr ("<>()[]\\,;:\"", *c) != NULL)
      return NULL;
  return g_steal_pointer (&address);
}
