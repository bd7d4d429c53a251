/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ticket numbers (S4-05): short enough to be told and written down. Client codes are unique in a tenant
 * and the counter in a company, so the number is unique in the tenant; the table insists on it. A code
 * that was another company's goes on after the numbers given out under it. */
#include "server/scripts/scripts-private.h"

char *
cs_scripts_take_ticket (CsDb *db, CsScope scope, CtId company, const char *client_code, CtId call,
                        GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *ticket = cs_scripts_get_ticket (db, scope, call, &failed);
  gboolean added = FALSE;

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (ticket != NULL)
    return g_steal_pointer (&ticket);
  while (!added)
    {
      gint64 count;

      g_clear_pointer (&ticket, g_free);
      if (!cs_scripts_count_ticket (db, scope, company, &count, error))
        return NULL;
      ticket = g_strdup_printf ("%s-%05" G_GINT64_FORMAT, client_code, count);
      if (!cs_scripts_add_ticket (db, scope, company, call, ticket, &added, error))
        return NULL;
    }
  return g_steal_pointer (&ticket);
}
